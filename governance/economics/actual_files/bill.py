"""Cloud bills in the form of FOCUS (FinOps Open Cost and Usage Specification, 1.0 to 1.2): which line each charge belongs to. Pure.

Charges are added up by line, month, currency and invoice before they are rounded to the cent: a bill has thousands of fractions of one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

from governance.economics.actual_files.model import (
    LONGEST_REFERENCE,
    Entry,
    Problem,
    currency_of,
    fine_amount_of,
    hidden_in,
    month_of,
    shown,
)
from governance.economics.actual_files.rows import refuse_holes
from governance.economics.cashflow import rounded
from governance.economics.cashflow.precision import EXACT, ZERO
from governance.usecases.intake.table import Line, Table, Unreadable

COSTS = ("BilledCost", "EffectiveCost")  # what is on the invoice; what was used of it, with commitments paid in advance spread
_MONTHS = ("ChargePeriodStart", "BillingPeriodStart")
_INVOICE = ("InvoiceId", "BillingAccountId", "SubAccountId")
_TEXTS = ("ServiceName", "ServiceCategory", "ResourceId", "ProviderName", *_INVOICE)
BY = ("resource", "tag", "service")  # the nearest first
MOST_RULES = 200
MOST_FOUND = 60


@dataclass(frozen=True, slots=True)
class Rule:
    """Charges of a service, of a resource, or with a tag belong to a line. `name` is the key of a tag; `line` empty: to none."""

    by: str
    name: str
    value: str
    line: str

    def as_mapping(self) -> dict[str, str]:
        return {"by": self.by, "name": self.name, "value": self.value, "line": self.line}


@dataclass(frozen=True, slots=True)
class Found:
    """Something by which charges of a bill can be told apart, how many have it, and what they come to, by currency."""

    by: str
    name: str
    value: str
    count: int
    amounts: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Bill:
    """What a bill says: sums that belong to a line, those that belong to none, charges that cannot be read, and what it has."""

    entries: tuple[Entry, ...]
    found: tuple[Found, ...]


@dataclass(slots=True)
class _Sum:
    amount: Decimal = ZERO
    count: int = 0
    rows: list[str] = field(default_factory=list)

    def add(self, amount: Decimal, row: str) -> None:
        with localcontext(EXACT):
            self.amount += amount
        self.count += 1
        if len(self.rows) < 3:
            self.rows.append(row)


def rules_of(said: Iterable[Mapping[str, Any]]) -> tuple[list[Rule], list[Problem]]:
    """Rules as they were sent, with what is wrong with them by their place."""
    found, problems = [], []
    for at, item in enumerate(said):
        rule = Rule(*(str(item.get(name, "")).strip()[:200] for name in ("by", "name", "value", "line")))
        if hidden := hidden_in("".join(rule.as_mapping().values()), f"rules[{at}]"):
            problems.append(hidden)
        elif rule.by not in BY or not rule.value or (rule.by == "tag") != bool(rule.name):
            problems.append(Problem("rule", f"rules[{at}]"))
        else:
            found.append(rule)
    if len(found) > MOST_RULES:
        problems.append(Problem("too_many_rules", "rules", {"most": str(MOST_RULES)}))
    return found, problems


def read_bill(table: Table, rules: Sequence[Rule], cost: str, today: date) -> Bill:
    """The charges of a bill by the lines they belong to. Of the rules that fit, the nearest counts: resource, then tag, then service.

    Raises Unreadable where a column is missing that FOCUS demands, and where cells look empty that are not.
    """
    refuse_holes(table)
    at = {name.strip().casefold(): place for place, name in enumerate(table.columns)}
    month_at = next((at[name.casefold()] for name in _MONTHS if name.casefold() in at), None)
    missing = [name for name in (cost, "BillingCurrency") if name.casefold() not in at]
    if month_at is None:
        missing.append(_MONTHS[0])
    if missing or month_at is None:
        raise Unreadable("focus_columns", missing=", ".join(missing))
    used = (cost, "BillingCurrency", *_MONTHS, *_TEXTS, "Tags")
    if again := [name for name in used if f"{name} (2)".casefold() in at]:
        raise Unreadable("column_twice", columns=", ".join(again))
    ordered = sorted((rule for rule in rules), key=lambda rule: BY.index(rule.by))
    sums: dict[tuple[str, date, str, str], _Sum] = {}
    loose: dict[tuple[str, date, str], _Sum] = {}
    seen: dict[tuple[str, str, str], dict[str, _Sum]] = {}
    wrong: list[Entry] = []
    for row in table.rows:
        charge = _charge(row, at, month_at, cost, today)
        if charge.problems or charge.month is None or charge.amount is None:
            wrong.append(Entry(str(row.number), charge.service[:120], None, None, said=charge.said, problems=charge.problems))
            continue
        marks = charge.marks()
        for mark in marks:
            seen.setdefault(mark, {}).setdefault(charge.currency, _Sum()).add(charge.amount, str(row.number))
        line = next((rule.line for rule in ordered if (rule.by, rule.name, rule.value) in marks), "")
        if line:
            key = (line, charge.month, charge.currency, charge.reference)
            sums.setdefault(key, _Sum()).add(charge.amount, str(row.number))
        else:
            loose.setdefault((charge.service, charge.month, charge.currency), _Sum()).add(charge.amount, str(row.number))
    entries = [
        Entry(f"×{one.count}", line, month, rounded(one.amount), currency, reference[:LONGEST_REFERENCE])
        for (line, month, currency, reference), one in sorted(sums.items())
    ]
    entries += [
        Entry(
            f"×{one.count}", "", month, rounded(one.amount), currency, service[:LONGEST_REFERENCE],
            problems=(_unmatched(service, one),),
        )
        for (service, month, currency), one in sorted(loose.items())
    ]  # fmt: skip
    return Bill((*entries, *wrong), _told(seen))


def _unmatched(service: str, one: _Sum) -> Problem:
    rows = ", ".join(one.rows) + (" …" if one.count > len(one.rows) else "")
    return Problem("unmatched", "line", {"service": service[:80], "rows": rows})


def _told(seen: Mapping[tuple[str, str, str], Mapping[str, _Sum]]) -> tuple[Found, ...]:
    """Services first, then tags, the largest first; resources are too many to choose from."""
    found = [
        Found(by, name, value, sum(one.count for one in sums.values()), {key: rounded(one.amount) for key, one in sums.items()})
        for (by, name, value), sums in seen.items()
        if by != "resource"
    ]
    found.sort(key=lambda one: (one.by != "service", -max(abs(amount) for amount in one.amounts.values()), one.name, one.value))
    return tuple(found[:MOST_FOUND])


@dataclass(frozen=True, slots=True)
class _Charge:
    service: str
    resource: str
    tags: Mapping[str, str]
    month: date | None
    amount: Decimal | None
    currency: str
    reference: str
    said: tuple[str, str]
    problems: tuple[Problem, ...]

    def marks(self) -> set[tuple[str, str, str]]:
        """All by which a rule may know it."""
        marks = {("tag", name, value) for name, value in self.tags.items()}
        marks |= {("service", "", self.service)} if self.service else set()
        return marks | ({("resource", "", self.resource)} if self.resource else set())


def _charge(row: Line, at: Mapping[str, int], month_at: int, cost: str, today: date) -> _Charge:
    def written(name: str) -> str:
        place = at.get(name.casefold())
        return row.cells[place].strip() if place is not None else ""

    def cell(name: str) -> str:
        return shown(written(name))

    problems: list[Problem | None] = [hidden_in(written(name), name) for name in _TEXTS]
    if row.surplus:
        problems.append(Problem("surplus", "line", {"count": str(row.surplus)}))
    month, bad_month = month_of(shown(row.cells[month_at]), "ChargePeriodStart", today)
    amount, bad_amount = fine_amount_of(cell(cost), cost)
    currency, bad_currency = currency_of(cell("BillingCurrency"), "BillingCurrency")
    if not currency and bad_currency is None:
        bad_currency = Problem("empty", "BillingCurrency")
    tags, bad_tags = _tags(cell("Tags"))
    problems += [bad_month, bad_amount, bad_currency, bad_tags]
    invoice = next((cell(name) for name in _INVOICE if cell(name)), "")
    reference = "/".join(part for part in (cell("ProviderName"), invoice) if part) or "bill"
    return _Charge(
        cell("ServiceName")[:200] or cell("ServiceCategory")[:200],
        cell("ResourceId")[:200],
        tags,
        month,
        amount,
        currency,
        reference,
        (shown(row.cells[month_at][:40]), f"{cell(cost)[:40]} {currency}".strip()),
        tuple(problem for problem in problems if problem is not None),
    )


def _tags(text: str) -> tuple[dict[str, str], Problem | None]:
    """The tags of a charge: a JSON object of texts, as FOCUS has them."""
    if not text or text.casefold() == "null":
        return {}, None
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        return {}, Problem("tags", "Tags", {"value": text[:60]})
    tags = {str(name)[:200]: "" if value is None else str(value)[:200] for name, value in said.items()}
    return tags, next((wrong for pair in tags.items() for text in pair if (wrong := hidden_in(text, "Tags"))), None)
