"""What all settings pages stand in: their tabs."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest


def sections() -> list[dict[str, Any]]:
    """The parts of the settings, with a sentence on each."""
    return [
        {
            "name": "settings_profile",
            "icon": "user-round",
            "label": _("Profile"),
            "text": _("Your language and the colours of the pages."),
        },
        {
            "name": "settings_tokens",
            "icon": "key-round",
            "label": _("Tokens"),
            "text": _("Credentials for programs that act as you, and for pipelines."),
        },
        {
            "name": "settings_repositories",
            "icon": "git-branch",
            "label": _("Repositories"),
            "text": _("Where the code lies that versions are built from."),
        },
        {
            "name": "settings_environments",
            "icon": "server",
            "label": _("Environments and gates"),
            "text": _("Where versions run, and what stands before them."),
        },
        {
            "name": "settings_policies",
            "icon": "scale",
            "label": _("Policies"),
            "text": _("Who has to agree before something may run."),
        },
        {
            "name": "settings_people",
            "icon": "users-round",
            "label": _("People and roles"),
            "text": _("Accounts, and roles in the whole organisation."),
        },
    ]


def show(request: PersonRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A settings page with its tabs; the one whose address the page's begins with is marked."""
    tabs = [
        {"label": item["label"], "url": reverse(item["name"]), "current": request.path.startswith(reverse(item["name"]))}
        for item in sections()
    ]
    return render(request, template, {"tabs": tabs, **context}, status=status)
