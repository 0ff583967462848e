"""What can be noticed in a spreadsheet beside `formats.notes`: codes, the English for each, and places as a spreadsheet counts. Pure."""

from __future__ import annotations

from typing import Any

from governance.dictionary.formats.model import Note, Unreadable
from governance.dictionary.formats.notes import note
from governance.usecases.intake import table as intake


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


MESSAGES = {
    "no_column_heading": _("no heading names the columns; these were found: %(found)s"),
    "heading_twice": _("the heading %(value)s is there twice; this one is kept as %(kept)s"),
    "heading_again": _("the headings again; skipped"),
    "total_row": _("a row of totals (%(value)s); skipped"),
    "word_unknown": _("%(value)s is not understood here; it is kept and written back"),
    "choices_unknown": _("no values could be told apart in %(value)s; it is kept and written back"),
    "reference_unknown": _("%(value)s is no column of this file; it is kept and written back"),
    "value_without_column": _("the value %(value)s belongs to no column, and is left out"),
    "values_twice": _("values of %(value)s are given in two places; those of the cell count"),
    "no_such_heading": _("the file has no heading %(value)s"),
    "no_such_field": _("%(value)s is nothing that a column can say"),
    "field_taken": _("%(value)s is given by another heading already; this one is kept and written back"),
    "sheet_kept": _("the sheet %(value)s lists no columns; its cells are kept"),
    "sheet_left_out": _("the sheet %(value)s lists no columns, and is too large to be kept"),
    "sheet_not_read": _("the sheet %(value)s is none of ours, and is not read"),
    "guessed_encoding": _("taken for %(encoding)s, as the file does not say"),
    "lost_characters": _("%(count)s characters could not be read"),
    "formulas": _("formulas are not computed; the values saved with them are read, and cells without one are empty"),
    "more_notes": _("more than %(limit)s remarks; the rest is not listed"),
    "intake_empty": _("the file is empty"),
    "intake_encoding": _("not %(encoding)s text, at line %(line)s"),
    "intake_wrong_encoding": _("not %(encoding)s text: %(count)s characters cannot be read"),
    "intake_unclosed_quote": _("the quotation mark at line %(line)s is never closed"),
    "intake_csv": _("line %(line)s cannot be read: %(detail)s"),
    "intake_too_many_rows": _("more than %(most)s rows"),
    "intake_too_many_columns": _("more than %(most)s columns"),
    "intake_xlsx": _("not readable as a workbook: %(detail)s"),
    "intake_encrypted": _("the workbook is locked with a password"),
    "intake_not_a_workbook": _("an archive, but no workbook"),
    "intake_unpacks_too_large": _("unpacks to more than %(most)s MB"),
    "intake_entities": _("the workbook holds entities, which are not read"),
    "intake_kind": _("this is no spreadsheet: %(kind)s"),
}
MOST_NOTES = 10_000


class Notes:
    """Notes in the order of the file, bounded: a file of a hundred thousand wrong rows needs no hundred thousand remarks."""

    def __init__(self) -> None:
        self.found: list[Note] = []

    def say(self, place: str, level: Any, code: str, **params: Any) -> None:
        if len(self.found) < MOST_NOTES:
            self.found.append(note(place, level, code, **params))
        elif len(self.found) == MOST_NOTES:
            self.found.append(note("", "warning", "more_notes", limit=MOST_NOTES))


def unreadable(error: intake.Unreadable) -> Unreadable:
    """What the reading of files found, as these formats say it."""
    return Unreadable(Note("", "error", f"intake_{error.code}", error.params))


def letter(index: int) -> str:
    """The letter of a column: 0 → A, 26 → AA."""
    found = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        found = chr(65 + rest) + found
    return found


def place(sheet: str, row: int, index: int | None = None) -> str:
    """`row 7`, `row 7, column C`, `Orders: row 7, column C`."""
    where = f"row {row}" if index is None else f"row {row}, column {letter(index)}"
    return f"{sheet}: {where}" if sheet else where
