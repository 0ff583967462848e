"""What a request can be compared with: what its reader approved last, the last approval, or what came before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from approvals.models import Ballot, Decision
from approvals.selectors.packet import Base, base_of
from approvals.selectors.standing import Standing
from approvals.selectors.standings import Titles, titles_of
from approvals.subjects import Before
from foundation.actor import Actor

LOOKED_THROUGH = 30  # ballots of a reader on one line


@dataclass(frozen=True, slots=True)
class OwnBase(Base):
    """What this reader approved. Parts that they never judged are compared with `rest`."""

    at: datetime | None = None
    rest: Base | None = None
    own: frozenset[str] = frozenset()  # the parts that they judged
    here: bool = False  # in this very request


@dataclass(frozen=True, slots=True)
class Bases:
    """What there is to compare with, by the name in the address: mine, approval (or request), forerunner. `chosen` is one of them."""

    by_name: Mapping[str, Base]
    chosen: str

    @property
    def base(self) -> Base:
        return self.by_name[self.chosen]


def saying_what_to_compare(rows: Any, actor: Actor) -> Any:
    """Requests that say along with themselves whether anything was approved on their line before, by anybody and by the actor."""
    decided = Decision.objects.filter(request__line=OuterRef("line"), request__purpose=OuterRef("purpose"))
    own = _spoken(actor).filter(request__line=OuterRef("line"), request__purpose=OuterRef("purpose"))
    return rows.annotate(
        any_decision=Exists(decided.filter(request_id__lt=OuterRef("pk"))),
        any_own=Exists(own.filter(request_id__lte=OuterRef("pk"))),
    )


def _spoken(actor: Actor) -> Any:
    """What this person approved, or somebody in their place."""
    return Ballot.objects.filter(Q(human=actor.user) | Q(principal=actor.user), verdict=Ballot.Verdict.APPROVE)


def bases_of(standing: Standing, before: Before | None, actor: Actor, wanted: str = "", titles: Titles | None = None) -> Bases:
    """What a reader can compare with, and with what they do: what they ask for, else what they approved themselves, unless nothing
    has changed since. `before`: the subject's forerunner. Four queries at most; fewer with `titles` that are known (`titles_of`)."""
    titles = {} if titles is None else titles
    ordinary = base_of(standing, before, titles)
    found: dict[str, Base] = {}
    mine = _own_base(standing, actor, ordinary, titles)
    if mine is not None:
        found["mine"] = mine
    found["forerunner" if ordinary.kind == "forerunner" else "approval"] = ordinary
    other = before is not None and dict(before.digests).items() - dict(ordinary.digests).items()
    if before is not None and other and ordinary.kind in ("approval", "request"):
        found["forerunner"] = Base("forerunner", before.title, before.url, before.digests, before.bodies)
    if wanted in found:
        return Bases(found, wanted)
    moved = mine is not None and any(standing.digests.get(name) != mine.digests.get(name) for name in mine.own)
    if mine is not None and (moved or not mine.here):
        return Bases(found, "mine")
    return Bases(found, "approval" if "approval" in found else "forerunner")


def _own_base(standing: Standing, actor: Actor, rest: Base, titles: Titles) -> OwnBase | None:
    """For each part what the reader approved last on this line, by their own ballot or one that was given in their place."""
    row = standing.request
    if not actor.is_person or not getattr(row, "any_own", True):
        return None
    rows = _spoken(actor).filter(request__line=row.line, request__purpose=row.purpose, request_id__lte=row.pk)
    ballots = list(rows.select_related("request").order_by("-pk")[:LOOKED_THROUGH])
    if not ballots:
        return None
    digests: dict[str, str] = {}
    for ballot in reversed(ballots):
        digests |= ballot.components
    last = ballots[0]
    return OwnBase(
        "mine",
        titles_of([last.request], titles)[last.request_id],
        f"/requests/{last.request.public_id}/",
        {**rest.digests, **digests},
        rest.bodies,
        last.at,
        rest,
        frozenset(digests),
        last.request_id == row.pk,
    )
