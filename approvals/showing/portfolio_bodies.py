"""The portfolio for programs and for a file: the figures of the page, rounded to the cent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from approvals.selectors.portfolio import Found
from approvals.showing.portfolio import lead_of, main_currency, stages_of
from foundation.canonical import decimal_text
from governance.economics.cashflow import rounded
from governance.economics.portfolio import MONEY, Position, carried, per_effort, quadrant

FINE = 4  # digits of value over effort, as of ratios elsewhere
CSV_COLUMNS = (
    "slug", "title", "stage", "risk_tier", "teams", "currency", "basis", "npv", "equivalent_annual", "effort", "value_per_effort",
    "spent", "realised", "waiting", "delay_a_day", "waiting_cost",
)  # fmt: skip


def row_body(row: Position) -> dict[str, Any]:
    """One use case: amounts to the cent as texts, null where nobody said."""
    share = per_effort(row)
    return {
        "use_case": row.key,
        "title": row.title,
        "stage": row.stage,
        "risk_tier": row.tier or None,
        "teams": list(row.teams),
        "currency": row.currency or None,
        "basis": row.basis or None,
        **{name if name != "annual" else "equivalent_annual": _cents(getattr(row, name)) for name in MONEY},
        "net_so_far": _cents(row.net_so_far),
        "value_per_effort": None if share is None else decimal_text(rounded(share, FINE)),
        "quadrant": quadrant(row) or None,
        "waiting": row.waiting,
    }


def portfolio_body(found: Found) -> dict[str, Any]:
    """What stands above the list: sums by currency, what carries the value, net value by stage."""
    currency = main_currency(found)
    share = carried(found.positions, currency)
    return {
        "lead": lead_of(found),
        "count": len(found.positions),
        "without_case": sum(not row.basis for row in found.positions),
        "not_reckoned_yet": found.later,
        "currency": currency or None,
        "rates": [
            {"currency": name, "rate": decimal_text(rate), "source": source, "dated": day}
            for name, (rate, source, day) in (found.rates or {}).items()
        ],
        "sums": [
            {
                "currency": one.currency,
                "use_cases": one.count,
                "waiting": one.waiting,
                **{name if name != "annual" else "equivalent_annual": _cents(getattr(one, name)) for name in MONEY},
                "missing": {name if name != "annual" else "equivalent_annual": n for name, n in (one.missing or {}).items()},
            }
            for one in found.sums
        ],
        "carried": None
        if share is None
        else {"use_cases": share.few, "of": share.of, "share": decimal_text(rounded(share.share, FINE))},
        "by_stage": [
            {"stage": row.stage, "use_cases": row.count, "npv": _cents(row.npv), "unknown": row.unknown}
            for row in stages_of(found)
        ],
    }


def _cents(amount: Decimal | None) -> str | None:
    return None if amount is None else decimal_text(rounded(amount))


def csv_rows(rows: Sequence[Position]) -> Iterator[list[str]]:
    """The rows as texts in the order of CSV_COLUMNS: codes rather than words, blank where nobody said."""
    names: dict[str, str] = {"slug": "use_case"}
    for row in rows:
        body = row_body(row)
        body["teams"] = "; ".join(row.teams)
        yield ["" if (value := body[names.get(name, name)]) is None else str(value) for name in CSV_COLUMNS]
