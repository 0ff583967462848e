"""People on a request's page: who somebody is, whom they stand in for and until when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from approvals.selectors.standing import Standing
from foundation import clock
from foundation.actor import Actor
from governance.people.hours import local_date
from governance.people.models import Delegation
from governance.people.selectors import calendar_for

A_MOMENT = timedelta(microseconds=1)
A_WEEK = 7


def person_of(standing: Standing, actor: Actor, public_id: str, note: str = "") -> dict[str, Any]:
    user = standing.person(public_id)
    return {"display": str(user) if user else public_id, "you": public_id == actor.id, "role": note}


def name_of(standing: Standing, public_id: str) -> str:
    return str(standing.person(public_id) or public_id)


def until_text(ends_at: datetime, zone: str = "") -> str:
    """The last day of an absence as one says it: `until the end of today`, `until Friday`, `until 3 March 2026`.

    By the clocks of the installation's calendar; `zone` spares the query when it is at hand.
    """
    zone = zone or calendar_for().zone
    today, last = local_date(clock.now(), zone), local_date(ends_at - A_MOMENT, zone)
    if last <= today:
        return _("until the end of today")
    day = formats.date_format(last, "l") if (last - today).days < A_WEEK else formats.date_format(last, "DATE_FORMAT")
    return _("until %(day)s") % {"day": day}


def acting_text(delegation: Delegation, zone: str = "") -> str:
    """`You act for Ada Berger until Friday`."""
    words = {"name": delegation.principal, "until": until_text(delegation.ended_at or delegation.ends_at, zone)}
    return _("You act for %(name)s %(until)s") % words
