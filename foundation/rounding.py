"""How a figure is rounded wherever people or programs read it: one rule for page, API, file, picture and paper. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext

PRECISION = 80  # digits; sums of 10^24 against cents at rates near -100 % leave more than 40 of them
# Its own context, so that figures do not depend on what a caller has set in theirs.
EXACT = Context(prec=PRECISION, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])
ROUNDING = ROUND_HALF_UP
NOISE = 40  # places: what lies beyond is left over from reckoning, as quotients have no last digit


def rounded(value: Decimal, places: int = 2) -> Decimal:
    """The value to so many `places` after the point, halves away from zero; money to the cent. Zero has no sign.

    Always from the unrounded value: 0.4951 is 0.50 to the cent and 0 in whole units, never 1 by way of the cent. A value that lies
    less than 10^-40 from a half is that half: the same figure reckoned in another order, by month or by year, is rounded alike.
    """
    told = max(NOISE, places + 20)
    with localcontext(EXACT) as context:
        context.prec = max(PRECISION, value.adjusted() + told + 2)
        clean = value.quantize(Decimal(1).scaleb(-told))
        return clean.quantize(Decimal(1).scaleb(-places), rounding=ROUNDING) + Decimal(0)  # + 0 turns -0.00 into 0.00


def percentage(share: Decimal, places: int) -> Decimal:
    """A share as so many per cent: 0.125 is 12.5. Rounded once, from the unrounded share."""
    with localcontext(EXACT):
        return rounded(share * 100, places)
