"""Files that are wrong, damaged or meant to do harm: refused with the cell and the reason, all at once; never anything else."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.economics.sheets import Read, export_csv, export_xlsx, read_csv, read_xlsx
from tests.economics.plan_values import full_plan, simple_line, simple_plan

GOOD = export_xlsx(full_plan())
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def told(read: Read) -> list[tuple[str, str]]:
    assert read.plan is None
    assert all(problem.message for problem in read.problems)
    return [(problem.where, problem.code) for problem in read.problems]


def edited(**cells: Any) -> bytes:
    """The good workbook with other values: `Lines_F4=...`."""
    book = openpyxl.load_workbook(io.BytesIO(GOOD))
    for place, value in cells.items():
        sheet, _mark, cell = place.partition("_")
        book[sheet][cell].value = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def part(name: str, change: Any, data: bytes = GOOD) -> bytes:
    """The workbook with one part of its archive changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in source.namelist():
            content = source.read(member)
            archive.writestr(member, change(content) if member == name else content)
    return target.getvalue()


LINES, CASE = "xl/worksheets/sheet2.xml", "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"Lines_F4": "many"}, [("Lines!F4", "not_a_number")]),
        ({"Lines_F4": "1200"}, [("Lines!F4", "text_for_number")]),
        ({"Lines_F4": "1.200,50"}, [("Lines!F4", "comma")]),
        ({"Lines_F4": "12,5"}, [("Lines!F4", "comma")]),
        ({"Case_C8": "3.5%"}, [("Case!C8", "percent")]),
        ({"Case_C8": -1}, [("Case!C8", "rate_lost")]),
        ({"Case_C8": -1.2}, [("Case!C8", "rate_lost")]),
        ({"Case_C8": None}, [("Case!C8", "missing")]),
        ({"Case_C4": "RMB"}, [("Case!C4", "currency_meant")]),
        ({"Case_C6": 2.5}, [("Case!C6", "not_whole")]),
        ({"Case_C11": "18.11.2022"}, [("Case!C11", "not_a_day")]),
        ({"Case_C15": "maybe"}, [("Case!C15", "choice")]),
        ({"Lines_F4": None}, [("Lines!F4", "missing")]),
        ({"Lines_F4": "=1200*2"}, [("Lines!F4", "no_saved_value")]),
        ({"Lines_F4": "#DIV/0!"}, [("Lines!F4", "error_value")]),
        ({"Lines_M4": "GBP"}, [("Lines!M4", "no_exchange")]),
        ({"Lines_N5": "real"}, [("Lines!N5", "mixed_prices")]),
        ({"Lines_O4": 5}, [("Lines!O4", "periods")]),
        ({"Lines_P4": 9}, [("Lines!O4", "periods")]),
        ({"Lines_G4": None}, [("Lines!G4", "missing")]),
        ({"Lines_G4": 1300}, [("Lines!G4", "range")]),
        ({"Lines_B5": "gpu"}, [("Lines!B5", "duplicate")]),
        ({"Lines_Y6": "{"}, [("Lines!Y6", "not_json")]),
        ({"Lines_Y6": '{"kind":"magic"}'}, [("Lines!Y6", "driver")]),
        ({"Lines_U4": "software2"}, [("Lines!U4", "no_bias")]),
        ({"Lines_D4": "saving"}, [("Lines!D4", "choice")]),
        ({"Lines_B1": "name"}, [("Lines!B1", "field_unknown"), ("Lines!A1", "no_field"), *[(f"Lines!{at}", "missing") for at in (4, 5, 6, 7)]]),
        ({"Lines_A1": "[linse]"}, [("Lines!A1", "table_unknown"), ("", "no_table")]),
        ({"Case_A4": "curency"}, [("Case!A4", "row_unknown"), ("Case!A1", "missing")]),
        ({"Case_A5": "currency"}, [("Case!A5", "row_twice"), ("Case!A1", "missing")]),
        ({"Lines_AC4": "loose"}, [("Lines!AC4", "outside")]),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_told_with_its_place(cells: dict[str, Any], wrong: list[tuple[str, str]]) -> None:
    assert told(read_xlsx(edited(**cells))) == wrong


def test_everything_is_told_at_once() -> None:
    read = read_xlsx(edited(Lines_F4="1,5", Lines_F5="x", Case_C8=-2, Case_C11="x", Lines_O7="two"))
    assert {where for where, _code in told(read)} == {"Lines!F4", "Lines!F5", "Case!C8", "Case!C11", "Lines!O7"}
    assert read.mapping["lines"][0]["title"] == "Gpu", "nothing that could be read is lost"


def test_no_more_than_a_hundred_problems_are_told() -> None:
    plan = simple_plan(*(simple_line(f"l{at}") for at in range(150)))
    rows = export_csv(plan).decode().replace(",2.5,", ",x,")
    problems = told(read_csv(rows.encode()))
    assert len(problems) == 100
    assert problems[-1] == ("", "more")


def test_the_value_that_was_saved_with_a_formula_is_taken_and_told() -> None:
    saved = part(LINES, lambda xml: re.sub(rb'(<c r="F4"[^>]*>)<v>1200</v>', rb"\1<f>1000+200</f><v>1200</v>", xml))
    read = read_xlsx(saved)
    assert read.plan == full_plan()
    assert [(remark.where, remark.code) for remark in read.remarks] == [("Lines!F4", "formula_taken")]


def test_what_is_computed_is_never_read() -> None:
    book = openpyxl.load_workbook(io.BytesIO(GOOD))
    for name in ("Cash flow", "Result"):
        for row in book[name]["B5:J30"]:
            for cell in row:
                cell.value = 10**9
    book["Rates"]["H21"].value = 99
    buffer = io.BytesIO()
    book.save(buffer)
    assert read_xlsx(buffer.getvalue()).plan == full_plan()


def test_merged_cells_are_refused_among_records_only() -> None:
    book = openpyxl.load_workbook(io.BytesIO(GOOD))
    book["Lines"].merge_cells("C4:C5")
    book["Lines"].merge_cells("C2:E2")
    buffer = io.BytesIO()
    book.save(buffer)
    assert ("Lines!C4", "merged") in told(read_xlsx(buffer.getvalue()))


def test_a_date_where_a_number_is_wanted_is_told() -> None:
    book = openpyxl.load_workbook(io.BytesIO(GOOD))
    book["Lines"]["F4"].number_format = "d/m/yyyy"
    buffer = io.BytesIO()
    book.save(buffer)
    assert told(read_xlsx(buffer.getvalue())) == [("Lines!F4", "day_for_number")]


def test_a_number_where_a_date_is_wanted_is_told() -> None:
    book = openpyxl.load_workbook(io.BytesIO(GOOD))
    book["Rates"]["E19"].value, book["Rates"]["E19"].number_format = 45719, "General"
    buffer = io.BytesIO()
    book.save(buffer)
    assert told(read_xlsx(buffer.getvalue())) == [("Rates!E19", "number_for_day")]


def many_rows(xml: bytes) -> bytes:
    return xml.replace(b"</sheetData>", b'<row r="999999999"><c r="B999999999"><v>1</v></c></row></sheetData>')


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"hello", "kind"),
        (b"%PDF-1.7", "kind"),
        (OLE + b"\0" * 600, "xls_or_locked"),
        (b"PK\x03\x04 no archive", "xlsx"),
        (GOOD[:-100], "xlsx"),
        (part("xl/workbook.xml", lambda xml: b"<workbook"), "xlsx"),
        (part(LINES, lambda xml: xml[:-40]), "xlsx"),
        (part(LINES, lambda xml: xml.replace(b"<worksheet", b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet')), "entities"),
        (part(CASE, lambda xml: xml.replace(b"[case]", b"[file]")), "no_table"),
        (part(LINES, many_rows), "too_many_rows"),
        (part(LINES, lambda xml: xml.replace(b"</sheetData>", b'<row r="9"><c r="XFD9"><v>1</v></c></row></sheetData>')), "too_many_columns"),
        (part(LINES, lambda xml: xml.replace(b"</sheetData>", b"<row/>" * 600_000 + b"</sheetData>")), "too_many_cells"),
        (part(LINES, lambda xml: xml.replace(b"</sheetData>", b"<!-- " + b" " * 90_000_000 + b"--></sheetData>")), "unpacks_too_large"),
        (b"x" * (20 * 1024 * 1024 + 1), "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_files_that_cannot_be_read_at_all(data: bytes, code: str) -> None:
    assert code in {found for _where, found in told(read_xlsx(data))}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b" \n\0\n", "file_empty"),
        (GOOD, "kind"),
        (OLE, "kind"),
        (b"one,two\n1,2\n", "no_tables"),
        (b'[lines],key\n,"gpu' + b"\n1,2" * 1500, "unclosed_quote"),
        (b"a\n" * 30_000, "too_many_rows"),
        (b"a" + b"," * 1500 + b"b\n", "too_many_columns"),
        (b"[case],value\ncurrency,EUR\n" + b"\x81\x8d\x8f", "lost_characters"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_separated_values_that_cannot_be_read(data: bytes, code: str) -> None:
    assert code in {found for _where, found in told(read_csv(data))}


def test_a_dimension_that_lies_changes_nothing() -> None:
    assert (
        read_xlsx(part(LINES, lambda xml: xml.replace(b"<sheetData>", b'<dimension ref="A1:B1"/><sheetData>', 1))).plan
        == full_plan()
    )


def test_an_encrypted_archive_is_told() -> None:
    data = bytearray(GOOD)
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 1  # the flag of encryption, in the directory
    assert told(read_xlsx(bytes(data))) == [("", "encrypted")]


PLAIN = "key,title,kind,quantity,unit,unit_price,from_period,to_period"


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("gpu,Gpu,cost,x,h,2,0,1", [("D2", "not_a_number")]),
        ("gpu,Gpu,outlay,1,h,2,0,1", [("C2", "choice")]),
        ("gpu,Gpu,cost,1,h,,0,1", [("F2", "missing")]),
        ("gpu,Gpu,cost,1,h,2,3,1", [("G2", "periods")]),
        ("gpu,Gpu,cost,1,h,2,0,1,more", [("I2", "outside")]),
        ("Gpu!,Gpu,cost,1,h,2,0,1", [("A2", "key")]),
        (f"gpu,Gpu,cost,1,h,2,0,{10**20}", [("H2", "whole_too_large")]),
        (f"gpu,Gpu,cost,{'9' * 70},h,2,0,1", [("D2", "too_many_digits")]),
    ],
)
def test_a_cell_of_a_plain_list_is_told_where_the_file_has_it(row: str, wrong: list[tuple[str, str]]) -> None:
    """No column says that these are lines, so none is counted."""
    assert told(read_csv(f"{PLAIN}\n{row}\n".encode(), simple_plan())) == wrong


def test_a_heading_of_a_plain_list_is_told_where_the_file_has_it() -> None:
    assert told(read_csv(f"{PLAIN},quantity\ngpu,Gpu,cost,1,h,2,0,1,9\n".encode(), simple_plan()))[0] == ("I1", "field_twice")


@pytest.mark.parametrize("value", [b"1_000", "１２".encode()])
def test_what_only_python_takes_for_a_number_is_refused(value: bytes) -> None:
    saved = part(LINES, lambda xml: re.sub(rb'(<c r="F4"[^>]*>)<v>1200</v>', rb"\g<1><v>" + value + b"</v>", xml))
    assert told(read_xlsx(saved)) == [("Lines!F4", "not_a_number")]


def test_hidden_characters_are_refused() -> None:
    assert told(read_csv(export_csv(simple_plan()).replace(b"Gpu", "Gpu\u202e".encode()))) == [("C12", "hidden")]


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (read_csv(data), read_xlsx(data), read_xlsx(b"PK\x03\x04" + data)):
        assert read.plan is None
        assert read.problems


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
@settings(max_examples=60, deadline=None)
def test_a_workbook_with_a_changed_byte_is_read_or_refused(at: int, byte: int) -> None:
    read = read_xlsx(GOOD[:at] + bytes([byte]) + GOOD[at + 1 :])
    assert (read.plan is None) == bool(read.problems)


@given(
    st.lists(
        st.lists(
            st.sampled_from(
                (
                    "[case]",
                    "[lines]",
                    "[steps]",
                    "[scenarios]",
                    "[mitigations]",
                    "value",
                    "key",
                    "title",
                    "kind",
                    "bias",
                    "share",
                    "input",
                    "gpu",
                    "EUR",
                    "currency",
                    "rate",
                    "1,5",
                    "-2",
                    "'=1",
                    "",
                    "#",
                    "x" * 90,
                )
            ),
            max_size=6,
        ),
        max_size=12,
    )
)
@settings(max_examples=200, deadline=None)
def test_any_tables_are_read_or_refused(rows: list[list[str]]) -> None:
    read = read_csv("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows).encode())
    assert read.plan is None
    assert read.problems
    assert all(problem.message for problem in read.problems)
