"""How wide a text is, roughly: enough to cut a label that would run out of its box."""

from __future__ import annotations

import unicodedata

NARROW = frozenset("iIjlftr.,:;'|!()[]{} ")
ELLIPSIS = "…"


def width_of(text: str, size: float) -> float:
    """The width of a line in a sans-serif face of `size`, in the same unit. Wide characters (Han, kana) take a full square."""
    total = 0.0
    for character in text:
        if unicodedata.east_asian_width(character) in "WF":
            total += 1.0
        elif character in NARROW:
            total += 0.32
        elif character.isdecimal():
            total += 0.63
        elif character in "%@":
            total += 1.0
        elif character.isupper() or character in "mw":
            total += 0.72
        else:
            total += 0.57
    return total * size


def fit(text: str, width: float, size: float) -> str:
    """The text, or as much of its beginning as fits before an ellipsis."""
    if width_of(text, size) <= width:
        return text
    kept = text
    while kept and width_of(kept + ELLIPSIS, size) > width:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS
