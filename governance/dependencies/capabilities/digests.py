"""One digest for the source of a release, whatever platform its wheels were built for. Pure.

Built files are left out, and line ends are made one: builds on Windows write others into the same text. What then still
differs between two wheels of a release is a true difference, and a review of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from .model import FileFact, Native
from .paths import stable

_SOURCE, _NATIVE = b"countersign/source/1\n", b"countersign/native/1\n"


class text_digest:
    """SHA-256 of a text with CR LF as LF; of the bytes as they are if it holds a NUL, for then it is no text."""

    def __init__(self) -> None:
        self.raw = hashlib.sha256()
        self.text: hashlib._Hash | None = None  # only once the two differ
        self.is_text = True
        self.pending = b""

    def update(self, chunk: bytes) -> None:
        if self.is_text and b"\0" in chunk:
            self.is_text = False
        if self.text is None and b"\r" in chunk:
            self.text = self.raw.copy()
        self.raw.update(chunk)
        if self.text is not None:
            chunk = self.pending + chunk
            self.pending = b"\r" if chunk.endswith(b"\r") else b""
            self.text.update(chunk[: len(chunk) - len(self.pending)].replace(b"\r\n", b"\n"))

    def hexdigest(self) -> str:
        if self.text is None or not self.is_text:
            return self.raw.hexdigest()
        text = self.text.copy()
        text.update(self.pending)
        return text.hexdigest()


def source_digest(files: Iterable[FileFact]) -> str:
    """Over (path, digest) of all files that were not built, sorted, with `entry_points.txt` of the metadata."""
    return _digest(_SOURCE, ((stable(fact.path), fact.source) for fact in files if fact.source))


def native_digest(natives: Iterable[Native]) -> str:
    """Over the compiled libraries; empty if there are none."""
    pairs = [(native.path, native.sha256) for native in natives]
    return _digest(_NATIVE, pairs) if pairs else ""


def _digest(kind: bytes, pairs: Iterable[tuple[str, str]]) -> str:
    digest = hashlib.sha256(kind)
    for path, of_file in sorted(pairs):
        digest.update(f"{path}\0{of_file}\n".encode())
    return f"sha256:{digest.hexdigest()}"
