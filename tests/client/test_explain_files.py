"""What is read of a file: the names of its columns and the legend in it, however it was written, and no harm from any."""

from __future__ import annotations

import io
import itertools
import json
from pathlib import Path

import pytest
from countersign.legends import delimited, document, keys, sources
from countersign.legends.document import LegendError
from countersign.legends.unreadable import Unreadable
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.dictionary.legend import Legend, as_document, legend_key, parse_legend_key, to_bytes, to_text
from governance.dictionary.legend.carriers import parquet as server_parquet
from governance.dictionary.legend.carriers import sidecar, xlsx
from tests.client import legend_files
from tests.client.legend_files import column, excel, signed, text_of
from tests.dictionary.legend_worlds import legends
from tests.dictionary.test_legend import TABLE, TYPED
from tests.dictionary.test_legend_carriers import ONLY_THE_BOOK, changed
from tests.dictionary.test_legend_carriers import workbook as written_workbook
from tests.dictionary.worlds import KEYS, WORDS

FILES = Path(__file__).parent / "files"
LEGEND = signed()


def look(data: bytes, name: str = "data.csv") -> sources.Source:
    return sources._look(io.BytesIO(data), data[:8], name)


def names(data: bytes, name: str = "data.csv") -> list[str]:
    return [item.name for item in look(data, name).columns]


# The same as the server ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dictionary", "key", "said"), TABLE)
def test_legend_keys_are_those_of_the_server(dictionary: str, key: str, said: str) -> None:
    assert keys.legend_key(dictionary, key) == legend_key(dictionary, key) == said


@settings(max_examples=20)
@given(WORDS, KEYS, st.data())
def test_legend_keys_are_read_as_the_server_reads_them(dictionary: str, key: str, data: st.DataObject) -> None:
    said = keys.legend_key(dictionary, key)
    assert said == legend_key(dictionary, key)
    for place, char in itertools.product(range(len(said)), data.draw(st.text(st.sampled_from(TYPED), min_size=1, max_size=5))):
        typed = said[:place] + char + said[place + 1 :]
        assert keys.parse_legend_key(typed) == parse_legend_key(typed)


@settings(max_examples=40)
@given(legends())
def test_what_the_server_writes_is_read(made: Legend) -> None:
    for text in (to_bytes(made), to_text(made), sidecar.put(made)):
        found = document.parse(text)
        assert found.text().encode() == to_bytes(made)
        assert list(found.columns) == [item.name for item in made.columns]
        assert [(item.title, item.values, item.null_meanings, item.deviation) for item in found.columns.values()] == [
            (item.title, dict(item.values), dict(item.null_meanings), item.deviation) for item in made.columns
        ]


@settings(max_examples=15)
@given(legends())
def test_what_the_server_puts_into_a_file_comes_out_here(made: Legend) -> None:
    carried = xlsx.put(written_workbook(), made)
    without = changed(carried, docProps__custom_DOT_xml=None, _rels___DOT_rels=ONLY_THE_BOOK)
    held = legend_files.parquet([item.name for item in made.columns], server_parquet.file_metadata(made))
    attributes = legend_files.parquet([], {"PANDAS_ATTRS": json.dumps({"countersign": as_document(made), "other": 1.5})})
    for data in (carried, without, held, attributes):
        found = sources.carried(look(data))
        assert found is not None
        assert found.text().encode() == to_bytes(made)
    assert names(held) == [item.name for item in made.columns]


@settings(max_examples=150)
@given(st.data())
def test_damage_never_gives_another_legend_nor_a_fault(data: st.DataObject) -> None:
    spoilt = bytearray(DAMAGED[data.draw(st.integers(0, len(DAMAGED) - 1))])
    for _time in range(data.draw(st.integers(1, 3))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] ^= data.draw(st.integers(1, 255))
    if data.draw(st.booleans()):
        del spoilt[data.draw(st.integers(0, len(spoilt))) :]
    try:
        found = sources.carried(look(bytes(spoilt)))
    except (Unreadable, LegendError) as refused:
        assert str(refused)  # noqa: PT017 # both ends are right
    else:
        assert found is None or found.document == IN_FILES


IN_FILES = json.loads((FILES / "legend.json").read_text("utf-8"))
DAMAGED = [
    legend_files.parquet(["age", "注册日期"], {"countersign.legend": text_of(IN_FILES)}),
    excel(text_of(IN_FILES)),
]


# Legends ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ([], "is an object"),
        ({}, "no legend of a form"),
        ({**LEGEND, "release": 43}, "altered"),
        ({**LEGEND, "digest": 1}, "altered"),
        ({**LEGEND, "x": 0.5}, "altered"),
        (signed(dictionary=""), "dictionary"),
        (signed(server="file:///etc/passwd"), "server"),
        (signed(release="42"), "release"),
        (signed(made_at="now"), "made_at"),
        (signed(dataset={"digest": "x"}), "digest"),
        (signed(columns=[]), "columns: not an object"),
        (signed(columns={"": column("a")}), "has no name"),
        (signed(columns={"a\x00": column("a")}), "no character"),
        (signed(columns={"a": []}), "column a: not an object"),
        (signed(columns={"a": {**column("a"), "element": "a"}}), "column a: names no element"),
        (signed(columns={"a": {**column("a"), "legend": keys.legend_key("customers", "b")}}), "column a: its legend key"),
        (signed(columns={"a": {**column("a"), "version": "new"}}), "column a: version"),
        (signed(columns={"a": {**column("a"), "unit": 1}}), "column a: unit: not a text"),
        (signed(columns={"a": {**column("a"), "definition": "x" * 501}}), "longer than 500"),
        (signed(columns={"a": {**column("a"), "values": {str(number): "" for number in range(51)}}}), "more than 50"),
        (signed(columns={str(number): {} for number in range(20_001)}), "more than 20000"),
    ],
)
def test_a_legend_that_keeps_no_rule_is_refused(said: object, words: str) -> None:
    with pytest.raises(LegendError, match=words):
        document.read(said)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff",
        b"[" * 10_000,
        b'{"a":1,"a":2}',
        b"NaN",
        b"1e99999999999",
        b"1" * 5000,
        '{"format":"countersign/legend/1","x":"\\ud800"}',
    ],
)
def test_what_is_no_legend_is_told(text: bytes | str) -> None:
    with pytest.raises(LegendError):
        document.parse(text)


def test_fields_that_are_not_known_are_kept_and_carried_on() -> None:
    later = signed(later={"x": 1})
    assert document.parse(text_of(later)).text() == text_of(later)


@pytest.mark.parametrize(
    ("header", "key"),
    [("Age [CS-942R6-5ME52-6]", "CS-942R6-5ME52-6"), ("cs-942r6-5me52-6", "CS-942R6-5ME52-6"), ("CS-942R6-5ME52-7", None), ("age", None)],
)  # fmt: skip
def test_a_header_may_hold_a_legend_key(header: str, key: str | None) -> None:
    assert keys.key_in(header) == key


# Delimited text -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_found(encoding: str, delimiter: str) -> None:
    rows = [["customer_id", "注册日期", "客户的姓名", 'a, "b"; |'], ["1", "2026", "张伟", "x"]]
    data = "\r\n".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    source = look(data.encode(encoding))
    assert [item.name for item in source.columns] == rows[0]
    assert source.told["delimiter"] == delimiter
    assert source.told["encoding"].replace("-sig", "") == encoding.replace("-sig", "")


@pytest.mark.parametrize("words", ["Prénom;Âge;Größe", "naïve;café;œuvre", "Straße", "Año;Señal", "prix €;quantité"])
def test_western_words_are_not_taken_for_chinese(words: str) -> None:
    assert names(f"{words}\n1;2;3\n".encode("cp1252")) == words.split(";")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"a,b\n", ["a", "b"]),
        (b"\r\n\r\na,b", ["a", "b"]),
        (b"a", ["a"]),
        (b'"a\nb",c\n1,2\n', ["a\nb", "c"]),
        (b"a,,b, \n", ["a", "b"]),
        (b"a,a\n", ["a", "a"]),
        ("é".encode() * 600_000 + b",b\n", None),
        (b"a,b\n" + "é".encode() * 700_000, ["a", "b"]),  # cut within a character, far behind the header
    ],
)
def test_the_first_row_is_the_header(data: bytes, found: list[str] | None) -> None:
    if found is None:
        with pytest.raises(Unreadable, match="longer"):
            look(data)
    else:
        assert names(data) == found


def test_the_ending_tells_tabs() -> None:
    assert names(b"a,b,c\td\n", "data.TSV") == ["a,b,c", "d"]


def test_columns_without_a_name_are_told() -> None:
    assert look(b"a,,b\n").notes == ["1 of its columns have no name"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\n\n \n", "empty"),
        (b'"a', "first row"),
        (b"\x00" * 100, "zero bytes"),
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "UTF-32"),
        (b"\x81\x8d\x8f\x90\x9d", "encoding"),
        (b",".join([b"x"] * 20_001), "more than 20000"),
        (b"\xd0\xcf\x11\xe0 old", "save it as XLSX"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"ARROW1\0\0", "Arrow"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_what_is_no_table_is_told(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        look(data)


@settings(max_examples=200)
@given(
    st.binary(max_size=200), st.sampled_from([b"", b"PAR1", b"PARE", b"PK\x03\x04", b"PK\x05\x06", b"\xff\xfe", b"\xef\xbb\xbf"])
)
def test_no_bytes_are_a_fault(data: bytes, head: bytes) -> None:
    try:
        look(head + data + (head if head == b"PAR1" else b""))
    except Unreadable as refused:
        assert str(refused)  # noqa: PT017 # both ends are right


@pytest.mark.parametrize("size", [0, 1, 2, 100])
def test_utf_16_is_found_without_a_mark(size: int) -> None:
    assert delimited._encoding(("ab,cd\n" * size).encode("utf-16-be")) == ("utf-16-be" if size else "utf-8")


# Names of files -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["no such file", "a\0b", "."])
def test_a_file_that_cannot_be_opened_is_told(name: str) -> None:
    with pytest.raises(Unreadable, match="cannot be read"):
        sources.look(name)


def test_where_a_legend_lies_beside_is_as_on_the_server() -> None:
    for name in ("data.csv", "a/b.c/data.2026.parquet", "a.b/data", ".hidden"):
        assert tuple(sources.beside(name)) == sidecar.names_for(name)
