"""What came of a case month by month, beside what was agreed: to date, by the end, and how far that is from the plan. Pure, in Decimal.

How it is reckoned, said once here and in docs/economics.md:

- The baseline is laid out by months from the first day of its period 0. In a case by years each year is spread evenly over its twelve
  months, to the cent, the last month taking what is left over. A plan in real prices that states inflation is shown in the money of each
  month, for that is what is paid.
- A line counts to date up to the last month of which anybody said anything; a month before that without a word counts as nothing.
- What is still to come of a line goes on at its pace: the plan of each month times what was realised over what was planned in the last
  up to six months. Of a line that falls once, or of which one month is known alone, the rest of that period is what was planned for it
  and not realised yet, and later periods stay as planned: one figure shows no pace. A line of which nothing is known keeps its plan.
- In a case by years nobody planned the months, and a bill may be that of a quarter or of the whole year. So the last six months and the
  last up to twelve have to show a pace alike: the one nearer to the plan counts, the plan itself where it lies between them. Until twelve
  are known, it is above the plan only as far as the months without the dearest show it; from then on the twelve count alone where at
  most one of the six brought anything. Of the open year, counted from the first word, is expected what it comes to at that pace, less
  what was realised in it.
- Each month is discounted with the factor of its period, so that results which are exactly as planned give exactly the baseline's net
  present value. Amounts before period 0 are sunk, and left out; those after the last period count in periods added to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from functools import cached_property
from typing import Literal

from governance.economics.cashflow import discount_factors, flows_of, rounded
from governance.economics.cashflow.discounting import times
from governance.economics.cashflow.precision import EXACT, ONE, ZERO, total
from governance.economics.plan import Line, Plan

PACE = 6  # months
YEAR = 12  # months
Method = Literal["plan", "pace", "rest", "done"]


@dataclass(frozen=True, slots=True)
class Said:
    """What a line came to in a month, whatever it is the sum of. `month` is its first day."""

    line: str
    month: date
    amount: Decimal


@dataclass(frozen=True)
class LineResult:
    """One line by months. `actual` is None where nobody said anything; `expected` is what is still to come, zero until `last`.

    `last`: the index of the last month of which anything is known. `pace`: realised over planned, as it was used; None where none was.
    """

    key: str
    title: str
    kind: str
    planned: tuple[Decimal, ...]
    actual: tuple[Decimal | None, ...]
    expected: tuple[Decimal, ...]
    last: int | None
    method: Method
    pace: Decimal | None = None

    @property
    def sign(self) -> int:
        return -1 if self.kind == "cost" else 1

    @cached_property
    def planned_to_date(self) -> Decimal:
        return ZERO if self.last is None else total(self.planned[: self.last + 1])

    @cached_property
    def actual_to_date(self) -> Decimal:
        return total(amount for amount in self.actual if amount is not None)

    @cached_property
    def planned_in_all(self) -> Decimal:
        return total(self.planned)

    @cached_property
    def at_completion(self) -> Decimal:
        """What was realised so far, and what is still to come."""
        return total((self.actual_to_date, *self.expected))

    @property
    def worse_by(self) -> Decimal:
        """To date: how much more it cost, or how much less it brought; negative where it is better than planned."""
        with localcontext(EXACT):
            return (self.planned_to_date - self.actual_to_date) * self.sign

    def amount(self, month: int) -> Decimal:
        """What was realised in a month, or is expected of it."""
        if self.last is None or month > self.last:
            return self.expected[month]
        return self.actual[month] or ZERO

    def known_until(self) -> int:
        """The last month for which nothing is missing: those without a plan after the last one that is known are none."""
        until = -1 if self.last is None else self.last
        while until + 1 < len(self.planned) and not self.planned[until + 1]:
            until += 1
        return until


@dataclass(frozen=True)
class Results:
    """All lines by months, and what they come to. `left_out` are amounts of months before the baseline begins."""

    months: tuple[date, ...]
    lines: tuple[LineResult, ...]
    factors: tuple[Decimal, ...]
    tolerance: Decimal
    left_out: tuple[Said, ...] = ()

    @cached_property
    def last(self) -> int | None:
        """The last month of which anything is known."""
        known = [line.last for line in self.lines if line.last is not None]
        return max(known) if known else None

    @cached_property
    def reported(self) -> tuple[LineResult, ...]:
        """The lines of which anything is known."""
        return tuple(line for line in self.lines if line.last is not None)

    @cached_property
    def complete_until(self) -> int | None:
        """The last month of which every line that is reported at all has been reported; None where there is none."""
        if self.last is None:
            return None
        until = min(self.last, *(line.known_until() for line in self.reported))
        return until if until >= 0 else None

    @property
    def late(self) -> tuple[LineResult, ...]:
        """The lines that keep `complete_until` behind the last month of which anything is known."""
        return tuple(line for line in self.reported if self.last is not None and line.known_until() < self.last)

    def side(self, kind: str) -> tuple[LineResult, ...]:
        return tuple(line for line in self.lines if line.kind == kind)

    @cached_property
    def cost_overrun(self) -> Decimal:
        """To date, over all costs; negative where less was spent."""
        return total(line.worse_by for line in self.side("cost"))

    @cached_property
    def benefit_shortfall(self) -> Decimal:
        """To date, over all benefits; negative where more was brought in."""
        return total(line.worse_by for line in self.side("benefit"))

    @cached_property
    def planned_npv(self) -> Decimal:
        return self._worth(line.planned for line in self.lines)

    @cached_property
    def expected_npv(self) -> Decimal:
        """The net present value at completion: what was realised, and then what is expected."""
        return self._worth(tuple(line.amount(month) for month in range(len(self.months))) for line in self.lines)

    @cached_property
    def difference(self) -> Decimal:
        with localcontext(EXACT):
            return self.expected_npv - self.planned_npv

    @cached_property
    def share(self) -> Decimal | None:
        """The difference over the size of the baseline's net present value; None where that is zero."""
        with localcontext(EXACT):
            return self.difference / abs(self.planned_npv) if self.planned_npv else None

    @property
    def exceeded(self) -> bool:
        """Whether it is worse than the tolerance lets it be, so that the case has to be approved again. At the edge it is not."""
        with localcontext(EXACT):
            return self.difference < -self.tolerance * abs(self.planned_npv)

    def _worth(self, rows: Iterable[Sequence[Decimal]]) -> Decimal:
        with localcontext(EXACT):
            return sum(
                (
                    line.sign * amount * factor
                    for line, row in zip(self.lines, rows, strict=True)
                    for amount, factor in zip(row, self.factors, strict=True)
                    if amount
                ),
                ZERO,
            )


def results_of(plan: Plan, starts_on: date, said: Iterable[Said], *, others: Sequence[Line] = ()) -> Results:
    """What came of a plan whose period 0 begins at `starts_on`. Amounts of the same line and month add up.

    `others`: lines that the plan does not have and of which something may be said, such as those of a later version; nothing was planned
    for them. Amounts of lines that are in neither raise ValueError. Raises Refused where the plan cannot be reckoned.
    """
    first = starts_on.replace(day=1)
    early: list[Said] = []
    sums: dict[str, dict[int, Decimal]] = {}
    last = 0
    with localcontext(EXACT):
        for one in said:
            at = months_between(first, one.month)
            if at < 0:
                early.append(one)
                continue
            row = sums.setdefault(one.line, {})
            row[at] = row.get(at, ZERO) + one.amount
            last = max(last, at)
    a_period = 12 // plan.periods_a_year
    periods = max(plan.horizon + 1, last // a_period + 1)
    index, factors = _money(plan, periods)
    count = periods * a_period
    flows = flows_of(plan).by_line
    found = []
    for line in plan.lines:
        laid = _laid(flows[line.key], index, a_period, count)
        found.append(_result(line, laid, sums.pop(line.key, {}), a_period))
    for line in others:
        if line.key in sums:
            found.append(_result(line, [ZERO] * count, sums.pop(line.key), a_period))
    if sums:
        raise ValueError(f"nobody knows the lines {', '.join(sorted(sums))}")
    with localcontext(EXACT):
        by_month = tuple(factors[at // a_period] / index[at // a_period] for at in range(count))
    months = tuple(month_after(first, at) for at in range(count))
    return Results(months, tuple(found), by_month, plan.tolerance, tuple(early))


def months_between(first: date, later: date) -> int:
    """How many months later: negative where it is earlier."""
    return 12 * (later.year - first.year) + later.month - first.month


def month_after(first: date, count: int) -> date:
    years, months = divmod(first.month - 1 + count, 12)
    return date(first.year + years, months + 1, 1)


def spread(amount: Decimal, months: int) -> list[Decimal]:
    """An amount over months, evenly and to the cent; the last takes what is left over, so that the sum is exact."""
    with localcontext(EXACT):
        sums = [rounded(amount * at / months) for at in range(1, months)] + [amount]
        return [after - before for before, after in zip([ZERO, *sums], sums, strict=False)]


def _money(plan: Plan, periods: int) -> tuple[list[Decimal], tuple[Decimal, ...]]:
    """By period: what prices rose to since period 0, where the plan is in real prices and says by how much; and its discount factors."""
    longer = replace(plan, horizon=periods - 1, lines=(), scenarios=(), correlations=())
    factors = discount_factors(longer)
    if plan.prices != "real" or plan.inflation is None:
        return [ONE] * periods, factors
    with localcontext(EXACT):
        rate, years = ONE + plan.inflation.rate, [Decimal(when.numerator) / when.denominator for when in times(longer)]
        return [rate**when if when else ONE for when in years], factors


def _laid(flows: Sequence[Decimal], index: Sequence[Decimal], a_period: int, count: int) -> list[Decimal]:
    laid = [ZERO] * count
    for period, flow in enumerate(flows):
        if flow:
            with localcontext(EXACT):
                paid = flow * index[period]
            laid[period * a_period : (period + 1) * a_period] = spread(paid, a_period)
    return laid


def _result(line: Line, planned: Sequence[Decimal], said: Mapping[int, Decimal], a_period: int) -> LineResult:
    actual = tuple(said.get(at) for at in range(len(planned)))
    last = max(said, default=None)
    expected, method, pace = _expected(planned, said, last, a_period)
    return LineResult(line.key, line.title, line.kind, tuple(planned), actual, tuple(expected), last, method, pace)


def _expected(
    planned: Sequence[Decimal], said: Mapping[int, Decimal], last: int | None, a_period: int
) -> tuple[list[Decimal], Method, Decimal | None]:
    """What is still to come of a line by month, how that was reckoned, and at which pace."""
    if last is None:
        return list(planned), "plan", None
    ahead = [ZERO] * (last + 1) + list(planned[last + 1 :])
    if not any(ahead):
        return ahead, "done", None
    periods = [at for at in range(0, len(planned), a_period) if any(planned[at : at + a_period])]
    if len(periods) == 1 or len(said) == 1:
        start = periods[0] if len(periods) == 1 else last - last % a_period
        return _rest(planned, said, ahead, start, start + a_period), "rest", None
    begun = min(said)
    pace = _pace(planned, said, range(max(begun, last - PACE + 1), last + 1))
    if a_period == YEAR:
        pace = _pace_by_years(planned, said, range(max(begun, last - YEAR + 1), last + 1), pace)
    if pace is None:
        return ahead, "plan", None
    with localcontext(EXACT):
        expected = [amount * pace for amount in ahead]
    if a_period == YEAR:
        start = last - last % YEAR
        expected = _open_year(planned, said, expected, range(max(begun, start), start + YEAR), pace)
    return expected, "pace", pace


def _pace(planned: Sequence[Decimal], said: Mapping[int, Decimal], window: range) -> Decimal | None:
    """What was realised in some months over what was planned, never below zero; None where nothing was planned."""
    plan = total(planned[at] for at in window)
    with localcontext(EXACT):
        return max(ZERO, total(said.get(at, ZERO) for at in window) / plan) if plan else None


def _pace_by_years(planned: Sequence[Decimal], said: Mapping[int, Decimal], year: range, short: Decimal | None) -> Decimal | None:
    """The pace where only years were planned: one bill may be that of all of `year`, the last up to twelve months that are known.

    `short` is the pace of its last months. More realised in a month of which something came is never a lower pace.
    """
    pace = _pace(planned, said, year)
    if pace is None:
        return None
    of_late = sum(bool(said.get(at)) for at in year[-PACE:])
    if short is not None and (len(year) < YEAR or of_late > 1):  # one bill in six months tells less than those of twelve
        pace = min(max(pace, short), max(ONE, min(pace, short)))  # the nearer to the plan, which lies between them or beyond both
    if len(year) < YEAR:
        pace = min(pace, max(ONE, _without_dearest(planned, said, year)))
    return pace


def _without_dearest(planned: Sequence[Decimal], said: Mapping[int, Decimal], window: range) -> Decimal:
    """The pace of some months but one: the dearest may be the bill of a whole year, and n bills show n - 1 times between them.

    What is left out of the plan does not depend on which month is the dearest, or a dearer one could lower the pace.
    """
    plan = [planned[at] for at in window]
    realised = [said.get(at, ZERO) for at in window]
    with localcontext(EXACT):
        left = total(plan) - max(plan)
        return (total(realised) - max(realised)) / left if left else ZERO


def _open_year(
    planned: Sequence[Decimal], said: Mapping[int, Decimal], expected: list[Decimal], year: range, pace: Decimal
) -> list[Decimal]:
    """The months ahead, where those of the open year come to its plan at that pace, less what was realised in it already."""
    to_come = total(expected[year.start : year.stop])
    if not to_come:
        return expected
    with localcontext(EXACT):
        realised = max(ZERO, total(said.get(at, ZERO) for at in year))  # what was given back is not spent again
        share = max(ZERO, total(planned[year.start : year.stop]) * pace - realised) / to_come
        return [amount * share if at in year else amount for at, amount in enumerate(expected)]


def _rest(planned: Sequence[Decimal], said: Mapping[int, Decimal], ahead: list[Decimal], start: int, end: int) -> list[Decimal]:
    """The months ahead, where those of [start, end) come to what was planned for all of that period and not realised in it."""
    to_come = total(ahead[start:end])
    if not to_come:
        return ahead
    with localcontext(EXACT):
        left = total(planned[start:end]) - total(amount for at, amount in said.items() if at < end)
        share = max(ZERO, left / to_come)  # more than planned is realised: nothing more is expected
        return [amount * share if start <= at < end else amount for at, amount in enumerate(ahead)]
