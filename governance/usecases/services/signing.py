"""The only door to "signed": what a decision has to show before a record may say that it was agreed to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.utils.translation import gettext_lazy as _

from foundation import audit, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict
from governance.usecases.models import Definition, Document

Signed = TypeVar("Signed", Definition, Document)


class Decided(Protocol):
    """A frozen approval, as the room of approvals hands it down: its id, when it was made, and over which digests."""

    @property
    def public_id(self) -> str: ...
    @property
    def decided_at(self) -> datetime: ...
    @property
    def manifest(self) -> Mapping[str, str]: ...


def sign(actor: Actor, row: Signed, decision: Decided, *, component: str, kind: audit.EventKind, topic: str) -> Signed:
    """Write down once that a decision over exactly these bytes was made; signed already, it stays as it is.

    `row` is locked by the caller, in whose transaction this happens. Raises Conflict when the decision was about other bytes.
    """
    if row.approval:
        return row
    judged: Any = decision.manifest.get(component)
    if judged != digest(row.content()):
        raise Conflict(_("The decision is about other content than this. Nothing was signed."), code="signature.other_content")
    row.approved_at, row.approval = decision.decided_at, decision.public_id
    row.save(update_fields=["approved_at", "approval"])
    audit.record(actor, kind, row, {"decision": decision.public_id, "digest": judged})
    outbox.publish(actor, topic, row.use_case, {"id": row.public_id, "decision": decision.public_id})
    return row
