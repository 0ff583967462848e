from __future__ import annotations

from django.urls import path

from governance.dependencies import api

api_urlpatterns = [
    path("dependency-sets", api.DependencySetList.as_view(), name="api_dependency_sets"),
    path("dependency-sets/<str:public_id>", api.DependencySetDetails.as_view(), name="api_dependency_set"),
]
