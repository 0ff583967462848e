"""When a version arrives, or a case is approved, the case is revalued: what comes of it is kept, and people learn of it."""

from __future__ import annotations

from foundation import actor as actors
from foundation.errors import Conflict
from foundation.models import OutboxEvent
from governance.economics.cashflow import Refused
from governance.economics.models import Baseline, Revaluation
from governance.economics.plan.problems import NotWritten
from governance.economics.selectors.worth import baseline_in_force
from governance.economics.services.worth import note_worth
from governance.usecases.models import UseCase
from lineage.models import ModelVersion
from lineage.readers import running
from lineage.selectors.worth import metrics_of, newest_of

OF_A_VERSION = ("lineage.model_version.registered", "lineage.model_version.measured")
OF_A_CASE = ("economics.baseline.set",)


def revalue(version: ModelVersion, baseline: Baseline) -> Revaluation | None:
    """Keep what a version is worth to an approved case, where that differs from what was agreed to. A case that cannot be reckoned is
    nobody's news here: its page and the gate say so."""
    try:
        return note_worth(
            actor=actors.system("economics"),
            baseline=baseline,
            model_version=version.public_id,
            label=version.label,
            metrics=metrics_of(list(version.metrics.all())),
        )
    except (NotWritten, Refused, Conflict):
        return None


def on_version(event: OutboxEvent) -> None:
    """A version was registered or measured anew."""
    version = ModelVersion.objects.filter(public_id=event.subject_id).select_related("use_case").first()
    baseline = baseline_in_force(version.use_case_id) if version is not None else None
    if version is not None and baseline is not None:
        revalue(version, baseline)


def on_baseline(event: OutboxEvent) -> None:
    """Another case holds: what is newest and what runs is looked at anew."""
    use_case = UseCase.objects.filter(public_id=event.subject_id).first()
    baseline = baseline_in_force(use_case.pk) if use_case is not None else None
    if use_case is not None and baseline is not None:
        for version in newest_of(use_case.pk, running()):
            revalue(version, baseline)
