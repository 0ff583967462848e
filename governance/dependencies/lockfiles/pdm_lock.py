"""pdm.lock, of all versions of PDM. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from governance.dependencies.lockfiles.documents import Unreadable, read_toml
from governance.dependencies.lockfiles.sheet import Sheet

_TOOLS = ("git", "hg", "svn", "bzr")


def parse(text: str, sheet: Sheet) -> None:
    """Every package. One that is wanted with extras stands there twice, with and without them, and both are kept."""
    body = read_toml(text, "pdm.lock", "package")
    metadata = body.get("metadata")
    if not isinstance(metadata, Mapping):
        raise Unreadable(0, "not_the_format", what="pdm.lock", detail="it has no metadata")
    for name in ("lock_version", "content_hash"):
        if value := sheet.text(metadata, name, 0):
            sheet.option(name, value)
    for name in ("strategy", "groups"):
        for value in sheet.texts(metadata, name, 0):
            sheet.option(name, value)
    for entry, line in sheet.entries(body, "package", 0):
        origin, url = _source(entry, sheet, line)
        name, version = sheet.text(entry, "name", line), sheet.text(entry, "version", line)
        sheet.requirement(
            line,
            name,
            version,
            extras=sheet.texts(entry, "extras", line),
            marker=sheet.text(entry, "marker", line),
            origin=origin,
            url=url,
            hashes=list(_hashes(entry, metadata, f"{name} {version}", sheet, line)),
            groups=sheet.texts(entry, "groups", line) or sheet.texts(entry, "sections", line),
        )


def _source(entry: Mapping[str, Any], sheet: Sheet, line: int) -> tuple[str, str]:
    editable = entry.get("editable") is True
    for tool in _TOOLS:
        if tool in entry:
            commit = sheet.text(entry, "revision", line) or sheet.text(entry, "ref", line)
            folder = sheet.text(entry, "subdirectory", line)
            where = f"{tool}+{sheet.text(entry, tool, line)}" + (f"@{commit}" if commit else "")
            return "editable" if editable else "vcs", where + (f"#subdirectory={folder}" if folder else "")
    if "path" in entry:
        return "editable" if editable else "local", sheet.text(entry, "path", line)
    if "url" in entry:
        url = sheet.text(entry, "url", line)
        return "local" if url.lower().startswith("file:") else "url", url
    return ("editable", "") if editable else ("index", "")


def _hashes(entry: Mapping[str, Any], metadata: Mapping[str, Any], key: str, sheet: Sheet, line: int) -> Iterator[str]:
    older = metadata.get("files")
    beside = {"files": older.get(key)} if isinstance(older, Mapping) else {}
    for artifact, _line in sheet.entries(entry if "files" in entry else beside, "files", line):
        if value := sheet.text(artifact, "hash", line):
            yield value
