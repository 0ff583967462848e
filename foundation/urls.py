from __future__ import annotations

from django.urls import path

from foundation import audit_pages, job_pages, resources, search_api, search_pages, views

app_name = "foundation"
urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("theme/", views.theme, name="theme"),
    path("audit/", audit_pages.audit_page, name="audit"),
    path("audit/about/<str:public_id>/", audit_pages.about_page, name="audit_about"),
    path("search/", search_pages.search_page, name="search"),
    path("search/suggestions/", search_pages.suggestions, name="search_suggestions"),
    path("jobs/<str:public_id>/", job_pages.job_progress, name="job"),
]
api_urlpatterns = [
    path("jobs/<str:public_id>", resources.JobDetails.as_view(), name="api_job"),
    path("jobs/<str:public_id>/cancel", resources.JobCancel.as_view(), name="api_job_cancel"),
    path("search", search_api.Search.as_view(), name="api_search"),
    path("audit/events", resources.EventList.as_view(), name="api_audit_events"),
    path("audit/checkpoints/latest", resources.LatestCheckpoint.as_view(), name="api_checkpoint"),
    path("audit/proof", resources.Proof.as_view(), name="api_audit_proof"),
    path("tokens", resources.TokenList.as_view(), name="api_tokens"),
    path("tokens/<str:public_id>/revoke", resources.TokenRevoke.as_view(), name="api_token_revoke"),
]
