"""Files of separated values and workbooks into books, by the guess of what their headings mean or by what a person decided. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import Any

from governance.dictionary.formats.model import Reading, Unreadable
from governance.dictionary.formats.notes import note
from governance.dictionary.formats.sheets import contract
from governance.dictionary.formats.sheets.building import Builder
from governance.dictionary.formats.sheets.grid import LARGEST, Grid, Line, grid_of, text_sheet, workbook_sheets
from governance.dictionary.formats.sheets.headings import preset_of
from governance.dictionary.formats.sheets.layout import is_own
from governance.dictionary.formats.sheets.mapping import Guess, chosen, guess
from governance.dictionary.formats.sheets.problems import Notes, letter, place, unreadable
from governance.dictionary.formats.sheets.reading import Sheet, SheetReader
from governance.dictionary.formats.sheets.values import VALUES_SHEET, read_values_sheet
from governance.usecases.intake import table as intake

SAMPLES = 3
READ_ME = "Read me"
_Source = tuple[str, Callable[[], Iterator[Line]]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A heading of a file with a few of its values and what it probably says, for the screen where a person decides."""

    sheet: str
    letter: str
    heading: str
    samples: tuple[str, ...]
    guess: Guess


@dataclass(frozen=True, slots=True)
class _Found:
    """A sheet whose headings were read, and what they say."""

    grid: Grid
    fields: dict[int, str]
    own: bool
    preset: str

    @property
    def is_list(self) -> bool:
        """Whether it lists columns, or else tables with something said of them."""
        names = set(self.fields.values())
        return "column" in names or (self.own and "key" in names) or {"table", "table_description"} <= names


def read(data: bytes, name: str, form: str, mapping: Mapping[str, str] | None = None) -> Reading:
    """Reads a dictionary. `form`: csv or xlsx; `mapping`: heading → field, where a person decided; the guess counts otherwise.

    Raises Unreadable where the file is no spreadsheet of this kind, is damaged or too large, or no heading names the columns.
    """
    notes = Notes()
    builder = Builder(notes)
    try:
        sources = _sources(data, form, notes)
        found, told = _sheets(sources, mapping, builder, name, form)
        values = _own_values(sources, notes) if any(sheet.own for sheet in found) else {}
        for sheet in found:
            _say_headings(sheet, mapping, notes)
            SheetReader(_prepared(sheet, name, form, builder, values), builder).read()
    except intake.Unreadable as error:
        raise unreadable(error) from error
    book = builder.done()
    if not book.columns and not book.elements and not book.tables:
        notes.say("", "warning", "nothing_in_it")
    return Reading(book, tuple(notes.found), told)


def headings_of(data: bytes, name: str = "") -> tuple[Seen, ...]:
    """The headings of each sheet with three values and a guess. Raises Unreadable where there is none."""
    form = "xlsx" if data.startswith(b"PK") else "csv"
    try:
        sources = _sources(data, form, Notes())
        seen = [item for title, lines in sources if (grid := grid_of(title, lines())) for item in _seen(grid)]
    except intake.Unreadable as error:
        raise unreadable(error) from error
    if not seen:
        raise unreadable(intake.Unreadable("empty"))
    return tuple(seen)


def _sources(data: bytes, form: str, notes: Notes) -> list[_Source]:
    if len(data) > LARGEST:
        raise Unreadable(note("", "error", "too_large", limit=LARGEST))
    is_archive = data.startswith(b"PK")
    if is_archive != (form == "xlsx"):
        raise Unreadable(note("", "error", "not_the_format", format=form.upper(), detail="XLSX" if is_archive else "no workbook"))
    if form == "csv":
        lines = text_sheet(data, notes)
        return [("", lambda: lines)]
    return workbook_sheets(data, notes)


def _sheets(
    sources: list[_Source], mapping: Mapping[str, str] | None, builder: Builder, name: str, form: str
) -> tuple[list[_Found], str]:
    """The sheets that list columns; the others are kept in the book. Raises Unreadable where no sheet lists any."""
    lists: list[_Found] = []
    others: list[tuple[str, list[list[Any]] | None]] = []
    headings: tuple[str, ...] = ()
    seen: list[tuple[_Found, Callable[[], Iterator[Line]]]] = []
    for title, lines in sources:
        if (grid := grid_of(title, lines(), tuple(mapping or ()))) is None:
            continue
        seen.append((_found(grid, mapping), lines))
    tools = any(
        found.preset or found.own for found, _lines in seen if found.is_list
    )  # beside a tool's own sheets, nothing is guessed
    owned = any(found.own for found, _lines in seen)
    for found, lines in seen:
        if found.is_list and (mapping is not None or found.own or (found.preset and not owned) or not tools):
            lists.append(found)
        else:
            headings = headings or found.grid.headings
            others.append((found.grid.sheet, contract.kept_lines(lines()) if form == "xlsx" else None))
    if not lists:
        raise Unreadable(note("", "error", "no_column_heading", found=", ".join(headings[:20])))
    if any(found.own for found in lists):
        for title, _lines in others:
            if title not in (VALUES_SHEET, READ_ME):
                builder.notes.say(title, "warning", "sheet_not_read", value=title)
        told = "Countersign"
    else:
        told = _kept_aside(others, lists, builder, name, form)
    return lists, f"{form.upper()}: {told}" if told else form.upper()


def _found(grid: Grid, mapping: Mapping[str, str] | None) -> _Found:
    own = is_own(grid.headings)
    preset = preset_of(grid.headings)
    if mapping is not None:
        return _Found(grid, chosen(grid.headings, mapping)[0], False, preset.name if preset else "")
    fields = {at: offer.field for at, offer in enumerate(guess(grid.headings)) if offer.field and offer.field != "owner"}
    return _Found(
        grid, {at: name for at, name in fields.items() if name != "rest"}, own, preset.name if preset and not own else ""
    )


def _kept_aside(
    others: list[tuple[str, list[list[Any]] | None]], lists: list[_Found], builder: Builder, name: str, form: str
) -> str:
    """What stands above the lists and on other sheets goes into the book."""
    kept: dict[str, Any] = {}
    for title, lines in others:
        if lines is None:
            builder.notes.say(title, "warning", "sheet_left_out", value=title)
            continue
        builder.notes.say(title, "info", "sheet_kept", value=title)
        kept.setdefault("sheets", {})[title] = lines
        if title.casefold() == contract.FRONT:
            builder.book |= contract.book_of(contract.pairs_of(lines))
    for found in lists:
        above = contract.kept_lines(found.grid.above)
        if above:
            kept.setdefault("above", {})[found.grid.sheet] = above
        if found.grid.sheet[: len(contract.SCHEMA)].casefold() != contract.SCHEMA and (
            title := contract.title_of(found.grid.above)
        ):
            builder.book.setdefault("title", title)
    kept["headings"] = {found.grid.sheet: list(found.grid.headings) for found in lists}
    builder.book["extra"] = {form: kept}
    preset = next((preset for found in lists if (preset := preset_of(found.grid.headings))), None)
    return preset.label if preset else ""


def _say_headings(found: _Found, mapping: Mapping[str, str] | None, notes: Notes) -> None:
    grid = found.grid
    for at, heading in grid.twice:
        notes.say(place(grid.sheet, grid.row, at), "warning", "heading_twice", value=heading, kept=grid.headings[at])
    if mapping is None:
        return
    _fields, twice, mistakes = chosen(grid.headings, mapping)
    for at, name in twice:
        notes.say(place(grid.sheet, grid.row, at), "error", "field_taken", value=name)
    for code, heading, name in mistakes:
        level = "warning" if code == "no_such_heading" else "error"
        notes.say(place(grid.sheet, grid.row), level, code, value=heading if code == "no_such_heading" else name)


def _prepared(found: _Found, name: str, form: str, builder: Builder, values: Mapping[str, Any]) -> Sheet:
    grid = found.grid
    table = grid.sheet or _stem(name)
    if grid.sheet[: len(contract.SCHEMA)].casefold() == contract.SCHEMA:
        table, said = contract.table_of(grid.sheet, contract.pairs_of(contract.kept_lines(grid.above) or ()))
        builder.table_said(table, said)
    return Sheet(form, grid, found.fields, table, found.own, found.preset, values)


def _own_values(sources: list[_Source], notes: Notes) -> Mapping[str, Any]:
    lines = next((lines for title, lines in sources if title == VALUES_SHEET), None)
    return read_values_sheet(lines(), notes) if lines is not None else {}


def _seen(grid: Grid) -> Iterator[Seen]:
    columns: list[list[str]] = [[] for _ in grid.headings]
    for _number, texts in islice(grid.lines, 200):
        for at, text in enumerate(texts[: len(columns)]):
            if (text := text.strip()[:200]) and len(columns[at]) < SAMPLES and text not in columns[at]:
                columns[at].append(text)
    for at, (offer, samples) in enumerate(zip(guess(grid.headings), columns, strict=True)):
        yield Seen(grid.sheet, letter(at), grid.headings[at], tuple(samples), offer)


def _stem(name: str) -> str:
    """The table of a file without tables: `Orders 2024.csv` → `Orders 2024`."""
    return re.sub(r"\s+", " ", PurePath(name.replace("\\", "/")).stem).strip()[:120] or "table"
