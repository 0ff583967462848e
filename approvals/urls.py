from __future__ import annotations

from django.urls import path

from approvals import api, views

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("requests/<str:public_id>/", views.request_page, name="request"),
    path("gates/<str:public_id>/", views.gate_page, name="gate"),
]
api_urlpatterns = [
    path("environments", api.EnvironmentList.as_view(), name="api_environments"),
    path("policies", api.PolicyList.as_view(), name="api_policies"),
    path("policies/<slug:key>/versions", api.PolicyVersionList.as_view(), name="api_policy_versions"),
    path("requests", api.RequestList.as_view(), name="api_requests"),
    path("requests/<str:public_id>", api.RequestDetails.as_view(), name="api_request"),
    path("requests/<str:public_id>/ballots", api.BallotList.as_view(), name="api_ballots"),
    path("requests/<str:public_id>/withdraw", api.RequestWithdraw.as_view(), name="api_request_withdraw"),
    path("requests/<str:public_id>/resubmit", api.RequestResubmit.as_view(), name="api_request_resubmit"),
    path("inbox", api.Inbox.as_view(), name="api_inbox"),
    path("gates/<slug:environment>/evaluations", api.EvaluationCreate.as_view(), name="api_gate_evaluations"),
    path("evaluations", api.EvaluationList.as_view(), name="api_evaluations"),
    path("evaluations/<str:public_id>", api.EvaluationDetails.as_view(), name="api_evaluation"),
]
