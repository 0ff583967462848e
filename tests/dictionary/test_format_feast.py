"""Registries and definitions of Feast."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.dictionary.elements import Element
from governance.dictionary.formats.feast import FORMAT, read, write, write_python
from governance.dictionary.formats.model import Book, Column, Table, Unreadable
from tests import public_files
from tests.dictionary.format_checks import FILES, files_of
from tests.dictionary.round_trips import codes, losses, read_again, survives
from tests.dictionary.worlds import JSON, SOME_BOOKS, books

DRIVERS = {
    "project": "drivers",
    "entities": [{"spec": {"name": "driver", "joinKey": "driver_id", "valueType": "INT64", "description": "A driver."}, "meta": {}}],
    "featureViews": [{
        "spec": {
            "name": "driver_stats", "entities": ["driver"], "ttl": "86400s", "online": True, "owner": "a@example.org",
            "description": "Daily.", "tags": {"team": "fleet"},
            "features": [
                {"name": "conv_rate", "valueType": "FLOAT", "description": "Share.", "tags": {"x": "y"}},
                {"name": "trips", "valueType": "INT64", "tags": {"countersign": "{\"element\":\"driver.trips\",\"unit\":\"{trips}\"}"}},
                {"name": "embedding", "valueType": "FLOAT_LIST", "vectorIndex": True},
            ],
            "entityColumns": [{"name": "driver_id", "valueType": "INT64"}],
            "batchSource": {"name": "src", "timestampField": "at", "fileOptions": {"uri": "s3://b/x.parquet"}},
        },
        "meta": {"createdTimestamp": "2026-01-01T00:00:00Z"},
    }],
    "onDemandFeatureViews": [{"spec": {"name": "doubled", "features": [{"name": "twice", "valueType": "DOUBLE"}]}}],
    "streamFeatureViews": [{"spec": {
        "name": "live", "entities": ["__dummy"], "entityColumns": [{"name": "__dummy_id", "valueType": "STRING"}],
        "features": [{"name": "now", "valueType": 8}]}}],
    "featureServices": [{"spec": {"name": "all"}}],
}  # fmt: skip


@SOME_BOOKS
@given(books())
def test_a_book_comes_back(book: Book) -> None:
    again = read(write(book), "registry.json")
    assert again.book == book
    assert codes(again, "error") == []


@pytest.mark.parametrize("path", files_of("feast", ".json") + public_files.each("feast", ".json"))
def test_nothing_of_a_registry_is_lost(path: Any) -> None:
    reading, written = read_again(FORMAT, path.read_bytes(), path.name)
    assert list(losses(json.loads(path.read_bytes()), json.loads(written))) == []
    assert codes(reading, "error") == codes(reading, "warning") == []


def test_a_registry_becomes_these_definitions() -> None:
    """The whole module, as it is reviewed: a change of the writer shows in this file."""
    book = read((FILES / "feast" / "drivers_registry.json").read_bytes(), "registry.json").book
    assert write_python(book) == (FILES / "feast" / "definitions.txt").read_text("utf-8")


def test_a_public_registry_is_understood() -> None:
    reading = read(public_files.one("feast/rag_registry.json").read_bytes(), "registry.json")
    roles = {(column.table, column.name): column.role for column in reading.book.columns}
    assert roles["rag_document_metadata", "document_date"] == "feature"
    kinds = {column.name: element.logical_type for column in reading.book.columns for element in reading.book.elements
             if element.key == column.element}  # fmt: skip
    assert (kinds["query_embedding"], kinds["query_id"]) == ("array", "string")


def test_nothing_of_a_full_registry_is_lost() -> None:
    reading, written = read_again(FORMAT, json.dumps(DRIVERS).encode(), "registry.json")
    said = json.loads(written)
    feature = said["featureViews"][0]["spec"]["features"][1]
    assert json.loads(feature["tags"]["countersign"]) == {"element": "driver.trips", "unit": "{trips}"}
    assert list(losses(DRIVERS, said)) == []
    elements = {element.key: element for element in reading.book.elements}
    assert elements["driver.trips"].unit == "{trips}"
    key = next(column for column in reading.book.columns if column.name == "driver_id")
    assert (elements[key.element].is_key, elements[key.element].format, key.role) == (True, "i64", "")
    assert [table.name for table in reading.book.tables] == ["driver_stats", "live", "doubled"]
    assert "__dummy_id" not in [column.name for column in reading.book.columns]


def test_a_view_without_columns_of_entities_takes_the_join_keys() -> None:
    view = {"spec": {"name": "v", "entities": ["driver"], "features": [{"name": "f", "valueType": "BOOL"}]}}
    said = {"entities": DRIVERS["entities"], "featureViews": [view]}
    reading, written = read_again(FORMAT, json.dumps(said).encode(), "registry.json")
    assert [(column.name, column.role) for column in reading.book.columns] == [("driver_id", ""), ("f", "feature")]
    assert reading.book.elements[0].definition == "A driver."
    assert list(losses(said, json.loads(written))) == []


def test_one_described_view_is_read_from_yaml() -> None:
    reading = read(b"spec:\n  name: stats\n  features:\n  - name: rate\n    valueType: DOUBLE\nmeta: {}\n", "view.yaml")
    assert [(column.table, column.name) for column in reading.book.columns] == [("stats", "rate")]
    assert reading.book.elements == (Element(key="stats.rate", logical_type="number", format="f64"),)


@pytest.mark.parametrize(
    ("said", "place", "code"),
    [
        ({"featureViews": 7}, "featureViews", "wrong_type"),
        ({"featureViews": [{"spec": 7}]}, "featureViews[0]", "wrong_type"),
        ({"featureViews": [{"spec": {}}]}, "featureViews[0]", "no_name"),
        ({"featureViews": [{"spec": {"name": "a", "features": [7]}}]}, "featureViews[0].spec.features[0]", "wrong_type"),
        (
            {"featureViews": [{"spec": {"name": "a", "features": [{"name": "b", "valueType": "CAR"}]}}]},
            "featureViews[0].spec.features[0]", "type_unknown",
        ),
        ({"featureViews": [{"spec": {"name": "a", "tags": {"countersign": "{"}}}]}, "featureViews[0].spec.tags.countersign", "json"),
        ({"featureViews": [{"spec": {"name": "a", "tags": {"countersign": "[]"}}}]}, "featureViews[0].countersign", "wrong_type"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(said: Any, place: str, code: str) -> None:
    reading = read(json.dumps(said).encode(), "registry.json")
    assert (place, code) in [(item.place, item.code) for item in reading.notes]


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"[1]", b"text", b"\xff", b'{"featureViews": NaN}', b"{", b"a: &a [*a]"])
def test_what_is_no_registry_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data, "file")


SPEC = st.dictionaries(
    st.sampled_from(["name", "features", "entityColumns", "entities", "tags", "description", "valueType"]),
    JSON | st.lists(st.dictionaries(st.sampled_from(["name", "valueType", "tags"]), JSON), max_size=2),
)


@given(st.dictionaries(st.sampled_from(["featureViews", "entities", "countersign", "onDemandFeatureViews"]),
                       st.lists(st.fixed_dictionaries({"spec": SPEC}), max_size=2) | JSON))  # fmt: skip
def test_no_registry_breaks_it(said: Any) -> None:
    survives(FORMAT, json.dumps(said).encode())


# Python -----------------------------------------------------------------------------------------------------------------------

KNOWN = {"timedelta", "Entity", "FeatureView", "Field", "FileSource", "Array", "Bool", "Bytes", "Float32", "Float64", "Int32", "Int64",
         "Map", "String", "UnixTimestamp"}  # fmt: skip


def texts_of(book: Book) -> set[str]:
    """Everything the module may say of a book."""
    found = {"element", "event_timestamp"}
    for element in book.elements:
        found |= {element.key, element.definition}
    for table in book.tables:
        found |= {table.name, f"{table.name}_source", f"{table.name}.parquet", table.physical_name, table.description}
    return found | {column.name for column in book.columns}


@SOME_BOOKS
@given(books())
def test_the_module_says_what_the_book_says_and_nothing_runs(book: Book) -> None:
    tree = ast.parse(write_python(book))
    assert {type(item) for item in tree.body} <= {ast.ImportFrom, ast.Assign}
    assert {type(item.value) for item in tree.body if isinstance(item, ast.Assign)} <= {ast.Call}
    assigned = [item.targets[0].id for item in tree.body if isinstance(item, ast.Assign)]  # type: ignore[attr-defined]
    assert len(set(assigned)) == len(assigned)
    assert not set(assigned) & KNOWN
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            assert isinstance(node.func, ast.Name)
            assert node.func.id in KNOWN
        elif isinstance(node, ast.Name):
            assert node.id in KNOWN or node.id in assigned
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert node.value in texts_of(book)
        else:
            assert not isinstance(node, ast.JoinedStr | ast.Lambda | ast.Attribute | ast.BinOp)


def test_a_module_of_a_registry_reads_as_people_write_it() -> None:
    text = write_python(read(json.dumps(DRIVERS).encode(), "registry.json").book)
    for line in (
        "driver_id = Entity(", "    join_keys=['driver_id'],", "driver_stats = FeatureView(", "    entities=[driver_id],",
        "    ttl=timedelta(seconds=86400),", "            dtype=Array(Float32),", "    path='s3://b/x.parquet',", "    timestamp_field='at',",
    ):  # fmt: skip
        assert line in text.splitlines()


@pytest.mark.parametrize("name", ["class", "x'); import os; ('", "a\nb", "timedelta", "Entity", "客户", '"""', "\\", "match"])
def test_no_name_becomes_code(name: str) -> None:
    book = Book(
        elements=(Element(key="a", is_key=True, definition=name),), tables=(Table(name=name, description=name),),
        columns=(Column(table=name, name=name, element="a"),),
    )  # fmt: skip
    tree = ast.parse(write_python(book))
    assert [type(item) for item in tree.body] == [ast.ImportFrom] * 3 + [ast.Assign] * 3
