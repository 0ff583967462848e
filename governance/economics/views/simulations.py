"""Simulations of a case: asking for one, and what it found."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.errors import Missing
from foundation.pages import PersonRequest, after, attempt, portal_page, slice_of, status_of
from governance.economics.assumptions import BASE, plan_in_scenario
from governance.economics.cashflow import Refused
from governance.economics.components import plan_of
from governance.economics.forms.scenarios import SimulationForm
from governance.economics.models import Simulation, Snapshot
from governance.economics.permissions.simulations import may_simulate
from governance.economics.plan import Plan
from governance.economics.presenting.scenarios import title_of
from governance.economics.presenting.simulations import STATES, simulation_told
from governance.economics.scenarios import inputs_of
from governance.economics.selectors.simulations import simulation_named, simulations_of
from governance.economics.services.simulations import ask_simulation
from governance.economics.simulation import uncertain
from governance.economics.views.scenarios import page_of, snapshot_shown
from governance.economics.wording.refusals import refused_told
from governance.usecases.models import UseCase
from governance.usecases.views import use_case_of

LISTED = 20


@portal_page("GET", "HEAD", "POST")
def simulation(request: PersonRequest, slug: str) -> HttpResponse:
    """The form, the simulation that `?run=` names or the last one of this version, and those before."""
    row = use_case_of(request, slug)
    run = _named(request, row)
    snapshot = run.snapshot if run is not None else snapshot_shown(request, row)
    plan = plan_of(snapshot)
    sent = request.method == "POST"
    titles = {"": title_of(BASE, ""), **{item.key: item.title for item in plan.scenarios}}
    form = SimulationForm(list(titles.items()), request.POST if sent else None)
    if sent and (done := attempt(form, lambda: _asked(request, snapshot, form))):
        found, new = done.value
        said = "" if found.finished_at is None else _("It was simulated.") if new else _("This was simulated before.")
        return after(request, said, "case_simulation", slug, query=f"?run={found.public_id}#found")
    shown = run or _last(row, snapshot)
    listed = slice_of(request, simulations_of(row).filter(snapshot__case=snapshot.case_id), size=LISTED)
    context = {
        **page_of(row, _("Simulation"), snapshot),
        "form": form,
        "allowed": may_simulate(request.actor, row),
        "nothing": _nothing_uncertain(plan),
        "run": shown,
        "scenario": titles.get(shown.scenario, shown.scenario) if shown is not None else "",
        "slice": listed,
        "rows": [(item, STATES[state_of(item)], titles.get(item.scenario, item.scenario)) for item in listed.rows],
        **(_found(shown, plan) if shown is not None else {}),
    }
    return render(request, "economics/simulation.html", context, status=status_of(form))


def _named(request: PersonRequest, row: UseCase) -> Simulation | None:
    named = request.GET.get("run", "")
    if not named:
        return None
    found = simulation_named(row, named[:40].replace("\x00", ""))
    if found is None:
        raise Missing(_("There is no such simulation."))
    return found


def _last(row: UseCase, snapshot: Snapshot) -> Simulation | None:
    found = simulations_of(row).filter(snapshot=snapshot).values_list("public_id", flat=True).first()
    return simulation_named(row, found) if found else None


def _asked(request: PersonRequest, snapshot: Snapshot, form: SimulationForm) -> tuple[Simulation, bool]:
    said = form.cleaned_data
    return ask_simulation(
        actor=request.actor, snapshot=snapshot, trials=said["trials"], seed=said["seed"], scenario=said["scenario"]
    )


def _nothing_uncertain(plan: Plan) -> str:
    """Why the case cannot be simulated as it is; empty where it can."""
    try:
        if uncertain(inputs_of(plan), {}):
            return ""
        raise Refused("simulation.nothing_uncertain", "simulation")
    except Refused as refusal:
        return refused_told(refusal)


def state_of(run: Simulation) -> str:
    """Waiting, running, done or failed; a job that is gone has failed, and asking again begins another."""
    if run.finished_at is not None:
        return "failed" if run.failure else "done"
    state = run.job.state if run.job is not None else "failed"
    return {"cancelled": "failed", "done": "running"}.get(state, state)


def _found(run: Simulation, plan: Plan) -> dict[str, Any]:
    state = state_of(run)
    if state == "done" and run.result is not None:
        return {"state": state, "told": simulation_told(plan_in_scenario(plan, run.scenario), run.result)}
    job = run.job if state in ("queued", "running") else None
    address = f"{reverse('case_simulation', args=[run.snapshot.case.use_case.slug])}?run={run.public_id}"
    return {
        "state": state,
        "job": job,
        "poll_url": f"{reverse('foundation:job', args=[job.public_id])}?{urlencode({'then': address})}" if job else "",
        "result_url": address,
        "refresh_seconds": 5 if job else None,
    }
