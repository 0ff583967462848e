from __future__ import annotations

from django.urls import path

from governance.dependencies import api, views

urlpatterns = [
    path("dependencies/", views.dependencies, name="dependencies"),
    path("dependencies/packages/<str:name>/", views.package, name="package"),
    path("dependencies/<str:public_id>/", views.dependency_set, name="dependency_set"),
]
api_urlpatterns = [
    path("dependency-sets", api.DependencySetList.as_view(), name="api_dependency_sets"),
    path("dependency-sets/<str:public_id>", api.DependencySetDetails.as_view(), name="api_dependency_set"),
]
