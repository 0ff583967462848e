"""Writing down what a use case costs and brings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.economics.cashflow import Refused, evaluate, rounded, yearly_rate
from governance.economics.components import FIRST_PLACES, component_body, stored_columns
from governance.economics.models import Case, CaseDraft, Snapshot
from governance.economics.permissions.cases import may_write
from governance.economics.plan import Plan
from governance.economics.plan.checked import problems_of
from governance.economics.plan.limits import MOST_PLACES_OF_RATES
from governance.economics.plan.problems import Problem
from governance.economics.plan.reading import Reader
from governance.economics.plan.written import read_plan
from governance.economics.selectors.cases import currency_is_settled, current_snapshot
from governance.economics.services.figures import keep_figures
from governance.economics.wording.refusals import refused_told
from governance.usecases.models import UseCase

OPENED = audit.kind("economics.case.opened", _("Cost-benefit case opened"))
CORRECTED = audit.kind("economics.case.currency_corrected", _("Currency of a case corrected"))
WRITTEN = audit.kind("economics.snapshot.written", _("Costs and benefits written"))
SOME_WRONG = _("Some of what was sent cannot be used; see errors.")
WROTE_MEANWHILE = _("Somebody wrote a new snapshot meanwhile. Look at it first.")
# How the fields of today's body are called that have another name in a plan.
_FIRST_NAMES = {"discount.steps.0.1": "discount_rate", "prices": "real_or_nominal"}
_PLACE = re.compile(r"\b(lines|scenarios|exchange|biases|mitigations|correlations|steps)\.(\d+)")


def write_snapshot(
    *,
    actor: Actor,
    use_case: UseCase,
    plan: Plan | Mapping[str, Any] | None = None,
    horizon: int | None = None,
    discount_rate: Decimal | None = None,
    real_or_nominal: str = "",
    lines: Sequence[Mapping[str, Any]] = (),
    currency: str = "",
    period: str = Snapshot.Period.YEAR,
    note: str = "",
    based_on: int | None = None,
    authors: Sequence[str] = (),
) -> Snapshot:
    """Write costs and benefits down anew; the first time opens the case. The same content changes nothing, whatever the note.

    Either `plan`, as a value or as `plan.written` writes it, or the fields that a simple case has: horizon, discount_rate (of a
    period: 0.1 is 10 %), real_or_nominal, lines, currency and period. Each line has key, title, kind, quantity, unit, unit_price,
    from_period and perhaps to_period (else it falls once), and whatever else a line of a plan has.
    `based_on` is the number of the snapshot its author had before them (0: none); without it nobody asks. `authors`: public ids of
    those who worked on it besides the actor.
    Raises NotAllowed; Invalid with a path for each field that is wrong; Conflict when the case is kept in another currency or
    somebody wrote a snapshot meanwhile.
    """
    require(may_write(actor, use_case))
    known = Case.objects.filter(use_case=use_case).first()
    if plan is None:
        frame = {"horizon": horizon, "discount_rate": discount_rate, "real_or_nominal": real_or_nominal, "period": period}
        content = _of_fields(frame, lines, currency or (known.currency if known else ""))
    else:
        content = checked_plan(plan)
    row = Snapshot(
        **stored_columns(content),
        note=note.strip(),
        authors=sorted(set(authors) - {actor.user.public_id if actor.user else ""}),
        created_by=actor.user,
    )
    if plan is None and period == Snapshot.Period.MONTH:
        _keep_first_format(row, content, discount_rate)
    validate(row, exclude=("case", "number", "digest", "lines", "plan", "authors", "created_at"))
    try:
        with transaction.atomic():
            row.case = open_case(actor, use_case, content.currency)
            row.digest = digest(component_body(row))
            current = current_snapshot(use_case)
            if current is not None and current.digest == row.digest:
                return current
            row.number, row.created_at = (current.number if current else 0) + 1, clock.now()
            if based_on is not None and based_on != row.number - 1:
                raise Conflict(WROTE_MEANWHILE, code="economics.conflict")
            row.save(force_insert=True)
            keep_figures(row.case)
            audit.record(actor, WRITTEN, row, {"number": row.number, "digest": row.digest}, personal={"note": row.note})
            outbox.publish(actor, "economics.snapshot.written", use_case, {"number": row.number, "digest": row.digest})
    except IntegrityError as error:
        raise Conflict(WROTE_MEANWHILE, code="economics.conflict") from error
    return row


def open_case(actor: Actor, use_case: UseCase, currency: str) -> Case:
    """The case, locked so that one after the other writes; opened when there is none. Within a transaction.

    Where nothing of it was written down yet and there is no draft, another currency takes the place of its own.
    Raises Conflict when it is kept in another currency, Invalid for a currency that is none.
    """
    known = Case.objects.select_for_update(of=("self",)).select_related("use_case").filter(use_case=use_case).first()
    if known is not None:
        if currency and currency != known.currency:
            if CaseDraft.objects.filter(case=known).exists():
                raise Conflict(kept_in(known), code="economics.currency")
            correct_currency(actor, known, currency)
        return known
    row = Case(use_case=use_case, currency=currency, created_by=actor.user, created_at=clock.now())
    validate(row)
    row.save(force_insert=True)
    audit.record(actor, OPENED, row, {"currency": currency})
    return row


def correct_currency(actor: Actor, case: Case, currency: str) -> None:
    """Keep a case in another currency, as long as no version says amounts in its own. Within a transaction that locked the case.

    Raises Conflict once a version was written down, Invalid for a currency that is none.
    """
    if currency_is_settled(case):
        raise Conflict(kept_in(case), code="economics.currency")
    before, case.currency = case.currency, currency
    validate(case)
    case.save(update_fields=["currency"])
    audit.record(actor, CORRECTED, case, {"before": before, "currency": currency})


def kept_in(case: Case) -> str:
    """Why amounts in another currency are refused."""
    return _("This case is kept in %(currency)s.") % {"currency": case.currency}


# What may be written down ---------------------------------------------------------------------------------------------------


def checked_plan(plan: Plan | Mapping[str, Any]) -> Plan:
    """The plan, if nothing is wrong with it and it can be reckoned. Raises Invalid with every problem and its path."""
    refuse_problems(problems_of(plan))
    found = plan if isinstance(plan, Plan) else read_plan(plan, Reader())
    try:
        evaluate(found)
    except Refused as error:  # what no check foresaw must not be written down either
        raise Invalid(SOME_WRONG, errors=[FieldError(error.where, error.code, refused_told(error))]) from error
    return found


def refuse_problems(problems: Sequence[Problem]) -> None:
    """Raises Invalid with all of them, if there are any."""
    if problems:
        raise Invalid(SOME_WRONG, errors=[field_error(problem) for problem in problems])


def field_error(problem: Problem) -> FieldError:
    """A problem by its path as errors have it: `lines[3].unit_price`."""
    return FieldError(_PLACE.sub(r"\1[\2]", problem.path), problem.code, problem.message)


def _of_fields(frame: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], currency: str) -> Plan:
    """The plan that today's fields describe. Raises Invalid, with the names of these fields."""
    rate = frame["discount_rate"]
    if frame["period"] == Snapshot.Period.MONTH and isinstance(rate, Decimal) and rate.is_finite() and rate > -1:
        rate = rounded(yearly_rate(rate, 12), MOST_PLACES_OF_RATES)
    prices = frame["real_or_nominal"]
    content = {
        "currency": currency,
        "period": str(frame["period"]),
        "horizon": frame["horizon"],
        "prices": prices,
        "discount": {"steps": [[0, rate]], "prices": prices},
        "lines": lines,
    }
    problems = [
        Problem(_FIRST_NAMES.get(problem.path, problem.path), problem.code, problem.params)
        for problem in problems_of(content, told=("discount.prices",))
    ]
    refuse_problems(problems)
    return checked_plan(read_plan(content, Reader()))


def _keep_first_format(row: Snapshot, plan: Plan, rate: Decimal | None) -> None:
    """A simple case by months states its rate a month, and has always been kept so."""
    alone = stored_columns(_by_years(plan))
    if rate is not None and alone["plan"] is None and rate == rate.quantize(FIRST_PLACES):
        row.plan, row.discount_rate = None, rate


def _by_years(plan: Plan) -> Plan:
    """The plan as if its periods were years, at a rate that the first format can hold: whether it has anything else shows then."""
    return replace(plan, period="year", discount=replace(plan.discount, steps=((0, Decimal(0)),)))
