"""The names in the first row of a delimited text, whatever its encoding and delimiter."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from typing import BinaryIO

from countersign.legends.unreadable import Unreadable

LOOKED_AT = 1024 * 1024  # bytes in which the first row has to end
MOST_NAMES = 20_000
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Header:
    """What was found, and what it was taken for."""

    names: list[str]
    encoding: str
    delimiter: str


def read_header(file: BinaryIO, name: str) -> Header:
    """The first row that is not empty. `name` tells by its ending that tabs are meant. Raises Unreadable."""
    data = file.read(LOOKED_AT + 1)
    whole = len(data) <= LOOKED_AT
    encoding = _encoding(data[:LOOKED_AT])
    text = _decoded(data[:LOOKED_AT], encoding, whole)
    if "\0" in text:
        raise Unreadable("neither a table in text nor a file of another form that is known here: it holds zero bytes")
    text = text.lstrip("\r\n")
    delimiter = "\t" if name.lower().endswith((".tsv", ".tab")) else _delimiter(text)
    csv.field_size_limit(max(csv.field_size_limit(), LOOKED_AT))
    stream = io.StringIO(text, newline="")
    try:
        names = next(
            (row for row in csv.reader(stream, delimiter=delimiter, strict=True) if any(cell.strip() for cell in row)), []
        )
    except csv.Error as error:
        raise Unreadable(f"its first row cannot be read: {error}") from None
    if not whole and stream.tell() >= len(text) - 1:
        raise Unreadable(f"its first row is longer than {LOOKED_AT} bytes")
    if not names:
        raise Unreadable("it is empty")
    if len(names) > MOST_NAMES:
        raise Unreadable(f"it has more than {MOST_NAMES} columns")
    return Header(names, encoding, delimiter)


def _encoding(data: bytes) -> str:
    """What the bytes are most likely written in: a mark tells, then UTF-8, then how the bytes above 127 stand together."""
    if data.startswith(UTF_32) and len(data) >= 8:
        raise Unreadable("it is UTF-32; save it as UTF-8")
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return encoding
    sample = data[: len(data) // 2 * 2][:4096]
    if sample and b"\0" in sample:
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        if max(even, odd) > len(sample) // 5:  # the half of each Latin letter
            return "utf-16-le" if odd > even else "utf-16-be"
    if _can(data, "utf-8"):
        return "utf-8"
    return "gb18030" if _can(data, "gb18030") and _stand_in_pairs(data) else "cp1252"


def _stand_in_pairs(data: bytes) -> bool:
    """Whether the bytes above 127 mostly come two by two, as in Chinese. In Western words they stand alone among letters."""
    pairs = alone = at = 0
    while at < len(data):
        if data[at] < 128:
            at += 1
        elif data[at + 1 : at + 2] > b"\x7f" or (data[at + 1 : at + 2].isdigit() and data[at + 2 : at + 3] > b"\x7f"):
            pairs, at = pairs + 1, at + 2
        else:
            alone, at = alone + 1, at + 1
    return pairs > alone


def _can(data: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(data, final=False)  # it may be cut within a character
    except UnicodeDecodeError:
        return False
    return True


def _decoded(data: bytes, encoding: str, whole: bool) -> str:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data, final=whole)
    except UnicodeDecodeError:
        raise Unreadable("its encoding is not known here: neither UTF-8, UTF-16, GB18030 nor Windows-1252") from None


def _delimiter(text: str) -> str:
    """The sign that stands most often in the first row outside of quotes; a comma where none does."""
    counts = dict.fromkeys(DELIMITERS, 0)
    quoted = False
    for char in text:
        if char == '"':
            quoted = not quoted
        elif not quoted:
            if char in "\r\n":
                break
            if char in counts:
                counts[char] += 1
    return max(DELIMITERS, key=counts.__getitem__)
