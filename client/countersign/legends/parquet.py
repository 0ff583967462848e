"""The footer of a Parquet file: the names of its columns, and the metadata among which a legend travels.

As apache/parquet-format has it: a file ends with `FileMetaData` in Thrift's compact protocol, its length in four bytes (little-endian)
and `PAR1`; `PARE` where the footer is encrypted. Nothing else of the file is read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from countersign.legends.thrift import BINARY, I32, LIST, STRUCT, Malformed, Reader
from countersign.legends.unreadable import Unreadable

MAGIC, ENCRYPTED = b"PAR1", b"PARE"
LARGEST_FOOTER = 64 * 1024 * 1024  # bytes
DEEPEST_COLUMN = 100
SIGNATURE = 28  # bytes behind a footer that is signed: nonce and tag
LEGEND, PANDAS = b"countersign.legend", b"PANDAS_ATTRS"
KEPT = (LEGEND, PANDAS)


@dataclass(frozen=True)
class Field:
    """A column as people see it, and what is in it where it is made of others: `address`, `address.city`."""

    name: str
    inner: tuple[str, ...] = ()


@dataclass(frozen=True)
class Footer:
    """What of a footer is looked at. `metadata` has the values of `KEPT` only."""

    columns: tuple[Field, ...]
    metadata: dict[bytes, bytes]
    created_by: str


def read_footer(file: BinaryIO) -> Footer:
    """Read the footer of an open file that can be sought in. Raises Unreadable."""
    size = file.seek(0, 2)
    if size < 12:
        raise Unreadable("too short to be a Parquet file")
    file.seek(size - 8)
    tail = file.read(8)
    if tail[4:] == ENCRYPTED:
        raise Unreadable("the footer of this Parquet file is encrypted: neither its columns nor a legend in it can be read")
    length = struct.unpack("<I", tail[:4])[0] if len(tail) == 8 else 0
    if tail[4:] != MAGIC or not 0 < length <= size - 12:
        raise Unreadable("it begins like a Parquet file and does not end like one: was it cut off?")
    if length > LARGEST_FOOTER:
        raise Unreadable(f"its footer is larger than {LARGEST_FOOTER} bytes")
    file.seek(size - 8 - length)
    data = file.read(length)
    if len(data) != length:
        raise Unreadable("it became shorter while it was read")
    return parse_footer(data)


def parse_footer(data: bytes) -> Footer:
    """The same of the bytes of the footer alone."""
    reader = Reader(data)
    try:
        found = reader.struct(
            {
                2: (LIST, lambda: reader.list_of(STRUCT, lambda: _element(reader))),
                5: (LIST, lambda: reader.list_of(STRUCT, lambda: _pair(reader))),
                6: (BINARY, reader.binary),
                8: (STRUCT, lambda: reader.struct({})),
            }
        )
        left = len(data) - reader.at
        if left and not (8 in found and left == SIGNATURE):
            raise Malformed("something stands behind its end")
        return Footer(_columns(found.get(2, [])), _kept(found.get(5, [])), found.get(6, b"").decode("utf-8", "replace")[:200])
    except Malformed as error:
        raise Unreadable(f"its Parquet footer is damaged: {error}") from None


def _element(reader: Reader) -> tuple[str, int, bool]:
    """Name, number of children, and whether it stands for itself alone: what is repeated or a list has no names that people know."""
    found = reader.struct(
        {
            3: (I32, reader.integer),  # repetition: 2 is repeated
            4: (BINARY, reader.text),
            5: (I32, reader.integer),
            6: (I32, reader.integer),  # converted and logical type: on a group, a list or a map
            10: (STRUCT, lambda: reader.struct({})),
        }
    )
    if 4 not in found:
        raise Malformed("a column has no name")
    plain = found.get(3, 0) != 2 and 6 not in found and 10 not in found
    return found[4], found.get(5, 0), plain


def _pair(reader: Reader) -> tuple[bytes, bytes]:
    found = reader.struct({1: (BINARY, reader.binary), 2: (BINARY, reader.binary)})
    return found.get(1, b""), found.get(2, b"")


def _kept(pairs: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    kept = [pair for pair in pairs if pair[0] in KEPT]
    found = dict(kept)
    if len(found) != len(kept):
        raise Malformed("an entry of its metadata stands twice")
    return found


def _columns(elements: list[tuple[str, int, bool]]) -> tuple[Field, ...]:
    """The tree of columns, which the footer holds flattened: each element before its children, the root first."""
    if not elements:
        raise Malformed("it has no schema")
    top: list[tuple[str, list[str]]] = []
    open_: list[tuple[str, int, bool]] = [("", elements[0][1], True)]  # path, children to come, whether names below count
    for name, children, plain in elements[1:]:
        while open_ and open_[-1][1] == 0:
            open_.pop()
        if not open_ or not 0 <= children <= len(elements) or len(open_) > DEEPEST_COLUMN:
            raise Malformed("its schema does not add up")
        path, left, counts = open_.pop()
        open_.append((path, left - 1, counts))
        here = f"{path}.{name}" if path else name
        if len(open_) == 1:
            top.append((name, []))
        elif counts and not (children and plain):  # a value, or a list or map of them
            top[-1][1].append(here)
        open_.append((here, children, counts and plain))
    if any(left for _path, left, _counts in open_):
        raise Malformed("its schema does not add up")
    return tuple(Field(name, tuple(inner)) for name, inner in top)
