"""When what is expected falls behind a baseline by more than was agreed: told once each time, and when it is over."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import decimal_text
from governance.economics.cashflow import Refused, rounded
from governance.economics.models import Baseline, Case, Shortfall
from governance.economics.results import Results
from governance.economics.selectors.baselines import baseline_of, results
from governance.people import notices
from governance.people.selectors import holders
from governance.people.services import tell

EXCEEDED = audit.kind("economics.variance.exceeded", _("Results fell behind the baseline by more than its tolerance"))
WITHIN = audit.kind("economics.variance.within", _("Results are within the tolerance of the baseline again"))
TOLD = ("budget_holder", "project_lead")
BEHIND = notices.kind(
    "economics.variance.exceeded",
    _("A case has to be approved again"),
    _(
        "%(title)s: %(expected)s %(currency)s is expected where %(planned)s %(currency)s was agreed. Approve costs and benefits anew."
    ),
)


def watch_results(*, actor: Actor, case: Case) -> Shortfall | None:
    """Compare what is expected with the baseline, and write down when it passes the tolerance or comes back. The open one, if any.

    Within the caller's transaction, which holds the lock on the case: whoever changes what is expected calls it.
    """
    baseline = baseline_of(case)
    if baseline is None:
        return None
    known = Shortfall.objects.filter(baseline=baseline, ended_at=None).first()
    try:
        found = results(baseline)
    except Refused:  # a plan that cannot be reckoned has no expectation; its page says why
        return known
    if found.exceeded and known is None:
        return _begin(actor, baseline, found)
    if not found.exceeded and known is not None:
        end_shortfall(actor, known)
        return None
    return known


def _begin(actor: Actor, baseline: Baseline, found: Results) -> Shortfall:
    use_case = baseline.case.use_case
    row = Shortfall(
        baseline=baseline,
        number=Shortfall.objects.filter(baseline=baseline).count() + 1,
        currency=baseline.case.currency,
        planned=rounded(found.planned_npv),
        expected=rounded(found.expected_npv),
        tolerance=found.tolerance,
        month=found.months[found.last or 0],
        found_at=clock.now(),
    )
    row.save(force_insert=True)
    data = {
        "baseline": baseline.public_id,
        "number": row.number,
        "planned": decimal_text(row.planned),
        "expected": decimal_text(row.expected),
        "tolerance": decimal_text(row.tolerance),
    }
    audit.record(actor, EXCEEDED, row, data)
    outbox.publish(actor, EXCEEDED.code, use_case, data)
    held = holders(scope=use_case.public_id)
    users = {grant.user for role in TOLD for grant in held.get(role, {}).values()}
    words = {
        "title": use_case.title,
        "currency": row.currency,
        "expected": f"{rounded(found.expected_npv, 0):,}",
        "planned": f"{rounded(found.planned_npv, 0):,}",
    }
    tell(
        sorted(users, key=lambda user: user.pk),
        BEHIND,
        key=f"{BEHIND.code}:{row.public_id}",
        url=f"/use-cases/{use_case.slug}/cost-benefit/actuals/",
        data=words,
        subject_id=row.public_id,
        scope=use_case.public_id,
    )
    return row


def end_shortfall(actor: Actor, row: Shortfall) -> None:
    """It is over: within the tolerance again, or its baseline does not hold any more. Once."""
    now = clock.now()
    if Shortfall.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now):
        row.ended_at = now
        audit.record(actor, WITHIN, row, {"baseline": row.baseline.public_id, "number": row.number})
