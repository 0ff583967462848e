from __future__ import annotations

from django.urls import path

from governance.economics import api

api_urlpatterns = [
    path("use-cases/<slug:slug>/economics", api.Economics.as_view(), name="api_economics"),
]
