"""Texts without what carries no meaning in them, so that only what says something else counts as a change. Pure."""

from __future__ import annotations

import re
import unicodedata

from governance.dictionary.elements.bounds import canonical_number

NUMERIC = frozenset({"integer", "number"})
_CLOCK = re.compile("%|[yY]{2}|[mM]{2}|[dD]{2}|[hH]{2}|[sS]{2}")
_KEEPS_SPACE = re.compile(r"['\"`#\\]|--|//|/\*")
UTC_NAMES = frozenset({"utc", "z", "zulu", "uct", "universal", "etc/utc", "etc/zulu", "etc/uct", "etc/universal"})


def one_space(text: str) -> str:
    return " ".join(text.split())


def sentence(text: str) -> str:
    """A definition without letter case, runs of white space and the full stop at its end; composed and decomposed letters are one."""
    return one_space(unicodedata.normalize("NFC", text)).casefold().rstrip(".。．").rstrip()


def name_form(text: str) -> str:
    """A name as people look for it: letter case and white space do not count."""
    return one_space(unicodedata.normalize("NFC", text)).casefold()


def number_form(text: str, logical_type: str) -> str:
    """`1.50` and `1.5` are one number; whatever is no number, or stands for none, remains as it is."""
    if logical_type not in NUMERIC:
        return text
    number = canonical_number(text)
    return text if number is None else number


def format_form(text: str) -> str:
    """Formats are words (`Email`, `email`), except for patterns of dates, where MM are months and mm minutes."""
    text = one_space(text)
    return text if _CLOCK.search(text) else text.casefold()


def zone_form(text: str) -> str:
    text = text.strip().casefold()
    return "utc" if text in UTC_NAMES else text


def expression_form(text: str, language: str) -> str:
    """White space counts in quotes, after the mark of a comment and in Python; elsewhere only that there is some."""
    if language.strip().casefold() == "python" or _KEEPS_SPACE.search(text):
        return "\n".join(line.rstrip() for line in text.strip().splitlines())
    return one_space(text)
