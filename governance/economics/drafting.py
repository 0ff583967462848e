"""A case while people work on it: lines put in, changed, moved and taken out, and what is still missing. Pure.

A draft may be wrong as a whole, but each of its values can be read: it is a plan, and nothing here refuses to reckon with one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.text import slugify

from governance.economics.cashflow import Refused, discount_factors, evaluate, flows_of
from governance.economics.cashflow.measures import Evaluation
from governance.economics.cashflow.precision import total
from governance.economics.plan import Discount, Line, Plan
from governance.economics.plan.checked import problems_of
from governance.economics.plan.problems import MESSAGES, Problem
from governance.economics.plan.written import line_as_mapping, plan_as_mapping, plan_from_mapping

YEARS = 3  # that a case which begins with nothing looks ahead
_NUMBERED = re.compile(r"_\d+\Z")
LONGEST_STEM = 50  # signs of a key before its number
RESERVED = "new"  # what stands in the address of a line that is not there yet


class NoSuchLine(LookupError):
    """The draft has no line of that key."""


def blank_plan(currency: str) -> Plan:
    """A case of which nothing is known yet but its currency."""
    return Plan(currency, "year", YEARS, "real", Discount(((0, Decimal(0)),)))


def as_stored(plan: Plan) -> dict[str, Any]:
    """The plan as `plan.written` writes it, but with its lines in the order in which people put them."""
    return {**plan_as_mapping(plan), "lines": [line_as_mapping(line) for line in plan.lines]}


def as_plan(stored: Mapping[str, Any]) -> Plan:
    return plan_from_mapping(stored)


# Lines ---------------------------------------------------------------------------------------------------------------------


def line_in(plan: Plan, key: str) -> Line:
    """The line of that key. Raises NoSuchLine."""
    found = next((line for line in plan.lines if line.key == key), None)
    if found is None:
        raise NoSuchLine(key)
    return found


def with_line(plan: Plan, line: Line) -> Plan:
    """The plan with one more line, behind the last of its kind and category, where people look for it."""
    like = [at for at, other in enumerate(plan.lines) if (other.kind, other.category) == (line.kind, line.category)]
    same = [at for at, other in enumerate(plan.lines) if other.kind == line.kind]
    at = (like or same or [len(plan.lines) - 1])[-1] + 1
    return replace(plan, lines=(*plan.lines[:at], line, *plan.lines[at:]))


def with_changed(plan: Plan, key: str, line: Line) -> Plan:
    """The plan with another line in the place of one. Raises NoSuchLine."""
    line_in(plan, key)
    return replace(plan, lines=tuple(line if other.key == key else other for other in plan.lines))


def without_line(plan: Plan, key: str) -> Plan:
    """The plan without a line, and without what scenarios and correlations say of it. Raises NoSuchLine."""
    line_in(plan, key)
    own = f"line.{key}."
    return replace(
        plan,
        lines=tuple(line for line in plan.lines if line.key != key),
        scenarios=tuple(
            replace(item, overrides={name: value for name, value in item.overrides.items() if not name.startswith(own)})
            for item in plan.scenarios
        ),
        correlations=tuple(pair for pair in plan.correlations if not (pair.one.startswith(own) or pair.other.startswith(own))),
    )


def with_moved(plan: Plan, key: str, by: int) -> Plan:
    """The plan with a line further up (-1) or down (1) among those of its kind; at the end nothing moves. Raises NoSuchLine."""
    line = line_in(plan, key)
    places = [at for at, other in enumerate(plan.lines) if other.kind == line.kind]
    here = next(at for at, place in enumerate(places) if plan.lines[place].key == key)
    there = min(max(here + by, 0), len(places) - 1)
    order = [plan.lines[place] for place in places]
    order.insert(there, order.pop(here))
    lines = list(plan.lines)
    for place, moved in zip(places, order, strict=True):
        lines[place] = moved
    return replace(plan, lines=tuple(lines))


def free_key(title: str, taken: Iterable[str]) -> str:
    """A key that no other line has: from the title's Latin letters, else `line`, with a number where that is taken."""
    known = {*taken, RESERVED}
    stem = slugify(title).replace("-", "_").lstrip("_0123456789")[:LONGEST_STEM] or "line"
    key, number = stem, 1
    while key in known:
        number += 1
        key = f"{stem}_{number}"
    return key


def template_key(key: str) -> str:
    """Of a line that a template began, the key of that template: `labelling_2` is the second one of `labelling`."""
    return _NUMBERED.sub("", key)


def is_empty(line: Line) -> bool:
    """Whether nobody has said yet what it costs or brings."""
    return line.driver is None and not line.quantity and not line.unit_price


# The whole -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Looked:
    """A draft as it stands: what is wrong with it, and what it comes to as far as that can be reckoned."""

    plan: Plan
    problems: tuple[Problem, ...]
    evaluation: Evaluation | None
    worth: Mapping[
        str, Decimal | None
    ]  # of each line, as worth today and always positive in its direction; None where nobody can say

    @property
    def ready(self) -> bool:
        """Whether it can be written down."""
        return not self.problems and self.evaluation is not None


def looked_at(plan: Plan) -> Looked:
    problems = [*problems_of(plan), *_empty(plan)]
    try:
        found = evaluate(plan)
    except Refused as refusal:
        if not problems:  # no check foresaw it, and whoever writes the draft has to hear why
            code = refusal.code if refusal.code in MESSAGES else "not_reckoned"
            problems.append(Problem(refusal.where, code, {"code": refusal.code, **refusal.params}))
        return Looked(plan, tuple(problems), None, {line.key: _alone(plan, line) for line in plan.lines})
    return Looked(plan, tuple(problems), found, worth_of_lines(found))


def worth_of_lines(found: Evaluation) -> dict[str, Decimal | None]:
    """What each line is worth today, by its key."""
    return {key: _present(amounts, found.factors) for key, amounts in found.flows.by_line.items()}


def _empty(plan: Plan) -> list[Problem]:
    return [Problem(f"lines.{at}.quantity", "not_filled_in") for at, line in enumerate(plan.lines) if is_empty(line)]


def _alone(plan: Plan, line: Line) -> Decimal | None:
    """The worth of one line, where something else in the plan cannot be reckoned."""
    try:
        only = replace(plan, lines=(line,))
        return _present(flows_of(only).by_line[line.key], discount_factors(only))
    except Refused:
        return None


def _present(amounts: Sequence[Decimal], factors: Sequence[Decimal]) -> Decimal:
    return total(amount * factor for amount, factor in zip(amounts, factors, strict=True) if amount)
