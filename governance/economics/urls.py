from __future__ import annotations

from django.urls import path

from governance.economics import api, views

urlpatterns = [
    path("use-cases/<slug:slug>/cost-benefit/write/", views.case_write, name="case_write"),
]
api_urlpatterns = [
    path("use-cases/<slug:slug>/economics", api.Economics.as_view(), name="api_economics"),
]
