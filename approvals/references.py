"""Requests about versions of documents, for the page that shows what refers to one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from approvals.models import Request
from foundation.actor import Actor
from governance.usecases import references
from governance.usecases.models import Document
from governance.usecases.references import Reference


def register() -> None:
    """Called once, when the app is ready."""
    references.register(in_requests)


def in_requests(actor: Actor, documents: Sequence[Document]) -> Mapping[str, Sequence[Reference]]:
    """Every request for the signature of a version, newest first; an open one holds it. One query."""
    found: dict[str, list[Reference]] = defaultdict(list)
    ids = [document.public_id for document in documents]
    rows = Request.objects.visible_to(actor).filter(subject_type="document", subject_id__in=ids)
    for row in rows.select_related("submitter").order_by("-pk"):
        label = _("Request for sign-off by %(name)s") % {"name": row.submitter}
        holds = ""
        if row.state == Request.State.OPEN:
            holds = _("%(name)s has asked for its sign-off, and people are reading it. Withdraw that request first.") % {
                "name": row.submitter
            }
        found[row.subject_id].append(Reference(label, f"/requests/{row.public_id}/", row.state, holds))
    return found
