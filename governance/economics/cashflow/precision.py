"""How exactly is reckoned. How figures are rounded says `foundation.rounding`: once, for page, API, PDF and sheet."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, localcontext

from foundation.rounding import EXACT, PRECISION

__all__ = ["CENTS", "EXACT", "NOTHING", "ONE", "PRECISION", "ZERO", "difference", "product", "total"]

CENTS = Decimal("0.01")
NOTHING = Decimal("1e-60")  # a sum this small beside what it was added up from is what rounding left of zero

ZERO = Decimal(0)
ONE = Decimal(1)


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
