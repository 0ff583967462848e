"""Addresses of the case under other assumptions; `urls` takes them in."""

from __future__ import annotations

from django.urls import path

from governance.economics.api import scenarios as scenarios_api
from governance.economics.api import simulations as simulations_api
from governance.economics.views import draft_scenarios as draft_scenarios_views
from governance.economics.views import scenarios as scenarios_views
from governance.economics.views import simulations as simulations_views

CASE = "use-cases/<slug:slug>/cost-benefit"
API = "use-cases/<slug:slug>/economics/<str:public_id>"

urlpatterns = [
    path(f"{CASE}/scenarios/", scenarios_views.scenarios, name="case_scenarios"),
    path(f"{CASE}/sensitivity/", scenarios_views.sensitivity, name="case_sensitivity"),
    path(f"{CASE}/draft/scenarios/", draft_scenarios_views.draft_scenarios, name="draft_scenarios"),
    path(f"{CASE}/simulation/", simulations_views.simulation, name="case_simulation"),
]
api_urlpatterns = [
    path(f"{API}/evaluate", scenarios_api.Evaluations.as_view(), name="api_economics_evaluate"),
    path(f"{API}/simulate", simulations_api.Simulate.as_view(), name="api_economics_simulate"),
    path(f"{API}/simulations", simulations_api.Simulations.as_view(), name="api_economics_simulations"),
    path(f"{API}/simulations/<str:simulation>", simulations_api.SimulationDetails.as_view(), name="api_economics_simulation"),
]
