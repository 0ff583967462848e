"""What all drivers share: exact arithmetic, bounds, refusals. Pure.

A worth is rounded to ten places, far below a cent, because a quotient may have digits without end; sums and differences of worths
are exact from there on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal, localcontext

EXACT = Context(prec=100)  # amounts to 1e15 of 1e12 cases leave more than 60 digits after the point
PLACES = Decimal("1e-10")  # of a worth
COUNT_PLACES = Decimal("1e-30")  # of a count, where precision makes it a quotient
COUNT_DIGITS = 70  # before the point of a count: with those places, all that EXACT has
SLACK = Decimal("1e-9")  # metrics are kept to 15 digits: what is out by less than this share is rounding
MOST_CASES = Decimal("1e12")
MOST_MONEY = Decimal("1e15")
SMALLEST = -60  # the power of ten below which a number that is not zero cannot be meant
MOST_PLACES = 200  # after the point: what a quotient of these has, and what a text of it may have
ZERO = Decimal(0)
ONE = Decimal(1)
POINT = Decimal("0.01")  # a point of recall


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


MESSAGES = {
    "missing": _("%(where)s is missing"),
    "not_a_number": _("%(where)s is not a number: %(value)s. Write it with a decimal point, such as 0.25"),
    "out_of_bounds": _("%(where)s is %(value)s; it goes from %(low)s to %(high)s"),
    "too_many_digits": _("%(where)s has more than %(limit)s digits after the point: %(value)s"),
    "share_or_percent": _("%(where)s is %(value)s; it is a share from 0 to 1. If per cent was meant, divide by 100"),
    "unknown_input": _("there is no input %(where)s; there are %(known)s"),
    "unknown_field": _("%(where)s is not known here; there are %(known)s"),
    "unknown_kind": _("%(value)s is no kind of %(where)s; there are %(known)s"),
    "not_a_mapping": _("%(where)s has to be names with their values"),
    "not_a_text": _("%(where)s has to be a text"),
    "precision_or_rate": _(
        "give either precision or the false positive rate of %(where)s: one follows from the other, and two may differ"
    ),
    "precision_zero": _(
        "a precision of 0 does not say how many are flagged for nothing; give the false positive rate of %(where)s instead"
    ),
    "too_many_false_positives": _(
        "with this recall, %(where)s of %(value)s needs %(needed)s false positives and there are %(negatives)s negatives; "
        "it cannot be below %(lowest)s"
    ),
    "name_needed": _("say which %(value)s stands against it: %(where)s is empty"),
    "metrics_not_wanted": _("%(value)s has no recall, precision or false positive rate of its own; leave %(where)s out"),
    "bias_needed": _(
        "%(where)s is missing: too high and too low cost differently, "
        "so the mean absolute error alone does not say what errors cost"
    ),
    "bias_beyond_error": _("%(where)s is %(value)s; it cannot be further from 0 than the mean absolute error of %(error)s"),
    "error_beyond_root": _(
        "%(where)s is %(value)s; the root mean squared error cannot be below the mean absolute error of %(error)s"
    ),
    "no_costs": _("no error costs anything; state %(where)s or another cost"),
    "takes_nothing": _("no input takes a metric of a model version; state which one in %(where)s"),
    "metric_missing": _("the version has no metric %(metrics)s, which %(where)s takes; it has %(available)s"),
    "metric_ambiguous": _("%(metrics)s was measured on several data sets; let %(where)s take one of %(available)s"),
    "not_comparable": _("%(where)s differs: what a model brings can be compared where it is reckoned from the same inputs"),
    "no_points": _("there is no operating point to choose from"),
    "no_errors": _("there is no error to choose a shift from"),
}


class WrongInput(ValueError):
    """An input that cannot be used: `where` is its name, `code` is a key of MESSAGES, whose words take `params`."""

    def __init__(self, code: str, where: str, **params: object) -> None:
        self.code = code
        self.where = where
        self.params: Mapping[str, str] = {"where": where, **{name: str(value) for name, value in params.items()}}
        super().__init__(MESSAGES[code] % self.params)


@dataclass(frozen=True, slots=True)
class Bound:
    """Where an input may lie, both ends included, and what it counts: a `share`, a `count`, `money` or an `error`."""

    low: Decimal
    high: Decimal
    measure: str

    def check(self, value: object, where: str) -> Decimal:
        """The value, if it is a finite decimal within the bounds. Raises WrongInput."""
        if not isinstance(value, Decimal) or not value.is_finite():
            raise WrongInput("not_a_number", where, value=shortened(value))
        if -int(value.as_tuple().exponent) > MOST_PLACES:
            raise WrongInput("too_many_digits", where, value=shortened(value), limit=MOST_PLACES)
        if self.low <= value <= self.high and (not value or value.adjusted() >= SMALLEST):
            return value
        if self.measure == "share" and 1 < value <= 100:
            raise WrongInput("share_or_percent", where, value=shortened(value))
        raise WrongInput("out_of_bounds", where, value=shortened(value), low=f"{self.low:f}", high=f"{self.high:f}")


SHARE = Bound(ZERO, ONE, "share")
COUNT = Bound(ZERO, MOST_CASES, "count")
COST = Bound(ZERO, MOST_MONEY, "money")
VALUE = Bound(-MOST_MONEY, MOST_MONEY, "money")
ERROR = Bound(ZERO, MOST_CASES, "error")
SIGNED_ERROR = Bound(-MOST_CASES, MOST_CASES, "error")


@dataclass(frozen=True, slots=True)
class Term:
    """One addend of a worth, so that it can be opened: `quantity` times `price` is `amount`."""

    name: str
    quantity: Decimal
    price: Decimal

    @property
    def amount(self) -> Decimal:
        with localcontext(EXACT):
            return self.quantity * self.price


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What a small change of one input is worth each time the line falls, while `held` stays as it is.

    `derivative` is exact at the present value, per whole unit of the input; `point` what a point (0.01) is worth by it. `one_more`
    is the exact worth of a whole point more, which differs where the worth is not linear; None where that is out of bounds.
    """

    name: str
    held: str
    derivative: Decimal
    one_more: Decimal | None

    @property
    def point(self) -> Decimal:
        with localcontext(EXACT):
            return (self.derivative * POINT).quantize(PLACES)


def shortened(value: object) -> str:
    """A value as a message repeats it: whatever it is, at most forty characters."""
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def told(value: Decimal, digits: int = 10) -> str:
    """A figure as a message tells it, to so many significant digits; upwards, so that a lowest value told is not too low."""
    kept = Context(prec=digits, rounding=ROUND_CEILING).plus(value).normalize(EXACT)
    return f"{kept:f}"
