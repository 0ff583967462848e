from __future__ import annotations

from governance.economics.urls import actuals as actuals_urls
from governance.economics.urls import cases as case_urls
from governance.economics.urls import provisions as provision_urls
from governance.economics.urls import rates as rates_urls
from governance.economics.urls import scenarios as scenarios_urls
from governance.economics.urls import worth as worth_urls

urlpatterns = [
    *rates_urls.urlpatterns,
    *case_urls.urlpatterns,
    *actuals_urls.urlpatterns,
    *provision_urls.urlpatterns,
    *scenarios_urls.urlpatterns,
    *worth_urls.urlpatterns,
]
api_urlpatterns = [
    *rates_urls.api_urlpatterns,
    *case_urls.api_urlpatterns,
    *actuals_urls.api_urlpatterns,
    *provision_urls.api_urlpatterns,
    *scenarios_urls.api_urlpatterns,
]
