"""Reads over lock files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.functions import Cast

from foundation.actor import Actor
from governance.dependencies import lockfiles, usage
from governance.dependencies.components import Difference, difference, label_of
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

    ecosystem: str
    name: str
    versions: list[str]  # empty text: not pinned to one
    used: usage.Count

    @property
    def label(self) -> str:
        return label_of(self.ecosystem, self.name)


@dataclass(frozen=True, slots=True)
class Packages:
    """Packages by name, and where the next page goes on (`name ecosystem`); empty at the end."""

    rows: list[PackageRow]
    after: str


def packages(actor: Actor, *, text: str = "", after: str = "", size: int = PACKAGES) -> Packages:
    """One page of the packages of all lock files. Four queries, whatever the place in the list."""
    found = Requirement.objects.visible_to(actor).order_by("name", "ecosystem").values_list("name", "ecosystem").distinct()
    if text:
        found = found.filter(name__contains=text.strip().lower().replace("_", "-"))
    if after:
        name, _space, ecosystem = after.rpartition(" ")
        found = found.filter(Q(name__gt=name) | Q(name=name, ecosystem__gt=ecosystem))
    rest = list(found[: size + 1])
    shown = [(ecosystem, name) for name, ecosystem in rest[:size]]
    versions: dict[usage.Package, set[str]] = defaultdict(set)
    named = Requirement.objects.filter(name__in=[name for _ecosystem, name in shown]).order_by()
    for ecosystem, name, version in named.values_list("ecosystem", "name", "version").distinct():
        versions[ecosystem, name].add(version)
    used = usage.counts(actor, shown)
    rows = [PackageRow(*package, sorted(versions[package]), used.get(package, usage.Count())) for package in shown]
    return Packages(rows, " ".join(rest[size - 1]) if len(rest) > size else "")


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
    """Each lock file of `now` beside the one at the same path of `then`. Two queries."""
    rows = {row.public_id: row for row in locks([*now, *then])}
    before = {rows[lock].path: rows[lock] for lock in then if lock in rows}
    found = []
    for lock in sorted((rows[lock] for lock in dict.fromkeys(now) if lock in rows), key=lambda row: row.path):
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
    """What `row` asks for. Three queries, and those for `rows`, however many packages it lists."""
    every = with_hashes(Requirement.objects.filter(set=row))
    own = own_code(row)
    by_ecosystem = every.order_by("ecosystem").values("ecosystem")
    counted = by_ecosystem.annotate(all=Count("pk"), open=Count("pk", filter=LOOSE & ~Q(pk__in=own)))
    counts = list(counted.values_list("ecosystem", "all", "open"))
    ecosystems = {ecosystem: count for ecosystem, count, _open in counts}
    groups = list(Requirement.objects.filter(set=row).order_by().values_list("groups", flat=True).distinct()[:MOST_GROUPS])
    rows = every.filter(LOOSE).exclude(pk__in=own) if narrowed.loose else every
    if narrowed.ecosystem:
        rows = rows.filter(ecosystem=narrowed.ecosystem)
    if narrowed.group:
        fitting = [Q(groups=together) for together in groups if narrowed.group in together]
        rows = rows.filter(_any_of(fitting)) if fitting else rows.none()
    if narrowed.text:
        rows = rows.filter(name__icontains=narrowed.text.strip())
    return Inside(
        asked=sum(ecosystems.values()),
        loose=sum(count for _ecosystem, _all, count in counts),
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
