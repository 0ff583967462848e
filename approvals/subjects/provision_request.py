"""A provision: the project lead says that it is needed, who holds the budget decides, and neither is who asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from approvals.models import Ballot, Request
from approvals.models.requests import Decision
from approvals.subjects import Before, Judged
from approvals.subjects.record import RecordSubject
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.permissions import Decision as Permission
from governance.economics.models import ProvisionRequest
from governance.economics.permissions.provisions import may_put_up_provision
from governance.economics.selectors.budgets import BUDGET, budget_body, within_budgets
from governance.economics.services.provision_requests import (
    PROVISION,
    Consent,
    approve_provision,
    end_revoked_provision,
    refuse_provision,
)
from lineage.models import Environment


class ProvisionRequestSubject(RecordSubject):
    """Judged as two components: `provision` is what is asked for, and never changes; `budget` is whether the budget has enough for it.

    The second one turns when other requests are approved, when the budget is raised or cut, or when something ends: then those who
    judged the money are asked again, and nobody else. An ask stands alone, so each has a line of its own.
    """

    type = "provision_request"
    purposes = ("provision",)
    model = ProvisionRequest
    component = PROVISION
    related = ("use_case", "created_by", "budget__holder", "renews", "deviation")
    moved_by = None  # a budget is shared by use cases, and something may end by itself

    def may_request(self, actor: Actor, subject: ProvisionRequest) -> Permission:
        return may_put_up_provision(actor, subject)

    def judged(self, subject: ProvisionRequest) -> Judged:
        bodies = {PROVISION: subject.content(), BUDGET: budget_body(subject, within_budgets([subject])[subject.pk])}
        digests = {name: digest(body) for name, body in bodies.items()}
        return Judged(digests, bodies, digest(digests))

    def gather(self, ids: Collection[str]) -> dict[str, tuple[Any, Mapping[str, str]]]:
        """Two queries, however many there are."""
        rows = list(self.rows().filter(public_id__in=ids))
        within = within_budgets(rows)
        return {
            row.public_id: (row, {PROVISION: digest(row.content()), BUDGET: digest(budget_body(row, within[row.pk]))})
            for row in rows
        }

    def before(self, subject: ProvisionRequest) -> Before | None:
        """What it renews: asked for now is the same for longer, or more, or less."""
        if subject.renews is None:
            return None
        row = self.rows().get(pk=subject.renews.pk)
        body = row.content()
        return Before(self.title(row), self.url(row), {PROVISION: digest(body)}, {PROVISION: body})

    def facts(self, subject: ProvisionRequest, environment: Environment | None) -> dict[str, Any]:
        return self.facts_of([subject])[subject.public_id]

    def facts_of(self, subjects: Collection[ProvisionRequest]) -> dict[str, dict[str, Any]]:
        within = within_budgets(subjects)
        return {
            row.public_id: {
                "provision.kind": row.kind,
                "provision.total": row.total,
                "provision.within_budget": "yes" if within[row.pk] else "no",
            }
            for row in subjects
        }

    def apply(self, *, actor: Actor, subject: ProvisionRequest, decision: Decision) -> None:
        ids = [item["ballot"] for item in decision.ballots]
        ballots = Ballot.objects.filter(public_id__in=ids).select_related("human", "principal", "grant").order_by("pk")
        agreed = [Consent(row.human, row.grant.role if row.grant is not None else "", row.principal) for row in ballots]
        request = decision.request.public_id
        approve_provision(actor=actor, provision=subject, decision=decision, request=request, agreed=agreed)

    def reject(
        self, *, actor: Actor, subject: ProvisionRequest, request: Request, against: Ballot, agreed: Sequence[Ballot]
    ) -> None:
        refuse_provision(actor=actor, provision=subject, request=request.public_id, because=against.comment)

    def undo(self, *, actor: Actor, subject: ProvisionRequest, decision: Decision, reason: str) -> None:
        end_revoked_provision(actor=actor, provision=subject, decision=decision, reason=reason)
