"""Reads over lock files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.functions import Cast

from foundation.actor import Actor
from governance.dependencies import lockfiles, usage
from governance.dependencies.components import Difference, difference
from governance.dependencies.first_party import is_first_party
from governance.dependencies.models import DependencySet, Requirement

PACKAGES = 50
MOST_GROUPS = 200  # that a list is narrowed by: a file may name one for each package

# What may be code of the same repository: its path has to be looked at, which no query can do.
FOLDER = Q(origin__in=(Requirement.Origin.LOCAL, Requirement.Origin.EDITABLE))
# What leaves open what will be installed: the rule of `pinning`, asked of the table. Wants `with_hashes`.
LOOSE = (Q(version="") | ~Q(origin=Requirement.Origin.INDEX) | ~Q(written__contains="sha256:")) & ~Q(ecosystem="service")


def with_hashes(rows: QuerySet[Requirement]) -> QuerySet[Requirement]:
    """With the hashes as a text, which a query can look into."""
    return rows.annotate(written=Cast("hashes", TextField()))


def sets_seen_by(actor: Actor) -> QuerySet[DependencySet]:
    """Lock files for a list: with the number of their requirements, without their text."""
    return DependencySet.objects.visible_to(actor).defer("raw").annotate(requirement_count=Count("requirements"))


@dataclass(frozen=True, slots=True)
class PackageRow:
    """A package in a list: which versions are locked anywhere, and how much of what the actor sees rests on it."""

    name: str
    versions: list[str]  # empty text: not pinned to one
    used: usage.Count


@dataclass(frozen=True, slots=True)
class Packages:
    """Packages by name, and the name that the next page starts after; empty at the end."""

    rows: list[PackageRow]
    after: str


def packages(actor: Actor, *, text: str = "", after: str = "", size: int = PACKAGES) -> Packages:
    """One page of the packages of all lock files. Four queries, whatever the place in the list."""
    found = Requirement.objects.visible_to(actor).order_by("name").values_list("name", flat=True).distinct()
    if text:
        found = found.filter(name__contains=text.strip().lower().replace("_", "-"))
    names = list((found.filter(name__gt=after) if after else found)[: size + 1])
    shown = names[:size]
    versions: dict[str, set[str]] = defaultdict(set)
    for name, version in Requirement.objects.filter(name__in=shown).order_by().values_list("name", "version").distinct():
        versions[name].add(version)
    used = usage.counts(actor, shown)
    rows = [PackageRow(name, sorted(versions[name]), used.get(name, usage.Count())) for name in shown]
    return Packages(rows, shown[-1] if len(names) > size else "")


@dataclass(frozen=True, slots=True)
class LockChange:
    """A lock file of the newest version, with what changed since the version before; None where there was no such file."""

    lock: DependencySet
    before: DependencySet | None
    difference: Difference | None


def locks(public_ids: Sequence[str]) -> list[DependencySet]:
    """Lock files with their requirements, by path. Two queries."""
    rows = DependencySet.objects.filter(public_id__in=public_ids).defer("raw").prefetch_related("requirements")
    return sorted(rows, key=lambda row: row.path)


def changes_of(now: Sequence[str], then: Sequence[str]) -> list[LockChange]:
    """Each lock file of `now` beside the one at the same path of `then`. Four queries."""
    before = {row.path: row for row in locks(then)}
    found = []
    for lock in locks(now):
        old = before.get(lock.path)
        found.append(
            LockChange(lock, old, difference(old.requirements.all(), lock.requirements.all()) if old is not None else None)
        )
    return found


# One lock file -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What of a lock file is looked at. Empty: all of it."""

    ecosystem: str = ""
    group: str = ""
    loose: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Inside:
    """What a lock file asks for, in numbers, and the requirements that are looked at, by line."""

    asked: int
    loose: int
    own: frozenset[int]  # requirements that are code of the same repository
    ecosystems: dict[str, int]
    groups: list[str]
    rows: QuerySet[Requirement]


def inside(row: DependencySet, narrowed: Narrowed) -> Inside:
    """What `row` asks for. Four queries, and those for `rows`, however many packages it lists."""
    every = with_hashes(Requirement.objects.filter(set=row))
    own = own_code(row)
    loose = every.filter(LOOSE).exclude(pk__in=own)
    ecosystems = dict(every.order_by("ecosystem").values_list("ecosystem").annotate(Count("pk")))
    groups = list(Requirement.objects.filter(set=row).order_by().values_list("groups", flat=True).distinct()[:MOST_GROUPS])
    rows = loose if narrowed.loose else every
    if narrowed.ecosystem:
        rows = rows.filter(ecosystem=narrowed.ecosystem)
    if narrowed.group:
        fitting = [Q(groups=together) for together in groups if narrowed.group in together]
        rows = rows.filter(_any_of(fitting)) if fitting else rows.none()
    if narrowed.text:
        rows = rows.filter(name__icontains=narrowed.text.strip())
    return Inside(
        asked=sum(ecosystems.values()),
        loose=loose.count(),
        own=own,
        ecosystems=ecosystems,
        groups=sorted({name for together in groups for name in together}),
        rows=rows.order_by("line", "pk"),
    )


def own_code(row: DependencySet) -> frozenset[int]:
    """The requirements that are code of the same repository. One query."""
    return frozenset(item.pk for item in Requirement.objects.filter(FOLDER, set=row) if is_first_party(item, row.path))


def pinning_command(row: DependencySet) -> str:
    """The command that pins an environment of conda; empty where nothing is open. At most one query."""
    if row.format != "conda-environment":
        return ""
    found = lockfiles.Parsed(
        row.format,
        row.raw_digest,
        requirements=tuple(row.requirements.filter(ecosystem="conda")),
        options=tuple(lockfiles.Option(**option) for option in row.options),
    )
    return lockfiles.command_that_pins(row.path, found)


def _any_of(questions: Sequence[Q]) -> Q:
    found = Q()
    for question in questions:
        found |= question
    return found
