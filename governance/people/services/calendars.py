"""Calendars: when people work, so that what is due is due in working time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.people.hours import Hours, HoursProblem
from governance.people.models import Calendar
from governance.people.permissions import may_administer
from governance.people.roles import ROLES, role_label

CALENDAR_CREATED = audit.kind("people.calendar.created", _("Calendar created"))
CALENDAR_CHANGED = audit.kind("people.calendar.changed", _("Calendar changed"))
PROBLEMS: dict[str, Any] = {
    "zone": _("There is no time zone %(what)s. Write it as Europe/Berlin or Asia/Shanghai."),
    "country": _("The public holidays of %(what)s are not known. Write the country as two letters, such as DE or CN."),
    "country_missing": _("A region needs its country."),
    "region": _("This country has no region %(what)s."),
    "week": _("A week is seven lists of hours, Monday first."),
    "closed": _("Nobody ever works by this calendar: nothing would be due."),
    "pairs": _("Write hours as 09:00-12:00, 13:00-17:00. Midnight at the end is 24:00."),
    "backwards": _("Hours end after they begin. A shift over midnight is written on both days: 22:00-24:00, then 00:00-06:00."),
    "overlap": _("Hours stand in order and do not overlap."),
    "dates": _("Write dates as 2026-12-24; “%(what)s” is none."),
}


def set_calendar(
    *,
    actor: Actor,
    slug: str,
    title: str,
    zone: str,
    week: Sequence[Any],
    country: str = "",
    subdivision: str = "",
    closed_on: Sequence[Any] = (),
    roles: Sequence[str] = (),
    is_default: bool = False,
) -> Calendar:
    """Make a calendar, or replace what the one of this slug says. Due times that were computed stay as they are.

    Raises NotAllowed unless the actor is an administrator; Invalid for hours that make no sense or a role unknown; Conflict when
    another calendar has one of the roles. When it becomes the default, the one that was says so with an event of its own.
    """
    require(may_administer(actor))
    hours = _hours(zone=zone, week=week, country=country, subdivision=subdivision, closed_on=closed_on)
    if unknown := sorted(set(roles) - set(ROLES)):
        raise Invalid(
            _("There is no role %(role)s.") % {"role": ", ".join(unknown)},
            errors=[FieldError("roles", "unknown", ", ".join(ROLES))],
        )
    said: dict[str, Any] = {
        "title": title.strip(),
        "zone": hours.zone,
        "week": [[list(pair) for pair in day] for day in hours.week],
        "country": hours.country,
        "subdivision": hours.subdivision,
        "closed_on": [str(day) for day in hours.closed_on],
        "roles": sorted(set(roles)),
        "is_default": is_default,
    }
    with transaction.atomic():
        rows = {row.slug: row for row in Calendar.objects.select_for_update().order_by("pk")}
        others = [row for row in rows.values() if row.slug != slug]
        _check_roles(others, said["roles"])
        known = slug in rows
        row = rows[slug] if known else Calendar(slug=slug, created_at=clock.now())
        for name, value in said.items():
            setattr(row, name, value)
        validate(row)
        if is_default:
            for other in others:
                if other.is_default:
                    _give_way(actor, other)
        row.save()
        audit.record(actor, CALENDAR_CHANGED if known else CALENDAR_CREATED, row, {"slug": slug, "digest": row.digest()})
    return row


def _give_way(actor: Actor, row: Calendar) -> None:
    """Stop being the default, because another calendar is it now."""
    row.is_default = False
    row.save(update_fields=["is_default"])
    audit.record(actor, CALENDAR_CHANGED, row, {"slug": row.slug, "digest": row.digest()})


def _check_roles(others: Sequence[Calendar], roles: Sequence[str]) -> None:
    for other in others:
        if taken := sorted(set(other.roles) & set(roles)):
            raise Conflict(
                _("%(role)s works by the calendar %(title)s already.") % {"role": role_label(taken[0]), "title": other.title},
                code="calendar.role_taken",
            )


def _hours(**said: Any) -> Hours:
    try:
        return Hours(**said)
    except HoursProblem as problem:
        words = PROBLEMS[problem.code] % {"what": problem.what}
        raise Invalid(words, errors=[FieldError(problem.field, problem.code, words)]) from problem
