"""Every address of the product. Rooms bring their own lists; this page puts them together."""

from __future__ import annotations

from django.urls import include, path, re_path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView

import approvals.urls
import foundation.urls
import governance.dependencies.urls
import governance.dictionary.urls
import governance.economics.urls
import governance.people.urls
import governance.usecases.urls
import lineage.urls
import reports.urls
from config import views
from foundation.views import api_not_found

ROOMS = (
    foundation.urls,
    governance.people.urls,
    governance.economics.urls,  # before the use cases, whose tabs would take `/use-cases/…/provisions/`
    governance.usecases.urls,
    governance.dictionary.urls,
    governance.dependencies.urls,
    lineage.urls,
    approvals.urls,
    reports.urls,
)

api = [pattern for room in ROOMS for pattern in room.api_urlpatterns]
pages = [pattern for room in ROOMS[1:] for pattern in getattr(room, "urlpatterns", [])]

urlpatterns = [
    path("", include("foundation.urls")),
    path("accounts/", include("allauth.urls")),
    path("i18n/setlang/", set_language, name="set_language"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/v1/docs/", views.ApiDocs.as_view(url_name="api_schema"), name="api_docs"),
    path("api/v1/", include(api)),
    re_path(r"^api/(?P<rest>.*)$", api_not_found),
    path("", include(pages)),
    path("settings/", include(views.settings_urls)),
]
handler500 = "foundation.views.server_error"
