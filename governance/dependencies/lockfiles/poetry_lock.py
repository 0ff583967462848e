"""poetry.lock, of all versions of Poetry. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from packaging.utils import canonicalize_name

from governance.dependencies.lockfiles.documents import Unreadable, read_toml
from governance.dependencies.lockfiles.sheet import Sheet

_TOOLS = ("git", "hg", "svn")


def parse(text: str, sheet: Sheet) -> None:
    """Every package; what it lists as `extras` is what it offers and not what is wanted of it.

    Hashes stand beside it, or in older files in `[metadata.files]` or `[metadata.hashes]`.
    """
    body = read_toml(text, "poetry.lock", "package")
    metadata = body.get("metadata")
    if not isinstance(metadata, Mapping):
        raise Unreadable(0, "not_the_format", what="poetry.lock", detail="it has no metadata")
    for name in ("lock-version", "python-versions", "content-hash"):
        if value := sheet.text(metadata, name, 0):
            sheet.option(name, value)
    for entry, line in sheet.entries(body, "package", 0):
        origin, url, index = _source(entry, sheet, line)
        name = sheet.text(entry, "name", line)
        groups = sheet.texts(entry, "groups", line) or sheet.texts(entry, "category", line)
        sheet.requirement(
            line,
            name,
            sheet.text(entry, "version", line),
            marker=_marker(entry, sheet, line),
            origin=origin,
            url=url,
            index=index,
            hashes=list(_hashes(entry, metadata, name, sheet, line)),
            groups=[*groups, "optional"] if entry.get("optional") is True else groups,
        )


def _marker(entry: Mapping[str, Any], sheet: Sheet, line: int) -> str:
    """One marker, or by group; very old files have it under `marker`."""
    written = entry.get("markers", entry.get("marker"))
    if isinstance(written, Mapping):
        different = sorted({value for value in written.values() if isinstance(value, str)})
        if not all(isinstance(value, str) for value in written.values()):
            sheet.problem(line, "not_a_text", written, name="markers")
        return different[0] if len(different) == 1 else " or ".join(f"({value})" for value in different)
    return sheet.text({"markers": written}, "markers", line)


def _source(entry: Mapping[str, Any], sheet: Sheet, line: int) -> tuple[str, str, str]:
    source = entry.get("source")
    if source is None:
        return "index", "", ""
    if not isinstance(source, Mapping):
        sheet.problem(line, "source_unknown", source, value=source)
        return "url", "", ""
    kind, url = sheet.text(source, "type", line), sheet.text(source, "url", line)
    develop = entry.get("develop") is True or source.get("develop") is True
    if kind in _TOOLS:
        commit = sheet.text(source, "resolved_reference", line) or sheet.text(source, "reference", line)
        folder = sheet.text(source, "subdirectory", line)
        where = f"{kind}+{url}" + (f"@{commit}" if commit else "") + (f"#subdirectory={folder}" if folder else "")
        return "editable" if develop else "vcs", where, ""
    if kind in ("directory", "file"):
        return "editable" if develop else "local", url, ""
    if kind == "url":
        return "url", url, ""
    if kind not in ("legacy", "pypi", ""):
        sheet.problem(line, "source_unknown", source, value=kind)
        return "url", url, ""
    return "index", "", sheet.url(url, line)


def _hashes(entry: Mapping[str, Any], metadata: Mapping[str, Any], name: str, sheet: Sheet, line: int) -> Iterator[str]:
    for artifact, _line in sheet.entries(entry, "files", line):
        if value := sheet.text(artifact, "hash", line):
            yield value
    if "files" in entry:
        return
    for older, prefix in (("files", ""), ("hashes", "sha256:")):
        by_name = metadata.get(older)
        if not isinstance(by_name, Mapping):
            continue
        listed = by_name.get(name, by_name.get(canonicalize_name(name)))
        for item in listed if isinstance(listed, list) else ():
            digest: Any = item.get("hash") if isinstance(item, Mapping) else item
            if isinstance(digest, str):
                yield digest if ":" in digest else prefix + digest
