from __future__ import annotations

from django.urls import path

from lineage import api, lock_file_api, lock_file_views, views, worth_api, worth_views

urlpatterns = [
    path("models/", views.models, name="models"),
    path("models/<str:public_id>/", views.model, name="model"),
    path("models/<str:public_id>/lock-files/", lock_file_views.lock_files, name="model_lock_files"),
    path("models/<str:public_id>/threshold/", worth_views.model_threshold, name="model_threshold"),
    path("use-cases/<slug:slug>/cost-benefit/versions/", worth_views.case_versions, name="case_versions"),
    path("use-cases/<slug:slug>/repository/files/", views.kept_files, name="kept_files"),
    path("use-cases/<slug:slug>/repository/files/<str:file>/take/", views.kept_file_take, name="kept_file_take"),
    path("use-cases/<slug:slug>/repository/<slug:kind>.patch", views.kept_file_patch, name="kept_file_patch"),
]
api_urlpatterns = [
    path("use-cases/<slug:slug>/files", api.KeptFileList.as_view(), name="api_kept_files"),
    path("use-cases/<slug:slug>/files/<str:file>/take", api.KeptFileTake.as_view(), name="api_kept_file_take"),
    path("use-cases/<slug:slug>/files/<slug:kind>/patch", api.KeptFilePatch.as_view(), name="api_kept_file_patch"),
    path("repositories", api.RepositoryList.as_view(), name="api_repositories"),
    path("repositories/<str:public_id>/sync", api.RepositorySync.as_view(), name="api_repository_sync"),
    path("repositories/<str:public_id>/commits", api.CommitList.as_view(), name="api_commits"),
    path("model-versions", api.ModelVersionList.as_view(), name="api_model_versions"),
    path("model-versions/<str:public_id>", api.ModelVersionDetails.as_view(), name="api_model_version"),
    path("model-versions/<str:public_id>/lock-files", lock_file_api.LockFileList.as_view(), name="api_model_lock_files"),
    path("model-versions/<str:public_id>/provenance", api.ProvenanceDetails.as_view(), name="api_provenance"),
    path("model-versions/<str:public_id>/lineage", api.LineageDetails.as_view(), name="api_lineage"),
    path("model-versions/<str:public_id>/worth", worth_api.WorthDetails.as_view(), name="api_model_worth"),
    path("model-versions/<str:public_id>/threshold", worth_api.ThresholdDetails.as_view(), name="api_model_threshold"),
    path("use-cases/<slug:slug>/worth", worth_api.WorthList.as_view(), name="api_case_versions"),
    path("model-versions/<str:public_id>/manifest", api.ManifestDetails.as_view(), name="api_manifest"),
]
