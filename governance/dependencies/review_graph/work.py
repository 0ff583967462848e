"""The least work that covers a release: a shortest path on which reviews that exist cost nothing. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from heapq import heappop, heappush

from governance.dependencies.review_graph.coverage import reached_from_nothing, reaching
from governance.dependencies.review_graph.model import NOTHING, Edge, Size

# From one release to another; None where that cannot be known, because the bytes of one of them are not at hand.
Distance = Callable[[str, str], Size | None]
Bound = Callable[[str, str], int]


@dataclass(frozen=True, slots=True)
class NewReview:
    """A review to ask for: of all of `target` where `base` is NOTHING, and of what changed otherwise."""

    base: str
    target: str
    size: Size


@dataclass(frozen=True, slots=True)
class Work:
    """Reviews that together cover a release, in the order of the path. None at all: it is covered."""

    reviews: tuple[NewReview, ...] = ()

    @property
    def size(self) -> Size:
        return sum((review.size for review in self.reviews), Size(0))


@dataclass(frozen=True, slots=True)
class Offer:
    """What a reviewer may choose from. `single`: one review alone; where it is as cheap as `best`, that is the same.

    `separate`: by criterion, where one path for each is cheaper in all than one that settles all of them.
    """

    best: Work | None
    single: Work | None
    separate: Mapping[str, Work] | None = None


def smallest_work(
    edges: Iterable[Edge],
    target: str,
    distance: Distance,
    *,
    newest_first: Iterable[str] = (),
    excluded: Set[str] = frozenset(),
    least: Bound | None = None,
) -> Work | None:
    """The cheapest reviews after which live edges lead from nothing to `target`; None where there is no way.

    Dijkstra over NOTHING, the target and the releases at the ends of live edges: an existing edge costs nothing, any other pair what
    `distance` says. The number of changed lines is a metric, so that no other release can make the way shorter. Ties go to fewer
    reviews, then to newer bases by `newest_first`. `excluded` are releases that failed a review: no way leads over them.

    Exact distances are asked for only when nothing that may be cheaper is left; `least` gives a bound below them, and the better it
    is, the fewer are asked for.
    """
    free: dict[str, set[str]] = defaultdict(set)
    nodes = {NOTHING, target}
    for edge in edges:
        if not {edge.base, edge.target} & excluded:
            free[edge.base].add(edge.target)
            nodes |= {edge.base, edge.target}
    if target in excluded:
        return None
    age = {release: number for number, release in enumerate(newest_first)}
    return _search(free, sorted(nodes), target, distance, age, least or _no_bound)


def _no_bound(_base: str, _target: str) -> int:
    return 0


_Key = tuple[int, int, int]  # lines, reviews, how old the bases are


def _search(
    free: Mapping[str, set[str]], nodes: list[str], target: str, distance: Distance, age: Mapping[str, int], least: Bound
) -> Work | None:
    oldest = len(age)
    settled: dict[str, tuple[str, Size | None]] = {}  # release: the one before it, and the size if the step is a new review
    # (key, base, release, size): a size of None is free; a step whose size is only bounded below comes back with its exact one.
    heap: list[tuple[_Key, int, str, str, Size | None, _Key]] = [((0, 0, 0), 0, NOTHING, NOTHING, None, (0, 0, 0))]
    exact, bounded = 0, 1
    while heap:
        key, kind, base, release, size, before = heappop(heap)
        if release in settled:
            continue
        if kind == bounded:
            found = distance(base, release)
            if found is not None:
                lines, reviews, old = before
                heappush(
                    heap,
                    ((lines + found.lines, reviews + 1, old + age.get(base, oldest)), exact, base, release, found, before),
                )
            continue
        settled[release] = (base, size)
        if release == target:
            return _path(settled, target)
        lines, reviews, old = key
        for other in nodes:
            if other in settled:
                continue
            if other in free.get(release, ()):
                heappush(heap, (key, exact, release, other, None, key))
            else:
                bound = (lines + least(release, other), reviews + 1, old + age.get(release, oldest))
                heappush(heap, (bound, bounded, release, other, None, key))
    return None


def _path(settled: Mapping[str, tuple[str, Size | None]], target: str) -> Work:
    reviews: list[NewReview] = []
    release = target
    while release != NOTHING:
        base, size = settled[release]
        if size is not None:
            reviews.append(NewReview(base, release, size))
        release = base
    return Work(tuple(reversed(reviews)))


def one_new_review(
    edges: Iterable[Edge], target: str, distance: Distance, *, excluded: Set[str] = frozenset(), least: Bound | None = None
) -> Work | None:
    """The cheapest single review that joins what is reached from nothing to what leads to the target. This is what cargo-vet offers."""
    live = [edge for edge in edges if not {edge.base, edge.target} & excluded]
    if target in excluded:
        return None
    reached, ends = reached_from_nothing(live), reaching(live, target)
    if target in reached:
        return Work()
    bound = least or _no_bound
    pairs = sorted((bound(base, end), base, end) for base in reached for end in ends if end != NOTHING)
    best: NewReview | None = None
    for lines, base, end in pairs:
        if best is not None and lines > best.size.lines:
            break
        size = distance(base, end)
        if size is not None and (best is None or size.lines < best.size.lines):
            best = NewReview(base, end, size)
    return None if best is None else Work((best,))


def offer(
    edges_for: Callable[[Iterable[str]], list[Edge]],
    target: str,
    missing: Iterable[str],
    distance: Distance,
    *,
    newest_first: Iterable[str] = (),
    excluded: Set[str] = frozenset(),
    least: Bound | None = None,
) -> Offer:
    """What to ask for where several criteria are missing. `edges_for` gives the live edges that vouch for all of some criteria.

    A way that settles all of them may only use reviews made for all of them; where that is dearer than a way for each, both are offered.
    """
    wanted, order = tuple(sorted(set(missing))), tuple(newest_first)
    known: dict[tuple[str, str], Size | None] = {}

    def once(base: str, release: str) -> Size | None:
        if (base, release) not in known:
            known[base, release] = distance(base, release)
        return known[base, release]

    together = edges_for(wanted)
    best = smallest_work(together, target, once, newest_first=order, excluded=excluded, least=least)
    single = one_new_review(together, target, once, excluded=excluded, least=least)
    if best is not None and single is not None and single.size.lines <= best.size.lines:
        single = best if len(best.reviews) <= 1 else single
    if len(wanted) < 2:
        return Offer(best, single)
    each = {
        name: smallest_work(edges_for((name,)), target, once, newest_first=order, excluded=excluded, least=least)
        for name in wanted
    }
    found = {name: work for name, work in each.items() if work is not None}
    if best is None or len(found) < len(each) or sum(work.size.lines for work in found.values()) >= best.size.lines:
        return Offer(best, single)
    return Offer(best, single, found)
