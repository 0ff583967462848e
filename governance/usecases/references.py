"""What refers to a version of a document. Rooms register in `ready()` how to find theirs; this one asks them all.

Shown on the document's page, and looked at before somebody withdraws a version.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.actor import Actor
from governance.usecases.models import Attachment, Definition, Document


@dataclass(frozen=True, slots=True)
class Reference:
    """One thing that refers to a version: what it is, where it is, and its state if it has one.

    `holds` says why the version cannot be withdrawn while this stands; empty, it can.
    """

    label: Any
    url: str
    state: str = ""
    holds: Any = ""


Find = Callable[[Actor, Sequence[Document]], Mapping[str, Sequence[Reference]]]
_finders: list[Find] = []


def register(find: Find) -> None:
    """Add a way to find references: public id of a document version → what refers to it, as far as the actor may see."""
    if find not in _finders:
        _finders.append(find)


def references_to(actor: Actor, documents: Sequence[Document]) -> dict[str, list[Reference]]:
    """Public id → what refers to that version. A constant number of queries for each register."""
    found: dict[str, list[Reference]] = defaultdict(list)
    for find in _finders:
        for public_id, references in find(actor, documents).items():
            found[public_id] += references
    return found


def in_increments(actor: Actor, documents: Sequence[Document]) -> Mapping[str, Sequence[Reference]]:
    """Increments that a version was attached to."""
    found: dict[str, list[Reference]] = defaultdict(list)
    rows = Attachment.objects.visible_to(actor).filter(document__in=documents)
    for row in rows.select_related("increment__use_case", "document").order_by("-pk"):
        increment = row.increment
        url = reverse("increment", args=[increment.use_case.slug, increment.number])
        label = _("Increment %(number)s: %(title)s") % {"number": increment.number, "title": increment.title}
        found[row.document.public_id].append(Reference(label, url))
    return found


def in_definitions(actor: Actor, documents: Sequence[Document]) -> Mapping[str, Sequence[Reference]]:
    """Definitions of the same use case whose texts name a version by its id, or the document by its address. One query."""
    found: dict[str, list[Reference]] = defaultdict(list)
    texts = [field.name for field in Definition._meta.fields if isinstance(field, models.TextField)]
    newest = {document.slug: document.number for document in sorted(documents, key=lambda item: item.number)}
    cases = {document.use_case_id for document in documents}
    rows = Definition.objects.visible_to(actor).filter(use_case__in=cases).select_related("use_case").order_by("-number")
    for row in rows:
        said = "\n".join(str(getattr(row, name)) for name in texts)
        for document in documents:
            if document.use_case_id != row.use_case_id:
                continue
            page = reverse("document", args=[row.use_case.slug, document.slug])
            if document.public_id in said or (page in said and newest[document.slug] == document.number):
                label = _("Definition, version %(number)s") % {"number": row.number}
                found[document.public_id].append(Reference(label, reverse("definition", args=[row.use_case.slug, row.number])))
    return found
