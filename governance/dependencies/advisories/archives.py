"""The records in a zip file, within bounds. Pure but for the bytes that are handed in."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import IO

from governance.dependencies.advisories.model import Refused

MOST_RECORDS = 2_000_000
LARGEST_RECORD = 4 * 1024 * 1024  # bytes; one with all versions of a large package has some hundred thousand
LARGEST_ARCHIVE = 8 * 1024 * 1024 * 1024  # bytes, once unpacked
_ENDINGS = (".json", ".yaml", ".yml")


def entries_of_zip(file: bytes | IO[bytes]) -> Iterator[tuple[str, bytes] | Refused]:
    """Name and bytes of each record. What lies about its size is read no further than it may be long."""
    try:
        archive = zipfile.ZipFile(BytesIO(file) if isinstance(file, bytes) else file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        # NotImplementedError: an archive of several disks, or of a newer version of ZIP
        yield Refused("", "archive", {"detail": str(error)})
        return
    with archive:
        read = 0
        for number, member in enumerate(archive.infolist()):
            if number >= MOST_RECORDS or read > LARGEST_ARCHIVE:
                yield Refused(member.filename, "too_many", {"limit": str(MOST_RECORDS)})
                return
            if member.filename.endswith("/") or not member.filename.lower().endswith(_ENDINGS):
                continue
            try:
                with archive.open(member) as opened:
                    data = opened.read(LARGEST_RECORD + 1)
            except (
                Exception
            ) as error:  # zlib.error, RuntimeError for a password, NotImplementedError for a method: one record each
                yield Refused(member.filename, "syntax", {"name": member.filename, "detail": str(error)[:200]})
                continue
            read += len(data)
            yield member.filename, data
