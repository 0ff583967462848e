"""Addresses of the case itself and of its draft; `urls` takes them in."""

from __future__ import annotations

from django.urls import path

from governance.economics.api import cases as api
from governance.economics.api import drafts as drafts_api
from governance.economics.views import cases as views
from governance.economics.views import draft_lines as draft_lines_views
from governance.economics.views import drafts as drafts_views

CASE = "use-cases/<slug:slug>/cost-benefit"
API = "use-cases/<slug:slug>/economics"

urlpatterns = [
    path(f"{CASE}/figures/<str:measure>/", views.figure, name="case_figure"),
    path(f"{CASE}/compare/", views.compared, name="case_compared"),
    path(f"{CASE}/write/", views.case_write, name="case_write"),
    path(f"{CASE}/draft/", drafts_views.draft, name="draft"),
    path(f"{CASE}/draft/frame/", drafts_views.draft_frame, name="draft_frame"),
    path(f"{CASE}/draft/write/", drafts_views.draft_write, name="draft_write"),
    path(f"{CASE}/draft/discard/", drafts_views.draft_discard, name="draft_discard"),
    path(f"{CASE}/draft/lines/new/", draft_lines_views.draft_line_new, name="draft_line_new"),
    path(f"{CASE}/draft/lines/<str:key>/", draft_lines_views.draft_line, name="draft_line"),
]
api_urlpatterns = [
    path(API, api.Economics.as_view(), name="api_economics"),
    path(f"{API}/draft", drafts_api.Draft.as_view(), name="api_economics_draft"),
    path(f"{API}/draft/write", drafts_api.DraftWriting.as_view(), name="api_economics_draft_write"),
    path(f"{API}/<str:public_id>/snapshots", api.Snapshots.as_view(), name="api_economics_snapshots"),
]
