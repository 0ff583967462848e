"""From which score on a classifier should say yes: what each point of its curve is worth a year, which is best, what the present one
gives away. Pure, in Decimal.

Points come with the metrics of a version, named `recall.at.0.3` and `false_positive_rate.at.0.3` (or `precision.at.0.3`), or are typed in.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from governance.economics.cashflow.precision import EXACT
from governance.economics.drivers import Classification, OperatingPoint, Quality, Threshold, WrongInput
from governance.economics.plan import Line
from governance.economics.revaluing import Worth, a_year

ZERO = Decimal(0)
MOST_POINTS = 100
RATES = ("recall", "false_positive_rate", "precision")
_NAME = re.compile(r"(recall|false_positive_rate|precision)\.at\.([01](?:\.[0-9]{1,18})?)(?:@(.*))?")
_NUMBER = re.compile(r"[0-9]{1,4}(\.[0-9]{1,18})?")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line that was typed in and cannot be used: its number, counted from 1, what stands there, and why."""

    row: int
    text: str
    code: str  # numbers, many, or that of a WrongInput
    why: WrongInput | None = None


@dataclass(frozen=True, slots=True)
class At:
    """One point of the curve: what the line brings a year there, against the incumbent, and how much more than now that is."""

    point: OperatingPoint
    a_year: Decimal
    more: Decimal


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a line stands and where it could. `now` is what it brings a year as the version was measured. Without points no `best`.

    `advice` is the threshold that follows from the money alone, if the scores are calibrated probabilities.
    """

    key: str
    title: str
    now: Decimal
    advice: Threshold
    points: tuple[At, ...]
    best: At | None

    @property
    def given_away(self) -> Decimal:
        """What the present threshold gives away a year; zero where none of the points is better."""
        return max(self.best.more, ZERO) if self.best is not None else ZERO


def choice_of(worth: Worth, key: str, points: Iterable[OperatingPoint]) -> Choice:
    """What the points are worth on one line. Raises KeyError where no classifier drives it, WrongInput for a share out of bounds."""
    line, driver = classifier_of(worth, key)
    now = a_year(worth.plan, line, driver.worth(), worth.years)
    priced = [(item, a_year(worth.plan, line, item.worth, worth.years)) for item in driver.priced(points)]
    with localcontext(EXACT):
        found = tuple(At(item.point, money, money - now) for item, money in priced)
    best = max(found, key=lambda at: (at.a_year, at.point.threshold), default=None)  # of equals the one that bothers fewest
    return Choice(line.key, line.title, now, driver.threshold(), found, best)


def classifier_of(worth: Worth, key: str) -> tuple[Line, Classification]:
    line = next(line for line in worth.plan.lines if line.key == key) if key in classified(worth) else None
    if line is None or not isinstance(line.driver, Classification):
        raise KeyError(key)
    return line, line.driver


def classified(worth: Worth) -> dict[str, str]:
    """Key → title of the lines that a classifier drives and that could be revalued."""
    known = {line.key for line in worth.lines}
    return {line.key: line.title for line in worth.plan.lines if line.key in known and isinstance(line.driver, Classification)}


def points_in(metrics: Mapping[str, Decimal], driver: Classification) -> tuple[OperatingPoint, ...]:
    """The points that a version was measured at, on the data set that the driver's recall is taken from, lowest threshold first.

    What is incomplete or cannot be is left out: nobody typed it, and the others still say something.
    """
    wanted = driver.takes.get("recall", "").partition("@")[2]
    rates: dict[Decimal, dict[str, Decimal]] = defaultdict(dict)
    for name, value in metrics.items():
        if (match := _NAME.fullmatch(name)) and (match[3] or "") == wanted:
            rates[Decimal(match[2])][match[1]] = value
    found = []
    for threshold, given in sorted(rates.items()):
        try:
            found.append(_point(driver, threshold, given))
        except (WrongInput, KeyError):
            continue
    return tuple(found[:MOST_POINTS])


def points_of_text(text: str, driver: Classification, third: str) -> tuple[tuple[OperatingPoint, ...], tuple[Wrong, ...]]:
    """Points from lines of three numbers: threshold, recall, and the `third` (`false_positive_rate` or `precision`), with all that is wrong."""
    found, wrong = [], []
    rows = [(number, row.strip()) for number, row in enumerate(text.splitlines(), 1) if row.strip()]
    for number, row in rows[:MOST_POINTS]:
        parts = re.split(r"[;,\s]+", row.strip(";, "))
        if len(parts) != 3 or not all(_NUMBER.fullmatch(part) for part in parts):
            wrong.append(Wrong(number, row[:60], "numbers"))
            continue
        threshold, recall, other = map(Decimal, parts)
        try:
            if threshold > 1:
                raise WrongInput("out_of_bounds", "threshold", value=threshold, low=0, high=1)
            found.append(_point(driver, threshold, {"recall": recall, third: other}))
        except WrongInput as why:
            wrong.append(Wrong(number, row[:60], why.code, why))
    if len(rows) > MOST_POINTS:
        wrong.append(Wrong(rows[MOST_POINTS][0], rows[MOST_POINTS][1][:60], "many"))
    return tuple(sorted(found, key=lambda point: point.threshold)), tuple(wrong)


def _point(driver: Classification, threshold: Decimal, given: Mapping[str, Decimal]) -> OperatingPoint:
    """Raises WrongInput for a share that cannot be, KeyError where one is not there."""
    if "false_positive_rate" in given:
        quality = Quality(given["recall"], false_positive_rate=given["false_positive_rate"])
    else:
        quality = Quality(given["recall"], given["precision"])
    counts = quality.counts(driver.cases, driver.prevalence)
    rate = quality.false_positive_rate if quality.false_positive_rate is not None else counts.false_positive_rate
    return OperatingPoint(threshold, quality.recall, rate or ZERO)
