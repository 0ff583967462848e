"""Keys of elements out of names of columns. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Container

_APART = re.compile(r"[^a-z0-9]+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
LONGEST_KEY = 80
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)  # no accents


def key_for(*names: str) -> str:
    """A key of names such as table and column: `orders`, `customerID` → `orders.customer_id`. The same names give the same key.

    What cannot be written in ASCII (客户) becomes eight digits of its hash, so that the key is permanent.
    """
    return ".".join(part for part in map(_part, names) if part)[:LONGEST_KEY].rstrip("._") or "column"


class Numbering:
    """Gives a key that is taken a number. It goes on from the last one, so that many columns of one name take no square of time."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def free(self, key: str, taken: Container[str]) -> str:
        """The key, or the first with a number (`id_2`) that is not taken. What was taken once has to stay so."""
        found, number = key, self._last.get(key, 1)
        while found in taken:
            number += 1
            found = f"{key[: LONGEST_KEY - len(str(number)) - 1]}_{number}"
        self._last[key] = number
        return found


def _part(name: str) -> str:
    plain = _HUMPS.sub("_", name).lower().translate(_LETTERS)
    folded = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode().lower()
    part = _APART.sub("_", folded).strip("_")
    if not part and name.strip():
        return "c_" + hashlib.sha256(unicodedata.normalize("NFC", name.strip()).encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"c_{part}" if part and not part[0].isalpha() else part
