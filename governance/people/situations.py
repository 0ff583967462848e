"""Use cases as the self-test looks at them: who holds what, who is away, what policies ask for. Reads, for many at a constant cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from foundation import clock
from governance.people import obligations, raci
from governance.people.models import Delegation, ResponsibilityMatrix, RoleGrant, TrainingRecord, TrainingRule, User
from governance.people.obligations import Asked
from governance.people.responsibilities import Colleague, Deputy, Evidence, Held, Limits, Situation, Training, is_person
from governance.people.roles import ROLES
from governance.people.shipped import activity_titles, default_matrix

WITH_GRANT = ("user", "granted_by", "through__team")  # what pages show of one


@dataclass(frozen=True, slots=True)
class Here:
    """A use case: its matrix, the value that is tested, and the rows behind the keys in it."""

    scope: str
    version: ResponsibilityMatrix | None  # None: the shipped matrix
    matrix: raci.Matrix
    situation: Situation
    asked: Sequence[Asked]
    grants: Sequence[RoleGrant]
    people: Mapping[str, User] = field(default_factory=dict)
    trainings: Mapping[str, str] = field(default_factory=dict)  # key → title


def matrix_of(row: ResponsibilityMatrix | None) -> raci.Matrix:
    """What a version says, or the shipped matrix where nobody wrote one."""
    return raci.read(row.body, roles=ROLES, shipped=activity_titles("en")) if row is not None else default_matrix()


def newest_matrices(scopes: Sequence[str]) -> dict[str, ResponsibilityMatrix]:
    """The newest version of each use case that has one. One query."""
    rows = ResponsibilityMatrix.objects.filter(scope__in=scopes).select_related("created_by").order_by("number")
    return {row.scope: row for row in rows}


def situation_of(scope: str, *, ahead: Collection[str] | None = None) -> Here:
    """One use case as it stands now."""
    return situations_of([scope], None if ahead is None else {scope: ahead})[scope]


def situations_of(scopes: Sequence[str], ahead: Mapping[str, Collection[str]] | None = None) -> dict[str, Here]:
    """Use cases (public ids) as they stand now. A constant number of queries, however many.

    `ahead`: the keys of the stages that each has not come to, from a caller that knows them.
    """
    now = clock.now()
    versions = newest_matrices(scopes)
    matrices = {scope: matrix_of(versions.get(scope)) for scope in scopes}
    grants: dict[str, list[RoleGrant]] = defaultdict(list)
    running = RoleGrant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), ended_at=None, starts_at__lte=now)
    for grant in running.filter(scope__in=["", *scopes]).select_related(*WITH_GRANT).order_by("role", "pk"):
        grants[grant.scope].append(grant)
    people = {grant.user.public_id: grant.user for found in grants.values() for grant in found}
    named = {party for matrix in matrices.values() for party in matrix.columns if is_person(party)} - set(people)
    people |= {user.public_id: user for user in User.objects.filter(public_id__in=named)} if named else {}
    absences = _absences(people.values(), now)
    people |= {row.delegate.public_id: row.delegate for row in absences}
    rules = list(TrainingRule.objects.in_force().order_by("role", "training"))
    shown = TrainingRecord.objects.filter(withdrawn_at=None, training__in={rule.training for rule in rules}) if rules else []
    evidence = tuple(Evidence(row.user.public_id, row.training, row.expires_on) for row in _with_users(shown))
    limits = Limits(open_items=getattr(settings, "MOST_OPEN_ITEMS", Limits().open_items))
    waiting = obligations.workloads_of([key for key, user in people.items() if user.is_active], above=limits.open_items)
    asked, ahead = obligations.steps_of(scopes), obligations.stages_ahead(scopes) if ahead is None else ahead
    found = {}
    for scope in scopes:
        held = [*grants[scope], *grants[""]]
        situation = Situation(
            now=now,
            activities=tuple(replace(item, ahead=item.stage in ahead.get(scope, ())) for item in matrices[scope].activities()),
            held=tuple(Held(grant.user.public_id, grant.role, grant.ends_at) for grant in held),
            people={
                key: Colleague(
                    key,
                    closed=not user.is_active,
                    deputies=tuple(_deputies(absences, user, scope)),
                    open_items=waiting.get(key, 0),
                )
                for key, user in people.items()
            },
            steps=tuple(item.step for item in asked[scope]),
            trainings=tuple(Training(rule.role, rule.training) for rule in rules),
            evidence=evidence,
            limits=limits,
        )
        titles = {rule.training: rule.title for rule in rules}
        found[scope] = Here(scope, versions.get(scope), matrices[scope], situation, asked[scope], held, people, titles)
    return found


def _with_users(rows: Iterable[TrainingRecord]) -> Iterable[TrainingRecord]:
    return rows.select_related("user") if hasattr(rows, "select_related") else rows


def _absences(people: Iterable[User], now: datetime) -> list[Delegation]:
    """Who stands in for these people now, and who stands in for those in turn: a deputy who is away is none."""
    live, theirs = Delegation.objects.live(now), [user.pk for user in people]
    in_turn = Q(principal__in=live.filter(principal__in=theirs).values("delegate"))
    rows = live.filter(Q(principal__in=theirs) | in_turn).select_related("principal", "delegate").order_by("pk")
    return sorted(rows, key=lambda row: row.principal_id not in theirs)


def _deputies(absences: Iterable[Delegation], user: User, scope: str) -> Iterable[Deputy]:
    """Who acts for somebody on a use case. A deputy for another use case says nothing about this one."""
    for row in absences:
        if row.principal_id == user.pk and row.scope in ("", scope):
            yield Deputy(row.delegate.public_id, row.role)
