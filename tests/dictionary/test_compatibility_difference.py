"""Comparisons as Open Metadata Differences, and that no step is below the one that its draft asks for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from governance.dictionary.compatibility import (
    BUMPS,
    Comparison,
    Source,
    as_metadata_difference,
    compare,
    compare_books,
)
from governance.dictionary.elements import Alias, Domain, Element, PermissibleValue, Reference
from tests.dictionary.worlds import elements, says

ID = "34cae6d7-7648-38b2-8f66-8db79e1e2ce4"
BEFORE, AFTER = Source(id=ID, version="1.4.2", url="https://example.org/d/1"), Source(id=ID, version="1.5.0")

# The classification of the draft for the schema section (RFC-0039): by type, the fields of each step; any other field is a patch.
DRAFT: dict[str, dict[str, set[str]]] = {
    "CHANGE": {
        "MAJOR": {"name", "physicalName", "logicalType", "physicalType", "required", "unique", "criticalDataElement"},
        "MINOR": {"quality"},
    },
    "ADD": {
        "MAJOR": set(),
        "MINOR": {
            "properties", "name", "physicalName", "logicalType", "physicalType", "required", "unique", "criticalDataElement", "quality",
        },
    },
}  # fmt: skip


def asked_for(diff: dict[str, Any]) -> str:
    if diff["type"] == "REMOVE":
        return "MAJOR"
    return next((level for level, fields in DRAFT[diff["type"]].items() if diff["field"] in fields), "PATCH")


def rank(level: str) -> int:
    return [bump.upper() for bump in BUMPS].index(level)


def difference(before: dict[str, Element], after: dict[str, Element]) -> dict[str, Any]:
    return as_metadata_difference(compare_books(before, after), source1=BEFORE, source2=AFTER, schema="Customers")


def only(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    (diff,) = difference({"customer.age": says(**before)}, {"customer.age": says(**after)})["diffs"]
    return diff  # type: ignore[no-any-return]


def test_a_whole_document() -> None:
    document = difference({"customer.age": says(unit="a")}, {"customer.age": says(unit="mo", name="Months")})
    place = "/schema[name=Customers]/properties[name=customer.age]"
    assert document == {
        "apiVersion": "v1.0.0",
        "kind": "MetadataDifference",
        "sourceKind": "DataContract",
        "source1": {"id": ID, "version": "1.4.2", "canonicalUrl": "https://example.org/d/1"},
        "source2": {"id": ID, "version": "1.5.0"},
        "scope": "schema",
        "impact": {"major": 1, "minor": 0, "patch": 1},
        "suggestedVersion": "2.0.0",
        "diffs": [
            {
                "type": "CHANGE", "section": "schema", "field": "businessName", "path": f"{place}/businessName", "value1": "Age",
                "value2": "Months", "message": "the words of name change from Age to Months", "impactLevel": "PATCH",
            },
            {
                "type": "CHANGE", "section": "schema", "field": "customProperties",
                "path": f"{place}/customProperties[property=countersign]", "value1": "a", "value2": "mo",
                "message": "the unit changes from a to mo", "impactLevel": "MAJOR",
            },
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "type_", "field", "below", "level"),
    [
        ({"logical_type": "integer"}, {"logical_type": "number"}, "CHANGE", "logicalType", "/logicalType", "MAJOR"),
        ({"domain": Domain(maximum="9")}, {"domain": Domain(maximum="12")}, "CHANGE", "maximum", "/logicalTypeOptions/maximum", "MINOR"),
        ({"domain": Domain(maximum="9")}, {}, "REMOVE", "maximum", "/logicalTypeOptions/maximum", "MAJOR"),
        ({}, {"domain": Domain(maximum="9")}, "ADD", "maximum", "/logicalTypeOptions/maximum", "MAJOR"),
        ({"definition": "x"}, {"definition": ""}, "REMOVE", "description", "/description", "MAJOR"),
        ({"definition": ""}, {"definition": "x"}, "ADD", "description", "/description", "PATCH"),
        ({"aliases": (Alias(term="a"),)}, {}, "CHANGE", "synonyms", "/synonyms", "MINOR"),
        ({}, {"examples": ("1",)}, "ADD", "examples", "/examples", "PATCH"),
        ({"examples": ("1",)}, {}, "CHANGE", "examples", "/examples", "PATCH"),
        ({"references": Reference(element="a.b")}, {"references": Reference(element="a.c")}, "CHANGE", "relationships", "/relationships", "MAJOR"),
        ({"extra": {"odcs": {"quality": [1]}}}, {"extra": {"odcs": {"quality": [2]}}}, "CHANGE", "quality", "/quality", "MINOR"),
        ({"extra": {"odcs": {"criticalDataElement": True}}}, {}, "REMOVE", "criticalDataElement", "/criticalDataElement", "MAJOR"),
        ({"extra": {"odcs": {}}}, {"extra": {"odcs": {"physicalName": "x"}}}, "ADD", "physicalName", "/physicalName", "MINOR"),
        ({"extra": {"dbt": {"meta": 1}}}, {}, "CHANGE", "customProperties", "/customProperties[property=countersign]", "PATCH"),
    ],
)  # fmt: skip
def test_where_a_change_stands(
    before: dict[str, Any], after: dict[str, Any], type_: str, field: str, below: str, level: str
) -> None:
    diff = only(before, after)
    assert (diff["type"], diff["field"], diff["impactLevel"]) == (type_, field, level)
    assert diff["path"] == "/schema[name=Customers]/properties[name=customer.age]" + below
    assert ("value1" in diff, "value2" in diff) == (type_ != "ADD", type_ != "REMOVE")


def test_elements_come_and_go_as_properties_and_a_rename_with_an_alias_adds_a_name() -> None:
    renamed = says(key="years", replaces="customer.age", aliases=(Alias(term="customer.age"),))
    document = difference({"customer.age": says(), "a": says(key="a")}, {"years": renamed, "b": says(key="b")})
    told = [
        (diff["type"], diff["field"], diff["path"].rpartition("]")[0].rpartition("=")[2], diff["impactLevel"])
        for diff in document["diffs"]
    ]
    assert told == [
        ("ADD", "name", "years", "MINOR"),
        ("REMOVE", "properties", "a", "MAJOR"),
        ("ADD", "properties", "b", "MINOR"),
    ]


def test_values_are_entries_of_the_enumeration_whatever_they_are_called() -> None:
    codes = PermissibleValue(code="a]/b"), PermissibleValue(code=""), PermissibleValue(code="c")
    before, after = ({"logical_type": "string", "domain": Domain(values=some)} for some in (codes[2:], codes))
    document = difference({"customer.age": says(**before)}, {"customer.age": says(**after)})
    assert [(diff["type"], diff["path"].partition("enum")[2], diff["impactLevel"]) for diff in document["diffs"]] == [
        ("ADD", "[value=a\\]/b]", "MINOR"),
        ("ADD", "[value=]", "MINOR"),
    ]


def test_where_nothing_changes_no_version_is_suggested() -> None:
    document = as_metadata_difference(Comparison({}), source1=BEFORE, source2=AFTER, schema="Customers", generator="countersign")
    assert "suggestedVersion" not in document
    assert document["impact"] == {"major": 0, "minor": 0, "patch": 0}
    assert document["diffs"] == []
    assert document["customProperties"] == [{"property": "generatedBy", "value": "countersign"}]


@settings(max_examples=50)
@given(elements(key="a"), elements(key="a"))
def test_no_step_is_below_the_one_of_the_draft(one: Element, other: Element) -> None:
    comparison = Comparison({"a": changes} if (changes := compare(one, other, meaning_changed=False)) else {})
    document = as_metadata_difference(comparison, source1=BEFORE, source2=AFTER, schema="Customers")
    for diff in document["diffs"]:
        assert rank(diff["impactLevel"]) >= rank(asked_for(diff)), diff
    assert sum(document["impact"].values()) == len(document["diffs"])
    assert json.loads(json.dumps(document)) == document  # plain values, nothing else
