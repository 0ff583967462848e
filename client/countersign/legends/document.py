"""The JSON form of a legend, `countersign/legend/1`, read strictly: what was altered or does not keep its rules is not used at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from countersign import canonical, json_text
from countersign.legends.keys import legend_key

FORMAT = "countersign/legend/1"
LARGEST = 8 * 1024 * 1024  # bytes
MOST_COLUMNS = 20_000  # Excel has 16 384
MOST_VALUES = 50
LONGEST = {"column": 500, "definition": 500, "unit": 40, "timezone": 60, "deviation": 2000, "server": 500, "copy": 60}
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,60}")
_ELEMENT = re.compile(r"([A-Za-z0-9_-]{1,60})/([a-z][a-z0-9_]*(?:[.-][a-z0-9_]+)*)")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+-]{0,39}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_SERVER = re.compile(r"https?://[!-~]+")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


class LegendError(ValueError):
    """This is no legend, or one that was altered. The message says which, for people."""


@dataclass(frozen=True)
class Column:
    """What one column means: the element `dictionary/key` in one version, and what that says."""

    element: str
    legend: str
    version: str
    digest: str
    title: str = ""
    definition: str = ""
    unit: str = ""
    null_meanings: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    value_count: int | None = None  # where there are too many to travel
    timezone: str = ""
    deviation: str = ""


@dataclass(frozen=True)
class Legend:
    """A legend whose digest was checked. `document` is what was read, to be carried on unchanged."""

    dictionary: str
    server: str
    release: int | None
    made_at: str
    dataset: dict[str, str]
    copy: str
    digest: str
    columns: dict[str, Column]
    document: dict[str, Any] = field(repr=False, compare=False, default_factory=dict)

    def text(self) -> str:
        """Its canonical JSON."""
        return canonical.canonical_json(self.document).decode("utf-8")


def parse(data: bytes | str) -> Legend:
    """The legend in a JSON text: UTF-8, with or without a mark, at most `LARGEST` bytes. Raises LegendError."""
    if len(data) > LARGEST:
        raise LegendError(f"larger than {LARGEST} bytes")
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data.removeprefix("\ufeff")
        said = json_text.loads(text)
    except UnicodeDecodeError:
        raise LegendError("not UTF-8") from None
    except ValueError as error:
        raise LegendError(f"not JSON: {error}") from None
    return read(said)


def read(said: Any) -> Legend:
    """The legend in plain values. Fields that are not known are covered by the digest and otherwise passed over: formats grow."""
    if not isinstance(said, Mapping):
        raise LegendError("a legend is an object")
    if said.get("format") != FORMAT:
        raise LegendError(f"no legend of a form that is known here ({FORMAT})")
    _check_digest(said)
    dataset = _map(said, "dataset")
    legend = Legend(
        dictionary=_like(_SLUG, said, "dictionary"),
        server=_like(_SERVER, said, "server", needed=False),
        release=_count(said, "release"),
        made_at=_like(_TIME, said, "made_at"),
        dataset={name: _text(dataset, name) for name in ("name", "version", "digest") if dataset.get(name)},
        copy=_text(said, "copy"),
        digest=said["digest"],
        columns=_columns(_map(said, "columns")),
        document=dict(said),
    )
    if legend.dataset.get("digest"):
        _like(_DIGEST, dataset, "digest")
    return legend


def _check_digest(said: Mapping[str, Any]) -> None:
    try:
        found = canonical.digest({name: value for name, value in said.items() if name != "digest"})
    except (TypeError, ValueError, RecursionError):  # a number that is not whole, half a character, too deep
        found = ""
    if not found or said.get("digest") != found:
        raise LegendError("its digest does not belong to what it says: it was altered or cut off")


def _columns(said: Mapping[str, Any]) -> dict[str, Column]:
    if len(said) > MOST_COLUMNS:
        raise LegendError(f"more than {MOST_COLUMNS} columns")
    return {_name(name): _column(name, column) for name, column in said.items()}


def _name(name: Any) -> str:
    if not name:
        raise LegendError("a column has no name")
    return _plain(name, "the name of a column", LONGEST["column"])


def _column(name: str, said: Any) -> Column:
    if not isinstance(said, Mapping):
        raise LegendError(f"column {name[:60]}: not an object")
    try:
        parts = _ELEMENT.fullmatch(_text(said, "element"))
        if not parts:
            raise LegendError("names no element")
        if _text(said, "legend") != legend_key(parts[1], parts[2]):
            raise LegendError("its legend key is not that of its element")
        return Column(
            element=parts[0],
            legend=_text(said, "legend"),
            version=_like(_VERSION, said, "version"),
            digest=_like(_DIGEST, said, "digest"),
            title=_text(said, "name"),
            definition=_text(said, "definition"),
            unit=_text(said, "unit"),
            null_meanings=_pairs(said, "null_meanings"),
            values=_pairs(said, "values"),
            value_count=_count(said, "value_count"),
            timezone=_text(said, "timezone"),
            deviation=_text(said, "deviation"),
        )
    except LegendError as error:
        raise LegendError(f"column {name[:60]}: {error}") from None


def _pairs(said: Mapping[str, Any], name: str) -> dict[str, str]:
    found = _map(said, name)
    if len(found) > MOST_VALUES:
        raise LegendError(f"{name}: more than {MOST_VALUES}")
    return {_plain(code, name, 200): _plain(meaning, name, 1000) for code, meaning in found.items()}


def _map(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = said.get(name)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise LegendError(f"{name}: not an object")
    return found


def _count(said: Mapping[str, Any], name: str) -> int | None:
    found = said.get(name)
    if found is not None and (type(found) is not int or not 0 <= found < 2**53):
        raise LegendError(f"{name}: not a whole number")
    return found


def _like(form: re.Pattern[str], said: Mapping[str, Any], name: str, needed: bool = True) -> str:
    text = _text(said, name)
    if (text or needed) and not form.fullmatch(text):
        raise LegendError(f"{name}: {text[:60]!r} cannot be read")
    return text


def _text(said: Mapping[str, Any], name: str) -> str:
    found = said.get(name)
    return "" if found is None else _plain(found, name, LONGEST.get(name, 200))


def _plain(found: Any, name: str, most: int) -> str:
    if not isinstance(found, str):
        raise LegendError(f"{name}: not a text")
    if _NO_TEXT.search(found):
        raise LegendError(f"{name}: holds what is no character")
    if len(found) > most:
        raise LegendError(f"{name}: longer than {most} characters")
    return found
