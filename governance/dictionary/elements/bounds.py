"""The least and the most a value may be, as texts in one form. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from foundation.canonical import decimal_text

LARGEST_EXPONENT = 400  # written out, more would fill pages; no measurement comes near


def canonical_number(text: str) -> str | None:
    """A decimal without exponent and trailing zeros, or None for what is no finite number."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value.adjusted()) > LARGEST_EXPONENT:
        return None
    return decimal_text(value)


def canonical_bound(text: str, logical_type: str) -> str | None:
    """A bound of a value of this logical type in one form, or None where it is none.

    Dates, times and timestamps are ISO 8601; a timestamp with an offset is written in UTC with Z. Whatever else is a number, as the
    size of a list or a text is stated elsewhere.
    """
    text = text.strip()
    try:
        if logical_type == "date":
            return date.fromisoformat(text).isoformat()
        if logical_type == "time":
            return time.fromisoformat(text).isoformat()
        if logical_type == "timestamp":
            value = datetime.fromisoformat(text)
            return value.isoformat() if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    except (ValueError, OverflowError):
        return None
    return canonical_number(text)


def bound_problems(low: str, high: str, logical_type: str) -> list[str]:
    """Codes of what is wrong with two canonical bounds taken together. Timestamps compare only when both have a zone, or neither."""
    if not low or not high or (logical_type == "timestamp" and low.endswith("Z") != high.endswith("Z")):
        return []
    in_text = logical_type in ("date", "time", "timestamp")
    crossed = low > high if in_text else Decimal(low) > Decimal(high)
    return ["bounds_crossed"] if crossed else []
