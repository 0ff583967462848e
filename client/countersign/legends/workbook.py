"""Workbooks (XLSX) without a library: the first row of each sheet, and the legend that a workbook carries.

A workbook is a ZIP archive of XML parts (ECMA-376). Archives are looked at before they are unpacked, parts are read piece by piece and
up to a bound, and a part with a document type is refused: so neither packed bombs nor entities do any harm.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO
from xml.parsers import expat  # entities and document types are refused below

from countersign.legends.unreadable import Unreadable

PROPERTY = "countersign.legend"
LEGEND_SHEET = "Legend"
MOST_LISTED = 4 * 1024 * 1024  # bytes of the list of parts at the archive's end
SMALL = 16 * 1024 * 1024  # bytes of a part that is read whole
LARGE = 128 * 1024 * 1024  # bytes that are unpacked in all
MOST_SHEETS = 50
MOST_CELLS = 16_384  # columns of a sheet
MOST_TEXT = 40_000  # characters of a cell; 32 767 are allowed
MOST_KEPT = 16 * 1024 * 1024  # characters of cells that are kept
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the two that ECMA-376 allows
FAULTS = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    EOFError,
    KeyError,
    zlib.error,
    struct.error,
)
_NUMBERED = re.compile(rf"{re.escape(PROPERTY)} ([0-9]{{1,4}})/([0-9]{{1,4}})")
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")


@dataclass(frozen=True)
class Sheet:
    """A sheet that people see, and the names in its first row with anything in it."""

    name: str
    names: list[str]


@dataclass(frozen=True)
class Workbook:
    """`legends` are the texts that may be legends, the property's before the sheet's."""

    sheets: list[Sheet]
    legends: list[str]


class _Enough(Exception):
    """What was looked for is found; the rest of the part is not read."""


def read_workbook(file: BinaryIO) -> Workbook:
    """Look into an open file that can be sought in. Raises Unreadable."""
    try:
        _look_at_the_list(file)
        with zipfile.ZipFile(file) as archive:
            return _Archive(archive).read()
    except Unreadable:
        raise
    except FAULTS as error:
        raise Unreadable(f"not a workbook (XLSX) that can be read: {type(error).__name__}") from None
    except expat.ExpatError as error:
        raise Unreadable(f"not a workbook (XLSX) that can be read: {error}") from None


def _look_at_the_list(file: BinaryIO) -> None:
    """The list of parts is read as a whole by `zipfile`: it must be small. Its end says how long it is (APPNOTE.TXT, 4.3.16)."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 66_000))
    tail = file.read(66_000)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise Unreadable("it begins like a workbook (XLSX) and does not end like one: was it cut off?")
    length = struct.unpack_from("<I", tail, at + 12)[0]
    if length > MOST_LISTED or tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):  # ZIP64 says it elsewhere
        raise Unreadable("its archive has more parts than any workbook needs")


class _Archive:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = LARGE
        names = archive.namelist()
        self._names = set(names)
        if any(member.compress_type not in PACKINGS for member in archive.infolist()):
            raise Unreadable("it is packed in a way that no workbook is")
        if len(names) != len(self._names):
            raise Unreadable("a part of it stands twice")

    def read(self) -> Workbook:
        parts = {kind.rsplit("/", 1)[-1]: target for kind, _id, target in self._relations("")}
        book = parts.get("officeDocument", "xl/workbook.xml")
        if book not in self._names:
            raise Unreadable("an archive, but no workbook (XLSX): it has no list of sheets")
        relations = self._relations(book)
        targets = {name: target for _kind, name, target in relations}
        shared = next((target for kind, _id, target in relations if kind.endswith("/sharedStrings")), "")
        sheets = self._sheets(book)
        seen: list[Sheet] = []
        legends = self._property(parts.get("custom-properties", "docProps/custom.xml"))
        for name, state, relation in sheets[:MOST_SHEETS]:
            part = targets.get(relation, "")
            if part not in self._names:
                continue  # a chart, or a part that is missing
            if name.startswith(LEGEND_SHEET):
                text = "".join(self._parts_below(part, shared))
                if text:
                    legends.append(text)
                    continue
            if state == "visible":
                seen.append(Sheet(name, [cell for cell in next(self._rows(part, shared, 1), {}).values() if cell]))
        return Workbook(seen, legends)

    # Parts ----------------------------------------------------------------------------------------------------------------

    def _relations(self, part: str) -> list[tuple[str, str, str]]:
        """Type, id and target of each relation of a part (of the whole package for an empty name)."""
        folder, name = posixpath.split(part)
        found: list[tuple[str, str, str]] = []

        def start(tag: str, given: dict[str, str]) -> None:
            if tag == "Relationship" and given.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, given.get("Target", "")))
                found.append((given.get("Type", ""), given.get("Id", ""), target.lstrip("/")))

        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path in self._names:
            self._parse(path, SMALL, start)
        return found

    def _sheets(self, book: str) -> list[tuple[str, str, str]]:
        """Name, state and relation of each sheet, in their order."""
        found: list[tuple[str, str, str]] = []

        def start(tag: str, given: dict[str, str]) -> None:
            if tag == "sheet":
                relation = next((value for key, value in given.items() if key.rpartition(" ")[2] == "id" and " " in key), "")
                found.append((given.get("name", ""), given.get("state", "visible"), relation))

        self._parse(book, SMALL, start)
        return found

    def _property(self, part: str) -> list[str]:
        """The text of our property, in a list, or an empty list."""
        found: list[str] = []
        inside = [False]

        def start(tag: str, given: dict[str, str]) -> None:
            if tag == "property":
                inside[0] = given.get("name") == PROPERTY

        def text(data: str) -> None:
            if inside[0]:
                found.append(data)

        if part in self._names:
            self._parse(part, SMALL, start, text=text)
        return ["".join(found)] if found else []

    def _parts_below(self, part: str, shared: str) -> list[str]:
        """The document in the hidden rows of the sheet that people read, in the order of its parts."""
        found: dict[int, str] = {}
        said = 0
        for row in self._rows(part, shared, 25_000):
            match = _NUMBERED.fullmatch(row.get(1, ""))
            if match and 2 in row:
                found[int(match[1])], said = row[2], int(match[2])
        return [found[number] for number in sorted(found)] if said and set(found) == set(range(1, said + 1)) else []

    # Rows -----------------------------------------------------------------------------------------------------------------

    def _rows(self, part: str, shared: str, most: int) -> Iterator[dict[int, str]]:
        """The first rows that hold anything: the texts of their cells by column, from 1."""
        rows = _Rows(most, widest=MOST_CELLS if most == 1 else 2)
        self._parse(part, LARGE, rows.start, end=rows.end, text=rows.text)
        wanted = {value for row in rows.found for kind, value in row.values() if kind == "s"}
        texts = self._shared(shared, {int(value) for value in wanted if re.fullmatch(r"[0-9]{1,9}", value)}) if wanted else {}
        for row in rows.found:
            yield {place: texts.get(value, "") if kind == "s" else value for place, (kind, value) in row.items()}

    def _shared(self, part: str, wanted: set[int]) -> dict[str, str]:
        """The shared texts of these numbers. Reading how words are spoken (`rPh`) is passed over."""
        if part not in self._names or not wanted:
            return {}
        shared = _Shared(wanted)
        self._parse(part, LARGE, shared.start, end=shared.end, text=shared.text)
        return shared.found

    def _parse(self, part: str, most: int, start: Any, end: Any = None, text: Any = None) -> None:
        """Give the elements of a part to the functions, by their local names, until the end, `_Enough`, or the bound."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True

        def refuse(*_given: Any) -> None:
            raise Unreadable("a part of it has a document type, which no workbook needs")

        def begin(tag: str, given: dict[str, str]) -> None:
            start(tag.rpartition(" ")[2], given)

        parser.StartDoctypeDeclHandler = refuse
        parser.EntityDeclHandler = refuse
        parser.StartElementHandler = begin
        if end:
            parser.EndElementHandler = lambda tag: end(tag.rpartition(" ")[2])
        if text:
            parser.CharacterDataHandler = text
        most = min(most, self._left)
        try:
            with self._archive.open(part) as stream:
                for piece in iter(lambda: stream.read(65_536), b""):
                    most -= len(piece)
                    self._left -= len(piece)
                    if most < 0:
                        raise Unreadable("it unpacks to more than is read of any workbook")
                    parser.Parse(piece, False)
                parser.Parse(b"", True)
        except _Enough:
            pass


class _Rows:
    """Collects the first rows of a sheet that hold anything: type and text of each cell, by column."""

    def __init__(self, most: int, widest: int) -> None:
        self.found: list[dict[int, tuple[str, str]]] = []
        self._most, self._widest = most, widest
        self._kept = 0
        self._row: dict[int, tuple[str, str]] = {}
        self._place = 0
        self._kind = ""
        self._texts: list[str] = []
        self._length = 0
        self._inside = 0  # in v, or in t of is
        self._spoken = False

    def start(self, tag: str, given: dict[str, str]) -> None:
        if tag == "row":
            self._row, self._place = {}, 0
        elif tag == "c":
            match = _REFERENCE.fullmatch(given.get("r", ""))
            self._place = _number(match[1]) if match else self._place + 1
            self._kind, self._texts, self._length = given.get("t", "n"), [], 0
        elif tag == "rPh":
            self._spoken = True
        elif tag in ("v", "t") and not self._spoken:
            self._inside += 1

    def text(self, data: str) -> None:
        if self._inside:
            self._length += len(data)
            if self._length > MOST_TEXT:
                raise Unreadable(f"a cell of it holds more than {MOST_TEXT} characters")
            self._texts.append(data)

    def end(self, tag: str) -> None:
        if tag in ("v", "t") and not self._spoken:
            self._inside -= 1
        elif tag == "rPh":
            self._spoken = False
        elif tag == "c" and self._texts and self._place <= self._widest:
            said = "".join(self._texts)
            self._kept = _bounded(self._kept + len(said))
            self._row[self._place] = (self._kind, {"0": "FALSE", "1": "TRUE"}.get(said, said) if self._kind == "b" else said)
        elif tag == "row" and self._row:
            self.found.append(dict(sorted(self._row.items())))
            if len(self.found) >= self._most:
                raise _Enough
        elif tag == "sheetData":
            raise _Enough


class _Shared:
    """Collects the shared texts of some numbers."""

    def __init__(self, wanted: set[int]) -> None:
        self.found: dict[str, str] = {}
        self._wanted = wanted
        self._number = -1
        self._length = 0
        self._texts: list[str] = []
        self._inside = self._spoken = False

    def start(self, tag: str, _given: dict[str, str]) -> None:
        if tag == "si":
            self._number, self._texts = self._number + 1, []
        elif tag == "rPh":
            self._spoken = True
        elif tag == "t":
            self._inside = not self._spoken and self._number in self._wanted

    def text(self, data: str) -> None:
        if self._inside:
            self._length = _bounded(self._length + len(data))
            self._texts.append(data)

    def end(self, tag: str) -> None:
        if tag == "rPh":
            self._spoken = False
        elif tag == "t":
            self._inside = False
        elif tag == "si" and self._number in self._wanted:
            self.found[str(self._number)] = "".join(self._texts)
            if len(self.found) == len(self._wanted):
                raise _Enough


def _bounded(length: int) -> int:
    if length > MOST_KEPT:
        raise Unreadable("its texts are larger than any workbook needs")
    return length


def _number(letters: str) -> int:
    """A is 1, Z is 26, AA is 27."""
    total = 0
    for letter in letters:
        total = total * 26 + ord(letter) - 64
    return total
