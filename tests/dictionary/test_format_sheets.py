"""Spreadsheets give back what was written into them, whatever a book says and whichever tool a sheet came from."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.csv_safety import STARTERS
from governance.dictionary.elements import Element, NullMeaning, PermissibleValue
from governance.dictionary.formats.model import Book, Column, Format, Reading, Table
from governance.dictionary.formats.notes import note_message
from governance.dictionary.formats.sheets import CSV, XLSX
from governance.dictionary.formats.sheets.grid import quoted, unquoted
from tests import public_files
from tests.dictionary.format_checks import FILES, files_of
from tests.dictionary.worlds import AWKWARD, JSON, LINES, SOME_BOOKS, WORDS, books, says

PLAIN = [pytest.param(FILES / "sheets" / "inventory.csv", id="inventory.csv"), *public_files.each("sheets", ".csv")]  # in UTF-8
BOTH = pytest.mark.parametrize("form", [CSV, XLSX], ids=lambda form: form.name)


def read(form: Format, data: bytes, name: str = "sheet") -> Reading:
    assert form.read is not None
    reading = form.read(data, name)
    assert all(note_message(item.code) % item.params for item in reading.notes)
    return reading


def write(form: Format, book: Book) -> bytes:
    assert form.write is not None
    return form.write(book)


def cells_of(data: bytes) -> list[list[str]]:
    """The written file as another program reads it: the first sheet."""
    if data.startswith(b"PK"):
        sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
        return [["" if cell.value is None else str(cell.value) for cell in row] for row in sheet.iter_rows()]
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


KEPT = st.dictionaries(
    LINES | WORDS | st.sampled_from(["Type", "type", "Table (as given)", "Countersign", "#3", "a\tb"]), AWKWARD | JSON, max_size=3
)
EXTRA = st.fixed_dictionaries({}, optional={"csv": KEPT, "xlsx": KEPT, "dbt": KEPT}).filter(all)


@st.composite
def kept_books(draw: st.DrawFn) -> Book:
    """Books with what other sheets said, in every place that has room for it."""
    book = draw(books())
    return replace(
        book,
        extra=draw(EXTRA),
        tables=tuple(replace(table, extra=draw(EXTRA)) for table in book.tables),
        columns=tuple(replace(column, extra=draw(EXTRA)) for column in book.columns),
        elements=tuple(replace(element, extra=draw(EXTRA)) for element in book.elements),
    )


@BOTH
@SOME_BOOKS
@given(book=books())
def test_every_book_reads_back(form: Format, book: Book) -> None:
    reading = read(form, write(form, book))
    assert reading.book == book, reading.notes
    assert not [item for item in reading.notes if item.level == "error"]


@BOTH
@settings(max_examples=30)
@given(book=kept_books())
def test_what_other_sheets_said_reads_back(form: Format, book: Book) -> None:
    assert read(form, write(form, book)).book == book


@BOTH
@given(book=books())
@settings(max_examples=15)
def test_the_same_book_gives_the_same_bytes(form: Format, book: Book) -> None:
    assert write(form, book) == write(form, book)


@BOTH
@pytest.mark.parametrize("path", files_of("sheets") + public_files.each("sheets", ".csv"))
def test_real_dictionaries_read_back(path: Path, form: Format) -> None:
    book = read(CSV, path.read_bytes(), path.name).book
    assert book.columns or book.tables
    assert read(form, write(form, book)).book == book


@pytest.mark.parametrize("path", PLAIN)
def test_no_cell_of_a_real_dictionary_is_lost(path: Path) -> None:
    """Each text of a row stands in the same row of the file that is written."""
    first = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    data = write(CSV, read(CSV, path.read_bytes(), path.name).book)
    then = cells_of(data)
    before, after = [row for row in first[1:] if any(row)], then[1:]
    assert len(before) == len(after)
    for row, written in zip(before, after, strict=True):
        found = {unquoted(cell) for cell in written}
        assert {cell.strip() for cell in row if cell.strip()} - found == set()


@pytest.mark.parametrize("path", PLAIN)
def test_no_cell_of_a_real_workbook_is_lost(path: Path) -> None:
    first = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    made = openpyxl.Workbook()
    for row in first:
        made.active.append([cell or None for cell in row])
    buffer = io.BytesIO()
    made.save(buffer)
    reading = read(XLSX, buffer.getvalue(), path.name)
    data = write(XLSX, reading.book)
    assert read(XLSX, data).book == reading.book
    before, after = [row for row in first[1:] if any(row)], cells_of(data)[1:]
    assert len(before) == len(after)
    for row, written in zip(before, after, strict=True):
        assert {cell.strip() for cell in row if cell.strip()} - set(written) == set()


@pytest.mark.parametrize(
    ("file", "encoding", "told"), [("raeder_cp1252.csv", "cp1252", "Windows-1252"), ("骑行_gb18030.csv", "gb18030", "GB 18030")]
)
def test_a_list_in_an_encoding_of_its_country_is_read(file: str, encoding: str, told: str) -> None:
    """No letter of it is lost, and what was guessed is said."""
    data = (FILES / "sheets" / file).read_bytes()
    reading = read(CSV, data, file)
    assert [item.params["encoding"] for item in reading.notes if item.code == "guessed_encoding"] == [told]
    mark = ";" if encoding == "cp1252" else ","
    rows = [row for row in csv.reader(io.StringIO(data.decode(encoding)), delimiter=mark) if any(row)]
    start = next(at for at, row in enumerate(rows) if len([cell for cell in row if cell]) > 2)
    written = cells_of(write(CSV, reading.book))[1:]
    assert len(written) == len(rows[start + 1 :])
    for row, found in zip(rows[start + 1 :], written, strict=True):
        assert {cell.strip() for cell in row if cell.strip()} - {unquoted(cell) for cell in found} == set()


def test_a_german_list_says_what_it_means() -> None:
    book = read(CSV, (FILES / "sheets" / "raeder_cp1252.csv").read_bytes(), "raeder.csv").book
    elements = {column.name: element for column, element in zip(book.columns, book.elements, strict=True)}
    assert list(elements) == ["Fahrt_Nr", "Gebühr", "Größe", "Straße"]
    assert (elements["Gebühr"].logical_type, elements["Gebühr"].definition) == ("number", "Preis in €, inkl. Steuern")
    assert [item.code for item in elements["Größe"].domain.values] == ["S", "M", "L"]
    assert elements["Fahrt_Nr"].null_policy == "never"
    assert elements["Straße"].definition == "Straße „so wie am Schild“"
    assert [table.name for table in book.tables] == ["Fahrten", "Stationen"]
    assert [element.key for element in book.elements] == [
        "fahrten.fahrt_nr",
        "fahrten.gebuhr",
        "fahrten.grosse",
        "stationen.strasse",
    ]


def test_a_chinese_list_says_what_it_means() -> None:
    book = read(CSV, (FILES / "sheets" / "骑行_gb18030.csv").read_bytes(), "骑行.csv").book
    elements = {column.name: element for column, element in zip(book.columns, book.elements, strict=True)}
    assert list(elements) == ["骑行编号", "费用", "票种", "站点名称", "开放日期"]
    assert [(item.code, item.meaning) for item in elements["票种"].domain.values] == [("1", "单次"), ("2", "日票"), ("7", "周票")]
    assert (elements["费用"].logical_type, elements["费用"].null_policy) == ("number", "allowed")
    assert elements["站点名称"].definition == "站点的名称，如“人民广场站”"
    assert [table.name for table in book.tables] == ["骑行", "站点"]


def test_omop_says_what_it_means() -> None:
    reading = read(CSV, public_files.one("sheets/omop_oncology_field_level.csv").read_bytes(), "omop.csv")
    elements = {element.key: element for element in reading.book.elements}
    assert reading.told == "CSV: OMOP Common Data Model"
    assert elements["episode.episode_id"].is_key
    assert elements["episode.episode_id"].null_policy == "never"
    assert elements["episode_event.episode_id"].references is not None
    assert elements["episode_event.episode_id"].references.element == "episode.episode_id"
    assert [column.physical_type for column in reading.book.columns[:4]] == ["bigint", "bigint", "integer", "date"]


def test_redcap_says_what_it_means() -> None:
    book = read(CSV, public_files.one("sheets/redcap_validation_types.csv").read_bytes(), "redcap.csv").book
    elements = {element.key: element for element in book.elements}
    assert [(value.code, value.meaning) for value in elements["form_1.f_radio"].domain.values] == [
        ("0", "Zero"),
        ("1", "One"),
        ("2", "Two"),
    ]
    assert elements["form_1.f_calculated"].formula is not None
    assert (elements["form_1.f_yes_no"].logical_type, elements["form_1.v_date_dmy"].logical_type) == ("boolean", "date")
    assert (elements["form_1.v_email"].logical_type, elements["form_1.v_email"].format) == ("string", "email")
    assert not elements["form_1.f_slider"].domain.values
    assert [table.name for table in book.tables] == ["form_1"]


def test_radx_says_what_it_means() -> None:
    book = read(CSV, public_files.one("sheets/radx_tech.csv").read_bytes(), "tech.dd.csv").book
    race = next(element for element in book.elements if element.key == "tech_dd.race_black")
    assert [(value.code, value.meaning) for value in race.domain.values] == [("0", "Unchecked"), ("1", "Checked")]
    assert (race.name, race.logical_type) == ("Black", "integer")


def test_a_sheet_of_tables_alone_is_read() -> None:
    book = read(CSV, public_files.one("sheets/omop_5_4_table_level.csv").read_bytes(), "tables.csv").book
    assert len(book.tables) == 39
    assert book.tables[0].description.startswith("This table serves as the central identity")
    assert book.tables[0].extra["csv"]["conceptPrefix"] == "NA"


# What our own files are ----------------------------------------------------------------------------------------------------------


def a_book(**more: Any) -> Book:
    return Book(
        elements=(says(**more),), tables=(Table(name="t"),), columns=(Column(table="t", name="age", element="customer.age"),)
    )


@given(st.text(max_size=12) | AWKWARD.map(lambda text: "'" + text))
def test_a_quote_before_a_cell_is_taken_off_exactly(text: str) -> None:
    assert unquoted(quoted(text)) == text
    from foundation.csv_safety import safe

    assert unquoted(safe(quoted(text))) == text


@settings(max_examples=50)
@given(st.sampled_from(STARTERS), LINES)
def test_no_cell_runs(starter: str, text: str) -> None:
    element = says(name=(starter + text).strip(), definition=f"={text}", examples=(f"@{text}",), tags=(f"+{text}",))
    book = Book(elements=(element,))
    rows = cells_of(write(CSV, book))
    assert not [cell for row in rows for cell in row if cell.lstrip(" ").startswith(STARTERS)]
    for sheet in openpyxl.load_workbook(io.BytesIO(write(XLSX, book))).worksheets:
        assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} <= {"s"}


@pytest.mark.parametrize(
    "text", ["a\rb", "a\x0bb", "_x000D_", "_x005F_x000D_", "_x0041\x07", "x\x85y", "a" * 4000, "#N/A", "a\n" * 900 + "b"]
)
@BOTH
def test_texts_that_files_do_not_like(form: Format, text: str) -> None:
    book = a_book(definition=text)
    assert read(form, write(form, book)).book == book


@BOTH
def test_many_values_with_labels_and_dates(form: Format) -> None:
    from datetime import date

    values = tuple(
        PermissibleValue(code=f"c{at}", meaning="x" * 40, labels=(("de", "Ja"), ("fr", "a=b; c")), valid_from=date(2020, 1, 1))
        for at in range(2000)
    )
    from governance.dictionary.elements import Domain

    book = a_book(domain=Domain(values=values))
    assert read(form, write(form, book)).book == book


def test_the_workbook_helps_whoever_fills_it_in() -> None:
    from governance.dictionary.elements import Domain

    book = a_book(
        domain=Domain(values=(PermissibleValue(code="1", meaning="yes"), PermissibleValue(code="2"))),
        null_meanings=(NullMeaning("-99", "refused"),),
    )
    made = openpyxl.load_workbook(io.BytesIO(write(XLSX, book)))
    assert made.sheetnames == ["Dictionary", "Permissible values", "Read me"]
    sheet = made["Dictionary"]
    assert sheet.freeze_panes == "A2"
    assert {rule.formula1 for rule in sheet.data_validations.dataValidation} >= {
        '"never,allowed"',
        '"public,internal,personal,sensitive"',
    }
    assert [[cell.value for cell in row] for row in made["Permissible values"].iter_rows(max_col=3)] == [
        ["Element", "Code", "Meaning"], ["customer.age", "1", "yes"], ["customer.age", "2", None],
    ]  # fmt: skip
    row = {head.value: cell.value for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert (row["Missing codes"], row["Type"], row["Countersign"]) == ("-99=refused", "integer", None)


def test_the_workbook_holds_no_time_of_writing() -> None:
    with zipfile.ZipFile(io.BytesIO(write(XLSX, a_book()))) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.read("docProps/core.xml").count(b">1980-01-01T00:00:00Z<") == 2


def test_a_person_may_change_our_file() -> None:
    """A filled cell counts before what stands aside; rows may be sorted, columns moved, and other columns added."""
    two = Book(
        elements=(says(), says(key="b", definition="x", extra={"dbt": {"a": 1}})),
        tables=(Table(name="t"),),
        columns=(Column(table="t", name="age", element="customer.age"), Column(table="t", name="x", element="b"),
                 Column(table="t", name="y", element="b")),
    )  # fmt: skip
    rows = cells_of(write(CSV, two))
    head = rows[0]
    rows[2][head.index("Definition")] = "Better."
    rows[2][head.index("Null policy")] = "Never"
    changed = [[*rows[0], "Reviewed by"], *([*row, "Ann"] for row in (rows[3], rows[2], rows[1]))]
    book = read(
        CSV, "\n".join(";".join(f'"{cell.replace(chr(34), 2 * chr(34))}"' for cell in row) for row in changed).encode()
    ).book
    elements = {element.key: element for element in book.elements}
    assert (elements["b"].definition, elements["b"].null_policy, elements["b"].extra) == ("Better.", "never", {"dbt": {"a": 1}})
    assert [column.name for column in book.columns] == ["y", "x", "age"]
    assert book.columns[0].extra == {"csv": {"Reviewed by": "Ann"}}
    assert elements["customer.age"] == says()


def test_an_empty_book_is_a_sheet_to_fill_in() -> None:
    for form in (CSV, XLSX):
        reading = read(form, write(form, Book()))
        assert reading.book == Book()
        assert [item.code for item in reading.notes] == ["nothing_in_it"]


def test_an_element_without_a_column_and_a_table_without_one() -> None:
    book = Book(title="A", elements=(Element(key="b"), Element(key="a")), tables=(Table(name="t", physical_name="T"),))
    for form in (CSV, XLSX):
        assert read(form, write(form, book)).book == book
