"""Legend keys: the short permanent name of an element, such as `CS-4ZPZ6-XW8NS-P`, that stands in headers and can be read out. Pure.

Ten characters of Crockford's base32 (no I, L, O, U) are the first 50 bits of SHA-256 over `dictionary/key` in UTF-8. Two of 100 000
elements share them once in about 200 000 dictionaries of that size. The eleventh is a check character: with the characters as
elements of GF(32), c0 … c10 from the last to the first, the sum of a^i·ci is zero, a being a root of x^5 + x^2 + 1. As a has order
31, which is more than there are characters, one wrong character and two that were swapped, neighbours or not, never pass; of other
mistakes one in 32 does. The client has the same function, and the tests hold both to one table.
"""

from __future__ import annotations

import hashlib
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = "CS"
_CHARACTERS = 10  # without the check character
_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1, primitive over GF(2)
_MEANT = str.maketrans("ILO", "110")  # how Crockford reads what looks alike
_DASHES = dict.fromkeys(map(ord, "- \u2010\u2011\u2012\u2013\u2014\u2015\u2212"))


def legend_key(dictionary: str, element: str) -> str:
    """The key of an element: `dictionary` is the slug of its dictionary, `element` its key there.

    Raises ValueError where either is empty or cannot be written in UTF-8.
    """
    if not dictionary or not element:
        raise ValueError("a legend key is of a dictionary and an element")
    bits = int.from_bytes(hashlib.sha256(f"{dictionary}/{element}".encode()).digest()[:8], "big") >> (64 - 5 * _CHARACTERS)
    said = "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(_CHARACTERS)))
    return f"{PREFIX}-{said[:5]}-{said[5:]}-{_check(said)}"


def parse_legend_key(text: str) -> str | None:
    """The key in its one form, or None for what is none: another length, another character, or a check that does not hold.

    Small letters, missing or other dashes, full-width characters, and I, L and O for 1, 1 and 0 are read as they were meant.
    """
    if len(text) > 60:
        return None
    plain = unicodedata.normalize("NFKC", text).strip().translate(_DASHES)
    if not plain.isascii():
        return None
    said = plain.upper()
    body = said[len(PREFIX) :].translate(_MEANT)
    if not said.startswith(PREFIX) or len(body) != _CHARACTERS + 1 or any(char not in ALPHABET for char in body):
        return None
    if _check(body[:-1]) != body[-1]:
        return None
    return f"{PREFIX}-{body[:5]}-{body[5:10]}-{body[10]}"


def _check(said: str) -> str:
    """The character that makes the weighted sum zero. In GF(32) minus is plus, so it is the sum of the others."""
    total = 0
    for char in said:  # Horner: the last character ends up with weight a
        total = _times_a(total ^ ALPHABET.index(char))
    return ALPHABET[total]


def _times_a(value: int) -> int:
    doubled = value << 1
    return doubled ^ _POLYNOMIAL if doubled & 32 else doubled
