"""Reading local files: digests, the columns and rows of tables, and texts that are sent as they are."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from dataclasses import dataclass
from typing import Any

from countersign import exits, json_text
from countersign.output import say

LARGEST_TEXT = 5_000_000  # bytes of a file whose content is sent
LARGEST_CELL = 16_000_000  # characters
ENCODINGS = ("utf-8-sig", "gb18030")  # the first reads UTF-8 with and without a mark
TABLES = (".csv", ".tsv")
CHUNK = 1 << 20


@dataclass(frozen=True)
class Table:
    """What a delimited text holds: the names in its first row, and how many rows follow."""

    columns: list[str]
    rows: int


class _Hashing(io.RawIOBase):
    """A file that is hashed while it is read."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = int(self._file.readinto(buffer))
        self.sha256.update(memoryview(buffer)[:count])
        return count

    def rest(self) -> str:
        """The hex digest, after whatever nobody has read yet."""
        for part in iter(lambda: self._file.read(CHUNK), b""):
            self.sha256.update(part)
        return self.sha256.hexdigest()


def sha256_of(name: str, option: str) -> tuple[str, int]:
    """Hex digest and size of a file, read in pieces. Raises CommandError when it cannot be read."""
    digest, size = hashlib.sha256(), 0
    try:
        with open(name, "rb") as file:
            for part in iter(lambda: file.read(CHUNK), b""):
                digest.update(part)
                size += len(part)
    except (OSError, ValueError) as error:
        raise _unreadable(name, option, error) from None
    return digest.hexdigest(), size


def stated_digest(text: str) -> str | None:
    """The hex digits of `<64 hex>` or `sha256:<64 hex>`, unless there is a file of that name; None for anything else."""
    match = re.fullmatch(r"(?:sha256:)?([0-9a-f]{64})", text)
    return match.group(1) if match and not os.path.exists(text) else None


def data_file(name: str, option: str) -> tuple[str, Table | None]:
    """Digest of a data file and, for .csv and .tsv, its columns and number of rows.

    A table that cannot be read as one is still hashed: its bytes are what the version was made from.
    """
    if not name.lower().endswith(TABLES):
        return sha256_of(name, option)[0], None
    why = ""
    for encoding in ENCODINGS:
        try:
            with open(name, "rb", buffering=0) as file:
                hashing = _Hashing(file)
                table = _table(hashing, encoding, name)
                return hashing.rest(), table
        except UnicodeDecodeError:
            why = "neither UTF-8 nor GB18030"
        except csv.Error as error:
            why = str(error)
            break
        except (OSError, ValueError) as error:
            raise _unreadable(name, option, error) from None
    say(f"{option} {name}: sent without columns: {why}")
    return sha256_of(name, option)[0], None


def _table(raw: _Hashing, encoding: str, name: str) -> Table:
    csv.field_size_limit(LARGEST_CELL)
    with io.TextIOWrapper(io.BufferedReader(_Kept(raw), CHUNK), encoding=encoding, newline="") as text:
        first = text.readline()
        delimiter = "\t" if name.lower().endswith(".tsv") else max(",;\t", key=first.count)
        rows = csv.reader(_from(first, text), delimiter=delimiter, strict=True)
        columns = next(rows, [])
        return Table(columns, sum(1 for row in rows if row))


class _Kept(io.RawIOBase):
    """Reads from another file and leaves it open when it is closed itself."""

    def __init__(self, file: _Hashing) -> None:
        self._inner = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._inner.readinto(buffer)


def _from(first: str, rest: Any) -> Any:
    yield first
    yield from rest


def text_file(name: str, option: str) -> dict[str, str]:
    """Path and content of a text that the server reads. Raises CommandError: missing, too large, not UTF-8."""
    try:
        with open(name, "rb") as file:
            data = file.read(LARGEST_TEXT + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(name, option, error) from None
    if len(data) > LARGEST_TEXT:
        raise exits.usage(f"{option} {name}: larger than {LARGEST_TEXT} bytes")
    try:
        content = data.decode("utf-8")  # a byte-order mark stays: the server compares bytes
    except UnicodeDecodeError as error:
        raise exits.usage(f"{option} {name}: not UTF-8 (byte {error.start})") from None
    if "\0" in content:
        raise exits.usage(f"{option} {name}: not a text: it holds a zero byte")
    return {"path": sent_path(name), "content": content, "local": name}


def bytes_of(name: str, option: str, most: int) -> bytes:
    """What a file holds. Raises CommandError when it cannot be read, is empty or has more than `most` bytes."""
    try:
        with open(name, "rb") as file:
            data = file.read(most + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(name, option, error) from None
    if not data:
        raise exits.usage(f"{option} {name}: empty")
    if len(data) > most:
        raise exits.usage(f"{option} {name}: larger than {most} bytes")
    return data


def json_file(name: str, option: str) -> dict[str, Any]:
    """The object in a JSON file, numbers with every digit. Raises CommandError when it is not one."""
    content = text_file(name, option)["content"].removeprefix("\ufeff")
    try:
        value = json_text.loads(content)
    except ValueError as error:
        raise exits.usage(f"{option} {name}: not JSON: {error}") from None
    if not isinstance(value, dict):
        raise exits.usage(f"{option} {name}: the file must hold an object, {{…}}")
    return value


def sent_path(name: str) -> str:
    """The path as it was given when it is relative, else the last part: where things lie on this machine is nobody's business."""
    return name.replace(os.sep, "/") if not os.path.isabs(name) else os.path.basename(name)


def _unreadable(name: str, option: str, error: Exception) -> exits.CommandError:
    if os.path.isdir(name):
        return exits.usage(f"{option} {name}: a folder; pack it into one file")
    return exits.usage(f"{option} {name}: cannot be read: {getattr(error, 'strerror', None) or error}")
