"""Addresses of what drives a line; those of what versions are worth belong to the room that keeps versions."""

from __future__ import annotations

from django.urls import path

from governance.economics.views import drivers as driver_views

urlpatterns = [
    path("use-cases/<slug:slug>/cost-benefit/draft/model/", driver_views.draft_model, name="draft_model"),
]
