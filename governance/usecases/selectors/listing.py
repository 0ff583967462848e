"""The list of use cases: what it can be narrowed by, in which orders it stands, and how it leaves as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, DateTimeField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Lower

from foundation.actor import Actor
from governance.people.models import RoleGrant, User
from governance.people.roles import READ_ONLY
from governance.usecases.models import Definition, RiskAssessment, RiskOverride, UseCase
from governance.usecases.selectors.board import at_stage
from governance.usecases.selectors.stages import InForce, lifecycle_in_force
from governance.usecases.selectors.use_cases import LEADS, _holders, fitting

NO_TIER = "unknown"  # nobody has said, or the answers do not tell yet
SORTS = ("newest", "title", "longest")
EXPORTED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of all use cases somebody wants to see; blank means everything."""

    text: str = ""
    kind: str = ""
    stage: str = ""
    risk: str = ""  # a tier, or NO_TIER
    mine: bool = False  # where the person holds a role with which one does something
    lead: str = ""  # user name of somebody who leads it or answers for it

    @property
    def narrows(self) -> bool:
        return self != Wanted()


def narrowed(
    actor: Actor, wanted: Wanted, rules: InForce | None = None, *, among: QuerySet[UseCase] | None = None
) -> QuerySet[UseCase]:
    """Use cases that the actor may see (or `among` others) and that fit all of it, each with `at`, its stage, and `tier`, its risk."""
    seen = UseCase.objects.visible_to(actor) if among is None else among
    rows: Any = with_tier(at_stage(fitting(seen, text=wanted.text, kind=wanted.kind), rules or lifecycle_in_force()))
    if wanted.stage:
        rows = rows.filter(at=wanted.stage)
    if wanted.risk:
        rows = rows.filter(tier="" if wanted.risk == NO_TIER else wanted.risk)
    live = RoleGrant.objects.live()
    if wanted.mine:
        rows = rows.filter(public_id__in=live.filter(user=actor.user).exclude(role__in=READ_ONLY).values("scope"))
    if wanted.lead:
        rows = rows.filter(public_id__in=live.filter(user__username__iexact=wanted.lead, role__in=LEADS).values("scope"))
    return rows


def with_tier(rows: QuerySet[UseCase]) -> QuerySet[UseCase]:
    """The rows with `tier`: set by two people, else what the answers come to, else what the newest definition says; blank for none."""
    of_case: Any = {"use_case": OuterRef("pk")}
    set_by_two = RiskOverride.objects.live().filter(confirmed_at__isnull=False, **of_case)
    answered = RiskAssessment.objects.filter(**of_case).order_by("-number")
    stated = Definition.objects.filter(**of_case).order_by("-number")
    parts = [Subquery(part.values("tier")[:1]) for part in (set_by_two, answered)]
    return rows.annotate(tier=Coalesce(*parts, Subquery(stated.values("risk_tier")[:1]), Value(""), output_field=CharField()))


def sort_key(sort: str) -> Any:
    """By what a list is sorted; None: by the order in which they were opened, newest first."""
    if sort == "title":
        return Lower("title")
    if sort == "longest":  # where it stands, for the longest time
        return Coalesce(F("stage_since"), F("created_at"), output_field=DateTimeField())
    return None


COLUMNS = ("slug", "title", "kind", "stage", "risk_tier", "project_lead", "business_owner", "stage_since", "opened")


def exported(rows: QuerySet[UseCase]) -> Iterator[list[str]]:
    """The rows as texts in the order of COLUMNS, newest first: a few statements for each 500 of them, however many there are."""
    before: int | None = None
    while True:
        some = rows.order_by("-pk") if before is None else rows.filter(pk__lt=before).order_by("-pk")
        page = list(some[:EXPORTED_AT_ONCE])
        leads = _holders(page, LEADS)
        for row in page:
            yield _line(row, leads[row.public_id])
        if len(page) < EXPORTED_AT_ONCE:
            return
        before = page[-1].pk


def _line(row: Any, leads: Mapping[str, list[User]]) -> list[str]:
    since = row.stage_since or row.created_at
    people = ["; ".join(str(user) for user in leads.get(role, [])) for role in ("project_lead", "business_owner")]
    return [row.slug, row.title, row.kind, row.at, row.tier, *people, since.isoformat(), row.created_at.isoformat()]
