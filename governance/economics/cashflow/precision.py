"""How exactly is reckoned. How figures are rounded says `foundation.rounding`: once, for page, API, PDF and sheet."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, localcontext

from foundation.rounding import EXACT, PRECISION, rounded

__all__ = ["CENTS", "EXACT", "MOST_DIGITS", "NOTHING", "ONE", "PRECISION", "ZERO", "difference", "fits", "product", "total"]

CENTS = Decimal("0.01")
NOTHING = Decimal("1e-60")  # a sum this small beside what it was added up from is what rounding left of zero

MOST_DIGITS = 24  # before the point, of money that is kept: as many as the columns for it take

ZERO = Decimal(0)
ONE = Decimal(1)


def fits(amount: Decimal) -> bool:
    """Whether records can keep the amount, to the cent as they do: rounding up may make it one digit longer."""
    return rounded(amount).adjusted() < MOST_DIGITS


def total(values: Iterable[Decimal]) -> Decimal:
    """The sum, exact to 80 digits."""
    with localcontext(EXACT):
        return sum(values, ZERO)


def product(one: Decimal, other: Decimal) -> Decimal:
    """Both multiplied, exact to 80 digits."""
    with localcontext(EXACT):
        return one * other


def difference(one: Decimal, other: Decimal) -> Decimal:
    """The first less the second, exact to 80 digits: even a minus sign rounds to 28 elsewhere."""
    with localcontext(EXACT):
        return one - other
