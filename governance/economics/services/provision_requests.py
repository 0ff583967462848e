"""Provisions on which people decide in a request for approval: what its end does to them. Only the room of approvals calls this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict
from governance.economics.models import ProvisionRequest
from governance.economics.selectors.budgets import BUDGET, budget_digest, within_budgets
from governance.economics.services import provision_news as news
from governance.economics.services.budgets import MOVED
from governance.economics.services.provisions import ENDED, lock_money, locked_provision, write_end
from governance.people.models import User
from governance.people.roles import ADMINISTRATOR

APPROVED = audit.kind("economics.provision.approved", _("Provision approved"))
REFUSED = audit.kind("economics.provision.refused", _("Provision refused"))
PROVISION = "provision"  # the component of a request: what is asked for


class Decided(Protocol):
    """A frozen approval, as the room of approvals hands it down: its id, when it was made, and over which digests."""

    @property
    def public_id(self) -> str: ...
    @property
    def decided_at(self) -> datetime: ...
    @property
    def manifest(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Consent:
    """Somebody who agreed in the request: in which role, and in whose place if not their own."""

    user: User
    role: str
    principal: User | None = None


def approve_provision(
    *, actor: Actor, provision: ProvisionRequest, decision: Decided, request: str, agreed: Sequence[Consent]
) -> ProvisionRequest:
    """Commit the money, because a request about it was approved: inside the deciding transaction. `request` is its public id.

    The budget is locked first, and whether the total is within it is found out then: of two approvals that together overdraw it the
    second finds it above, which is another content than the one that was agreed to. Whatever its policy says, who holds the budget
    or an administrator is among those who agreed, and is not who asked. Raises Conflict in each of these cases, and for what is over.
    """
    with transaction.atomic():
        budget = lock_money(provision)
        row = locked_provision(provision)
        _refuse_over(row)
        if decision.manifest.get(PROVISION) != digest(row.content()):
            raise Conflict(
                _("The decision is about other content than this. Nothing was approved."), code="provision.other_content"
            )
        within = within_budgets([row])[row.pk]
        if decision.manifest.get(BUDGET) != budget_digest(row, within):
            said = (
                _("The budget has enough for this again. Look at it anew.")
                if within
                else _("Meanwhile the budget has less left than this costs. Look at it anew: it is above the budget now.")
            )
            raise Conflict(said, code="provision.budget_moved")
        holders = {budget.holder_id}
        if not any(_answers_for(voice, holders, row) for voice in agreed):
            said = _("%(holder)s holds this budget, and did not agree to it. Without that, or an administrator, nothing is paid.")
            raise Conflict(said % {"holder": budget.holder}, code="provision.not_the_holder")
        data = {"approval": decision.public_id, "request": request, "within": within, "total": row.total}
        _write(actor, row, "approved", request, decision.decided_at)
        audit.record(actor, APPROVED, row, data)
        outbox.publish(actor, "economics.provision.approved", row, {"within": within})
        outbox.publish(actor, MOVED, budget)
        news.decided(actor, row)
    return row


def refuse_provision(*, actor: Actor, provision: ProvisionRequest, request: str, because: str) -> ProvisionRequest:
    """Refuse it, because a request about it was rejected: inside that transaction. Raises Conflict for what is over."""
    with transaction.atomic():
        row = locked_provision(provision)
        _refuse_decided(row)  # what it was asked for may be over: it can be refused all the same
        _write(actor, row, "refused", request, clock.now())
        audit.record(actor, REFUSED, row, {"request": request}, personal={"because": because} if because else None)
        outbox.publish(actor, "economics.provision.refused", row)
        news.decided(actor, row)
    return row


def end_revoked_provision(*, actor: Actor, provision: ProvisionRequest, decision: Decided, reason: str) -> ProvisionRequest:
    """End it, because the approval that it rests on was revoked: inside that transaction. What was used stays spent."""
    with transaction.atomic():
        lock_money(provision)
        row = locked_provision(provision)
        if row.state() == "approved":
            write_end(actor, row, reason.strip()[:500], ENDED, {"approval": decision.public_id})
    return row


def _answers_for(voice: Consent, holders: set[int], row: ProvisionRequest) -> bool:
    """Whether this is the word of who answers for the money, and not of who asked for it."""
    behind = {voice.user.pk, *([voice.principal.pk] if voice.principal is not None else [])}
    return row.created_by_id not in behind and (voice.role == ADMINISTRATOR or bool(holders & behind))


def _refuse_decided(row: ProvisionRequest) -> None:
    if row.state() != "asked":
        raise Conflict(_("This was decided or withdrawn already."), code="provision.over")


def _refuse_over(row: ProvisionRequest) -> None:
    _refuse_decided(row)
    if row.until_date < clock.now().date():
        raise Conflict(_("The time it was asked for is over. Ask for it anew."), code="provision.over")
    if row.budget.ended_at is not None:
        raise Conflict(_("Its budget was ended, so nothing can be paid from it."), code="budget.ended")


def _write(actor: Actor, row: ProvisionRequest, decision: str, request: str, at: datetime) -> None:
    row.decision, row.request, row.decided_at = decision, request, at
    row.save(update_fields=["decision", "request", "decided_at"])
