"""A ruling on a package: security recommends, the owner decides, and neither is who asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from approvals.models import Ballot, Request
from approvals.models.requests import Decision
from approvals.subjects import Before
from approvals.subjects.record import RecordSubject
from foundation.actor import Actor
from foundation.permissions import Decision as Permission
from governance.dependencies.models import Ruling
from governance.dependencies.ruling_permissions import may_put_up_ruling
from governance.dependencies.services.ruling_requests import (
    COMPONENT,
    Voice,
    end_revoked_ruling,
    refuse_by_request,
    rule_by_decision,
)
from governance.people.models import User
from governance.usecases.models import UseCase


class RulingSubject(RecordSubject):
    """Judged as the component `ruling`: what is let pass, why, for whom, and until when.

    An ask is never changed, so each has a line of its own. One for the whole organisation belongs to no use case: then its roles
    have to be held in the whole organisation.
    """

    type = "ruling"
    purposes = ("exception",)
    model = Ruling
    component = COMPONENT
    related = ("created_by", "recommended_by", "supersedes")

    def use_case(self, subject: Ruling) -> UseCase | None:
        return UseCase.objects.filter(public_id=subject.scope).first() if subject.scope else None

    def authors(self, row: Ruling, since: Any | None) -> Iterable[User | None]:
        """Who asked for it, and who joined: nobody decides on what they need themselves."""
        return [row.created_by, *(item.user for item in row.requesters.select_related("user"))]

    def may_request(self, actor: Actor, subject: Ruling) -> Permission:
        return may_put_up_ruling(actor, subject)

    def before(self, subject: Ruling) -> Before | None:
        """The one that it takes the place of: what is asked for now is the same, for longer."""
        return self.as_before(subject.supersedes) if subject.supersedes is not None else None

    def apply(self, *, actor: Actor, subject: Ruling, decision: Decision) -> None:
        ids = [item["ballot"] for item in decision.ballots]
        kept = {row.public_id: row for row in Ballot.objects.filter(public_id__in=ids).select_related(*WITH_VOICE)}
        rule_by_decision(actor=actor, ruling=subject, decision=decision, voices=[_voice(kept[key]) for key in ids])

    def reject(self, *, actor: Actor, subject: Ruling, request: Request, against: Ballot, agreed: Sequence[Ballot]) -> None:
        voices = [_voice(row) for row in agreed]
        refuse_by_request(actor=actor, ruling=subject, request=request.public_id, voices=voices, against=_voice(against))

    def undo(self, *, actor: Actor, subject: Ruling, decision: Decision, reason: str) -> None:
        end_revoked_ruling(actor=actor, ruling=subject, decision=decision, reason=reason)


WITH_VOICE = ("human", "principal", "grant")


def _voice(row: Ballot) -> Voice:
    role = row.grant.role if row.grant is not None else ""
    return Voice(row.human, role, row.comment, row.at, row.principal)


def asked_about(public_id: str) -> bool:
    """Whether an open request is about this ruling: then nobody decides on it elsewhere."""
    return Request.objects.open().filter(subject_type=RulingSubject.type, subject_id=public_id).exists()
