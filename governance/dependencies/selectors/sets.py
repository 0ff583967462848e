"""Reads over lock files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from foundation.actor import Actor
from governance.dependencies import usage
from governance.dependencies.components import Difference, difference
from governance.dependencies.models import DependencySet, Requirement

PACKAGES = 50


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
