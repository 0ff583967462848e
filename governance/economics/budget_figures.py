"""Where a budget stands. Decided once, here; pages, API, policies and reports all read these four figures. Pure.

spent      what was recorded as used by everything that ever drew on it
committed  of what is approved and not over: its total, less what of that is spent already; never less than nothing
left       amount - spent - committed; negative where a budget was cut, or more was used than was approved
asked      totals of open requests: shown beside, never subtracted, for nobody has agreed to them
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Draw:
    """What one provision means for its budget. `held`: approved and not over. `asked`: nobody has decided yet."""

    id: int
    total: Decimal
    spent: Decimal
    held: bool
    asked: bool

    @property
    def committed(self) -> Decimal:
        return max(self.total - self.spent, ZERO) if self.held else ZERO


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one budget, in its currency."""

    amount: Decimal
    spent: Decimal = ZERO
    committed: Decimal = ZERO
    asked: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        return self.amount - self.spent - self.committed

    def fits(self, total: Decimal) -> bool:
        """Whether that much more can be committed without overdrawing it."""
        return total <= self.left


def figures_of(amount: Decimal, draws: Iterable[Draw], *, without: int | None = None) -> Figures:
    """The figures of a budget; `without`: as if this one provision had never been asked for."""
    counted = [draw for draw in draws if draw.id != without]
    return Figures(
        amount,
        sum((draw.spent for draw in counted), ZERO),
        sum((draw.committed for draw in counted), ZERO),
        sum((draw.total for draw in counted if draw.asked), ZERO),
    )
