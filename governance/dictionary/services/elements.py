"""Writing down what an element should mean: drafts, and nothing but drafts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox, search
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.dictionary.elements import Element, as_mapping, content_digest, read_element
from governance.dictionary.legend.keys import legend_key
from governance.dictionary.models import DataElement, Dictionary, ElementVersion
from governance.dictionary.permissions import may_draft
from governance.dictionary.wording import problem_told

ELEMENT_ADDED = audit.kind("dictionary.element.added", _("Data element added"))
DRAFTED = audit.kind("dictionary.version.drafted", _("Meaning drafted"))


def draft_version(
    *, actor: Actor, dictionary: Dictionary, key: str, said: Mapping[str, Any], based_on: int | None = None, note: str = ""
) -> ElementVersion:
    """Write a draft of what the element `key` should mean; an element that is not there yet comes into being with it.

    `said` are plain values as in `elements.as_mapping`, without key and aliases. The same as the newest version is that version.
    `based_on` is the number of the newest version that its author had before them; without it nobody asks. `note` says where it
    came from. A draft changes nothing for anybody: a proposal has to be approved.
    Raises NotAllowed; Invalid naming everything that is wrong; Conflict when somebody wrote a version meanwhile, or it was retired.
    """
    require(may_draft(actor))
    value = checked({**said, "key": key})
    if value.aliases:
        raise Invalid(_("Aliases are kept apart from versions."), code="element.aliases")
    row = DataElement.objects.filter(dictionary=dictionary, key=key).select_related("dictionary").first()
    try:
        with transaction.atomic():
            row = row or _add(actor, dictionary, value)
            return _write(actor, row, value, based_on, note)
    except IntegrityError as error:
        raise Conflict(
            _("Somebody wrote about this element at the same moment. Look at it first."), code="element.conflict"
        ) from error


def checked(said: Mapping[str, Any]) -> Element:
    """The element that plain values describe. Raises Invalid with everything that is wrong, by its path."""
    value, problems = read_element(said)
    if value is None:
        raise Invalid(
            _("Some of what was said of %(key)s cannot be used; see errors.") % {"key": str(said.get("key", ""))[:80]},
            errors=[FieldError(item.path, item.code, problem_told(item)) for item in problems if item.level == "error"],
        )
    return value


def _add(actor: Actor, dictionary: Dictionary, value: Element) -> DataElement:
    row = DataElement(
        dictionary=dictionary,
        key=value.key,
        legend=legend_key(dictionary.slug, value.key),
        name=value.name or value.key,
        created_by=actor.user,
        created_at=clock.now(),
    )
    validate(row)
    row.save(force_insert=True)
    audit.record(actor, ELEMENT_ADDED, row, {"dictionary": dictionary.slug, "key": row.key, "legend": row.legend})
    return row


def _write(actor: Actor, element: DataElement, value: Element, based_on: int | None, note: str) -> ElementVersion:
    element = (
        DataElement.objects.select_for_update(of=("self",)).select_related("dictionary").get(pk=element.pk)
    )  # one writer each
    if element.retired_at is not None:
        raise Conflict(_("%(path)s was retired.") % {"path": element.path}, code="element.retired")
    newest = element.newest_version()
    digest = content_digest(value)
    if newest is not None and newest.digest == digest:
        return newest
    if based_on is not None and based_on != (newest.number if newest else 0):
        raise Conflict(_("Somebody wrote a new version meanwhile. Look at it first."), code="element.conflict")
    row = ElementVersion(
        element=element,
        number=(newest.number if newest else 0) + 1,
        said={name: item for name, item in as_mapping(value).items() if name not in ("key", "aliases")},
        digest=digest,
        name=value.name,
        definition=value.definition,
        logical_type=value.logical_type,
        semantic_type=value.semantic_type,
        unit=value.unit,
        sensitivity=value.sensitivity,
        effective_from=value.effective_from,
        effective_until=value.effective_until,
        note=note.strip()[:200],
        created_by=actor.user,
        created_at=clock.now(),
    )
    validate(row)
    row.save(force_insert=True)
    if element.current_version() is None and value.name and element.name != value.name:
        element.name = value.name  # what nobody approved yet goes by its newest name
        element.save(update_fields=["name"])
        search.index(element, row.created_at)
    audit.record(actor, DRAFTED, row, {"element": element.public_id, "number": row.number, "digest": digest})
    outbox.publish(actor, "dictionary.version.drafted", element, {"number": row.number, "digest": digest})
    return row
