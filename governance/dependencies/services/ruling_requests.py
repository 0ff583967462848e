"""Rulings on which people decide in a request for approval: what its end does to them. Only the room of approvals calls this."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict
from governance.dependencies.models import Ruling
from governance.dependencies.review_permissions import SECURITY
from governance.dependencies.ruling_permissions import asked_by
from governance.dependencies.services.rulings import (
    Said,
    locked_ruling,
    refuse_over,
    write_decision,
    write_recommendation,
    write_revocation,
)
from governance.people.models import User

COMPONENT = "ruling"


class Decided(Protocol):
    """A frozen approval, as the room of approvals hands it down: its id, when it was made, and over which digests."""

    @property
    def public_id(self) -> str: ...
    @property
    def decided_at(self) -> datetime: ...
    @property
    def manifest(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Voice:
    """What somebody said in the request: in which role, and in whose place if not their own."""

    user: User
    role: str
    because: str
    at: datetime
    principal: User | None = None

    def is_of(self, people: Collection[int]) -> bool:
        """Whether it is the word of one of these people, or was given in the place of one."""
        return self.user.pk in people or (self.principal is not None and self.principal.pk in people)


def rule_by_decision(*, actor: Actor, ruling: Ruling, decision: Decided, voices: Sequence[Voice]) -> Ruling:
    """Put a ruling in force because a request about it was approved: inside the deciding transaction.

    There is no permission to ask for: the decision is it. But whatever its policy says, somebody of security recommended it, and
    somebody else decided, who did not ask for it: of the `voices` that count the first of security, and the last of another.
    Raises Conflict where there are no such two, when the decision is about other content, and for an ask that is over.
    """
    with transaction.atomic():
        row = locked_ruling(ruling)
        refuse_over(row)
        if decision.manifest.get(COMPONENT) != digest(row.content()):
            raise Conflict(_("The decision is about other content than this. Nothing was approved."), code="ruling.other_content")
        askers = asked_by(row)
        data = {"approval": decision.public_id}
        if row.recommended_at is None:
            known = [voice for voice in voices if voice.role == SECURITY and not voice.is_of(askers)]
            if not known:
                said = _("Nobody of security agreed to this who did not ask for it. Without that it cannot come into force.")
                raise Conflict(said, code="ruling.not_recommended")
            write_recommendation(actor, row, True, _said(known[0]), data)
            barred = {*askers, *_behind(known[0])}
        else:
            barred = {*askers, *([row.recommended_by_id] if row.recommended_by_id else [])}
        others = [voice for voice in voices if not voice.is_of(barred)]
        if not others:
            said = _("Nobody agreed to this but who asked for it or recommended it. Somebody else has to decide.")
            raise Conflict(said, code="ruling.four_eyes")
        write_decision(actor, row, True, Said(others[-1].user, others[-1].because, decision.decided_at), data)
    return row


def refuse_by_request(*, actor: Actor, ruling: Ruling, request: str, voices: Sequence[Voice], against: Voice) -> Ruling:
    """Refuse a ruling because a request about it was rejected: inside that transaction. `request` is its public id.

    What security said before stays as its recommendation. Raises Conflict for who asked, who takes it back instead.
    """
    with transaction.atomic():
        row = locked_ruling(ruling)
        refuse_over(row)
        askers = asked_by(row)
        if against.is_of(askers):
            said = _("You asked for this, so somebody else has to decide. You can take it back.")
            raise Conflict(said, code="ruling.four_eyes")
        data = {"request": request}
        known = [voice for voice in voices if voice.role == SECURITY and not voice.is_of({*askers, *_behind(against)})]
        if known and row.recommended_at is None:
            write_recommendation(actor, row, True, _said(known[0]), data)
        if row.recommended_by_id is not None and against.is_of({row.recommended_by_id}):
            raise Conflict(_("You recommended this, so somebody else has to decide."), code="ruling.four_eyes")
        write_decision(actor, row, False, Said(against.user, against.because, clock.now()), data)
    return row


def end_revoked_ruling(*, actor: Actor, ruling: Ruling, decision: Decided, reason: str) -> Ruling:
    """End a ruling because the approval that put it in force was revoked: inside that transaction."""
    with transaction.atomic():
        row = locked_ruling(ruling)
        if row.state() == "in_force":
            write_revocation(actor, row, reason.strip()[:500], {"approval": decision.public_id})
    return row


def _said(voice: Voice) -> Said:
    return Said(voice.user, voice.because, voice.at)


def _behind(voice: Voice) -> set[int]:
    """Who spoke, and in whose place."""
    return {voice.user.pk, *([voice.principal.pk] if voice.principal is not None else [])}
