"""From the JSON form of a legend to a legend, with everything that is wrong with it. Pure.

A legend that was altered, cut off or does not keep its rules is not used at all: a wrong meaning is worse than none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from foundation.canonical import canonical_json, digest_bytes
from governance.dictionary.legend.keys import legend_key
from governance.dictionary.legend.making import MOST_VALUES
from governance.dictionary.legend.model import Dataset, Legend, LegendColumn
from governance.dictionary.legend.problems import LegendProblem, wrong
from governance.dictionary.legend.writing import FORMAT

LARGEST = 8 * 1024 * 1024  # bytes
MOST_COLUMNS = 20_000  # Excel has 16 384
MOST_TOLD = 50
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,60}")
_ELEMENT = re.compile(r"([A-Za-z0-9_-]{1,60})/([a-z][a-z0-9_]*(?:[.-][a-z0-9_]+)*)")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+-]{0,39}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_SERVER = re.compile(r"https?://[!-~]{1,500}")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_LONGEST = {"name": 200, "definition": 500, "unit": 40, "timezone": 60, "deviation": 2000, "version": 200, "copy": 60}
_LONGEST_COLUMN, _LONGEST_CODE, _LONGEST_MEANING = 500, 200, 1000


def read_legend(data: bytes | str) -> tuple[Legend | None, list[LegendProblem]]:
    """The legend that a JSON text describes, and what is wrong with it. None where anything is.

    The text is UTF-8, with or without a byte-order mark, at most `LARGEST` bytes; a key that stands twice is refused.
    """
    if len(data) > LARGEST:
        return None, [wrong("", "legend_too_large", limit=LARGEST)]
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data.removeprefix("\ufeff")
        said = json.loads(text, object_pairs_hook=_unique, parse_float=_refuse, parse_constant=_refuse)
    except RecursionError:
        return None, [wrong("", "legend_not_json", detail="nested too deeply")]
    except ValueError as error:
        return None, [wrong("", "legend_not_json", detail=error)]
    return read_legend_mapping(said)


def read_legend_mapping(said: Any) -> tuple[Legend | None, list[LegendProblem]]:
    """The same of plain values. Fields that are not known are covered by the digest and otherwise passed over: formats grow."""
    reader = _Reader()
    legend = reader.legend(said)
    return (None if reader.problems else legend), reader.problems[:MOST_TOLD]


class _Reader:
    """Reads on after a problem, so that all are told at once."""

    def __init__(self) -> None:
        self.problems: list[LegendProblem] = []

    def legend(self, said: Any) -> Legend | None:
        if not isinstance(said, Mapping):
            self._say("", "wrong_type", expected="a map")
            return None
        if said.get("format") != FORMAT:
            self._say("format", "legend_format", value=said.get("format"), known=FORMAT)
            return None
        if not self._intact(said):
            return None
        dictionary = self._text(said, "", "dictionary")
        if not _SLUG.fullmatch(dictionary):
            self._say("dictionary", "legend_bad_dictionary", value=dictionary)
        server = self._text(said, "", "server", 500)
        if server and not _SERVER.fullmatch(server):
            self._say("server", "legend_bad_server", value=server)
        return Legend(
            dictionary=dictionary,
            made_at=self._time(said),
            server=server,
            release=self._count(said, "", "release"),
            dataset=self._dataset(said.get("dataset")),
            copy=self._text(said, "", "copy"),
            columns=self._columns(said.get("columns")),
        )

    def _intact(self, said: Mapping[str, Any]) -> bool:
        """Whether the digest is that of everything else. Nothing is read of what it does not vouch for."""
        try:
            found = digest_bytes(canonical_json({name: value for name, value in said.items() if name != "digest"}))
        except (TypeError, ValueError, RecursionError):  # a number that is not whole, half a character, too deep
            found = ""
        if found and said.get("digest") == found:
            return True
        self._say("digest", "legend_altered")
        return False

    def _time(self, said: Mapping[str, Any]) -> datetime:
        text = self._text(said, "", "made_at")
        try:
            if not _TIME.fullmatch(text):
                raise ValueError(text)
            return datetime.fromisoformat(text).astimezone(UTC)
        except ValueError:
            self._say("made_at", "legend_bad_time", value=text)
            return datetime.min.replace(tzinfo=UTC)

    def _dataset(self, said: Any) -> Dataset:
        given = self._map(said, "dataset")
        digest = self._text(given, "dataset.", "digest")
        if digest and not _DIGEST.fullmatch(digest):
            self._say("dataset.digest", "legend_bad_digest", value=digest)
        return Dataset(
            name=self._text(given, "dataset.", "name"), version=self._text(given, "dataset.", "version"), digest=digest
        )

    def _columns(self, said: Any) -> tuple[LegendColumn, ...]:
        given = self._map(said, "columns")
        if len(given) > MOST_COLUMNS:
            self._say("columns", "too_many", limit=MOST_COLUMNS)
            return ()
        return tuple(self._column(name, column) for name, column in given.items())

    def _column(self, name: str, said: Any) -> LegendColumn:
        at = f"columns.{name[:60]}"
        self._plain(name, at, _LONGEST_COLUMN)
        if not name:
            self._say(at, "required", value="name")
        given, under = self._map(said, at), f"{at}."
        element, key = self._text(given, under, "element"), self._text(given, under, "legend")
        parts = _ELEMENT.fullmatch(element)
        if parts is None:
            self._say(f"{under}element", "legend_bad_element", value=element)
        elif key != legend_key(parts[1], parts[2]):
            self._say(f"{under}legend", "legend_bad_key", value=key, element=element)
        version, digest = self._text(given, under, "version"), self._text(given, under, "digest")
        if not _VERSION.fullmatch(version):
            self._say(f"{under}version", "legend_bad_version", value=version)
        if not _DIGEST.fullmatch(digest):
            self._say(f"{under}digest", "legend_bad_digest", value=digest)
        return LegendColumn(
            name=name,
            element=element,
            legend=key,
            version=version,
            digest=digest,
            title=self._text(given, under, "name"),
            definition=self._text(given, under, "definition"),
            unit=self._text(given, under, "unit"),
            null_meanings=self._pairs(given, under, "null_meanings"),
            values=self._pairs(given, under, "values"),
            value_count=self._count(given, under, "value_count"),
            timezone=self._text(given, under, "timezone"),
            deviation=self._text(given, under, "deviation"),
        )

    def _pairs(self, given: Mapping[str, Any], under: str, name: str) -> tuple[tuple[str, str], ...]:
        said = self._map(given.get(name), under + name)
        if len(said) > MOST_VALUES:
            self._say(under + name, "too_many", limit=MOST_VALUES)
            return ()
        for code, meaning in said.items():
            self._plain(code, f"{under}{name}", _LONGEST_CODE)
            self._plain(meaning, f"{under}{name}.{code[:40]}", _LONGEST_MEANING)
        return tuple(sorted(said.items()))

    def _count(self, given: Mapping[str, Any], under: str, name: str) -> int | None:
        said = given.get(name)
        if said is None:
            return None
        if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said < 2**53:
            self._say(under + name, "wrong_type", expected="a whole number")
            return None
        return said

    def _map(self, said: Any, path: str) -> Mapping[str, Any]:
        if said is None:
            return {}
        if not isinstance(said, Mapping):
            self._say(path, "wrong_type", expected="a map")
            return {}
        return said

    def _text(self, given: Mapping[str, Any], under: str, name: str, most: int = 0) -> str:
        said = given.get(name)
        return "" if said is None else self._plain(said, under + name, most or _LONGEST.get(name, 200))

    def _plain(self, said: Any, path: str, most: int) -> str:
        if not isinstance(said, str):
            self._say(path, "wrong_type", expected="a text")
            return ""
        if _NO_TEXT.search(said):
            self._say(path, "bad_text")
        if len(said) > most:
            self._say(path, "too_long", limit=most)
        return said

    def _say(self, path: str, code: str, **params: Any) -> None:
        self.problems.append(wrong(path, code, **params))


def _refuse(text: str) -> Any:
    raise ValueError(f"{text[:40]} is not a whole number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found
