from __future__ import annotations

import csv
import io
import zipfile
from contextlib import suppress
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.usecases import intake_wording
from governance.usecases.intake import sheets, table
from governance.usecases.intake.reading import read
from governance.usecases.intake.table import Reading, Unreadable
from tests.usecases.messy import COLUMNS, as_csv, as_xlsx, inventory, rows

SMALL = [["Title", "Problem"], ["Café – “déjà vu”", "Größe, naïve"], ["Second", "More"]]


def small(encoding: str, delimiter: str = ",") -> bytes:
    return as_csv(SMALL[1:], columns=SMALL[0], encoding=encoding, delimiter=delimiter)


def cells(found) -> list[list[str]]:
    return [list(row.cells) for row in found.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings_of_western_lists_are_found_out(encoding):
    found = read(small(encoding))

    assert found.columns == ("Title", "Problem")
    assert cells(found) == SMALL[1:]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "gbk", "utf-16"])
def test_encodings_of_chinese_lists_are_found_out(encoding):
    body = [["客户流失预测", "客户离开，我们太晚才知道。"], ["发票识别", "人工录入很慢。"]]
    found = read(as_csv(body, columns=["标题", "业务问题"], encoding=encoding))

    assert found.columns == ("标题", "业务问题")
    assert cells(found) == body


def test_a_guessed_encoding_is_said_and_another_can_be_chosen():
    data = small("cp1252")

    assert [note.code for note in read(data).notes] == ["guessed_encoding"]
    chosen = read(data, reading=Reading(encoding="cp1250"))
    assert chosen.reading.encoding == "cp1250"
    assert chosen.notes == ()
    with pytest.raises(Unreadable, match="unknown_encoding"):
        read(data, reading=Reading(encoding="rot13"))


def test_bytes_that_cp1252_does_not_know_are_marked_and_counted():
    found = read(b"Title,Problem\nA\x81b,\xe9t\xe9 caf\xe9\n")

    assert cells(found) == [["A�b", "été café"]]
    assert "lost_characters" in [note.code for note in found.notes]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_separators_are_found_out(delimiter):
    assert cells(read(small("utf-8", delimiter))) == SMALL[1:]


def test_what_excel_says_of_the_separator_is_heard():
    assert cells(read(b"sep=;\nTitle;Problem\nA, b;c\n")) == [["A, b", "c"]]


def test_rows_are_numbered_as_a_spreadsheet_counts_however_many_lines_a_cell_has():
    found = read(b'Title,Problem\nA,"one\ntwo\nthree"\n\nB,c\n')

    assert [(row.number, row.cells[0]) for row in found.rows] == [(2, "A"), (4, "B")]
    assert found.rows[0].cells[1] == "one\ntwo\nthree"


def test_a_quotation_mark_that_nobody_closed_is_named_by_its_line():
    with pytest.raises(Unreadable) as refused:
        read(b'Title,Problem\nA,b\nC,"open\nD,e\nF,g\n')

    assert (refused.value.code, refused.value.params["line"]) == ("unclosed_quote", "3")


def test_a_stray_quotation_mark_inside_a_cell_does_no_harm():
    assert cells(read(b'Title,Problem\nA,5" screen and 3" disk\n')) == [["A", '5" screen and 3" disk']]


def test_names_that_stand_twice_are_numbered_and_empty_columns_dropped():
    found = read(b"Title,If other,,If other,If other,\nA,1,,2,3,x\n")

    assert found.columns == ("Title", "If other", "If other (2)", "If other (3)", "#6")
    assert cells(found) == [["A", "1", "2", "3", "x"]]
    assert {note.code for note in found.notes} == {"same_name", "unnamed_column", "empty_columns"}


def test_names_below_a_heading_are_found_and_another_line_can_be_chosen():
    data = b"Inventory of 2026,,\n,,\nTitle,Problem,Kind\nA,b,c\n"

    assert read(data).reading.names_at == 3
    assert read(data, reading=Reading(names_at=1)).columns[0] == "Inventory of 2026"
    with pytest.raises(Unreadable, match="no_such_line"):
        read(data, reading=Reading(names_at=9))


def test_cells_without_a_column_are_counted_with_their_row():
    assert [row.surplus for row in read(b"Title,Problem\nA,b,c,d\nE,f\n").rows] == [2, 0]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n\n", "empty"),
        (b"\0\0\0\0", "empty"),
        (b"Title,Problem\n", "no_rows"),
        (b"%PDF-1.7", "kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "kind"),
        (b"PK\x03\x04 not an archive", "xlsx"),
        (("a," * 300 + "\n" + "b," * 300).encode(), "too_many_columns"),
        (b"\xff\xfeT\x00i\x00t\x00\x00\xd8", "encoding"),
        (b"Title\n" + b"A\n" * 20_001, "too_many_rows"),
    ],
)
def test_files_that_cannot_be_read_are_refused_with_a_code(data, code):
    with pytest.raises(Unreadable) as refused:
        read(data)
    assert refused.value.code == code


def test_a_file_that_is_too_large_is_refused_before_it_is_read():
    with pytest.raises(Unreadable, match="too_large"):
        read(b"a" * (table.LARGEST + 1))


def test_a_cell_of_a_million_characters_is_read_and_left_to_its_row():
    found = read(b"Title,Problem\nA," + b"x" * 1_000_000 + b"\nB,c\n")

    assert len(found.rows[0].cells[1]) == 1_000_000
    assert cells(found)[1] == ["B", "c"]


def test_the_real_shape_is_read_whole():
    found = read(inventory(500))

    assert found.columns == tuple(COLUMNS)
    assert len(found.rows) == 500
    assert found.reading.encoding == "utf-8"
    assert [list(row.cells) for row in found.rows] == [[cell.strip() for cell in row] for row in rows(500)]


def test_the_same_list_in_cp1252_says_the_same():
    plain = [[cell.replace("–", "-") for cell in row] for row in rows(50)]

    assert cells(read(as_csv(plain, encoding="cp1252"))) == cells(read(as_csv(plain)))


# Workbooks -----------------------------------------------------------------------------------------------------------


def test_a_workbook_says_what_somebody_would_type():
    lines = [
        ["Title", "Number", "Share", "Day", "At", "Yes"],
        ["A", 35.0, 0.7, date(2026, 1, 2), datetime(2026, 1, 2, 3, 4), True],  # noqa: DTZ001 - a cell has no zone
    ]
    found = read(as_xlsx(lines))

    assert cells(found) == [["A", "35", "0.7", "2026-01-02", "2026-01-02 03:04", "TRUE"]]
    assert (found.format, found.reading.sheet) == ("xlsx", "Inventory")


def test_formulas_are_said_and_never_computed():
    found = read(as_xlsx([["Title", "Sum"], ["A", "=1+1"]]))

    assert cells(found) == [["A"]] or cells(found) == [["A", ""]]
    assert "formulas" in [note.code for note in found.notes]


def test_cells_that_look_empty_and_need_not_be_are_told():
    book = openpyxl.Workbook()
    for row in (["Title", "Sum", "Owner"], ["A", "=1+1", "ann"], ["B", 2, None]):
        book.active.append(row)
    book.active.merge_cells("C2:C3")
    buffer = io.BytesIO()
    book.save(buffer)

    notes = {note.code: note.params for note in read(buffer.getvalue()).notes}
    assert (notes["unsaved"], notes["merged"]) == ({"cells": "B2"}, {"cells": "C2:C3"})
    assert "B2" in intake_wording.note("unsaved", notes["unsaved"])
    assert len(intake_wording.note("merged", {"cells": "A1:A2, " * 1000})) < 500


def test_a_sheet_can_be_chosen():
    data = as_xlsx(SMALL)

    with pytest.raises(Unreadable, match="no_such_sheet"):
        read(data, reading=Reading(sheet="Other"))


def packed(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def changed(data: bytes, name: str, change) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {item.filename: archive.read(item) for item in archive.infolist()}
    return packed({**members, name: change(members[name])})


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = packed({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b"0" * (sheets.MOST_UNPACKED + 1)})

    with pytest.raises(Unreadable, match="unpacks_too_large"):
        read(bomb)


def test_entities_are_not_expanded():
    declared = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    data = changed(
        as_xlsx(SMALL), "xl/worksheets/sheet1.xml", lambda body: body.replace(b"<worksheet", declared + b"<worksheet", 1)
    )

    with pytest.raises(Unreadable) as refused:
        read(data)
    assert refused.value.code == "entities"


def test_other_archives_are_no_workbooks():
    with pytest.raises(Unreadable, match="not_a_workbook"):
        read(packed({"word/document.xml": b"<x/>"}))


def test_a_workbook_whose_packed_bytes_are_damaged_is_told_as_damaged():
    data = bytearray(as_xlsx(SMALL))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
    start = sheet.header_offset + 30 + len(sheet.filename)
    data[start : start + sheet.compress_size] = b"\xff" * sheet.compress_size  # no beginning of anything packed

    with pytest.raises(Unreadable, match="xlsx") as refused:
        read(bytes(data))
    assert refused.value.params["detail"] == "error"  # zlib.error, by its name


def test_a_workbook_that_lies_about_its_size_is_read_as_it_is():
    lying = changed(as_xlsx(SMALL), "xl/worksheets/sheet1.xml", lambda body: body.replace(b'ref="A1:B3"', b'ref="A1:XFD1048576"'))

    assert cells(read(lying)) == SMALL[1:]


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=400))
def test_damaged_workbooks_never_raise_anything_else(noise):
    data = as_xlsx(SMALL)
    at = len(data) // 3
    with suppress(Unreadable):
        read(data[:at] + noise + data[at + len(noise) :])


# YAML ----------------------------------------------------------------------------------------------------------------


def test_yaml_is_a_list_of_maps_with_kpis_inside():
    text = """
use_cases:
  - title: Customer churn
    business_problem: Customers leave.
    data_sources: [CRM, Call notes]
    kpis:
      - {name: Leavers found, baseline: 42, target: 70, unit: "%"}
      - {name: Cost, target: 5}
  - title: 发票识别
"""
    found = read(text.encode(), "list.yaml")

    assert found.columns[:3] == ("title", "business_problem", "data_sources")
    assert found.rows[0].cells[2] == '["CRM", "Call notes"]'
    assert "kpi.2.target" in found.columns
    assert found.rows[1].cells[0] == "发票识别"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [", "yaml"),
        ("- &x {title: A}\n- *x\n", "yaml"),
        ("just text", "not_a_list"),
        ("- 1\n- 2\n", "not_a_list"),
        ("[]", "not_a_list"),
    ],
)
def test_yaml_that_is_no_list_is_refused_with_its_line(text, code):
    with pytest.raises(Unreadable) as refused:
        read(text.encode(), "list.yml")
    assert refused.value.code == code


# Anything ------------------------------------------------------------------------------------------------------------

PLAIN = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=20)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
def test_no_bytes_raise_anything_else(data):
    for name in ("x.csv", "x.yaml"):
        with suppress(Unreadable):
            read(data, name)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(PLAIN, PLAIN), min_size=1, max_size=8), st.sampled_from([",", ";", "\t"]))
def test_what_a_program_wrote_is_what_is_read(body, delimiter):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["Title", "Problem"])
    writer.writerows(body)
    wanted = [[cell.strip() for cell in row] for row in body]
    wanted = [row for row in wanted if any(row)]
    if not wanted:
        return
    found = read(text.getvalue().encode("utf-8-sig"), reading=Reading(delimiter=delimiter, names_at=1))

    assert [
        [dict(zip(found.columns, row.cells, strict=True)).get(name, "") for name in ("Title", "Problem")] for row in found.rows
    ] == wanted
