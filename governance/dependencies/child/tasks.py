"""What the process can be asked for: plain values in, plain values out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

from governance.dependencies import capabilities, filenames, line_counts, metadata
from governance.dependencies.capabilities.excerpts import excerpts as lines_around


def look(file: IO[bytes], *, filename: str) -> dict[str, Any]:
    """What is in an artifact: `scan` as `capabilities.to_facts` has it, `metadata` as `metadata.Metadata`."""
    kind = filenames.kind_of(filename)
    if kind == "model":
        return {"scan": capabilities.to_facts(capabilities.scan_model(file.read(), filename)), "metadata": None}
    conda = kind == "conda"
    scanned = capabilities.scan(file, conda=conda)
    return {"scan": capabilities.to_facts(scanned), "metadata": metadata.read_metadata(file, conda=conda).as_values()}


def excerpts(file: IO[bytes], *, wanted: Sequence[Sequence[Any]], around: int = 3, conda: bool = False) -> list[list[Any]]:
    """For each (path, line) the numbered lines around it, in the same order; an empty list where there is nothing to show."""
    pairs = [(str(path), int(line)) for path, line in wanted]
    found = lines_around(file, pairs, around=around, conda=conda)
    return [[list(line) for line in found.get(pair, ())] for pair in pairs]


def lines(base: IO[bytes], target: IO[bytes], *, paths: Sequence[str], conda: Sequence[bool] = (False, False)) -> int:
    """How many lines were inserted and deleted in the files of these paths, which both have."""
    return line_counts.between(base, target, frozenset(paths), conda=(conda[0], conda[1]))


TASKS: Mapping[str, Callable[..., Any]] = {"look": look, "excerpts": excerpts, "lines": lines}
