"""All formats under one signature: what is written is read again, is known for what it is, and says what a person needs to choose."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.dictionary.elements import Element
from governance.dictionary.formats.model import Book, Column, Table, Unreadable
from governance.dictionary.formats.registry import FORMATS, Entry, Options, detect, known
from tests import public_files
from tests.dictionary.format_checks import files_of
from tests.dictionary.worlds import books

BACK = [entry for entry in FORMATS if entry.comes_back]
READ = [entry for entry in FORMATS if entry.reads]
EACH = pytest.mark.parametrize("entry", FORMATS, ids=lambda entry: entry.key)
SMALL = Book(
    title="Orders",
    elements=(Element(key="orders.id", logical_type="integer", is_key=True), Element(key="orders.state")),
    tables=(Table(name="orders"),),
    columns=(
        Column(table="orders", name="id", element="orders.id"),
        Column(table="orders", name="state", element="orders.state"),
    ),
)


def by_key(key: str) -> Entry:
    entry = known(key)
    assert entry is not None
    return entry


def files_by_key() -> list[Any]:
    """Every file that is kept for these tests, with the key of its format."""
    endings = (".yaml", ".yml", ".json", ".jsonl", ".csv")
    found = []
    for folder in ("odcs", "frictionless", "dbt", "sheets", "jsonschema", "kedro", "feast", "frame", "pandera"):
        key = "csv" if folder == "sheets" else folder
        public = public_files.each(folder, *endings) if folder not in ("frame", "pandera") else []
        for param in files_of(folder, *endings) + public:
            found.append(pytest.param(key, *param.values, id=f"{key}-{param.id}", marks=param.marks))
    return found


# What is written is read again --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", BACK, ids=lambda entry: entry.key)
@settings(max_examples=12)
@given(book=books())
def test_a_book_that_is_exported_is_imported_as_it_was(entry: Entry, book: Book) -> None:
    data = entry.write(book)
    again = entry.read(data, filename=entry.filename("book"))
    assert again.book == book
    assert entry.write(again.book) == data


@pytest.mark.parametrize(("source", "target"), [(a, b) for a in BACK for b in BACK if a is not b], ids=lambda entry: entry.key)
def test_a_book_goes_through_any_two_formats(source: Entry, target: Entry) -> None:
    """What one format keeps of its own is carried by the other, so that the first file comes back after both."""
    first = source.write(SMALL)
    book = source.read(first, filename=source.filename("book")).book
    carried = target.read(target.write(book), filename=target.filename("book")).book
    assert carried == book
    assert source.write(carried) == first


# Which format it is -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", BACK, ids=lambda entry: entry.key)
@settings(max_examples=12)
@given(book=books())
def test_a_written_file_is_known_by_its_content(entry: Entry, book: Book) -> None:
    data = entry.write(replace(book, tables=book.tables or (Table(name="t"),)))
    assert detect(entry.filename("book"), data) is entry
    assert detect("", data) is entry


@pytest.mark.parametrize("entry", BACK, ids=lambda entry: entry.key)
@pytest.mark.parametrize("length", [400, 4096])
def test_a_file_is_known_by_its_beginning(entry: Entry, length: int) -> None:
    assert detect(entry.filename("book"), entry.write(SMALL)[:length]) is entry


@pytest.mark.parametrize(("key", "path"), files_by_key())
def test_a_file_that_people_keep_is_known_and_comes_back(key: str, path: Path) -> None:
    data, entry = path.read_bytes(), by_key(key)
    assert detect(path.name, data[:4096]) is entry
    book = entry.read(data, filename=path.name).book
    if entry.comes_back:
        assert entry.read(entry.write(book), filename=entry.filename("x")).book == book


@pytest.mark.parametrize(
    ("filename", "head", "key"),
    [
        ("orders.csv", "Spalte;Bedeutung\nid;Nummer".encode("cp1252"), "csv"),
        ("columns", b"Column,Meaning\nid,Number\n", "csv"),
        ("describe.csv", b"column_name,column_type,null,key,default,extra\nid,BIGINT,NO,PRI,,\n", "frame"),
        ("orders.json", b'[{"column_name": "id", "column_type": "BIGINT", "null": "NO"}]', "frame"),
        ("dtypes.json", b'{"id": "int64", "state": "object"}', "frame"),
        ("schema.json", b'{"fields": [{"name": "id", "type": "integer"}]}', "frictionless"),
        ("table.json", b'{"schema": {"fields": [{"name": "id"}], "pandas_version": "1.4.0"}, "data": []}', "frame"),
        ("table.json", b'{"fields": [{"name": "id", "type": "integer"}], "pandas_version": "1.4.0"}', "frame"),
        ("x.json", b'{"properties": {"pandas_version": {"type": "string"}}}', "jsonschema"),
        ("x.json", b'{"description": "\\"fields\\": {", "type": "object"}', "jsonschema"),
        ("x.json", b'{"a": {"resources": []}, "properties": {}}', "jsonschema"),
        ("catalog.yml", b"cars:\n  type: pandas.CSVDataset\n  filepath: cars.csv\n", "kedro"),
        ("schema.yml", b"version: 2\n\nmodels:\n  - name: orders\n", "dbt"),
        ("view.yaml", b"spec:\n  name: stats\n", "feast"),
        ("orders.yml", b"schema_type: dataframe\ncolumns:\n  id:\n    dtype: int64\n", "pandera"),
        ("contract.yml", b"# ours\nkind: DataContract\nid: orders\n", "odcs"),
        ("book.xlsx", b"", "xlsx"),
        ("book.csv", b"", "csv"),
    ],
)
def test_a_format_is_told_by_what_stands_at_the_top(filename: str, head: bytes, key: str) -> None:
    assert detect(filename, head) is by_key(key)


@pytest.mark.parametrize(
    ("filename", "head"), [("", b""), ("readme.md", b"# Readme\n\nHello.\n"), ("a.json", b"[]"), ("b.yml", b"a: 1\n")]
)
def test_what_is_nothing_known_is_not_guessed(filename: str, head: bytes) -> None:
    assert detect(filename, head) is None


@given(
    st.sampled_from(["", "a.json", "a.yml", "a.csv"]),
    st.binary(max_size=60) | st.text('{}[]":,\\\n -ab', max_size=40).map(str.encode),
)
def test_any_bytes_may_be_looked_at(filename: str, head: bytes) -> None:
    found = detect(filename, head)
    assert found is None or found in FORMATS


# What a person chooses by -------------------------------------------------------------------------------------------------------


def test_each_format_has_a_key_of_its_own() -> None:
    assert len({entry.key for entry in FORMATS}) == len(FORMATS)
    assert all(known(entry.key) is entry for entry in FORMATS)
    assert known("word") is None


@EACH
def test_a_format_says_what_it_is(entry: Entry) -> None:
    assert entry.label
    assert entry.reads or entry.writes
    assert "/" in entry.media_type
    assert all(ending and not ending.startswith(".") for ending in entry.extensions)
    assert entry.filename("book") == f"book.{entry.extensions[0]}"
    assert not entry.comes_back or (entry.reads and entry.writes)


def test_definitions_in_python_are_only_written() -> None:
    entry = by_key("feast-python")
    compile(entry.write(SMALL), "definitions.py", "exec")
    with pytest.raises(ValueError, match="only written"):
        entry.read(b"")


def test_only_spreadsheets_need_a_word_on_their_headings() -> None:
    assert [entry.key for entry in FORMATS if entry.needs_mapping] == ["csv", "xlsx"]


def test_a_person_says_what_the_headings_mean() -> None:
    reading = by_key("csv").read(
        b"Erstes;Zweites\nid;Nummer\n",
        filename="kunden.csv",
        options=Options(mapping={"Erstes": "column", "Zweites": "definition"}),
    )
    assert [(item.key, item.definition) for item in reading.book.elements] == [("kunden.id", "Nummer")]


@pytest.mark.parametrize("entry", READ, ids=lambda entry: entry.key)
@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"{", b"PK\x03\x04", json.dumps({"a": [1]}).encode()])
def test_what_is_no_file_of_the_format_is_refused(entry: Entry, data: Any) -> None:
    with pytest.raises(Unreadable):
        entry.read(data, filename=entry.filename("book"))
