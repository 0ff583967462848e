"""SPDX 2.x from JSON, YAML and tag-value. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from governance.dependencies.lockfiles.cyclonedx import packaged
from governance.dependencies.lockfiles.documents import Node, Unreadable, read_json, read_yaml
from governance.dependencies.lockfiles.sheet import Sheet

_TAG = re.compile(r"([A-Za-z][A-Za-z0-9]*)\s*:\s*(.*)", re.DOTALL)
_NOTHING = ("", "NOASSERTION", "NONE")
_VCS = re.compile(r"(?:git|hg|svn|bzr)(?:\+[a-z]+)?:")
_PACKAGE_TAGS = {
    "PackageVersion": "versionInfo",
    "PackageDownloadLocation": "downloadLocation",
    "PackageLicenseConcluded": "licenseConcluded",
    "PackageLicenseDeclared": "licenseDeclared",
    "PrimaryPackagePurpose": "primaryPackagePurpose",
}
_ECOSYSTEMS = {"CONTAINER": "oci", "FILE": "file"}


def parse_json(text: str, sheet: Sheet) -> None:
    _read(read_json(text, sheet), sheet)


def parse_yaml(text: str, sheet: Sheet) -> None:
    _read(read_yaml(text, sheet), sheet)


def _read(body: Any, sheet: Sheet) -> None:
    """Every package, those included that the document is about: SPDX does not set them apart."""
    if not isinstance(body, Mapping) or not str(body.get("spdxVersion", "")).startswith("SPDX-"):
        raise Unreadable(0, "not_the_format", what="SPDX", detail="it has no spdxVersion")
    version = sheet.text(body, "spdxVersion", 0)
    sheet.option("spdxVersion", version)
    if not version.startswith("SPDX-2."):
        sheet.problem(0, "version_unknown", version, what="SPDX", version=version)
    for name in ("name", "documentNamespace"):
        if value := sheet.text(body, name, 0):
            sheet.option(name, value)
    for value in sheet.texts(body, "documentDescribes", 0):
        sheet.option("describes", value)
    for entry, line in sheet.entries(body, "packages", 0):
        _package(entry, sheet, line)
    for name in ("files", "snippets", "externalDocumentRefs"):
        if isinstance(body.get(name), list) and body[name]:
            sheet.option(name, len(body[name]))


def _package(entry: Mapping[str, Any], sheet: Sheet, line: int) -> None:
    purls = []
    for reference, at in sheet.entries(entry, "externalRefs", line):
        if sheet.text(reference, "referenceType", at).rpartition("/")[2].lower() == "purl":
            purls.append(sheet.text(reference, "referenceLocator", at))
    otherwise = _ECOSYSTEMS.get(sheet.text(entry, "primaryPackagePurpose", line), "generic")
    place = packaged(
        sheet, line, sheet.text(entry, "name", line), sheet.text(entry, "versionInfo", line), purls[0] if purls else "", otherwise
    )
    for another in purls[1:]:
        if another != purls[0]:
            sheet.option("purl:" + place["name"], another, line)
    if (location := sheet.text(entry, "downloadLocation", line)) not in _NOTHING and not purls:
        place |= {"origin": "vcs" if _VCS.match(location) else "url", "url": location}
    licences = [sheet.text(entry, name, line) for name in ("licenseConcluded", "licenseDeclared")]
    sheet.requirement(
        line,
        **place,
        hashes=[
            f"{one.get('algorithm', '')}:{one.get('checksumValue', '')}" for one, _line in sheet.entries(entry, "checksums", line)
        ],
        licence=next((one for one in licences if one not in _NOTHING), ""),
    )


def parse_tags(text: str, sheet: Sheet) -> None:
    """`Tag: value` lines; a value between `<text>` and `</text>` may have many."""
    body: dict[str, Any] = {"packages": [], "files": [], "snippets": []}
    package: Node | None = None
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        number, line = at + 1, lines[at]
        at += 1
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if "<text>" in line and "</text>" not in line:
            begun = at
            while at < len(lines) and "</text>" not in lines[at]:
                at += 1
            if at == len(lines):
                sheet.problem(number, "line_not_read", line, detail="<text> is not closed")
                at = begun
                continue
            line = "\n".join([line, *lines[begun : at + 1]])
            at += 1
        found = _TAG.fullmatch(line.strip())
        if found is None:
            sheet.problem(number, "line_not_read", line, detail="it is no tag with a value")
            continue
        package = _tag(found[1], found[2].strip().removeprefix("<text>").removesuffix("</text>"), number, body, package, sheet)
    if not body["files"]:
        del body["files"]
    _read(body, sheet)


def _tag(tag: str, value: str, number: int, body: dict[str, Any], package: Node | None, sheet: Sheet) -> Node | None:
    """Take one tag; answers with the package that the next ones are about."""
    if tag == "PackageName":
        package = Node(name=value, externalRefs=[], checksums=[])
        package.line = number
        body["packages"].append(package)
    elif tag == "FileName":
        body["files"].append(value)
        return None
    elif tag == "SnippetSPDXID":
        body["snippets"].append(value)
        return None
    elif tag == "SPDXVersion":
        body["spdxVersion"] = value
    elif tag in ("DocumentName", "DocumentNamespace"):
        body[{"DocumentName": "name"}.get(tag, "documentNamespace")] = value
    elif package is None:
        if tag.startswith("Package") or tag == "ExternalRef":
            sheet.problem(number, "line_not_read", f"{tag}: {value}", detail="it belongs to no package")
    elif tag in _PACKAGE_TAGS:
        package[_PACKAGE_TAGS[tag]] = value
    elif tag == "PackageChecksum":
        algorithm, _colon, digits = value.partition(":")
        package["checksums"].append({"algorithm": algorithm.strip(), "checksumValue": digits.strip()})
    elif tag == "ExternalRef":
        words = value.split(None, 2)
        if len(words) == 3:
            package["externalRefs"].append({"referenceType": words[1], "referenceLocator": words[2]})
        else:
            sheet.problem(number, "line_not_read", f"{tag}: {value}", detail="it has no category, type and place")
    return package
