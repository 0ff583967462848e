from __future__ import annotations

from django.urls import path

from governance.people import api

api_urlpatterns = [
    path("users", api.UserList.as_view(), name="api_users"),
    path("teams", api.TeamList.as_view(), name="api_teams"),
]
