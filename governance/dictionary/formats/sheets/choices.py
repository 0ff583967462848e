"""Several things in one cell: permissible values, the codes for what is missing, and lists. Pure.

People write `1, Yes | 2, No`, `M=male; F=female`, `a, b, c`, one a line, or JSON. Written is the first of these that reads back to
the same, and JSON where none does. Values are plain as in `elements.as_mapping`: `{"code": "1", "meaning": "Yes"}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from governance.dictionary.elements.bounds import canonical_number

LONGEST_CODE = 200
MOST = 10_000
_REMEMBERED = 500  # characters
_WORDS = 5  # in one item of a list between commas; more is a sentence
_FACTORS = re.compile(r'\s*"((?:[^"\\]|\\.)*)"\s*=\s*\[((?:[^\]\\]|\\.)*)\](?:\([^)]*\))?\s*(?:\||$)')
_EQUALS = re.compile(r"=>|->|=|＝|→")
_COLON = re.compile(r":\s|：|(?<=^[\w-]):(?=[^\d\s])|(?<=^[\w-]{2}):(?=[^\d\s])")
_DASH = re.compile(r"\s[-–—]\s")
_COMMA = re.compile(r"[,，]")
_RANGE = re.compile(r"(-?[0-9][0-9.]{0,30})\s*(?:-|–|—|to|bis|à|~|～|至|\.\.\.?|…)\s*(-?[0-9][0-9.]{0,30})")

Values = list[dict[str, Any]]


def read_values(text: str) -> Values | None:
    """The values that a cell lists, or None where it lists none: prose, or nothing that could be told apart."""
    found = _read_values(text) if len(text) > _REMEMBERED else _remembered(text)
    return None if found is None else list(found)


@lru_cache(maxsize=1024)
def _remembered(text: str) -> Values | None:
    """The same few lists stand in many rows of a dictionary."""
    return _read_values(text)


def _read_values(text: str) -> Values | None:
    text = text.strip()
    if not text:
        return None
    if text[0] in "[{" and isinstance(_loaded(text), list | dict):
        return _values_of_json(text)
    if text[0] == '"' and (found := _factors(text)) is not None:
        return found
    for marks, pairings in (
        ("|", (_COMMA, _EQUALS, _COLON, _DASH)),
        ("\n", (_EQUALS, _COLON, _COMMA, _DASH)),
        (";；", (_EQUALS, _COLON, _DASH, _COMMA)),
    ):
        if any(mark in text for mark in marks):
            return _listed(re.split(f"[{re.escape(marks)}]", text), pairings)
    if _EQUALS.search(text) or _COLON.search(text):
        items = re.split(r"[,，、]", text)
        if all(_EQUALS.search(item) or _COLON.search(item) for item in items):
            return _listed(items, (_EQUALS, _COLON))
        return _listed([text], (_EQUALS, _COLON))
    items = re.split(r"[,，、]", text)
    if any(len(item.split()) > _WORDS or len(item) > LONGEST_CODE for item in items) or (
        len(items) == 1 and len(text.split()) > 3
    ):
        return None
    return _listed(items, ())


def read_range(text: str) -> tuple[str, str] | None:
    """The least and the most where a cell of values gives a range: `0-120`, `0 to 1`, `1..5`."""
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        return None
    low, high = canonical_number(found[1]), canonical_number(found[2])
    return (low, high) if low is not None and high is not None else None


def write_values(values: Values) -> str:
    """One cell for values. Labels in other languages and dates need JSON."""
    if any(set(value) - {"code", "meaning"} for value in values):
        return _json(values)
    codes = [value["code"] for value in values]
    meant = [(value["code"], value.get("meaning", "")) for value in values]
    if any(meaning for _code, meaning in meant):
        tries = ["; ".join(f"{code}={meaning}" if meaning else code for code, meaning in meant)]
        tries.append(" | ".join(f"{code}, {meaning}" if meaning else code for code, meaning in meant))
    else:
        tries = [", ".join(codes), "; ".join(codes), " | ".join(codes)]
    return _first(tries, read_values, values)


def read_tokens(text: str) -> dict[str, str] | None:
    """What stands for a missing value, and what each means: `-99=refused; -98=unknown`, `-99, -98`."""
    stripped = text.strip()
    if stripped.startswith("{") and isinstance(found := _loaded(stripped), dict):
        return {token: meaning for token, meaning in found.items() if isinstance(meaning, str)}
    values = read_values(text)
    return None if values is None else {value["code"]: value.get("meaning", "") for value in values}


def write_tokens(meanings: Mapping[str, str]) -> str:
    said = {token: meaning for token, meaning in meanings.items()}
    tries = ["; ".join(f"{token}={meaning}" if meaning else token for token, meaning in said.items())]
    return _first(tries, read_tokens, said)


def read_list(text: str, *, commas: bool = False) -> list[str]:
    """The items of a list: JSON, one a line, or between semicolons (and commas, where names are meant)."""
    text = text.strip()
    if text.startswith("[") and isinstance(found := _loaded(text), list) and all(isinstance(item, str) for item in found):
        return found
    marks = "\n;；|" + (",，、" if commas else "")
    return list(dict.fromkeys(item.strip() for item in re.split(f"[{marks}]", text) if item.strip()))


def write_list(items: Sequence[str], *, commas: bool = False) -> str:
    return _first(["; ".join(items)], lambda text: read_list(text, commas=commas), list(items))


def read_names(text: str) -> list[dict[str, Any]]:
    """Aliases: names alone, or JSON where it is said whose they are."""
    text = text.strip()
    if text.startswith("[{") and isinstance(found := _loaded(text), list) and all(isinstance(item, dict) for item in found):
        return found
    return [{"term": term} for term in read_list(text, commas=True)]


def write_names(aliases: Values) -> str:
    if any(set(alias) != {"term"} for alias in aliases):
        return _json(aliases)
    return _first([write_list([alias["term"] for alias in aliases], commas=True)], read_names, aliases)


def read_labels(text: str) -> dict[str, str]:
    """Labels by language: `de=Ja; fr=Oui`, or JSON."""
    return read_tokens(text) or {}


def _first(tries: Iterable[str], read: Callable[[str], Any], wanted: Any) -> str:
    return next((text for text in tries if "\n" not in text and read(text) == wanted), None) or _json(wanted)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _values_of_json(text: str) -> Values | None:
    found = _loaded(text)
    if isinstance(found, dict):
        found = [{"code": code, "meaning": meaning} for code, meaning in found.items()]
    if not isinstance(found, list):
        return None
    values: Values = []
    for item in found[: MOST + 1]:
        if isinstance(item, dict):
            said = dict(item)
            for other, name in (("value", "code"), ("label", "meaning")):
                if name not in said and other in said:
                    said[name] = said.pop(other)
            if not isinstance(said.get("code"), str | int) or isinstance(said["code"], bool):
                return None
            said["code"] = str(said["code"])
            values.append({name: part for name, part in said.items() if part != "" or name == "code"})
        elif isinstance(item, str | int) and not isinstance(item, bool):
            values.append({"code": str(item)})
        else:
            return None
    return values or None


def _factors(text: str) -> Values | None:
    """`"1"=[Yes] | "2"=[No]`, as the data dictionaries of RADx have it; a link behind a label is not part of it."""
    values: Values = []
    at = 0
    while at < len(text):
        found = _FACTORS.match(text, at)
        if found is None or found.end() == at:
            return None
        values.append(_value(found[1], found[2]))
        at = found.end()
    return values


def _listed(items: Iterable[str], pairings: Sequence[re.Pattern[str]]) -> Values | None:
    said = [item.strip() for item in items if item.strip()]
    if not said or len(said) > MOST:
        return None
    # One way of pairing for the whole cell: the first that parts most items; `a, b` between bars is a pair only where others are.
    counts = [sum(1 for item in said if _parted(item, pairing)) for pairing in pairings]
    best = max(range(len(counts)), key=lambda at: (counts[at], -at), default=None)
    pairing = pairings[best] if best is not None and 2 * counts[best] >= len(said) else None
    values = []
    for item in said:
        code, meaning = (_parted(item, pairing) or (item, "")) if pairing else (item, "")
        if len(code) > LONGEST_CODE:
            return None
        values.append(_value(code, meaning))
    return values


def _parted(item: str, pairing: re.Pattern[str]) -> tuple[str, str] | None:
    parts = [part.strip() for part in pairing.split(item, maxsplit=1)]
    return (parts[0], parts[1]) if len(parts) == 2 and parts[0] and len(parts[0]) <= LONGEST_CODE else None


def _value(code: str, meaning: str) -> dict[str, Any]:
    return {"code": code, "meaning": meaning} if meaning else {"code": code}
