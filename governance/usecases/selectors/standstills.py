"""Work that stopped moving: what somebody said about it, and what nobody did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Q, QuerySet

from foundation import clock
from foundation.actor import Actor
from foundation.models import AuditEvent
from governance.usecases import signs_of_life
from governance.usecases.lifecycle import Stage
from governance.usecases.models import Definition, Standstill, UseCase
from governance.usecases.selectors.board import at_stage
from governance.usecases.selectors.stages import InForce, cached_standing, lifecycle_in_force


def standing_still(actor: Actor, kind: str = "") -> QuerySet[Standstill]:
    """What somebody said about use cases that the actor sees, while it holds."""
    rows = Standstill.objects.visible_to(actor).standing().select_related("use_case", "created_by")
    return rows.filter(kind=kind) if kind else rows


@dataclass(frozen=True, slots=True)
class Quiet:
    """A use case on which nothing happened, and nobody said why. `begun` tells whether anything was ever written down."""

    use_case: UseCase
    stage: Stage
    since: datetime  # of the stage
    last: datetime  # when anything was last recorded about it
    days: int  # after how many it is asked
    begun: bool


def quiet(actor: Actor, rules: InForce | None = None) -> QuerySet[UseCase]:
    """Use cases without a sign of life for as long as their stage allows, and without a reason. Research may rest.

    One query, which asks every kind of sign for each span of days that the lifecycle names.
    """
    rules = rules or lifecycle_in_force()
    rows = at_stage(UseCase.objects.visible_to(actor).exclude(kind=UseCase.Kind.RESEARCH), rules)
    rows = rows.exclude(pk__in=Standstill.objects.standing().values("use_case"))
    silent = Q(pk=None)
    for days, stages in _by_days(rules).items():
        edge = clock.now() - timedelta(days=days)
        here = Q(at__in=stages, created_at__lt=edge) & (Q(stage_since=None) | Q(stage_since__lt=edge))
        for lively in signs_of_life.lively_since(edge):
            here &= ~Q(pk__in=lively)
        silent |= here
    return rows.filter(silent)


def _by_days(rules: InForce) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for stage in rules.lifecycle.stages:
        if stage.quiet_days:
            found.setdefault(stage.quiet_days, []).append(stage.key)
    return found


def quiet_told(use_cases: Sequence[UseCase], rules: InForce) -> list[Quiet]:
    """The same for a page, with when anything was last recorded. Two queries."""
    scopes = [row.public_id for row in use_cases]
    events = AuditEvent.objects.filter(scope__in=scopes).order_by().values_list("scope")
    last = dict(events.annotate(last=Max("at"))) if scopes else {}
    begun = set(Definition.objects.filter(use_case__in=use_cases).values_list("use_case_id", flat=True)) if scopes else set()
    told = []
    for row in use_cases:
        standing = cached_standing(row, rules)
        told.append(
            Quiet(
                use_case=row,
                stage=standing.stage,
                since=standing.since,
                last=last.get(row.public_id) or standing.since,
                days=standing.stage.quiet_days,
                begun=row.pk in begun,
            )
        )
    return told
