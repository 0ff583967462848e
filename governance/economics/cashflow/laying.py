"""Lines laid out over the periods of a plan: what each costs or brings, when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from governance.economics.cashflow.precision import EXACT, ONE, ZERO
from governance.economics.cashflow.refusal import Refused
from governance.economics.plan import Bias, Line, Plan

LONGEST = 1_200  # periods: a century of months
TIMES_A_YEAR = {"month": 12, "quarter": 4, "year": 1}
PRICES = ("real", "nominal")


@dataclass(frozen=True, slots=True)
class Flows:
    """Costs and benefits of each period, t = 0 first, in the plan's currency.

    Both are positive amounts, after growth, optimism bias, risk and exchange; a benefit is negative where a model does worse
    than the one it replaces. `by_line` has the same by the key of the line.
    """

    costs: tuple[Decimal, ...]
    benefits: tuple[Decimal, ...]
    by_line: Mapping[str, tuple[Decimal, ...]]

    @property
    def net(self) -> tuple[Decimal, ...]:
        with localcontext(EXACT):
            return tuple(benefit - cost for cost, benefit in zip(self.costs, self.benefits, strict=True))


@dataclass(frozen=True, slots=True)
class Parts:
    """What the amount of a line is the product of: `worth * times * exchange * (1 + bias) * (1 + risk)`, and of the growth.

    `times` is how often it falls in a period in which it falls, `step` after how many periods it falls again (0: never).
    `risk` has the sign with which it works: it raises a cost and lowers a benefit.
    """

    worth: Decimal
    times: int
    step: int
    exchange: Decimal
    bias: Decimal
    risk: Decimal
    growth: Decimal

    def amount(self, years: int) -> Decimal:
        """What falls in a period, `years` whole years after the line's first."""
        with localcontext(EXACT):
            grown = (ONE + self.growth) ** years if years else ONE  # 0 ** 0 is undefined for Decimal
            return self.worth * self.times * grown * (ONE + self.bias) * (ONE + self.risk) * self.exchange


def flows_of(plan: Plan) -> Flows:
    """The lines of a plan over its periods 0 to `horizon`.

    Raises Refused for a line outside them, with a kind or rhythm that there is not, in other prices than the plan's (real and
    nominal amounts do not add up), in a currency without a rate, with a bias that the plan does not have, or with amounts
    that are no amounts.
    """
    check_frame(plan)
    sides = {"cost": [ZERO] * (plan.horizon + 1), "benefit": [ZERO] * (plan.horizon + 1)}
    by_line: dict[str, tuple[Decimal, ...]] = {}
    with localcontext(EXACT):
        for line in plan.lines:
            if line.key in by_line:
                raise Refused("line.key_twice", f"line.{line.key}", {"key": line.key})
            laid = [ZERO] * (plan.horizon + 1)
            side = sides[_known("line.kind", line, line.kind, sides)]
            for period, amount in falling(plan, line):
                laid[period] = amount
                side[period] += amount
            by_line[line.key] = tuple(laid)
    return Flows(tuple(sides["cost"]), tuple(sides["benefit"]), by_line)


def check_frame(plan: Plan) -> None:
    """Raises Refused where the plan itself is none: its period, horizon or prices."""
    if plan.period not in ("year", "month"):
        raise Refused("plan.period", "period", {"period": plan.period})
    if not 0 <= plan.horizon <= LONGEST:
        raise Refused("plan.horizon", "horizon", {"horizon": plan.horizon, "most": LONGEST})
    if plan.prices not in PRICES:
        raise Refused("plan.prices", "prices", {"prices": plan.prices})


def falling(plan: Plan, line: Line) -> Iterator[tuple[int, Decimal]]:
    """The periods in which a line falls, each with its amount. Growth steps up once a year, counted from the line's first period."""
    parts = parts_of(plan, line)
    if not 0 <= line.from_period <= line.to_period <= plan.horizon:
        raise Refused(
            "line.periods",
            f"line.{line.key}",
            {"from_period": line.from_period, "to_period": line.to_period, "horizon": plan.horizon},
        )
    last = line.to_period if parts.step else line.from_period
    amount, grown = parts.amount(0), 0
    for period in range(line.from_period, last + 1, parts.step or 1):
        years = (period - line.from_period) // plan.periods_a_year
        if years != grown and parts.growth:
            amount, grown = parts.amount(years), years
        yield period, amount


def parts_of(plan: Plan, line: Line) -> Parts:
    """What the amount of a line is made of. Raises Refused as `flows_of` does."""
    where = f"line.{line.key}"
    prices = line.prices or plan.prices
    if prices != plan.prices:
        raise Refused("line.prices_mixed", where, {"prices": prices, "plan": plan.prices})
    step, times = _rhythm(plan, line)
    worth = _worth(line)
    return Parts(
        worth=worth,
        times=times,
        step=step,
        exchange=_exchange(plan, line),
        bias=_bias(plan, line),
        risk=_risk(line, worth),
        growth=_growth(line),
    )


def uplift(bias: Bias) -> Decimal:
    """By which share costs are raised: `upper` less what the mitigations take away of it, but never under `lower`.

    After Mott MacDonald, Review of Large Public Procurement in the UK (2002), as the Green Book's guidance on optimism bias
    uses it: resultant bias = upper bound x (1 - sum of mitigated contributions). Raises Refused for shares outside 0 to 1,
    also in sum, and for bounds that are crossed or negative.
    """
    with localcontext(EXACT):
        shares = [mitigation.share for mitigation in bias.mitigations]
        if any(not _between(share, ZERO, ONE) for share in shares) or sum(shares, ZERO) > ONE:
            raise Refused("bias.shares", f"bias.{bias.key}", {"shares": ", ".join(map(str, shares))})
        if not (_between(bias.lower, ZERO, None) and _between(bias.upper, bias.lower, None)):
            raise Refused("bias.bounds", f"bias.{bias.key}", {"lower": bias.lower, "upper": bias.upper})
        return max(bias.upper * (ONE - sum(shares, ZERO)), bias.lower)


def _rhythm(plan: Plan, line: Line) -> tuple[int, int]:
    """After how many periods a line falls again, and how often it falls within one."""
    if line.every == "period":
        return 1, 1
    if line.every == "once":
        return 0, 1
    often = TIMES_A_YEAR[_known("line.every", line, line.every, TIMES_A_YEAR)]
    return (1, often // plan.periods_a_year) if often >= plan.periods_a_year else (plan.periods_a_year // often, 1)


def _worth(line: Line) -> Decimal:
    where = f"line.{line.key}"
    for name, value in (("quantity", line.quantity), ("unit_price", line.unit_price)):
        if not _between(value, ZERO, None):
            raise Refused("line.amount", where, {"field": name, "value": value})
    if line.driver is None:
        with localcontext(EXACT):
            return line.quantity * line.unit_price
    if line.kind != "benefit":
        raise Refused("line.driver_on_cost", where)
    if line.quantity != ONE or line.unit_price != ONE:
        raise Refused("line.driver_and_amount", where, {"quantity": line.quantity, "unit_price": line.unit_price})
    worth = line.driver.worth()
    if not worth.is_finite():
        raise Refused("line.amount", where, {"field": "driver", "value": worth})
    return worth


def _exchange(plan: Plan, line: Line) -> Decimal:
    currency = line.currency or plan.currency
    if currency == plan.currency:
        return ONE
    where = f"line.{line.key}"
    found = [exchange.rate for exchange in plan.exchange if exchange.currency == currency]
    if not found:
        raise Refused("line.exchange_missing", where, {"currency": currency, "plan": plan.currency})
    if len(found) > 1:
        raise Refused("exchange.twice", f"exchange.{currency}", {"currency": currency})
    if not found[0].is_finite() or found[0] <= ZERO:
        raise Refused("exchange.rate", f"exchange.{currency}", {"currency": currency, "rate": found[0]})
    return found[0]


def _bias(plan: Plan, line: Line) -> Decimal:
    if not line.bias:
        return ZERO
    where = f"line.{line.key}"
    if line.kind != "cost":
        raise Refused("line.bias_on_benefit", where, {"bias": line.bias})
    bias = next((bias for bias in plan.biases if bias.key == line.bias), None)
    if bias is None:
        raise Refused("line.bias_unknown", where, {"bias": line.bias})
    return uplift(bias)


def _risk(line: Line, worth: Decimal) -> Decimal:
    """The share with its sign. What a model loses grows with the risk, as a cost does."""
    raises = line.kind == "cost" or worth < ZERO
    if not _between(line.risk, ZERO, None if raises else ONE):
        raise Refused("line.risk", f"line.{line.key}", {"risk": line.risk})
    return line.risk if raises else -line.risk


def _growth(line: Line) -> Decimal:
    if not line.growth.is_finite() or line.growth <= -ONE:
        raise Refused("line.growth", f"line.{line.key}", {"growth": line.growth})
    return line.growth


def _known(code: str, line: Line, value: str, known: Mapping[str, object]) -> str:
    if value not in known:
        raise Refused(code, f"line.{line.key}", {"value": value})
    return value


def _between(value: Decimal, low: Decimal, high: Decimal | None) -> bool:
    return value.is_finite() and low <= value and (high is None or value <= high)
