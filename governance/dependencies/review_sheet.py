"""The sheet of a review: every point of a release, what has been said about it, and how much there is still to say. Pure.

Between two releases only what is new or written otherwise is open. What was judged in these very words is carried over; what merely moved
to another file or function is shown with its old judgement, and one look confirms it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from governance.dependencies.capabilities import ORDER, Comparison, Point, Scan, carries_over, compare

VERDICTS = ("expected", "refused", "unreachable")
Kind = Literal["new", "changed", "moved", "carried", "same"]
Judgement = Mapping[str, Any]  # verdict, why, by, forms, count, carried

# Minutes for one decision, by guess: code that cannot be read or that runs unasked takes longer, and the second use of one symbol less.
_MINUTES = 1.5
_MINUTES_AGAIN = 0.5
_MINUTES_HARD = 3.0
_MINUTES_LOOK = 0.25
_HARD = ("unanalysed", "native/code", "hook/", "code/dynamic", "obscured", "model/import")


@dataclass(frozen=True, slots=True)
class Earlier:
    """A review of the release that this one starts from: which points it looked at, and what it said of them."""

    review: str
    points: Mapping[str, Point]
    judged: Mapping[str, Judgement]


@dataclass(frozen=True, slots=True)
class Item:
    """One point on the sheet. `offered` is a judgement of the point as it was before; `left_out` says that the review leaves it out."""

    point: Point
    kind: Kind
    judged: Judgement | None = None
    before: Point | None = None
    offered: Judgement | None = None
    left_out: bool = False

    @property
    def is_open(self) -> bool:
        return self.judged is None and self.kind != "same" and not self.left_out

    @property
    def is_hard(self) -> bool:
        return self.point.capability.startswith(_HARD)


@dataclass(frozen=True)
class Sheet:
    """All items, by capability in the order in which they matter, and what went since the base."""

    items: tuple[Item, ...]
    gone: tuple[Point, ...] = ()
    new_capabilities: tuple[str, ...] = ()

    @cached_property
    def open(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.is_open)

    @cached_property
    def by_key(self) -> dict[str, Item]:
        return {item.point.key: item for item in self.items}

    def of(self, *kinds: Kind) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.kind in kinds)

    @cached_property
    def refused(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.judged is not None and item.judged["verdict"] == "refused")

    @cached_property
    def left_out(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.left_out and item.judged is None)

    @property
    def minutes(self) -> int:
        return minutes(self.open)


def minutes(items: Iterable[Item]) -> int:
    """About how long the decisions on these take, in whole minutes."""
    seen: set[tuple[str, str]] = set()
    total = 0.0
    for item in items:
        symbol = item.point.capability, item.point.symbol
        if item.kind == "moved":
            total += _MINUTES_LOOK
        elif symbol in seen:
            total += _MINUTES_AGAIN
        else:
            total += _MINUTES_HARD if item.is_hard else _MINUTES
        seen.add(symbol)
    return math.ceil(total)


@dataclass(frozen=True, slots=True)
class Job:
    """What it takes to confirm a review: the judgements that were made for it, about how long they take to read, and those refused."""

    decisions: int
    minutes: int
    refused: int
    carried: int


def job_of(judged: Mapping[str, Judgement]) -> Job:
    """Told by the judgements alone, for lists: capability and symbol stand in the key of each."""
    own = [key for key, said in judged.items() if not said["carried"]]
    refused = sum(1 for said in judged.values() if said["verdict"] == "refused")
    symbols = {tuple(key.split(" | ")[:2]) for key in own}
    hard = sum(1 for capability, *_symbol in symbols if capability.startswith(_HARD))
    total = _MINUTES_HARD * hard + _MINUTES * (len(symbols) - hard) + _MINUTES_LOOK * (len(own) - len(symbols))
    return Job(
        len(own), max(1, math.ceil(total / 2)), refused, len(judged) - len(own)
    )  # to follow takes half of what to find takes


def sheet_of(
    scan: Scan, base: Scan | None, judged: Mapping[str, Judgement], *, earlier: Sequence[Earlier] = (), left_out: str = ""
) -> Sheet:
    """The sheet of a release, from `base` or in full. `judged` is what this review says so far, carried over or of its own."""
    found = compare(base if base is not None else (), scan)
    kinds = _kinds(found)
    folders = [path for path, _why in left_out_paths(left_out)]
    items = [_item(point, kinds.get(point.key, ("same", None)), judged, earlier, folders) for point in scan.points]
    if base is None:
        items = [replace(item, kind="new") if item.kind == "same" else item for item in items]
        return Sheet(tuple(sorted(items, key=_place)))
    return Sheet(tuple(sorted(items, key=_place)), found.gone, found.new_capabilities)


def _kinds(found: Comparison) -> dict[str, tuple[Kind, Point | None]]:
    kinds: dict[str, tuple[Kind, Point | None]] = {point.key: ("new", None) for point in found.new}
    kinds |= {pair.after.key: ("changed", pair.before) for pair in found.changed}
    kinds |= {pair.after.key: ("moved", pair.before) for pair in found.moved}
    return kinds


def _item(
    point: Point,
    found: tuple[Kind, Point | None],
    judged: Mapping[str, Judgement],
    earlier: Sequence[Earlier],
    folders: Sequence[str],
) -> Item:
    kind, before = found
    said = judged.get(point.key)
    if said is not None and not _still_said_of(said, point):
        said = None
    if said is not None and said.get("carried") and kind not in ("moved", "changed"):
        kind = "carried"
    offered = _said_before(before, earlier) if before is not None else None
    return Item(point, kind, said, before, offered, is_left_out(point.path, folders))


def _still_said_of(said: Judgement, point: Point) -> bool:
    """A judgement is of the code as it was written then: never of another scan's that happens to have the same key."""
    return tuple(said["forms"]) == point.forms and said["count"] == point.count


def _said_before(before: Point, earlier: Sequence[Earlier]) -> Judgement | None:
    return next((one.judged[before.key] for one in earlier if before.key in one.judged), None)


def _place(item: Item) -> tuple[int, str, str, str, str, str]:
    point = item.point
    rank = ORDER.index(point.capability) if point.capability in ORDER else len(ORDER)
    return rank, point.capability, point.symbol, point.path, point.function, point.when


def carried(scan: Scan, earlier: Sequence[Earlier]) -> dict[str, dict[str, Any]]:
    """The judgements that hold for `scan` as they stand, each with the review it comes from. Of several, that of the first review."""
    found: dict[str, dict[str, Any]] = {}
    for point in scan.points:
        for one in earlier:
            before, said = one.points.get(point.key), one.judged.get(point.key)
            if before is None or said is None or said["verdict"] == "refused":
                continue
            if _still_said_of(said, before) and carries_over(before, point):
                found[point.key] = entry(point, said["verdict"], said["why"], by=said["by"], carried=one.review)
                break
    return found


def entry(point: Point, verdict: str, why: str, *, by: str, carried: str = "") -> dict[str, Any]:
    """A judgement as it is kept: with how the code was written when it was made."""
    return {"verdict": verdict, "why": why, "by": by, "forms": list(point.forms), "count": point.count, "carried": carried}


def mark(said: Judgement | None) -> str:
    """What was on the screen when somebody judged: two who judge one point at the same time notice each other."""
    return "" if said is None else f"{said['verdict']}:{said['why']}:{said['by']}:{said['carried']}"


class Unclear(ValueError):
    """A line of what was left out that does not say what or why; `line` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


def left_out_paths(text: str) -> list[tuple[str, str]]:
    """(path or folder, why) of each line `tests/: not used in production`. Raises Unclear."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        path, colon, why = line.partition(": ")
        if not colon or not path.strip() or not why.strip():
            raise Unclear(number)
        found.append((path.strip().removeprefix("./"), why.strip()))
    return found


def is_left_out(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def contributors(judged: Mapping[str, Judgement]) -> set[str]:
    """Who judged a point for this review itself (public ids): they do not confirm what they said."""
    return {said["by"] for said in judged.values() if not said["carried"]}
