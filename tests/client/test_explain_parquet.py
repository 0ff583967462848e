"""Parquet files of many writers, whole and damaged: their columns, and the legend in their footer."""

from __future__ import annotations

import pytest
from countersign.legends import parquet, sources, thrift
from countersign.legends.unreadable import Unreadable
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import public_files
from tests.client import legend_files
from tests.client.legend_files import element, field, listed, wrapped, zigzag
from tests.client.test_explain_files import IN_FILES, look, names


@pytest.mark.parametrize(
    ("file", "columns", "writer"),
    [
        ("parquet-mr-nested", ["a", "b", "c"], "parquet-mr version 1.8.2"),
        ("arrow-cpp-sorted", ["a", "b"], "parquet-cpp-arrow version 16.1.0"),
        ("duckdb", ["col1", "col2"], "DuckDB version v1.1.1"),
        ("polars-foods", ["category", "calories", "fats_g", "sugars_g"], "Arrow2"),
        ("polars-struct", ["age", "s"], "Polars (python) version 2.1.0"),
        ("signed-footer", ["boolean_field", "int32_field", "int64_field", "int96_field", "float_field", "double_field", "ba_field", "flba_field"],
         "parquet-cpp-arrow"),
    ],
)  # fmt: skip
def test_files_of_other_tools_are_read(file: str, columns: list[str], writer: str) -> None:
    source = sources.look(str(public_files.one(f"parquet/{file}.parquet")))
    assert [item.name for item in source.columns] == columns
    assert source.told["written_by"].startswith(writer)
    assert sources.carried(source) is None


@pytest.mark.parametrize("file", ["pyarrow", "duckdb", "pandas"])
def test_legends_that_other_tools_wrote_are_read(file: str) -> None:
    source = sources.look(str(public_files.one(f"parquet/{file}-legend.parquet")))
    found = sources.carried(source)
    assert [item.name for item in source.columns] == ["age", "注册日期", "other"]
    assert found is not None
    assert found.document == IN_FILES


def test_what_is_in_a_column_has_a_name_too() -> None:
    fields = sources.look(str(public_files.one("parquet/polars-struct.parquet"))).columns
    assert fields[1] == parquet.Field("s", ("s.a", "s.b"))  # s.b is a list: what is in it has no name of its own


def test_an_encrypted_file_says_so() -> None:
    file = public_files.one("parquet/encrypted-footer.parquet")
    with pytest.raises(Unreadable, match="is encrypted"):
        sources.look(str(file))


def test_columns_in_a_column_are_named_after_it() -> None:
    inner = [element("schema", 3), element("age"), element("s", 2), element("a"), element("t", 1), element("b"), element("last")]
    assert [(item.name, item.inner) for item in look(footer(inner)).columns] == [
        ("age", ()), ("s", ("s.a", "s.t.b")), ("last", ()),
    ]  # fmt: skip


def test_the_index_of_pandas_is_no_column() -> None:
    source = look(legend_files.parquet(["a", "__index_level_0__"], {}))
    assert ([item.name for item in source.columns], len(source.notes)) == (["a"], 1)


def footer(elements: list[bytes], rest: bytes = b"\0") -> bytes:
    return wrapped(field(5, 1) + zigzag(1) + field(9, 1) + listed(elements) + rest)


PLAIN = [element("schema", 1), element("a")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PAR1", "too short"),
        (b"PAR1" + b"\0" * 20, "cut off"),
        (b"PAR1" + b"\0" * 8 + b"\xff\xff\xff\x7fPAR1", "cut off"),
        (b"PAR1" + b"\0" * 8 + b"\0\0\0\0PAR1", "cut off"),
        (wrapped(b"\0", b"PARE"), "encrypted"),
        (wrapped(b"\0"), "no schema"),
        (footer([]), "no schema"),
        (footer(PLAIN, b"\0\0"), "behind its end"),
        (footer(PLAIN, b""), "ends too early"),
        (footer([element("schema", 2), element("a")]), "add up"),
        (footer([element("schema", 1), element("a"), element("b")]), "add up"),
        (footer([element("schema", -1)]), "add up"),
        (footer([element("schema", 1), element("a", -1)]), "add up"),
        (footer([element("schema", 2**31)]), "add up"),
        (footer([element("s", 1)] * 200), "add up"),
        (footer([element("schema", 1), element("", raw=b"\xff")]), "UTF-8"),
        (footer([element("schema", 1), b"\0"]), "no name"),
        (wrapped(field(8, 2) + b"\x00\0"), "another type"),
        (wrapped(b"\xf9\xff\xff\xff\xff\xff\x0f\0"), "damaged"),
        (wrapped(field(12, 1) * 1000), "nested too deeply"),
        (wrapped(field(9, 1) + b"\x19" * 1000), "nested too deeply"),
        (wrapped(field(5, 1) + b"\xff" * 11 + b"\0"), "damaged"),
        (wrapped(field(8, 1) + b"\xff\xff\xff\xff\x0f\0"), "longer than what is left"),
        (wrapped(field(9, 1) + b"\xfc\xff\xff\xff\xff\x0f\0"), "longer than what is left"),
        (wrapped(field(11, 1) + b"\xff\xff\xff\xff\x0f\0"), "longer than what is left"),
        (wrapped(field(14, 1) + b"\0"), "no type 14"),
        (wrapped(field(0, 1) + b"\0"), "no type 0"),
        (wrapped(b"\x05" + zigzag(-1) + b"\0"), "no field"),
        (wrapped(field(7, 1) + b"\0"), "ends too early"),
    ],
)
def test_a_footer_that_is_damaged_is_told(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        look(data)


def test_a_footer_is_not_read_beyond_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "LARGEST_FOOTER", 10)
    with pytest.raises(Unreadable, match="larger than 10"):
        look(legend_files.parquet(["a"], {}))


@pytest.mark.parametrize(
    "value",
    [
        b"",  # a truth value has no bytes in a struct
        b"\x2a",
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\0" * 8,
        b"\x03abc",
        b"\x28\x01a\x01b",
        b"\x21\x01\x02",
        b"\x02\x81\x01k\x01\x01l\x02",
        b"\0",
        b"\x15\x02\x18\x01a\0",
        b"\0" * 16,
    ],
)
def test_fields_of_any_type_are_passed_over(value: bytes) -> None:
    kinds = {0: 1, 1: (3 if value == b"\x2a" else 12), 10: 6, 8: 7, 4: 8, 5: 9, 3: 9, 9: 11, 6: 12, 16: 13}
    data = footer(PLAIN, bytes([0xF0 | kinds[len(value)]]) + value + b"\0")
    assert names(data) == ["a"]


def test_an_entry_that_stands_twice_is_refused() -> None:
    pair = field(8, 1) + legend_files.binary(b"countersign.legend") + field(8, 1) + legend_files.binary(b"{}") + b"\0"
    with pytest.raises(Unreadable, match="twice"):
        look(footer(PLAIN, field(9, 3) + listed([pair, pair]) + b"\0"))


@pytest.mark.parametrize("attributes", ["", "[", "[1]", "{}", '{"countersign": 1}', "[" * 100_000, '{"x":' * 100_000])
def test_attributes_of_others_are_none_of_ours(attributes: str) -> None:
    assert look(legend_files.parquet(["a"], {"PANDAS_ATTRS": attributes})).carried == []


@settings(max_examples=200)
@given(st.binary(max_size=60))
def test_no_thrift_is_a_fault(data: bytes) -> None:
    reader = thrift.Reader(data)
    try:
        reader.struct(
            {
                1: (thrift.BINARY, reader.binary),
                2: (thrift.LIST, lambda: reader.list_of(thrift.STRUCT, lambda: reader.struct({}))),
            }
        )
    except thrift.Malformed as refused:
        assert str(refused)  # noqa: PT017 # both ends are right
    else:
        assert reader.at <= len(data)
