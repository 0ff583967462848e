"""What waiting costs: the benefit that was not there in the meantime, if all of it waits for the release. Money is Decimal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal, localcontext

from approvals.insights.intervals import Interval, length
from foundation.rounding import EXACT

DAYS_A_MONTH = Decimal("30.4375")  # 365.25 / 12
SECONDS_A_DAY = Decimal(86_400)


def cost_of_waiting(
    waits: Mapping[str, Iterable[Interval]], benefits: Mapping[str, tuple[Decimal, str]]
) -> tuple[dict[str, Decimal], int]:
    """What the waiting of use cases costs, by currency, and how many of them waited without a benefit on record.

    Waiting time × expected monthly benefit. Time in which several releases of a use case waited at once counts once, as its benefit
    can be missed only once. Amounts of different currencies are never added up. They are not rounded: that is done once, when they are shown.
    """
    found: dict[str, Decimal] = defaultdict(Decimal)
    without = 0
    for use_case, intervals in waits.items():
        waited = length(intervals)
        if not waited:
            continue
        if use_case not in benefits:
            without += 1
            continue
        amount, currency = benefits[use_case]
        with localcontext(EXACT):
            found[currency] += amount * _days(waited) / DAYS_A_MONTH
    return dict(sorted(found.items())), without


def _days(span: timedelta) -> Decimal:
    return (Decimal(span.days) * SECONDS_A_DAY + Decimal(span.seconds)) / SECONDS_A_DAY
