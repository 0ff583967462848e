"""What the graph of reviews of one package is made of. All frozen. Pure.

A node is a release: whatever names it, as long as it is one text for one version with one source digest. The empty text is the release
that holds nothing, from which every full review starts.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Literal

NOTHING = ""


class Caveat(IntEnum):
    """On what an edge rests. Ordered: a path is as good as the worst of its edges."""

    REVIEW = 0
    IMPORTED = 1
    SOURCE = 2
    EXEMPTION = 3


@dataclass(frozen=True, slots=True)
class Edge:
    """Somebody vouches for `target`, given that `base` is as it should be; for a full review `base` is NOTHING.

    `target_digest` and `base_digest` are the source digests that were looked at; empty where the edge is about a name and no bytes, as
    a trusted source and an exemption are. `ends_at` is the first instant at which it does not count any more; None: it has no end.
    """

    id: str
    base: str
    target: str
    criteria: Set[str]
    caveat: Caveat = Caveat.REVIEW
    verdict: Literal["pass", "fail"] = "pass"
    prepared_by: str = ""
    confirmed_by: str = ""
    base_digest: str = ""
    target_digest: str = ""
    ends_at: datetime | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """How much there is to read between two releases. Ordered by lines; the others are shown beside them, never summed with them."""

    lines: int
    native_files: int = 0
    points: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(self.lines + other.lines, self.native_files + other.native_files, self.points + other.points)
