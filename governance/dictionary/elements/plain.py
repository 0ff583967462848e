"""Single values out of what was sent, each with a word on what is wrong with it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date
from functools import cache
from typing import Any

from governance.dictionary.elements.bounds import canonical_bound, canonical_number
from governance.dictionary.elements.problems import Problem

REFERENCE = re.compile(r"(?:[a-z0-9_]+(?:-[a-z0-9_]+)*/)?[a-z][a-z0-9_]*(?:[.-][a-z0-9_]+)*")
LOCALE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
NO_TEXT = re.compile("[\x00\ud800-\udfff]")
NOT_PORTABLE = re.compile(r"(?<!\\)(?:\\\\)*(?:\(\?(?:[=!]|<[=!]|P=)|\\[1-9])")
LONGEST = {
    "key": 80, "name": 120, "definition": 4000, "format": 40, "unit": 40, "timezone": 60, "pattern": 500, "bound": 60,
    "code": 200, "meaning": 1000, "label": 200, "token": 60, "example": 200, "expression": 4000, "language": 40, "term": 120,
    "source": 200, "tag": 60, "team": 60,
}  # fmt: skip
MOST = {
    "values": 10_000,
    "null_meanings": 50,
    "examples": 20,
    "sources": 200,
    "tags": 50,
    "texts": 40,
    "aliases": 200,
    "labels": 40,
}


class Plain:
    """Reads values one by one, and goes on after a problem."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def _say(self, path: str, code: str, level: Any = "error", **params: Any) -> None:
        self.problems.append(Problem(path, code, {name: str(value) for name, value in params.items()}, level))

    def _map(self, said: Any, path: str, of: type) -> Mapping[str, Any]:
        if not isinstance(said, Mapping):
            self._say(path, "wrong_type", expected="a map")
            return {}
        known = _names(of)
        for name in said:
            if name not in known:
                self._say(f"{path}.{name}"[:80].lstrip("."), "unknown_key", value=str(name)[:60], known=", ".join(known))
        return said

    def _needed(self, given: Mapping[str, Any], path: str, *names: str) -> None:
        for name in names:
            if given.get(name) in (None, ""):
                self._say(path, "required", value=name)

    def _list(self, said: Any, path: str, kind: str) -> list[Any]:
        if said is None:
            return []
        if not isinstance(said, list | tuple):
            self._say(path, "wrong_type", expected="a list")
            return []
        if len(said) > MOST[kind]:
            self._say(path, "too_many", limit=MOST[kind])
        return list(said[: MOST[kind]])

    def _plain_text(self, said: Any, path: str, kind: str, *, clean: bool = True) -> str:
        if not isinstance(said, str):
            self._say(path, "wrong_type", expected="a text")
            return ""
        text = said.strip() if clean else said
        if NO_TEXT.search(text):
            self._say(path, "bad_text")
            return ""
        if len(text) > LONGEST.get(kind, 200):
            self._say(path, "too_long", limit=LONGEST.get(kind, 200))
        return text

    def _text(self, given: Mapping[str, Any], at: Callable[[str], str], name: str, *, clean: bool = True) -> str:
        said = given.get(name)
        return "" if said is None else self._plain_text(said, at(name), name, clean=clean)

    def _texts_of(
        self, given: Mapping[str, Any], at: Callable[[str], str], name: str, kind: str, *, clean: bool = True
    ) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for number, said in enumerate(self._list(given.get(name), at(name), name)):
            text = self._plain_text(said, at(f"{name}[{number}]"), kind, clean=clean)
            if text or not clean:
                found[text] = None
        return tuple(found)

    def _pairs(self, said: Any, path: str, kind: str, text: str, names: re.Pattern[str] | None) -> tuple[tuple[str, str], ...]:
        if said is None:
            return ()
        if not isinstance(said, Mapping):
            self._say(path, "wrong_type", expected="a map")
            return ()
        if len(said) > MOST[kind]:
            self._say(path, "too_many", limit=MOST[kind])
        found = []
        for name, value in list(said.items())[: MOST[kind]]:
            if not isinstance(name, str) or (names is not None and not names.fullmatch(name)):
                self._say(path, "bad_locale", value=str(name)[:60])
                continue
            found.append((name, self._plain_text(value, f"{path}.{name[:20]}", text)))
        return tuple(sorted(found))

    def _one_of(self, given: Mapping[str, Any], at: Callable[[str], str], name: str, known: Iterable[str]) -> str:
        text = self._text(given, at, name)
        if text and text not in known:
            self._say(at(name), "not_one_of", value=text[:60], known=", ".join(known))
            return ""
        return text

    def _named(self, given: Mapping[str, Any], at: Callable[[str], str], name: str) -> str:
        text = self._text(given, at, name)
        if text and not REFERENCE.fullmatch(text):
            self._say(at(name), "bad_reference", value=text[:60])
        return text

    def _locale(self, given: Mapping[str, Any], at: Callable[[str], str]) -> str:
        text = self._text(given, at, "locale")
        if text and not LOCALE.fullmatch(text):
            self._say(at("locale"), "bad_locale", value=text[:60])
        return text

    def _truth(self, given: Mapping[str, Any], at: Callable[[str], str], name: str) -> bool:
        said = given.get(name)
        if said is not None and not isinstance(said, bool):
            self._say(at(name), "wrong_type", expected="true or false")
        return said is True

    def _count(self, given: Mapping[str, Any], at: Callable[[str], str], name: str) -> int | None:
        said = given.get(name)
        if said is None:
            return None
        if isinstance(said, bool) or not isinstance(said, int):
            self._say(at(name), "wrong_type", expected="a whole number")
            return None
        if said < 0:
            self._say(at(name), "negative")
            return None
        return said

    def _number(self, given: Mapping[str, Any], at: Callable[[str], str], name: str) -> str:
        text = self._text(given, at, name)
        number = canonical_number(text) if text else ""
        if number is None:
            self._say(at(name), "bad_number", value=text[:60])
        return number or ""

    def _bound(self, given: Mapping[str, Any], at: Callable[[str], str], name: str, logical: str) -> str:
        text = self._text(given, at, name)
        bound = canonical_bound(text, logical) if text else ""
        if bound is None:
            self._say(at(name), "bad_bound", value=text[:60], type=logical)
        return bound or ""

    def _date(self, given: Mapping[str, Any], at: Callable[[str], str], name: str) -> date | None:
        text = self._text(given, at, name)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._say(at(name), "bad_date", value=text[:60])
            return None

    def _in_order(self, first: date | None, last: date | None, path: str) -> None:
        if first is not None and last is not None and last <= first:
            self._say(path, "ends_first")

    def _pattern(self, pattern: str, path: str) -> None:
        try:
            re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            self._say(path, "bad_pattern", value=pattern[:60], detail=error)
            return
        if NOT_PORTABLE.search(pattern):
            self._say(path, "pattern_not_portable", "warning", value=pattern[:60])


@cache
def _names(of: type) -> tuple[str, ...]:
    return tuple(item.name for item in fields(of))


def under(path: str) -> Callable[[str], str]:
    return lambda name: f"{path}.{name}" if path else name
