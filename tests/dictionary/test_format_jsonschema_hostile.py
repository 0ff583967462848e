"""Schemas that say odd things, or are none: nothing else is spoilt, and what is wrong is told with its place."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given

from governance.dictionary.formats import json_values
from governance.dictionary.formats.jsonschema import FORMAT
from governance.dictionary.formats.jsonschema.reading import read
from governance.dictionary.formats.jsonschema.writing import write
from governance.dictionary.formats.model import Unreadable
from tests.dictionary.format_checks import noise, noise_is_read
from tests.dictionary.test_format_jsonschema import schema


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"[]", "not_the_format"), (b"{}", "not_the_format"), (b"true", "not_the_format"), (b"", "json"), (b"\xff", "not_utf8"),
        (b'{"type": "object", "type": "array"}', "duplicate_key"), (b'{"type":' * 100_000, "too_deep"), (b'{"minimum": 1e999}', "json"),
    ],
)  # fmt: skip
def test_files_that_are_no_schema(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as error:
        read(data, "x.json")
    assert error.value.note.code == code


def test_definitions_that_refer_to_each_other_without_end_are_cut() -> None:
    """Each level doubles the columns; 2^30 of them would not fit anywhere."""
    wide = {
        f"d{at}": {"properties": {"a": {"$ref": f"#/$defs/d{at + 1}"}, "b": {"$ref": f"#/$defs/d{at + 1}"}}} for at in range(30)
    }
    deep = {f"d{at}": {word: {"$ref": f"#/$defs/d{at + 1}"} for word in ("items", "additionalProperties")} for at in range(30)}
    began = time.process_time()
    for definitions in (wide, deep):
        reading = read(json_values.dump({"title": "x", "$ref": "#/$defs/d0", "$defs": definitions}), "x")
        assert [item.code for item in reading.notes if item.level == "error"] == ["too_many"]
    assert time.process_time() - began < 120


ODD: list[Any] = [None, True, 0, -1.5, "", "x", "客户", [], [[]], [None], {}, {"a": {"b": []}}, ["a", {"b": 1}]]


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize(
    "word",
    [
        "title", "description", "type", "format", "enum", "const", "examples", "pattern", "minimum", "exclusiveMinimum", "minLength", "multipleOf",
        "properties", "required", "items", "additionalProperties", "$ref", "anyOf", "oneOf", "allOf", "x-countersign", "default",
    ],
)  # fmt: skip
def test_a_word_that_says_something_odd_spoils_nothing_else(word: str, value: Any) -> None:
    reading = read(schema({"odd": {"type": "object", word: value}, "good": {"description": "Fine."}}), "x")
    good = [item for item in reading.book.columns if item.name == "good"]
    assert len(good) == 1
    assert next(item for item in reading.book.elements if item.key == good[0].element).definition == "Fine."
    assert read(write(reading.book), "x").book == reading.book


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_odd_schemas_are_read(value: Any) -> None:
    words = (
        "title",
        "$id",
        "$schema",
        "$ref",
        "type",
        "properties",
        "required",
        "items",
        "$defs",
        "definitions",
        "x-countersign",
        "anyOf",
    )
    for word in words:
        for said in ({"properties": {"a": {}}}, {"type": "object"}, {"$defs": {"t": {"properties": {"a": value}}}}):
            book = read(json_values.dump({**said, word: value}), "x.json").book
            assert read(write(book), "x.json").book == book


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize(
    "name", ["element", "role", "domain", "unit", "null_meanings", "extra", "column_extra", "texts", "references"]
)
def test_odd_additions_are_told_and_spoil_nothing(name: str, value: Any) -> None:
    book = read(schema({"a": {"description": "Fine.", "x-countersign": {name: value}}}), "x").book
    assert book.elements[0].definition == "Fine."
    assert read(write(book), "x").book == book
    for more in (
        {"elements": value},
        {"table": value},
        {"table": {"name": value}},
        {"columns": value},
        {"columns": {"a": value}},
        {"tables": value},
    ):
        assert read(schema({"a": True}, **{"x-countersign": more}), "x").book.columns[0].name == "a"


NOISE = noise(
    "title", "type", "properties", "items", "additionalProperties", "required", "$ref", "#/$defs/a", "#", "#/properties/a", "anyOf", "allOf",
    "oneOf", "const", "enum", "format", "minimum", "x-countersign", "element", "domain", "values", "code", "columns", "table",
)  # fmt: skip


@given(NOISE, NOISE, NOISE)
def test_noise_is_read(one: Any, other: Any, more: Any) -> None:
    properties = {"type": "object", "properties": {"a": one, "b": other}, "required": ["b"]}
    for said in (
        {**properties, "$defs": {"a": more}, "x-countersign": more},
        {"$defs": {"a": properties, "b": one}, "x-countersign": more},
        {"type": "array", "items": properties, "title": "x", "$defs": {"a": other}},
        {"$ref": "#/$defs/a", "$defs": {"a": properties, "b": more}},
    ):
        noise_is_read(FORMAT, json_values.dump(said))
