"""Reads over licences: which rules hold, and what is in use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from foundation import clock
from foundation.actor import Actor
from governance.dependencies.licences import Judgement, Policy, as_spdx, judge, key_of
from governance.dependencies.lockfiles import PYPI
from governance.dependencies.models import Artifact, LicenceRule, Release, Requirement

PackageKey = tuple[str, str]
SHOWN_PACKAGES = 12  # of one licence
_ORDER = ("unknown", "denied", "allowed")  # by what has to be done about it


def licence_policy(at: datetime | None = None) -> Policy:
    """Which licences may be used at `at` (now). One query."""
    return policy_of(rules_at(at or clock.now()).values_list("licence", "answer"))


def rules_at(at: datetime) -> QuerySet[LicenceRule]:
    """The rules that hold at `at`, oldest first."""
    return LicenceRule.objects.filter(Q(ended_at=None) | Q(ended_at__gt=at), created_at__lte=at).order_by("pk")


def policy_of(ruled: Iterable[tuple[str, str]]) -> Policy:
    """What licences and answers come to, oldest first: of two about one licence the newer holds."""
    newest = {key_of(licence): (licence, answer) for licence, answer in ruled}
    said: dict[str, list[str]] = {"allowed": [], "denied": []}
    for licence, answer in newest.values():
        said[answer].append(licence)
    return Policy(frozenset(said["allowed"]), frozenset(said["denied"]))


def rules_in_force(actor: Actor) -> list[LicenceRule]:
    """By name. One query."""
    rows = LicenceRule.objects.visible_to(actor).filter(ended_at=None).select_related("created_by")
    return sorted(rows, key=lambda rule: (rule.answer, rule.licence.lower()))


def rules_seen_by(actor: Actor) -> QuerySet[LicenceRule]:
    return LicenceRule.objects.visible_to(actor).select_related("created_by")


# Of one requirement ------------------------------------------------------------------------------------------------------


def licence_of(requirement: Requirement, release: Release | None, known: Sequence[str] | None = None) -> str:
    """What is to be judged of a requirement: what the files of its release say, and what the lock says.

    Where they say different things all of them hold, so that the worst counts: what a lock says is a claim. `known` are the licences of
    the release's files where they are at hand (`licences_of_releases`), else one query. Nothing readable: whatever was written.
    """
    if known is None:
        known = [] if release is None else [file.licence for file in release.artifacts.all()]
    written = list(dict.fromkeys(text.strip() for text in (*known, requirement.licence) if text.strip()))
    readable = sorted({expression for text in written if (expression := as_spdx(text))})  # files come in any order
    if len(readable) > 1:
        return " AND ".join(f"({expression})" for expression in readable)
    return readable[0] if readable else min(written, default="")


def licences_of_releases(releases: Iterable[Release]) -> dict[int, list[str]]:
    """What the files of each release say, by its primary key. One query."""
    found: dict[int, list[str]] = defaultdict(list)
    wanted = {release.pk for release in releases}
    for pk, licence in Artifact.objects.filter(release__in=wanted).exclude(licence="").values_list("release", "licence"):
        found[pk].append(licence)
    return dict(found)


# What is in use ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InUse:
    """A licence as people wrote it, what the policy says of it, and the packages that carry it: how many, and the first of them."""

    written: str  # empty: nothing is stated
    judgement: Judgement
    packages: int
    first: tuple[str, ...]  # as addresses name them: `joblib`, `conda:numpy`


def licences_in_use(actor: Actor, policy: Policy) -> list[InUse]:
    """Every licence that a lock or a file states: unknown ones first, then those that may not be used; the most used first. Two queries."""
    carried: dict[str, set[PackageKey]] = defaultdict(set)
    files = Artifact.objects.visible_to(actor).exclude(release=None).order_by()
    for licence, ecosystem, name in files.values_list(
        "licence", "release__package__ecosystem", "release__package__name"
    ).distinct():
        carried[licence.strip()].add((ecosystem, name))
    stated = Requirement.objects.visible_to(actor).exclude(licence="").order_by()
    for licence, ecosystem, name in stated.values_list("licence", "ecosystem", "name").distinct():
        carried[licence.strip()].add((ecosystem, name))
    told = {key for licence, keys in carried.items() if licence for key in keys}
    carried[""] -= told
    rows = [
        InUse(written, judge(written, policy), len(keys), tuple(_label(key) for key in sorted(keys)[:SHOWN_PACKAGES]))
        for written, keys in carried.items()
        if keys
    ]
    return sorted(rows, key=lambda row: (_ORDER.index(row.judgement.answer), -row.packages, row.written.lower()))


def _label(key: PackageKey) -> str:
    ecosystem, name = key
    return name if ecosystem == PYPI else f"{ecosystem}:{name}"
