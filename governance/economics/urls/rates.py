"""Addresses of rates, and of cases as spreadsheets; `urls` takes them in."""

from __future__ import annotations

from django.urls import path

from governance.economics.api import rates as rates_api
from governance.economics.api import sheets as sheets_api
from governance.economics.urls.cases import API, CASE
from governance.economics.views import rates as rates_views
from governance.economics.views import sheets as sheets_views

urlpatterns = [
    path("economics/rates/", rates_views.rates, name="rates"),
    path("economics/rates/shipped/", rates_views.rates_shipped, name="rates_shipped"),
    path("economics/rates/new/<str:kind>/", rates_views.rate_new, name="rate_new"),
    path("economics/rates/<str:public_id>/", rates_views.rate, name="rate"),
    path(f"{CASE}/draft/rates/", rates_views.draft_rates, name="draft_rates"),
    path(f"{CASE}/import/", sheets_views.case_import, name="case_import"),
    path(f"{CASE}/import/<str:public_id>/", sheets_views.case_sheet, name="case_sheet"),
    path(f"{API}/<str:public_id>/file", sheets_views.case_file, name="case_file"),
]
api_urlpatterns = [
    path("rates", rates_api.RateList.as_view(), name="api_rates"),
    path("rates/shipped", rates_api.RateShipped.as_view(), name="api_rates_shipped"),
    path("rates/<str:public_id>/end", rates_api.RateEnd.as_view(), name="api_rate_end"),
    path(f"{API}/import", sheets_api.CaseImport.as_view(), name="api_economics_import"),
    path(f"{API}/<str:public_id>/file", sheets_api.CaseFile.as_view(), name="api_economics_file"),
]
