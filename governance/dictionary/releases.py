"""What a release of a dictionary says, and the root over it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foundation import merkle
from foundation.canonical import canonical_json

FORMAT = "countersign/dictionary-release/1"


def root_of(entries: Iterable[Mapping[str, Any]]) -> bytes:
    """The Merkle root (RFC 6962) over the canonical form of each entry, in their order."""
    frontier = merkle.Frontier()
    for entry in entries:
        frontier.append(merkle.leaf_hash(canonical_json(entry)))
    return frontier.root()


def statement(slug: str, number: int, size: int, root: bytes) -> str:
    """The text that is signed: what it is, of which dictionary, how many entries, and their root in hexadecimal."""
    return f"{FORMAT}\n{slug}@{number}\n{size}\n{root.hex()}\n"


@dataclass(frozen=True, slots=True)
class Difference:
    """Between two releases, by key: what came, what went, and what is another version: (key, before, after)."""

    added: tuple[Mapping[str, Any], ...]
    removed: tuple[Mapping[str, Any], ...]
    changed: tuple[tuple[str, Mapping[str, Any], Mapping[str, Any]], ...]


def difference(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Difference:
    then = {entry["element"]: entry for entry in before}
    now = {entry["element"]: entry for entry in after}
    return Difference(
        tuple(now[key] for key in sorted(now.keys() - then.keys())),
        tuple(then[key] for key in sorted(then.keys() - now.keys())),
        tuple(
            (key, then[key], now[key]) for key in sorted(then.keys() & now.keys()) if then[key]["digest"] != now[key]["digest"]
        ),
    )
