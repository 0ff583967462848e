"""What is noticed in a spreadsheet, and places as a spreadsheet counts. Pure."""

from __future__ import annotations

from typing import Any

from governance.dictionary.formats.model import Note, Unreadable
from governance.dictionary.formats.notes import note
from governance.usecases.intake import table as intake

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
