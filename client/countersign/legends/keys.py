"""Legend keys: the short permanent name of an element, such as `CS-4ZPZ6-XW8NS-P`. The server computes the same.

Ten characters of Crockford's base32 are the first 50 bits of SHA-256 over `dictionary/key` in UTF-8; the eleventh checks them: with
the characters as elements of GF(32), from the last to the first, the sum of a^i·ci is zero, a being a root of x^5 + x^2 + 1. One
wrong character, and any two that were swapped, never pass; of other mistakes one in 32 does.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = "CS"
_CHARACTERS = 10  # without the check character
_POLYNOMIAL = 0b100101
_MEANT = str.maketrans("ILO", "110")  # how Crockford reads what looks alike
_DASHES = dict.fromkeys(map(ord, "- \u2010\u2011\u2012\u2013\u2014\u2015\u2212"))
_WRITTEN = re.compile(r"(?<![0-9A-Za-z])CS-[0-9A-Za-z]{5}-[0-9A-Za-z]{5}-[0-9A-Za-z](?![0-9A-Za-z])", re.IGNORECASE)


def legend_key(dictionary: str, element: str) -> str:
    """The key of an element: `dictionary` is the slug of its dictionary, `element` its key there. Raises ValueError when empty."""
    if not dictionary or not element:
        raise ValueError("a legend key is of a dictionary and an element")
    hashed = hashlib.sha256(f"{dictionary}/{element}".encode()).digest()
    bits = int.from_bytes(hashed[:8], "big") >> (64 - 5 * _CHARACTERS)
    said = "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(_CHARACTERS)))
    return f"{PREFIX}-{said[:5]}-{said[5:]}-{_check(said)}"


def parse_legend_key(text: str) -> str | None:
    """The key in its one form, or None for what is none.

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


def key_in(text: str) -> str | None:
    """The legend key that a header holds beside other words, such as `Age [CS-…]`; None where there is none, or more than one."""
    found = {key for key in map(parse_legend_key, _WRITTEN.findall(text[:10_000])) if key}
    return found.pop() if len(found) == 1 else None


def _check(said: str) -> str:
    total = 0
    for char in said:
        doubled = (total ^ ALPHABET.index(char)) << 1
        total = doubled ^ _POLYNOMIAL if doubled & 32 else doubled
    return ALPHABET[total]
