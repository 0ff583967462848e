"""How many lines differ between the same files of two archives: the fewest insertions and deletions that lead from one to the other. Pure.

Exact, so that the number is a metric: the length of the longest common subsequence by bits, one row of the table at a time as one large
integer (Crochemore, Iliopoulos, Pinzon and Reid, 2001; Hyyrö, 2004). Line ends are made one first, as in the source digest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Set
from typing import IO

from governance.dependencies.capabilities.archives import Archive, Unreadable
from governance.dependencies.capabilities.model import Budget, Exhausted, Limits

MOST_LINES = 100_000  # of one file that are compared; of a longer one every line counts
_MANY = 32  # occurrences of a line from which on its places are kept as one integer


class TooMuch(Exception):
    """A limit was reached before all files were read: then there is no number, rather than a wrong one."""


def between(base: IO[bytes], target: IO[bytes], paths: Set[str], *, conda: tuple[bool, bool] = (False, False)) -> int:
    """Inserted and deleted lines over the files of these stable paths that both archives hold. Raises TooMuch."""
    before = dict(_texts(base, paths, conda[0]))
    total = 0
    for path, text in _texts(target, paths, conda[1]):
        if path in before:
            total += lines_between(before.pop(path), text)
    return total


def lines_between(base: bytes, target: bytes) -> int:
    """Inserted plus deleted lines of one text."""
    old, new = _split(base), _split(target)
    start = 0
    while start < len(old) and start < len(new) and old[start] == new[start]:
        start += 1
    end = 0
    while end < len(old) - start and end < len(new) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    return len(old) + len(new) - 2 * _common(old, new)


def _split(text: bytes) -> list[bytes]:
    """By LF alone: a lone CR ends no line, here and in the count of lines that a scan keeps."""
    parts = text.replace(b"\r\n", b"\n").split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _common(old: list[bytes], new: list[bytes]) -> int:
    """The length of the longest common subsequence; none is looked for in files that are too long."""
    if not old or not new or max(len(old), len(new)) > MOST_LINES:
        return 0
    places: defaultdict[bytes, list[int]] = defaultdict(list)
    for place, line in enumerate(old):
        places[line].append(place)
    many = {line: _bits(found) for line, found in places.items() if len(found) > _MANY}
    everything = (1 << len(old)) - 1
    row = everything
    for line in new:
        found = places.get(line)
        if found is None:
            continue
        matched = row & (many[line] if len(found) > _MANY else _bits(found))
        row = ((row + matched) | (row - matched)) & everything
    return len(old) - row.bit_count()


def _bits(places: list[int]) -> int:
    return sum(1 << place for place in places)


def _texts(file: IO[bytes], paths: Set[str], conda: bool) -> Iterator[tuple[str, bytes]]:
    limits = Limits()
    size = file.seek(0, 2)
    file.seek(0)
    budget = Budget(limits, packed_bytes=size)
    try:
        archive = Archive(file, budget, conda=conda)
        for path, entry in archive.by_place():
            if path in paths and entry.stream is not None:
                yield path, b"".join(entry.chunks(budget))
    except (Exhausted, Unreadable) as problem:
        raise TooMuch(problem.reason) from None
