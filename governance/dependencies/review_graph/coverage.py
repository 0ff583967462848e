"""Whether live edges lead from nothing to a release, and on what that rests. Pure."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass

from governance.dependencies.review_graph.model import NOTHING, Caveat, Edge


@dataclass(frozen=True, slots=True)
class Coverage:
    """Why a release is covered: the edges in their order, from nothing to the release, and the worst that they rest on."""

    path: tuple[Edge, ...]
    caveat: Caveat


def coverage(edges: Iterable[Edge], target: str) -> Coverage | None:
    """The best explanation, or None where the release is not covered. `edges` are the live ones for what is wanted.

    First the path whose worst caveat is least, then the one with fewest edges; of equal ones, that of the edges given first. Two
    searches: one by (worst, number) at once may give up a longer way to a release that would have been the shorter one in the end.
    """
    edges = list(edges)
    into = _by_target(edges)
    for caveat in sorted({edge.caveat for edge in edges}) if target in into else ():
        if path := _shortest(into, target, caveat):
            return Coverage(path, max(edge.caveat for edge in path))
    return None


def _shortest(into: dict[str, list[Edge]], target: str, worst: Caveat) -> tuple[Edge, ...]:
    """From the target back to nothing, over edges of a caveat up to `worst`."""
    ahead: dict[str, Edge] = {}
    waiting, seen = deque([target]), {target}
    while waiting:
        release = waiting.popleft()
        if release == NOTHING:
            path = []
            while release != target:
                path.append(ahead[release])
                release = ahead[release].target
            return tuple(path)
        for edge in into.get(release, ()):
            if edge.caveat <= worst and edge.base not in seen:
                seen.add(edge.base)
                ahead[edge.base] = edge
                waiting.append(edge.base)
    return ()


def reached_from_nothing(edges: Iterable[Edge]) -> frozenset[str]:
    """NOTHING, and every release that edges lead to from there."""
    out: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        out[edge.base].append(edge.target)
    return _closure(NOTHING, out)


def reaching(edges: Iterable[Edge], target: str) -> frozenset[str]:
    """The target, and every release from which edges lead to it."""
    back = {release: [edge.base for edge in found] for release, found in _by_target(edges).items()}
    return _closure(target, back)


def _by_target(edges: Iterable[Edge]) -> dict[str, list[Edge]]:
    into: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        into[edge.target].append(edge)
    return into


def _closure(start: str, ways: dict[str, list[str]]) -> frozenset[str]:
    found, waiting = {start}, [start]
    while waiting:
        for release in ways.get(waiting.pop(), ()):
            if release not in found:
                found.add(release)
                waiting.append(release)
    return frozenset(found)
