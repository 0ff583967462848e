"""Whether limits of values permit more, less or something else than before: bounds, lengths, digits, multiples. Pure.

Each function answers with the kind of the change, or None where what is permitted stays the same.
"""

from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from governance.dictionary.elements.bounds import canonical_number

Limit = Literal["narrowed", "widened", "shifted"]
TEMPORAL = {"date": date.fromisoformat, "time": time.fromisoformat, "timestamp": datetime.fromisoformat}
_NEVER = math.inf


def of_sets(old_in_new: bool, new_in_old: bool) -> Limit | None:
    if old_in_new and new_in_old:
        return None
    if old_in_new:
        return "widened"
    return "narrowed" if new_in_old else "shifted"


def bound_kind(before: tuple[str, bool, str], after: tuple[str, bool, str], side: Literal["minimum", "maximum"]) -> Limit | None:
    """Each of (bound, whether it is excluded, logical type). Bounds that cannot be compared are taken for moved both ways."""
    if not before[0] or not after[0]:
        return None if before[0] == after[0] else ("widened" if before[0] else "narrowed")
    if before == after:
        return None
    one, other = _edge(*before, side), _edge(*after, side)
    if one is None or other is None:
        return None if before[:2] == after[:2] else "shifted"
    try:
        tighter, looser = other > one, other < one
    except (TypeError, OverflowError):  # one with a time zone and one without, or a date and a number
        return "shifted"
    if side == "maximum":
        tighter, looser = looser, tighter
    return "narrowed" if tighter else ("widened" if looser else None)


def _edge(bound: str, excluded: bool, logical_type: str, side: str) -> tuple[Any, bool] | None:
    """What sorts by how tight a lower bound is (an upper one: how loose), with whole numbers moved to the first that is permitted."""
    if logical_type in TEMPORAL:
        try:
            return TEMPORAL[logical_type](bound), excluded == (side == "minimum")
        except ValueError:
            return None
    number = canonical_number(bound)
    if number is None:
        return None
    value = Fraction(Decimal(number))
    if logical_type == "integer":
        whole = _first_below(value, excluded) if side == "maximum" else -_first_below(-value, excluded)
        return Fraction(whole), side == "maximum"
    return value, excluded == (side == "minimum")


def _first_below(value: Fraction, excluded: bool) -> int:
    whole = math.floor(value)
    return whole - 1 if excluded and whole == value else whole


def length_kind(before: int | None, after: int | None, side: Literal["min", "max"]) -> Limit | None:
    """No least length is a least length of none."""
    one, other = _length(before, side), _length(after, side)
    if one == other:
        return None
    return "narrowed" if (other > one) == (side == "min") else "widened"


def _length(said: int | None, side: str) -> float:
    if said is None:
        return 0 if side == "min" else _NEVER
    return said


def digits_kind(before: tuple[int | None, int | None], after: tuple[int | None, int | None]) -> Limit | None:
    """(precision, scale): a number with more digits behind the point holds the old values only if as many remain before it."""
    if before == after:
        return None
    one, other = _digits(*before), _digits(*after)
    return of_sets(all(a <= b for a, b in zip(one, other, strict=True)), all(b <= a for a, b in zip(one, other, strict=True)))


def _digits(precision: int | None, scale: int | None) -> tuple[float, float, float]:
    """The most digits before the point, behind it, and in all."""
    if precision is None:
        return _NEVER, _NEVER if scale is None else scale, _NEVER
    if scale is None:
        return precision, precision, precision
    return precision - scale, scale, precision


def multiple_kind(before: str, after: str) -> Limit | None:
    """A multiple of the old step permits less, a divisor of it more."""
    if before == after:
        return None
    if not before or not after:
        return "widened" if before else "narrowed"
    one, other = canonical_number(before), canonical_number(after)
    if one == other and one is not None:
        return None
    if one is None or other is None or "0" in (one, other):
        return "shifted"
    ratio = abs(Fraction(Decimal(other)) / Fraction(Decimal(one)))
    return of_sets((1 / ratio).denominator == 1, ratio.denominator == 1)
