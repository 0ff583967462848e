from __future__ import annotations

from django.urls import path

from reports import api, provision_file, views

urlpatterns = [
    path("provisions/<str:public_id>/file", provision_file.provision_file, name="provision_file"),
    path("reports/", views.reports, name="reports"),
    path("reports/<str:public_id>/", views.report, name="report"),
    path("reports/<str:public_id>/progress/", views.report_progress, name="report_progress"),
    path("reports/<str:public_id>/again/", views.report_again, name="report_again"),
    path("reports/<str:public_id>/cancel/", views.report_cancel, name="report_cancel"),
    path("reports/<str:public_id>/files/<str:form>/", views.report_file, name="report_file"),
]
api_urlpatterns = [
    path("provisions/<str:public_id>/file", provision_file.ProvisionFile.as_view(), name="api_provision_file"),
    path("reports", api.ReportList.as_view(), name="api_reports"),
    path("reports/<str:public_id>", api.ReportDetails.as_view(), name="api_report"),
    path("reports/<str:public_id>/file", api.ReportFile.as_view(), name="api_report_file"),
]
