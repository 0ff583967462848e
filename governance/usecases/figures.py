"""A figure as people type it, with what it counts: `42 %`, `1,200 EUR`, `12 days`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_SPACES = "\u0020\u00a0\u202f\u2009"
_FIGURE = re.compile(
    rf"(?P<before>[$€£¥￥])?[{_SPACES}]*(?P<number>[-+−]?[0-9０-９][0-9０-９.,，．'’{_SPACES}]*)(?P<unit>.*)", re.DOTALL
)
_WIDE = str.maketrans("０１２３４５６７８９．，", "0123456789.,")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_PLAIN = re.compile(r"[0-9]+([.,][0-9]+)?")
MOST_DIGITS = 14  # before the point; the columns hold no more
LONGEST_UNIT = 40


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, and its unit if one was typed along."""

    number: Decimal
    unit: str = ""


def figure_of(text: str) -> Figure | None:
    """The figure that was typed, or None when it is none.

    `1,200` and `1 200` are twelve hundred, as is `1,200.50` with a half; a comma before other than three digits is a decimal one: `0,7`.
    """
    found = _FIGURE.fullmatch(text.strip())
    if found is None:
        return None
    typed = found["number"].translate(_WIDE).replace("−", "-")
    sign = -1 if typed.startswith("-") else 1
    digits = re.sub(rf"[{_SPACES}'’]", "", typed.lstrip("+-")).rstrip(".,")
    if _GROUPED.fullmatch(digits):
        digits = digits.replace(",", "")
    elif _PLAIN.fullmatch(digits):
        digits = digits.replace(",", ".")
    else:
        return None
    number = Decimal(digits)
    unit = " ".join((found["unit"].strip() or found["before"] or "").split())
    if number >= 10**MOST_DIGITS or len(unit) > LONGEST_UNIT:
        return None
    return Figure(sign * number, unit)
