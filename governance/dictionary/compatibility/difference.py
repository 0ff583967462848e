"""A comparison as an Open Metadata Difference. Pure.

Draft: the Open Metadata Difference Standard (`kind: MetadataDifference`, Bitol RFC-0039) is not approved, and its notation of paths,
its rules and whether it holds values are open there. Paths are its hybrid notation, `/schema[name=…]/properties[name=…]/description`.
A dictionary stands as one schema of a contract; what a contract has no field for is its custom property `countersign`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.dictionary.compatibility.floors import place_of, quoted
from governance.dictionary.compatibility.model import BUMPS, Change, Comparison
from governance.dictionary.compatibility.versions import next_version
from governance.dictionary.compatibility.wording_codes import told

API_VERSION = "v1.0.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One side: the identifier of the dictionary (the draft asks for a UUID), its semantic version, and where it can be read."""

    id: str
    version: str
    url: str = ""


def as_metadata_difference(
    comparison: Comparison, *, source1: Source, source2: Source, schema: str, generator: str = ""
) -> dict[str, Any]:
    """Plain values, to be written as YAML or JSON. `schema`: the name of the dictionary.

    `suggestedVersion` is the version of `source1` moved on by the largest step, and is left out where nothing changes. Raises
    ValueError where the version of `source1` is no semantic version.
    """
    diffs = [_diff(change, schema) for change in comparison.all]
    document: dict[str, Any] = {
        "apiVersion": API_VERSION,
        "kind": "MetadataDifference",
        "sourceKind": "DataContract",
        "source1": _source(source1),
        "source2": _source(source2),
        "scope": "schema",
        "impact": {bump: sum(change.bump == bump for change in comparison.all) for bump in reversed(BUMPS)},
    }
    if comparison.bump is not None:
        document["suggestedVersion"] = next_version(source1.version, comparison.bump)
    document["diffs"] = diffs
    if generator:
        document["customProperties"] = [{"property": "generatedBy", "value": generator}]
    return document


def _source(source: Source) -> dict[str, str]:
    return {"id": source.id, "version": source.version, **({"canonicalUrl": source.url} if source.url else {})}


def _diff(change: Change, schema: str) -> dict[str, Any]:
    place = place_of(change.kind, change.path, change.before, change.after)
    pointer = f"/schema[name={quoted(schema)}]/properties[name={quoted(change.element)}]"
    return {
        "type": place.type,
        "section": "schema",
        "field": place.field,
        "path": f"{pointer}/{place.below}" if place.below else pointer,
        **({} if place.type == "ADD" else {"value1": _plain(change.before)}),
        **({} if place.type == "REMOVE" else {"value2": _plain(change.after)}),
        "message": told(change),
        "impactLevel": change.bump.upper(),
    }


def _plain(value: Any) -> Any:
    """Tuples become lists, which is all that YAML and JSON know."""
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return value
