"""What was said of the lines of a case, and what would become of entries that are to be added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

from foundation.canonical import decimal_text
from governance.economics.actual_files import Entry, Problem
from governance.economics.actual_files.model import MOST_DIGITS
from governance.economics.cashflow import rounded
from governance.economics.cashflow.precision import EXACT
from governance.economics.components import plan_of
from governance.economics.models import Actual, ActualImport, ActualImportRow, Case, RateRecord, Snapshot
from governance.economics.results import month_after
from governance.economics.selectors.baselines import baseline_of, lines_known

Outcome = ActualImportRow.Outcome


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of an entry: `amount` in the case's currency, and the row whose place it takes."""

    entry: Entry
    outcome: Outcome
    amount: Decimal | None = None
    replaces: Actual | None = None
    there: Actual | None = None  # what was taken in under the same reference
    problems: tuple[Problem, ...] = ()


class Rates:
    """Exchange rates into the case's currency: those that its plan reckons with, so that a difference to it is one of amounts and not of
    exchange; else the newest record that is not later than the month."""

    def __init__(self, case: Case) -> None:
        self.own = case.currency
        baseline = baseline_of(case)
        snapshots = Snapshot.objects.filter(case=case).select_related("case").order_by("-number")[:1]
        self.planned: dict[str, Decimal] = {}
        for snapshot in (*([baseline.snapshot] if baseline else []), *snapshots):
            self.planned |= {rate.currency: rate.rate for rate in plan_of(snapshot).exchange if rate.currency not in self.planned}
        self._records: dict[str, list[tuple[date, Decimal]]] = {}

    def rate(self, currency: str, month: date) -> Decimal | None:
        """What one unit of the currency is in the case's; None where nobody said."""
        if currency in ("", self.own):
            return Decimal(1)
        if currency in self.planned:
            return self.planned[currency]
        end = month_after(month, 1)
        return next((rate for dated, rate in self._dated(currency) if dated < end), None)

    def _dated(self, currency: str) -> list[tuple[date, Decimal]]:
        if currency not in self._records:
            rows = RateRecord.objects.in_force().filter(kind=RateRecord.Kind.EXCHANGE, key=f"{currency}/{self.own}")
            told = rows.order_by("-dated").values_list("dated", "body")
            self._records[currency] = [(dated, Decimal(str(body["rate"]))) for dated, body in told if "rate" in body]
        return self._records[currency]


def planned_entries(case: Case, entries: Iterable[Entry], source: str, *, corrections: bool) -> list[Planned]:
    """What becomes of each entry as things are now. The same reference of a source is taken in once for each line and month.

    An amount that was taken in under its reference before is there already, whatever it was corrected to since: a file that is read
    again undoes nobody's correction. Another amount is a problem, or corrects what is there where `corrections` says so.
    """
    rates, lines = Rates(case), lines_known(case)
    entries = list(entries)
    known = _taken_in(case, source, {entry.reference for entry in entries if entry.reference})
    return [_planned(entry, rates, lines, known, corrections) for entry in entries]


def _planned(
    entry: Entry, rates: Rates, lines: Any, known: dict[tuple[str, date, str], list[Actual]], corrections: bool
) -> Planned:
    problems = list(entry.problems)
    if not entry.line and any(problem.code == "unmatched" for problem in problems):
        return Planned(entry, Outcome.UNMATCHED, problems=tuple(problems))
    if entry.line and entry.line not in lines and not any(problem.column == "line" for problem in problems):
        problems.append(Problem("no_line", "line", {"value": entry.line[:60], "known": ", ".join(list(lines)[:10])}))
    if problems or entry.month is None or entry.amount is None:
        return Planned(entry, Outcome.ERROR, problems=tuple(problems))
    amount, wrong = converted(rates, entry.amount, entry.currency, entry.month)
    if wrong is not None or amount is None:
        return Planned(entry, Outcome.ERROR, problems=(wrong,) if wrong else ())
    chain = known.get((entry.line, entry.month, entry.reference), [])
    currency = entry.currency or rates.own
    if not chain:
        return Planned(entry, Outcome.NEW, amount)
    same = next((row for row in chain if row.original == entry.amount and row.currency == currency), None)
    if same is not None:
        return Planned(entry, Outcome.SAME, amount, there=same)
    head = chain[-1]
    params = {"amount": decimal_text(head.original), "currency": head.currency}
    if corrections:
        return Planned(entry, Outcome.CORRECTED, amount, head, head, (Problem("corrects", "amount", params),))
    return Planned(entry, Outcome.ERROR, amount, there=head, problems=(Problem("other_amount", "amount", params),))


def converted(rates: Rates, amount: Decimal, currency: str, month: date) -> tuple[Decimal | None, Problem | None]:
    """An amount in the case's currency, to the cent; else what is wrong."""
    rate = rates.rate(currency, month)
    if rate is None:
        params = {"currency": currency, "own": rates.own, "month": f"{month:%Y-%m}"}
        return None, Problem("no_rate", "currency", params)
    with localcontext(EXACT):
        found = rounded(amount * rate)
    if found.adjusted() >= MOST_DIGITS:
        return None, Problem("too_large", "amount", {"digits": str(MOST_DIGITS)})
    return found, None


def _taken_in(case: Case, source: str, references: set[str]) -> dict[tuple[str, date, str], list[Actual]]:
    """What was taken in under these references, each with what took its place since, the last one last. Two queries."""
    if not references:
        return {}
    # a file may have more references than a database takes parameters
    rows = Actual.objects.filter(case=case, source=source, replaces=None).exclude(reference="")
    first = [row for row in rows.order_by("pk") if row.reference in references]
    after = {row.replaces_id: row for row in Actual.objects.filter(case=case).exclude(replaces=None)} if first else {}
    found = {}
    for row in first:
        chain = [row]
        while (later := after.get(chain[-1].pk)) is not None:
            chain.append(later)
        found[row.line, row.month, row.reference] = chain
    return found


def history_of(actual: Actual) -> list[Actual]:
    """A row with all that it took the place of and that took its place, the first one first. One query."""
    rows = Actual.objects.filter(case=actual.case_id, line=actual.line, month=actual.month).select_related("recorded_by")
    by_id = {row.pk: row for row in rows}
    after = {row.replaces_id: row for row in by_id.values() if row.replaces_id is not None}
    first = by_id[actual.pk]
    while first.replaces_id is not None:
        first = by_id[first.replaces_id]
    chain = [first]
    while (later := after.get(chain[-1].pk)) is not None:
        chain.append(later)
    return chain


def counts_of(rows: Sequence[Planned]) -> dict[str, int]:
    found = {str(outcome): 0 for outcome in Outcome}
    for row in rows:
        found[str(row.outcome)] += 1
    return found


def state_of(run: ActualImport) -> str:
    """Where a file stands: checking, checked, taking, taken, failed."""
    if run.finished_at is not None:
        return "taken"
    if run.failure or (run.job is not None and run.job.state in ("failed", "cancelled")):
        return "failed"
    if run.checked_at is None:
        return "checking"
    return "taking" if run.asked_at is not None else "checked"
