"""SPDX 3 from JSON-LD, as it is written: contexts are not fetched, and nothing is expanded. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from governance.dependencies.lockfiles.cyclonedx import packaged
from governance.dependencies.lockfiles.documents import Unreadable, read_json
from governance.dependencies.lockfiles.sheet import Sheet

_ECOSYSTEMS = {"software_Package": "generic", "ai_AIPackage": "model", "dataset_DatasetPackage": "data"}
_NOTHING = ("noassertion", "none")


def parse(text: str, sheet: Sheet) -> None:
    """Every package, model (AI profile) and data set (Dataset profile) of the graph."""
    body = read_json(text, sheet)
    if not isinstance(body, Mapping) or "spdx.org/rdf/3" not in str(body.get("@context", "")):
        raise Unreadable(0, "not_the_format", what="SPDX 3", detail="its @context is not that of SPDX 3")
    sheet.option("@context", body["@context"])
    graph = [(entry, line) for entry, line in sheet.entries(body, "@graph", 0)] if "@graph" in body else [(body, 1)]
    by_id = {str(key): entry for entry, _line in graph for key in (entry.get("spdxId"), entry.get("@id")) if key}
    licences = _licences(graph, by_id, sheet)
    for entry, line in graph:
        kind = _type(entry)
        if kind == "SpdxDocument" and (name := sheet.text(entry, "name", line)):
            sheet.option("name", name, line)
        if kind in _ECOSYSTEMS:
            _package(entry, line, _ECOSYSTEMS[kind], by_id, licences, sheet)
    files = sum(_type(entry) == "software_File" for entry, _line in graph)
    if files:
        sheet.option("files", files)


def _type(entry: Mapping[str, Any]) -> str:
    return str(entry.get("type", entry.get("@type", ""))).replace("software:", "software_").rpartition("/")[2]


def _package(
    entry: Mapping[str, Any],
    line: int,
    otherwise: str,
    by_id: Mapping[str, Mapping[str, Any]],
    licences: Mapping[str, list[str]],
    sheet: Sheet,
) -> None:
    purls = [sheet.text(entry, "software_packageUrl", line)]
    for identifier in _linked(entry.get("externalIdentifier"), by_id):
        if str(identifier.get("externalIdentifierType", "")).lower() in ("packageurl", "purl"):
            purls.append(sheet.text(identifier, "identifier", line))
    purls = [purl for purl in dict.fromkeys(purls) if purl]
    version = sheet.text(entry, "software_packageVersion", line)
    place = packaged(sheet, line, sheet.text(entry, "name", line), version, purls[0] if purls else "", otherwise)
    for another in purls[1:]:
        sheet.option("purl:" + place["name"], another, line)
    if (location := sheet.text(entry, "software_downloadLocation", line)) and not purls:
        place |= {"origin": "vcs" if location.startswith(("git+", "git:", "hg+", "svn+")) else "url", "url": location}
    sheet.requirement(
        line,
        **place,
        hashes=[
            f"{one.get('algorithm', '')}:{one.get('hashValue', '')}"
            for one in _linked(entry.get("verifiedUsing"), by_id)
            if "hashValue" in one
        ],
        licence=" AND ".join(licences.get(str(entry.get("spdxId", entry.get("@id", ""))), ())),
    )


def _linked(value: Any, by_id: Mapping[str, Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Maps that stand there or are referred to by their id."""
    for item in value if isinstance(value, list) else [value]:
        found = by_id.get(item) if isinstance(item, str) else item
        if isinstance(found, Mapping):
            yield found


def _licences(
    graph: list[tuple[Mapping[str, Any], int]], by_id: Mapping[str, Mapping[str, Any]], sheet: Sheet
) -> dict[str, list[str]]:
    """By the id of a package: what was concluded, or where nothing was, what is declared."""
    said: dict[str, dict[str, list[str]]] = {"hasConcludedLicense": defaultdict(list), "hasDeclaredLicense": defaultdict(list)}
    for entry, line in graph:
        kind = str(entry.get("relationshipType", "")).rpartition("/")[2]
        if kind not in said:
            continue
        for target in sheet.texts(entry, "to", line):
            licence = by_id.get(target, {})
            text = licence.get("simplelicensing_licenseExpression") or licence.get("name") or target.rpartition("/")[2]
            if isinstance(text, str) and text.lower().removesuffix("license") not in _NOTHING:
                said[kind][str(entry.get("from", ""))].append(sheet.clean(text, line))
    return {**said["hasDeclaredLicense"], **said["hasConcludedLicense"]}
