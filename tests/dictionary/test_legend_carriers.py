"""Legends in files: what was put in comes out again, nothing else of the file changes, and damage is told."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment

from governance.dictionary.legend import Legend, to_bytes
from governance.dictionary.legend.carriers import archive, parquet, sidecar, xlsx
from governance.dictionary.legend.problems import NotCarried
from tests.dictionary.legend_worlds import legend, legends

LEGEND = legend("age", "客户", copy="cp_1", server="https://portal.example")


def workbook(*header: Any, rows: tuple[tuple[Any, ...], ...] = ((1, "x"),), title: str = "Data") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    sheet.append(header or ("age", "客户"))
    for row in rows:
        sheet.append(row)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data), rich_text=True)


def changed(data: bytes, **parts: bytes | None) -> bytes:
    """The archive with some of its parts replaced, or left out; `__` in a name is a slash and `_DOT_` a dot."""
    named = {name.replace("__", "/").replace("_DOT_", "."): value for name, value in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            value = named.pop(name, source.read(name))
            if value is not None:
                target.writestr(name, value)
        for name, value in named.items():
            target.writestr(name, value or b"")
    return out.getvalue()


def code_of(refused: pytest.ExceptionInfo[NotCarried]) -> str:
    assert refused.value.problem.message
    return refused.value.problem.code


# Beside the file ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("data.csv", ("data.csv.legend.json", "data.legend.json")),
        ("a/b.c/data.2026.parquet", ("a/b.c/data.2026.parquet.legend.json", "a/b.c/data.2026.legend.json")),
        ("a.b/data", ("a.b/data.legend.json",)),
        (".hidden", (".hidden.legend.json",)),
    ],
)
def test_where_the_file_beside_is(file: str, names: tuple[str, ...]) -> None:
    assert sidecar.names_for(file) == names
    assert sidecar.name_for(file) == names[0]


@given(legends())
def test_beside_the_file_it_comes_out_again(made: Legend) -> None:
    assert sidecar.take(sidecar.put(made)) == (made, [])


# Parquet ------------------------------------------------------------------------------------------------------------------


def test_what_goes_into_a_parquet_file() -> None:
    assert parquet.file_metadata(LEGEND) == {"countersign.legend": to_bytes(LEGEND).decode()}
    assert parquet.field_metadata(LEGEND, "age") == {
        "countersign.element": "customers/customer.age@1.2.0",
        "countersign.legend_key": LEGEND.columns[0].legend,
    }
    assert parquet.field_metadata(LEGEND, "other") == {}


# Workbooks ----------------------------------------------------------------------------------------------------------------


@settings(max_examples=20)
@given(legends())
def test_in_a_workbook_it_comes_out_again(made: Legend) -> None:
    carried = xlsx.put(workbook(), made)
    assert xlsx.take(carried) == (made, [])
    assert xlsx.take(changed(carried, docProps__custom_DOT_xml=None, _rels___DOT_rels=ONLY_THE_BOOK)) == (
        made,
        [],
    )  # the hidden rows alone


ONLY_THE_BOOK = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)


def test_data_cells_stay_as_they_are() -> None:
    rich = CellRichText("plain ", TextBlock(InlineFont(b=True), "bold"))
    rows = ((1, "x"), (0.1, "'=1+1"), (12345678901234567, True), (None, "#N/A"), (1e-320, "_x0041_"), (rich, "a\nb"))
    before = workbook("age", "客户", rows=rows)
    after = opened(xlsx.put(before, LEGEND))["Data"]
    there = opened(before)["Data"]
    assert [[(cell.value, cell.data_type, cell.number_format) for cell in row] for row in after.iter_rows()] == [
        [(cell.value, cell.data_type, cell.number_format) for cell in row] for row in there.iter_rows()
    ]


def test_people_read_a_sheet_and_notes() -> None:
    book = opened(xlsx.put(workbook("客户", "age", "other"), LEGEND))
    sheet = book["Legend"]
    assert [cell.value for cell in sheet[1]][:4] == ["Column", "Name", "Definition", "Unit"]
    assert [sheet.cell(row, 1).value for row in (2, 3)] == ["客户", "age"]  # in the order of the file
    note = book["Data"]["B1"].comment
    assert note.text.split("\n") == ["Age", "Unit: a", LEGEND.columns[0].legend]
    assert book["Data"]["C1"].comment is None
    hidden = [row for row in range(1, sheet.max_row + 1) if sheet.row_dimensions[row].hidden]
    assert hidden == [sheet.max_row]
    assert {"cp_1", "42", "customers"} <= {str(cell.value) for cell in sheet["B"]}


def test_the_words_are_those_of_the_reader() -> None:
    words = {**xlsx.WORDS, "column": "Spalte", "unit": "Einheit"}
    book = opened(xlsx.put(workbook(), LEGEND, words=words))
    assert book["Legend"]["A1"].value == "Spalte"
    assert "Einheit: a" in book["Data"]["A1"].comment.text


def test_no_text_becomes_a_formula() -> None:
    first = replace(LEGEND.columns[0], title="=1+1", definition="@SUM(A1)", deviation="+cmd|x")
    sheet = opened(xlsx.put(workbook(), replace(LEGEND, columns=(first,))))["Legend"]
    assert [sheet.cell(2, place).value for place in (2, 3, 8)] == ["=1+1", "@SUM(A1)", "+cmd|x"]
    assert [sheet.cell(2, place).data_type for place in (2, 3, 8)] == ["s"] * 3
    assert all(sheet.cell(2, place).quotePrefix for place in (2, 3, 8))


def test_a_later_legend_takes_the_place_of_the_earlier_one() -> None:
    once = xlsx.put(workbook(), LEGEND)
    later = replace(LEGEND, release=43, columns=LEGEND.columns[:1])
    twice = xlsx.put(once, later)
    book = opened(twice)
    assert xlsx.take(twice) == (later, [])
    assert book.sheetnames == ["Data", "Legend"]
    assert book["Data"]["B1"].comment is None
    assert book["Data"]["A1"].comment.text.count("CS-") == 1


def test_what_others_wrote_stays() -> None:
    book = opened(workbook())
    book["Data"]["A1"].comment = Comment("ask Ana", "Bruno")
    book.create_sheet("Legend")["A1"] = "ours"
    later = xlsx.put(xlsx.put(saved(book), LEGEND), LEGEND)
    found = opened(later)
    assert found.sheetnames == ["Data", "Legend", "Legend 2"]
    assert found["Legend"]["A1"].value == "ours"
    assert found["Data"]["A1"].comment.text.startswith("ask Ana\n")
    assert found["Data"]["A1"].comment.text.count("CS-") == 1
    assert found["Data"]["A1"].comment.author == "Bruno"
    assert xlsx.take(later) == (LEGEND, [])
    assert opened(xlsx.put(later, replace(LEGEND, columns=())))["Data"]["A1"].comment.text == "ask Ana"


def test_a_sheet_can_be_named() -> None:
    book = opened(workbook("other"))
    book.create_sheet("More").append(["", "age"])
    found = opened(xlsx.put(saved(book), LEGEND, sheet="More"))
    assert found["More"]["B1"].comment is not None
    assert found["Data"]["A1"].comment is None


@pytest.mark.parametrize(("sheet", "data"), [("None", workbook()), ("", saved(openpyxl.Workbook()))])
def test_a_sheet_that_is_not_there_is_told(sheet: str, data: bytes) -> None:
    with pytest.raises(NotCarried) as refused:
        xlsx.put(data, LEGEND, sheet=sheet)
    assert code_of(refused) == "legend_no_sheet"


@pytest.mark.parametrize(
    ("parts", "lost"),
    [
        ({"xl__charts__chart1_DOT_xml": b"<c/>"}, "xl/charts/chart1.xml"),
        ({"xl__vbaProject_DOT_bin": b"x"}, "xl/vbaProject.bin"),
        ({"xl__media__image1_DOT_png": b"x"}, "xl/media/image1.png"),
    ],
)
def test_nothing_is_lost_silently(parts: dict[str, bytes], lost: str) -> None:
    with pytest.raises(NotCarried) as refused:
        xlsx.put(changed(workbook(), **parts), LEGEND)
    assert (code_of(refused), refused.value.problem.params["value"]) == ("legend_would_lose", lost)


def test_results_of_formulas_would_be_lost() -> None:
    with pytest.raises(NotCarried) as refused:
        xlsx.put(workbook(rows=(("=1+1", ""),)), LEGEND)
    assert refused.value.problem.params["value"] == "results of formulas"


def test_a_workbook_without_a_legend_says_so() -> None:
    found, problems = xlsx.take(workbook())
    assert (found, [item.code for item in problems]) == (None, ["legend_not_carried"])


def test_a_property_that_was_cut_is_made_up_for_by_the_rows() -> None:
    carried = xlsx.put(workbook(), LEGEND)
    with zipfile.ZipFile(io.BytesIO(carried)) as parts:
        custom = parts.read("docProps/custom.xml")
    short = re.sub(rb"(<vt:lpwstr[^>]*>.{255}).*(</vt:lpwstr>)", rb"\1\2", custom)  # as some spreadsheets do
    assert short != custom
    assert xlsx.take(changed(carried, docProps__custom_DOT_xml=short)) == (LEGEND, [])


def test_a_legend_that_was_altered_in_both_places_is_not_used() -> None:
    carried = xlsx.put(workbook(), LEGEND)
    with zipfile.ZipFile(io.BytesIO(carried)) as parts:
        altered = {name: parts.read(name).replace(b"Years since birth", b"Years since death") for name in parts.namelist()}
    found, problems = xlsx.take(changed(carried, **altered))
    assert found is None
    assert [item.code for item in problems] == ["legend_altered"]


@settings(max_examples=60)
@given(st.data())
def test_damage_is_told_and_never_a_fault(data: st.DataObject) -> None:
    carried = bytearray(CARRIED)
    place = data.draw(st.integers(0, len(carried) - 1))
    if data.draw(st.booleans()):
        del carried[place:]
    else:
        carried[place] ^= data.draw(st.integers(1, 255))
    try:
        found, problems = xlsx.take(bytes(carried))
    except NotCarried as refused:
        found, problems = None, [refused.problem]
    assert found in (None, LEGEND)
    assert (found is None) == bool(problems)
    assert all(problem.message for problem in problems)


CARRIED = xlsx.put(workbook(), LEGEND)


ENTITIES = b'<!DOCTYPE p [<!ENTITY a "aaaa">]><Properties><property name="countersign.legend"><lpwstr>&a;</lpwstr></property></Properties>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "legend_not_workbook"),
        (b"PK\x05\x06" + b"\0" * 18, "legend_not_workbook"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "legend_not_workbook"),
        (changed(workbook(), xl__workbook_DOT_xml=None), "legend_not_workbook"),
        (changed(workbook(), docProps__custom_DOT_xml=ENTITIES), "legend_not_workbook"),
        (changed(workbook(), docProps__custom_DOT_xml=b"<a><b></a>"), "legend_not_workbook"),
        (changed(workbook(), xl__bomb_DOT_xml=b"\0" * 20_000_000), "legend_unpacks_too_large"),
        (changed(workbook(), **{f"xl__p{number}_DOT_xml": b"" for number in range(2001)}), "legend_unpacks_too_large"),
    ],
)
def test_what_is_hostile_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(NotCarried) as refused:
        xlsx.take(data)
    assert code_of(refused) == code


def test_what_is_too_large_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST", 100)
    with pytest.raises(NotCarried) as refused:
        xlsx.take(workbook())
    assert code_of(refused) == "legend_too_large"


def test_the_document_in_the_property_is_ascii_json() -> None:
    with zipfile.ZipFile(io.BytesIO(CARRIED)) as parts:
        text = archive.property_of(CARRIED, "countersign.legend")
        assert text is not None
        assert text.isascii()
        assert json.loads(text)["columns"]["客户"]["version"] == "1.2.0"
        assert "docProps/custom.xml" in parts.namelist()
