"""A file as far as a legend is concerned: what kind it is, the names of its columns, and every legend that can be found for it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from typing import BinaryIO

from countersign.legends import document, parquet
from countersign.legends.delimited import read_header
from countersign.legends.document import Legend, LegendError
from countersign.legends.parquet import Field, read_footer
from countersign.legends.unreadable import Unreadable
from countersign.legends.workbook import read_workbook

ENDING = ".legend.json"
KEY = "countersign"  # in the attributes of a frame
MADE_BY_PANDAS = re.compile(r"__index_level_[0-9]+__")  # an index that pandas wrote: no column of anybody
_OTHERS = {
    b"\xd0\xcf\x11\xe0": "an old or an encrypted workbook; save it as XLSX without a password",
    b"\x1f\x8b": "packed with gzip; unpack it first",
    b"BZh": "packed with bzip2; unpack it first",
    b"\xfd7zXZ": "packed with xz; unpack it first",
    b"\x28\xb5\x2f\xfd": "packed with zstd; unpack it first",
    b"ARROW1": "an Arrow file; save it as Parquet",
    b"ORC": "an ORC file, which is not known here",
    b"Obj\x01": "an Avro file, which is not known here",
    b"%PDF": "a PDF, which has no columns",
}


@dataclass(frozen=True)
class Found:
    """A legend and where it was: `file`, `sidecar`, `option` or `server`; `place` is its file's name or the server's address."""

    legend: Legend
    where: str
    place: str = ""


@dataclass
class Source:
    """What was read of a file. `carried` are texts that may be legends; `sheets` tells the columns of each sheet of a workbook."""

    kind: str  # csv | xlsx | parquet
    columns: list[Field]
    carried: list[bytes | str] = field(default_factory=list)
    sheets: dict[str, list[Field]] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)  # what it was taken for: encoding, delimiter, sheet
    notes: list[str] = field(default_factory=list)


def look(name: str) -> Source:
    """Read the names of the columns of a file, and nothing of its rows. Raises Unreadable."""
    try:
        with open(name, "rb") as file:
            head = file.read(8)
            file.seek(0)
            source = _look(file, head, name)
    except Unreadable:
        raise
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        why = "a folder" if os.path.isdir(name) else getattr(error, "strerror", None) or error
        raise Unreadable(f"cannot be read: {why}") from None
    except MemoryError:
        raise Unreadable("needs more memory than there is") from None
    return source


def _look(file: BinaryIO, head: bytes, name: str) -> Source:
    if head[:4] in (parquet.MAGIC, parquet.ENCRYPTED):
        return _parquet(file)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _workbook(file)
    for mark, what in _OTHERS.items():
        if head.startswith(mark):
            raise Unreadable(f"it is {what}")
    header = read_header(file, name)
    source = Source("csv", [Field(cell) for cell in header.names if cell.strip()])
    source.told = {"encoding": header.encoding, "delimiter": header.delimiter}
    if len(source.columns) < len(header.names):
        source.notes.append(f"{len(header.names) - len(source.columns)} of its columns have no name")
    return source


def _parquet(file: BinaryIO) -> Source:
    footer = read_footer(file)
    named = [column for column in footer.columns if not MADE_BY_PANDAS.fullmatch(column.name)]
    source = Source("parquet", named, told={"written_by": footer.created_by} if footer.created_by else {})
    if len(named) < len(footer.columns):
        source.notes.append("it holds an index that pandas wrote, which is no column")
    if parquet.LEGEND in footer.metadata:
        source.carried.append(footer.metadata[parquet.LEGEND])
    if parquet.PANDAS in footer.metadata:
        source.carried += _in_attributes(footer.metadata[parquet.PANDAS])
    return source


def _in_attributes(data: bytes) -> list[bytes | str]:
    """The legend among the attributes of a frame, which pandas keeps as JSON; other people's attributes are none of ours."""
    if len(data) > document.LARGEST:
        return []
    try:
        attributes = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return []
    held = attributes.get(KEY) if isinstance(attributes, dict) else None
    return [json.dumps(held)] if isinstance(held, dict) else []


def _workbook(file: BinaryIO) -> Source:
    book = read_workbook(file)
    sheets = {sheet.name: [Field(cell) for cell in sheet.names if cell.strip()] for sheet in book.sheets}
    first = next((name for name, columns in sheets.items() if columns), None)
    if first is None:
        raise Unreadable("none of its sheets that can be seen holds anything")
    return Source("xlsx", sheets[first], list(book.legends), sheets, {"sheet": first})


def beside(name: str) -> list[str]:
    """Where a legend of this file may lie: `data.csv.legend.json`, then `data.legend.json`."""
    folder, base = os.path.split(name)
    stem = os.path.splitext(base)[0]
    names = [base + ENDING] + ([stem + ENDING] if stem and stem != base else [])
    return [os.path.join(folder, found) for found in names]


def carried(source: Source) -> Legend | None:
    """The legend in the file itself, None where there is none. Raises LegendError where there is one that cannot be used."""
    error: LegendError | None = None
    for text in source.carried:
        try:
            return document.parse(text)
        except LegendError as why:
            error = error or why
    if error:
        raise error
    return None


def read_file(name: str) -> Legend:
    """The legend that a file of its own holds. Raises LegendError, also where the file cannot be read."""
    try:
        with open(name, "rb") as file:
            return document.parse(file.read(document.LARGEST + 1))
    except LegendError:
        raise
    except (OSError, ValueError) as error:
        raise LegendError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from None


def local(name: str, source: Source) -> tuple[Found | None, list[str]]:
    """The legend that comes with a file: in it, else beside it; and what was there that could not be used."""
    refused: list[str] = []
    try:
        legend = carried(source)
        if legend:
            return Found(legend, "file"), refused
    except LegendError as error:
        refused.append(f"the legend in the file is not used: {error}")
    for place in beside(name):
        if os.path.lexists(place):
            try:
                return Found(read_file(place), "sidecar", place), refused
            except LegendError as error:
                refused.append(f"the legend {place} is not used: {error}")
    return None, refused
