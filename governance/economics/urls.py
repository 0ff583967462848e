from __future__ import annotations

from governance.economics import actuals_urls, case_urls, provision_urls, rates_urls, scenarios_urls, worth_urls

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
