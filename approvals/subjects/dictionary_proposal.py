"""A proposal of changes to the shared dictionary: agreed to as a whole by those who keep it and those who read it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from approvals.models.requests import Decision
from approvals.subjects.dictionary_affected import affected_by
from approvals.subjects.record import RecordSubject
from foundation.actor import Actor
from foundation.permissions import ALLOWED, Denied
from foundation.permissions import Decision as Permission
from governance.dictionary.models import Proposal
from governance.dictionary.permissions import may_edit_proposal
from governance.dictionary.services import approve_proposal
from governance.dictionary.services.approval import COMPONENT, outdated
from governance.people.models import User
from lineage.models import Environment


class DictionaryProposalSubject(RecordSubject):
    """Judged as the component `dictionary_change`: which element would say what, over which version.

    It belongs to no use case: its roles have to be held in the whole organisation.
    """

    type = "dictionary_proposal"
    purposes = ("change",)
    model = Proposal
    component = COMPONENT
    related = ("dictionary", "created_by")
    moved_by: ClassVar[tuple[str, ...] | None] = (
        "dictionary.proposal.changed",
        "dictionary.proposal.approved",
        "dictionary.version.approved",
        "dictionary.element.retired",
        "dictionary.element.steward_named",
        "dictionary.binding.made",
        "dictionary.binding.ended",
    )

    def use_case(self, subject: Proposal) -> None:
        return None

    def authors(self, row: Proposal, since: Any | None) -> Iterable[User | None]:
        """Who proposed it, and whoever wrote one of its drafts or put it in: nobody approves their own words."""
        changes = row.live_changes().select_related("created_by")
        drafts = [change.version.created_by for change in changes if change.version is not None]
        return [row.created_by, *(change.created_by for change in changes), *drafts]

    def may_request(self, actor: Actor, subject: Proposal) -> Permission:
        if not (allowed := may_edit_proposal(actor, subject)):
            return allowed
        changes = list(subject.live_changes())
        if not changes:
            return Denied(_("This proposal changes nothing yet."), code="proposal.empty")
        unanswered = [item for item in changes if item.kind == item.Kind.CHANGE and item.meaning_changed is None]
        if unanswered:
            names = ", ".join(item.element.path for item in unanswered[:5])
            return Denied(_("Say first whether the meaning changes: %(names)s.") % {"names": names}, code="proposal.unanswered")
        undefined = [item for item in changes if item.version is not None and not item.version.definition]
        if undefined:
            names = ", ".join(item.element.path for item in undefined[:5])
            return Denied(_("Say first what these hold: %(names)s.") % {"names": names}, code="proposal.undefined")
        if stale := outdated(changes):
            names = ", ".join(item.element.path for item in stale[:5])
            return Denied(
                _("Bring it up to date first: %(names)s changed meanwhile.") % {"names": names}, code="proposal.outdated"
            )
        return ALLOWED

    def facts(self, subject: Proposal, environment: Environment | None) -> dict[str, Any]:
        return affected_by([subject])[subject.public_id]

    def facts_of(self, subjects: Collection[Proposal]) -> dict[str, dict[str, Any]]:
        return affected_by(list(subjects))

    def apply(self, *, actor: Actor, subject: Proposal, decision: Decision) -> None:
        approve_proposal(actor=actor, proposal=subject, decision=decision)
