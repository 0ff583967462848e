"""The present values of a plan at many trials at once. Pure, in floats.

What a line comes to in a period is a product: its worth (quantity times price, or that of its driver), its risk, the exchange
rate, its growth and bias until then, the discount factor. Only the worth, the risk and the exchange rate are the same in each
period, so that a line is one figure for each trial times one row of figures by period, and all lines together are a product of
two matrices. What differs by period (rate, inflation, growth, bias) comes in as the logarithm of a ratio to the plan as it
stands, from a table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

import numpy as np

from governance.economics.baseline import unit_line
from governance.economics.cashflow import Refused, discount_factors, flows_of
from governance.economics.cashflow.precision import EXACT
from governance.economics.plan import Line, Plan
from governance.economics.scenarios import Input, overridden
from governance.economics.simulation.driving import Worth
from governance.economics.simulation.interpolation import Table, tabulated
from governance.economics.simulation.pert import Floats, Pert

ZERO = Decimal(0)
BY_PERIOD = ("rate", "inflation", "growth")

Draws = Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class LineTrials:
    """One line: `row` has the present value by period, with its sign, of a worth of one without risk; `likely` the worth with risk.

    `ratios` are tables of logarithms by period for what changes in time with inputs of this line.
    """

    line: Line
    row: Floats
    worth: Worth | None
    moving: bool
    exchange: str
    exchange_rate: float
    ratios: Mapping[str, Table]

    def values(self, draws: Draws) -> Floats | float:
        """The worth of the line with its risk, at each trial; a single figure where nothing of that was drawn."""
        own = f"line.{self.line.key}."
        if self.worth is not None and draws:
            worth: Floats | float = self.worth({name: draws[f"{own}driver.{name}"] for name in self.worth.ranges})
        elif self.line.driver is not None:
            worth = float(self.line.driver.worth())
        else:
            quantity = draws.get(f"{own}quantity", float(self.line.quantity))
            worth = quantity * draws.get(f"{own}unit_price", float(self.line.unit_price))
        risk = draws.get(f"{own}risk", float(self.line.risk))
        # What a model loses grows with the risk, as a cost does.
        rises = np.less(worth, 0) | (self.line.kind == "cost")
        worth = worth * np.where(rises, 1.0 + risk, 1.0 - risk)
        if self.exchange in draws:
            worth = worth * (draws[self.exchange] / self.exchange_rate)
        return worth


class Trials:
    """A plan made ready for drawing. `base` is its net present value as it stands, in exact arithmetic."""

    def __init__(self, plan: Plan, inputs: Mapping[str, Input], ranges: Mapping[str, Pert]) -> None:
        """`ranges` are those of the uncertain inputs, certainties among them left out.

        Raises Refused where the plan cannot be reckoned; `range.not_smooth` for an input whose effect by period has a kink within
        its range, and `range.driver`.
        """
        self.plan, self.ranges = plan, ranges
        factors = discount_factors(plan)
        with localcontext(EXACT):
            present = [flow * factor for flow, factor in zip(flows_of(plan).net, factors, strict=True)]
            self.base = float(sum(present, ZERO))
        self.base_by_period = np.array([float(value) for value in present])
        self.lines = [
            self._line(line, factors, [name for name in ranges if inputs[name].line == line.key])
            for line in sorted(plan.lines, key=lambda line: line.key)
        ]
        self.common = {
            name: self._table(name, lambda changed: discount_factors(replace(changed, lines=())))
            for name in ("rate", "inflation")
            if name in ranges
        }
        self.likely = [float(line.values({})) for line in self.lines]
        self.rows = np.array([line.row for line in self.lines if line.moving]).reshape(-1, plan.horizon + 1)

    def _line(self, line: Line, factors: Sequence[Decimal], drawn: Sequence[str]) -> LineTrials:
        own = f"line.{line.key}."
        unit = replace(self.plan, lines=(replace(unit_line(line), risk=ZERO),))
        with localcontext(EXACT):
            amounts = flows_of(unit).by_line[line.key]
            row = np.array([float(line.sign * amount * factor) for amount, factor in zip(amounts, factors, strict=True)])
        driven = {name.removeprefix(f"{own}driver."): self.ranges[name] for name in drawn if name.startswith(f"{own}driver.")}
        exchange = f"exchange.{line.currency or self.plan.currency}"
        if exchange not in self.ranges or (line.currency or self.plan.currency) == self.plan.currency:
            exchange = ""
        rate = next((float(item.rate) for item in self.plan.exchange if exchange == f"exchange.{item.currency}"), 1.0)
        in_time = [name for name in (f"{own}growth", f"bias.{line.bias}") if name in self.ranges]

        def unit_amounts(changed: Plan) -> Sequence[Decimal]:
            return flows_of(changed).by_line[line.key]

        return LineTrials(
            line,
            row,
            Worth(f"{own}driver", line.driver, driven) if line.driver is not None and driven else None,
            bool(exchange) or any(name != f"{own}growth" for name in drawn),
            exchange,
            rate,
            {name: self._table(name, unit_amounts, unit) for name in in_time},
        )

    def _table(self, name: str, figures: Callable[[Plan], Sequence[Decimal]], plan: Plan | None = None) -> Table:
        """Logarithms, by period, of the ratio of figures to what they are as the plan stands."""
        plan = plan or replace(self.plan, lines=())
        stands = figures(plan)

        def logarithms(value: float) -> Floats:
            changed = figures(overridden(plan, {name: Decimal(repr(value))}))
            return np.log([float(after / before) if before else 1.0 for before, after in zip(stands, changed, strict=True)])

        pert = self.ranges[name]
        table = tabulated(logarithms, float(pert.low), float(pert.high))
        if table is None:
            raise Refused("range.not_smooth", name, {"low": pert.low, "high": pert.high})
        return table

    def by_period(self, draws: Draws) -> Floats:
        """By how much the present value of each period (columns) differs from the plan as it stands, at each trial (rows).

        `draws` has arrays of one length, for certainties too, of which nothing else is made.
        """
        size = len(next(iter(draws.values())))
        values = [line.values(draws) for line in self.lines]
        moved = [value - likely for value, likely, line in zip(values, self.likely, self.lines, strict=True) if line.moving]
        differs = np.array(moved).T @ self.rows if moved else np.zeros((size, len(self.base_by_period)))
        for line, value in zip(self.lines, values, strict=True):
            if line.ratios:
                ratio = np.expm1(sum(table(draws[name]) for name, table in line.ratios.items()))
                differs += np.broadcast_to(value, (size,))[:, None] * (ratio * line.row)
        if self.common:
            logarithm = sum(table(draws[name]) for name, table in self.common.items())
            differs = self.base_by_period * np.expm1(logarithm) + differs * np.exp(logarithm)
        return np.asarray(differs, dtype=np.float64)

    def exactly(self, draws: Mapping[str, float]) -> float:
        """The net present value of one trial in exact arithmetic, through a plan that has these values written into it."""
        changed = overridden(self.plan, {name: Decimal(repr(value)) for name, value in draws.items()})
        with localcontext(EXACT):
            pairs = zip(flows_of(changed).net, discount_factors(changed), strict=True)
            return float(sum((flow * factor for flow, factor in pairs), ZERO))
