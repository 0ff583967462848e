"""Reads over known flaws. What has a flaw is found when somebody asks; a new record counts for everything at once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from foundation import clock
from foundation.actor import Actor
from foundation.among import Among
from governance.dependencies import advisories as engine
from governance.dependencies import usage
from governance.dependencies.advisories import Finding, Group
from governance.dependencies.models import Advisory, AdvisoryImport, AdvisorySnapshot, AdvisorySpan, Requirement, Ruling
from governance.dependencies.selectors.spans import Pin, spans_of

Ecosystem = str
FRESH = timedelta(days=7)  # feeds change every day
STALE = timedelta(days=30)
AT_ONCE = 500  # names in one question
PAGE = 50
UNTOLD = engine.SEVERITIES.index("medium")  # where one stands whose severity nobody tells


@dataclass(frozen=True, slots=True)
class Found:
    """Which flaws some packages have, and what that rests on. `snapshot` is None where nothing was ever imported."""

    snapshot: AdvisorySnapshot | None
    findings: Mapping[Pin, list[Finding]] = field(default_factory=dict)

    def covers(self, ecosystem: str) -> bool:
        """Whether a feed of the ecosystem was imported. Where none was, no finding says nothing: it is unknown."""
        return self.snapshot is not None and ecosystem in self.snapshot.ecosystems

    def data_of(self, ecosystem: str) -> engine.Snapshot | None:
        """What is known of one ecosystem, as `advisories.freshness` and `advisories.age` take it."""
        return data_of(self.snapshot, ecosystem)


def newest_snapshot() -> AdvisorySnapshot | None:
    return AdvisorySnapshot.objects.defer("told").order_by("-pk").first()


def data_of(snapshot: AdvisorySnapshot | None, ecosystem: str = "") -> engine.Snapshot | None:
    """What is known after an import, of one ecosystem or of all."""
    if snapshot is None:
        return None
    entry = snapshot.ecosystems.get(ecosystem, {"count": 0, "newest": ""}) if ecosystem else {}
    count, newest = entry.get("count", snapshot.count), entry.get("newest", snapshot.newest)
    return engine.Snapshot(snapshot.digest, count, newest, snapshot.refused, snapshot.imported_at)


def age(snapshot: AdvisorySnapshot | None, now: datetime | None = None, *, ecosystem: str = "") -> timedelta | None:
    """How old the data is: since the newest record of its oldest feed. None where nothing tells."""
    found = data_of(snapshot, ecosystem)
    return engine.age(found, now or clock.now()) if found is not None else None


@dataclass(frozen=True, slots=True)
class DataAge:
    """The state of the data, for pages and answers."""

    snapshot: AdvisorySnapshot | None
    state: Literal["fresh", "old", "stale", "missing"]
    age: timedelta | None

    @property
    def days(self) -> int | None:
        return None if self.age is None else max(0, self.age.days)


def data_age(snapshot: AdvisorySnapshot | None, now: datetime | None = None) -> DataAge:
    now = now or clock.now()
    found = data_of(snapshot)
    old = age(snapshot, now)
    if engine.freshness(found, now, STALE) != "fresh":
        return DataAge(snapshot, "missing" if found is None or not found.count else "stale", old)
    return DataAge(snapshot, "fresh" if engine.freshness(found, now, FRESH) == "fresh" else "old", old)


# Findings ------------------------------------------------------------------------------------------------------------


def holding(snapshot: AdvisorySnapshot) -> Q:
    """The records that hold as of an import."""
    return Q(since__lte=snapshot.pk) & (Q(until=None) | Q(until__gt=snapshot.pk))


def findings_for(pins: Iterable[Pin], *, snapshot: AdvisorySnapshot | None = None, brief: bool = False) -> Found:
    """The flaws of each of the pins as of an import (the newest), one finding for each flaw whatever it is called.

    A pin without findings has none that is known, if `covers` its ecosystem. Three queries at most. `brief`: of each flaw only the
    record that leads is read, which has its names and its severity; of a flaw with many records that is far less.
    """
    wanted = list(dict.fromkeys(pins))
    snapshot = snapshot or newest_snapshot()
    if snapshot is None or not wanted:
        return Found(snapshot, {pin: [] for pin in wanted})
    spans, groups = spans_of(wanted, snapshot)
    # By their keys alone first: most flaws of a package are not those of the version, and need not be read.
    bare = {key: Group(key, frozenset(), ()) for key in set(groups.values())}
    by_record = {record: bare[key] for record, key in groups.items()}
    found: dict[Pin, list[Finding]] = {}
    for pin in wanted:
        ecosystem, name, version = pin
        of_package = spans.get((ecosystem, engine.comparable_name(ecosystem, name)))
        found[pin] = engine.findings(of_package, by_record, ecosystem, version) if of_package else []
    flaws = _flaws({finding.group.key for listed in found.values() for finding in listed}, snapshot, brief)
    told = {
        pin: [Finding(flaws[one.group.key], one.answer, one.why, one.fixed) for one in listed] for pin, listed in found.items()
    }
    return Found(snapshot, told)


def _questions(by_ecosystem: Mapping[str, Sequence[str]]) -> Iterable[Q]:
    """Conditions on packages, of which none names too many."""
    which, count = Q(pk__in=[]), 0
    for ecosystem, listed in by_ecosystem.items():
        for at in range(0, len(listed), AT_ONCE):
            some = listed[at : at + AT_ONCE]
            if count and count + len(some) > AT_ONCE:
                yield which
                which, count = Q(pk__in=[]), 0
            which |= Q(ecosystem=ecosystem, name__in=some)
            count += len(some)
    if count:
        yield which


def _flaws(keys: set[str], snapshot: AdvisorySnapshot, brief: bool) -> dict[str, Group]:
    """Flaws by their keys, put together from their records."""
    members: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    listed = sorted(keys)
    if listed:
        rows = Advisory.objects.filter(Among("group", listed), holding(snapshot), withdrawn="")
        rows = rows.filter(leads=True) if brief else rows
        for row in rows.order_by("-leads", "identifier").values_list(
            "group", "identifier", "aliases", "summary", "worst", "modified"
        ):
            members[row[0]].append(row)
    return {key: group_of(rows) for key, rows in members.items()}


def group_of(rows: Sequence[tuple[Any, ...]]) -> Group:
    """A flaw from its records, of which the one that leads comes first."""
    key, _first, aliases, _summary, worst, _modified = rows[0]
    return Group(
        key=key,
        ids=frozenset(aliases),
        advisories=tuple(row[1] for row in rows),
        summary=next((row[3] for row in rows if row[3]), ""),
        severity=worst,
        modified=max(row[5] for row in rows),
    )


# Who is affected -----------------------------------------------------------------------------------------------------


def locked_pins(packages: Iterable[tuple[str, str]] | None = None) -> list[Pin]:
    """What lock files ask for: of some packages, or of all. One query for each 500 packages."""
    rows = Requirement.objects.order_by()
    values = ("ecosystem", "name", "version")
    if packages is None:
        return sorted(rows.values_list(*values).distinct())
    by_ecosystem: dict[str, list[str]] = defaultdict(list)
    for ecosystem, name in sorted(set(packages)):
        by_ecosystem[ecosystem].append(name)
    found: set[Pin] = set()
    for which in _questions(by_ecosystem):
        found |= set(rows.filter(which).values_list(*values).distinct())
    return sorted(found)


@dataclass(frozen=True, slots=True)
class Reaching:
    """A flaw that something has that is locked: the pins that have it or may have it, each with its finding."""

    group: Group
    pins: Mapping[Pin, Finding]

    @property
    def is_certain(self) -> bool:
        return any(finding.answer == "affected" for finding in self.pins.values())

    @property
    def rank(self) -> tuple[bool, int, str]:
        """The worst first, and what is certain before what may be."""
        severity = self.group.severity
        return not self.is_certain, -(engine.SEVERITIES.index(severity) if severity else UNTOLD), self.group.key


def reaching(
    packages: Iterable[tuple[str, str]] | None = None, *, snapshot: AdvisorySnapshot | None = None
) -> dict[str, Reaching]:
    """Flaw → what has it among all that lock files ask for, or among some packages of that."""
    found = findings_for(locked_pins(packages), snapshot=snapshot)
    groups: dict[str, Group] = {}
    pins: dict[str, dict[Pin, Finding]] = defaultdict(dict)
    for pin, listed in found.findings.items():
        for finding in listed:
            groups[finding.group.key] = finding.group
            pins[finding.group.key][pin] = finding
    return {key: Reaching(group, pins[key]) for key, group in groups.items()}


def affected_model_versions(actor: Actor, found: Reaching | Iterable[Pin]) -> Sequence[usage.Reached]:
    """The model versions that the actor may see whose lock files hold one of the pins: what is in production first."""
    pins = found.pins if isinstance(found, Reaching) else found
    return usage.affected(actor, list(pins))


def affected_sets(found: Reaching | Iterable[Pin]) -> list[str]:
    """Public ids of the lock files that hold one of the pins. One query for each 500 packages."""
    pins = set(found.pins if isinstance(found, Reaching) else found)
    by_ecosystem: dict[str, list[str]] = defaultdict(list)
    for ecosystem, name in sorted({pin[:2] for pin in pins}):
        by_ecosystem[ecosystem].append(name)
    sets: set[str] = set()
    for which in _questions(by_ecosystem):
        rows = Requirement.objects.filter(which).order_by()
        for ecosystem, name, version, public_id in rows.values_list("ecosystem", "name", "version", "set__public_id"):
            if (ecosystem, name, version) in pins:
                sets.add(public_id)
    return sorted(sets)


# Lists and pages -----------------------------------------------------------------------------------------------------


def flaws(
    actor: Actor, *, package: str = "", ecosystem: str = "", severity: str = "", affects: bool = False
) -> QuerySet[Advisory]:
    """The flaws that are known now, each by the record that leads. `affects`: only those that something locked has or may have."""
    rows = Advisory.objects.visible_to(actor).filter(until=None, leads=True)
    if severity:
        rows = rows.filter(worst="" if severity == "unknown" else severity)
    if package or ecosystem:
        spans = AdvisorySpan.objects.all()
        if ecosystem:
            spans = spans.filter(ecosystem=ecosystem)
        if package:
            names = {engine.comparable_name("pypi", package), package}
            spans = spans.filter(name__in=names)
        groups = Advisory.objects.filter(until=None, pk__in=spans.values("advisory")).values("group")
        rows = rows.filter(group__in=groups)
    if affects:
        rows = rows.filter(group__in=list(reaching()))
    return rows


@dataclass(frozen=True, slots=True)
class FlawPage:
    """Some flaws, and the row that the next page starts after; empty at the end."""

    rows: list[Advisory]
    after: str


def newest_first(rows: QuerySet[Advisory], *, after: str = "", size: int = PAGE) -> FlawPage:
    """One page of flaws, those that changed last first. Its cost does not grow with the place in the list."""
    edge = Advisory.objects.filter(pk=int(after)).first() if after.isascii() and after.isdigit() and len(after) < 19 else None
    if edge is not None:
        rows = rows.filter(Q(modified__lt=edge.modified) | Q(modified=edge.modified, pk__lt=edge.pk))
    found = list(rows.order_by("-modified", "-pk")[: size + 1])
    return FlawPage(found[:size], str(found[size - 1].pk) if len(found) > size else "")


def packages_of(groups: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """Flaw → the packages that its records are about now. One query."""
    rows = AdvisorySpan.objects.filter(advisory__group__in=list(groups), until=None).order_by("ecosystem", "name")
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for group, ecosystem, name in rows.values_list("group", "ecosystem", "name").distinct():
        found[group].append((ecosystem, name))
    return found


def reach_of(group: str) -> Reaching | None:
    """What has the flaw among all that lock files ask for. Five queries."""
    return reaching(packages_of([group]).get(group, ())).get(group)


def records_of(actor: Actor, name: str) -> list[Advisory]:
    """The records of the flaw that goes by this name, the one that leads first. By the key, by the id of a record, or by another name.

    Of one that is gone, what it said last.
    """
    if "\x00" in name or not name:
        return []
    rows = Advisory.objects.visible_to(actor).select_related("since", "until")
    now = rows.filter(until=None)
    known = now.filter(Q(group=name) | Q(identifier=name)).order_by("-leads", "pk").first() or _by_alias(now, name)
    if known is None:
        return list(rows.filter(identifier=name).order_by("-pk")[:1])
    return list(now.filter(group=known.group).order_by("-leads", "identifier"))


def affected_of(records: Sequence[Advisory]) -> dict[tuple[str, str], list[AdvisorySpan]]:
    """The packages that some records are about, each with the versions that have the flaw. One query."""
    found: dict[tuple[str, str], list[AdvisorySpan]] = defaultdict(list)
    for span in AdvisorySpan.objects.filter(advisory__in=records).order_by("ecosystem", "name", "low", "pk"):
        found[span.ecosystem, span.name].append(span)
    return found


def _by_alias(rows: QuerySet[Advisory], name: str) -> Advisory | None:
    """The record that says it goes by this name, although there is none of that id."""
    escaped = Q(written__contains=json.dumps(name)) | Q(
        written__contains=json.dumps(name, ensure_ascii=False)
    )  # each database its own
    written = rows.annotate(written=Cast("aliases", TextField())).filter(escaped)
    return next((row for row in written.order_by("pk")[:20] if name in row.aliases), None)


def accepted_by(actor: Actor, names: Iterable[str], packages: Iterable[str], at: datetime | None = None) -> list[Ruling]:
    """The live rulings that accept a flaw, by any of its names. One query."""
    ids = set(names)
    rows = Ruling.objects.visible_to(actor).live(at).filter(effect=Ruling.Effect.ACCEPT, name__in=set(packages))
    return [row for row in rows.order_by("pk") if row.advisory in ids or ids.intersection(row.aliases)]


def imports_seen_by(actor: Actor) -> QuerySet[AdvisoryImport]:
    return AdvisoryImport.objects.visible_to(actor).select_related("snapshot", "job", "created_by")
