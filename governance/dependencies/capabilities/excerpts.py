"""The code beside a point: a few lines of one file of an archive, without unpacking. Pure."""

from __future__ import annotations

import io
from typing import IO

from .archives import Archive, Unreadable
from .model import Budget, Exhausted, Limits
from .paths import printable, stable

WIDEST = 400  # characters of a line that are shown


def excerpt(
    source: bytes | IO[bytes], path: str, line: int, around: int = 3, limits: Limits | None = None
) -> tuple[tuple[int, str], ...]:
    """(number, text) of the lines around one. `path` is that of a point. Empty if there is no such line or file, or a limit is reached."""
    limits = limits or Limits()
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    budget = Budget(limits, packed_bytes=_size(stream))
    try:
        archive = Archive(stream, budget)
        for entry in archive.entries():
            name = printable(entry.name.removeprefix("./"))
            name = name[len(archive.root) + 1 :] if archive.root and name.startswith(archive.root + "/") else name
            if stable(name) != path or entry.stream is None:
                continue
            data = b""
            for chunk in entry.chunks(budget):
                data += chunk
                if len(data) > limits.source_bytes:
                    break
            lines = data.decode("utf-8", "replace").splitlines()
            first, last = max(line - around, 1), min(line + around, len(lines))
            return tuple((number, _shown(lines[number - 1])) for number in range(first, last + 1)) if line <= len(lines) else ()
    except (Exhausted, Unreadable):
        return ()
    return ()


def _shown(text: str) -> str:
    """No character that turns the direction of what follows, or is not seen."""
    text = "".join(char if char.isprintable() or char == "\t" else f"\\u{ord(char):04x}" for char in text[: WIDEST + 1])
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _size(stream: IO[bytes]) -> int:
    size = stream.seek(0, 2)
    stream.seek(0)
    return size
