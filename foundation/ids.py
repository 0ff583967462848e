"""Public ids: a prefix that tells the kind, and 26 characters that sort by time (a UUID 7 in Crockford's base 32)."""

from __future__ import annotations

import re
import secrets
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]  # two characters at a time: imports ask for many
PATTERN = re.compile(r"[a-z]{2,3}_[0-9a-hjkmnp-tv-z]{26}\Z")


def new_public_id(prefix: str) -> str:
    """A fresh id such as `rq_06bqxk4c2v9…`: 48 bits of milliseconds, then 80 random bits."""
    number = (int(time.time() * 1000) << 80) | secrets.randbits(80)
    return f"{prefix}_{''.join([_PAIRS[number >> bits & 1023] for bits in range(120, -1, -10)])}"


def looks_like_public_id(value: str) -> bool:
    return bool(PATTERN.match(value))
