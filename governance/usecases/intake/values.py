"""What single cells say: lists that were made text, numbers, choices, and the many ways to say nothing."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation

from governance.usecases.intake.fields import CHOICES, plain

LARGEST_NUMBER = Decimal(10) ** 14  # what a figure of a KPI can hold
MOST_ITEMS = 100
LONGEST_ITEM = 120
LONGEST_NOTE = 1000
_NOTHING = frozenset(
    (
        "", "n a", "na", "none", "null", "nil", "nan", "not applicable", "not available", "not provided", "blank not provided", "tbd",
        "to be determined", "unknown", "?", "-", "--", "—", "–", ".", "无", "不适用", "暂无", "未知", "待定",
    )
)  # fmt: skip
_NO_TEXT = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff"  # the last are halves of characters
_CONTROL = re.compile(f"[{_NO_TEXT}]")
_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_LIST = re.compile(rf"\s*[\[(]\s*(?:(?:{_QUOTED}|[-+.\w]+)\s*(?:,\s*|(?=[\])'\"])))*[\])]\s*", re.DOTALL)
_ITEM = re.compile(rf"({_QUOTED})|([-+.\w]+)", re.DOTALL)
_ESCAPE = re.compile(r"\\(n|t|r|\\|'|\")")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\n", "\\": "\\", "'": "'", '"': '"'}
_LETTERED = re.compile(r"^\s*(?:\(?[a-zA-Z0-9]{1,2}[.)]|[•·*–-])\s+")
_NUMBER = re.compile(r"([-+]?)\s*([€$£¥]?)\s*([0-9][0-9.,'\u00a0\u202f ]*|\.[0-9]+)\s*(.*)", re.DOTALL)


def cleaned(text: str) -> tuple[str, bool]:
    """The text without characters that nobody sees and nothing can keep, and whether there were any."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(text):
        return _CONTROL.sub("", text).strip(), True
    return text.strip(), False


def says_nothing(text: str) -> bool:
    """Whether a cell is empty, or filled with one of the words for it."""
    return len(text) < 24 and (text in _NOTHING or plain(text) in _NOTHING)


def listed(text: str) -> list[str] | None:
    """The items of a list that a program wrote as text, such as `['a', 'b']`; None where it is no such list."""
    if text[:1] not in "[(" or not text or text.strip()[-1:] not in "])":
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        pass
    else:
        if isinstance(found, list) and all(isinstance(item, str | int | float) for item in found):
            return _items(str(item) for item in found)
        return None
    if len(text) > 20_000 or _LIST.fullmatch(text) is None:
        return None
    inside = text.strip()[1:-1]
    return _items(_unquoted(quoted) if quoted else bare for quoted, bare in _ITEM.findall(inside))


def _unquoted(text: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPED[found[1]], text[1:-1])


def _items(found: object) -> list[str]:
    # what was escaped in a list becomes text only here: it can hold what the cell did not show
    items = [_LETTERED.sub("", " ".join(cleaned(str(item))[0].split())) for item in found]  # type: ignore[attr-defined] # a list by now
    return list(dict.fromkeys(item for item in items if item and not says_nothing(item)))[:MOST_ITEMS]


def in_words(text: str) -> str:
    """A cell for a text: a list in it becomes its items, one after the other."""
    items = listed(text)
    return text if items is None else "; ".join(items)


def parts(text: str) -> list[str]:
    """A cell that names several things, one by one: a list, lines, semicolons, or short names between commas."""
    items = listed(text)
    if items is not None:
        return items
    for mark in ("\n", ";", "；", "、"):
        if mark in text:
            return _items(text.split(mark))
    by_comma = re.split(r"[,，]", text)
    if len(by_comma) > 1 and all(len(item.strip()) <= 40 and item.count(" ") < 5 for item in by_comma):
        return _items(by_comma)
    return _items([text])


def described(text: str) -> list[dict[str, str]] | None:
    """The items of a list of maps, each with a name; None where it is no such list."""
    try:
        found = json.loads(text) if text.startswith("[{") else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or not all(isinstance(item, dict) and cleaned(str(item.get("name", "")))[0] for item in found):
        return None
    return [
        {
            str(key): shortened(" ".join(cleaned(str(told))[0].split()), LONGEST_ITEM if key == "name" else LONGEST_NOTE)
            for key, told in item.items()
        }
        for item in found[:MOST_ITEMS]
    ]


def named(item: str) -> dict[str, str]:
    """One item as a name with a note: what is too long for a name begins it, and stands in the note in full."""
    if len(item) <= LONGEST_ITEM:
        return {"name": item, "note": ""}
    return {"name": shortened(item, LONGEST_ITEM), "note": shortened(item, LONGEST_NOTE)}


def shortened(text: str, most: int) -> str:
    """The beginning of a text, at most `most` characters, cut between words where there are any."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > most // 2 else cut).rstrip(" ,;:.") + "…"


def chosen(field: str, text: str, assigned: dict[str, str] | None = None) -> str | None:
    """Which choice a cell means: what a person assigned, else what the words say; None where that is not known."""
    key = plain(text)
    if assigned and key in assigned:
        return assigned[key]
    without_letter = plain(_LETTERED.sub("", text))
    for value, called in CHOICES[field].items():
        if key in called or without_letter in called or key == value:
            return value
    return None


def number(text: str) -> tuple[Decimal, str] | None:
    """A figure and its unit: `70 %`, `1,250.5`, `1.250,5 €`, `$3`. None where it is no number.

    A comma or point before exactly three digits, where nothing else tells, is taken for a separator of thousands if it is a comma.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    sign, currency, digits, unit = found.groups()
    digits = re.sub("['\u00a0\u202f ]", "", digits.strip()).rstrip(".,")
    if "," in digits and "." in digits:
        digits = digits.replace(",", "") if digits.rfind(".") > digits.rfind(",") else digits.replace(".", "").replace(",", ".")
    elif "," in digits:
        groups = digits.split(",")
        thousands = all(len(group) == 3 for group in groups[1:]) and len(groups[0]) <= 3 and groups[0] != "0"
        digits = digits.replace(",", "") if thousands else digits.replace(",", ".", 1)
    elif digits.count(".") > 1:
        digits = digits.replace(".", "")
    try:
        value = Decimal(f"{sign}{digits}")
    except InvalidOperation:
        return None
    exponent = value.as_tuple().exponent
    if abs(value) >= LARGEST_NUMBER or (isinstance(exponent, int) and exponent < -6):
        return None
    unit = unit.strip() or currency
    return None if len(unit) > 40 or any(mark.isdigit() for mark in unit) else (value, unit)
