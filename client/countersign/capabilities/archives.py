"""The entries of a wheel or sdist, one after another, without unpacking: what is read is counted before it is kept.

A zip's table of contents and a tar's headers are the author's word. Neither is believed: sizes are counted as the bytes
come, links are never followed, and what cannot be read is an entry with a reason instead of an exception.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import IO, Any

from .model import Budget, Exhausted
from .paths import LONGEST_PATH, conda_place, leaves_the_archive, printable, stable

zstandard: ModuleType | None
try:
    import zstandard
except ImportError:  # where the command alone is installed; then what is packed so is told to be unread
    zstandard = None

CHUNK = 256 * 1024
MOST_XZ_MEMORY = 128 * 1024 * 1024
MOST_ZSTD_WINDOW = 128 * 1024 * 1024  # the most that `conda build` asks for
LARGEST_HEADER = 1024 * 1024  # bytes of one tar header with its extended names
_UNREADABLE = (
    OSError,
    EOFError,
    ValueError,  # also UnicodeDecodeError
    KeyError,
    IndexError,
    RuntimeError,  # encrypted; also RecursionError, NotImplementedError
    OverflowError,
    MemoryError,
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    *((zstandard.ZstdError,) if zstandard is not None else ()),
)


class Unreadable(Exception):
    """It is no archive that is known here. `reason` is a code of `wording.UNANALYSED`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Entry:
    """A file in an archive. With a `problem` it has to be told of; without `stream` there is nothing to read."""

    name: str
    size: int
    problem: str = ""
    stream: IO[bytes] | None = None
    mode: int = 0
    counted: bool = False  # its bytes go past the budget as they are read

    def chunks(self, budget: Budget) -> Iterator[bytes]:
        """Its bytes. Raises Exhausted for a limit, Unreadable for damage."""
        if self.stream is None:
            return
        try:
            while chunk := self.stream.read(CHUNK):
                if not self.counted:
                    budget.take(len(chunk))
                yield chunk
        except _UNREADABLE:
            raise Unreadable("damaged") from None


class _Guarded(io.RawIOBase):
    """Refuses to read more at once than `most`: the table of contents of a zip and the headers of a tar are read in one piece."""

    def __init__(self, raw: IO[bytes], most: int) -> None:
        self.raw, self.most = raw, most

    def read(self, size: int = -1) -> bytes:
        if size > self.most:
            raise Exhausted("too_many_entries")
        if size is None or size < 0:
            data = self.raw.read(self.most + 1)
            if len(data) > self.most:
                raise Exhausted("too_many_entries")
            return data
        return self.raw.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.raw.seek(offset, whence)

    def tell(self) -> int:
        return self.raw.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


class _Xz(io.RawIOBase):
    """An xz stream that may not ask for gigabytes of memory: the dictionary's size is the author's word."""

    def __init__(self, raw: IO[bytes]) -> None:
        self.raw, self.decompressor = raw, lzma.LZMADecompressor(memlimit=MOST_XZ_MEMORY)

    def read(self, size: int = -1) -> bytes:
        while not self.decompressor.eof:
            packed = self.raw.read(CHUNK) if self.decompressor.needs_input else b""
            if self.decompressor.needs_input and not packed:
                break
            data = self.decompressor.decompress(packed, max_length=size)
            if data:
                return data
        return b""


class Archive:
    """An archive that is open. `root` is the one folder that an sdist has, and empty for a wheel.

    With `conda` a tar, or the tars within a zip, are read as a conda package: its files are named as they would be in a wheel.

    Raises Unreadable if it is no archive, Exhausted when a limit is reached.
    """

    def __init__(self, source: IO[bytes], budget: Budget, *, conda: bool = False) -> None:
        self.budget = budget
        self.root = ""
        self.conda = conda
        head = _head(source)
        self.zip: zipfile.ZipFile | None = None
        self.raw: Any = source
        if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
            self.zip = self._zip(source)
            self.names = sorted(info.filename for info in self.zip.infolist())
            self.root = "" if conda or any(_DIST_INFO.match(name) for name in self.names) else _root(self.names)
        elif head[:2] == b"\x1f\x8b":
            self.raw = gzip.GzipFile(fileobj=source)
        elif head[:3] == b"BZh":
            self.raw = bz2.BZ2File(source)
        elif head[:6] == b"\xfd7zXZ\x00":
            self.raw = _Xz(source)
        elif head[257:262] != b"ustar":
            raise Unreadable("not_an_archive")

    def _zip(self, source: IO[bytes]) -> zipfile.ZipFile:
        guarded = _Guarded(source, self.budget.limits.directory_bytes)
        try:
            archive = zipfile.ZipFile(guarded)
        except UnicodeDecodeError:
            raise Unreadable("names_not_utf8") from None
        except _UNREADABLE:
            raise Unreadable("damaged_archive") from None
        guarded.most = 1 << 31
        if len(archive.infolist()) > self.budget.limits.entries:
            raise Exhausted("too_many_entries")
        return archive

    def entries(self) -> Iterator[Entry]:
        """The files, in the order of their names for a zip, as they come for a tar. Each is read before the next is asked for."""
        if self.zip is not None:
            yield from _conda_entries(self.zip, self.budget) if self.conda else _zip_entries(self.zip)
            return
        for entry in _tar_entries(self.raw, self.budget):
            if self.conda:
                entry.name = conda_place(entry.name)
            elif not self.root and "/" in entry.name and not leaves_the_archive(entry.name):
                self.root = entry.name.removeprefix("./").partition("/")[0]
            yield entry

    def by_place(self) -> Iterator[tuple[str, Entry]]:
        """The same, each with its path as points and digests name it."""
        for entry in self.entries():
            self.budget.check_time(0)
            name = printable(entry.name.removeprefix("./"))
            yield stable(name[len(self.root) + 1 :] if self.root and name.startswith(self.root + "/") else name), entry


_DIST_INFO = re.compile(r"^[^/]+\.dist-info/")


def _root(names: list[str]) -> str:
    """The folder in which everything lies."""
    roots = {name.partition("/")[0] for name in names}
    root = next(iter(roots)) if len(roots) == 1 else ""
    return root if root not in ("", ".", "..") and all("/" in name for name in names) else ""


def _head(source: IO[bytes]) -> bytes:
    source.seek(0)
    head = source.read(512)
    source.seek(0)
    return head


def _zip_entries(archive: zipfile.ZipFile) -> Iterator[Entry]:
    seen: set[str] = set()
    for info in sorted(archive.infolist(), key=lambda info: info.filename):
        if info.filename.endswith("/"):  # its own is_dir() stumbles over a name that is empty
            continue
        mode = info.external_attr >> 16
        problem = _name_problem(info.filename, seen)
        if stat.S_ISLNK(mode):
            yield Entry(info.filename, 0, "link", mode=mode)
            continue
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            yield Entry(info.filename, info.file_size, "compression", mode=mode)  # zipfile bounds the output of no other
            continue
        try:
            stream = archive.open(info)
        except _UNREADABLE:
            yield Entry(info.filename, info.file_size, "encrypted" if info.flag_bits & 1 else "damaged", mode=mode)
            continue
        with stream:
            yield Entry(info.filename, info.file_size, problem, stream, mode)


def _conda_entries(archive: zipfile.ZipFile, budget: Budget) -> Iterator[Entry]:
    """What is in a `.conda`: a zip of two tars, one with what the package says about itself, one with the package."""
    for outer in _zip_entries(archive):
        if outer.stream is None or outer.problem or not outer.name.endswith(_ZSTD_TAR):
            if outer.name == "metadata.json":  # says which form of package this is
                outer.name = conda_place("info/metadata.json")
            yield outer
            continue
        if zstandard is None:
            raise Unreadable("zstd_not_read")
        unpacked = zstandard.ZstdDecompressor(max_window_size=MOST_ZSTD_WINDOW).stream_reader(
            outer.stream, read_across_frames=True
        )
        for entry in _tar_entries(unpacked, budget):
            entry.name = conda_place(entry.name)
            yield entry


_ZSTD_TAR = ".tar.zst"


class _Counted(_Guarded):
    """Counts what tarfile reads for itself, and moves forward only by reading, so that skipped bytes are counted as well."""

    def __init__(self, raw: IO[bytes], budget: Budget) -> None:
        super().__init__(raw, LARGEST_HEADER)
        self.budget, self.at = budget, 0

    def read(self, size: int = -1) -> bytes:
        data = super().read(size)
        self.at += len(data)
        self.budget.take(len(data))
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence != 0 or offset < self.at:
            raise tarfile.ReadError("an archive is read forwards")
        while self.at < offset:
            data = self.raw.read(min(CHUNK, offset - self.at))
            if not data:
                break
            self.at += len(data)
            self.budget.take(len(data))
        return self.at

    def tell(self) -> int:
        return self.at


def _tar_entries(opened: IO[bytes], budget: Budget) -> Iterator[Entry]:
    counted = _Counted(opened, budget)
    seen: set[str] = set()
    try:
        archive = tarfile.TarFile(fileobj=counted, mode="r", errors="surrogateescape")
    except _UNREADABLE:
        raise Unreadable("damaged_archive") from None
    number = 0
    while True:
        try:
            member = archive.next()
        except _UNREADABLE:
            yield Entry("", 0, "damaged_archive")
            return
        if member is None:
            return
        archive.members = []  # type: ignore[attr-defined]  # typeshed leaves it out; tarfile keeps all, for a way back never taken
        number += 1
        if number > budget.limits.entries:
            raise Exhausted("too_many_entries")
        budget.check_time(0)
        if member.isdir():
            continue
        if not member.isreg() or member.issparse():
            yield Entry(member.name, 0, "link" if member.issym() or member.islnk() else "special_file", mode=member.mode)
            continue
        yield Entry(member.name, member.size, _name_problem(member.name, seen), archive.extractfile(member), member.mode, True)


def _name_problem(name: str, seen: set[str]) -> str:
    folded = name.casefold()
    if leaves_the_archive(name) or len(name) > LONGEST_PATH:
        return "path_outside"
    if folded in seen:
        return "twice"
    seen.add(folded)
    return "name_not_utf8" if any("\ud800" <= char <= "\udfff" for char in name) else ""
