"""A version of a policy: written by one administrator, in force once others have confirmed it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.models import PolicyVersion
from approvals.models.requests import Decision
from approvals.subjects import Before
from approvals.subjects.record import RecordSubject
from foundation.actor import Actor
from foundation.permissions import ALLOWED, Denied
from foundation.permissions import Decision as Permission
from governance.people.models import User
from governance.people.permissions import may_administer


class PolicyVersionSubject(RecordSubject):
    """Judged as the component `policy`: the canonical body, so that comments and layout are nobody's decision.

    It belongs to no use case: its roles have to be held in the whole organisation.
    """

    type = "policy_version"
    purposes = ("publish",)
    model = PolicyVersion
    component = "policy"
    related = ("policy", "created_by")

    def use_case(self, subject: PolicyVersion) -> None:
        return None

    def content(self, row: PolicyVersion) -> Any:
        return row.body

    def series(self, row: PolicyVersion) -> tuple[str, ...]:
        return (row.policy.key,)

    def authors(self, row: PolicyVersion, since: PolicyVersion | None) -> Iterable[User | None]:
        """Each version is a whole text of its own: its author alone."""
        return [row.created_by]

    def may_request(self, actor: Actor, subject: PolicyVersion) -> Permission:
        if not (allowed := may_administer(actor)):
            return allowed
        if subject.withdrawn_at is not None:
            return Denied(gettext_lazy("This version was withdrawn. Write another one."), code="request.withdrawn_version")
        if subject.published_at is not None:
            return Denied(gettext_lazy("This version is published already."), code="request.published")
        return ALLOWED

    def before(self, subject: PolicyVersion) -> Before | None:
        """The version in force, whatever drafts were written since."""
        current = subject.policy.current_version()
        return None if current is None or current.pk == subject.pk else self.as_before(current)

    def apply(self, *, actor: Actor, subject: PolicyVersion, decision: Decision) -> None:
        from approvals.services.policies import publish_version

        publish_version(actor=actor, version=subject, decision=decision)

    def undo(self, *, actor: Actor, subject: PolicyVersion, decision: Decision, reason: str) -> None:
        from approvals.services.policies import withdraw_revoked

        withdraw_revoked(actor=actor, version=subject, decision=decision, reason=reason)

    def title(self, subject: PolicyVersion) -> str:
        return _("%(policy)s, version %(number)s") % {"policy": subject.policy, "number": subject.number}
