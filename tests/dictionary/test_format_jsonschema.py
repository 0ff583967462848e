"""JSON Schema: published schemas and made books come back as they were, and what a property says is understood."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.dictionary.elements import Domain, Element, PermissibleValue
from governance.dictionary.formats import json_values
from governance.dictionary.formats.jsonschema import FORMAT
from governance.dictionary.formats.jsonschema.patterns import anywhere, whole
from governance.dictionary.formats.jsonschema.reading import read
from governance.dictionary.formats.jsonschema.writing import write
from governance.dictionary.formats.model import Book, Column, Reading, Table
from tests import public_files
from tests.dictionary.format_checks import FILES, comes_back, file_comes_back, files_of, without_key
from tests.dictionary.worlds import SOME_BOOKS, books, says

DRAFT4 = {"$schema": "http://json-schema.org/draft-04/schema#"}


def schema(properties: Any, **more: Any) -> bytes:
    return json_values.dump({"title": "order", "type": "object", "properties": properties, **more})


def element(said: Any, **more: Any) -> Element:
    reading = read(schema({"amount": said}, **more), "x.json")
    assert codes(reading, "error") == []
    return reading.book.elements[0]


def codes(reading: Reading, level: str) -> list[tuple[str, str]]:
    return [(item.place, item.code) for item in reading.notes if item.level == level]


def written(book: Book) -> Any:
    return json_values.load(write(book), "x")


def without_ours(value: Any) -> Any:
    return without_key(value, "x-countersign")


def names(data: bytes) -> list[str]:
    return [item.name for item in read(data, "x.json").book.columns]


def installed() -> list[Any]:
    """Schemas that packages bring with them: those of JSON Schema itself, of ODCS, and of OpenAPI."""
    folders = [("jsonschema_specifications", "schemas/draft*/metaschema.json"), ("jsonschema_specifications", "schemas/*/vocabularies/*"),
               ("open_data_contract_standard", "schema.json"), ("drf_spectacular", "validation/*.json")]  # fmt: skip
    found = [path for package, pattern in folders for path in sorted(Path(str(files(package))).glob(pattern))]
    found = [path for path in found if "draft3" not in path.parts]
    return [pytest.param(path, id="-".join(path.parts[-3:])) for path in found if path.is_file()]


# Nothing is lost --------------------------------------------------------------------------------------------------------------


@SOME_BOOKS
@given(books())
def test_a_book_comes_back(book: Book) -> None:
    comes_back(FORMAT, book)


@SOME_BOOKS
@given(books())
def test_what_is_written_is_a_schema(book: Book) -> None:
    jsonschema.Draft202012Validator.check_schema(written(book))


@pytest.mark.parametrize("path", files_of("jsonschema") + installed() + public_files.each("jsonschema", ".json"))
def test_a_published_schema_comes_back(path: Path) -> None:
    reading = file_comes_back(FORMAT, path, json_values.load, without_ours)
    assert codes(reading, "error") == []
    assert reading.book.columns


def test_what_a_schema_says_is_understood() -> None:
    reading = read((FILES / "jsonschema/ride_2020-12.json").read_bytes(), "ride.json")
    elements = {item.name: element for item, element in zip(reading.book.columns, reading.book.elements, strict=True)}
    assert (elements["id"].format, elements["id"].null_policy) == ("uuid", "never")
    assert (elements["fee"].domain.minimum, elements["fee"].domain.exclusive_maximum, elements["fee"].examples) == (
        "0",
        True,
        ("0", "2.5"),
    )
    assert [item.code for item in elements["tariff"].domain.values] == ["S", "D", "07"]
    assert elements["tariff"].null_policy == "allowed"
    assert elements["startedAt"].logical_type == "timestamp"
    assert (elements["bike.no"].domain.minimum, elements["bike.no"].null_policy) == ("1", "never")
    assert elements["stops[].at"].logical_type == "time"
    assert (elements["note"].logical_type, elements["note"].domain.max_length) == ("string", 400)


def test_a_published_schema_is_understood() -> None:
    reading = read(public_files.one("jsonschema/feed-1.json").read_bytes(), "feed-1.json")
    held = {item.name: item.element for item in reading.book.columns}
    elements = {item.key: item for item in reading.book.elements}
    assert elements[held["title"]].null_policy == "never"
    assert elements[held["items"]].logical_type == "array"
    assert elements[held["items[].id"]].null_policy == "never"
    assert elements[held["items[].date_published"]].logical_type == "timestamp"
    assert "items[].attachments[].mime_type" in held


# What a property says ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "field", "value"),
    [
        ({"title": "Amount"}, "name", "Amount"),
        ({"description": "What is paid."}, "definition", "What is paid."),
        ({}, "logical_type", "string"),
        ({"type": "integer"}, "logical_type", "integer"),
        ({"type": ["integer", "number"]}, "logical_type", "number"),
        ({"type": ["integer", "string"]}, "logical_type", "string"),
        ({"minimum": 3}, "logical_type", "number"),
        ({"enum": [1, 2]}, "logical_type", "integer"),
        ({"type": "string", "format": "date-time"}, "logical_type", "timestamp"),
        ({"type": "string", "format": "date"}, "format", ""),
        ({"type": "string", "format": "email"}, "format", "email"),
        ({"type": ["string", "null"]}, "null_policy", "allowed"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "null_policy", "allowed"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "logical_type", "integer"),
        ({"oneOf": [{"type": "null"}, {"$ref": "#/$defs/money"}]}, "unit", ""),
        ({"oneOf": [{"type": "null"}, {"$ref": "#/$defs/money"}]}, "definition", "Paid."),
        ({"allOf": [{"$ref": "#/$defs/money"}], "description": "Here."}, "definition", "Here."),
        ({"enum": ["a", None]}, "null_policy", "allowed"),
        ({"type": "integer", "minimum": 1, "exclusiveMaximum": 9, "multipleOf": 2}, "domain",
         Domain(minimum="1", maximum="9", exclusive_maximum=True, multiple_of="2")),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, "domain", Domain(minimum="1", exclusive_minimum=True)),
        ({"type": "string", "minLength": 1, "maxLength": 2}, "domain", Domain(min_length=1, max_length=2)),
        ({"type": "array", "minItems": 1, "maxItems": 2}, "domain", Domain(min_length=1, max_length=2)),
        ({"type": "string", "pattern": "^[a-z]+$"}, "domain", Domain(pattern="^[a-z]+$")),
        ({"type": "string", "pattern": "[a-z]"}, "domain", Domain(pattern=r"[\s\S]*(?:[a-z])[\s\S]*")),
        ({"const": "x"}, "domain", Domain(values=(PermissibleValue(code="x"),))),
        ({"oneOf": [{"const": 1, "title": "one"}, {"const": 2, "description": "two"}]}, "domain",
         Domain(values=(PermissibleValue(code="1", meaning="one"), PermissibleValue(code="2", meaning="two")))),
        ({"examples": ["a", 1, {"b": 1}]}, "examples", ("a", "1")),
        (True, "logical_type", "string"),
    ],
)  # fmt: skip
def test_what_a_property_says(said: Any, field: str, value: Any) -> None:
    assert getattr(element(said, **{"$defs": {"money": {"type": "number", "description": "Paid."}}}), field) == value


def test_what_the_parent_requires_is_never_missing() -> None:
    properties = {name: {"type": "string"} for name in "abc"} | {"d": {"type": ["string", "null"]}}
    data = schema(properties, required=["b", "a", "d", "elsewhere"])
    book = read(data, "x").book
    assert [item.null_policy for item in book.elements] == ["never", "never", "", "allowed"]
    one, *others = book.elements
    changed = replace(book, elements=(replace(one, null_policy="allowed"), *others))
    assert without_ours(written(changed))["required"] == ["b", "a", "d", "elsewhere"]
    assert without_ours(written(changed))["properties"]["a"] == {"type": ["string", "null"]}
    changed = replace(book, elements=(replace(one, null_policy=""), *others))
    assert without_ours(written(changed))["required"] == ["b", "d", "elsewhere"]
    assert read(write(changed), "x").book.elements == changed.elements


@pytest.mark.parametrize(
    ("pattern", "text", "found"), [("b", "abc", True), ("^b", "abc", False), ("^a|c$", "abc", True), ("^(?:b)$", "b", True)]
)
def test_a_pattern_that_may_match_anywhere(pattern: str, text: str, found: bool) -> None:
    assert bool(re.search(pattern, text)) is found
    assert bool(re.fullmatch(whole(pattern), text)) is found


@given(
    st.sampled_from(
        ["a|b", "^a", "a$", "^a$", "^a|b$", "[|]", r"\|", "^[|]$", r"a\$", "(a|b)", "^(a|b)$", "^(?:a)|(?:b)$", "[)]", "[]|]"]
    )
)
def test_patterns_come_back_and_mean_the_same(pattern: str) -> None:
    assert anywhere(whole(pattern)) in (pattern, f"^(?:{whole(pattern)})$")
    assert whole(anywhere(pattern)) == pattern
    for text in ("a", "b", "ab", "xa", "bx", "|", "a$", ")", ""):
        assert bool(re.search(pattern, text)) == bool(re.fullmatch(whole(pattern), text))
        assert bool(re.fullmatch(pattern, text)) == bool(re.search(anywhere(pattern), text))


def test_bounds_are_written_as_the_draft_has_them() -> None:
    properties = {"a": {"type": "integer"}}
    for more, bounds in ((DRAFT4, {"minimum": 1, "exclusiveMinimum": True}), ({}, {"exclusiveMinimum": 1})):
        book = read(schema(properties, **more), "x").book
        changed = replace(book, elements=(replace(book.elements[0], domain=Domain(minimum="1", exclusive_minimum=True)),))
        assert without_ours(written(changed))["properties"]["a"] == {"type": "integer", **bounds}
        assert read(write(changed), "x").book == changed


# Tables and columns -----------------------------------------------------------------------------------------------------------


def test_columns_in_columns_have_names_with_the_way_to_them() -> None:
    inner = {"type": "object", "properties": {"street": {"type": "string"}}, "required": ["street"]}
    data = schema({
        "address": inner, "lines": {"type": "array", "items": inner}, "tags": {"type": "array", "items": {"type": "string"}},
        "more": {"type": "object", "additionalProperties": inner}, "rows": {"type": "array", "items": {"type": "array", "items": inner}},
        "loose": {"properties": {"x": {}}}, "address.flat": {"type": "string"},
    })  # fmt: skip
    assert names(data) == [
        "address", "address.street", "lines", "lines[].street", "tags", "more", "more{}.street", "rows", "rows[][].street", "loose", "loose.x",
        "address.flat",
    ]  # fmt: skip
    assert without_ours(written(read(data, "x").book)) == json_values.load(data, "x")


def test_columns_in_columns_of_another_format_are_written_where_they_belong() -> None:
    kinds = {
        "order": "object",
        "order.lines": "array",
        "order.lines[].price": "number",
        "order.id": "integer",
        "total.sum": "number",
        "plain": "string",
        "plain.more": "string",
    }
    book = Book(
        elements=tuple(Element(key=f"k{at}", logical_type=kind, null_policy="never") for at, kind in enumerate(kinds.values())),
        tables=(Table(name="t"),),
        columns=tuple(Column(table="t", name=name, element=f"k{at}") for at, name in enumerate(kinds)),
    )
    comes_back(FORMAT, book)
    root = without_ours(written(book))
    assert root["required"] == list(root["properties"]) == ["order", "total.sum", "plain", "plain.more"]
    assert root["properties"]["order"]["required"] == ["lines", "id"]
    lines = root["properties"]["order"]["properties"]["lines"]
    assert lines["items"] == {"type": "object", "properties": {"price": {"type": "number"}}, "required": ["price"]}


def test_references_are_followed_and_stay_where_they_are() -> None:
    person = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "boss": {"$ref": "#/$defs/person"}},
        "required": ["name"],
    }
    data = schema(
        {"owner": {"$ref": "#/$defs/person"}, "others": {"type": "array", "items": {"$ref": "#/$defs/person"}}},
        **{"$defs": {"person": person}},
    )
    reading = read(data, "x")
    assert [item.name for item in reading.book.columns] == [
        "owner",
        "owner.name",
        "owner.boss",
        "others",
        "others[].name",
        "others[].boss",
    ]
    assert [item.null_policy for item in reading.book.elements][1] == "never"
    assert without_ours(written(reading.book)) == json_values.load(data, "x")
    owner, name, *rest = reading.book.elements
    changed = replace(reading.book, elements=(owner, replace(name, definition="What people call them.", unit="{people}"), *rest))
    assert without_ours(written(changed)) == json_values.load(data, "x")
    assert read(write(changed), "x").book == changed


def test_a_property_that_says_something_new_is_no_reference_any_more() -> None:
    data = schema({"a": {"$ref": "#/$defs/id"}}, **{"$defs": {"id": {"type": "integer"}}})
    book = read(data, "x").book
    changed = replace(book, elements=(replace(book.elements[0], logical_type="string"),))
    assert written(changed)["properties"]["a"]["type"] == "string"
    assert read(write(changed), "x").book.elements == changed.elements


@pytest.mark.parametrize(
    ("said", "table"),
    [
        ({"title": "Order"}, "Order"), ({"$id": "https://example.org/schemas/order.json"}, "order"), ({"id": "urn/order#"}, "order"),
        ({}, "some.schema"),
    ],
)  # fmt: skip
def test_the_name_of_the_table(said: dict[str, Any], table: str) -> None:
    data = json_values.dump({**said, "properties": {"a": {}}})
    book = read(data, "dir/some.schema.json").book
    assert [item.name for item in book.tables] == [table]
    assert without_ours(written(book)) == json_values.load(data, "x")
    assert read(write(book), "another.json").book == book


@pytest.mark.parametrize(
    ("said", "columns"),
    [
        ({"$ref": "#/definitions/order", "definitions": {"order": {"properties": {"id": {}}}}}, ["id"]),
        ({"type": "array", "items": {"type": "object", "properties": {"id": {}}}}, ["[].id"]),
        ({"type": "object", "additionalProperties": {"type": "object", "properties": {"id": {}}}}, ["{}.id"]),
        ({"definitions": {"a": {"properties": {"id": {}}}, "b": {"type": "string"}, "c": {"type": "object"}}}, ["id"]),
        ({"$defs": {"a": {"properties": {"id": {}}}, "b": {"properties": {"a": {"$ref": "#/$defs/a"}}}}}, ["id", "a", "a.id"]),
        ({"$defs": {"a": {"properties": {"id": {}}}}}, ["id"]),
        ({"properties": {
            "a": {"type": "object", "description": "A", "allOf": [{"$ref": "#/$defs/x"}, {"$ref": "#/$defs/x"}]},
            "b": {"$ref": "#/properties/a"}, "c": {"$ref": "#/properties/b", "title": "C"},
        }, "$defs": {"x": {"maxProperties": 3}}}, ["a", "b", "c"]),
        ({"properties": {
            "a": {"$ref": "#/$defs/mode"}, "b": {"anyOf": [{"$ref": "#/$defs/mode"}, {"type": "null"}]}, "c": {"$ref": "#/$defs/many"},
        }, "$defs": {"mode": {"oneOf": [{"const": "x", "title": "X"}, {"const": "y"}]}, "many": {"examples": list(range(30))}}}, ["a", "b", "c"]),
        ({"type": "object"}, []),
        ({"type": "object", "properties": {}, "required": []}, []),
        ({"properties": {"a": True, "b": False, "c": {}}, "required": ["a"]}, ["a", "b", "c"]),
    ],
)  # fmt: skip
def test_schemas_of_other_shapes_keep_them(said: dict[str, Any], columns: list[str]) -> None:
    data = json_values.dump(said)
    book = read(data, "x.json").book
    assert [item.name for item in book.columns] == columns
    assert without_ours(written(book)) == said
    assert read(write(book), "y.json").book == book


def test_a_second_property_that_says_something_else_is_told_and_keeps_its_words() -> None:
    ours = {"x-countersign": {"element": "customer.id"}}
    data = schema(
        {"a": {"title": "One", "type": "integer", **ours}, "b": {"title": "Two", **ours}, "c": {**ours}}, required=["a"]
    )
    reading = read(data, "x")
    assert ("properties.b", "element_differs") in codes(reading, "warning")
    assert [(item.name, item.null_policy) for item in reading.book.elements] == [("One", "never")]
    assert read(write(reading.book), "x").book == reading.book


def test_what_is_written_of_a_single_element() -> None:
    said = says(null_policy="allowed", domain=Domain(values=(PermissibleValue(code="1", meaning="one"),)), unit="a")
    book = Book(elements=(said,), tables=(Table(name="t"),), columns=(Column(table="t", name="age", element=said.key),))
    assert written(book) == {
        "title": "t",
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "age": {
                "title": "Age",
                "description": "Years since birth.",
                "type": ["integer", "null"],
                "enum": [1, None],
                "x-countersign": {
                    "element": "customer.age",
                    "unit": "a",
                    "domain": {"values": [{"code": "1", "meaning": "one"}]},
                },
            }
        },
    }
