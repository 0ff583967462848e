from __future__ import annotations

from django.urls import path

from governance.economics.api import actuals as actuals_api
from governance.economics.views import actuals as actuals_views
from governance.economics.views import baselines as baselines_views

urlpatterns = [
    path("use-cases/<slug:slug>/cost-benefit/approval/", baselines_views.case_approval, name="case_approval"),
    path("use-cases/<slug:slug>/cost-benefit/actuals/", actuals_views.actuals, name="actuals"),
    path("use-cases/<slug:slug>/cost-benefit/actuals/files/", actuals_views.actual_files, name="actual_files"),
    path("use-cases/<slug:slug>/cost-benefit/actuals/files/<str:public_id>/", actuals_views.actual_file, name="actual_file"),
    path("use-cases/<slug:slug>/cost-benefit/actuals/<str:public_id>/", actuals_views.actual, name="actual"),
]
api_urlpatterns = [
    path("use-cases/<slug:slug>/economics/<str:public_id>/actuals", actuals_api.Actuals.as_view(), name="api_actuals"),
    path(
        "use-cases/<slug:slug>/economics/<str:public_id>/actuals/import",
        actuals_api.ActualsImport.as_view(),
        name="api_actuals_import",
    ),
    path(
        "use-cases/<slug:slug>/economics/<str:public_id>/actuals/<str:actual_id>/correct",
        actuals_api.ActualCorrection.as_view(),
        name="api_actual_correct",
    ),
    path("use-cases/<slug:slug>/economics/<str:public_id>/baselines", actuals_api.Baselines.as_view(), name="api_baselines"),
    path("use-cases/<slug:slug>/economics/<str:public_id>/results", actuals_api.ResultsView.as_view(), name="api_results"),
]
