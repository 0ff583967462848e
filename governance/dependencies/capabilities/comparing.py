"""What is new, changed or gone between two releases. Pure.

Points are matched by their keys, which hold no line. One with the same key that occurs more often, or is written otherwise,
is *changed*: its judgement was of other code. One that turns up under another file or function, written the same, is *moved*.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from .model import Point, Scan


@dataclass(frozen=True, slots=True)
class Pair:
    before: Point
    after: Point


@dataclass(frozen=True, slots=True)
class Comparison:
    """`same` counts the points whose judgement carries over as it stands. Capabilities and symbols are those of the whole release."""

    new: tuple[Point, ...]
    changed: tuple[Pair, ...]
    moved: tuple[Pair, ...]
    gone: tuple[Point, ...]
    same: int
    new_capabilities: tuple[str, ...]
    gone_capabilities: tuple[str, ...]
    new_symbols: tuple[tuple[str, str], ...]
    gone_symbols: tuple[tuple[str, str], ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.moved or self.gone)

    @property
    def work(self) -> tuple[Point, ...]:
        """What has to be judged: the rest was, in these very words. A move is shown, and confirmed with one look."""
        return (*self.new, *(pair.after for pair in self.changed))


def compare(before: Scan | Iterable[Point], after: Scan | Iterable[Point]) -> Comparison:
    """From one release to another, or from nothing: `compare((), scan)`."""
    old, new = _by_key(before), _by_key(after)
    changed = tuple(Pair(old[key], point) for key, point in new.items() if key in old and not carries_over(old[key], point))
    added = [point for key, point in new.items() if key not in old]
    removed = [point for key, point in old.items() if key not in new]
    moved, added, removed = _moved(added, removed)
    old_symbols, new_symbols = _symbols(old.values()), _symbols(new.values())
    old_capabilities, new_capabilities = {one for one, _ in old_symbols}, {one for one, _ in new_symbols}
    return Comparison(
        new=tuple(added),
        changed=changed,
        moved=moved,
        gone=tuple(removed),
        same=len(new) - len(changed) - len(moved) - len(added),
        new_capabilities=tuple(sorted(new_capabilities - old_capabilities)),
        gone_capabilities=tuple(sorted(old_capabilities - new_capabilities)),
        new_symbols=tuple(sorted(new_symbols - old_symbols)),
        gone_symbols=tuple(sorted(old_symbols - new_symbols)),
    )


def carries_over(before: Point, after: Point) -> bool:
    """Whether a judgement of the one is one of the other: no occurrence that was not there before, each written as one that was.

    Fewer than before is no new work. Where occurrences have no written form, their number alone counts.
    """
    if before.key != after.key or after.count > before.count:
        return False
    left = list(before.forms)
    for form in after.forms:
        if form not in left:
            return False
        left.remove(form)
    return True


def _by_key(points: Scan | Iterable[Point]) -> dict[str, Point]:
    return {point.key: point for point in (points.points if isinstance(points, Scan) else points)}


def _symbols(points: Iterable[Point]) -> set[tuple[str, str]]:
    return {(point.capability, point.symbol) for point in points}


def _moved(added: list[Point], removed: list[Point]) -> tuple[tuple[Pair, ...], list[Point], list[Point]]:
    """Pairs off what is written the same in another file or function; when it runs must not change, for that is another thing."""
    waiting: defaultdict[tuple[object, ...], list[Point]] = defaultdict(list)
    for point in reversed(removed):
        waiting[_written(point)].append(point)
    pairs, still_added = [], []
    for point in added:
        candidates = waiting.get(_written(point)) if point.forms else None
        if candidates:
            pairs.append(Pair(candidates.pop(), point))
        else:
            still_added.append(point)
    paired = {pair.before.key for pair in pairs}
    return tuple(pairs), still_added, [point for point in removed if point.key not in paired]


def _written(point: Point) -> tuple[object, ...]:
    return point.capability, point.symbol, point.when, point.count, point.forms
