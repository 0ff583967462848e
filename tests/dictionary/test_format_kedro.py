"""Catalogs of Kedro."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.dictionary.elements import Element
from governance.dictionary.formats import yaml_anchors, yaml_values
from governance.dictionary.formats.kedro import FORMAT, read, write
from governance.dictionary.formats.model import Book, Column, Table, Unreadable
from governance.dictionary.formats.omega_text import escaped, is_filled_in, unescaped
from tests import public_files
from tests.dictionary.format_checks import files_of
from tests.dictionary.round_trips import codes, losses, read_again, survives
from tests.dictionary.worlds import AWKWARD, JSON, SOME_BOOKS, books

ANCHORED = b"""
_csv: &csv
  type: pandas.CSVDataset
  load_args: &args
    sep: ','
    header: true
cars:
  <<: *csv
  filepath: data/01_raw/cars.csv
bikes:
  <<: *csv
  filepath: data/01_raw/bikes.csv
  load_args:
    <<: *args
    sep: ';'
"""


@SOME_BOOKS
@given(books())
def test_a_book_comes_back(book: Book) -> None:
    again = read(write(book), "catalog.yml")
    assert again.book == book
    assert codes(again, "error") == []


@pytest.mark.parametrize("path", files_of("kedro") + public_files.each("kedro", ".yml"))
def test_nothing_of_a_real_catalog_is_lost(path: Any) -> None:
    reading, written = read_again(FORMAT, path.read_bytes(), path.name)
    assert list(losses(yaml_anchors.load(path.read_bytes(), "")[0], yaml_values.load(written, ""))) == []
    assert reading.book.tables
    assert codes(reading, "error") == []


def test_anchors_are_written_out() -> None:
    reading, written = read_again(FORMAT, ANCHORED, "catalog.yml")
    said = yaml_values.load(written, "")
    assert said["bikes"] == {
        "type": "pandas.CSVDataset", "filepath": "data/01_raw/bikes.csv", "load_args": {"sep": ";", "header": True},
    }  # fmt: skip
    assert said["cars"]["load_args"] == {"sep": ",", "header": True}
    assert said["_csv"]["type"] == "pandas.CSVDataset"
    assert [table.name for table in reading.book.tables] == ["cars", "bikes"]
    assert "anchors_expanded" in codes(reading)


def test_of_several_merged_maps_the_first_counts_and_own_keys_before_them() -> None:
    said, expanded = yaml_anchors.load(b"a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  z: 3\n", "f")
    assert expanded
    assert said["c"] == {"x": 1, "y": 1, "z": 3}


BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (new, new, b",".join([b"*%c" % old] * 9)) for old, new in zip(b"abcdefgh", b"bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (BOMB, "line 6"),
        (b"a: &a\n  type: x\n  inner: *a\n", "line 3"),
        (b"a: &b 1\nc:\n  type: *d\n", "line 3"),
        (b"a: &a [1]\nc:\n  <<: *a\n", "line 1"),
        (b"a: &a {type: x}\nb: *a\nb: *a\n", "line 3"),
        (b"a: &a !!python/object:os.system x\n", "line 1"),
    ],
)
def test_what_cannot_be_expanded_is_refused_with_its_line(data: bytes, place: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(data, "catalog.yml")
    assert caught.value.note.place == place


def test_what_kedro_says_comes_back_beside_ours() -> None:
    said = {
        "_template": {"type": "x"},
        "cars": {
            "type": "pandas.CSVDataset", "filepath": "${globals:folder}/cars.csv", "versioned": True, "validator": "checks.cars",
            "metadata": {"kedro-viz": {"layer": "raw"}, "countersign": {
                "title": "Cars", "columns": [{"column": "id", "element": "car.id", "name": "Id", "logical_type": "integer"}]}},
        },
        "{name}_parquet": {"type": "pandas.ParquetDataset", "filepath": "data/{name}.parquet"},
    }  # fmt: skip
    reading, written = read_again(FORMAT, yaml_values.dump(said), "catalog.yml")
    assert yaml_values.load(written, "") == said
    assert reading.book.elements == (Element(key="car.id", name="Id", logical_type="integer"),)
    assert reading.book.tables[0].physical_name == "${globals:folder}/cars.csv"
    literal = [item.params["value"] for item in reading.notes if item.code == "left_literal"]
    assert literal == ["${globals:folder}/cars.csv", "{name}_parquet"]
    assert {item.params["value"] for item in reading.notes if item.code == "kept_only"} >= {"validator", "metadata"}


def test_a_text_of_a_dictionary_is_not_filled_in() -> None:
    hostile = r"${oc.env:SECRET} \${x} \\${y}"
    book = Book(
        elements=(Element(key="a", name=hostile),), tables=(Table(name="t", title=hostile),),
        columns=(Column(table="t", name="c", element="a"),),
    )  # fmt: skip
    written = write(book)
    said = yaml_values.load(written, "")
    assert not is_filled_in(said["t"]["metadata"]["countersign"]["title"])
    assert not is_filled_in(said["t"]["metadata"]["countersign"]["columns"][0]["name"])
    assert read(written, "catalog.yml").book == book


@given(st.text(r"\${} x", max_size=15) | AWKWARD)
def test_escaping_is_undone(text: str) -> None:
    assert not is_filled_in(escaped(text))
    assert unescaped(escaped(text)) == text


@pytest.mark.parametrize("name", ["_", "_countersign", "__x"])
def test_a_table_named_like_a_template_is_a_table(name: str) -> None:
    book = Book(title="T", elements=(Element(key="a"),), tables=(Table(name=name),))
    assert read(write(book), "catalog.yml").book == book


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"- a",
        b"text",
        b"a: 1",
        b"\xff",
        b"a: {{ x }}.y\n",
        b"{% for x in y %}\na: 1\n{% endfor %}",
        b"_only: {type: x}",
        b"a: {type: \x00}",
    ],
)
def test_what_is_no_catalog_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data, "catalog.yml")


@pytest.mark.parametrize(
    ("item", "place", "code"),
    [
        ({"type": "x", "metadata": "y"}, "t.metadata", "wrong_type"),
        ({"type": "x", "metadata": {"countersign": []}}, "t.countersign", "wrong_type"),
        ({"type": "x", "metadata": {"countersign": {"columns": {}}}}, "t.metadata.countersign.columns", "wrong_type"),
        ({"type": "x", "metadata": {"countersign": {"columns": [1]}}}, "t.metadata.countersign.columns[0]", "wrong_type"),
        ({"type": "x", "metadata": {"countersign": {"columns": [{}]}}}, "t.metadata.countersign.columns[0]", "no_name"),
        (
            {"type": "x", "metadata": {"countersign": {"columns": [{"column": "c", "colour": "red"}]}}},
            "t.metadata.countersign.columns[0].colour", "unknown_key",
        ),
        (
            {"type": "x", "metadata": {"countersign": {"columns": [{"column": "c", "role": "king"}]}}},
            "t.metadata.countersign.columns[0].countersign.role", "not_one_of",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(item: Any, place: str, code: str) -> None:
    reading = read(yaml_values.dump({"t": item}), "catalog.yml")
    assert (place, code) in [(found.place, found.code) for found in reading.notes if found.level == "error"]


@given(st.dictionaries(st.sampled_from(["a", "_b", "_countersign", "{x}"]), st.dictionaries(
    st.sampled_from(["type", "metadata", "filepath", "book"]), JSON | st.dictionaries(st.just("countersign"), JSON | st.fixed_dictionaries(
        {"columns": st.lists(st.dictionaries(st.sampled_from(["column", "element", "domain", "name", "texts"]), JSON))}))) | JSON,
))  # fmt: skip
def test_no_catalog_breaks_it(said: Any) -> None:
    survives(FORMAT, yaml_values.dump(said))
