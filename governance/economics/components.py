"""A stored case as a plan, and what the component `economics` of a manifest consists of. Pure.

A case that has nothing but lines of quantity, price and years at one rate is written in the first format, as it was before there was
more: so its digest, and every approval that rests on it, stays what it was. All others are written in the second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Protocol

from foundation.canonical import decimal_text
from governance.economics.cashflow import yearly_rate
from governance.economics.plan import Discount, Line, Plan
from governance.economics.plan.written import FORMAT, plan_as_mapping, plan_from_mapping

_FIRST_FORMAT = "countersign/economics/1"
FIRST_PLACES = Decimal("0.000001")  # of the rate in the first format
HIGHEST_FIRST_RATE = Decimal(1000)


class SnapshotLike(Protocol):
    """What the pure functions want of a snapshot."""

    @property
    def currency(self) -> str: ...
    @property
    def period(self) -> str: ...
    @property
    def horizon(self) -> int: ...
    @property
    def discount_rate(self) -> Decimal: ...
    @property
    def real_or_nominal(self) -> str: ...
    @property
    def lines(self) -> Sequence[Mapping[str, Any]]: ...
    @property
    def plan(self) -> Mapping[str, Any] | None: ...


# A snapshot as a plan ------------------------------------------------------------------------------------------------------


def stored_line(line: Mapping[str, Any]) -> Line:
    """A line as it lies in a snapshot, where decimals are texts."""
    return Line(**{**line, "quantity": Decimal(line["quantity"]), "unit_price": Decimal(line["unit_price"])})


def lines_of(snapshot: SnapshotLike) -> list[Line]:
    """The lines with all they have, in the order in which they were written."""
    return list(plan_of(snapshot).lines)


def plan_of(snapshot: SnapshotLike) -> Plan:
    """A snapshot as the engine takes it, its lines in the order in which they were written."""
    if snapshot.plan is None:
        return _first_plan(
            {name: getattr(snapshot, name) for name in ("currency", "period", "horizon", "discount_rate", "real_or_nominal")},
            snapshot.lines,
        )
    plan = plan_from_mapping(snapshot.plan)
    place = {line["key"]: at for at, line in enumerate(snapshot.lines)}
    return replace(plan, lines=tuple(sorted(plan.lines, key=lambda line: place.get(line.key, len(place)))))


def plan_of_case(case: Mapping[str, Any]) -> Plan:
    """The same of the case in a body that `component_body` gave, as it lies in a manifest."""
    if "real_or_nominal" in case:
        return _first_plan(case, case["lines"])
    return plan_from_mapping({"format": FORMAT, **case})


def _first_plan(frame: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> Plan:
    """One rate throughout, in the prices of the lines. It is one of a period there, and one a year everywhere else."""
    prices, period = frame["real_or_nominal"], frame["period"]
    rate = Decimal(str(frame["discount_rate"]))
    return Plan(
        currency=frame["currency"],
        period=period,
        horizon=frame["horizon"],
        prices=prices,
        discount=Discount(((0, yearly_rate(rate, 12) if period == "month" else rate),), prices=prices),
        lines=tuple(stored_line(line) for line in lines),
    )


# A plan as it is stored ----------------------------------------------------------------------------------------------------


def first_format_of(plan: Plan) -> bool:
    """Whether the first format holds all of the plan."""
    if plan.period != "year" or len(plan.discount.steps) != 1:
        return False
    rate = plan.discount.steps[0][1]
    if abs(rate) >= HIGHEST_FIRST_RATE or rate != rate.quantize(FIRST_PLACES):
        return False
    frame = {"currency": plan.currency, "period": plan.period, "horizon": plan.horizon, "real_or_nominal": plan.prices}
    return plan == _first_plan({**frame, "discount_rate": rate}, [first_line(line) for line in plan.lines])


def first_line(line: Line) -> dict[str, Any]:
    """What the first format has of a line, for whoever reads snapshots by their columns."""
    return {
        "key": line.key,
        "title": line.title,
        "kind": line.kind,
        "quantity": decimal_text(line.quantity),
        "unit": line.unit,
        "unit_price": decimal_text(line.unit_price),
        "from_period": line.from_period,
        "to_period": line.to_period,
    }


def stored_columns(plan: Plan) -> dict[str, Any]:
    """The columns of a snapshot for a plan. `plan` is None where the others say all there is."""
    return {
        "period": plan.period,
        "horizon": plan.horizon,
        "discount_rate": plan.discount.steps[0][1].quantize(FIRST_PLACES),
        "real_or_nominal": plan.prices,
        "lines": [first_line(line) for line in plan.lines],
        "plan": None if first_format_of(plan) else plan_as_mapping(plan),
    }


# The component -------------------------------------------------------------------------------------------------------------


def component_body(snapshot: SnapshotLike | None) -> dict[str, Any]:
    """The canonical body of `economics`: what the money rests on, with no number, date, author or note.

    Lines are in the order of their keys, so that sorting them on a page changes nothing. `case` is null while nothing was
    written down, which is a state a person can judge too.
    """
    if snapshot is None:
        return {"format": _FIRST_FORMAT, "case": None}
    if snapshot.plan is not None:
        return {"format": FORMAT, "case": {name: value for name, value in snapshot.plan.items() if name != "format"}}
    return {
        "format": _FIRST_FORMAT,
        "case": {
            "currency": snapshot.currency,
            "period": snapshot.period,
            "horizon": snapshot.horizon,
            "discount_rate": snapshot.discount_rate,
            "real_or_nominal": snapshot.real_or_nominal,
            "lines": sorted((dict(line) for line in snapshot.lines), key=lambda line: str(line["key"])),
        },
    }
