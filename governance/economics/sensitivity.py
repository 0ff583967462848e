"""Which inputs decide: the value at which a case just breaks even, and how far its worth swings with each. Pure.

The switching value of an input is where the net present value is zero while all others stay (HM Treasury, The Green Book, on
sensitivity analysis).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import pairwise

from governance.economics.baseline import Baseline
from governance.economics.cashflow import Refused
from governance.economics.cashflow.precision import EXACT
from governance.economics.plan import Plan, Range
from governance.economics.plan.limits import HIGHEST_RATE, LOWEST_RATE
from governance.economics.scenarios import Input, input_named
from governance.economics.simulation.pert import Pert
from governance.economics.simulation.uncertain import uncertain

Curve = Callable[[Decimal], Decimal]
Point = tuple[Decimal, Decimal]  # of an input, and the net present value there

ZERO = Decimal(0)
ONE = Decimal(1)
HALF = Decimal("0.5")
PROPORTIONAL = ("quantity", "unit_price")
RATES = ("rate", "inflation", "growth")
PROBES = 24  # points at which a curve is looked at for changes of sign
GOLDEN = Decimal(5).sqrt() / 2 - Decimal("0.5")
HALVED = 20  # times: where what an input may be ends, to one millionth of what lies between two probes
NARROWED = 36  # times: to 3 in 10^8 of what lies between two probes
BETWEEN = 5  # probes between the ends of a tornado bar
STRAIGHT = Decimal("1e-12")  # of the largest value: what a straight line may be out by, as drivers round to ten places
NOTHING = Decimal("1e-20")  # of the largest value: what counts as zero, and as the same place
SMALL, LARGE = 0.1, 0.9  # the quantiles to which the bars of a tornado go


# Switching values --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SwitchingValue:
    """Where the case breaks even as one input changes.

    `values` are all of them within `searched`, ascending; `reason` is `one`, `many`, `none`, `no_effect` where the input moves
    nothing, or `not_alone` where it may have no other value while all others stay, so that nobody knows what it moves. `nearest` is
    the one closest to `likely`, and `distance` how far it lies from that as a share of it, with sign (-0.2 is 20 % less): None where
    there is none, or where the likely value is zero. `within_range` says whether the nearest lies within the range that is stated;
    None where none is.
    """

    name: str
    likely: Decimal
    values: tuple[Decimal, ...]
    reason: str
    nearest: Decimal | None
    distance: Decimal | None
    searched: Range
    within_range: bool | None


def switching_values(plan: Plan, names: Iterable[str] | None = None) -> tuple[SwitchingValue, ...]:
    """Of each input in `names`, in their order; without names of all quantities, prices and inputs of drivers, and of the discount
    rate, inflation and exchange rates.

    Quantities, prices and all else that the value depends on in a straight line are solved exactly and searched without an end
    (shown as the end of what they may be, or as the largest that was looked at). Others are searched within limits that are told:
    rates from -50 % to 1,000 % a year, inputs of drivers up to a thousand times what they are.

    Raises Refused: `input.unknown`, `input.whole` for periods and for `included`, which have no values in between, and what
    `evaluate` refuses.
    """
    baseline = Baseline.of(plan)
    wanted = list(names) if names is not None else [item.name for item in baseline.inputs.values() if _usual(item)]
    return tuple(_switching_value(baseline, _continuous(baseline, name)) for name in wanted)


def _usual(item: Input) -> bool:
    whole_plan = item.name in ("rate", "inflation") or item.name.startswith("exchange.")
    return item.field in PROPORTIONAL or item.field.startswith("driver.") or whole_plan


def _continuous(baseline: Baseline, name: str) -> Input:
    found = input_named(baseline.inputs, name)
    if found.whole:
        raise Refused("input.whole", name, {})
    return found


def _switching_value(baseline: Baseline, found: Input) -> SwitchingValue:
    with localcontext(EXACT):
        points = _probes(baseline, found)
        if len(points) == 1:
            return SwitchingValue(found.name, found.value, (), "not_alone", None, None, Range(found.value, found.value), None)
        values = [value for _, value in points]
        searched = Range(points[0][0], points[-1][0])
        scale = max(abs(value) for value in values)
        if max(values) - min(values) <= scale * NOTHING:
            return SwitchingValue(found.name, found.value, (), "no_effect", None, None, searched, None)
        roots = sorted(_roots(baseline, found, points, scale))
        reason = ("none", "one", "many")[min(len(roots), 2)]
        nearest = min(roots, key=lambda root: abs(root - found.value), default=None)
        distance = (nearest - found.value) / abs(found.value) if nearest is not None and found.value else None
        within = (
            found.low <= nearest <= found.high
            if nearest is not None and found.low is not None and found.high is not None
            else None
        )
        if roots:
            searched = Range(min(searched.low, roots[0]), max(searched.high, roots[-1]))
        return SwitchingValue(found.name, found.value, tuple(roots), reason, nearest, distance, searched, within)


def _roots(baseline: Baseline, found: Input, points: Sequence[Point], scale: Decimal) -> list[Decimal]:
    def curve(value: Decimal) -> Decimal:
        return baseline.npv_with(found.name, value)

    if _straight(points, scale):
        (first, start), (last, end) = points[0], points[-1]
        root = first - start * (last - first) / (end - start)
        try:
            if abs(curve(root)) <= STRAIGHT * scale * max(ONE, abs(root - first) / (last - first)):
                return [root]
        except Refused:  # a straight line goes on for ever, and the input does not
            return []
    return list(_crossings(curve, points, scale))


def _straight(points: Sequence[Point], scale: Decimal) -> bool:
    (first, start), (last, end) = points[0], points[-1]
    slope = (end - start) / (last - first)
    return all(abs(start + slope * (at - first) - value) <= STRAIGHT * scale for at, value in points)


def _probes(baseline: Baseline, found: Input) -> list[Point]:
    """Values of the input, ascending, with the net present value at each: as far on both sides of the likely one as it is
    allowed."""
    candidates = sorted({*_candidates(found), found.value})
    here = candidates.index(found.value)
    reached = [(found.value, baseline.npv_with(found.name, found.value))]
    for side in (candidates[here + 1 :], candidates[:here][::-1]):
        good = found.value
        for value in side:
            point = _allowed(baseline, found, value)
            if point is None:
                reached.extend(_last_allowed(baseline, found, good, value))
                break
            reached.append(point)
            good = value
    return sorted(reached)


def _last_allowed(baseline: Baseline, found: Input, good: Decimal, refused: Decimal) -> list[Point]:
    """The last point that is allowed between two values, if there is one beyond `good`, by bisection.

    Mostly `good` is the end itself, as with shares at 0 and 1: one look beyond it tells.
    """
    step = (refused - good) / 2**HALVED
    last = _allowed(baseline, found, good + step)
    if last is None:
        return []
    for _ in range(HALVED - 1):
        middle = (last[0] + refused) / 2
        point = _allowed(baseline, found, middle)
        if point is None:
            refused = middle
        else:
            last = point
    return [last]


def _allowed(baseline: Baseline, found: Input, value: Decimal) -> Point | None:
    try:
        return value, baseline.npv_with(found.name, value)
    except Refused:
        return None


def _candidates(found: Input) -> Iterator[Decimal]:
    if found.field in PROPORTIONAL or found.name.startswith("exchange."):
        yield from (found.value * 2 if found.value else ONE, found.value * HALF)
    elif found.field in RATES:
        growth = ((ONE + HIGHEST_RATE) / (ONE + LOWEST_RATE)) ** (ONE / (2 * PROBES))
        yield from ((ONE + LOWEST_RATE) * growth**step - ONE for step in range(2 * PROBES + 1))
    else:
        size = abs(found.value) or ONE
        yield from (found.value + size * step / 4 for step in range(-8, 9))
        yield from (size * sign * ten for sign in (-1, 1) for ten in (2, 5, 10, 20, 50, 100, 200, 500, 1000))
        yield from (Decimal(step) / PROBES for step in range(PROBES + 1))  # most of them are shares
        if found.least is not None:
            yield found.least


def _crossings(curve: Curve, points: Sequence[Point], scale: Decimal) -> Iterator[Decimal]:
    """Where the curve is zero, as far as its values at the points give it away: by changes of sign, zeros, bends towards zero."""
    for at, value in points:
        if value == 0:
            yield at
    for (low, before), (high, after) in pairwise(points):
        if before * after < 0:
            yield _between(curve, low, high, before, after)
    for one, here, other in zip(points, points[1:], points[2:], strict=False):
        if _bends_to_zero(one, here, other):
            yield from _dip(curve, one, other, scale)


def _bends_to_zero(low: Point, here: Point, high: Point) -> bool:
    """Whether the middle one of three points on one side of zero is much nearer to it than the others, or is the nearest and the
    parabola through them goes much nearer yet."""
    (a, before), (b, at), (c, after) = low, here, high
    around = min(abs(before), abs(after))
    if before * at <= 0 or at * after <= 0 or abs(at) > around:
        return False
    if 2 * abs(at) < around:
        return True
    rise = (at - before) / (b - a)
    bend = ((after - at) / (c - b) - rise) / (c - a)
    slope = rise + bend * (b - a)  # in the middle
    return bend != 0 and abs(at) <= 2 * abs(slope * slope / (4 * bend))


def _between(curve: Curve, low: Decimal, high: Decimal, before: Decimal, after: Decimal) -> Decimal:
    """The zero between two points of opposite sign, by Ridders' method: as sure as bisection, and mostly done after ten steps.

    Source: C. Ridders, "A new algorithm for computing a single root of a real continuous function", IEEE Transactions on Circuits
    and Systems 26 (1979).
    """
    while high - low > NOTHING * max(abs(low), abs(high), NOTHING):
        middle = (low + high) / 2
        value = curve(middle)
        if value == 0:
            return middle
        step = (middle - low) * value / (value * value - before * after).sqrt()
        place = middle + step if before > 0 else middle - step
        found = curve(place)
        if found == 0:
            return place
        ends = sorted([(low, before), (middle, value), (place, found), (high, after)])
        (low, before), (high, after) = next((one, other) for one, other in pairwise(ends) if one[1] * other[1] < 0)
    return (low + high) / 2


def _dip(curve: Curve, low: Point, high: Point, scale: Decimal) -> Iterator[Decimal]:
    """Where the curve comes nearest to zero between two points on one side of it: two zeros if it crosses, one if it touches.

    By golden section; where a curve touches zero it is flat, so that the place is found to half the digits of the value.
    """
    (left, before), (right, after) = low, high
    inner = [right - GOLDEN * (right - left), left + GOLDEN * (right - left)]
    values = [curve(place) for place in inner]
    for _ in range(NARROWED):
        for place, value in zip(inner, values, strict=True):
            if value * before < 0:
                yield _between(curve, low[0], place, before, value)
                yield _between(curve, place, high[0], value, after)
                return
        if abs(values[0]) <= abs(values[1]):
            right = inner[1]
            inner = [right - GOLDEN * (right - left), inner[0]]
            values = [curve(inner[0]), values[0]]
        else:
            left = inner[0]
            inner = [inner[1], left + GOLDEN * (right - left)]
            values = [values[1], curve(inner[1])]
    if min(map(abs, values)) <= STRAIGHT * scale < min(abs(before), abs(after)):
        yield inner[0]


# Tornado -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """What the net present value is as one input goes from its tenth to its ninetieth percentile, with all others as they are
    likely.

    `npv_at_low` and `npv_at_high` belong to those ends; `lowest` and `highest` are over the ends, five probes in between and the
    likely value where it lies there too, and `swing` is between them. `monotone` is False where the value turns on the way: then
    the ends alone say too little.
    """

    name: str
    low: Decimal
    likely: Decimal
    high: Decimal
    npv_at_low: Decimal
    npv_at_high: Decimal
    lowest: Decimal
    highest: Decimal
    monotone: bool

    @property
    def swing(self) -> Decimal:
        return self.highest - self.lowest


def tornado(plan: Plan, ranges: Mapping[str, Range] | None = None) -> tuple[Bar, ...]:
    """A bar for each input with a range, the widest swing first, those of equal swing by name.

    `ranges` are for inputs that have none in the plan, such as `rate`, or take the place of what it states. The percentiles are
    those of the PERT distribution. Raises Refused: see `uncertain`.
    """
    baseline = Baseline.of(plan)
    bars = [_bar(baseline, name, pert) for name, pert in uncertain(baseline.inputs, ranges or {}).items()]
    return tuple(sorted(bars, key=lambda bar: (-bar.swing, bar.name)))


def _bar(baseline: Baseline, name: str, pert: Pert) -> Bar:
    low, high = pert.quantile(SMALL), pert.quantile(LARGE)
    places = {low, high} | ({pert.likely} if low <= pert.likely <= high else set())
    if baseline.inputs[name].field not in PROPORTIONAL:  # in those it is a straight line
        places |= {low + (high - low) * step / (BETWEEN + 1) for step in range(1, BETWEEN + 1)}
    found = {place: baseline.npv_with(name, place) for place in sorted(places)}
    steps = [after - before for before, after in pairwise(found.values())]
    monotone = all(step >= 0 for step in steps) or all(step <= 0 for step in steps)
    return Bar(name, low, pert.likely, high, found[low], found[high], min(found.values()), max(found.values()), monotone)
