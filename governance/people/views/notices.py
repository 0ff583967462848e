"""What the person was told: unread first, then the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext

from foundation.pages import PersonRequest, after, one, portal_page, slice_of
from governance.people import notices, services
from governance.people.models import Notice

UNREAD_SHOWN = 100


@portal_page(outside=True)
def notice_list(request: PersonRequest) -> HttpResponse:
    """Notices: what is unread, and below it, page by page, what was read."""
    rows = Notice.objects.visible_to(request.actor)
    unread = list(rows.unread().order_by("-pk")[: UNREAD_SHOWN + 1])
    page = slice_of(request, rows.exclude(read_at=None))
    context = {
        "unread": _told(unread[:UNREAD_SHOWN]),
        "more": len(unread) > UNREAD_SHOWN,
        "read": _told(page.rows),
        "page": page,
    }
    return render(request, "people/notices.html", context)


@portal_page(outside=True)
def notice_open(request: PersonRequest, public_id: str) -> HttpResponse:
    """Go to what the notice is about; it counts as read by that, however often somebody goes."""
    row = one(Notice.objects.visible_to(request.actor), public_id=public_id)
    if row.read_at is None and request.method == "GET":
        services.read_notices(actor=request.actor, ids=[row.public_id])
    inside = url_has_allowed_host_and_scheme(row.url, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(row.url if inside and row.url.startswith("/") else "people_notices")


@portal_page("POST", outside=True)
def notices_read(request: PersonRequest) -> HttpResponse:
    """Mark as read: the one that the button stands beside, or with `all` every one."""
    ids = None if "all" in request.POST else [each for each in request.POST.getlist("id") if "\x00" not in each]
    number = services.read_notices(actor=request.actor, ids=ids)
    said = ngettext("%(n)s notice is marked as read.", "%(n)s notices are marked as read.", number) % {"n": number}
    return after(request, said if number else "", "people_notices")


def _told(rows: Sequence[Notice]) -> list[dict[str, Any]]:
    return [{"row": row, "label": notices.label_of(row), "text": notices.text_of(row)} for row in rows]
