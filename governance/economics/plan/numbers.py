"""Amounts, rates and shares: how many digits they have, and between what they lie. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Context, Decimal

from governance.economics.plan.limits import HIGHEST_RATE, LOWEST_RATE, MOST_DIGITS, MOST_PLACES, MOST_PLACES_OF_RATES
from governance.economics.plan.problems import Problem

_ONE = Decimal(1)


def amount_problems(path: str, value: Decimal, places: int = MOST_PLACES) -> Iterator[Problem]:
    """For a number that is not negative and has at most MOST_DIGITS digits, `places` of them after the point."""
    if value.is_finite() and value < 0:
        yield Problem(path, "negative")
    elif not _fits(value, places):
        yield Problem(path, "digits", {"digits": MOST_DIGITS, "places": places})


def rate_problems(path: str, value: Decimal) -> Iterator[Problem]:
    """For a rate a year."""
    if not value.is_finite() or value <= -_ONE:
        yield Problem(path, "rate_lost")
    elif not LOWEST_RATE <= value <= HIGHEST_RATE:
        yield Problem(path, "between", {"low": LOWEST_RATE, "high": HIGHEST_RATE})
    elif not _fits(value, MOST_PLACES_OF_RATES):
        yield Problem(path, "digits", {"digits": MOST_DIGITS, "places": MOST_PLACES_OF_RATES})


def growth_problems(path: str, value: Decimal) -> Iterator[Problem]:
    if not value.is_finite() or not -_ONE < value <= HIGHEST_RATE:
        yield Problem(path, "growth", {"high": HIGHEST_RATE})
    elif not _fits(value, MOST_PLACES_OF_RATES):
        yield Problem(path, "digits", {"digits": MOST_DIGITS, "places": MOST_PLACES_OF_RATES})


def share_problems(path: str, value: Decimal) -> Iterator[Problem]:
    if not value.is_finite() or not 0 <= value <= 1:
        yield Problem(path, "share")
    elif not _fits(value, MOST_PLACES_OF_RATES):
        yield Problem(path, "digits", {"digits": MOST_DIGITS, "places": MOST_PLACES_OF_RATES})


def _fits(value: Decimal, places: int) -> bool:
    """Looked at before it is written out: 1E+999999 would fill the memory."""
    if not value.is_finite():
        return False
    if value == 0:
        return True
    if not -places <= value.adjusted() < MOST_DIGITS - places or len(value.as_tuple().digits) > 10 * MOST_DIGITS:
        return False
    exact = Context(prec=10 * MOST_DIGITS)  # the usual one would round away what is to be looked at
    exponent = exact.normalize(value).as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -places
