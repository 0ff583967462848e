"""What a use case is for, as one version of its definition says: signed by those it was agreed with."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.models.requests import Decision
from approvals.subjects.record import RecordSubject, signable
from foundation.actor import Actor
from foundation.permissions import ALLOWED, Denied
from foundation.permissions import Decision as Permission
from governance.people.selectors import takes_part
from governance.usecases.models import Definition, UseCase
from governance.usecases.services import sign_definition
from lineage.models import Environment


class UseCaseDefinitionSubject(RecordSubject):
    """Judged as the component `use_case`, which is the same in the manifests of the model versions that rest on it."""

    type = "use_case_definition"
    purposes = ("definition",)
    model = Definition
    component = "use_case"
    moved_by: ClassVar[tuple[str, ...] | None] = ("usecases.use_case.changed",)  # its title and kind are part of what is signed
    prefetched = ("kpis",)

    def series(self, row: Definition) -> tuple[str, ...]:
        return (row.use_case.slug,)

    def versions(self, row: Definition) -> Any:
        return Definition.objects.filter(use_case=row.use_case)

    def may_request(self, actor: Actor, subject: Definition) -> Permission:
        allowed = may_ask_for_signature(actor, subject.use_case)
        return signable(subject, subject.use_case.current_definition()) if allowed else allowed

    def facts(self, subject: Definition, environment: Environment | None) -> dict[str, Any]:
        return {"risk_tier": subject.risk_tier or None}

    def apply(self, *, actor: Actor, subject: Definition, decision: Decision) -> None:
        sign_definition(actor=actor, definition=subject, decision=decision)

    def title(self, subject: Definition) -> str:
        return _("%(use_case)s: definition, version %(number)s") % {"use_case": subject.use_case, "number": subject.number}


def may_ask_for_signature(actor: Actor, use_case: UseCase) -> Permission:
    """Who works on the use case, and CI on their behalf. Who only reads it does not ask others to sign."""
    if not (allowed := actor.has_scope("requests:write")):
        return allowed
    if takes_part(actor, scope=use_case.public_id):
        return ALLOWED
    return Denied(gettext_lazy("You do not work on this use case, so you cannot ask for a signature."))
