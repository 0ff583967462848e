from __future__ import annotations

from django.urls import path

from approvals.api.urls import urlpatterns as api_urlpatterns
from approvals.views import envelopes, gates, inbox, insights, portfolio, requests

__all__ = ["api_urlpatterns", "urlpatterns"]

urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("inbox/bulk/", inbox.bulk, name="inbox_bulk"),
    path("requests/<str:public_id>/", requests.request_page, name="request"),
    path("gates/<str:public_id>/", gates.gate_page, name="gate"),
    path("use-cases/<slug:slug>/approvals/envelopes/", envelopes.envelope_list, name="envelopes"),
    path("use-cases/<slug:slug>/envelopes/new/", envelopes.envelope_new, name="envelope_new"),
    path("envelopes/<str:public_id>/", envelopes.envelope_page, name="envelope"),
    path("insights/", insights.insights, name="insights"),
    path("portfolio/", portfolio.portfolio_page, name="portfolio"),
    path("portfolio/export/", portfolio.portfolio_export, name="portfolio_export"),
    path("settings/policies/<slug:key>/replay/", insights.replay, name="policy_replay"),
    path("settings/policies/<slug:key>/simulate/", insights.simulate, name="policy_simulate"),
]
