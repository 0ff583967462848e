"""What every page of the portal shows around its content."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db.models import Count, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from approvals.selectors.inbox import turn_count
from config.views import shell
from foundation.actor import Actor
from foundation.models import AuditEvent
from foundation.pages import is_from_outside
from governance.people.models import Notice
from governance.people.selectors import MANY, unread_count

OUTSIDE = ("/", "/notices/", "/use-cases/")  # places that exist for somebody from outside
BEHIND = {"/portfolio/": ("/economics/",)}  # what a place leads to under other addresses


def portal(request: Any) -> dict[str, Any]:
    """Navigation with the number of things that wait for this person; on the login page of a demo, its accounts.

    The navigation is computed when a template walks through it: fragments and error pages cost nothing.
    """
    if getattr(request, "actor", None) is None:
        return {"navigation": [], "demo_logins": _demo_logins(request)}
    around: dict[str, Any] = {
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
        "from_outside": SimpleLazyObject(lambda: is_from_outside(request)),
    }
    if request.path.startswith("/settings/"):  # rooms have settings pages too, and do not know each other's
        around["tabs"] = SimpleLazyObject(lambda: shell.tabs_for(request))
    return around


def _navigation(request: Any) -> list[dict[str, Any]]:
    entries = [
        (_("Inbox"), "/", "inbox"),
        (_("Notices"), "/notices/", "bell"),
        (_("Use cases"), "/use-cases/", "folder-kanban"),
        (_("Models"), "/models/", "boxes"),
        (_("Dictionary"), "/dictionary/", "book-a"),
        (_("Dependencies"), "/dependencies/", "package-search"),
        (_("Portfolio"), "/portfolio/", "chart-scatter"),
        (_("Insights"), "/insights/", "chart-no-axes-column"),
        (_("Reports"), "/reports/", "file-check"),
        (_("Audit"), "/audit/", "scroll-text"),
        (_("Settings"), "/settings/", "settings"),
    ]
    if is_from_outside(request):
        entries = [entry for entry in entries if entry[1] in OUTSIDE] + [(_("Profile"), "/settings/profile/", "user-round")]
    counts = _counts(request)
    return [
        {
            "label": label,
            "url": url,
            "icon": icon,
            "current": request.path == url if url == "/" else request.path.startswith((url, *BEHIND.get(url, ()))),
            "count": counts.get(url, 0),
            "unread": url == "/notices/",  # what the count counts
        }
        for label, url, icon in entries
    ]


def _counts(request: Any) -> dict[str, int]:
    """What waits for this person and what they have not read. One query for both, while nothing has happened anywhere.

    The first is counted once for a request, or taken from a view that knows (`request.turns`).
    """
    if hasattr(request, "turns"):
        return {"/": request.turns, "/notices/": unread_count(request.actor)}
    newest = AuditEvent.objects.order_by("-pk").values_list("uid", _unread(request.actor)).first()
    event, unread = newest or (None, unread_count(request.actor))  # nothing ever happened here
    request.turns = turn_count(request.actor, event)
    return {"/": request.turns, "/notices/": unread}


def _unread(actor: Actor) -> Coalesce:
    """What `unread_count` says, inside a query that is made anyway."""
    some = Notice.objects.visible_to(actor).unread().order_by()[:MANY]
    counted = Notice.objects.filter(pk__in=some.values("pk")).order_by().values("user").annotate(count=Count("pk"))
    return Coalesce(Subquery(counted.values("count")), 0)


def _demo_logins(request: HttpRequest) -> list[dict[str, str]]:
    if not request.path.startswith("/accounts/login") or not settings.DEMO_FILE.exists():
        return []
    demo = json.loads(settings.DEMO_FILE.read_text())
    return [
        {"username": user["username"], "password": user["password"], "display": user["name"], "role": ", ".join(user["roles"])}
        for user in demo["users"]
    ]
