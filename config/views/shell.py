"""What all settings pages stand in: their tabs."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest, is_from_outside


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
            "name": "people_absence",
            "icon": "plane",
            "label": _("Absence"),
            "text": _("When you are away, and who acts in your place."),
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
            "name": "settings_stages",
            "icon": "milestone",
            "label": _("Stages"),
            "text": _("What every use case goes through, and what is asked on the way."),
        },
        {
            "name": "risk_questionnaires",
            "icon": "shield-question-mark",
            "label": _("Risk questionnaire"),
            "text": _("What is asked about every use case, and how its risk tier follows."),
        },
        {
            "name": "platforms",
            "icon": "cpu",
            "label": _("Platforms"),
            "text": _("Where things can run, and what is there."),
        },
        {
            "name": "settings_people",
            "icon": "users-round",
            "label": _("People and roles"),
            "text": _("Accounts, and roles in the whole organisation."),
        },
        {
            "name": "people_teams",
            "icon": "users",
            "label": _("Teams"),
            "text": _("Who belongs together, and which roles they hold together."),
        },
        {
            "name": "people_training_rules",
            "icon": "graduation-cap",
            "label": _("Trainings"),
            "text": _("What somebody has to have learned before they are given a role."),
        },
        {
            "name": "people_calendars",
            "icon": "calendar-days",
            "label": _("Calendars"),
            "text": _("When people work, so that what is due is due in working time."),
        },
    ]


def tabs_for(request: PersonRequest) -> list[dict[str, Any]]:
    """The tabs that lead somewhere for this person: somebody from outside has a profile and nothing else to set."""
    profile = reverse("settings_profile")
    return [tab for tab in tabs(request.path) if not is_from_outside(request) or tab["url"] == profile]


def tabs(path: str) -> list[dict[str, Any]]:
    """The tabs of the settings; the one whose address `path` begins with is marked."""
    return [
        {"label": item["label"], "url": reverse(item["name"]), "current": path.startswith(reverse(item["name"]))}
        for item in sections()
    ]


def show(request: PersonRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A settings page with its tabs."""
    return render(request, template, {"tabs": tabs_for(request), **context}, status=status)
