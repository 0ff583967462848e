"""The case under other assumptions: its scenarios, what-if, where it breaks even, and which inputs decide."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from foundation.errors import CountersignError, Missing
from foundation.pages import PersonRequest, portal_page
from governance.economics.assumptions import BASE, outcomes_of
from governance.economics.cashflow import Evaluation, Refused
from governance.economics.components import plan_of
from governance.economics.drivers import WrongInput
from governance.economics.forms import scenarios as asking
from governance.economics.model_versions import Version, newest_version, version_of
from governance.economics.models import Snapshot
from governance.economics.plan import Plan
from governance.economics.presenting import scenarios as presenting
from governance.economics.presenting.sensitivity import sensitivity_told
from governance.economics.revaluing import driven_lines
from governance.economics.scenarios import inputs_of
from governance.economics.selectors.cases import current_snapshot, snapshot_numbered
from governance.economics.sensitivity import switching_values
from governance.economics.views.cases import TAB, number_of
from governance.economics.wording.refusals import refused_told
from governance.usecases import tabs
from governance.usecases.models import UseCase
from governance.usecases.views import use_case_of


def ways_content(request: PersonRequest, snapshot: Snapshot, found: Evaluation) -> dict[str, Any] | None:
    """On the page of the case: the ways to ask it something else."""
    return {
        "use_case": snapshot.case.use_case,
        "scenarios": len(found.plan.scenarios),
        "query": f"?snapshot={snapshot.number}",
        "lines": len(found.plan.lines),
    }


def snapshot_shown(request: PersonRequest, row: UseCase) -> Snapshot:
    """The version that `?snapshot=` names, else the newest. Raises Missing where nothing was written down."""
    number = number_of(request, "snapshot")
    found = snapshot_numbered(row, number) if number else current_snapshot(row)
    if found is None:
        raise Missing(_("There is no such version of the costs and benefits.") if number else _("Nothing was written down yet."))
    return found


def page_of(row: UseCase, label: str, snapshot: Snapshot) -> dict[str, Any]:
    """What all these pages need."""
    newest = current_snapshot(row)
    is_newest = newest is None or newest.pk == snapshot.pk
    return {
        **tabs.page_of(row, TAB, {"label": label}),
        "snapshot": snapshot,
        "newest": newest,
        "currency": snapshot.currency,
        "query": "" if is_newest else f"?snapshot={snapshot.number}",
    }


@portal_page()
def scenarios(request: PersonRequest, slug: str) -> HttpResponse:
    """Every scenario beside doing nothing; `?input=&value=` gives inputs other values, `?model_version=` the metrics of a version."""
    row = use_case_of(request, slug)
    snapshot = snapshot_shown(request, row)
    plan = plan_of(snapshot)
    context = page_of(row, _("Scenarios and what-if"), snapshot)
    try:
        inputs = inputs_of(plan)
        written = outcomes_of(plan)
    except Refused as refusal:
        return render(request, "economics/scenarios.html", {**context, "refused": refused_told(refusal)})
    asked = asking.what_if(request.GET, inputs)
    problems = list(asked.problems)
    version = _version(request, row, problems)
    outcomes = written
    try:
        outcomes = outcomes_of(plan, overrides=asked.overrides, metrics=version.metrics if version else None)
    except (Refused, WrongInput) as refusal:
        problems.append(refused_told(refusal))
    assumed = outcomes is not written and bool(asked.overrides or version)
    choices = asking.choices_of(plan, inputs)
    context |= {
        "rows": presenting.outcomes_told(plan, outcomes if assumed else written, written, asked.overrides),
        "asked": asked,
        "problems": problems,
        "assumed": presenting.assumed_told(_base(outcomes), _base(written)) if assumed else None,
        "choices": choices if len(inputs) <= asking.MOST_CHOICES else None,
        "typed": list(asking.flat(choices)) if len(inputs) > asking.MOST_CHOICES else None,
        "version": version,
        "newest_version": newest_version(request.actor, row) if driven_lines(plan) else None,
        "switching": _switching(plan),
    }
    return render(request, "economics/scenarios.html", context, status=400 if problems else 200)


def _version(request: PersonRequest, row: UseCase, problems: list[str]) -> Version | None:
    named = request.GET.get("model_version", "")
    if not named:
        return None
    try:
        return version_of(request.actor, row, named[:40].replace("\x00", ""))
    except CountersignError as error:
        problems.append(str(error.detail))
        return None


def _base(outcomes: Any) -> Evaluation:
    found: Evaluation = next(row.evaluation for row in outcomes if row.key == BASE)
    return found


def _switching(plan: Plan) -> dict[str, Any]:
    """Where the case as written breaks even; why not, where that cannot be found."""
    try:
        found = outcomes_of(plan, only=BASE)[0].evaluation
        return presenting.switching_told(plan, switching_values(plan), found.npv)
    except Refused as refusal:
        return {"refused": refused_told(refusal)}


@portal_page()
def sensitivity(request: PersonRequest, slug: str) -> HttpResponse:
    """Which inputs decide: each moved alone over its range, `?around=20` also those without one."""
    row = use_case_of(request, slug)
    snapshot = snapshot_shown(request, row)
    form = asking.AroundForm(request.GET)
    around = int(form.cleaned_data["around"]) if form.is_valid() else 0
    context: dict[str, Any] = {**page_of(row, pgettext("cost-benefit", "Sensitivity"), snapshot), "form": form, "around": around}
    try:
        context["found"] = sensitivity_told(plan_of(snapshot), around)
    except Refused as refusal:
        context["refused"] = refused_told(refusal)
    return render(request, "economics/sensitivity.html", context, status=200 if form.is_valid() else 400)
