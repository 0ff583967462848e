"""The only door to "approved": what a decision makes of a proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, outbox, search
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict
from governance.dictionary import compatibility
from governance.dictionary.models import Change, DataElement, ElementVersion, Proposal

APPROVED = audit.kind("dictionary.proposal.approved", _("Proposal approved"))
VERSION_APPROVED = audit.kind("dictionary.version.approved", _("Meaning approved"))
RETIRED = audit.kind("dictionary.element.retired", _("Data element retired"))
COMPONENT = "dictionary_change"


class Decided(Protocol):
    """A frozen approval, as the room of approvals hands it down: its id, when it was made, and over which digests."""

    @property
    def public_id(self) -> str: ...
    @property
    def decided_at(self) -> datetime: ...
    @property
    def manifest(self) -> Mapping[str, str]: ...


def approve_proposal(*, actor: Actor, proposal: Proposal, decision: Decided) -> Proposal:
    """Put into force what a decision agreed to: called by the room of approvals, inside the deciding transaction.

    There is no permission to ask for: the decision is it. Raises Conflict when it is about other content, when the proposal is over,
    or when an element means something else by now than it did when the change was written.
    """
    with transaction.atomic():
        row = Proposal.objects.select_for_update(of=("self",)).select_related("dictionary").get(pk=proposal.pk)
        if row.approval == decision.public_id:
            return row
        if not row.is_open:
            raise Conflict(_("This proposal is over already."), code="proposal.over")
        changes = list(row.live_changes())
        list(
            DataElement.objects.select_for_update(of=("self",))
            .filter(pk__in=[item.element_id for item in changes])
            .order_by("pk")
        )
        if decision.manifest.get(COMPONENT) != digest(row.content()):
            raise Conflict(
                _("The decision is about other content than this. Nothing was put into force."), code="proposal.other_content"
            )
        if stale := outdated(changes):
            names = ", ".join(item.element.path for item in stale)
            raise Conflict(
                _("%(names)s means something else by now. Bring the proposal up to date first.") % {"names": names},
                code="proposal.outdated",
            )
        for change in changes:
            _apply(actor, change, decision)
        row.approved_at, row.approval = decision.decided_at, decision.public_id
        row.save(update_fields=["approved_at", "approval"])
        audit.record(actor, APPROVED, row, {"decision": decision.public_id, "elements": [item.element.path for item in changes]})
        outbox.publish(actor, "dictionary.proposal.approved", row, {"elements": [item.element.public_id for item in changes]})
    return row


def outdated(changes: Sequence[Change]) -> list[Change]:
    """Those that were written over another version than the one that is in force now. One query."""
    rows = ElementVersion.objects.filter(element__in=[item.element_id for item in changes]).in_force()
    now = {row.element_id: row.pk for row in rows}
    return [item for item in changes if now.get(item.element_id) != item.based_on_id]


def _apply(actor: Actor, change: Change, decision: Decided) -> None:
    element = change.element
    version = change.version
    if version is None:  # only where an element is retired
        element.retired_at, element.replaced_by = decision.decided_at, change.replaced_by
        element.save(update_fields=["retired_at", "replaced_by"])
        audit.record(actor, RETIRED, element, {"key": element.key, "decision": decision.public_id})
        return
    earlier = list(
        ElementVersion.objects.filter(element=element)
        .approved(decision.decided_at)
        .select_related("element")
        .order_by("approved_at", "number")
    )
    changed = bool(change.meaning_changed)
    before = earlier[-1] if earlier else None
    found = compatibility.compare(before.value if before else None, version.value, meaning_changed=changed)
    version.semver = (
        compatibility.next_version(before.semver, compatibility.minimum_bump(found)) if before and before.semver else "1.0.0"
    )
    version.reads_as = compatibility.reads_as(
        [(row.value, row.reads_as or row.digest) for row in earlier], version.value, meaning_changed=changed
    )
    version.approved_at, version.approval = decision.decided_at, decision.public_id
    version.save(update_fields=["semver", "reads_as", "approved_at", "approval"])
    version.element = element  # one row, so that what is found by its name says the new one
    if version.name and element.name != version.name:
        element.name = version.name
        element.save(update_fields=["name"])
        search.index(element, decision.decided_at)  # and what is found by its name; the event below is the version's
    details: dict[str, Any] = {"element": element.public_id, "decision": decision.public_id, "semver": version.semver}
    audit.record(actor, VERSION_APPROVED, version, {**details, "digest": version.digest, "reads_as": version.reads_as})
    outbox.publish(actor, "dictionary.version.approved", element, {"number": version.number, "reads_as": version.reads_as})
