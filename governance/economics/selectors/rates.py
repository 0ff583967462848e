"""Which rates the organisation has written down: in force on a day, and fit for a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from foundation import clock
from foundation.actor import Actor
from governance.economics.models import RateRecord
from governance.economics.plan import Plan
from governance.economics.rate_bodies import KINDS, fits

OLD = timedelta(days=365)  # after so long somebody should look whether a rate still holds
MOST = 1000  # records that are looked at at once


def rates_on(actor: Actor, day: date | None = None, kind: str = "") -> list[RateRecord]:
    """Of each rate the record in force on a day (today): the newest that is dated no later and not ended. By kind and name. One query."""
    rows = RateRecord.objects.visible_to(actor).in_force().filter(dated__lte=day or clock.now().date())
    if kind:
        rows = rows.filter(kind=kind)
    return _ordered(newest_of(rows.order_by("-dated", "-pk")[:MOST]))


def choices(actor: Actor, currency: str, kind: str = "", day: date | None = None) -> list[RateRecord]:
    """The records that a case in this currency can take over, in force on that day. One query."""
    return [row for row in rates_on(actor, day, kind) if fits(row, currency)]


def for_plan(actor: Actor, plan: Plan, day: date | None = None) -> dict[str, list[RateRecord]]:
    """The same by kind for a plan. One query."""
    found = choices(actor, plan.currency, day=day)
    return {kind: [row for row in found if row.kind == kind] for kind in KINDS}


def records_named(actor: Actor, public_ids: Iterable[str]) -> list[RateRecord]:
    """Records in force by their public ids, in the order in which they stand there. One query."""
    wanted = list(dict.fromkeys(public_ids))[:MOST]
    known = {row.public_id: row for row in RateRecord.objects.visible_to(actor).in_force().filter(public_id__in=wanted)}
    return [known[public_id] for public_id in wanted if public_id in known]


def listed(actor: Actor, *, ended: bool = False) -> QuerySet[RateRecord]:
    """Every record that was not ended, with `ended` those too; newest day first."""
    rows = RateRecord.objects.visible_to(actor).select_related("created_by", "ended_by")
    return (rows if ended else rows.in_force()).order_by("kind", "title", "key", "-dated", "-pk")


def filtered(actor: Actor, *, kind: str = "", key: str = "", ended: bool = False, on: date | None = None) -> QuerySet[RateRecord]:
    """Records for programs. `on`: dated no later than that day, and not ended by its end."""
    rows = RateRecord.objects.visible_to(actor)
    if kind:
        rows = rows.filter(kind=kind)
    if key:
        rows = rows.filter(key=key)
    if on is not None:
        return rows.filter(Q(ended_at=None) | Q(ended_at__date__gt=on), dated__lte=on)
    return rows if ended else rows.in_force()


def newest_of(rows: Iterable[RateRecord]) -> list[RateRecord]:
    """The first record of each rate."""
    found: dict[tuple[str, str], RateRecord] = {}
    for row in rows:
        found.setdefault((row.kind, row.key), row)
    return list(found.values())


def is_old(row: RateRecord, today: date | None = None) -> bool:
    """Whether it was set more than a year ago."""
    return row.dated < (today or clock.now().date()) - OLD


def adopted_keys(rows: Sequence[RateRecord]) -> set[tuple[str, str, date]]:
    """What of these was written down, for whoever offers what ships."""
    return {(row.kind, row.key, row.dated) for row in rows}


def _ordered(rows: list[RateRecord]) -> list[RateRecord]:
    return sorted(rows, key=lambda row: (KINDS.index(row.kind), row.title.casefold(), row.key))
