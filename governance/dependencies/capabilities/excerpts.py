"""The code beside a point: a few lines of one file of an archive, without unpacking. Pure."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import IO

from .archives import Archive, Entry, Unreadable
from .model import Budget, Exhausted, Limits

WIDEST = 400  # characters of a line that are shown
_LINE_END = re.compile(r"\r\n|\r|\n")
Lines = tuple[tuple[int, str], ...]


def excerpt(source: bytes | IO[bytes], path: str, line: int, around: int = 3, limits: Limits | None = None) -> Lines:
    """(number, text) of the lines around one. `path` is that of a point. Empty if there is no such line or file, or a limit is reached."""
    return excerpts(source, [(path, line)], around, limits).get((path, line), ())


def excerpts(
    source: bytes | IO[bytes],
    wanted: Iterable[tuple[str, int]],
    around: int = 3,
    limits: Limits | None = None,
    *,
    conda: bool = False,
) -> dict[tuple[str, int], Lines]:
    """The same for many (path, line), with one look through the archive. What cannot be shown is left out."""
    limits = limits or Limits()
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    budget = Budget(limits, packed_bytes=_size(stream))
    left: defaultdict[str, set[int]] = defaultdict(set)
    for path, line in wanted:
        left[path].add(line)
    found: dict[tuple[str, int], Lines] = {}
    try:
        archive = Archive(stream, budget, conda=conda)
        for path, entry in archive.by_place():
            if path not in left or entry.stream is None:
                continue
            lines = _lines(_text(entry, budget))
            for line in left.pop(path):
                if 1 <= line <= len(lines):
                    first, last = max(line - around, 1), min(line + around, len(lines))
                    found[path, line] = tuple((number, _shown(lines[number - 1])) for number in range(first, last + 1))
            if not left:
                break
    except (Exhausted, Unreadable):
        return found
    return found


def _lines(text: str) -> list[str]:
    """As Python counts them: other signs that end a line would hide one."""
    lines = _LINE_END.split(text)
    return lines[:-1] if lines[-1] == "" else lines


def _text(entry: Entry, budget: Budget) -> str:
    data = b""
    for chunk in entry.chunks(budget):
        data += chunk
        if len(data) > budget.limits.source_bytes:
            break
    return data.decode("utf-8", "replace")


def _shown(text: str) -> str:
    """No character that turns the direction of what follows, or is not seen."""
    text = "".join(char if char.isprintable() or char == "\t" else f"\\u{ord(char):04x}" for char in text[: WIDEST + 1])
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _size(stream: IO[bytes]) -> int:
    size = stream.seek(0, 2)
    stream.seek(0)
    return size
