"""The answer about dependency sets for a use case, now or as it was: everything that it follows from is read here, and nothing decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import CharField, OuterRef, Q, Subquery, TextField, Value, prefetch_related_objects
from django.db.models.functions import Cast, Coalesce

from foundation import clock
from foundation.among import Among
from foundation.canonical import digest
from governance.dependencies import rulings as engine
from governance.dependencies.advisories import Finding
from governance.dependencies.demands import Demand, demand_of
from governance.dependencies.findings import unread
from governance.dependencies.models import (
    AdvisorySnapshot,
    Artifact,
    ArtifactScan,
    DependencySet,
    Requirement,
    Review,
    ReviewRequest,
    Ruling,
)
from governance.dependencies.review_graph import Edge
from governance.dependencies.selectors.advisories import Found, findings_for
from governance.dependencies.selectors.criteria import policy_and_criteria
from governance.dependencies.selectors.graph import Graph, graph_of, instant, same_version
from governance.dependencies.selectors.licences import licence_of
from governance.dependencies.selectors.rulings import InForce, rulings_of
from governance.dependencies.status import Asked, Data, Facts, Feed, Flaw, Ruled, Status, as_mapping, status_of_facts, where_from
from governance.usecases.models import Definition, RiskAssessment, RiskOverride, UseCase

_STRONG = ("sha256:", "sha384:", "sha512:")
_NOT_INSTALLED = ("ours", "service")
MOST_ON_A_PAGE = 2_000  # packages that a page answers about by itself: the list of what is in an image may have 50,000
MOST_ROWS, MOST_HASHES = 5_000, 20_000  # that one statement names: SQLite may be built for 32,766 values


def status_of(
    sets: Iterable[DependencySet], *, use_case: UseCase | None, at: datetime | None = None, also: Iterable[str] = ()
) -> Status:
    """The answer about some lock files together, for a use case: its tier says what is demanded, its rulings count beside those of
    the organisation. Without one, the highest tier and the organisation's. What runs with the model has to be reviewed for `also` too.

    At another instant than now it is the answer that would have been given then: reviews confirmed, rulings decided, sources
    confirmed, files looked into and advisories imported by then. Twelve queries with that for the sets, however many packages.
    """
    facts = facts_of(sets, use_case=use_case, at=at)
    return status_of_facts(replace(facts, demand=facts.demand.and_for(also)))


def facts_of(sets: Iterable[DependencySet], *, use_case: UseCase | None, at: datetime | None = None) -> Facts:
    """What the answer follows from, as plain records. Queries as `status_of`."""
    return _facts_of_many({0: (sets, use_case)}, at or clock.now())[0]


def statuses_of(
    asked: Mapping[int, tuple[Iterable[DependencySet], UseCase | None]], *, at: datetime | None = None
) -> dict[int, Status]:
    """The same for many use cases at once, by whatever key the caller has. Twelve queries, however many there are."""
    return {key: status_of_facts(facts) for key, facts in _facts_of_many(asked, at or clock.now()).items()}


def _facts_of_many(asked: Mapping[int, tuple[Iterable[DependencySet], UseCase | None]], at: datetime) -> dict[int, Facts]:
    listed = {
        key: sorted({row.pk: row for row in sets}.values(), key=lambda row: row.path) for key, (sets, _case) in asked.items()
    }
    cases = {case.pk: case for _sets, case in asked.values() if case is not None}
    scopes = sorted({case.public_id if case is not None else "" for _sets, case in asked.values()})
    read = _Read({row.pk: row for rows in listed.values() for row in rows}, scopes, at)
    tiers = tiers_of(cases, at)
    found = {}
    for key, (_sets, case) in asked.items():
        demand = demand_of(tiers[case.pk] if case is not None else "")
        found[key] = read.facts(listed[key], case.public_id if case is not None else "", demand)
    return found


def tiers_of(use_cases: Collection[int], at: datetime) -> dict[int, str]:
    """By primary key the tier as lists show it, at `at`: set by two people, else what the answers come to, else what the definition
    says; empty where nobody knows. One query."""
    of_case: Any = {"use_case": OuterRef("pk")}
    live = Q(ended_at=None) | Q(ended_at__gt=at)
    parts = [
        RiskOverride.objects.filter(live, confirmed_at__lte=at, **of_case).order_by("-pk").values("tier"),
        RiskAssessment.objects.filter(created_at__lte=at, **of_case).order_by("-number").values("tier"),
        Definition.objects.filter(created_at__lte=at, **of_case).order_by("-number").values("risk_tier"),
    ]
    said = Coalesce(*(Subquery(part[:1]) for part in parts), Value(""), output_field=CharField())
    rows = UseCase.objects.filter(pk__in=use_cases).annotate(said=said).values_list("pk", "said") if use_cases else ()
    return dict(rows)


class _Read:
    """What was read of some sets at once, for all who ask about them."""

    def __init__(self, sets: Mapping[int, DependencySet], scopes: Sequence[str], at: datetime) -> None:
        self.at = at
        self.rows = _requirements(sets)
        every = [row for rows in self.rows.values() for row in rows]
        # One scope is read with the graph. Where there are several, the graph has what holds for all of them.
        self.files, self.graph = _files_and_graph(every, scopes[0] if len(scopes) == 1 else "", at)
        self.found = _flaws(every, at)
        self.policy, self.criteria = policy_and_criteria(at)
        self.scoped = _scoped_rulings(every, scopes, at) if len(scopes) > 1 else {}

    def facts(self, sets: Sequence[DependencySet], scope: str, demand: Demand) -> Facts:
        told = _Told(self, scope)
        rows = [row for each in sets for row in self.rows.get(each.pk, ())]
        asked = tuple(told.requirement(row) for row in rows)
        packages = {row.package: (row.ecosystem, row.name) for row in asked}
        edges = {name: told.edges(key) for name, key in packages.items()}
        return Facts(
            at=self.at,
            use_case=scope,
            demand=demand,
            sets=tuple((row.public_id, row.path) for row in sets),
            asked=asked,
            edges={name: found for name, found in edges.items() if found},
            digests={node: digest for key in packages.values() for node, digest in self.graph.of(key).digests.items()},
            unread=tuple((row.public_id, count) for row in sets if (count := len(unread(row.problems, row.path)))),
            data=_data(self.found.snapshot),
            allowed=self.policy.allowed,
            denied=self.policy.denied,
            criteria=self.criteria,
        )


def _scoped_rulings(
    rows: Iterable[Requirement], scopes: Sequence[str], at: datetime
) -> dict[str, dict[engine.PackageKey, list[InForce]]]:
    """The rulings of several use cases, by use case and package. One query."""
    found: dict[str, list[InForce]] = {}
    for ruling in rulings_of({row.name for row in rows}, scopes, at):
        found.setdefault(ruling.scope, []).append(ruling)
    return {scope: engine.by_package(rulings) for scope, rulings in found.items()}


def _requirements(sets: Mapping[int, DependencySet]) -> dict[int, list[Requirement]]:
    """By set, in the order of its lines; each has the set that is at hand."""
    prefetch_related_objects(list(sets.values()), "requirements")  # no query for those that were fetched with their sets
    found: dict[int, list[Requirement]] = {}
    for key, each in sets.items():
        found[key] = sorted(each.requirements.all(), key=lambda row: (row.line, row.pk))
        for row in found[key]:
            row.set = each
    return found


def _files_and_graph(rows: Sequence[Requirement], scope: str, at: datetime) -> tuple[dict[str, _File], Graph]:
    """What is at hand, and what speaks for it. Six queries; for each further piece of a very long list as many again."""
    files: dict[str, _File] = {}
    graphs = []
    for some in _pieces(rows):
        here = _files({value for row in some for value in row.hashes if value.startswith("sha256:")}, at)
        by_hash = {value: file.release for value, file in here.items() if file.release}
        graphs.append(graph_of(some, scope=scope, at=at, by_hash=by_hash))
        files |= here
    if len(graphs) == 1:
        return files, graphs[0]
    return files, Graph(
        at,
        {key: found for graph in graphs for key, found in graph.packages.items()},
        {key: found for graph in graphs for key, found in graph.nodes.items()},
        {key: found for graph in graphs for key, found in graph.sources.items()},
        {key: found for graph in graphs for key, found in graph.rulings.items()},
    )


def _pieces(rows: Iterable[Requirement]) -> Iterable[list[Requirement]]:
    """Rows by package, in pieces that a database takes in one statement."""
    by_package: dict[engine.PackageKey, list[Requirement]] = {}
    for row in rows:
        by_package.setdefault((row.ecosystem, row.name), []).append(row)
    some: list[Requirement] = []
    hashes = 0
    for of_package in by_package.values():
        some += of_package
        hashes += sum(len(row.hashes) for row in of_package)
        if len(some) >= MOST_ROWS or hashes >= MOST_HASHES:
            yield some
            some, hashes = [], 0
    if some:
        yield some


# Files ---------------------------------------------------------------------------------------------------------------


class _File(NamedTuple):
    """A file that a lock names by its digest and that is at hand: which release it belongs to, if somebody looked."""

    release: str
    ecosystem: str
    name: str
    version: str
    licence: str
    is_scanned: bool


def _files(hashes: Iterable[str], at: datetime) -> dict[str, _File]:
    """One query."""
    wanted = set(hashes)
    if not wanted:
        return {}
    # The first of each, and not whether there is one: for that PostgreSQL reads the whole table of scans.
    first = Subquery(ArtifactScan.objects.filter(artifact=OuterRef("pk")).order_by("pk").values("scanned_at")[:1])
    rows = Artifact.objects.filter(Among("sha256", wanted), created_at__lte=at).annotate(looked=first)
    columns = ("sha256", "release__public_id", "release__package__ecosystem", "release__package__name", "release__version")
    read = rows.values_list(*columns, "licence", Cast("looked", TextField()))
    return {
        sha256: _File(
            release or "", ecosystem or "", name or "", version or "", licence, looked is not None and instant(looked) <= at
        )
        for sha256, release, ecosystem, name, version, licence, looked in read
    }


# Flaws ---------------------------------------------------------------------------------------------------------------


def _flaws(rows: Iterable[Requirement], at: datetime) -> Found:
    """The flaws of everything that is asked for, by what had been imported at `at`. Three queries."""
    snapshot = AdvisorySnapshot.objects.filter(imported_at__lte=at).defer("told").order_by("-pk").first()
    if snapshot is None:
        return Found(None)
    return findings_for([(row.ecosystem, row.name, row.version) for row in rows], snapshot=snapshot, brief=True)


def _data(snapshot: AdvisorySnapshot | None) -> Data | None:
    if snapshot is None:
        return None
    feeds = {name: Feed(feed["count"], feed.get("newest", "")) for name, feed in snapshot.ecosystems.items()}
    return Data(snapshot.public_id, snapshot.imported_at, feeds)


# What is being done ----------------------------------------------------------------------------------------------------


def under_way(missing: Iterable[Asked]) -> frozenset[Asked]:
    """Those of some requirements that somebody asked to have reviewed, or of which a review waits to be confirmed. Two queries."""
    asked = list(missing)
    names = {row.name for row in asked}
    open_ones = ReviewRequest.objects.filter(closed_at=None, name__in=names).values_list("ecosystem", "name", "version")
    waiting = Review.objects.waiting().filter(release__public_id__in={node for row in asked for node in row.nodes})
    pins, nodes = set(open_ones), set(waiting.values_list("release__public_id", flat=True))
    return frozenset(row for row in asked if (row.ecosystem, row.name, row.version) in pins or not nodes.isdisjoint(row.nodes))


def facts_digest(facts: Facts) -> str:
    """Over everything that an answer follows from but the instant at which it was asked: equal facts, equal answer."""
    return digest({name: value for name, value in as_mapping(facts).items() if name != "at"})


# One requirement -----------------------------------------------------------------------------------------------------


class _Told:
    """What is known of each requirement in one scope, put together from what was read for all."""

    def __init__(self, read: _Read, scope: str) -> None:
        self.graph, self.files, self.found, self.at, self.scope = read.graph, read.files, read.found, read.at, scope
        self.own = read.scoped.get(scope, {})  # rulings of the use case, where the graph has none of them
        self.versions: dict[engine.PackageKey, dict[str, str]] = {}

    def rulings(self, key: engine.PackageKey) -> list[InForce]:
        return [*self.graph.rulings.get(key, ()), *self.own.get(key, ())]

    def edges(self, key: engine.PackageKey) -> tuple[Edge, ...]:
        """Of a package, after its requirements were told: exemptions of the use case lead to the releases that they ask for."""
        found = self.graph.of(key).edges
        if key in self.own:
            known = {node: release.version for node, release in self.graph.of(key).releases.items()}
            nodes = {**known, **self.versions.get(key, {})}
            found = [*found, *engine.exempt_edges(self.own[key], key, nodes, at=self.at, scope=self.scope)]
        return tuple(found)

    def requirement(self, row: Requirement) -> Asked:
        said: dict[str, Any] = {
            "set": row.set.public_id,
            "path": row.set.path,
            "line": row.line,
            "name": row.name,
            "ecosystem": row.ecosystem,
            "version": row.version,
            "origin": row.origin,
            "url": row.url,
            "groups": tuple(row.groups),
        }
        bare = Asked(**said)
        if where_from(bare) in _NOT_INSTALLED:
            return bare
        key = (row.ecosystem, row.name)
        hashes = [value for value in row.hashes if value.startswith("sha256:")]
        known = [self.files[value] for value in hashes if value in self.files]
        rulings = self.rulings(key)
        nodes = self.graph.node_of(row)
        self.versions.setdefault(key, {}).update({node: row.version for node in nodes if node not in self.graph.of(key).releases})
        return Asked(
            **said,
            hashed=any(value.startswith(_STRONG) for value in row.hashes),
            licence=licence_of(row, None, [file.licence for file in known if file.licence]),
            nodes=tuple(nodes),
            files=len(hashes),
            unseen=len(hashes) - len(known),
            unscanned=sum(not (file.is_scanned and file.release) for file in known),
            foreign=tuple(dict.fromkeys(file.release for file in known if _is_foreign(file, row))),
            namesakes=tuple(self._namesakes(row, nodes)),
            trusted=tuple(self.graph.trusted(row)),
            blocks=_ruled(engine.blocks(rulings, key, row.version, at=self.at, scope=self.scope)),
            doubted=_ruled(engine.may_block(rulings, key, row.version, at=self.at, scope=self.scope)),
            flaws=self._flaws(row, rulings),
        )

    def _namesakes(self, row: Requirement, nodes: Sequence[str]) -> Iterable[str]:
        """Releases of the same version whose files the line does not name: they matter where one of them may have failed a review."""
        package = self.graph.of((row.ecosystem, row.name))
        if not any(edge.verdict == "fail" for edge in package.edges):
            return
        for node, other in package.releases.items():
            if row.version and node not in nodes and same_version(row.ecosystem, other.version, row.version):
                yield node

    def _flaws(self, row: Requirement, rulings: Sequence[InForce]) -> tuple[Flaw, ...]:
        """Each flaw with the ruling that accepts it. Most packages have none, and most flaws have no ruling."""
        key = (row.ecosystem, row.name)
        found = self.found.findings.get((*key, row.version), ())
        accepting = [ruling for ruling in rulings if ruling.effect == Ruling.Effect.ACCEPT] if found else []
        names = {name for ruling in accepting for name in engine.names_of(ruling)}
        return tuple(
            _flaw(
                finding,
                engine.accepts(
                    rulings, key, row.version, finding.group.ids, at=self.at, scope=self.scope, fixed=bool(finding.fixed)
                )
                if any(name.casefold() in names for name in finding.group.ids)
                else None,
            )
            for finding in found
        )


def _flaw(finding: Finding, accepted: InForce | None) -> Flaw:
    group = finding.group
    return Flaw(
        key=group.key,
        ids=tuple(sorted(group.ids)),
        summary=group.summary,
        severity=group.severity,
        answer=finding.answer,
        why=finding.why,
        fixed=finding.fixed,
        accepted=_ruled([accepted]) if accepted is not None else (),
    )


def _is_foreign(file: _File, row: Requirement) -> bool:
    """Whether a file belongs to another package or version than the line that names it says."""
    if not file.release:
        return False
    if (file.ecosystem, file.name) != (row.ecosystem, row.name):
        return True
    return bool(row.version) and not same_version(row.ecosystem, file.version, row.version)


def _ruled(rows: Iterable[InForce]) -> tuple[Ruled, ...]:
    return tuple(Ruled(row.public_id, row.reason[:500], row.expires_at) for row in rows)
