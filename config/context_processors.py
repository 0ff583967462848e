"""What every page of the portal shows around its content."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from approvals.selectors.inbox import your_turn


def portal(request: HttpRequest) -> dict[str, Any]:
    """Navigation with the number of things that wait for this person; on the login page of a demo, its accounts."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return {"navigation": [], "demo_logins": _demo_logins(request)}
    entries = [
        (_("Inbox"), "/", "inbox"),
        (_("Use cases"), "/use-cases/", "folder-kanban"),
        (_("Models"), "/models/", "boxes"),
        (_("Dictionary"), "/dictionary/", "book-a"),
        (_("Dependencies"), "/dependencies/", "package-search"),
        (_("Reports"), "/reports/", "file-check"),
        (_("Audit"), "/audit/", "scroll-text"),
        (_("Settings"), "/settings/", "settings"),
    ]
    return {
        "navigation": [
            {
                "label": label,
                "url": url,
                "icon": icon,
                "current": request.path == url if url == "/" else request.path.startswith(url),
                "count": len(your_turn(actor)) if url == "/" else 0,
            }
            for label, url, icon in entries
        ]
    }


def _demo_logins(request: HttpRequest) -> list[dict[str, str]]:
    if not request.path.startswith("/accounts/login") or not settings.DEMO_FILE.exists():
        return []
    demo = json.loads(settings.DEMO_FILE.read_text())
    return [
        {"username": user["username"], "password": user["password"], "display": user["name"], "role": ", ".join(user["roles"])}
        for user in demo["users"]
    ]
