"""The inputs of a case by name, the case with other values for some of them, and its scenarios. Pure.

A name is `rate`, `inflation`, `finance_rate`, `reinvestment_rate`, `exchange.USD`, `bias.software`, or one of a line:
`line.gpu.quantity`, `.unit_price`, `.risk`, `.growth`, `.from_period`, `.to_period`, `.included` (0 or 1) and `.driver.recall`
for whatever its driver has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from governance.economics.cashflow import Evaluation, Refused, evaluate
from governance.economics.plan import Bias, Discount, Exchange, Line, Plan, Range

DO_NOTHING = "do_nothing"
BASE = "base"
ZERO = Decimal(0)
ONE = Decimal(1)

# Where an input may lie: from, to, and whether it may be those themselves. None is without end.
NOT_NEGATIVE = (ZERO, None, True)
POSITIVE = (ZERO, None, False)
ABOVE_MINUS_ONE = (-ONE, None, False)
SHARE = (ZERO, ONE, True)
ANY = (None, None, True)


@dataclass(frozen=True, slots=True)
class Input:
    """One value that the case rests on: `value` is what the plan states, `low` to `high` the range around it where one is stated.

    `unit` is that of a quantity, a currency per unit for a price, `share` and `a year` for fractions (0.1 is 10 %), `period` for
    a period, `yes or no` for 0 and 1, and empty for inputs of a driver, which says itself what they are. The value may go from
    `least` to `most`, which are themselves allowed if `closed`; None there is without end. `whole` inputs take whole numbers
    only. `line` is the key of the line that it belongs to, empty for one of the whole plan.
    """

    name: str
    value: Decimal
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    closed: bool = True
    whole: bool = False
    line: str = ""

    @property
    def field(self) -> str:
        """The name without that of the line: `quantity`, `driver.recall`, `rate`."""
        return self.name.removeprefix(f"line.{self.line}.") if self.line else self.name

    def allows(self, value: Decimal) -> bool:
        """Whether `value` is a finite number within the bounds. What a driver allows only the driver knows."""
        if not value.is_finite() or (self.whole and value != value.to_integral_value()):
            return False
        return (self.least is None or value > self.least or (self.closed and value == self.least)) and (
            self.most is None or value < self.most or (self.closed and value == self.most)
        )


def inputs_of(plan: Plan) -> dict[str, Input]:
    """Every named input of the plan, those of the whole plan first, then line by line.

    `rate` is that of the first step of the discount. A line with a driver has the inputs of the driver in place of quantity and
    price. Raises Refused (`input.ambiguous`) where two inputs would have one name, as with two lines of one key, and
    `discount.steps` without any rate.
    """
    if not plan.discount.steps:
        raise Refused("discount.steps", "discount", {"years": ""})
    found: dict[str, Input] = {}
    for item in _inputs(plan):
        if item.name in found:
            raise Refused("input.ambiguous", item.name, {})
        found[item.name] = item
    return found


def _inputs(plan: Plan) -> Iterator[Input]:
    yield _input("rate", plan.discount.steps[0][1], "a year", ABOVE_MINUS_ONE)
    if plan.inflation is not None:
        yield _input("inflation", plan.inflation.rate, "a year", ABOVE_MINUS_ONE)
    for name, rate in (("finance_rate", plan.finance_rate), ("reinvestment_rate", plan.reinvestment_rate)):
        if rate is not None:
            yield _input(name, rate, "a year", ABOVE_MINUS_ONE)
    for item in plan.exchange:
        yield _input(f"exchange.{item.currency}", item.rate, f"{plan.currency} per {item.currency}", POSITIVE)
    for bias in plan.biases:
        yield _input(f"bias.{bias.key}", bias.upper, "share", (bias.lower, None, True))
    for line in plan.lines:
        yield from _inputs_of_line(line, plan)


def _inputs_of_line(line: Line, plan: Plan) -> Iterator[Input]:
    periods = (ZERO, Decimal(plan.horizon), True)
    if line.driver is None:
        price = f"{line.currency or plan.currency} per {line.unit}" if line.unit else line.currency or plan.currency
        yield _input("quantity", line.quantity, line.unit, NOT_NEGATIVE, around=line.quantity_range, line=line.key)
        yield _input("unit_price", line.unit_price, price, NOT_NEGATIVE, around=line.unit_price_range, line=line.key)
    else:
        for name, value in line.driver.inputs().items():
            yield _input(f"driver.{name}", value, "", ANY, line=line.key)
    # More than the whole of a benefit cannot be lost to its risk; a cost may rise by any share.
    yield _input("risk", line.risk, "share", SHARE if line.kind == "benefit" else NOT_NEGATIVE, line=line.key)
    yield _input("growth", line.growth, "a year", ABOVE_MINUS_ONE, line=line.key)
    yield _input("from_period", Decimal(line.from_period), "period", periods, whole=True, line=line.key)
    yield _input("to_period", Decimal(line.to_period), "period", periods, whole=True, line=line.key)
    yield _input("included", ONE, "yes or no", SHARE, whole=True, line=line.key)


def _input(
    name: str,
    value: Decimal,
    unit: str,
    bounds: tuple[Decimal | None, Decimal | None, bool],
    *,
    around: Range | None = None,
    whole: bool = False,
    line: str = "",
) -> Input:
    low, high = (around.low, around.high) if around else (None, None)
    return Input(f"line.{line}.{name}" if line else name, value, unit, low, high, *bounds, whole=whole, line=line)


# Other values ------------------------------------------------------------------------------------------------------------


def overridden(plan: Plan, overrides: Mapping[str, Decimal]) -> Plan:
    """The plan with these values in place of its own; the order in which they are stated means nothing.

    `rate` where the discount declines in steps is the rate of the first step, and the others move by as much. `included` of 0
    leaves the line out. Ranges stay as they are stated, and scenarios too.

    Raises Refused at the name of the input: `input.unknown`, `input.not_a_number` for what is no finite Decimal,
    `input.not_whole`, `input.out_of_bounds`, `input.periods` where a line would end before it begins, `input.driver` where its
    driver refuses.
    """
    known = inputs_of(plan)
    by_line: dict[str, dict[str, Decimal]] = {}
    for name, value in overrides.items():
        found = checked(known, name, value)
        if found.line:
            by_line.setdefault(found.line, {})[found.field] = value
    lines = [_line(line, by_line[line.key]) if line.key in by_line else line for line in plan.lines]
    left = [line for line in lines if by_line.get(line.key, {}).get("included", ONE)]
    return replace(
        plan,
        lines=tuple(left),
        discount=_discount(plan.discount, overrides.get("rate")),
        inflation=plan.inflation and replace(plan.inflation, rate=overrides.get("inflation", plan.inflation.rate)),
        finance_rate=overrides.get("finance_rate", plan.finance_rate),
        reinvestment_rate=overrides.get("reinvestment_rate", plan.reinvestment_rate),
        exchange=tuple(_exchange(item, overrides) for item in plan.exchange),
        biases=tuple(_bias(item, overrides) for item in plan.biases),
    )


def input_named(known: Mapping[str, Input], name: str) -> Input:
    """The input of that name. Raises Refused (`input.unknown`) with `similar` names that there are."""
    if name not in known:
        raise Refused("input.unknown", name, {"similar": tuple(get_close_matches(name, known, n=3))})
    return known[name]


def checked(known: Mapping[str, Input], name: str, value: Decimal) -> Input:
    """The input of that name, if it may have that value. Raises Refused at the name: see `overridden`."""
    found = input_named(known, name)
    if not isinstance(value, Decimal) or not value.is_finite():
        raise Refused("input.not_a_number", name, {"value": str(value)})
    if found.whole and value != value.to_integral_value():
        raise Refused("input.not_whole", name, {"value": value})
    if not found.allows(value):
        raise Refused(
            "input.out_of_bounds", name, {"value": value, "least": found.least, "most": found.most, "closed": found.closed}
        )
    return found


def _discount(discount: Discount, rate: Decimal | None) -> Discount:
    if rate is None:
        return discount
    moved = rate - discount.steps[0][1]
    steps = tuple((year, stated + moved) for year, stated in discount.steps)
    lowest = min(stated for _, stated in steps)
    if lowest <= -ONE:
        raise Refused("input.out_of_bounds", "rate", {"value": lowest, "least": -ONE, "most": None, "closed": False})
    return replace(discount, steps=steps)


def _exchange(item: Exchange, overrides: Mapping[str, Decimal]) -> Exchange:
    return replace(item, rate=overrides.get(f"exchange.{item.currency}", item.rate))


def _bias(item: Bias, overrides: Mapping[str, Decimal]) -> Bias:
    return replace(item, upper=overrides.get(f"bias.{item.key}", item.upper))


_FIELDS: Mapping[str, Callable[[Decimal], Any]] = {
    "quantity": Decimal,
    "unit_price": Decimal,
    "risk": Decimal,
    "growth": Decimal,
    "from_period": int,
    "to_period": int,
    "included": int,
}


def _line(line: Line, changed: Mapping[str, Decimal]) -> Line:
    """The line with other values for its fields, and for inputs of its driver (`driver.recall`)."""
    fields: dict[str, Any] = {
        name: _FIELDS[name](value) for name, value in changed.items() if name in _FIELDS and name != "included"
    }
    driven = {name.removeprefix("driver."): value for name, value in changed.items() if name.startswith("driver.")}
    if driven and line.driver is not None:
        try:
            fields["driver"] = line.driver.with_inputs(driven)
        except (ValueError, ArithmeticError) as refusal:
            where = f"line.{line.key}.driver.{next(iter(driven))}" if len(driven) == 1 else f"line.{line.key}.driver"
            raise Refused("input.driver", where, {"reason": str(refusal), "values": dict(driven)}) from refusal
    edited = replace(line, **fields)
    if edited.from_period > edited.to_period:
        where = f"line.{line.key}.{'from_period' if 'from_period' in changed else 'to_period'}"
        raise Refused("input.periods", where, {"from_period": edited.from_period, "to_period": edited.to_period})
    return edited


# Scenarios ---------------------------------------------------------------------------------------------------------------


def evaluate_scenarios(plan: Plan) -> dict[str, Evaluation]:
    """What each scenario comes to, by key: `do_nothing` (no cost, no benefit) and `base` always, then those of the plan in their
    order.

    Raises Refused at `scenario.low` for a key that is taken (`scenario.key_taken`), and at `scenario.low.line.gpu.quantity` for
    what `overridden` refuses.
    """
    found = {DO_NOTHING: evaluate(replace(plan, lines=())), BASE: evaluate(plan)}
    for scenario in plan.scenarios:
        where = f"scenario.{scenario.key}"
        if scenario.key in found:
            raise Refused("scenario.key_taken", where, {"key": scenario.key})
        try:
            found[scenario.key] = evaluate(overridden(plan, scenario.overrides))
        except Refused as refusal:
            raise Refused(refusal.code, f"{where}.{refusal.where}", refusal.params) from refusal
    return found
