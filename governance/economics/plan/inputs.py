"""The inputs of a plan that a scenario may change and that may go together, by their names, and what each may be. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import chain

from governance.economics.plan.limits import HIGHEST_BIAS, MOST_PLACES_OF_RATES
from governance.economics.plan.model import Bias, Line, Plan
from governance.economics.plan.numbers import amount_problems, growth_problems, rate_problems, share_problems
from governance.economics.plan.problems import Problem

_OF_LINE = ("risk", "growth", "from_period", "to_period", "included")
_AMOUNTS = ("quantity", "unit_price")  # of a line without a driver
_OF_PLAN = ("rate", "inflation", "finance_rate", "reinvestment_rate")


def names_of(plan: Plan) -> dict[str, bool]:
    """Each name, and whether low and high are stated for it."""
    found = {"rate": False}
    if plan.inflation is not None:
        found["inflation"] = False
    found |= {name: False for name in ("finance_rate", "reinvestment_rate") if getattr(plan, name) is not None}
    found |= {f"exchange.{rate.currency}": False for rate in plan.exchange}
    found |= {f"bias.{bias.key}": False for bias in plan.biases}
    for line in plan.lines:
        own = f"line.{line.key}."
        if line.driver is None:
            found |= {own + name: getattr(line, f"{name}_range") is not None for name in _AMOUNTS}
        else:
            found |= {f"{own}driver.{name}": False for name in line.driver.inputs()}
        found |= {own + name: False for name in _OF_LINE}
    return found


def periods_of(line: Line, overrides: Mapping[str, Decimal]) -> tuple[Decimal, Decimal]:
    """From and to which period the line falls with these overrides."""
    own = f"line.{line.key}."
    return (
        overrides.get(f"{own}from_period", Decimal(line.from_period)),
        overrides.get(f"{own}to_period", Decimal(line.to_period)),
    )


def problem_with(plan: Plan, name: str, value: Decimal) -> Problem | None:
    """What is wrong with giving this value to an input that there is; None where nothing is."""
    return next(_problems(plan, name, value), None)


def _problems(plan: Plan, name: str, value: Decimal) -> Iterator[Problem]:
    if name == "rate" and plan.discount.steps:
        first = plan.discount.steps[0][1]  # the later steps move by as much
        return chain.from_iterable(rate_problems(name, rate + value - first) for _year, rate in plan.discount.steps)
    if name in _OF_PLAN:
        return rate_problems(name, value)
    for bias in plan.biases:
        if name == f"bias.{bias.key}":
            return _of_bias(bias, name, value)
    if name.startswith("exchange."):
        low = [Problem(name, "not_positive")] if not value.is_finite() or value <= 0 else []
        return chain(low, amount_problems(name, value, MOST_PLACES_OF_RATES))
    for line in plan.lines:
        under = f"line.{line.key}."
        if not name.startswith(under):
            continue
        rest = name.removeprefix(under)
        if rest.startswith("driver.") and line.driver is not None and rest.removeprefix("driver.") in line.driver.inputs():
            return _of_driver(line, name, rest.removeprefix("driver."), value)
        if rest in _OF_LINE or (rest in _AMOUNTS and line.driver is None):
            return _of_line(plan, line, name, rest, value)
    return iter(())


def _of_bias(bias: Bias, path: str, value: Decimal) -> Iterator[Problem]:
    if not value.is_finite() or not bias.lower <= value <= HIGHEST_BIAS:
        yield Problem(path, "between", {"low": bias.lower, "high": HIGHEST_BIAS})


def _of_driver(line: Line, path: str, name: str, value: Decimal) -> Iterator[Problem]:
    try:
        if line.driver is not None:
            line.driver.with_inputs({name: value})
    except (ValueError, ArithmeticError) as error:
        yield Problem(path, "driver_input", {"detail": error})


def _of_line(plan: Plan, line: Line, path: str, name: str, value: Decimal) -> Iterator[Problem]:
    match name:
        case "risk":
            yield from share_problems(path, value)
        case "growth":
            yield from growth_problems(path, value)
        case "included":
            if value not in (0, 1):
                yield Problem(path, "choice", {"choices": "0, 1"})
        case "from_period" | "to_period":
            if not value.is_finite() or value != value.to_integral_value() or not 0 <= value <= plan.horizon:
                yield Problem(path, "between", {"low": 0, "high": plan.horizon})
        case _:
            yield from amount_problems(path, value)
