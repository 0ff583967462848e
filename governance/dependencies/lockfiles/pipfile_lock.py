"""Pipfile.lock. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from governance.dependencies.lockfiles.documents import Unreadable, read_json
from governance.dependencies.lockfiles.requirement_text import exact_version
from governance.dependencies.lockfiles.sheet import Sheet

_TOOLS = ("git", "hg", "svn", "bzr")


def parse(text: str, sheet: Sheet) -> None:
    """Every package of every category: `default`, `develop`, and those with names of their own."""
    body = read_json(text, sheet)
    if not isinstance(body, Mapping) or not isinstance(body.get("_meta"), Mapping):
        raise Unreadable(0, "not_the_format", what="Pipfile.lock", detail="it has no _meta")
    meta = body["_meta"]
    for source, line in sheet.entries(meta, "sources", getattr(meta, "line", 0)):
        sheet.option("index:" + sheet.text(source, "name", line), sheet.url(sheet.text(source, "url", line), line), line)
    required = meta.get("requires")
    for name, value in required.items() if isinstance(required, Mapping) else ():
        sheet.option(str(name), value)
    for category, listed in body.items():
        if category == "_meta":
            continue
        if not isinstance(listed, Mapping):
            sheet.problem(0, "not_an_entry", listed, name=category)
            continue
        for name, entry in listed.items():
            if isinstance(entry, Mapping):
                _read(name, entry, category, sheet)
            elif isinstance(entry, str):  # the shortest form: only a specifier
                _read(name, {"version": entry}, category, sheet)
            else:
                sheet.problem(getattr(listed, "line", 0), "not_an_entry", f"{name}: {entry}", name=category)


def _read(name: str, entry: Mapping[str, Any], category: str, sheet: Sheet) -> None:
    line = getattr(entry, "line", 0)
    origin, url = _source(entry, sheet, line)
    written = sheet.text(entry, "version", line)
    version, specifier = "", "" if written in ("", "*") else written
    if specifier:
        try:
            found = SpecifierSet(specifier)
            version, specifier = exact_version(found), ",".join(sorted(str(part) for part in found))
        except InvalidSpecifier:
            sheet.problem(line, "version_not_valid", written, version=written)
    sheet.requirement(
        line,
        sheet.clean(name, line),
        version,
        specifier=specifier,
        extras=sheet.texts(entry, "extras", line),
        marker=sheet.text(entry, "markers", line),
        origin=origin,
        url=url,
        index=sheet.text(entry, "index", line),
        hashes=sheet.texts(entry, "hashes", line),
        groups=(category,),
    )


def _source(entry: Mapping[str, Any], sheet: Sheet, line: int) -> tuple[str, str]:
    editable = entry.get("editable") is True
    for tool in _TOOLS:
        if tool in entry:
            commit, folder = sheet.text(entry, "ref", line), sheet.text(entry, "subdirectory", line)
            where = f"{tool}+{sheet.text(entry, tool, line)}" + (f"@{commit}" if commit else "")
            return "editable" if editable else "vcs", where + (f"#subdirectory={folder}" if folder else "")
    if "path" in entry:
        return "editable" if editable else "local", sheet.text(entry, "path", line)
    if "file" in entry:
        return "url", sheet.text(entry, "file", line)
    return "index", ""
