"""Addresses of budgets and provisions; `urls` takes them in."""

from __future__ import annotations

from django.urls import path

from governance.economics.api import budgets as budget_api
from governance.economics.api import provisions as provision_api
from governance.economics.views import budgets as budget_views
from governance.economics.views import provisions as provision_views

urlpatterns = [
    path("economics/budgets/", budget_views.budgets, name="budgets"),
    path("economics/budgets/new/", budget_views.budget_new, name="budget_new"),
    path("economics/budgets/<str:public_id>/", budget_views.budget, name="budget"),
    path("economics/budgets/<str:public_id>/change/", budget_views.budget_change, name="budget_change"),
    path("economics/budgets/<str:public_id>/hand-over/", budget_views.budget_hand_over, name="budget_hand_over"),
    path("economics/budgets/<str:public_id>/end/", budget_views.budget_end, name="budget_end"),
    path("use-cases/<slug:slug>/provisions/", provision_views.provisions, name="provisions"),
    path("use-cases/<slug:slug>/provisions/new/", provision_views.provision_new, name="provision_new"),
    path("provisions/<str:public_id>/", provision_views.provision, name="provision"),
    path("provisions/<str:public_id>/end/", provision_views.provision_end, name="provision_end"),
    path("provisions/<str:public_id>/use/", provision_views.provision_use, name="provision_use"),
    path("provisions/<str:public_id>/uses/", provision_views.provision_uses, name="provision_uses"),
]
api_urlpatterns = [
    path("budgets", budget_api.BudgetList.as_view(), name="api_budgets"),
    path("budgets/<str:public_id>", budget_api.BudgetDetails.as_view(), name="api_budget"),
    path("use-cases/<slug:slug>/provisions", provision_api.ProvisionList.as_view(), name="api_provisions"),
    path("provisions/<str:public_id>", provision_api.ProvisionDetails.as_view(), name="api_provision"),
    path("provisions/<str:public_id>/uses", provision_api.ProvisionUses.as_view(), name="api_provision_uses"),
    path("provisions/<str:public_id>/end", provision_api.ProvisionEnd.as_view(), name="api_provision_end"),
]
