"""Baselines: what an approval makes of a snapshot, and what its revocation does. Only the room of approvals calls this."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict
from governance.economics.components import component_body
from governance.economics.models import Baseline, Case, Shortfall, Snapshot
from governance.economics.services.figures import keep_figures
from governance.economics.services.variance import end_shortfall, watch_results

COMPONENT = "economics"
SET = audit.kind("economics.baseline.set", _("Costs and benefits became the baseline"))
ENDED = audit.kind("economics.baseline.ended", _("Baseline ended"))


class Decided(Protocol):
    """A frozen approval, as the room of approvals hands it down: its id, when it was made, and over which digests."""

    @property
    def public_id(self) -> str: ...
    @property
    def decided_at(self) -> datetime: ...
    @property
    def manifest(self) -> Mapping[str, str]: ...


def set_baseline_by_decision(*, actor: Actor, snapshot: Snapshot, decision: Decided, request: str) -> Baseline:
    """Make a snapshot the baseline because it was approved: inside the deciding transaction. The one before is ended as replaced.

    Its period 0 begins with the month of the approval: what was before is sunk, and stays with the baseline that held then.
    There is no permission to ask for: the decision is it. Raises Conflict when the decision is about other content.
    """
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).select_related("use_case").get(pk=snapshot.case_id)
        if decision.manifest.get(COMPONENT) != digest(component_body(snapshot)):
            raise Conflict(
                _("The decision is about other content than this. Nothing was approved."), code="economics.other_content"
            )
        now = clock.now()
        former = Baseline.objects.filter(case=case, ended_at=None).first()
        states = _end(actor, former, now, Baseline.Ended.REPLACED, "") if former is not None else {}
        row = Baseline(
            case=case,
            snapshot=snapshot,
            number=Baseline.objects.filter(case=case).count() + 1,
            starts_on=decision.decided_at.date().replace(day=1),
            request=request,
            approved_at=now,
        )
        row.save(force_insert=True)
        keep_figures(case)
        data = {
            "snapshot": snapshot.number,
            "digest": snapshot.digest,
            "approval": decision.public_id,
            "starts_on": f"{row.starts_on}",
        }
        audit.record(actor, SET, row, data, states=states)
        outbox.publish(actor, SET.code, case.use_case, {"baseline": row.public_id, "snapshot": snapshot.number})
        watch_results(actor=actor, case=case)
    return row


def end_revoked_baseline(*, actor: Actor, snapshot: Snapshot, decision: Decided, request: str, reason: str) -> Baseline | None:
    """End the baseline because the approval that made it was revoked: inside that transaction. The one before does not come back."""
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=snapshot.case_id)
        rows = Baseline.objects.filter(case=snapshot.case_id, request=request, ended_at=None)
        row = rows.select_related("case__use_case").first()
        if row is None:
            return None
        _end(actor, row, clock.now(), Baseline.Ended.REVOKED, reason.strip()[:500])
        keep_figures(row.case)
        audit.record(actor, ENDED, row, {"approval": decision.public_id}, personal={"reason": reason})
        outbox.publish(actor, ENDED.code, row.case.use_case, {"baseline": row.public_id})
    return row


def _end(actor: Actor, row: Baseline, at: datetime, because: str, reason: str) -> dict[str, dict[str, str]]:
    row.ended_at, row.ended_because, row.ended_reason = at, because, reason or None
    Baseline.objects.filter(pk=row.pk, ended_at=None).update(ended_at=at, ended_because=because, ended_reason=reason or None)
    for shortfall in Shortfall.objects.filter(baseline=row, ended_at=None).select_related("baseline__case__use_case"):
        end_shortfall(actor, shortfall)
    return {"baseline": {row.public_id: digest(row.audit_state())}}
