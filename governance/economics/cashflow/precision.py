"""How exactly is reckoned, and how money is rounded: once, for page, API, PDF and sheet."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext

PRECISION = 80  # digits; sums of 10^24 against cents at rates near -100 % leave more than 40 of them
# Its own context, so that figures do not depend on what a caller has set in theirs.
EXACT = Context(prec=PRECISION, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])

CENTS = Decimal("0.01")
ROUNDING = ROUND_HALF_UP
NOTHING = Decimal("1e-60")  # a sum this small beside what it was added up from is what rounding left of zero

ZERO = Decimal(0)
ONE = Decimal(1)


def rounded(value: Decimal, places: int = 2) -> Decimal:
    """Money as it is shown: to the cent, or to so many `places`, halves away from zero. Always from the unrounded value."""
    with localcontext(EXACT) as context:
        context.prec = max(PRECISION, value.adjusted() + places + 2)
        return value.quantize(ONE.scaleb(-places), rounding=ROUNDING) + ZERO  # + 0 turns -0.00 into 0.00


def total(values: Iterable[Decimal]) -> Decimal:
    """The sum, exact to 80 digits."""
    with localcontext(EXACT):
        return sum(values, ZERO)
