"""uv.lock. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from packaging.utils import canonicalize_name

from governance.dependencies.lockfiles.documents import Unreadable, read_toml
from governance.dependencies.lockfiles.sheet import Sheet

_LOCAL = {"virtual": "local", "editable": "editable", "directory": "local", "path": "local"}
_OF_EXTRAS = "optional-dependencies"
_OF_GROUPS = "dev-dependencies"


def parse(text: str, sheet: Sheet) -> None:
    """Every package, the project itself and its siblings in the workspace included (`editable` or `local`).

    The same package stands there several times where the project forks by platform; its marker tells the forks apart.
    """
    body = read_toml(text, "uv.lock", "package")
    if "version" not in body:
        raise Unreadable(0, "not_the_format", what="uv.lock", detail="it has no version")
    if body["version"] != 1:
        sheet.problem(0, "version_unknown", str(body["version"]), what="uv.lock", version=body["version"])
    if python := sheet.text(body, "requires-python", 0):
        sheet.option("requires-python", python)
    options = body.get("options")
    for name, value in options.items() if isinstance(options, Mapping) else ():
        sheet.option(str(name), value)
    entries = list(sheet.entries(body, "package", 0))
    groups = _groups([entry for entry, _line in entries])
    for entry, line in entries:
        origin, url, index = _source(entry.get("source"), sheet, line)
        name = sheet.text(entry, "name", line)
        forks = sheet.texts(entry, "resolution-markers", line)
        sheet.requirement(
            line,
            name,
            sheet.text(entry, "version", line),
            marker=" or ".join(f"({fork})" for fork in forks) if len(forks) > 1 else "".join(forks),
            origin=origin,
            url=url,
            index=index,
            hashes=list(_hashes(entry, sheet, line)),
            groups=groups.get(canonicalize_name(name), ()),
        )


def _source(source: Any, sheet: Sheet, line: int) -> tuple[str, str, str]:
    """Origin, where from, and the index."""
    if not isinstance(source, Mapping) or not source:
        sheet.problem(line, "source_unknown", source or "", value=source)
        return "url", "", ""
    if "registry" in source:
        return "index", "", sheet.url(sheet.text(source, "registry", line), line)
    if "git" in source:
        return "vcs", "git+" + sheet.text(source, "git", line), ""
    if "url" in source:
        return "url", sheet.text(source, "url", line), ""
    for kind, origin in _LOCAL.items():
        if kind in source:
            return origin, sheet.text(source, kind, line), ""
    sheet.problem(line, "source_unknown", source, value=next(iter(source)))
    return "url", "", ""


def _hashes(entry: Mapping[str, Any], sheet: Sheet, line: int) -> Iterator[str]:
    sdist = entry.get("sdist")
    for artifact in [
        *([sdist] if isinstance(sdist, Mapping) else []),
        *(wheel for wheel, _ in sheet.entries(entry, "wheels", line)),
    ]:
        if value := sheet.text(artifact, "hash", line):
            yield value


def _groups(entries: list[Mapping[str, Any]]) -> dict[str, set[str]]:
    """For what the workspace wants each package, by the edges that the file itself lists: `main`, `extra:name`, `group:name`.

    By name: forks of a package are wanted for the same. Nothing is resolved, and no marker is judged.
    """
    below: dict[str, set[str]] = {}
    roots: list[tuple[str, str]] = []
    for entry in entries:
        name = canonicalize_name(str(entry.get("name", "")))
        source = entry.get("source")
        ours = isinstance(source, Mapping) and bool(source.keys() & {"virtual", "editable"})
        wanted = below.setdefault(name, set())
        for label, names in _wanted(entry):
            if ours and label != "main":
                roots += [(label, one) for one in names]
            else:
                wanted.update(names)
        if ours:
            roots.append(("main", name))
    found: dict[str, set[str]] = {}
    while roots:
        label, wanted_name = roots.pop()
        if label not in found.setdefault(wanted_name, set()):
            found[wanted_name].add(label)
            roots += [(label, one) for one in below.get(wanted_name, ())]
    return found


def _wanted(entry: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    yield "main", _names(entry.get("dependencies"))
    for key, kind in ((_OF_EXTRAS, "extra"), (_OF_GROUPS, "group")):
        listed = entry.get(key)
        for label, names in listed.items() if isinstance(listed, Mapping) else ():
            yield f"{kind}:{label}", _names(names)


def _names(listed: Any) -> list[str]:
    if not isinstance(listed, list):
        return []
    return [canonicalize_name(str(item["name"])) for item in listed if isinstance(item, Mapping) and "name" in item]
