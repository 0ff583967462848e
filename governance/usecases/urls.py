from __future__ import annotations

from django.urls import path

from governance.usecases import api

api_urlpatterns = [
    path("use-cases", api.UseCaseList.as_view(), name="api_use_cases"),
    path("use-cases/<slug:slug>", api.UseCaseDetails.as_view(), name="api_use_case"),
    path("use-cases/<slug:slug>/definitions", api.DefinitionList.as_view(), name="api_definitions"),
    path("use-cases/<slug:slug>/roles", api.RoleList.as_view(), name="api_roles"),
    path("use-cases/<slug:slug>/roles/<str:public_id>/end", api.RoleEnd.as_view(), name="api_role_end"),
]
