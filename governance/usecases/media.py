"""What kind of file some bytes are, from the bytes: a short list of what people sign. Pure; nothing is unpacked or parsed.

A name only decides between kinds that look the same from outside: office documents are archives of the same form, and texts
have no mark at all.
"""

from __future__ import annotations

import codecs
import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LARGEST = 25 * 1024 * 1024  # bytes
HEAD = 4096  # bytes that are looked at for a mark
LONGEST_NAME = 150  # characters

OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
OPEN_DOCUMENT = {
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
}
TEXT = {"md": "text/markdown", "csv": "text/csv", "txt": "text/plain"}
MARKED = ((b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"))
MARKED_TYPES = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}
EXTENSIONS = {**MARKED_TYPES, **OFFICE, **OPEN_DOCUMENT, **TEXT}

_LOCAL_FILE = b"PK\x03\x04"  # how an archive begins; its first member's name stands 30 bytes further
_OFFICE_MEMBERS = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"word/", b"xl/", b"ppt/", b"customXml/")
_ALLOWED_CONTROLS = frozenset("\t\n\r\f")


def kind_of(media_type: str) -> str:
    """What people call a kind of file: `PDF`, `DOCX`; nothing for one that is not taken."""
    return next((extension.upper() for extension, media in EXTENSIONS.items() if media == media_type), "")


class TooBig(Exception):
    """The file passes `LARGEST`."""


class Unreadable(Exception):
    """The file is empty, or none of the kinds that are taken."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code  # `empty` or `kind`


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found out about a file while it was read once."""

    sha256: str
    size: int
    extension: str

    @property
    def media_type(self) -> str:
        return EXTENSIONS[self.extension]


def look(chunks: Iterable[bytes], name: str) -> Looked:
    """Read a file once: its digest, its size and what it is. Raises TooBig as soon as it is, and Unreadable."""
    hashed = hashlib.sha256()
    text = codecs.getincrementaldecoder("utf-8")()
    size, head, is_text = 0, b"", True
    for chunk in chunks:
        size += len(chunk)
        if size > LARGEST:
            raise TooBig
        hashed.update(chunk)
        if len(head) < HEAD:
            head += chunk[: HEAD - len(head)]
        is_text = is_text and _is_text(text, chunk)
    if not size:
        raise Unreadable("empty")
    extension = _extension(head, is_text and _is_text(text, b"", final=True), name)
    if extension is None:
        raise Unreadable("kind")
    return Looked("sha256:" + hashed.hexdigest(), size, extension)


def _is_text(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        said = decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return not any(letter < " " and letter not in _ALLOWED_CONTROLS for letter in set(said))


def _extension(head: bytes, is_text: bool, name: str) -> str | None:
    for mark, extension in MARKED:
        if head.startswith(mark):
            return extension
    stated = name.rpartition(".")[2].lower() if "." in name else ""
    if head.startswith(_LOCAL_FILE):
        return _office(head, stated)
    return stated if is_text and stated in TEXT else None


def _office(head: bytes, stated: str) -> str | None:
    """Which office document an archive is, by the name of its first member; other archives are not taken."""
    length = int.from_bytes(head[26:28], "little")
    extra = int.from_bytes(head[28:30], "little")
    member, content = head[30 : 30 + length], head[30 + length + extra :]
    if member == b"mimetype":  # stored first and plain, says the OpenDocument standard
        return next((key for key, media in OPEN_DOCUMENT.items() if content.startswith(media.encode())), None)
    return stated if stated in OFFICE and member.startswith(_OFFICE_MEMBERS) else None


def plain_name(name: str) -> str:
    """A file's name for people to read: no folders, nothing invisible, nothing that turns the direction of writing."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in last if not unicodedata.category(letter).startswith(("C", "Zl", "Zp")))
    words = " ".join(shown.split()).strip(". ")
    if len(words) > LONGEST_NAME:
        stem, dot, extension = words.rpartition(".")
        words = (
            stem[: LONGEST_NAME - len(extension) - 1] + dot + extension if dot and len(extension) < 10 else words[:LONGEST_NAME]
        )
    return words
