"""Files that are damaged or meant to do harm: a note with its place, or no reading at all; never anything else."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.dictionary.formats.messages import MESSAGES
from governance.dictionary.formats.model import Reading, Unreadable
from governance.dictionary.formats.notes import note_message
from governance.dictionary.formats.sheets import CSV, XLSX, headings_of
from governance.dictionary.formats.sheets.headings import FIELDS
from tests.dictionary.worlds import AWKWARD

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>Column</t></is></c><c r="B1" t="inlineStr"><is><t>Type</t></is></c></row>'


def read(data: bytes | str, name: str = "x") -> Reading:
    data = data.encode() if isinstance(data, str) else data
    form = XLSX if data.startswith(b"PK") else CSV
    assert form.read is not None
    reading = form.read(data, name)
    assert all(note_message(item.code) % item.params for item in reading.notes)
    return reading


def refused(data: bytes, form: Any = None) -> str:
    form = form or (XLSX if data.startswith(b"PK") else CSV)
    with pytest.raises(Unreadable) as error:
        form.read(data, "x")
    assert note_message(error.value.note.code) % error.value.note.params
    return error.value.note.code


def changed(**parts: str | bytes) -> bytes:
    """A good workbook with other parts: `sheet1`, `sharedStrings`, `workbook`."""
    made = openpyxl.Workbook()
    made.active.append(["Column", "Type"])
    made.active.append(["a", "int"])
    buffer, target = io.BytesIO(), io.BytesIO()
    made.save(buffer)
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            stem = name.rsplit("/", 1)[-1].removesuffix(".xml")
            archive.writestr(name, parts.get(stem, source.read(name)))
    return target.getvalue()


def torn(data: bytes, part: str) -> bytes:
    """The workbook with nothing sensible where the packed bytes of a part were."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entry = next(item for item in archive.infolist() if item.filename.endswith(part))
    begin = entry.header_offset + 30 + len(entry.filename)
    return data[:begin] + b"\xff" * entry.compress_size + data[begin + entry.compress_size :]


def sheet(rows: str, before: str = "") -> bytes:
    return changed(sheet1=f'<?xml version="1.0"?>{before}<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>')


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "intake_empty"),
        (b"\0\0\n", "intake_empty"),
        (b"%PDF-1.7", "intake_kind"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "intake_kind"),
        (b"one\ntwo\nthree\n", "no_column_heading"),
        (b'Column,Type\na,"int\n' + b"b,int\n" * 1500, "intake_unclosed_quote"),
        (b"Column," + b"x," * 1200 + b"\na\n", "intake_too_many_columns"),
        (b"PK\x03\x04 no archive", "intake_xlsx"),
        (changed()[:-100], "intake_xlsx"),
        (torn(changed(), "sheet1.xml"), "intake_xlsx"),
        (torn(changed(), "workbook.xml"), "intake_xlsx"),
        (changed(sheet1="<worksheet><unclosed>"), "intake_xlsx"),
        (changed(workbook="<workbook/>"), "intake_empty"),
        (sheet(HEAD, '<!DOCTYPE x [<!ENTITY a "b">]>'), "intake_entities"),
        (sheet(HEAD + '<row r="900000000"><c r="A900000000"><v>1</v></c></row>'), "intake_too_many_rows"),
        (sheet(""), "no_column_heading"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_read_at_all(data: bytes, code: str) -> None:
    assert refused(data) == code


def test_each_format_refuses_the_other() -> None:
    assert refused(changed(), CSV) == refused(b"Column,Type\na,int\n", XLSX) == "not_the_format"


def test_archives_that_unpack_to_too_much_are_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 90_000_000)
    assert refused(target.getvalue()) == "intake_unpacks_too_large"


def test_what_is_larger_than_anybody_needs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from governance.dictionary.formats.sheets import files

    monkeypatch.setattr(files, "LARGEST", 10)
    assert refused(b"Column,Type\na,int\n") == "too_large"
    with pytest.raises(Unreadable):
        headings_of(b"Column,Type\na,int\n")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="B2" t="s"><v>99</v></c>', ""),
        ('<c r="B2" t="s"><v>x</v></c>', ""),
        ('<c r="B2" t="e"><v>#REF!</v></c>', "#REF!"),
        ('<c r="B2"><v>1e999999</v></c>', "1e999999"),
        ('<c r="B2"><v>2.50</v></c>', "2.5"),
        ('<c r="B2"><f>1+1</f></c>', ""),
        ('<c r="B2"><f>1+1</f><v>2</v></c>', "2"),
        ('<c r="B2" s="999999999999"><v>2</v></c>', "2"),
        ('<c r="B2" t="inlineStr"><is><r><t>a</t></r><r><t>_x0042_c</t></r><rPh><t>spoken</t></rPh></is></c>', "aBc"),
        ('<c r="ZZZZ2"><v>2</v></c>', ""),
        ('<c r="?"><v>2</v></c>', ""),
        ("<c><v>2</v></c>", "2"),
    ],
)
def test_cells_that_programs_write_and_others_should_not(cell: str, text: str) -> None:
    reading = read(sheet(f'{HEAD}<row r="2"><c r="A2" t="str"><v>name</v></c>{cell}</row>'))
    assert reading.book.columns[0].name == "name"
    assert reading.book.columns[0].physical_type == text


def test_formulas_are_told() -> None:
    assert [item.code for item in read(sheet(f"{HEAD}<row><c r='A2' t='str'><f>A1</f><v>a</v></c></row>")).notes] == ["formulas"]


def ours(rest: str, **cells: str) -> bytes:
    import csv

    target = io.StringIO()
    names = ["Table", "Column", "Element", "Type", *cells, "Countersign"]
    csv.writer(target).writerows(
        [names, ["t", "a", "t.a", "string", *cells.values(), rest], ["t", "b", "t.b", "date", *cells.values(), ""]]
    )
    return target.getvalue().encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    ("rest", "code"),
    [
        ("{", "json"),
        ("[1]", "wrong_type"),
        ("[" * 100_000, "json"),
        ('{"element":{"extra":{"a":' + "[" * 80 + "]" * 80 + "}}}", "too_deep"),
        ('{"element":{"unit":"km","unit":"m"}}', "duplicate_key"),
        ('{"element":{"extra":{"a":{"b":1e999999}}}}', "json"),
        ('{"element":{"extra":{"a":{"b":NaN}}}}', "json"),
        ('{"element":{"extra":{"a":' + "9" * 5000 + "}}}", "json"),
        ('{"element":{"name":"a\\u0000b"}}', "bad_text"),
        ('{"element":{"name":"\\ud800"}}', "bad_text"),
        ('{"element":{"colour":"red"}}', "unknown_key"),
        ('{"element":{"' + "x" * 200 + '":1}}', "unknown_key"),
        ('{"element":{"a.b":1}}', "unknown_key"),
        ('{"element":{"domain.values":[{"code":1}]}}', "wrong_type"),
        ('{"element":{"references.cardinality":"many_to_one"}}', "required"),
        ('{"element":{"order":-1}}', "wrong_type"),
        ('{"element":{"extra":7}}', "wrong_type"),
        ('{"column":{"role":7}}', "wrong_type"),
        ('{"table":"x"}', "wrong_type"),
        ('{"planet":{}}', "unknown_key"),
    ],
)  # fmt: skip
def test_what_stands_aside_may_be_anything(rest: str, code: str) -> None:
    """What is wrong in it is told at its place; the row's cells and the other rows are read."""
    reading = read(ours(rest, Definition="d"))
    assert ("row 2, column F", "error", code) in [(item.place, item.level, item.code) for item in reading.notes]
    assert [(element.key, element.definition) for element in reading.book.elements] == [("t.a", "d"), ("t.b", "d")]
    assert [column.name for column in reading.book.columns] == ["a", "b"]


def test_a_hundred_columns_that_fold_to_one_key() -> None:
    rows = "".join(f"{'客' * at},int\n" for at in range(1, 100)) + "".join(f"a{'!' * at},int\n" for at in range(1, 100))
    keys = [element.key for element in read("Column,Type\n" + rows).book.elements]
    assert len(set(keys)) == 198
    assert keys[-1] == "x.a_99"


@settings(max_examples=150)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes(data: bytes) -> None:
    for form in (CSV, XLSX):
        assert form.read is not None
        for some in (data, b"Column,Type,Values,Minimum\n" + data):
            codes = []
            try:
                codes += [item.code for item in form.read(some, "x").notes]
            except Unreadable as error:
                codes.append(error.note.code)
            assert set(codes) <= set(MESSAGES)


NAMES = st.sampled_from([item.called[0] for item in FIELDS] + ["countersign", "Countersign", "Element", "Note"])
PLAIN = st.sampled_from(["", "yes", "no", "1", "varchar(5)", "a, b", "1=x; 1=y", "t.c", "N/A", "2020-01-01"])
CELLS = AWKWARD | st.text(max_size=20) | PLAIN


@settings(max_examples=60)
@given(st.lists(NAMES, min_size=1, max_size=8, unique_by=str.casefold), st.lists(st.lists(CELLS, max_size=9), max_size=5))
def test_any_cells_are_read_and_read_back(names: list[str], rows: list[list[str]]) -> None:
    """Whatever stands in a sheet: what was read of it is what is read again from what was written."""
    import csv

    target = io.StringIO()
    csv.writer(target).writerows([["column", *names], *(["c" + str(at), *row] for at, row in enumerate(rows))])
    data = target.getvalue().encode("utf-8", "replace")
    try:
        book = read(data).book
    except Unreadable:
        return
    for form in (CSV, XLSX):
        assert form.read is not None
        assert form.write is not None
        assert form.read(form.write(book), "").book == book
    json.dumps([dict(column.extra) for column in book.columns])
