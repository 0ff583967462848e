from __future__ import annotations

from django.urls import path

from governance.usecases import api, views

urlpatterns = [
    path("use-cases/", views.use_cases, name="use_cases"),
    path("use-cases/new/", views.use_case_new, name="use_case_new"),
    path("use-cases/<slug:slug>/", views.use_case, name="use_case"),
    path("use-cases/<slug:slug>/definition/", views.definition_new, name="definition_new"),
    path("use-cases/<slug:slug>/definitions/", views.definitions, name="definitions"),
    path("use-cases/<slug:slug>/people/give/", views.role_give, name="role_give"),
    path("use-cases/<slug:slug>/people/<str:grant>/end/", views.role_end, name="role_end"),
    path("use-cases/<slug:slug>/<slug:tab>/", views.use_case_tab, name="use_case_tab"),
]
api_urlpatterns = [
    path("use-cases", api.UseCaseList.as_view(), name="api_use_cases"),
    path("use-cases/<slug:slug>", api.UseCaseDetails.as_view(), name="api_use_case"),
    path("use-cases/<slug:slug>/definitions", api.DefinitionList.as_view(), name="api_definitions"),
    path("use-cases/<slug:slug>/roles", api.RoleList.as_view(), name="api_roles"),
    path("use-cases/<slug:slug>/roles/<str:public_id>/end", api.RoleEnd.as_view(), name="api_role_end"),
]
