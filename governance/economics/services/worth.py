"""Keeping what a version of a model is worth to the approved case, when that is found out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import decimal_text, digest
from foundation.errors import Conflict
from foundation.permissions import require
from governance.economics.cashflow import rounded
from governance.economics.components import plan_of
from governance.economics.models import Baseline, Revaluation
from governance.economics.permissions.worth import may_note_worth
from governance.economics.revaluing import Worth, worth_of

PLACES = 18  # of a metric as it is kept; what follows from a confusion matrix has digits without end
CHANGED = audit.kind("economics.worth.changed", _("A version is worth more or less than was approved"))


def note_worth(
    *, actor: Actor, baseline: Baseline, model_version: str, label: str, metrics: Mapping[str, Decimal]
) -> Revaluation | None:
    """Revalue the approved case with a version's metrics, and keep what comes of it where that differs from what was agreed to.

    The same version with the same metrics against the same baseline is kept once, and gives what was kept. None where nothing differs,
    and where the worth is not known: the gate says why. Raises NotAllowed; Conflict where the baseline does not hold any more.
    """
    require(may_note_worth(actor))
    worth = worth_of(plan_of(baseline.snapshot), metrics)
    if not worth.is_known or not rounded(worth.change):
        return None
    taken = {name: _kept(value) for name, value in sorted(_taken(worth, metrics).items())}
    with transaction.atomic():
        held = Baseline.objects.select_for_update().filter(pk=baseline.pk, ended_at=None).first()
        if held is None:
            raise Conflict(_("This case does not hold any more: another one was approved, or its approval was taken back."))
        same = Revaluation.objects.filter(baseline=baseline, model_version=model_version, metrics_digest=digest(taken)).first()
        if same is not None:
            return same
        row = _row(baseline, model_version, label, worth, taken)
        row.save(force_insert=True)
        change = rounded(worth.change)  # not the difference of what is rounded already
        currency = baseline.snapshot.currency
        audit.record(
            actor,
            CHANGED,
            row,
            {
                "model_version": model_version,
                "baseline": baseline.public_id,
                "a_year": change,
                "currency": currency,
                "npv": row.npv_after,
                "metrics": row.metrics_digest,
            },
        )
        said = {"use_case": baseline.case.use_case.public_id, "model_version": model_version, "a_year": decimal_text(change)}
        outbox.publish(actor, "economics.worth.changed", row, {**said, "currency": currency})
    return row


def _taken(worth: Worth, metrics: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The metrics that were read."""
    return {name: metrics[name] for line in worth.lines for name in line.taken.values()}


def _kept(value: Decimal) -> str:
    return decimal_text(rounded(value, PLACES))


def _row(baseline: Baseline, model_version: str, label: str, worth: Worth, taken: Mapping[str, str]) -> Revaluation:
    return Revaluation(
        baseline=baseline,
        model_version=model_version,
        label=label,
        taken=taken,
        metrics_digest=digest(taken),
        before=rounded(worth.before),
        after=rounded(worth.after),
        npv_before=rounded(worth.agreed_evaluation.npv),
        npv_after=rounded(worth.evaluation.npv),
        parts=[
            {
                "line": line.key,
                "input": part.name,
                "before": _kept(part.before),
                "after": _kept(part.after),
                "a_year": decimal_text(rounded(part.a_year)),
            }
            for line in worth.lines
            for part in line.parts
        ],
        found_at=clock.now(),
    )
