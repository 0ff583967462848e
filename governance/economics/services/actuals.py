"""What a line really came to: said, corrected, and taken in many at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, bulk, clock, outbox
from foundation.actor import Actor
from foundation.canonical import decimal_text, digest
from foundation.errors import Conflict, FieldError, Invalid
from foundation.models import PublicIdModel
from foundation.permissions import require
from foundation.services import validate
from governance.economics.actual_files import Entry, Problem
from governance.economics.actual_files.model import (
    LONGEST_NOTE,
    LONGEST_REFERENCE,
    amount_of,
    currency_of,
    hidden_in,
    month_of,
)
from governance.economics.models import Actual, ActualImportRow, Case
from governance.economics.permissions.actuals import may_record_actuals
from governance.economics.selectors.actuals import Planned, Rates, converted, counts_of, planned_entries
from governance.economics.services.figures import keep_figures
from governance.economics.services.variance import watch_results
from governance.economics.wording.actuals import problem_said
from governance.usecases.models import UseCase

RECORDED = audit.kind("economics.actual.recorded", _("Actual recorded"))
CORRECTED = audit.kind("economics.actual.corrected", _("Actual corrected"))
TAKEN_IN = audit.kind("economics.actuals.taken_in", _("Actuals taken in"))
MOST_AT_ONCE = 500  # of one call of the API; more are a file
PIECE = 2000  # rows that one event vouches for
FIELDS = ("line", "month", "amount", "currency", "reference", "note")
Outcome = ActualImportRow.Outcome


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of entries: the plan, and for each that was written or known its row."""

    planned: tuple[Planned, ...]
    rows: tuple[Actual | None, ...]

    @property
    def counts(self) -> dict[str, int]:
        return counts_of(self.planned)


def record_actual(
    *,
    actor: Actor,
    use_case: UseCase,
    line: str,
    month: str | date,
    amount: str | Decimal,
    currency: str = "",
    reference: str = "",
    note: str = "",
) -> Actual:
    """Say what a line came to in a month. `amount` is positive in the direction of the line, in `currency` or the case's.

    Raises NotAllowed; Invalid with what is wrong in which field; Conflict where the same reference stands there already.
    """
    said = {"line": line, "month": month, "amount": amount, "currency": currency, "reference": reference, "note": note}
    require(may_record_actuals(actor, use_case))
    entry, errors = _entry(said, "")
    with transaction.atomic():
        case = locked_case(use_case)
        plan = planned_entries(case, [entry], Actual.Source.ENTERED, corrections=False)[0]
        if plan.there is not None:
            raise Conflict(
                _("“%(reference)s” stands there already for this line and month. Correct it, or give another reference.")
                % {"reference": entry.reference},
                code="actual.taken_in",
                errors=[FieldError("reference", "taken_in", _("This reference stands there already."))],
            )
        errors += [FieldError(problem.column, problem.code, problem_said(problem)) for problem in plan.problems[len(errors) :]]
        if errors:
            raise Invalid(_("Some of what was sent cannot be used; see errors."), errors=errors)
        row = _row(case, plan, Actual.Source.ENTERED, actor, clock.now())
        validate(row)
        row.save(force_insert=True)
        audit.record(actor, RECORDED, row, _said(row), personal={"note": row.note})
        _tell(actor, case)
    return row


def correct_actual(*, actor: Actor, actual: Actual, amount: str | Decimal, because: str, currency: str = "") -> Actual:
    """Put another amount in the place of one that is wrong. Both stay: who said which, when and why.

    What stands under the wrong line or month is corrected to 0 and said anew. Raises NotAllowed; Invalid; Conflict where somebody
    corrected it meanwhile, or nothing would change.
    """
    require(may_record_actuals(actor, actual.case.use_case))
    value, wrong = amount_of(_text(amount), "amount")
    code, wrong_currency = currency_of(currency, "currency")
    problems = [problem for problem in (wrong, wrong_currency) if problem is not None]
    errors = [FieldError(problem.column, problem.code, problem_said(problem)) for problem in problems]
    if not because.strip():
        errors.append(FieldError("because", "empty", _("Say why it is corrected.")))
    if hidden := hidden_in(because, "because"):
        errors.append(FieldError("because", hidden.code, problem_said(hidden)))
    if errors or value is None:
        raise Invalid(_("Some of what was sent cannot be used; see errors."), errors=errors)
    with transaction.atomic():
        case = locked_case(actual.case.use_case)
        if Actual.objects.filter(replaces=actual).exists():
            raise Conflict(_("Somebody corrected this meanwhile. Look at what stands there now."), code="actual.overtaken")
        found, problem = converted(Rates(case), value, code or actual.currency, actual.month)
        if problem is not None or found is None:
            said = problem_said(problem) if problem else ""
            raise Invalid(said, errors=[FieldError("currency", problem.code if problem else "invalid", said)])
        if value == actual.original and (code or actual.currency) == actual.currency:
            raise Conflict(_("This amount stands there already."), code="actual.same")
        row = Actual(
            case=case,
            line=actual.line,
            month=actual.month,
            amount=found,
            original=value,
            currency=code or actual.currency,
            source=Actual.Source.ENTERED,
            note=because.strip(),
            replaces=actual,
            recorded_by=actor.user,
            recorded_at=clock.now(),
        )
        validate(row)
        row.save(force_insert=True)
        audit.record(actor, CORRECTED, row, _said(row), personal={"note": row.note})
        _tell(actor, case)
    return row


def record_actuals(
    *, actor: Actor, use_case: UseCase, entries: Sequence[Mapping[str, Any]], corrections: bool = False, dry_run: bool = False
) -> Taken:
    """Take in what a pipeline sends, all of it or nothing. The same reference is taken in once for each line and month.

    Raises NotAllowed; Invalid with a path such as `actuals[3].month` for each problem.
    """
    require(may_record_actuals(actor, use_case))
    if not 1 <= len(entries) <= MOST_AT_ONCE:
        why = _("Send between 1 and %(most)s at once; more go into a file.") % {"most": MOST_AT_ONCE}
        raise Invalid(why, errors=[FieldError("actuals", "count", why)])
    read, errors, seen = [], [], set()
    for at, said in enumerate(entries):
        entry, wrong = _entry(said, f"actuals[{at}].")
        if not entry.reference:
            wrong.append(FieldError(f"actuals[{at}].reference", "reference", problem_said(Problem("reference", "reference"))))
        key = (entry.line, entry.month, entry.reference)
        if entry.reference and key in seen:
            params = {"value": entry.reference, "row": "–"}
            wrong.append(
                FieldError(f"actuals[{at}].reference", "repeated", problem_said(Problem("repeated", "reference", params)))
            )
        seen.add(key)
        read.append(entry)
        errors += wrong
    with transaction.atomic():
        case = locked_case(use_case)
        plan = planned_entries(case, read, Actual.Source.CI, corrections=corrections)
        known = {error.field for error in errors}
        for at, one in enumerate(plan):
            if one.outcome == Outcome.ERROR:
                errors += [
                    FieldError(f"actuals[{at}].{problem.column}", problem.code, problem_said(problem))
                    for problem in one.problems
                    if f"actuals[{at}].{problem.column}" not in known
                ]
        if errors:
            raise Invalid(_("Some of what was sent cannot be used; see errors."), errors=errors)
        if dry_run:
            return Taken(tuple(plan), tuple(one.there for one in plan))
        return write_planned(actor, case, plan, Actual.Source.CI, subject=case)


def write_planned(
    actor: Actor,
    case: Case,
    plan: Sequence[Planned],
    source: str,
    *,
    subject: PublicIdModel,
    data: Mapping[str, Any] | None = None,
) -> Taken:
    """Write what is new and what corrects, in the caller's transaction, which holds the lock on the case. Nothing new: no event.

    The events of `subject` vouch for the rows in pieces, the last of them with `data`.
    """
    now = clock.now()
    rows = [_row(case, one, source, actor, now) if one.outcome in (Outcome.NEW, Outcome.CORRECTED) else None for one in plan]
    written = [row for row in rows if row is not None]
    try:
        with transaction.atomic():
            bulk.insert(written)
    except IntegrityError as error:
        raise Conflict(_("Somebody took in the same at this moment. Try again."), code="actual.race") from error
    starts = range(0, len(written), PIECE)
    for part, start in enumerate(starts, 1):
        states = {"actual": {row.public_id: digest(row.audit_state()) for row in written[start : start + PIECE]}}
        more = {**(data or {}), "part": part, "of": len(starts), "source": source}
        audit.record(actor, TAKEN_IN, subject, more, states=states)
    if written:
        _tell(actor, case)
    return Taken(tuple(plan), tuple(row or one.there for row, one in zip(rows, plan, strict=True)))


def locked_case(use_case: UseCase) -> Case:
    """The case, held until the transaction ends, so that what is taken in twice at once is taken in once. Raises Conflict without one."""
    found = Case.objects.select_for_update(of=("self",)).select_related("use_case").filter(use_case=use_case).first()
    if found is None:
        raise Conflict(
            _("Costs and benefits were not written down yet, so there is no line to say anything of."), code="economics.none"
        )
    return found


def _tell(actor: Actor, case: Case) -> None:
    keep_figures(case)
    outbox.publish(actor, "economics.actuals.changed", case.use_case, {"case": case.public_id})
    watch_results(actor=actor, case=case)


def _row(case: Case, plan: Planned, source: str, actor: Actor, now: datetime) -> Actual:
    entry = plan.entry
    if entry.month is None or entry.amount is None or plan.amount is None:
        raise ValueError("an entry that could not be read is not written")
    return Actual(
        case=case,
        line=entry.line,
        month=entry.month,
        amount=plan.amount,
        original=entry.amount,
        currency=entry.currency or case.currency,
        source=source,
        reference=entry.reference,
        note=entry.note,
        replaces=plan.replaces,
        recorded_by=actor.user,
        recorded_at=now,
    )


def _entry(said: Mapping[str, Any], path: str) -> tuple[Entry, list[FieldError]]:
    """One entry as somebody sent it, with what cannot be read of it."""
    month, wrong_month = month_of(_text(said.get("month", "")), "month", clock.now().date())
    amount, wrong_amount = amount_of(_text(said.get("amount", "")), "amount")
    currency, wrong_currency = currency_of(_text(said.get("currency", "")), "currency")
    texts = {name: _text(said.get(name, "")).strip() for name in ("line", "reference", "note")}
    long = [
        Problem("too_long", name, {"most": str(most)})
        for name, most in (("reference", LONGEST_REFERENCE), ("note", LONGEST_NOTE))
        if len(texts[name]) > most
    ]
    hidden = [hidden_in(text, name) for name, text in texts.items()]
    problems = tuple(problem for problem in (wrong_month, wrong_amount, wrong_currency, *long, *hidden) if problem is not None)
    entry = Entry("", texts["line"], month, amount, currency, texts["reference"], texts["note"], problems=problems)
    return entry, [FieldError(f"{path}{problem.column}", problem.code, problem_said(problem)) for problem in problems]


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return decimal_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _said(row: Actual) -> dict[str, Any]:
    return {
        "line": row.line,
        "month": f"{row.month:%Y-%m}",
        "amount": decimal_text(row.amount),
        "source": row.source,
        "reference": row.reference,
        "replaces": row.replaces.public_id if row.replaces is not None else None,
    }
