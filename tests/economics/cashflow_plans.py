"""Plans for the tests of the engine, in few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from governance.economics.plan import Discount, Line, Plan


def money(*values: float | int | str) -> list[Decimal]:
    return [Decimal(str(value)) for value in values]


def line(key: str, kind: str, price: float | int | str, first: int, last: int | None = None, **more: Any) -> Line:
    """One piece at `price` from period `first` to `last`, or at `first` alone."""
    return Line(key, key.title(), kind, Decimal(1), "", Decimal(str(price)), first, first if last is None else last, **more)


def plan(*lines: Line, rate: float | str | Decimal = "0.1", horizon: int = 3, **more: Any) -> Plan:
    """In euros, years and real prices at one real rate, unless more is said."""
    given = {"currency": "EUR", "period": "year", "prices": "real", "discount": Discount(((0, Decimal(str(rate))),)), **more}
    return Plan(horizon=horizon, lines=lines, **given)


def plan_of_flows(flows: Sequence[Decimal], rate: float | str | Decimal = "0.1", **more: Any) -> Plan:
    """One line a period: what is negative is a cost."""
    lines = [
        line(f"flow-{period}", "cost" if flow < 0 else "benefit", abs(flow), period) for period, flow in enumerate(flows) if flow
    ]
    return plan(*lines, rate=rate, horizon=len(flows) - 1, **more)


def changed(given: Line, **more: Any) -> Line:
    return replace(given, **more)
