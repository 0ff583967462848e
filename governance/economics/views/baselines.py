"""Putting costs and benefits up for approval, and the baselines that came of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.errors import Missing
from foundation.pages import PersonRequest, portal_page
from governance.economics.cashflow import Evaluation, Refused
from governance.economics.models import Baseline, Snapshot
from governance.economics.permissions.baselines import may_put_up_case
from governance.economics.plan.problems import NotWritten
from governance.economics.presenting import actuals as presenting
from governance.economics.selectors.baselines import baseline_of, results
from governance.economics.selectors.cases import current_snapshot, evaluation_of
from governance.usecases import panels, tabs
from governance.usecases.views import use_case_of

TAB = "cost-benefit"
MOST_BASELINES = 50


@portal_page("GET", "HEAD", "POST")
def case_approval(request: PersonRequest, slug: str) -> HttpResponse:
    """Ask for the approval of the newest version as the baseline; what is sent goes to the room that asks for approvals."""
    row = use_case_of(request, slug)
    snapshot = current_snapshot(row)
    if snapshot is None:
        raise Missing(_("Costs and benefits were not written down yet, so there is nothing to approve."))
    shown = panels.panels_of(request, snapshot)
    if isinstance(shown, HttpResponse):
        return shown
    baseline = baseline_of(snapshot.case_id)
    kept = Baseline.objects.visible_to(request.actor).filter(case=snapshot.case_id)
    context = {
        **tabs.page_of(row, TAB, {"label": _("Approval")}),
        "snapshot": snapshot,
        "worth": _worth(snapshot),
        "baseline": baseline,
        "same": baseline is not None and baseline.snapshot.digest == snapshot.digest,
        "baseline_worth": _worth(baseline.snapshot) if baseline is not None else "",
        "baselines": list(kept.select_related("snapshot").order_by("-number")[:MOST_BASELINES]),
        "sign_off": panels.sign_offs_of(request.actor, [snapshot]).get(snapshot.public_id),
        "panels": shown,
    }
    return render(request, "economics/case_approval.html", context, status=max([200, *(panel.status for panel in shown)]))


def _worth(snapshot: Snapshot) -> str:
    try:
        return presenting.whole(evaluation_of(snapshot).npv)
    except (Refused, NotWritten):
        return ""


def panel_content(request: PersonRequest, snapshot: Snapshot, found: Evaluation) -> dict[str, Any] | None:
    """On the page of the case: which version is the baseline, how far results are from it, and the way to put this one up."""
    use_case = snapshot.case.use_case
    baseline = baseline_of(snapshot.case_id)
    newest = current_snapshot(use_case)
    verdict = None
    if baseline is not None:
        try:
            verdict = presenting.verdict_told(results(baseline), baseline)
        except Refused:
            verdict = None
    is_newest = newest is not None and newest.pk == snapshot.pk
    return {
        "use_case": use_case,
        "snapshot": snapshot,
        "baseline": baseline,
        "is_baseline": baseline is not None and baseline.snapshot.digest == snapshot.digest,
        "verdict": verdict,
        "may_put_up": may_put_up_case(request.actor, snapshot) if is_newest else None,
        "sign_off": panels.sign_offs_of(request.actor, [snapshot]).get(snapshot.public_id) if is_newest else None,
    }
