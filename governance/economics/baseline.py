"""The net present value of a case as a function of one of its inputs, where only what the input touches is reckoned again. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from governance.economics.cashflow import discount_factors, flows_of
from governance.economics.cashflow.precision import EXACT
from governance.economics.plan import Line, Plan
from governance.economics.scenarios import Input, checked, inputs_of, overridden

ZERO = Decimal(0)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Baseline:
    """A plan laid out once. By the key of a line: `lines`, `worth` (its present value with its sign) and `unit_worth` (that of
    one unit at a price of one). `net` are the flows and `factors` what they are multiplied with, by period."""

    plan: Plan
    inputs: Mapping[str, Input]
    lines: Mapping[str, Line]
    factors: tuple[Decimal, ...]
    net: tuple[Decimal, ...]
    worth: Mapping[str, Decimal]
    unit_worth: Mapping[str, Decimal]
    npv: Decimal

    @classmethod
    def of(cls, plan: Plan) -> Baseline:
        """Raises Refused where the plan cannot be reckoned."""
        inputs = inputs_of(plan)
        factors = discount_factors(plan)
        net = flows_of(plan).net
        worth = _worth(plan, factors)
        units = _worth(replace(plan, lines=tuple(unit_line(line) for line in plan.lines)), factors)
        return cls(plan, inputs, {line.key: line for line in plan.lines}, factors, net, worth, units, _present(net, factors))

    def npv_with(self, name: str, value: Decimal) -> Decimal:
        """The same as `evaluate(overridden(plan, {name: value})).npv`. Raises Refused as both do."""
        found = checked(self.inputs, name, value)
        if found.line:
            line = self.lines[found.line]
            with localcontext(EXACT):
                return self.npv - self.worth[line.key] + self._worth_with(line, found, value)
        if name == "rate":  # which moves no flow
            return _present(self.net, discount_factors(overridden(replace(self.plan, lines=()), {name: value})))
        changed = overridden(self.plan, {name: value})
        return _present(flows_of(changed).net, discount_factors(changed))

    def _worth_with(self, line: Line, found: Input, value: Decimal) -> Decimal:
        if found.field == "quantity":
            return self.unit_worth[line.key] * value * line.unit_price
        if found.field == "unit_price":
            return self.unit_worth[line.key] * line.quantity * value
        alone = overridden(replace(self.plan, lines=(line,)), {found.name: value})
        return sum(_worth(alone, self.factors).values(), ZERO)


def unit_line(line: Line) -> Line:
    """The line with one unit at a price of one, which a line with a driver has in place of its model."""
    return replace(line, quantity=ONE, unit_price=ONE, quantity_range=None, unit_price_range=None, driver=None)


def _worth(plan: Plan, factors: Sequence[Decimal]) -> dict[str, Decimal]:
    signs = {line.key: line.sign for line in plan.lines}
    with localcontext(EXACT):
        return {key: signs[key] * _present(amounts, factors) for key, amounts in flows_of(plan).by_line.items()}


def _present(flows: Sequence[Decimal], factors: Sequence[Decimal]) -> Decimal:
    with localcontext(EXACT):
        return sum((flow * factor for flow, factor in zip(flows, factors, strict=True)), ZERO)
