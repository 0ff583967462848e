"""Use of data: one ask of a use case, agreed to by somebody who did not ask."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.models.requests import Decision
from approvals.subjects import Before
from approvals.subjects.record import SIGNED, RecordSubject
from foundation import clock
from foundation.actor import Actor
from foundation.permissions import ALLOWED, Denied
from foundation.permissions import Decision as Permission
from governance.dictionary.models import DataUse
from governance.dictionary.services import approve_data_use, end_revoked_use
from governance.dictionary.services.data_use import COMPONENT
from governance.people.selectors import takes_part


class DataUseSubject(RecordSubject):
    """Judged as the component `data_use`: which data, for what, on what basis, where, in which copies, until when.

    An ask is never changed, so each has a line of its own: two purposes stand beside each other, and neither supersedes the other.
    """

    type = "data_use"
    purposes = ("use",)
    model = DataUse
    component = COMPONENT
    related = ("use_case", "created_by", "dataset", "version__dataset")

    def may_request(self, actor: Actor, subject: DataUse) -> Permission:
        if not (allowed := actor.has_scope("requests:write")):
            return allowed
        if not takes_part(actor, scope=subject.use_case.public_id):
            return Denied(gettext_lazy("You do not work on this use case, so you cannot ask for data for it."))
        if subject.approval is not None:
            return Denied(
                gettext_lazy("This was decided already. For more, or for longer, ask for another use of data."), code=SIGNED
            )
        if subject.withdrawn_at is not None:
            return Denied(gettext_lazy("This was withdrawn. Ask for the data anew."), code="request.withdrawn")
        if subject.until <= clock.now():
            return Denied(gettext_lazy("The time it was asked for is over. Ask for the data anew."), code="request.over")
        return ALLOWED

    def before(self, subject: DataUse) -> Before | None:
        """The last use of the same data by the same use case that was agreed to: what is asked now is more, less, or longer."""
        earlier: Any = self.rows().filter(
            use_case=subject.use_case, dataset=subject.dataset, pk__lt=subject.pk, approved_at__isnull=False
        )
        found = earlier.order_by("-pk").first()
        return self.as_before(found) if found is not None else None

    def apply(self, *, actor: Actor, subject: DataUse, decision: Decision) -> None:
        approve_data_use(actor=actor, use=subject, decision=decision)

    def undo(self, *, actor: Actor, subject: DataUse, decision: Decision, reason: str) -> None:
        end_revoked_use(actor=actor, use=subject, decision=decision, reason=reason)

    def title(self, subject: DataUse) -> str:
        return _("%(use_case)s: use of %(data)s") % {"use_case": subject.use_case, "data": subject.version or subject.dataset}
