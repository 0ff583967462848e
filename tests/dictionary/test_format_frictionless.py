"""Data packages and table schemas: real ones and made books come back as they were, and what a field says is understood."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.dictionary.elements import Domain, Element, NullMeaning, PermissibleValue, Reference
from governance.dictionary.formats import json_values, yaml_values
from governance.dictionary.formats.frictionless import FORMAT
from governance.dictionary.formats.frictionless.reading import read
from governance.dictionary.formats.frictionless.words import PROFILE
from governance.dictionary.formats.frictionless.writing import write
from governance.dictionary.formats.model import Book, Column, Reading, Table, Unreadable
from tests import public_files
from tests.dictionary.format_checks import FILES, comes_back, file_comes_back, files_of, noise, noise_is_read, without_key
from tests.dictionary.worlds import SOME_BOOKS, books, says


def package(*fields: Any, schema: dict[str, Any] | None = None, **more: Any) -> bytes:
    said = {"fields": list(fields), **(schema or {})}
    return json_values.dump({"$schema": PROFILE, "resources": [{"name": "orders", "path": "orders.csv", "schema": said}], **more})


def element(said: dict[str, Any], **schema: Any) -> Element:
    reading = read(package({"name": "amount", **said}, schema=schema), "x.json")
    assert codes(reading, "error") == []
    return reading.book.elements[0]


def codes(reading: Reading, level: str) -> list[tuple[str, str]]:
    return [(item.place, item.code) for item in reading.notes if item.level == level]


def written(book: Book) -> Any:
    return json_values.load(write(book), "x")


def without_ours(value: Any) -> Any:
    return without_key(value, "countersign")


def load(data: bytes, name: str) -> Any:
    return (yaml_values if name.endswith(".yml") else json_values).load(data, name)


# Nothing is lost --------------------------------------------------------------------------------------------------------------


@SOME_BOOKS
@given(books())
def test_a_book_comes_back(book: Book) -> None:
    comes_back(FORMAT, book)


@SOME_BOOKS
@given(books())
def test_a_book_comes_back_from_a_package_of_version_1(book: Book) -> None:
    comes_back(FORMAT, replace(book, extra=read(b'{"name": "x", "resources": []}', "x").book.extra))


@pytest.mark.parametrize("path", files_of("frictionless") + public_files.each("frictionless", ".json", ".yml"))
def test_a_real_package_comes_back(path: Path) -> None:
    assert FORMAT.read is not None
    assert FORMAT.write is not None
    reading = FORMAT.read(path.read_bytes(), path.name)
    if path.suffix == ".yml":  # a package in YAML is written as JSON
        again = FORMAT.read(FORMAT.write(reading.book), "x.json")
        assert again.book == reading.book
        assert without_ours(written(reading.book)) == load(path.read_bytes(), path.name)
    else:
        file_comes_back(FORMAT, path, load, without_ours)
    assert codes(reading, "error") == []


def test_what_a_package_says_is_understood() -> None:
    reading = read((FILES / "frictionless/rides_v2.json").read_bytes(), "x")
    elements = {item.name: element for item, element in zip(reading.book.columns, reading.book.elements, strict=True)}
    ride, minutes, tariff = elements["ride_id"], elements["minutes"], elements["tariff"]
    assert (ride.is_key, ride.unique, ride.null_policy, ride.format) == (True, True, "never", "uuid")
    assert minutes.null_meanings == (NullMeaning("", ""), NullMeaning("-99", "clock broken"))
    assert (minutes.domain.minimum, minutes.domain.maximum) == ("0", "1440")
    assert [(item.code, item.meaning) for item in tariff.domain.values] == [("S", "Single"), ("D", "Day")]
    assert elements["bike_no"].references == Reference(element="bikes.no", required=True)
    assert [item.token for item in elements["note"].null_meanings] == ["", "k. A."]
    assert [item.name for item in reading.book.tables] == ["rides", "bikes", "readme"]
    assert (reading.book.title, reading.book.version, reading.told) == ("Rides of the city's bikes", "1.4.0", "Data Package 2")


def test_a_public_package_is_understood() -> None:
    reading = read(public_files.one("frictionless/camera_traps.json").read_bytes(), "x")
    held = {(item.table, item.name): item.element for item in reading.book.columns}
    elements = {item.key: item for item in reading.book.elements}
    deployment = elements[held["deployments", "deployment_id"]]
    longitude = elements[held["deployments", "longitude"]]
    stage = elements[held["observations", "life_stage"]]
    assert (deployment.is_key, deployment.unique, deployment.null_policy) == (True, True, "never")
    assert (longitude.domain.minimum, longitude.domain.maximum) == ("-180", "180")
    assert [item.code for item in stage.domain.values] == ["adult", "subadult", "juvenile", "offspring", "unknown"]
    assert elements[held["media", "observation_id"]].references == Reference(element="observations.observation_id", required=True)
    assert [item.token for item in longitude.null_meanings] == ["", "NA", "NaN"]
    assert [item.physical_name for item in reading.book.tables] == ["deployments.csv", "", ""]
    assert codes(reading, "warning") == []


# What a field says ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "field", "value"),
    [
        ({"title": "Amount"}, "name", "Amount"),
        ({"description": "What is paid."}, "definition", "What is paid."),
        ({}, "logical_type", "string"),
        ({"type": "datetime"}, "logical_type", "timestamp"),
        ({"type": "year"}, "granularity", "year"),
        ({"type": "list"}, "logical_type", "array"),
        ({"type": "geojson"}, "logical_type", "object"),
        ({"format": "email"}, "format", "email"),
        ({"format": "default"}, "format", ""),
        ({"example": 7}, "examples", ("7",)),
        ({"constraints": {"required": True}}, "null_policy", "never"),
        ({"constraints": {"required": False}}, "null_policy", "allowed"),
        ({"constraints": {"unique": True}}, "unique", True),
        ({"type": "integer", "constraints": {"minimum": 1, "exclusiveMaximum": 9}}, "domain",
         Domain(minimum="1", maximum="9", exclusive_maximum=True)),
        ({"type": "date", "constraints": {"minimum": "2020-01-01"}}, "domain", Domain(minimum="2020-01-01")),
        ({"constraints": {"minLength": 1, "maxLength": 2, "pattern": "[a-z]+"}}, "domain",
         Domain(min_length=1, max_length=2, pattern="[a-z]+")),
        ({"type": "number", "constraints": {"enum": [1, 2.50, 2.5]}}, "domain",
         Domain(values=(PermissibleValue(code="1"), PermissibleValue(code="2.5")))),
        ({"type": "integer", "categories": [{"value": 1, "label": "one"}, 2]}, "domain",
         Domain(values=(PermissibleValue(code="1", meaning="one"), PermissibleValue(code="2")))),
        ({"missingValues": [{"value": "-9", "label": "refused"}, {"value": ""}]}, "null_meanings",
         (NullMeaning("", ""), NullMeaning("-9", "refused"))),
    ],
)  # fmt: skip
def test_what_a_field_says(said: dict[str, Any], field: str, value: Any) -> None:
    assert getattr(element(said), field) == value


def test_what_a_schema_says_of_its_fields() -> None:
    said = element({"constraints": {"required": True}}, primaryKey="amount", uniqueKeys=[["amount"]], missingValues=["", "NA"])
    assert (said.is_key, said.unique) == (True, True)
    assert said.null_meanings == (NullMeaning("", ""), NullMeaning("NA", ""))
    assert element({"missingValues": []}, missingValues=["NA"]).null_meanings == ()


def test_missing_values_of_a_schema_are_no_doubt_about_a_required_field() -> None:
    required = {"name": "a", "constraints": {"required": True}}
    assert codes(read(package(required, schema={"missingValues": ["NA"]}), "x"), "warning") == []
    doubt = ("resources[0].schema.fields[0].null_policy", "null_never_with_tokens")
    assert codes(read(package({**required, "missingValues": ["NA"]}), "x"), "warning") == [doubt]


def test_the_keys_of_a_schema_follow_the_elements() -> None:
    fields = [{"name": "id"}, {"name": "other"}, {"name": "parent"}]
    keys = {
        "primaryKey": "id",
        "foreignKeys": [
            {"fields": "parent", "reference": {"resource": "", "fields": "id"}},
            {"fields": ["id", "other"], "reference": {"resource": "x", "fields": ["a", "b"]}},
        ],
    }
    book = read(package(*fields, schema=keys), "x").book
    assert written(book)["resources"][0]["schema"]["primaryKey"] == "id"
    one, other, parent = book.elements
    assert parent.references == Reference(element="orders.id", required=True)
    changed = replace(book, elements=(replace(one, is_key=False), replace(other, is_key=True), replace(parent, references=None)))
    schema = written(changed)["resources"][0]["schema"]
    assert (schema["primaryKey"], schema["foreignKeys"]) == (["other"], keys["foreignKeys"][1:])
    assert read(write(changed), "x").book.elements == changed.elements


def test_foreign_keys_are_made_of_references() -> None:
    book = Book(
        elements=(says(key="c.id", is_key=True), says(key="o.customer", references=Reference(element="c.id", required=True))),
        tables=(Table(name="c"), Table(name="o")),
        columns=(Column(table="c", name="id", element="c.id"), Column(table="o", name="customer", element="o.customer")),
    )
    comes_back(FORMAT, book)
    assert written(book)["resources"][1]["schema"]["foreignKeys"] == [
        {"fields": ["customer"], "reference": {"resource": "c", "fields": ["id"]}}
    ]


def test_what_came_with_version_2_is_not_written_into_version_1() -> None:
    said = says(
        null_meanings=(NullMeaning("-1", "unknown"),),
        domain=Domain(values=(PermissibleValue(code="1", meaning="one"),), minimum="0", exclusive_minimum=True),
    )
    book = Book(elements=(said,), tables=(Table(name="t"),), columns=(Column(table="t", name="a", element=said.key),))
    latest = written(book)["resources"][0]["schema"]["fields"][0]
    assert latest["categories"] == [{"value": 1, "label": "one"}]
    assert latest["missingValues"] == [{"value": "-1", "label": "unknown"}]
    assert latest["constraints"] == {"exclusiveMinimum": 0}
    first = replace(book, extra=read(b'{"name": "x", "resources": []}', "x").book.extra)
    comes_back(FORMAT, first)
    older = written(first)["resources"][0]["schema"]["fields"][0]
    assert older["constraints"] == {"enum": [1]}
    assert {"categories", "missingValues"} & older.keys() == set()


@pytest.mark.parametrize(
    "said",
    [
        {"fields": [{"name": "a"}], "missingValues": ["-"]},
        {"name": "people", "title": "People", "fields": [{"name": "a"}]},
        {"name": "r", "path": "r.csv", "schema": {"fields": [{"name": "a"}]}},
        {"path": "data/r.csv", "schema": {"fields": [{"name": "a"}]}},
        {"resources": [{"name": "a", "schema": "schema.json"}, {"path": "b.csv"}, {"name": "c", "schema": {"fields": []}}]},
    ],
)
def test_schemas_and_resources_that_stand_alone_keep_their_shape(said: dict[str, Any]) -> None:
    book = read(json_values.dump(said), "some.json").book
    assert without_ours(written(book)) == said
    assert read(write(book), "another name.json").book == book


def test_a_second_column_that_says_something_else_is_told_and_keeps_its_words() -> None:
    ours = {"countersign": {"element": "customer.id"}}
    fields = [
        {"name": "a", "title": "One", "constraints": {"required": True}, **ours},
        {"name": "b", "title": "Two", **ours},
        {"name": "c", **ours},
    ]
    data = package(*fields, schema={"primaryKey": ["a"]})
    reading = read(data, "x")
    assert codes(reading, "warning") == [("resources[0].schema.fields[1]", "element_differs")]
    assert [(item.name, item.is_key) for item in reading.book.elements] == [("One", True)]
    assert without_ours(written(reading.book)) == without_ours(json_values.load(data, "x"))
    assert read(write(reading.book), "x").book == reading.book


# What cannot be used ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"[]", "not_the_format"), (b"{}", "not_the_format"), (b'{"resources": {}}', "not_the_format"), (b"", "json"),
        (b'{"resources": [], "resources": []}', "duplicate_key"), (b'{"resources": [NaN]}', "json"), (b"\xff", "not_utf8"),
        (b'{"a":' * 100_000, "too_deep"), (b'{"resources": ["\\ud800"]}', "json"),
    ],
)  # fmt: skip
def test_files_that_are_no_package(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as error:
        read(data, "x.json")
    assert error.value.note.code == code


ODD: list[Any] = [None, True, 0, -1.5, "", "x", "客户", [], [[]], [None], {}, {"a": {"b": []}}, ["a", {"b": 1}]]


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize(
    "word",
    ["name", "title", "type", "format", "example", "constraints", "categories", "missingValues", "rdfType", "countersign"]
    + [f"constraints.{word}" for word in ("required", "unique", "minimum", "exclusiveMinimum", "minLength", "pattern", "enum")],
)
def test_a_word_that_says_something_odd_spoils_nothing_else(word: str, value: Any) -> None:
    outer, _point, inner = word.partition(".")
    odd = {"name": "odd", "type": "integer", outer: {inner: value} if inner else value}
    reading = read(package(odd, {"name": "good", "description": "Fine."}), "x")
    good = [item for item in reading.book.columns if item.name == "good"]
    assert len(good) == 1
    assert next(item for item in reading.book.elements if item.key == good[0].element).definition == "Fine."
    assert read(write(reading.book), "x").book == reading.book


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_odd_schemas_resources_and_packages_are_read(value: Any) -> None:
    for word in ("fields", "primaryKey", "foreignKeys", "uniqueKeys", "missingValues", "countersign", "title"):
        said = {"fields": [{"name": "a"}], word: value}
        for data in (json_values.dump(said), package(schema=said), package(**{word: value})):
            if word == "fields" and not isinstance(value, list) and data == json_values.dump(said):
                continue  # nothing then says what it is
            book = read(data, "x.json").book
            assert read(write(book), "x.json").book == book
    for word in ("name", "path", "schema", "data", "countersign", "title"):
        resource = {"name": "t", "schema": {"fields": [{"name": "a"}]}, word: value}
        book = read(json_values.dump({"resources": [resource, value]}), "x").book
        assert read(write(book), "x").book == book


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize(
    "name", ["element", "role", "domain", "unit", "null_meanings", "extra", "column_extra", "texts", "references"]
)
def test_odd_additions_are_told_and_spoil_nothing(name: str, value: Any) -> None:
    book = read(package({"name": "a", "description": "Fine.", "countersign": {name: value}}), "x").book
    assert book.elements[0].definition == "Fine."
    assert read(write(book), "x").book == book


NOISE = noise(
    "name", "type", "format", "constraints", "required", "enum", "minimum", "categories", "value", "label", "missingValues", "countersign",
    "element", "domain", "values", "code", "fields", "reference", "resource", "foreignKeys", "primaryKey", "uniqueKeys", "schema", "path",
)  # fmt: skip


@given(
    st.lists(NOISE, max_size=4), NOISE, st.dictionaries(st.sampled_from(["primaryKey", "foreignKeys", "missingValues"]), NOISE)
)
def test_noise_is_read(fields: list[Any], more: Any, schema: dict[str, Any]) -> None:
    one = {"name": "t", "schema": {"fields": fields, **schema}}
    for said in ({"resources": [one, more], "countersign": more}, one, {**schema, "fields": fields, "countersign": more}):
        noise_is_read(FORMAT, json_values.dump(said))


def test_what_cannot_be_told_apart_is_left_out() -> None:
    said = {"resources": [
        {"name": "t", "schema": {"fields": [{"name": "a"}, {"name": "a"}, {"title": "no name"}, 7]}}, {"name": "t"}, 7,
    ]}  # fmt: skip
    assert codes(read(json_values.dump(said), "x"), "error") == [
        ("resources[0].schema.fields[1]", "column_twice"), ("resources[0].schema.fields[2]", "no_name"),
        ("resources[0].schema.fields[3]", "wrong_type"), ("resources[1]", "table_twice"), ("resources[2]", "wrong_type"),
    ]  # fmt: skip
