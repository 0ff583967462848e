"""Being away: who acts in one's place, and for whom one acts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation import clock
from foundation.actor import Actor
from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from governance.people import selectors, services
from governance.people.forms import AbsenceForm
from governance.people.hours import local_date
from governance.people.models import Delegation, User
from governance.people.permissions import may_end_delegation
from governance.people.roles import ADMINISTRATOR, PROJECT_LEAD, role_label

KNOWN_PEOPLE = 200  # names offered while typing; any other can be typed in full
SHOWN = 100
MOMENT = timedelta(microseconds=1)


@portal_page("GET", "HEAD", "POST")
def absence(request: PersonRequest) -> HttpResponse:
    """One's own absences, past and to come; who acts for whom now; and a form to name a deputy."""
    actor = request.actor
    zone = selectors.calendar_for().zone
    form = AbsenceForm(
        request.POST if request.method == "POST" else None,
        zone=zone,
        places=sorted(selectors.scope_titles(actor).items(), key=lambda item: item[1].casefold()),
        for_others=_arranges_for_others(actor),
        initial={"starts_at": local_date(clock.now(), zone)},
    )
    if request.method == "POST" and (done := attempt(form, lambda: services.delegate(actor=actor, **form.command(actor.user)))):
        row = done.value
        said = _("%(delegate)s acts for %(principal)s then.") % {"delegate": row.delegate, "principal": row.principal}
        return after(request, said, "people_absence")
    seen = selectors.delegations_seen_by(actor)
    own = slice_of(request, seen.filter(Q(principal=actor.user) | Q(delegate=actor.user) | Q(created_by=actor.user)))
    live = list(seen.filter(pk__in=selectors.delegations_in_force()).order_by("ends_at", "pk")[:SHOWN])
    context = {
        "form": form,
        "zone": zone,
        "page": own,
        "own": _shown(actor, own.rows, zone),
        "live": _shown(actor, live, zone),
        "known_people": User.objects.visible_to(actor).active().order_by("name", "pk")[:KNOWN_PEOPLE],
        "you": actor.user,
    }
    return render(request, "people/absence.html", context, status=status_of(form))


@portal_page("POST")
def absence_end(request: PersonRequest, public_id: str) -> HttpResponse:
    """Back early: the deputy acts no longer."""
    row = one(selectors.delegations_seen_by(request.actor), public_id=public_id)
    services.end_delegation(actor=request.actor, delegation=row)
    said = _("%(delegate)s no longer acts for %(principal)s.") % {"delegate": row.delegate, "principal": row.principal}
    return after(request, said, "people_absence")


def _shown(actor: Actor, rows: Sequence[Delegation], zone: str) -> list[dict[str, Any]]:
    """Rows as the page tells them: in which state, where, from which day to which, and whether this person may end it."""
    now = clock.now()
    titles = selectors.scope_titles(actor, among={row.scope for row in rows if row.scope})
    return [
        {
            "row": row,
            "state": _state(row, now),
            "role": role_label(row.role) if row.role else _("every role"),
            "where": titles.get(row.scope, _("a use case")) if row.scope else _("everywhere"),
            "first_day": local_date(row.starts_at, zone),
            "last_day": local_date((row.ended_at or row.ends_at) - MOMENT, zone),
            "until": row.ended_at or row.ends_at,
            "endable": _state(row, now) in ("active", "queued") and bool(may_end_delegation(actor, row)),
            "reason": row.reason if actor.user in (row.principal, row.delegate, row.created_by) else "",
        }
        for row in rows
    ]


def _state(row: Delegation, now: Any) -> str:
    if selectors.is_live(row, now):
        return "active"
    return "queued" if row.ended_at is None and row.starts_at > now else "ended"


def _arranges_for_others(actor: Actor) -> bool:
    """Whether the form asks for whom. The service decides; this only spares others a field that they cannot use."""
    return selectors.grants_of_everywhere(actor.user, roles=frozenset({ADMINISTRATOR, PROJECT_LEAD})).exists()
