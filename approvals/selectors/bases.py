"""What a request can be compared with: what its reader approved last, the last approval, or what came before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from approvals import subjects
from approvals.models import Ballot
from approvals.selectors.packet import Base, base_of
from approvals.selectors.standing import Standing
from approvals.selectors.standings import titles_of
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


def bases_of(standing: Standing, subject: Any, actor: Actor, wanted: str = "") -> Bases:
    """What a reader can compare with, and with what they do: what they ask for, else what they approved themselves, unless nothing
    has changed since. Five queries at most."""
    ordinary = base_of(standing, subject)
    found: dict[str, Base] = {}
    mine = _own_base(standing, actor, ordinary)
    if mine is not None:
        found["mine"] = mine
    found["forerunner" if ordinary.kind == "forerunner" else "approval"] = ordinary
    if ordinary.kind in ("approval", "request"):
        before = subjects.adapter_for(standing.request.subject_type).before(subject)
        if before is not None and dict(before.digests).items() - dict(ordinary.digests).items():
            found["forerunner"] = Base("forerunner", before.title, before.url, before.digests, before.bodies)
    if wanted in found:
        return Bases(found, wanted)
    moved = mine is not None and any(standing.digests.get(name) != mine.digests.get(name) for name in mine.own)
    if mine is not None and (moved or not mine.here):
        return Bases(found, "mine")
    return Bases(found, "approval" if "approval" in found else "forerunner")


def _own_base(standing: Standing, actor: Actor, rest: Base) -> OwnBase | None:
    """For each part what the reader approved last on this line, by their own ballot or one that was given in their place."""
    row = standing.request
    if not actor.is_person:
        return None
    spoken = Q(human=actor.user) | Q(principal=actor.user)
    rows = Ballot.objects.filter(
        spoken, verdict=Ballot.Verdict.APPROVE, request__line=row.line, request__purpose=row.purpose, request_id__lte=row.pk
    )
    ballots = list(rows.select_related("request").order_by("-pk")[:LOOKED_THROUGH])
    if not ballots:
        return None
    digests: dict[str, str] = {}
    for ballot in reversed(ballots):
        digests |= ballot.components
    last = ballots[0]
    return OwnBase(
        "mine",
        titles_of([last.request])[last.request_id],
        f"/requests/{last.request.public_id}/",
        {**rest.digests, **digests},
        rest.bodies,
        last.at,
        rest,
        frozenset(digests),
        last.request_id == row.pk,
    )
