"""pylock.toml (PEP 751). Read leniently: what does not follow the standard is told, and what it says is still kept. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.pylock import Pylock, PylockValidationError

from governance.dependencies.lockfiles.documents import Unreadable, read_toml
from governance.dependencies.lockfiles.sheet import Sheet


def parse(text: str, sheet: Sheet) -> None:
    """Every package with its marker, its hashes and where it comes from. A package may lack a version: then it is not pinned."""
    body = read_toml(text, "pylock.toml", "packages")
    if "packages" not in body:
        raise Unreadable(0, "not_the_format", what="pylock.toml", detail="it has no packages")
    _judge(body, sheet)
    for name in ("lock-version", "created-by", "requires-python"):
        if value := sheet.text(body, name, 0):
            sheet.option(name, value)
    for name in ("environments", "extras", "dependency-groups", "default-groups"):
        for value in sheet.texts(body, name, 0):
            sheet.option(name, value)
    for entry, line in sheet.entries(body, "packages", 0):
        origin, url = _origin(entry, sheet, line)
        sheet.requirement(
            line,
            sheet.text(entry, "name", line),
            sheet.text(entry, "version", line),
            marker=sheet.text(entry, "marker", line),
            origin=origin,
            url=url,
            index=sheet.url(sheet.text(entry, "index", line), line),
            hashes=list(_hashes(entry, sheet, line)),
        )


def _judge(body: Mapping[str, Any], sheet: Sheet) -> None:
    """What the standard says of the file. One problem: the library stops at the first."""
    try:
        Pylock.from_dict(body)
    except (PylockValidationError, ValueError, TypeError, RecursionError) as error:
        found = re.search(r"packages\[(\d+)\]", str(error))
        at = int(found[1]) if found else -1
        listed = body["packages"]
        line = getattr(listed[at], "line", 0) if isinstance(listed, list) and 0 <= at < len(listed) else 0
        sheet.problem(line, "not_by_the_standard", str(error), what="PEP 751", detail=error)


def _origin(entry: Mapping[str, Any], sheet: Sheet, line: int) -> tuple[str, str]:
    for kind in ("vcs", "directory", "archive"):
        source = entry.get(kind)
        if source is None:
            continue
        if not isinstance(source, Mapping):
            sheet.problem(line, "not_an_entry", source, name=kind)
            continue
        place = sheet.text(source, "url", line) or sheet.text(source, "path", line)
        if kind == "vcs":
            tool = sheet.text(source, "type", line) or "vcs"
            commit = sheet.text(source, "commit-id", line)
            return "vcs", f"{tool}+{place}" + (f"@{commit}" if commit else "") + _within(sheet, source, line)
        if kind == "directory":
            return "editable" if source.get("editable") is True else "local", place + _within(sheet, source, line)
        return "url" if source.get("url") else "local", place + _within(sheet, source, line)
    return "index", ""


def _within(sheet: Sheet, source: Mapping[str, Any], line: int) -> str:
    folder = sheet.text(source, "subdirectory", line)
    return f"#subdirectory={folder}" if folder else ""


def _hashes(entry: Mapping[str, Any], sheet: Sheet, line: int) -> Iterator[str]:
    singles = [entry[kind] for kind in ("archive", "sdist") if isinstance(entry.get(kind), Mapping)]
    for artifact in [*singles, *(wheel for wheel, _line in sheet.entries(entry, "wheels", line))]:
        hashes = artifact.get("hashes")
        if isinstance(hashes, Mapping):
            yield from (f"{algorithm}:{value}" for algorithm, value in hashes.items())
        elif hashes is not None:
            sheet.problem(line, "not_an_entry", hashes, name="hashes")
