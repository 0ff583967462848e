"""What can be wrong with one line of a plan. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from foundation.canonical import decimal_text
from governance.economics.plan.limits import EVERY, KINDS, PRICES
from governance.economics.plan.model import Driver, Line, Plan
from governance.economics.plan.numbers import amount_problems, growth_problems, share_problems
from governance.economics.plan.problems import Problem
from governance.economics.plan.texts import currency_problems, key_problems, text_problems


def line_problems(plan: Plan, line: Line, path: str) -> Iterator[Problem]:
    yield from key_problems(f"{path}.key", line.key)
    yield from text_problems(f"{path}.title", "title", line.title, needed=True)
    for name in ("unit", "category", "risk_reason", "owner"):
        yield from text_problems(f"{path}.{name}", name, getattr(line, name))
    yield from text_problems(f"{path}.evidence", "evidence", line.evidence, lines=True)
    for name, choices in (("kind", KINDS), ("every", EVERY)):
        if getattr(line, name) not in choices:
            yield Problem(f"{path}.{name}", "choice", {"choices": ", ".join(choices)})
    if not 0 <= line.from_period <= line.to_period <= plan.horizon:
        yield Problem(f"{path}.from_period", "periods", {"horizon": plan.horizon})
    if line.driver is not None:
        yield from _driver_texts(line.driver, f"{path}.driver")
        if line.kind == "cost":
            yield Problem(f"{path}.driver", "driver_of_cost")
    yield from _amounts(line, path)
    yield from _money(plan, line, path)
    yield from _uncertainty(plan, line, path)


def _driver_texts(driver: Driver, path: str) -> Iterator[Problem]:
    """What people wrote into a model: the same may stand there as in any other text."""
    texts = [("incumbent.name", "title", getattr(getattr(driver, "incumbent", None), "name", ""))]
    texts.append(("unit", "unit", getattr(driver, "unit", "")))
    texts += [(f"takes.{name}", "source", metric) for name, metric in getattr(driver, "takes", {}).items()]
    for place, name, text in texts:
        yield from text_problems(f"{path}.{place}", name, text)


def _amounts(line: Line, path: str) -> Iterator[Problem]:
    for name in ("quantity", "unit_price"):
        likely, around = getattr(line, name), getattr(line, f"{name}_range")
        yield from amount_problems(f"{path}.{name}", likely)
        if line.driver is not None and likely != 1:
            yield Problem(f"{path}.{name}", "driver_amount")
        if around is None:
            continue
        wrong = [
            *amount_problems(f"{path}.{name}_range.low", around.low),
            *amount_problems(f"{path}.{name}_range.high", around.high),
        ]
        yield from wrong
        if not wrong and likely.is_finite() and not around.low <= likely <= around.high:
            yield Problem(
                f"{path}.{name}_range", "range", {"likely": decimal_text(likely) if abs(likely.adjusted()) < 30 else likely}
            )
    yield from growth_problems(f"{path}.growth", line.growth)


def _money(plan: Plan, line: Line, path: str) -> Iterator[Problem]:
    """Currency and prices."""
    if line.currency:
        wrong = list(currency_problems(f"{path}.currency", line.currency))
        yield from wrong
        known = {rate.currency for rate in plan.exchange}
        if not wrong and line.currency != plan.currency and line.currency not in known:
            yield Problem(f"{path}.currency", "no_exchange", {"value": line.currency, "currency": plan.currency})
    if line.prices and line.prices not in PRICES:
        yield Problem(f"{path}.prices", "choice", {"choices": ", ".join(PRICES)})
    elif line.prices and line.prices != plan.prices:
        yield Problem(f"{path}.prices", "mixed_prices", {"line": line.prices, "plan": plan.prices})


def _uncertainty(plan: Plan, line: Line, path: str) -> Iterator[Problem]:
    """Risk and bias."""
    yield from share_problems(f"{path}.risk", line.risk)
    if line.risk and not line.risk_reason:
        yield Problem(f"{path}.risk_reason", "risk_reason")
    if not line.bias:
        return
    known = [bias.key for bias in plan.biases]
    if line.bias not in known:
        yield Problem(f"{path}.bias", "no_bias", {"value": line.bias, "known": ", ".join(known[:10]) or "–"})
    elif line.kind == "benefit":
        yield Problem(f"{path}.bias", "bias_of_benefit")
