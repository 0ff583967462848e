"""Whether a plan can be reckoned and judged: everything that is wrong with it, at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from foundation.canonical import decimal_text
from governance.economics.plan import limits
from governance.economics.plan.inputs import names_of, periods_of, problem_with
from governance.economics.plan.lines import line_problems
from governance.economics.plan.model import ALWAYS, Bias, Discount, Plan
from governance.economics.plan.numbers import amount_problems, rate_problems, share_problems
from governance.economics.plan.problems import Problem
from governance.economics.plan.reading import Reader
from governance.economics.plan.texts import currency_problems, key_problems, text_problems
from governance.economics.plan.written import read_plan

_ONE = Decimal(1)


def problems_of(plan: Plan | Mapping[str, Any], told: Collection[str] = ()) -> list[Problem]:
    """What is wrong with a plan, or with a mapping that is to be one; empty where nothing is.

    `told`: paths of which somebody already said what is wrong, and which are not told again.
    """
    reader = Reader()
    value = plan if isinstance(plan, Plan) else read_plan(plan, reader)
    heard = {*told, *(problem.path for problem in reader.problems)}
    found = [problem for problem in reader.problems if problem.path not in told]
    seen = {(problem.path, problem.code) for problem in found}
    for problem in _all(value):
        if problem.code in ("no_input", "no_range") and any(
            _NAMES.fullmatch(path) for path in heard | {path for path, _code in seen}
        ):
            continue  # it may be there, once what inputs are named by is mended
        if not _is_heard(problem.path, heard) and (problem.path, problem.code) not in seen:
            seen.add((problem.path, problem.code))
            found.append(problem)
    return found


def _is_heard(path: str, heard: Collection[str]) -> bool:
    """Whether something was said of this place, of what holds it, or of what decides whether it is right."""
    parts = path.split(".")
    above = {".".join(parts[:upto]) for upto in range(1, len(parts) + 1)}
    above.add(path.removesuffix("_range"))  # whether low <= likely <= high cannot be said without what is likely
    if not above.isdisjoint(heard):
        return True
    return any(path.endswith(end) and decides & set(heard) for end, decides in _DECIDES)


_NAMES = re.compile(r"lines|lines\.\d+(\.(key|driver.*|\w+_range.*))?|exchange.*|biases.*")
_DECIDES = (
    ("_period", {"horizon", "period"}),
    (".every", {"period"}),
    (".currency", {"currency", "exchange"}),
    (".prices", {"prices"}),
    (".bias", {"biases"}),
)


def _all(plan: Plan) -> Iterator[Problem]:
    yield from _frame(plan)
    yield from _rates(plan)
    yield from _biases(plan)
    yield from _counted("lines", plan.lines, limits.MOST_LINES)
    if not plan.lines:
        yield Problem("lines", "no_lines")
    yield from _twice("lines", (line.key for line in plan.lines))
    for at, line in enumerate(plan.lines[: limits.MOST_LINES]):
        yield from line_problems(plan, line, f"lines.{at}")
    yield from _scenarios(plan)
    yield from _correlations(plan)


def _counted(path: str, items: Sequence[Any], most: int) -> Iterator[Problem]:
    if len(items) > most:
        yield Problem(path, "count", {"count": len(items), "most": most})


def _twice(path: str, keys: Iterable[str], name: str = "key") -> Iterator[Problem]:
    seen: set[str] = set()
    for at, key in enumerate(keys):
        if key and key in seen:
            yield Problem(f"{path}.{at}.{name}", "duplicate", {"value": key})
        seen.add(key)


def _choice(path: str, value: str, choices: Sequence[str]) -> Iterator[Problem]:
    if value not in choices:
        yield Problem(path, "choice", {"choices": ", ".join(choices)})


# The frame and its rates -------------------------------------------------------------------------------------------------


def _frame(plan: Plan) -> Iterator[Problem]:
    yield from currency_problems("currency", plan.currency)
    yield from _choice("period", plan.period, limits.PERIODS)
    yield from _choice("prices", plan.prices, limits.PRICES)
    most = limits.LONGEST_HORIZON.get(plan.period, 0)
    if most and not 0 <= plan.horizon <= most:
        yield Problem("horizon", "horizon", {"most": most})
    for name in ("finance_rate", "reinvestment_rate"):
        if (rate := getattr(plan, name)) is not None:
            yield from rate_problems(name, rate)
    yield from share_problems("tolerance", plan.tolerance)


def _rates(plan: Plan) -> Iterator[Problem]:
    yield from _discount(plan)
    if plan.inflation is not None:
        yield from rate_problems("inflation.rate", plan.inflation.rate)
        yield from text_problems("inflation.source", "source", plan.inflation.source)
    elif plan.discount.prices != plan.prices and {plan.discount.prices, plan.prices} <= set(limits.PRICES):
        yield Problem("discount.prices", "no_inflation", {"rate": plan.discount.prices, "plan": plan.prices})
    yield from _counted("exchange", plan.exchange, limits.MOST_RATES)
    yield from _twice("exchange", (rate.currency for rate in plan.exchange), "currency")
    for at, exchange in enumerate(plan.exchange[: limits.MOST_RATES]):
        path = f"exchange.{at}"
        yield from currency_problems(f"{path}.currency", exchange.currency)
        if exchange.currency == plan.currency:
            yield Problem(f"{path}.currency", "own_currency", {"value": plan.currency})
        if not exchange.rate.is_finite() or exchange.rate <= 0:
            yield Problem(f"{path}.rate", "not_positive")
        else:
            yield from amount_problems(f"{path}.rate", exchange.rate, limits.MOST_PLACES_OF_RATES)
        yield from text_problems(f"{path}.source", "source", exchange.source)
        if exchange.dated == ALWAYS:
            yield Problem(f"{path}.dated", "not_dated")


def _discount(plan: Plan) -> Iterator[Problem]:
    discount: Discount = plan.discount
    yield from _choice("discount.prices", discount.prices, limits.PRICES)
    yield from text_problems("discount.source", "source", discount.source)
    yield from _counted("discount.steps", discount.steps, limits.MOST_STEPS)
    if not discount.steps:
        yield Problem("discount.steps", "steps_empty")
        return
    if discount.steps[0][0] != 0:
        yield Problem("discount.steps.0.0", "steps_start")
    before = -1
    for at, (year, rate) in enumerate(discount.steps[: limits.MOST_STEPS]):
        if at and year <= before:
            yield Problem(f"discount.steps.{at}.0", "steps_order")
        before = year
        yield from rate_problems(f"discount.steps.{at}.1", rate)


def _biases(plan: Plan) -> Iterator[Problem]:
    yield from _counted("biases", plan.biases, limits.MOST_RATES)
    yield from _twice("biases", (bias.key for bias in plan.biases))
    for at, bias in enumerate(plan.biases[: limits.MOST_RATES]):
        yield from _bias(bias, f"biases.{at}")


def _bias(bias: Bias, path: str) -> Iterator[Problem]:
    yield from key_problems(f"{path}.key", bias.key)
    yield from text_problems(f"{path}.title", "title", bias.title, needed=True)
    yield from text_problems(f"{path}.source", "source", bias.source)
    for name, value in (("upper", bias.upper), ("lower", bias.lower)):
        if not value.is_finite() or not 0 <= value <= limits.HIGHEST_BIAS:
            yield Problem(f"{path}.{name}", "between", {"low": 0, "high": limits.HIGHEST_BIAS})
        else:
            yield from amount_problems(f"{path}.{name}", value, limits.MOST_PLACES_OF_RATES)
    if bias.lower.is_finite() and bias.upper.is_finite() and bias.lower > bias.upper:
        yield Problem(f"{path}.lower", "bias_order")
    yield from _counted(f"{path}.mitigations", bias.mitigations, limits.MOST_MITIGATIONS)
    shares = Decimal(0)
    for at, mitigation in enumerate(bias.mitigations[: limits.MOST_MITIGATIONS]):
        under = f"{path}.mitigations.{at}"
        yield from text_problems(f"{under}.title", "title", mitigation.title, needed=True)
        wrong = list(share_problems(f"{under}.share", mitigation.share))
        yield from wrong
        shares += 0 if wrong else mitigation.share
        if not mitigation.evidence:
            yield Problem(f"{under}.evidence", "no_evidence")
        yield from text_problems(f"{under}.evidence", "evidence", mitigation.evidence, lines=True)
    if shares > 1:
        yield Problem(f"{path}.mitigations", "shares_above", {"total": decimal_text(shares)})


# What changes inputs by their names --------------------------------------------------------------------------------------


def _scenarios(plan: Plan) -> Iterator[Problem]:
    yield from _counted("scenarios", plan.scenarios, limits.MOST_SCENARIOS)
    yield from _twice("scenarios", (scenario.key for scenario in plan.scenarios))
    known = names_of(plan)
    for at, scenario in enumerate(plan.scenarios[: limits.MOST_SCENARIOS]):
        path = f"scenarios.{at}"
        yield from key_problems(f"{path}.key", scenario.key)
        if scenario.key in limits.OWN_SCENARIOS:
            yield Problem(f"{path}.key", "own_scenario", {"value": scenario.key})
        yield from text_problems(f"{path}.title", "title", scenario.title, needed=True)
        yield from _counted(f"{path}.overrides", list(scenario.overrides), limits.MOST_OVERRIDES)
        for name, value in scenario.overrides.items():
            where = f"{path}.overrides.{name}"
            if name not in known:
                yield Problem(where, "no_input", {"value": name, "like": _like(name, known)})
            elif (wrong := problem_with(plan, name, value)) is not None:
                yield Problem(where, "override", {"why": wrong.message})
        for line in plan.lines:
            first, last = periods_of(line, scenario.overrides)
            if first.is_finite() and last.is_finite() and first > last and line.from_period <= line.to_period:
                yield Problem(f"{path}.overrides", "override_periods", {"value": line.key, "first": first, "last": last})


def _correlations(plan: Plan) -> Iterator[Problem]:
    yield from _counted("correlations", plan.correlations, limits.MOST_CORRELATIONS)
    known = names_of(plan)
    seen: set[frozenset[str]] = set()
    for at, pair in enumerate(plan.correlations[: limits.MOST_CORRELATIONS]):
        path = f"correlations.{at}"
        for name, value in (("one", pair.one), ("other", pair.other)):
            if value not in known:
                yield Problem(f"{path}.{name}", "no_input", {"value": value, "like": _like(value, known)})
            elif not known[value]:
                yield Problem(f"{path}.{name}", "no_range", {"value": value})
        if pair.one == pair.other:
            yield Problem(f"{path}.other", "same_input")
        if (both := frozenset((pair.one, pair.other))) in seen:
            yield Problem(f"{path}.other", "pair_twice")
        seen.add(both)
        if not pair.value.is_finite() or not -_ONE <= pair.value <= _ONE:
            yield Problem(f"{path}.value", "correlation")


def _like(name: str, known: Iterable[str]) -> str:
    names = list(known)
    return ", ".join(get_close_matches(name, names, n=3, cutoff=0.5) or names[:3])


__all__ = ["Problem", "problems_of"]
