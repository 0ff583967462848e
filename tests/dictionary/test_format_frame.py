"""Schemas of data frames and of tables in DuckDB."""

from __future__ import annotations

import io
import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.dictionary.elements import Domain, Element
from governance.dictionary.formats.frame import FORMAT, read, write
from governance.dictionary.formats.model import Book, Column, Table, Unreadable
from governance.dictionary.formats.sql_types import logical_of
from tests.dictionary.round_trips import codes, losses, read_again, survives
from tests.dictionary.worlds import AWKWARD, JSON, SOME_BOOKS, books

DESCRIBED = [
    {"column_name": "id", "column_type": "BIGINT", "null": "NO", "key": "PRI", "default": None, "extra": None},
    {"column_name": "price", "column_type": "DECIMAL(10,2)", "null": "YES", "key": None, "default": "0", "extra": None},
    {"column_name": "state", "column_type": "ENUM('a', 'it''s')", "null": "YES", "key": "UNI", "default": None, "extra": None},
]
IN_STANDARD = [
    {"table_schema": "shop", "table_name": "orders", "COLUMN_NAME": "id", "data_type": "int8", "is_nullable": "NO", "ordinal_position": 1},
    {"table_schema": "shop", "table_name": "orders", "COLUMN_NAME": "code", "data_type": "character varying", "is_nullable": "YES",
     "character_maximum_length": 12},
    {"table_schema": "shop", "table_name": "prices", "COLUMN_NAME": "eur", "data_type": "numeric", "numeric_precision": 9, "numeric_scale": 3},
]  # fmt: skip


def frame() -> pd.DataFrame:
    return pd.DataFrame({
        "id": pd.Series([1, 2], dtype="int64"),
        "rate": [0.5, 1.5],
        "name": ["a", "b"],
        "kind": pd.Categorical(["x", "y"], categories=["x", "y", "z"]),
        "at": pd.to_datetime(["2026-01-01", "2026-01-02"]).tz_localize("Europe/Vienna"),
        "flag": [True, False],
    })  # fmt: skip


def by_name(book: Book) -> dict[str, Element]:
    elements = {element.key: element for element in book.elements}
    return {column.name: elements[column.element] for column in book.columns}


@SOME_BOOKS
@given(books())
def test_a_book_comes_back(book: Book) -> None:
    again = read(write(book), "frame.json")
    assert again.book == book
    assert codes(again, "error") == []


def test_what_pandas_writes_is_read_without_its_data() -> None:
    data = frame().to_json(orient="table").encode()
    reading, written = read_again(FORMAT, data, "customers.json")
    said = by_name(reading.book)
    assert {name: element.logical_type for name, element in said.items()} == {
        "id": "integer", "rate": "number", "name": "string", "kind": "string", "at": "timestamp", "flag": "boolean",
    }  # fmt: skip
    assert [value.code for value in said["kind"].domain.values] == ["x", "y", "z"]
    assert said["at"].timezone == "Europe/Vienna"
    assert [table.name for table in reading.book.tables] == ["customers"]
    assert list(losses(json.loads(data)["schema"], json.loads(written)["schema"])) == []
    assert json.loads(written)["data"] == []


def test_pandas_reads_what_is_written() -> None:
    book = read(frame().to_json(orient="table").encode(), "customers.json").book
    again = pd.read_json(io.StringIO(write(book).decode()), orient="table")
    assert list(again.columns) == ["id", "rate", "name", "kind", "at", "flag"]
    assert str(again.dtypes["kind"]) == "category"
    assert str(again.dtypes["id"]) == "int64"


@SOME_BOOKS
@given(books())
def test_pandas_reads_every_book_of_one_table(book: Book) -> None:
    said = json.loads(write(book))
    for table in said.get("tables", [said]):
        names = [field["name"] for field in table["schema"]["fields"]]
        if names and not table["schema"].get("primaryKey"):
            assert list(pd.read_json(io.StringIO(json.dumps(table)), orient="table").columns) == names


def test_dtypes_are_read() -> None:
    dtypes = frame().dtypes.astype(str).to_dict()
    reading, written = read_again(FORMAT, json.dumps(dtypes).encode(), "/data/customers.json")
    said = by_name(reading.book)
    assert (said["id"].format, said["at"].timezone, said["flag"].logical_type) == ("i64", "Europe/Vienna", "boolean")
    assert {column.name: column.physical_type for column in reading.book.columns} == dtypes
    assert {field["name"]: field["dtype"] for field in json.loads(written)["schema"]["fields"]} == dtypes


def as_csv(rows: list[dict[str, Any]]) -> bytes:
    return pd.DataFrame(rows).to_csv(index=False).encode()


@pytest.mark.parametrize(
    "data",
    [json.dumps(DESCRIBED).encode(), "\n".join(map(json.dumps, DESCRIBED)).encode(), as_csv(DESCRIBED), b"\xef\xbb\xbf" + as_csv(DESCRIBED)],
    ids=["json", "lines", "csv", "bom"],
)  # fmt: skip
def test_what_duckdb_describes_is_read(data: bytes) -> None:
    reading, _written = read_again(FORMAT, data, "orders.json")
    said = by_name(reading.book)
    assert (said["id"].is_key, said["id"].null_policy, said["id"].format) == (True, "never", "i64")
    assert said["price"].domain == Domain(precision=10, scale=2)
    assert [value.code for value in said["state"].domain.values] == ["a", "it's"]
    assert said["state"].unique
    assert [table.name for table in reading.book.tables] == ["orders"]


def test_rows_of_a_description_stand_in_what_is_written() -> None:
    _reading, written = read_again(FORMAT, json.dumps(DESCRIBED).encode(), "orders.json")
    rows = [{"column_name": field["name"], **field["described"]} for field in json.loads(written)["schema"]["fields"]]
    assert rows == DESCRIBED
    assert list(pd.read_json(io.StringIO(written.decode()), orient="table").columns) == ["price", "state"]  # the key is the index


@pytest.mark.parametrize("data", [json.dumps(IN_STANDARD).encode(), as_csv(IN_STANDARD)], ids=["json", "csv"])
def test_rows_of_the_standard_make_several_tables(data: bytes) -> None:
    reading, _written = read_again(FORMAT, data, "columns")
    said = by_name(reading.book)
    assert [table.name for table in reading.book.tables] == ["orders", "prices"]
    assert (said["id"].logical_type, said["id"].null_policy) == ("integer", "never")
    assert said["code"].domain.max_length == 12 or data.startswith(b"table")  # pandas writes 12.0 where others are empty
    assert (said["eur"].domain.precision, said["eur"].domain.scale) in ((9, 3), (None, None))


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("INTEGER", {"logical_type": "integer", "format": "i32"}),
        ("bigint unsigned", {"logical_type": "integer", "format": "u64"}),
        ("int8", {"logical_type": "integer"}),
        ("UInt16", {"logical_type": "integer", "format": "u16"}),
        ("double precision", {"logical_type": "number", "format": "f64"}),
        ("DECIMAL(18, 3)", {"logical_type": "number", "domain": {"precision": 18, "scale": 3}}),
        ("NUMBER(38)", {"logical_type": "number", "domain": {"precision": 38, "scale": 0}}),
        ("character varying(50)", {"logical_type": "string", "domain": {"max_length": 50}}),
        ("VARCHAR", {"logical_type": "string"}),
        ("varchar(max)", {"logical_type": "string"}),
        ("string[pyarrow]", {"logical_type": "string"}),
        ("UUID", {"logical_type": "string", "format": "uuid"}),
        ("BLOB", {"logical_type": "string", "format": "binary"}),
        ("timestamp with time zone", {"logical_type": "timestamp"}),
        ("TIMESTAMP(6) WITHOUT TIME ZONE", {"logical_type": "timestamp"}),
        ("datetime64[ns, UTC]", {"logical_type": "timestamp", "timezone": "UTC"}),
        ("timestamp[us][pyarrow]", {"logical_type": "timestamp"}),
        ("time", {"logical_type": "time"}),
        ("INTEGER[]", {"logical_type": "array"}),
        ("INTEGER[3]", {"logical_type": "array"}),
        ("ARRAY<STRING>", {"logical_type": "array"}),
        ("STRUCT(a INTEGER, b VARCHAR(3))", {"logical_type": "object"}),
        ("MAP(VARCHAR, INTEGER)", {"logical_type": "object"}),
        ("bool", {"logical_type": "boolean"}),
        ("car", None),
        ("", None),
        ("'; DROP TABLE x; --", None),
        ("(" * 5000, None),
        ("a" + " " * 100_000 + "!", None),
        ("a b " * 50_000 + "(", None),
        ("varchar(3", None),
        ("varchar(3)(4) x!", None),
        ("Datetime(time_unit='us', time_zone=None)", {"logical_type": "timestamp"}),
    ],
)  # fmt: skip
def test_types_of_databases_and_frames(text: str, stated: Any) -> None:
    assert logical_of(text) == stated


@given(st.text(max_size=40) | AWKWARD)
def test_no_type_breaks_it(text: str) -> None:
    logical_of(text)


def test_a_type_that_is_not_known_is_told() -> None:
    reading = read(b'{"a": "object", "b": "car"}', "f.json")
    assert [(item.code, item.params.get("value")) for item in reading.notes if item.level == "warning"] == [
        ("type_unknown", "object"), ("type_unknown", "car"),
    ]  # fmt: skip


def test_a_table_of_another_table_too_keeps_its_name() -> None:
    book = Book(elements=(Element(key="a"),), tables=(Table(name="x.y"),), columns=(Column(table="x.y", name="c", element="a"),))
    assert read(write(book), "other.json").book == book


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"[1]", b"{", b"1", b'{"a": 1}', b"a,b\n1,2\n", b"\xff\xfe", b"column_name,column_type\nx,\x00\n",
     b'{"fields": 7}', b'{"a": "int64", "a": "int32"}', b'[{"column_name": 1e999, "column_type": "x"}]',
     b'column_name,column_type\n"x,y\n'],
)  # fmt: skip
def test_what_is_none_of_the_shapes_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data, "file")


@pytest.mark.parametrize(
    ("said", "place", "code"),
    [
        ({"fields": [7]}, "fields[0]", "wrong_type"),
        ({"fields": [{"type": "integer"}]}, "fields[0]", "no_name"),
        ({"fields": [{"name": "a"}, {"name": "a"}]}, "fields[1]", "column_twice"),
        ({"fields": [{"name": "a", "countersign": 7}]}, "fields[0].countersign", "wrong_type"),
        ({"tables": [7]}, "tables[0]", "schema"),
        ({"fields": [{"name": "a", "constraints": {"pattern": "("}}]}, "fields[0].domain.pattern", "bad_pattern"),
        ({"fields": [{"name": "a", "constraints": {"minLength": -1}}]}, "fields[0].domain.min_length", "negative"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(said: Any, place: str, code: str) -> None:
    reading = read(json.dumps(said).encode(), "file")
    assert (place, code) in [(item.place, item.code) for item in reading.notes if item.level == "error"]


FIELD = st.dictionaries(
    st.sampled_from(["name", "type", "constraints", "dtype", "described", "countersign", "tz", "title"]),
    JSON | st.dictionaries(st.sampled_from(["enum", "pattern", "null", "element", "domain", "column_type"]), JSON, max_size=2),
)


@given(st.fixed_dictionaries({"fields": st.lists(FIELD, max_size=3)}, optional={"primaryKey": JSON, "countersign": JSON}) | JSON)
def test_no_plain_values_break_it(said: Any) -> None:
    survives(FORMAT, json.dumps(said).encode())
