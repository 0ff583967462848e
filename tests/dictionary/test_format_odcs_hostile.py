"""Contracts that say odd things, or are none: nothing else is spoilt, and what is wrong is told with its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.dictionary.elements import Domain
from governance.dictionary.formats import yaml_values
from governance.dictionary.formats.model import Note, Unreadable
from governance.dictionary.formats.odcs import FORMAT, schema
from governance.dictionary.formats.odcs.reading import read
from governance.dictionary.formats.odcs.writing import write
from tests.dictionary.format_checks import noise, noise_is_read
from tests.dictionary.test_format_odcs import HEAD, codes, contract, written_property

NOISE = noise(
    "name", "properties", "items", "map", "value", "key", "logicalType", "logicalTypeOptions", "minimum", "enum", "examples", "synonyms",
    "customProperties", "property", "countersign", "countersign.element", "element", "domain", "values", "code", "relationships", "to",
)  # fmt: skip


@given(st.lists(NOISE, max_size=4), NOISE)
def test_noise_is_read(properties: list[Any], more: Any) -> None:
    said = {**HEAD, "schema": [{"name": "t", "properties": properties}, more], "description": more, "customProperties": more}
    noise_is_read(FORMAT, yaml_values.dump(said))


@pytest.mark.parametrize(
    ("data", "code", "detail"),
    [
        (b"dataContractSpecification: 1.1.0\nid: x\n", "not_the_format", "Data Contract Specification"),
        (b"apiVersion: v2.2.2\nkind: DataContract\n", "not_the_format", "version v2.2.2"),
        (b"apiVersion: v3.1.0\nkind: DataProduct\n", "not_the_format", "DataProduct"),
        (b"version: 2\nmodels: []\n", "not_the_format", "no apiVersion"),
        (b"- a\n", "not_the_format", "no apiVersion"),
        (b"", "not_the_format", "no apiVersion"),
        (b"apiVersion: v3.1.0\na: &x 1\nb: *x\n", "yaml", "anchors"),
        (b"apiVersion: v3.1.0\nid: a\nid: b\n", "duplicate_key", ""),
        (b"\xff\xfe", "not_utf8", ""),
        (b"[" * 100_000, "too_deep", ""),
    ],
)
def test_files_that_are_no_contract_of_version_3(data: bytes, code: str, detail: str) -> None:
    with pytest.raises(Unreadable) as error:
        read(data, "x.yaml")
    assert error.value.note.code == code
    assert detail in str(error.value)


def test_a_version_to_come_is_read_as_the_latest() -> None:
    reading = read(contract({"name": "a", "enum": [{"value": "x"}]}, head={**HEAD, "apiVersion": "v3.9.0"}), "x")
    assert ("apiVersion", "version_unknown") in codes(reading, "warning")
    assert reading.book.elements[0].domain.values


ODD: list[Any] = [None, True, 0, -1.5, "", "x", "客户", [], [[]], [None], {}, {"a": {"b": []}}, ["a", {"b": 1}]]


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize(
    "word",
    [
        "name", "businessName", "description", "logicalType", "physicalType", "logicalTypeOptions", "required", "primaryKey", "enum",
        "synonyms", "classification", "examples", "tags", "relationships", "transformLogic", "transformSourceObjects", "properties",
        "items", "map", "customProperties", "authoritativeDefinitions", "quality",
    ],
)  # fmt: skip
def test_a_word_that_says_something_odd_spoils_nothing_else(word: str, value: Any) -> None:
    data = contract({"name": "odd", "logicalType": "integer", word: value}, {"name": "good", "description": "Fine."})
    reading = read(data, "x")
    good = [item for item in reading.book.columns if item.name == "good"]
    assert len(good) == 1
    assert next(item for item in reading.book.elements if item.key == good[0].element).definition == "Fine."
    assert read(write(reading.book), "x").book == reading.book


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize("place", ["table", "book", "schema"])
def test_odd_tables_and_contracts_are_read(place: str, value: Any) -> None:
    for word in (
        "name",
        "physicalName",
        "businessName",
        "description",
        "properties",
        "relationships",
        "customProperties",
        "version",
        "id",
    ):
        table = {"name": "t", "properties": [{"name": "a"}]}
        said = {"table": {**HEAD, "schema": [{**table, word: value}]}, "book": {**HEAD, word: value, "schema": [table]}, "schema": {
            **HEAD, "schema": value}}[place]  # fmt: skip
        book = read(yaml_values.dump(said), "x").book
        assert read(write(book), "x").book == book


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize(
    "name", ["element", "role", "domain", "unit", "null_meanings", "extra", "column_extra", "texts", "formula", "references"]
)
def test_odd_additions_are_told_and_spoil_nothing(name: str, value: Any) -> None:
    added = [{"property": f"countersign.{name}", "value": value}, {"property": "countersign", "value": {name: value}}]
    for one in added:
        book = read(contract({"name": "a", "description": "Fine.", "customProperties": [one]}), "x").book
        assert book.elements[0].definition == "Fine."
        assert read(write(book), "x").book == book
    for more in ({"elements": value}, {"order": value}, {"order": {"elements": value}}, {"title": value}, {"extra": value}):
        data = yaml_values.dump({**HEAD, "schema": [], "customProperties": [{"property": "countersign", "value": more}]})
        assert read(data, "x").book.elements == ()


def test_what_is_wrong_with_an_element_is_left_out_with_its_place_and_still_written_back() -> None:
    said = {
        "name": "a",
        "logicalTypeOptions": {"pattern": "(", "maxLength": 3},
        "businessName": "x" * 200,
        "description": "Fine.",
    }
    reading = read(contract(said), "x")
    (element,) = reading.book.elements
    assert (element.domain, element.definition, element.name) == (Domain(max_length=3), "Fine.", "x" * 120)
    assert ("schema[0].properties[0].domain.pattern", "bad_pattern") in codes(reading, "error")
    assert ("schema[0].properties[0].name", "text_cut") in codes(reading, "warning")
    written = written_property(reading.book)
    assert (written["logicalTypeOptions"], written["businessName"]) == (said["logicalTypeOptions"], said["businessName"])


def test_columns_and_tables_that_cannot_be_told_apart() -> None:
    said = {**HEAD, "schema": [
        {"name": "t", "properties": [{"name": "a"}, {"name": "a"}, {"description": "no name"}, 7]}, {"name": "t"}, {"properties": []}, 7,
    ]}  # fmt: skip
    reading = read(yaml_values.dump(said), "x")
    assert codes(reading, "error") == [
        ("schema[0].properties[1]", "column_twice"), ("schema[0].properties[2]", "no_name"), ("schema[0].properties[3]", "wrong_type"),
        ("schema[1]", "table_twice"), ("schema[2]", "no_name"), ("schema[3]", "wrong_type"),
    ]  # fmt: skip
    assert [item.name for item in reading.book.columns] == ["a"]


def test_what_does_not_keep_to_the_schema_is_a_warning_with_its_place() -> None:
    reading = read(contract({"name": "a", "logicalType": "text"}), "x")
    places = [item.place for item in reading.notes if item.code == "schema"]
    assert "schema[0].properties[0].logicalType" in places
    assert ("schema[0].properties[0]", "type_unknown") in codes(reading, "warning")


def test_a_long_contract_is_checked_in_part() -> None:
    said = {
        **HEAD,
        "schema": [{"name": "t", "properties": [{"name": "a", "logicalType": 5}] + [{"name": f"c{at}"} for at in range(3000)]}],
    }
    notes: list[Note] = schema.warnings(said)
    assert [item.code for item in notes if item.code != "schema"] == ["checked_in_part"]
    assert "schema[0].properties[0].logicalType" in [item.place for item in notes]


@pytest.mark.parametrize("value", [0, None, "x", [], ["name"], [{}], {"name": 1}], ids=repr)
def test_a_key_that_only_is_called_like_us_comes_back(value: Any) -> None:
    """Ours stand in `customProperties`; a key of this name elsewhere is the file's."""
    more = {"countersign": value, "countersign_": value}
    said = {**HEAD, **more, "schema": [{"name": "t", **more, "properties": [{"name": "c", "logicalType": "string", **more}]}]}
    reading = read(yaml_values.dump(said), "x")
    again = yaml_values.load(write(reading.book), "x")
    assert {key: again.get(key) for key in more} == more
    assert {key: again["schema"][0].get(key) for key in more} == more
    assert {key: again["schema"][0]["properties"][0].get(key) for key in more} == more
    assert read(write(reading.book), "x").book == reading.book
