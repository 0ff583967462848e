"""Costs and benefits as the baseline: who pays and who wants it agree to the money, and neither wrote it down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from approvals.models.requests import Decision
from approvals.subjects import Before
from approvals.subjects.record import RecordSubject
from foundation.actor import Actor
from foundation.permissions import Decision as Permission
from governance.economics.components import component_body
from governance.economics.models import Snapshot
from governance.economics.permissions.baselines import may_put_up_case
from governance.economics.selectors.baselines import baseline_of
from governance.economics.services.baselines import COMPONENT, end_revoked_baseline, set_baseline_by_decision
from governance.people.models import User
from governance.usecases.models import UseCase


class EconomicsSnapshotSubject(RecordSubject):
    """Judged as the component `economics`, the same as in the manifest of a model version: so that one judgement counts for both.

    The snapshots of a case follow one another; only the newest can be put up.
    """

    type = "economics_snapshot"
    purposes = ("baseline",)
    model = Snapshot
    component = COMPONENT
    related = ("case__use_case", "created_by")

    def use_case(self, subject: Snapshot) -> UseCase | None:
        use_case: UseCase = subject.case.use_case
        return use_case

    def content(self, row: Snapshot) -> Any:
        return component_body(row)

    def series(self, row: Snapshot) -> tuple[str, ...]:
        return (row.case.use_case.slug,)

    def versions(self, row: Snapshot) -> Any:
        return Snapshot.objects.filter(case=row.case_id)

    def authors(self, row: Snapshot, since: Any | None) -> Iterable[User | None]:
        """Who wrote it down, and who worked on its draft, of each version after the one that was approved."""
        wanted: set[str] = set()
        versions = self.versions(row).filter(number__lte=row.number)
        for item in versions.filter(number__gt=since.number) if since is not None else versions:
            wanted |= set(item.authors)
        return [*super().authors(row, since), *User.objects.filter(public_id__in=wanted)]

    def may_request(self, actor: Actor, subject: Snapshot) -> Permission:
        return may_put_up_case(actor, subject)

    def before(self, subject: Snapshot) -> Before | None:
        """The baseline that holds; else the version in front of it."""
        baseline = baseline_of(subject.case_id)
        if baseline is not None and baseline.snapshot_id != subject.pk:
            return self.as_before(baseline.snapshot)
        return super().before(subject)

    def apply(self, *, actor: Actor, subject: Snapshot, decision: Decision) -> None:
        set_baseline_by_decision(actor=actor, snapshot=subject, decision=decision, request=decision.request.public_id)

    def undo(self, *, actor: Actor, subject: Snapshot, decision: Decision, reason: str) -> None:
        end_revoked_baseline(actor=actor, snapshot=subject, decision=decision, request=decision.request.public_id, reason=reason)

    def title(self, subject: Snapshot) -> str:
        return _("%(use_case)s: costs and benefits, version %(number)s") % {
            "use_case": subject.case.use_case,
            "number": subject.number,
        }
