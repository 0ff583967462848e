"""What a scan finds, and how much of an archive is read at most."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from .paths import printable

SCANNER = "1"  # raised when the same archive would give other points, so that stored ones are known to be old

Kind = Literal["wheel", "sdist", "conda", "model", "unknown"]
When = Literal["startup", "install", "import", "main", "call", "test"]
Confidence = Literal["exact", "by-name", "string"]

MOST_FORMS = 50  # digests kept of one point; more of them are counted, not listed
MOST_LINES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read. Whatever goes beyond is not read and said to be unread: never passed over in silence."""

    archive_bytes: int = 512 * 1024 * 1024
    entries: int = 50_000
    directory_bytes: int = 8 * 1024 * 1024  # of a zip's table of contents, which is held in memory as a whole
    unpacked_bytes: int = 2 * 1024 * 1024 * 1024
    ratio: int = 100  # unpacked to packed, over the whole archive: real wheels have 3 to 8
    free_bytes: int = 16 * 1024 * 1024  # unpacked, for which no ratio is asked
    source_bytes: int = 1024 * 1024  # of a Python file; the largest seen in real packages has 0.7 MB
    source_lines: int = 50_000  # statements take up to 2 kB of memory each once parsed
    source_signs: int = 250_000  # commas, operators and brackets: each is about one node of 0.5 kB
    kept_bytes: int = 64 * 1024 * 1024  # of a library or a model that is looked into
    points: int = 20_000
    points_of_a_file: int = 2_000
    nested: int = 2  # archives inside archives, of models only
    seconds: float = 120.0  # of this thread's own work: waiting for a busy machine is not counted


class Exhausted(Exception):
    """A limit is reached. `reason` is a code of `wording.UNANALYSED`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Budget:
    """What is left of the limits during one scan."""

    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], float] = time.thread_time
    packed_bytes: int = 0
    unpacked: int = 0
    started: float = field(init=False)
    looked: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.started = self.clock()

    def take(self, size: int) -> None:
        """Counts bytes that came out of an archive. Raises Exhausted."""
        self.unpacked += size
        if self.unpacked > self.limits.free_bytes and self.unpacked > self.limits.ratio * self.packed_bytes:
            raise Exhausted("bomb")
        if self.unpacked > self.limits.unpacked_bytes:
            raise Exhausted("too_much")

    def check_time(self, work: int = 1_000_000) -> None:
        """Raises Exhausted. `work` is about how many bytes were worked on since: on some machines the clock is not cheap."""
        self.looked += work + 2_000
        if self.looked < 100_000:
            return
        self.looked = 0
        if self.clock() - self.started > self.limits.seconds:
            raise Exhausted("out_of_time")


@dataclass(frozen=True, slots=True)
class Point:
    """One place where code touches the world, or one thing that has to be known before it runs.

    `path` is as in the release, without what differs between its platforms and versions (see `paths.stable`); `function` is the
    qualified name of the enclosing function, empty outside of one. `forms` are digests of how each occurrence is written,
    without white space: with them two releases are compared, so `count` and `forms` are no part of the key, nor are lines.
    """

    capability: str
    symbol: str
    path: str
    function: str = ""
    when: When = "call"
    confidence: Confidence = "exact"
    detail: str = ""
    count: int = 1
    lines: tuple[int, ...] = ()
    forms: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What a judgement is kept under. Holds for other releases as long as the code stays in its function."""
        return " | ".join(_plain(part) for part in (self.capability, self.symbol, self.path, self.function, self.when))


def _plain(part: str) -> str:
    """Nothing that an archive's author writes can look like the bar between two parts."""
    return part.replace("%", "%25").replace("|", "%7C")


@dataclass(frozen=True, slots=True)
class FileFact:
    """A file of the release. `source` is the digest of its text with line ends made one; empty for what was built."""

    path: str
    sha256: str
    size: int
    lines: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Native:
    """A compiled library. `imports` are the undefined dynamic symbols, `needs` the libraries that it asks the loader for."""

    path: str
    format: str
    sha256: str
    size: int
    machine: str = ""
    needs: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scan:
    """What one archive can do, as far as it can be read. `complete` is false when something was left out for a limit."""

    kind: Kind
    name: str
    version: str
    sha256: str
    source_digest: str  # empty if not every file could be read: half a digest would vouch for the other half
    native_digest: str
    points: tuple[Point, ...] = ()
    files: tuple[FileFact, ...] = ()
    natives: tuple[Native, ...] = ()
    complete: bool = True
    scanner: str = SCANNER

    def of(self, capability: str) -> tuple[Point, ...]:
        """The points of a capability, or of all below it: `of("net")`."""
        return tuple(p for p in self.points if p.capability == capability or p.capability.startswith(capability + "/"))

    @property
    def unanalysed(self) -> tuple[Point, ...]:
        return self.of("unanalysed")

    @property
    def capabilities(self) -> tuple[str, ...]:
        return tuple(sorted({point.capability for point in self.points}))


@dataclass(slots=True)
class Hit:
    """One occurrence, before occurrences with one key become one point."""

    capability: str
    symbol: str
    path: str
    function: str = ""
    when: When = "call"
    confidence: Confidence = "exact"
    detail: str = ""
    line: int = 0
    form: str = ""
    dotted: str = ""  # by which name of a rule it was found, if by one: the archive's own code may bear it


def points_of(hits: list[Hit]) -> tuple[Point, ...]:
    """Occurrences with one key become one point that counts them, sorted by key: the order of files in an archive means nothing."""
    grouped: dict[tuple[str, str, str, str, When], list[Hit]] = {}
    for hit in hits:
        hit.symbol, hit.function, hit.detail = printable(hit.symbol), printable(hit.function), printable(hit.detail)
        grouped.setdefault((hit.capability, hit.symbol, hit.path, hit.function, hit.when), []).append(hit)
    points = [_point(key, group) for key, group in grouped.items()]
    return tuple(sorted(points, key=lambda point: (point.capability, point.symbol, point.path, point.function, point.when)))


_SURER = {"exact": 0, "by-name": 1, "string": 2}


def _point(key: tuple[str, str, str, str, When], group: list[Hit]) -> Point:
    capability, symbol, path, function, when = key
    details = dict.fromkeys(hit.detail for hit in group if hit.detail)
    return Point(
        capability=capability,
        symbol=symbol,
        path=path,
        function=function,
        when=when,
        confidence=min((hit.confidence for hit in group), key=_SURER.__getitem__),
        detail="; ".join(list(details)[:3])[:200],
        count=len(group),
        lines=tuple(sorted({hit.line for hit in group if hit.line})[:MOST_LINES_SHOWN]),
        forms=tuple(sorted(hit.form for hit in group if hit.form)[:MOST_FORMS]),
    )
