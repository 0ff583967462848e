"""How much paper a text takes. Pure."""

from __future__ import annotations

import unicodedata


def width(text: str) -> int:
    """In letters: a Chinese character is as wide as two, and says as much."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
