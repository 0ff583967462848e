from __future__ import annotations

from django.urls import path

from lineage import api, views

urlpatterns = [
    path("models/", views.models, name="models"),
    path("models/<str:public_id>/", views.model, name="model"),
]
api_urlpatterns = [
    path("repositories", api.RepositoryList.as_view(), name="api_repositories"),
    path("repositories/<str:public_id>/sync", api.RepositorySync.as_view(), name="api_repository_sync"),
    path("repositories/<str:public_id>/commits", api.CommitList.as_view(), name="api_commits"),
    path("model-versions", api.ModelVersionList.as_view(), name="api_model_versions"),
    path("model-versions/<str:public_id>", api.ModelVersionDetails.as_view(), name="api_model_version"),
    path("model-versions/<str:public_id>/provenance", api.ProvenanceDetails.as_view(), name="api_provenance"),
    path("model-versions/<str:public_id>/lineage", api.LineageDetails.as_view(), name="api_lineage"),
    path("model-versions/<str:public_id>/manifest", api.ManifestDetails.as_view(), name="api_manifest"),
]
