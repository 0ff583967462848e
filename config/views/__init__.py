"""Pages that put several rooms together: settings, and the API's own documentation."""

from __future__ import annotations

from django.urls import path

from config.views import account, installation, people, policies, policy_editor, repositories
from config.views.documentation import ApiDocs

settings_urls = [
    path("", account.index, name="settings"),
    path("profile/", account.profile, name="settings_profile"),
    path("tokens/", account.token_list, name="settings_tokens"),
    path("tokens/<str:public_id>/revoke/", account.token_revoke, name="settings_token_revoke"),
    path("repositories/", repositories.repository_list, name="settings_repositories"),
    path("repositories/<str:public_id>/synchronise/", repositories.synchronise, name="settings_repository_synchronise"),
    path("environments/", installation.environments, name="settings_environments"),
    path("policies/", policies.policy_list, name="settings_policies"),
    path("new-policy/", policy_editor.new, name="settings_policy_new"),
    path("policies/<slug:key>/", policies.policy, name="settings_policy"),
    path("policies/<slug:key>/edit/", policy_editor.edit, name="settings_policy_edit"),
    path("policies/<slug:key>/text/", policy_editor.edit_text, name="settings_policy_text"),
    path("people/", people.people_list, name="settings_people"),
    path("people/<str:public_id>/", people.person, name="settings_person"),
]

__all__ = ["ApiDocs", "settings_urls"]
