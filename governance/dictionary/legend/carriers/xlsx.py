"""The legend in a workbook: a sheet that people read, notes at the header cells, and the document itself for programs. Pure.

The document stands in the custom property `countersign.legend`. Spreadsheets that keep no custom properties, or cut long ones, are
why it stands once more below the table of the sheet, in hidden rows. Data cells are not touched.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping
from typing import Any

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Font
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from foundation.canonical import timestamp
from foundation.csv_safety import STARTERS
from governance.dictionary.legend.carriers import archive
from governance.dictionary.legend.model import Legend, LegendColumn
from governance.dictionary.legend.problems import LegendProblem, NotCarried, wrong
from governance.dictionary.legend.reading import read_legend
from governance.dictionary.legend.writing import to_text


def _(text: str) -> str:
    """Marks a text for translation; who writes a workbook gives the words of its reader."""
    return text


PROPERTY = "countersign.legend"
SHEET = "Legend"
AUTHOR = "Countersign"
WORDS = {
    "column": _("Column"),
    "title": _("Name"),
    "definition": _("Definition"),
    "unit": _("Unit"),
    "null_meanings": _("Where a value is missing"),
    "values": _("Values"),
    "value_count": _("%(count)s values, see the dictionary"),
    "timezone": _("Time zone"),
    "deviation": _("Different here"),
    "element": _("Element"),
    "version": _("Version"),
    "legend": _("Legend key"),
    "empty": _("(empty)"),
    "dictionary": _("Dictionary"),
    "release": _("Release"),
    "server": _("Server"),
    "made_at": _("Made at"),
    "dataset": _("Data set"),
    "copy": _("Copy"),
}
_HEADED = {"column": 24, "title": 24, "definition": 60, "unit": 10, "null_meanings": 30, "values": 40, "timezone": 16,
           "deviation": 40, "element": 32, "version": 10, "legend": 20}  # fmt: skip # in the width of a digit
_FACTS = ("dictionary", "release", "dataset", "copy", "server", "made_at")
_PART = 16_000  # characters; a cell holds 32 767 units of UTF-16
_MOST_SHOWN = 32_000
_NUMBERED = re.compile(rf"{re.escape(PROPERTY)} (\d{{1,4}})/(\d{{1,4}})")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_OURS = f"\n\n— {AUTHOR} —\n"
_SEARCHED = 50  # rows in which a header is looked for


def annotate(book: Workbook, legend: Legend, *, sheet: str = "", words: Mapping[str, str] = WORDS) -> None:
    """Put a legend into an open workbook; one that it carried before is replaced.

    `sheet` holds the columns; unless it is named, it is the first that is visible. Its first row with anything in it is the header.
    Raises NotCarried where there is no such sheet.
    """
    _forget(book)
    header = _header(_data_sheet(book, sheet))
    for cell in header:
        column = legend.of(str(cell.value))
        if column is not None:
            _note(cell, _noted(column, words))
    found = [column for cell in header if (column := legend.of(str(cell.value))) is not None]
    order = list(dict.fromkeys([*found, *legend.columns]))
    _write_sheet(book.create_sheet(_free_name(book)), legend, order, words)
    book.custom_doc_props.append(StringProperty(name=PROPERTY, value=to_text(legend)))


def put(data: bytes, legend: Legend, *, sheet: str = "", words: Mapping[str, str] = WORDS) -> bytes:
    """The workbook with the legend in it. Raises NotCarried where something in it would be lost: nothing is, silently."""
    names = archive.look(data)
    lost = archive.would_lose(data, names)
    if lost:
        raise NotCarried(wrong("", "legend_would_lose", value=lost))
    book = _open(data, rich_text=True)
    annotate(book, legend, sheet=sheet, words=words)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def take(data: bytes) -> tuple[Legend | None, list[LegendProblem]]:
    """The legend that a workbook carries, and what is wrong with it. Raises NotCarried for what is no workbook."""
    archive.look(data)
    said = archive.property_of(data, PROPERTY)
    legend, problems = read_legend(said) if said is not None else (None, [wrong("", "legend_not_carried")])
    if legend is None:
        below = _below_the_table(data)
        if below is not None:
            return read_legend(below)
    return legend, problems


def _open(data: bytes, **options: Any) -> Workbook:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # extensions that nobody needs here
            return openpyxl.load_workbook(io.BytesIO(data), **options)
    except Exception as error:  # a hostile or damaged workbook raises whatever it likes
        raise NotCarried(wrong("", "legend_not_workbook", detail=type(error).__name__)) from error


def _data_sheet(book: Workbook, wanted: str) -> Worksheet:
    for sheet in book.worksheets:
        if sheet.title == wanted if wanted else sheet.sheet_state == "visible":
            return sheet
    raise NotCarried(wrong("", "legend_no_sheet", value=wanted or "1"))


def _header(sheet: Worksheet) -> list[Cell]:
    for row in sheet.iter_rows(max_row=min(sheet.max_row, _SEARCHED)):
        cells = [cell for cell in row if isinstance(cell, Cell) and cell.value not in (None, "")]
        if cells:
            return cells
    raise NotCarried(wrong("", "legend_no_sheet", value=sheet.title))


# Writing ------------------------------------------------------------------------------------------------------------------


def _write_sheet(sheet: Worksheet, legend: Legend, columns: list[LegendColumn], words: Mapping[str, str]) -> None:
    for place, name in enumerate(_HEADED, 1):
        sheet.column_dimensions[openpyxl.utils.get_column_letter(place)].width = _HEADED[name]
        _say(sheet, 1, place, words[name]).font = Font(bold=True)
    for row, column in enumerate(columns, 2):
        for place, name in enumerate(_HEADED, 1):
            _say(sheet, row, place, _shown(column, name, words))
    facts = len(columns) + 3
    for row, name in enumerate(_FACTS, facts):
        _say(sheet, row, 1, words[name]).font = Font(bold=True)
        _say(sheet, row, 2, _fact(legend, name))
    text = to_text(legend)
    parts = [text[start : start + _PART] for start in range(0, len(text), _PART)]
    for number, part in enumerate(parts, 1):
        row = facts + len(_FACTS) + number
        _say(sheet, row, 1, f"{PROPERTY} {number}/{len(parts)}")
        _say(sheet, row, 2, part).alignment = Alignment(wrap_text=False)
        sheet.row_dimensions[row].hidden = True
    sheet.freeze_panes = "B2"


def _shown(column: LegendColumn, name: str, words: Mapping[str, str]) -> str:
    if name == "column":
        return column.name
    if name == "null_meanings":
        return "\n".join(f"{token or words['empty']} = {meaning}" for token, meaning in column.null_meanings)
    if name == "values":
        if column.value_count is not None:
            return words["value_count"] % {"count": column.value_count}
        return "\n".join(f"{code or words['empty']} = {meaning}" if meaning else code for code, meaning in column.values)
    return str(getattr(column, name))


def _fact(legend: Legend, name: str) -> str:
    if name == "made_at":
        return timestamp(legend.made_at)
    if name == "dataset":
        return " ".join(part for part in (legend.dataset.name, legend.dataset.version, legend.dataset.digest) if part)
    value = getattr(legend, name)
    return "" if value is None else str(value)


def _noted(column: LegendColumn, words: Mapping[str, str]) -> str:
    lines = [column.title or column.element, f"{words['unit']}: {column.unit}" if column.unit else "", column.legend]
    return _NO_XML.sub("\ufffd", "\n".join(line for line in lines if line))


def _note(cell: Cell, text: str) -> None:
    """A note at the cell; what somebody else noted there stays before it."""
    theirs = cell.comment
    if theirs is None:
        cell.comment = Comment(text, AUTHOR, height=90, width=260)
    else:
        cell.comment = Comment(theirs.text + _OURS + text, theirs.author, height=theirs.height + 60, width=theirs.width)


def _say(sheet: Worksheet, row: int, place: int, text: str) -> Cell:
    """A cell that is a text, whatever it begins with: no spreadsheet takes it for a formula."""
    cell: Cell = sheet.cell(row, place)
    shown = text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"
    cell.value = _NO_XML.sub("\ufffd", shown)
    cell.data_type = "s"
    cell.quotePrefix = shown.lstrip(" ").startswith(STARTERS)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _free_name(book: Workbook) -> str:
    taken = {name.casefold() for name in book.sheetnames}
    names = [SHEET, *(f"{SHEET} {number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name.casefold() not in taken)


# An earlier legend --------------------------------------------------------------------------------------------------------


def _forget(book: Workbook) -> None:
    """Take out what an earlier call put in: the property, our sheet, our notes."""
    if PROPERTY in book.custom_doc_props.names:
        del book.custom_doc_props[PROPERTY]
    for sheet in list(book.worksheets):
        if sheet.title.startswith(SHEET) and _parts(sheet):
            book.remove(sheet)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(max_row=min(sheet.max_row, _SEARCHED)):
            for cell in row:
                if cell.comment is not None:
                    _forget_note(cell)


def _forget_note(cell: Any) -> None:
    note = cell.comment
    if note.author == AUTHOR:
        cell.comment = None
    elif _OURS in note.text:
        cell.comment = Comment(note.text.partition(_OURS)[0], note.author, height=max(note.height - 60, 79), width=note.width)


def _below_the_table(data: bytes) -> str | None:
    book = _open(data, read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            if sheet.title.startswith(SHEET):
                parts = _parts(sheet)
                if parts:
                    return "".join(parts)
    except Exception as error:  # read when asked for: see `_open`
        raise NotCarried(wrong("", "legend_not_workbook", detail=type(error).__name__)) from error
    finally:
        book.close()
    return None


def _parts(sheet: Any) -> list[str]:
    """The parts of the document in their order, or none where one of them is missing."""
    found: dict[int, str] = {}
    said = 0
    for name, *rest in sheet.iter_rows(max_col=2, values_only=True):
        match = _NUMBERED.fullmatch(name) if isinstance(name, str) else None
        if match and rest and isinstance(rest[0], str):
            found[int(match[1])], said = rest[0], int(match[2])
    return [found[number] for number in sorted(found)] if said and set(found) == set(range(1, said + 1)) else []
