"""Budgets of teams: opened, raised or cut with a reason, handed to another holder, ended."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import Denied, require
from foundation.services import validate
from governance.economics.models import Budget, BudgetChange, ProvisionRequest
from governance.economics.permissions.budgets import may_change_budget, may_hold_budget, may_open_budget
from governance.economics.plan.texts import currency_problem
from governance.economics.services.unseen import refuse_unseen
from governance.people.models import User

OPENED = audit.kind("economics.budget.opened", _("Budget opened"))
CHANGED = audit.kind("economics.budget.changed", _("Budget raised or cut"))
HANDED_OVER = audit.kind("economics.budget.handed_over", _("Budget handed to another holder"))
ENDED = audit.kind("economics.budget.ended", _("Budget ended"))
MOVED = "economics.budget.moved"  # news: what is left of a budget may be different
LONGEST_BECAUSE = 500


def open_budget(
    *,
    actor: Actor,
    team: str,
    title: str,
    currency: str,
    amount: Decimal,
    from_date: date,
    to_date: date,
    holder: User,
    note: str = "",
) -> Budget:
    """Say what a team may spend from one day to another, both included, and who decides about it.

    Raises NotAllowed; Invalid naming each field; Conflict where the team has a budget of this name that was not ended.
    """
    require(may_open_budget(actor))
    row = Budget(
        team=team.strip(),
        title=title.strip(),
        currency=currency.strip().upper(),
        amount=amount,
        from_date=from_date,
        to_date=to_date,
        holder=holder,
        note=note.strip(),
        created_by=actor.user,
        created_at=clock.now(),
    )
    validate(row)
    if (problem := currency_problem("currency", row.currency)) is not None:
        raise _wrong("currency", problem.code, problem.message)
    refuse_unseen({"team": row.team, "title": row.title, "note": row.note})
    if from_date > to_date:
        raise _wrong("to_date", "range", _("A budget does not end before it begins."))
    _check_holder(holder)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(actor, OPENED, row, {"amount": row.amount, "currency": row.currency}, personal={"note": row.note})
            outbox.publish(actor, "economics.budget.opened", row)
    except IntegrityError as error:
        said = _("This team has a budget of that name already. Give this one another name, or end that one.")
        raise Conflict(said, code="budget.named_twice") from error
    return row


def change_budget(*, actor: Actor, budget: Budget, amount: Decimal, reason: str) -> Budget:
    """Raise or cut a budget. It may be cut below what is spent and committed: then nothing more is within it, and its page says so.

    Raises NotAllowed; Invalid without a reason, for an amount that is none or the same; Conflict once it is ended.
    """
    require(may_change_budget(actor, budget))
    reason = because("reason", reason)
    with transaction.atomic():
        row = locked_budget(budget)
        require(may_change_budget(actor, row))
        if amount == row.amount:
            raise _wrong("amount", "same", _("It is that much already."))
        before, row.amount = row.amount, amount
        validate(row)
        row.save(update_fields=["amount"])
        change = BudgetChange(
            budget=row, before=before, after=amount, reason=reason, changed_by=actor.user, changed_at=clock.now()
        )
        change.save(force_insert=True)
        data = {"before": before, "after": amount, "change": change.public_id}
        states = {"budget_change": {change.public_id: digest(change.audit_state())}}
        audit.record(actor, CHANGED, row, data, personal={"reason": reason}, states=states)
        outbox.publish(actor, MOVED, row)
    return row


def hand_over_budget(*, actor: Actor, budget: Budget, holder: User, reason: str) -> Budget:
    """Name another holder: from now on requests for it wait for them. Raises as `change_budget`."""
    require(may_change_budget(actor, budget))
    reason = because("reason", reason)
    _check_holder(holder)
    with transaction.atomic():
        row = locked_budget(budget)
        require(may_change_budget(actor, row))
        if holder.pk == row.holder_id:
            raise _wrong("holder", "same", _("They hold it already."))
        before, row.holder = row.holder, holder
        row.save(update_fields=["holder"])
        data = {"from": before.public_id, "to": holder.public_id}
        audit.record(actor, HANDED_OVER, row, data, personal={"reason": reason})
        outbox.publish(actor, MOVED, row)
    return row


def end_budget(*, actor: Actor, budget: Budget, reason: str) -> Budget:
    """Close a budget: nothing can be asked for out of it any more; bills for what it paid still count on it.

    Raises NotAllowed; Invalid without a reason; Conflict while something draws on it or waits for it.
    """
    require(may_change_budget(actor, budget))
    reason = because("reason", reason)
    with transaction.atomic():
        row = locked_budget(budget)
        require(may_change_budget(actor, row))
        today = clock.now().date()
        undecided = Q(decision=None) | Q(decision="approved")
        held = ProvisionRequest.objects.filter(undecided, budget=row, ended_at=None, until_date__gte=today).count()
        if held:
            said = _("%(number)s requests draw on this budget or wait for it. End or withdraw them first.") % {"number": held}
            raise Conflict(said, code="budget.in_use")
        row.ended_at = clock.now()
        row.save(update_fields=["ended_at"])
        audit.record(actor, ENDED, row, {}, personal={"reason": reason})
        outbox.publish(actor, MOVED, row)
    return row


def locked_budget(budget: Budget) -> Budget:
    """The budget, for as long as somebody decides on its money: two who do so come one after the other."""
    return Budget.objects.select_for_update(of=("self",)).select_related("holder").get(pk=budget.pk)


def because(field: str, text: str) -> str:
    """Why, in words. Raises Invalid where nothing is said, or too much."""
    text = text.strip()
    refuse_unseen({field: text})
    if not text or "\0" in text or len(text) > LONGEST_BECAUSE:
        raise _wrong(field, "required", _("Say why, in at most %(most)s characters.") % {"most": LONGEST_BECAUSE})
    return text


def _check_holder(holder: User) -> None:
    allowed = may_hold_budget(holder)
    if isinstance(allowed, Denied):
        raise _wrong("holder", "not_a_holder", allowed.reason)


def _wrong(field: str, code: str, said: object) -> Invalid:
    return Invalid(said, errors=[FieldError(field, code, said)])
