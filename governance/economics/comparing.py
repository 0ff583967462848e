"""What changed between two versions of a case, and what each change is worth in net present value. Pure.

The parts add up to the difference, to the last digit. What belongs to the whole case (horizon, rates) is changed first, one after the
other in the order of FRAME, each upon the one before and reckoned with the lines as they were; then the lines, which do not touch each
other. A line that cannot be reckoned in the new frame as it was carries all of its difference itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal, localcontext
from typing import Any

from governance.economics.cashflow import Flows, Refused, discount_factors, flows_of
from governance.economics.cashflow.precision import EXACT, ZERO
from governance.economics.plan import Line, Plan

FIXED = Decimal("1e-30")  # places to which the worth of a line is taken, so that sums of them are exact
LONGEST = 45  # digits before the point of the worth of a line: with those places, more would not be exact
# What changes together, because one of them alone may make no sense.
FRAME = (
    ("period", "horizon"), ("prices",), ("discount",), ("inflation",), ("mid_period",), ("exchange",), ("biases",),
)  # fmt: skip
WITHOUT_WORTH = ("finance_rate", "reinvestment_rate", "tolerance", "scenarios", "correlations")

Worths = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Field:
    """A field with its values before and after."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that changed. `kind` is frame, added, removed or changed; `key` that of the line, empty for the frame. `worth` is
    what it does to the net present value."""

    kind: str
    key: str
    title: str
    fields: tuple[Field, ...]
    worth: Decimal
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions by their net present values, and the parts of the difference: the frame first, then lines, weightiest first."""

    before: Decimal
    after: Decimal
    parts: tuple[Part, ...]

    @property
    def difference(self) -> Decimal:
        with localcontext(EXACT):
            return self.after - self.before


def compared(before: Plan, after: Plan) -> Comparison:
    """Raises Refused where one of the two cannot be reckoned, or is too large to be taken apart."""
    was, now = _worths(before), _worths(after)
    old = {line.key: line for line in before.lines}
    new = {line.key: line for line in after.lines}
    factors = discount_factors(after)
    carried = [line for line in before.lines if line.key in new and _can_be_reckoned(after, line, factors)]
    frame, moved = _frame_parts(before, after, carried)
    parts = []
    with localcontext(EXACT):
        for key, line in new.items():
            if key not in old:
                parts.append(Part("added", key, line.title, (), now[key], line))
            elif (worth := now[key] - moved.get(key, was[key])) or line != old[key]:
                parts.append(Part("changed", key, line.title, differing(old[key], line), worth, line))
        parts += [Part("removed", key, line.title, (), -was[key], line) for key, line in old.items() if key not in new]
        parts.sort(key=lambda part: -abs(part.worth))
        return Comparison(sum(was.values(), ZERO), sum(now.values(), ZERO), (*frame, *parts))


def differing(before: Any, after: Any, names: Sequence[str] = ()) -> tuple[Field, ...]:
    """The fields in which two values differ, of those named or of all."""
    wanted = names or [field.name for field in fields(before)]
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in wanted)
    return tuple(Field(name, one, other) for name, one, other in pairs if one != other)


def _frame_parts(before: Plan, after: Plan, carried: Sequence[Line]) -> tuple[list[Part], Worths]:
    """What the frame does to the lines that were there before, and what these are worth in the new one."""
    plan = replace(before, lines=tuple(carried))
    worths = _worths(plan)
    parts: list[Part] = []
    waiting: list[str] = []
    for names in FRAME:
        if differing(before, after, names):
            waiting += names
            changed = replace(plan, **{name: getattr(after, name) for name in waiting})
            try:
                now = _worths(changed)
            except Refused:
                continue  # such as nominal prices before there is an inflation: together with what comes next
            parts.append(_frame_part(differing(before, after, waiting), worths, now))
            plan, worths, waiting = changed, now, []
    if waiting:  # nothing that came next made it possible, but all of the new frame is
        now = _worths(replace(after, lines=tuple(carried)))
        parts.append(_frame_part(differing(before, after, waiting), worths, now))
        worths = now
    rest = differing(before, after, WITHOUT_WORTH)
    return parts + ([Part("frame", "", "", rest, ZERO)] if rest else []), worths


def _frame_part(changed: tuple[Field, ...], before: Worths, after: Worths) -> Part:
    with localcontext(EXACT):
        return Part("frame", "", "", changed, sum((after[key] - before[key] for key in after), ZERO))


def _can_be_reckoned(plan: Plan, line: Line, factors: Sequence[Decimal]) -> bool:
    try:
        _worth(line, flows_of(replace(plan, lines=(line,))), factors)
    except Refused:
        return False
    return True


def _worths(plan: Plan) -> dict[str, Decimal]:
    """What each line is worth today, with its sign. Raises Refused where the plan cannot be reckoned."""
    flows, factors = flows_of(plan), discount_factors(plan)
    return {line.key: _worth(line, flows, factors) for line in plan.lines}


def _worth(line: Line, flows: Flows, factors: Sequence[Decimal]) -> Decimal:
    with localcontext(EXACT):
        laid = zip(flows.by_line[line.key], factors, strict=True)
        worth = sum((line.sign * flow * factor for flow, factor in laid if flow), ZERO)
        if worth.adjusted() >= LONGEST:
            raise Refused("plan.too_large", f"line.{line.key}", {"digits": LONGEST})
        return worth.quantize(FIXED)
