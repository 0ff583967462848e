"""The least work that covers what is not covered yet: for the requirements of a lock file, and for all use cases together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from foundation import clock
from foundation.actor import Actor
from governance.dependencies.capabilities import SCANNER
from governance.dependencies.demands import demand_of, is_dev
from governance.dependencies.distances import texts_of
from governance.dependencies.models import DependencySet, Distance, Release
from governance.dependencies.review_graph import NOTHING, FileFacts, Offer, Size, Step, backlog, least_lines, offer
from governance.dependencies.rulings import PackageKey
from governance.dependencies.selectors.criteria import criteria_known
from governance.dependencies.selectors.graph import Graph, Wanted, graph_of
from governance.dependencies.selectors.releases import distance as measured
from governance.dependencies.selectors.releases import scan_of
from governance.usecases.models import UseCase
from governance.usecases.newest import newest_full_builds
from governance.usecases.selectors.listing import with_tier

PATIENCE = 8.0  # seconds that one answer spends on measuring what was never measured; the rest is said to be unmeasured
Criteria = Callable[[Any], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A release that a requirement lets in and that nothing covers for `missing`, with what to do about it.

    Without an offer `why` says why there is none: not_at_hand (no file of it is known), failed (it failed a review), unmeasured.
    """

    requirement: Any
    node: str
    missing: tuple[str, ...]
    offer: Offer | None = None
    why: str = ""

    @property
    def key(self) -> PackageKey:
        return self.requirement.ecosystem, self.requirement.name

    @property
    def size(self) -> Size | None:
        return self.offer.best.size if self.offer is not None and self.offer.best is not None else None


class Distances:
    """How far releases are apart, asked of the table first. With `patience` (seconds) what is not there is measured and kept."""

    def __init__(self, releases: Mapping[str, Release], *, patience: float = 0.0) -> None:
        self._releases = releases
        self._until = time.monotonic() + patience if patience else 0.0
        self._texts: dict[str, dict[str, FileFacts]] = {}
        self.unmeasured = False
        rows = Distance.objects.filter(target__in=[row.pk for row in releases.values()], scanner=SCANNER)
        columns = rows.values_list("base__public_id", "target__public_id", "lines", "native_files", "points")
        self._known: dict[tuple[str, str], Size | None] = {
            (base or NOTHING, target): Size(*size) for base, target, *size in columns
        }

    def distance(self, base: str, target: str) -> Size | None:
        if (base, target) in self._known:
            return self._known[base, target]
        if target not in self._releases or (base != NOTHING and base not in self._releases):
            return None
        if time.monotonic() >= self._until:
            self.unmeasured = True
            return None
        self._known[base, target] = measured(self._releases.get(base), self._releases[target])
        return self._known[base, target]

    def least(self, base: str, target: str) -> int:
        if (size := self._known.get((base, target))) is not None:
            return size.lines
        return least_lines(self._lines(base), self._lines(target)) if self._until else 0

    def _lines(self, node: str) -> dict[str, FileFacts]:
        if node not in self._texts:
            self._texts[node] = texts_of(scan_of(self._releases[node])) if node in self._releases else {}
        return self._texts[node]


def smallest_for(requirements: Iterable[Wanted], *, wanted: Criteria, graph: Graph, patience: float = 0.0) -> list[Uncovered]:
    """What is not covered, in the order given, each with the smallest work that would cover it.

    Two queries beside those of the graph, as long as nothing has to be measured. The same release is worked out once.
    """
    found: list[tuple[Wanted, str, tuple[str, ...]]] = []
    seen: set[tuple[PackageKey, str, tuple[str, ...]]] = set()
    for row in requirements:
        for node, missing in graph.missing(row, wanted(row)).items():
            once = (row.ecosystem, row.name), node, missing
            if once not in seen:
                seen.add(once)
                found.append((row, node, tuple(sorted(graph.criteria.minimal(missing)))))
    nodes = {known for row, _node, _missing in found for known in graph.of((row.ecosystem, row.name)).releases}
    rows = Release.objects.filter(public_id__in=nodes).select_related("package") if nodes else ()
    distances = Distances({row.public_id: row for row in rows}, patience=patience)
    return [_worked_out(row, node, missing, graph, distances) for row, node, missing in found]


def _worked_out(row: Wanted, node: str, missing: tuple[str, ...], graph: Graph, distances: Distances) -> Uncovered:
    mine = graph.of((row.ecosystem, row.name))
    if node not in mine.releases:
        return Uncovered(row, node, missing, why="not_at_hand")
    failed = graph.failed((row.ecosystem, row.name), missing)
    if node in failed:
        return Uncovered(row, node, missing, why="failed")
    distances.unmeasured = False
    found = offer(
        lambda names: graph.live(row, names),
        node,
        missing,
        distances.distance,
        newest_first=mine.newest_first(),
        excluded=failed,
        least=distances.least,
    )
    if found.best is None:
        return Uncovered(row, node, missing, why="unmeasured" if distances.unmeasured else "not_at_hand")
    return Uncovered(row, node, missing, found)


# One lock file -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What would cover a lock file: smallest first, what has no way yet last. `asked` are its requirements that want a review."""

    asked: int
    items: tuple[Uncovered, ...]
    releases: Mapping[str, Release] = field(default_factory=dict)

    @property
    def size(self) -> Size:
        return sum((item.size for item in self.items if item.size is not None), Size(0))


def suggestions_of(
    row: DependencySet, *, use_case: UseCase | None = None, criteria: Sequence[str] = (), at: datetime | None = None
) -> Suggestions:
    """For each requirement that is not covered the smallest work.

    What is wanted follows from the risk of the use case; without one it is `criteria` of what runs with the model, and without those
    what the status of the lock file demands: that of the highest risk.
    """
    at = at or clock.now()
    requirements = list(row.requirements.all())
    for requirement in requirements:
        requirement.set = row  # at hand already
    named = use_case is None and bool(criteria)
    wanted = _wanted(tuple(criteria)) if named else _wanted_by(tier_of(use_case) if use_case is not None else "")
    scope = use_case.public_id if use_case is not None else ""
    graph = graph_of(requirements, scope=scope, at=at, criteria=criteria_known(at))
    found = smallest_for(requirements, wanted=wanted, graph=graph, patience=PATIENCE)
    items = sorted(found, key=lambda item: (item.size is None, item.size or Size(0), item.requirement.name))
    return Suggestions(len([one for one in requirements if wanted(one)]), tuple(items), releases_of_offers(items))


def tier_of(use_case: UseCase) -> str:
    found: Any = with_tier(UseCase.objects.filter(pk=use_case.pk)).get()
    return str(found.tier)


def _wanted_by(tier: str) -> Criteria:
    demand = demand_of(tier)
    return lambda row: demand.criteria_for(row.groups)


def _wanted(criteria: Sequence[str]) -> Criteria:
    return lambda row: () if is_dev(row.groups) else criteria


def releases_of_offers(items: Iterable[Uncovered]) -> dict[str, Release]:
    """The releases that offers name, by node. One query."""
    nodes = {node for item in items for node in (item.node, *_named(item))} - {NOTHING}
    return {row.public_id: row for row in Release.objects.filter(public_id__in=nodes).select_related("package")} if nodes else {}


def _named(item: Uncovered) -> list[str]:
    works = [] if item.offer is None else [item.offer.best, item.offer.single, *(item.offer.separate or {}).values()]
    return [node for work in works if work is not None for review in work.reviews for node in (review.base, review.target)]


# All use cases -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the newest versions of the use cases that somebody sees wait for: reviews by what they unblock, and what has no way yet."""

    steps: tuple[Step, ...]
    size: Size
    stuck: tuple[tuple[Uncovered, tuple[str, ...]], ...]  # with the use cases that wait
    titles: Mapping[str, str]  # use case → title
    releases: Mapping[str, Release]


def backlog_of(actor: Actor, at: datetime | None = None) -> Backlog:
    """The same queries however many use cases; only what was measured before has a size. Exemptions of a use case alone do not count."""
    at = at or clock.now()
    cases: list[Any] = list(with_tier(UseCase.objects.visible_to(actor)).order_by("-pk"))
    builds = newest_full_builds(cases)
    rows = DependencySet.objects.filter(public_id__in={lock for build in builds.values() for lock in build.locks})
    sets = {row.public_id: row for row in rows.defer("raw").prefetch_related("requirements")}
    every = [one for row in sets.values() for one in row.requirements.all()]
    graph = graph_of(every, scope="", at=at, criteria=criteria_known(at))
    wanted: list[tuple[str, str, Any]] = []
    stuck: dict[tuple[PackageKey, str], tuple[Uncovered, set[str]]] = {}
    items: list[Uncovered] = []
    by_tier: dict[tuple[str, str], list[Uncovered]] = {}
    for case in cases:
        build = builds.get(case.pk)
        for lock in build.locks if build is not None else ():
            if lock not in sets:
                continue
            if (lock, case.tier) not in by_tier:
                by_tier[lock, case.tier] = smallest_for(sets[lock].requirements.all(), wanted=_wanted_by(case.tier), graph=graph)
                items += by_tier[lock, case.tier]
            for item in by_tier[lock, case.tier]:
                if item.offer is not None and item.offer.best is not None:
                    wanted.append((f"{item.key[0]}:{item.key[1]}", case.public_id, item.offer.best))
                else:
                    stuck.setdefault((item.key, item.node), (item, set()))[1].add(case.public_id)
    steps, size = backlog(wanted)
    waiting = [(item, tuple(sorted(found))) for item, found in stuck.values()]
    waiting.sort(key=lambda pair: (-len(pair[1]), pair[0].requirement.name, pair[0].node))
    titles = {case.public_id: str(case) for case in cases}
    return Backlog(tuple(steps), size, tuple(waiting), titles, releases_of_offers(items))
