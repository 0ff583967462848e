"""A workbook as an archive: looked at before anything in it is unpacked, so that no file can fill the memory. Pure."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from governance.dictionary.legend.problems import NotCarried, wrong

LARGEST = 100 * 1024 * 1024  # bytes of the file
MOST_UNPACKED = 200 * 1024 * 1024  # bytes
MOST_RATIO = 200  # unpacked bytes for one that is packed: text is at ten to thirty
FREE_RATIO = 5 * 1024 * 1024  # bytes below which nobody asks for the ratio
MOST_MEMBERS = 2000
LARGEST_PART = 16 * 1024 * 1024  # bytes of a part that is read whole
FAULTS = (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError, KeyError, zlib.error)
# What openpyxl reads and writes back. Whatever else a workbook holds would be gone.
_KEPT = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core|custom)\.xml|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels"
    r"|xl/(sharedStrings|styles|metadata)\.xml|xl/theme/[^/]+\.xml|xl/worksheets/[^/]+\.xml|xl/worksheets/_rels/[^/]+\.rels"
    r"|xl/(comments/)?comments?\d*\.xml|xl/drawings/[^/]+\.vml|xl/tables/[^/]+\.xml|xl/printerSettings/[^/]+|[^.]*/"
)
_NOT_KEPT_IN_A_SHEET = {b"<extLst": "extensions of a sheet", b"<f>": "results of formulas", b"<f ": "results of formulas"}


def look(data: bytes) -> list[str]:
    """The names of the parts. Raises NotCarried for what is no workbook, is encrypted, or unpacks to too much."""
    if len(data) > LARGEST:
        raise NotCarried(wrong("", "legend_too_large", limit=LARGEST))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except FAULTS as error:
        raise _unreadable(error) from error
    names = [member.filename for member in members]
    if "xl/workbook.xml" not in names:
        raise NotCarried(wrong("", "legend_not_workbook", detail="xl/workbook.xml is missing"))
    if len(set(names)) != len(names):
        raise NotCarried(wrong("", "legend_not_workbook", detail="a part stands twice"))
    if any(member.flag_bits & 1 for member in members):
        raise NotCarried(wrong("", "legend_not_workbook", detail="encrypted"))
    unpacked = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    bomb = unpacked > FREE_RATIO and unpacked > MOST_RATIO * packed
    if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED or bomb:
        raise NotCarried(wrong("", "legend_unpacks_too_large", limit=MOST_UNPACKED))
    return names


def property_of(data: bytes, name: str) -> str | None:
    """The text of a custom document property, or None. `data` was looked at. Raises NotCarried where its part is damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if "docProps/custom.xml" not in archive.namelist():
                return None
            with archive.open("docProps/custom.xml") as part:
                text = part.read(LARGEST_PART)
        root = ElementTree.fromstring(text, forbid_dtd=True)
    except (*FAULTS, ElementTree.ParseError, DefusedXmlException) as error:
        raise _unreadable(error) from error
    found = [item for item in root if item.get("name") == name]
    return "".join(found[0].itertext()) if found else None


def would_lose(data: bytes, names: list[str]) -> str:
    """What openpyxl would not keep of this workbook, or an empty text. `data` was looked at."""
    for name in names:
        if not _KEPT.fullmatch(name):
            return name
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in names:
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                text = archive.read(name)
                for mark, what in _NOT_KEPT_IN_A_SHEET.items():
                    if mark in text:
                        return what
    return ""


def _unreadable(error: Exception) -> NotCarried:
    return NotCarried(wrong("", "legend_not_workbook", detail=type(error).__name__))
