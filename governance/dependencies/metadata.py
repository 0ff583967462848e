"""What an archive says about itself: name, version, licence. Read without unpacking; a little of it, however much there is. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import IO, Any

from governance.dependencies.capabilities.archives import Archive, Entry, Unreadable
from governance.dependencies.capabilities.model import Budget, Exhausted, Limits
from governance.dependencies.capabilities.paths import printable

MOST = 1024 * 1024  # bytes of a metadata file that are read
LONGEST_LICENCE = 500  # characters; some put the whole text of a licence into the field
_WHEEL, _SDIST, _CONDA = ".dist-info/METADATA", "PKG-INFO", ".dist-info/index.json"
_CLASSIFIER = "License :: "
_HEADER = re.compile(r"^([A-Za-z][A-Za-z0-9-]*):[ \t]?(.*)$")


@dataclass(frozen=True, slots=True)
class Metadata:
    """As written, less what cannot be shown. `licence` is an expression where there is one, else what stands instead of it."""

    name: str = ""
    version: str = ""
    licence: str = ""

    def as_values(self) -> dict[str, Any]:
        return asdict(self)


def read_metadata(file: IO[bytes], *, conda: bool = False, limits: Limits | None = None) -> Metadata:
    """From METADATA, PKG-INFO or a conda package's index.json: the first that names package and version. Empty where none can be read."""
    limits = limits or Limits()
    size = file.seek(0, 2)
    file.seek(0)
    budget = Budget(limits, packed_bytes=size)
    found = Metadata()
    try:
        archive = Archive(file, budget, conda=conda)
        for place, entry in archive.by_place():
            if entry.stream is None or place not in ((_CONDA,) if conda else (_WHEEL, _SDIST)):
                continue
            found = _of_conda(_head(entry, budget)) if conda else of_headers(_head(entry, budget).decode("utf-8", "replace"))
            if found.name and found.version:
                break
    except (Exhausted, Unreadable):
        return found
    return found


def of_headers(text: str) -> Metadata:
    """Of the headers of METADATA or PKG-INFO: what follows the first empty line is a description."""
    values: dict[str, list[str]] = {}
    for name, value in _headers(text):
        values.setdefault(name.lower(), []).append(value)

    def first(name: str) -> str:
        return printable(values.get(name, [""])[0].strip())[:LONGEST_LICENCE]

    return Metadata(first("name")[:200], first("version")[:200], _licence(first, values.get("classifier", [])))


def _licence(first: Any, classifiers: list[str]) -> str:
    """The expression; else a field of one line, for more is the text of the licence; else the classifiers."""
    if expression := first("license-expression"):
        return str(expression)
    field = str(first("license"))
    if field and field.upper() not in ("UNKNOWN", "NONE") and len(field) <= 120:
        return field
    said = [printable(line.strip()).removeprefix(_CLASSIFIER) for line in classifiers if line.strip().startswith(_CLASSIFIER)]
    names = [line.rpartition(" :: ")[2] for line in said if line not in ("OSI Approved", "DFSG approved")]
    return "; ".join(dict.fromkeys(names))[:LONGEST_LICENCE] or field[:120]


def _headers(text: str) -> Iterator[tuple[str, str]]:
    """Header by header; of one that goes on over several lines the first."""
    for line in text.splitlines():
        if not line.strip():
            return
        if found := _HEADER.match(line):
            yield found[1], found[2]


def _of_conda(data: bytes) -> Metadata:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return Metadata()
    if not isinstance(said, dict):
        return Metadata()

    def text(name: str) -> str:
        value = said.get(name)
        return printable(value.strip())[:200] if isinstance(value, str) else ""

    return Metadata(text("name"), text("version"), text("license"))


def _head(entry: Entry, budget: Budget) -> bytes:
    data = b""
    for chunk in entry.chunks(budget):
        data += chunk
        if len(data) >= MOST:
            break
    return data[:MOST]
