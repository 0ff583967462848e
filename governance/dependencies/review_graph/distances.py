"""How far two releases are apart at least, told by their lists of files alone. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A text file of a release: its digest and its number of lines."""

    digest: str
    lines: int


def least_lines(base: Mapping[str, FileFacts], target: Mapping[str, FileFacts]) -> int:
    """A number of inserted and deleted lines that no comparison of the two falls below.

    A file that one of them lacks counts with all its lines, one that differs with at least the difference of the numbers of lines, and
    with at least one line: it does differ.
    """
    total = 0
    for path in base.keys() | target.keys():
        one, other = base.get(path), target.get(path)
        if one is None or other is None:
            total += (one or other).lines  # type: ignore[union-attr]
        elif one.digest != other.digest:
            total += max(abs(one.lines - other.lines), 1)
    return total
