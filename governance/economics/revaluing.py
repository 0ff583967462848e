"""What a version of a model is worth to a case: the plan reckoned again with the version's metrics. Pure, in Decimal.

Lines that take a metric are revalued, all others stay as they were agreed to. Money a year is the mean, not discounted, over the years in
which the revalued lines fall: what they bring in all these years, after growth, exchange and risk, divided by how many years that are. Each
figure a year is rounded to ten places, far below a cent, and sums and differences of such figures are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from functools import cached_property

from governance.economics.cashflow import Evaluation, Refused, evaluate, flows_of
from governance.economics.cashflow.precision import EXACT, MOST_DIGITS, fits
from governance.economics.drivers import Classification, Regression, Sensitivity, WrongInput, compared, with_metrics
from governance.economics.plan import Line, Plan

ZERO, ONE = Decimal(0), Decimal(1)
PLACES = Decimal("1e-10")  # of money a year
WEIGHTY = Decimal("1e7")  # money a year: of less the worth today fits even after fifty years at -50 %, the lowest rate
MONTHS_EACH = {"quarter": 3, "year": 12, "once": 12}  # for how many months what falls stands, where that is more than one


@dataclass(frozen=True, slots=True)
class Amount:
    """In place of a model: so much each time the line falls."""

    amount: Decimal

    def worth(self) -> Decimal:
        return self.amount

    def inputs(self) -> Mapping[str, Decimal]:
        return {}

    def with_inputs(self, changed: Mapping[str, Decimal]) -> Amount:
        return self


@dataclass(frozen=True, slots=True)
class Part:
    """One metric that differs: the input it feeds, what that was and is, and what the difference is worth a year."""

    name: str
    before: Decimal
    after: Decimal
    a_year: Decimal


@dataclass(frozen=True, slots=True)
class Point:
    """What a small change of one input of a line is worth a year, while `held` stays as it is.

    `step` is how much more of the input that is: a point (0.01) of a share, a whole unit of an error. `exact` is the worth of exactly
    such a step up, which differs where the worth does not follow in a straight line; None where that cannot be.
    """

    name: str
    held: str
    step: Decimal
    a_year: Decimal
    exact: Decimal | None


@dataclass(frozen=True, slots=True)
class RevaluedLine:
    """What one line brings a year as it was agreed to and with the version, and which metrics that is due to. `parts` add up to `change`."""

    key: str
    title: str
    before: Decimal
    after: Decimal
    parts: tuple[Part, ...]
    taken: Mapping[str, str]  # input → name of the metric that feeds it

    @property
    def change(self) -> Decimal:
        with localcontext(EXACT):
            return self.after - self.before


@dataclass(frozen=True, slots=True)
class Unknown:
    """A line that could not be revalued, and why: a metric is missing, or its value cannot be."""

    key: str
    title: str
    why: WrongInput | Refused


@dataclass(frozen=True)
class Worth:
    """A plan beside the same plan with a version's metrics.

    `lines` are those that could be revalued, `unknown` those that could not: then `change` is not all of it, and says nothing.
    `plan` has the metrics of the version in the lines that could be revalued. `years`: over how many money a year is the mean.
    """

    agreed: Plan
    plan: Plan
    lines: tuple[RevaluedLine, ...]
    unknown: tuple[Unknown, ...]
    years: Decimal

    @property
    def is_driven(self) -> bool:
        """Whether anything in the plan follows from the metrics of a version."""
        return bool(self.lines or self.unknown)

    @property
    def is_known(self) -> bool:
        return bool(self.lines) and not self.unknown

    @property
    def before(self) -> Decimal:
        """What the revalued lines bring a year as they were agreed to."""
        return _sum(line.before for line in self.lines)

    @property
    def after(self) -> Decimal:
        return _sum(line.after for line in self.lines)

    @property
    def change(self) -> Decimal:
        """Money a year more than was agreed to; below 0 where it is less."""
        return _sum(line.change for line in self.lines)

    @cached_property
    def evaluation(self) -> Evaluation:
        """All figures of the plan with the version."""
        return evaluate(self.plan)

    @cached_property
    def agreed_evaluation(self) -> Evaluation:
        return evaluate(self.agreed)

    @property
    def npv_change(self) -> Decimal:
        with localcontext(EXACT):
            return self.evaluation.npv - self.agreed_evaluation.npv

    @property
    def equivalent_annual_change(self) -> Decimal | None:
        now, then = self.evaluation.equivalent_annual, self.agreed_evaluation.equivalent_annual
        with localcontext(EXACT):
            return None if now is None or then is None else now - then

    @cached_property
    def points(self) -> dict[str, tuple[Point, ...]]:
        """By the key of a line: what a point of each metric of the version is worth a year."""
        return {line.key: tuple(_points(self, line)) for line in self.plan.lines if line.key in {item.key for item in self.lines}}


def worth_of(plan: Plan, metrics: Mapping[str, Decimal]) -> Worth:
    """What a version with these metrics (see `drivers.metrics_by_name`) is worth to the plan, against the plan as it is.

    Raises nothing for a metric that is missing or wrong: the line is among the `unknown` then. Raises Refused for a plan that has no
    figures at all, as `flows_of` does.
    """
    driven = [line for line in plan.lines if takes_metrics(line)]
    years = _years(plan, driven)
    changed: dict[str, Line] = {}
    found: list[RevaluedLine] = []
    unknown: list[Unknown] = []
    for line in driven:
        try:
            new = replace(line, driver=_measured(_driver(line), metrics))
            found.append(_revalued(plan, line, new, years))
        except (WrongInput, Refused) as why:
            unknown.append(Unknown(line.key, line.title, why))
        else:
            changed[line.key] = new
    lines = tuple(changed.get(line.key, line) for line in plan.lines)
    return _kept(Worth(plan, replace(plan, lines=lines), tuple(found), tuple(unknown), years))


def _kept(worth: Worth) -> Worth:
    """The worth, if records can keep what it comes to: with a version's metrics it may be more than that. Then none of its lines is
    known. Whoever only asks for what is worth more a year does not wait for all figures, which are reckoned where it may be so."""
    if _sum(abs(line.before) + abs(line.after) for line in worth.lines) < WEIGHTY:
        return worth
    _fitting(worth.before)
    _ = worth.agreed_evaluation  # raises Refused, for the case itself
    try:
        _fitting(worth.after)
        _ = worth.evaluation
    except Refused as why:
        lost = tuple(Unknown(line.key, line.title, why) for line in worth.lines)
        return Worth(worth.agreed, worth.agreed, (), worth.unknown + lost, worth.years)
    return worth


def _fitting(amount: Decimal, where: str = "lines") -> Decimal:
    if not fits(amount):
        raise Refused("plan.too_large", where, {"digits": MOST_DIGITS})
    return amount


def evaluated(plan: Plan, metrics: Mapping[str, Decimal]) -> Evaluation:
    """All figures of the plan with a version's metrics in the lines that take them. Raises WrongInput or Refused for the first line
    for which that cannot be done."""
    worth = worth_of(plan, metrics)
    for item in worth.unknown:
        raise item.why
    return worth.evaluation


def takes_metrics(line: Line) -> bool:
    """Whether the line follows from metrics of a model version."""
    return isinstance(line.driver, Classification | Regression) and bool(line.driver.takes)


def driven_lines(plan: Plan) -> tuple[Line, ...]:
    return tuple(line for line in plan.lines if takes_metrics(line))


def a_year(plan: Plan, line: Line, worth: Decimal, years: Decimal) -> Decimal:
    """What a line brings a year if its model is worth so much each time it falls. Raises Refused as `flows_of` does, and
    `plan.too_large` for more than records keep."""
    if not worth:
        return ZERO
    unit = replace(line, driver=Amount(ONE if worth > 0 else -ONE))  # risk lowers what is gained and raises what is lost
    laid = flows_of(replace(plan, lines=(unit,), scenarios=(), correlations=())).by_line[line.key]
    with localcontext(EXACT):
        return _fitting(abs(worth) * _sum(laid) / years, f"line.{line.key}").quantize(PLACES)


def _measured(driver: Classification | Regression, metrics: Mapping[str, Decimal]) -> Classification | Regression:
    driver = replace(driver, takes=dict(sorted(driver.takes.items())))  # a database may have given them in any order
    if isinstance(driver, Classification):  # the same kind comes back as goes in, which a checker of types follows one at a time
        return with_metrics(driver, metrics)
    return with_metrics(driver, metrics)


def _driver(line: Line) -> Classification | Regression:
    if not isinstance(line.driver, Classification | Regression):
        raise TypeError(line.driver)
    return line.driver


def _revalued(plan: Plan, line: Line, new: Line, years: Decimal) -> RevaluedLine:
    """The way from one model to the other, metric by metric; each step is worth what the line brings more after it."""
    old_driver, new_driver = _driver(line), _driver(new)
    difference = compared(old_driver, new_driver)
    before = so_far = a_year(plan, line, difference.before, years)
    reached, parts = difference.before, []
    for item in difference.changed:
        with localcontext(EXACT):
            reached += item.worth
        now = a_year(plan, line, reached, years)
        with localcontext(EXACT):
            parts.append(Part(item.name, item.before, item.after, now - so_far))
        so_far = now
    return RevaluedLine(line.key, line.title, before, so_far, tuple(parts), dict(old_driver.takes))


def _points(worth: Worth, line: Line) -> Iterator[Point]:
    """Without what comes to more than records keep: nobody can be told what so much is worth."""
    driver = _driver(line)
    now = driver.worth()
    for item in driver.sensitivities():
        try:
            point = _point(worth, line, now, item, share=isinstance(driver, Classification))
        except Refused:
            continue
        yield point


def _point(worth: Worth, line: Line, now: Decimal, item: Sensitivity, *, share: bool) -> Point:
    with localcontext(EXACT):
        step = item.point if share else item.derivative
        up = _fitting(_line_rate(worth, line, now) * step, f"line.{line.key}")
        exact = None
        if share and item.one_more is not None:
            base = a_year(worth.plan, line, now, worth.years)
            exact = a_year(worth.plan, line, now + item.one_more, worth.years) - base
        return Point(item.name, item.held, Decimal("0.01") if share else ONE, up.quantize(PLACES), exact)


def _line_rate(worth: Worth, line: Line, now: Decimal) -> Decimal:
    """What one unit of money each time the line falls comes to in a year, near to where the model stands."""
    side = ONE if now >= 0 else -ONE
    with localcontext(EXACT):
        return a_year(worth.plan, line, side, worth.years) * side


def _years(plan: Plan, lines: list[Line]) -> Decimal:
    """From the first time one of the lines falls to the end of what the last one stands for; a whole year where there are none."""
    if not lines:
        return ONE
    ends = []
    for line in lines:
        each = MONTHS_EACH.get(line.every, 1) if plan.period == "month" else 1
        falls = 0 if line.every == "once" else (line.to_period - line.from_period) // each
        ends.append(line.from_period + (falls + 1) * each)
    with localcontext(EXACT):
        return Decimal(max(ends) - min(line.from_period for line in lines)) / plan.periods_a_year


def _sum(values: Iterable[Decimal]) -> Decimal:
    with localcontext(EXACT):
        return sum(values, ZERO)
