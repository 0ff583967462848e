"""CycloneDX 1.2 to 1.7 from JSON; `cyclonedx_xml` brings XML into the same form. The values are walked as they stand. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from packaging.utils import canonicalize_name

from governance.dependencies.lockfiles.documents import Unreadable, read_json
from governance.dependencies.lockfiles.model import DEEPEST
from governance.dependencies.lockfiles.purls import read_purl
from governance.dependencies.lockfiles.sheet import Sheet

VERSIONS = ("1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
# What a component without a package URL is taken for.
_ECOSYSTEMS = {"file": "file", "machine-learning-model": "model", "data": "data", "container": "oci"}


def parse(text: str, sheet: Sheet) -> None:
    body = read_json(text, sheet)
    if not isinstance(body, Mapping) or body.get("bomFormat", "CycloneDX") != "CycloneDX" or "specVersion" not in body:
        raise Unreadable(0, "not_the_format", what="CycloneDX", detail="it has no bomFormat CycloneDX with a specVersion")
    read(body, sheet)


def read(body: Mapping[str, Any], sheet: Sheet) -> None:
    """Every component and service, however deep. What the list is about is an option and no requirement: it is no dependency."""
    version = sheet.text(body, "specVersion", 0)
    if version not in VERSIONS:
        sheet.problem(0, "version_unknown", version, what="CycloneDX", version=version)
    sheet.option("specVersion", version)
    metadata = body.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    if sheet_time := sheet.text(metadata, "timestamp", 0):
        sheet.option("timestamp", sheet_time)
    subject = metadata.get("component")
    if isinstance(subject, Mapping):
        line = getattr(subject, "line", 0)
        sheet.option("subject", sheet.text(subject, "purl", line) or _label(subject, sheet, line), line)
        _components(subject, sheet)
    _components(body, sheet)
    _services(body, sheet)
    for name in ("vulnerabilities", "annotations", "formulation"):
        if isinstance(body.get(name), list) and body[name]:
            sheet.option(name, len(body[name]))  # not judged here: that somebody else says it is no judgement of ours


def _nested(root: Mapping[str, Any], name: str, sheet: Sheet) -> Iterator[tuple[Mapping[str, Any], int]]:
    """The entries under `name`, and those under the same name within them, in the order of the file."""
    open_lists = [(0, sheet.entries(root, name, getattr(root, "line", 0)))]
    while open_lists:
        depth, listed = open_lists[-1]
        item = next(listed, None)
        if item is None:
            open_lists.pop()
            continue
        yield item
        if name in item[0]:
            if depth >= DEEPEST:
                sheet.problem(item[1], "too_deep", limit=DEEPEST)
            else:
                open_lists.append((depth + 1, sheet.entries(item[0], name, item[1])))


def _label(entry: Mapping[str, Any], sheet: Sheet, line: int) -> str:
    group, name = sheet.text(entry, "group", line), sheet.text(entry, "name", line)
    return f"{group}/{name}" if group else name


def _components(root: Mapping[str, Any], sheet: Sheet) -> None:
    for entry, line in _nested(root, "components", sheet):
        component(entry, sheet, line)


def component(entry: Mapping[str, Any], sheet: Sheet, line: int) -> None:
    kind = sheet.text(entry, "type", line)
    scope = sheet.text(entry, "scope", line)
    by_range = sheet.text(entry, "versionRange", line)
    place = packaged(
        sheet, line, _label(entry, sheet, line), sheet.text(entry, "version", line), sheet.text(entry, "purl", line),
        _ECOSYSTEMS.get(kind, "generic"),
    )  # fmt: skip
    if by_range:
        place["specifier"] = by_range
    sheet.requirement(
        line,
        **place,
        hashes=[f"{one.get('alg', '')}:{one.get('content', '')}" for one, _line in sheet.entries(entry, "hashes", line)],
        groups=(scope,) if scope not in ("", "required") else (),
        licence=_licence(entry, sheet, line),
    )


def packaged(sheet: Sheet, line: int, label: str, version: str, written: str, otherwise: str) -> dict[str, Any]:
    """Name, version, ecosystem and origin by the package URL, or by the name where there is none.

    Where URL and name or version disagree, the URL counts and the disagreement is told.
    """
    purl = read_purl(written) if written else None
    if purl is None:
        if written:
            sheet.problem(line, "purl_not_valid", written, value=written)
        return {"name": label, "version": version, "ecosystem": otherwise}
    name = purl.name if purl.type == "pypi" else purl.full_name
    if purl.type == "oci":  # its name is only the last part of where the image lies
        name = purl.qualifiers.get("repository_url") or name
    odd_name = purl.type == "pypi" and bool(label) and canonicalize_name(label.rsplit("/", 1)[-1]) != canonicalize_name(name)
    if odd_name or (version and purl.version and purl.version != version and not _same(purl.type, purl.version, version)):
        sheet.problem(line, "purl_differs", f"{label} {version} {written}", purl=written, name=f"{label} {version}".strip())
    vcs, download = purl.qualifiers.get("vcs_url", ""), purl.qualifiers.get("download_url", "")
    return {
        "name": name,
        "version": purl.version or version,
        "ecosystem": purl.type,
        "origin": "vcs" if vcs else "url" if download else "index",
        "url": vcs or download,
        "index": purl.qualifiers.get("repository_url", "") or purl.qualifiers.get("channel", ""),
        "purl": written,
    }


def _same(kind: str, one: str, other: str) -> bool:
    """An epoch or a `v` that only one of them has makes no other version (deb, rpm, golang)."""
    return one.rpartition(":")[2].lstrip("v") == other.rpartition(":")[2].lstrip("v") if kind != "pypi" else False


def _licence(entry: Mapping[str, Any], sheet: Sheet, line: int) -> str:
    found = []
    for choice, at in sheet.entries(entry, "licenses", line):
        inner = choice.get("license")
        if isinstance(inner, Mapping):
            found.append(sheet.text(inner, "id", at) or sheet.text(inner, "name", at))
        else:
            found.append(sheet.text(choice, "expression", at))
    found = [one for one in found if one]
    return found[0] if len(found) == 1 else " AND ".join(f"({one})" if " OR " in one else one for one in found)


def _services(body: Mapping[str, Any], sheet: Sheet) -> None:
    """What answers over a network: named with its first address; the others are options."""
    for entry, line in _nested(body, "services", sheet):
        endpoints = sheet.texts(entry, "endpoints", line)
        label = _label(entry, sheet, line)
        sheet.requirement(
            line,
            label,
            sheet.text(entry, "version", line),
            ecosystem="service",
            origin="url",
            url=endpoints[0] if endpoints else "",
            licence=_licence(entry, sheet, line),
        )
        for endpoint in endpoints[1:]:
            sheet.option(f"endpoint:{label}", sheet.url(endpoint, line), line)
