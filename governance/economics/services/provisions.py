"""Provisions: asked for, withdrawn, given back early. What people decide about them is in `provision_requests`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.errors import Conflict, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.economics import provision_effect as effects
from governance.economics.models import Budget, ProvisionRequest
from governance.economics.models.provisions import LONGEST_NEED, LONGEST_REASON
from governance.economics.permissions.provisions import may_ask_provision, may_end_provision
from governance.economics.provision_costs import months_between, total_of
from governance.economics.selectors.provisions import day_value_of
from governance.economics.services import provision_checks as checks
from governance.economics.services import provision_news as news
from governance.economics.services.budgets import MOVED, because
from governance.economics.services.unseen import unseen_in
from governance.usecases.models import StackDeviation, UseCase

ASKED = audit.kind("economics.provision.asked", _("Provision asked for"))
WITHDRAWN = audit.kind("economics.provision.withdrawn", _("Provision withdrawn"))
ENDED = audit.kind("economics.provision.ended", _("Provision given back early"))
EFFECT_FIELDS = {"days", "a_year", "because", "a_day", "a_day_because"}


def ask_provision(
    *,
    actor: Actor,
    use_case: UseCase,
    kind: str,
    title: str,
    need: str,
    lines: Sequence[Mapping[str, Any]],
    alternatives: Sequence[Mapping[str, Any]] = (),
    no_cheaper: str = "",
    without: Mapping[str, Any],
    budget: Budget,
    from_date: date,
    until_date: date,
    renews: ProvisionRequest | None = None,
    deviation: StackDeviation | None = None,
) -> ProvisionRequest:
    """Write down what a use case needs, so that it can be put before people. Nothing is committed by that, and it is never edited.

    Each line has title, quantity a month, unit, unit_price, and perhaps from_month and to_month (first days; else every month). Each
    alternative has title, cost and why_not. `without` has days, a_year (money a year less, in the case's currency), because, and
    perhaps a_day with a_day_because; else a day is worth what the approved case says, or the newest snapshot where none is approved.
    Raises NotAllowed; Invalid naming each problem with its place; Conflict for a budget that was ended.
    """
    require(may_ask_provision(actor, use_case))
    problems = checks.Problems([])
    row = ProvisionRequest(
        use_case=use_case,
        kind=kind,
        title=title.strip(),
        need=_lines(need),
        no_cheaper=no_cheaper.strip(),
        currency=budget.currency,
        budget=budget,
        from_date=from_date,
        until_date=until_date,
        renews=renews,
        deviation=deviation,
        created_by=actor.user,
        created_at=clock.now(),
    )
    _check_row(row, problems)
    _check_time(row, problems)
    if row.from_date <= row.until_date:
        costs = checks.check_lines(lines, from_date, until_date, problems)
        row.lines, row.total = [checks.stored(line) for line in costs], total_of(costs)
        if row.total > checks.MOST_MONEY:
            problems.add("lines", "range", _("That is more money than can be written down here."))
        row.alternatives = checks.check_alternatives(alternatives, no_cheaper, row.total, problems)
    row.without = effects.as_mapping(_checked_effect(use_case, without, problems))
    _check_links(row, problems)
    problems.found += unseen_in(_texts(row))
    if problems.found:
        raise Invalid(_("Some of what was sent cannot be used; see errors."), errors=problems.found)
    with transaction.atomic():
        UseCase.objects.select_for_update(of=("self",)).get(pk=use_case.pk)  # numbers follow one another
        budget = Budget.objects.select_for_update(of=("self",)).select_related("holder").get(pk=budget.pk)
        if budget.ended_at is not None:
            raise Conflict(_("This budget was ended. Choose another."), code="budget.ended")
        last = ProvisionRequest.objects.filter(use_case=use_case).order_by("-number").values_list("number", flat=True).first()
        row.number = (last or 0) + 1
        row.save(force_insert=True)
        data = {"kind": row.kind, "total": row.total, "currency": row.currency, "budget": budget.public_id, "number": row.number}
        audit.record(actor, ASKED, row, data, personal={"title": row.title, "need": row.need})
        outbox.publish(actor, "economics.provision.asked", row, {"scope": use_case.public_id})
    return row


def _texts(row: ProvisionRequest) -> dict[str, str]:
    """All words of it, by their fields."""
    said = {"title": row.title, "need": row.need, "no_cheaper": row.no_cheaper}
    for name, rows, fields in (("lines", row.lines, ("title", "unit")), ("alternatives", row.alternatives, ("title", "why_not"))):
        said |= {f"{name}[{at}].{field}": str(item[field]) for at, item in enumerate(rows) for field in fields}
    return said | {f"without.{name}": str(row.without.get(name) or "") for name in ("because", "a_day_because")}


def end_provision(*, actor: Actor, provision: ProvisionRequest, because_of: str) -> ProvisionRequest:
    """Take back what is asked for, or give back early what was approved: what is not spent of it is free again.

    Raises NotAllowed; Invalid without a reason; Conflict when it is over already.
    """
    require(may_end_provision(actor, provision))
    why = because("because", because_of)
    with transaction.atomic():
        lock_money(provision)
        row = locked_provision(provision)
        state = row.state()
        if state not in ("asked", "approved"):
            raise Conflict(_("This is over already: nothing is left to end."), code="provision.over")
        write_end(actor, row, why, WITHDRAWN if state == "asked" else ENDED)
        if state == "asked":
            outbox.publish(actor, "economics.provision.withdrawn", row)
    return row


def write_end(
    actor: Actor, row: ProvisionRequest, why: str, kind: audit.EventKind, data: Mapping[str, Any] | None = None
) -> None:
    """End a locked row from now on, tell who asked for it, and that its budget has more left."""
    row.ended_by, row.ended_at, row.ended_because = actor.user, clock.now(), why
    row.save(update_fields=["ended_by", "ended_at", "ended_because"])
    audit.record(actor, kind, row, dict(data or {}), personal={"because": why} if why else None)
    outbox.publish(actor, MOVED, row.budget)
    news.ended(actor, row)


def lock_money(provision: ProvisionRequest) -> Budget:
    """Lock its budget before the row itself: everybody who decides about money takes the locks in this order."""
    return Budget.objects.select_for_update(of=("self",)).select_related("holder").get(pk=provision.budget_id)


def locked_provision(provision: ProvisionRequest) -> ProvisionRequest:
    rows = ProvisionRequest.objects.select_for_update(of=("self",))
    related = ("use_case", "budget__holder", "renews", "deviation", "created_by")
    found: ProvisionRequest = rows.select_related(*related).get(pk=provision.pk)
    return found


# ---------------------------------------------------------------------------------------------------------------------


def _lines(text: str) -> str:
    """A text without empty lines, and without what stands around each: it goes on one side of paper."""
    return "\n".join(stripped for line in text.splitlines() if (stripped := line.strip()))


def _check_row(row: ProvisionRequest, problems: checks.Problems) -> None:
    """What the table says of each field, put beside the other problems."""
    left_out = (
        "number", "lines", "alternatives", "without", "total", "request", "decision", "decided_at", "warned_at", "ended_at",
        "ended_because", "ended_by",
    )  # fmt: skip
    try:
        validate(row, exclude=left_out)
    except Invalid as error:
        problems.found += [item for item in error.errors if item.field != "no_cheaper"]  # which is told with the alternatives
    for name, most in (("title", 120), ("need", LONGEST_NEED)):
        if getattr(row, name) and not checks.fits(getattr(row, name), most):
            problems.add(name, "too_long", checks.TOO_LONG % {"most": most})


def _check_time(row: ProvisionRequest, problems: checks.Problems) -> None:
    today = clock.now().date()
    if row.from_date > row.until_date:
        problems.add("until_date", "range", _("It does not end before it begins."))
        return
    if row.until_date < today:
        problems.add("until_date", "past", _("That day is over already."))
    if months_between(row.from_date, row.until_date) >= checks.MOST_MONTHS:
        most = {"most": checks.MOST_MONTHS}
        problems.add("until_date", "range", _("Ask for at most %(most)s months at once, and renew it.") % most)
    budget = row.budget
    if row.from_date < budget.from_date or row.until_date > budget.to_date:
        said = _("This budget is for %(first)s to %(last)s. Ask for that time, and for the rest out of the next one.")
        dates = {"first": budget.from_date.isoformat(), "last": budget.to_date.isoformat()}
        problems.add("until_date", "outside_budget", said % dates)


def _check_links(row: ProvisionRequest, problems: checks.Problems) -> None:
    if row.renews is not None and row.renews.use_case_id != row.use_case_id:
        problems.add("renews", "invalid", _("Only what this use case has can be renewed for it."))
    if row.renews is not None and row.renews.decision != "approved":
        problems.add("renews", "invalid", _("Only what was approved can be renewed."))
    if row.deviation is not None and row.kind != ProvisionRequest.Kind.EXCEPTION:
        problems.add("deviation", "not_here", _("Only an exception to the company stack refers to a deviation from it."))
    if row.deviation is not None and row.deviation.use_case_id != row.use_case_id:
        problems.add("deviation", "invalid", _("This deviation was recorded for another use case."))
    elif row.deviation is not None and not StackDeviation.objects.live(clock.now().date()).filter(pk=row.deviation.pk).exists():
        problems.add("deviation", "over", _("This deviation was ended, or its time is over. Record another one."))


def _checked_effect(use_case: UseCase, said: Mapping[str, Any], problems: checks.Problems) -> effects.Effect:
    """What not having it means, with what a day is worth: as somebody states it with a reason, else as the case says."""
    for name in sorted(set(said) - EFFECT_FIELDS):
        problems.add(f"without.{name}", "unknown", _("There is no such field."))
    days, a_year = (checks.number(said.get(name, 0), places=2) for name in ("days", "a_year"))
    if days is None or days > checks.MOST_DAYS:
        problems.add("without.days", "invalid", _("Write by how many days it would be later, 0 to %(most)s.") % {"most": 3650})
    if a_year is None:
        problems.add("without.a_year", "invalid", _("Write how much less it would bring a year, not negative; 0 for nothing."))
    because_text, a_day_because = str(said.get("because", "")), str(said.get("a_day_because", ""))
    if not checks.fits(because_text, checks.LONGEST_BECAUSE):
        said_why = _("Say in at most %(most)s letters what happens without it; a Chinese character counts as two.") % {
            "most": checks.LONGEST_BECAUSE
        }
        problems.add("without.because", "required", said_why)
    found = effects.Effect(days or Decimal(0), a_year or Decimal(0), _lines(because_text), effects.UNKNOWN)
    if said.get("a_day") not in (None, ""):
        a_day = checks.number(said["a_day"], places=2)
        if a_day is None:
            problems.add("without.a_day", "invalid", _("Write what a day of delay costs, not negative, to the cent."))
        if not checks.fits(a_day_because, LONGEST_REASON):
            why = _("Say in at most %(most)s letters why a day is worth that, and not what the case says.")
            problems.add("without.a_day_because", "required", why % {"most": LONGEST_REASON})
        known = day_value_of(use_case)
        currency = known[0].currency if known is not None else ""
        return replace(
            found, source=effects.STATED, a_day=a_day or Decimal(0), a_day_because=a_day_because.strip(), currency=currency
        )
    known = day_value_of(use_case)
    if known is None:
        return found
    value, snapshot = known
    return replace(
        found,
        source=effects.CASE,
        a_day=effects.cents(value.a_day),
        currency=value.currency,
        basis=value,
        snapshot=snapshot.number,
    )
