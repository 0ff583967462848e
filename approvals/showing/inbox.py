"""The lines of the inbox: what is asked of whom, why it is them, how long it has waited and how urgent it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import formats
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from approvals.models import Request
from approvals.selectors.inbox import Inbox, Turn, movers, times_of
from approvals.selectors.standing import Standing
from approvals.selectors.standings import Listed
from approvals.showing.people import acting_text, until_text
from approvals.subjects.facts import risk_tiers
from approvals.wording import why_you
from foundation import clock
from foundation.actor import Actor
from foundation.templatetags.countersign import duration_words
from governance.people.hours import local_date
from governance.people.models import Delegation
from governance.people.roles import role_label
from governance.people.selectors import calendar_for
from governance.usecases.models import Definition

SOON = timedelta(days=3)  # how near the end of a request has to be before its line says so
A_WEEK = 7
SEPARATOR = ":"  # between the parts of a line's key


class Zone:
    """The time zone of the installation's calendar and the day it is there, asked for when the first day has to be named."""

    @cached_property
    def name(self) -> str:
        return calendar_for().zone

    @cached_property
    def today(self) -> date:
        return local_date(clock.now(), self.name)


@dataclass(frozen=True, slots=True)
class Line:
    """One step that waits for this person. `key` names it on the page for many at once; blank where that is not allowed."""

    row: Request
    key: str
    title: str
    url: str
    why: str
    mark: str  # the state that the line shows besides waiting, if any
    mark_text: str
    waited: str
    since: datetime | None
    due: str
    due_at: datetime | None
    lapses: bool
    risky: bool


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """One request in which it is the move of others."""

    row: Request
    title: str
    people: list[Any]
    steps: str  # titles of the steps that wait
    mark: str
    mark_text: str
    waited: str
    since: datetime
    risky: bool


def lines_of(found: Inbox, zone: Zone) -> tuple[list[Line], list[WaitingLine]]:
    """The first two lists of the inbox. One query, and one for the calendar where a day is named."""
    rows = [turn.standing.request for turn in found.turns] + [item.standing.request for item in found.waiting]
    risky = risky_among(rows)
    return [line_of(turn, zone, risky) for turn in found.turns], [_waiting(item, risky) for item in found.waiting]


def risky_among(rows: Sequence[Request]) -> frozenset[int]:
    """The use cases, by primary key, whose newest definition names the highest risk tier."""
    cases = {row.use_case_id for row in rows if row.use_case_id is not None}
    tiers = risk_tiers(cases) if cases else {}
    return frozenset(pk for pk, tier in tiers.items() if tier == Definition.RiskTier.HIGH)


def line_of(turn: Turn, zone: Zone, risky: Collection[int]) -> Line:
    row = turn.standing.request
    since = turn.since or row.opened_at
    mark, mark_text = _mark(turn)
    anchor = "" if turn.why == "asked_for_changes" else f"#verdict-{turn.step.key}"
    return Line(
        row=row,
        key=key_of(turn) if turn.in_bulk else "",
        title=line_title(turn.step.title, turn.title),
        url=f"/requests/{row.public_id}/{anchor}",
        why=why_text(turn, zone),
        mark=mark,
        mark_text=mark_text,
        waited=waited_text(since),
        since=since,
        due="" if turn.overdue else due_text(turn.due_at, zone, still=turn.still_since is not None),
        due_at=turn.due_at,
        lapses=row.lapses_at is not None and row.lapses_at - clock.now() < SOON,
        risky=row.use_case_id in risky,
    )


def line_title(step: str, title: str) -> str:
    """What is asked, and about what: `Security review: churn-model@7`."""
    return _("%(step)s: %(title)s") % {"step": step, "title": title}


def key_of(turn: Turn) -> str:
    """What names a turn in a form: the request, its step, and in whose place."""
    principal = turn.principal.public_id if turn.principal is not None else ""
    return SEPARATOR.join([turn.standing.request.public_id, turn.step.key, principal])


def why_text(turn: Turn, zone: Zone) -> str:
    """Why it is this person: `You act for Ada Berger until Friday.`"""
    if turn.delegation is not None:
        return _("%(acting)s.") % {"acting": acting_text(turn.delegation, zone.name)}
    return why_you(turn)


def _mark(turn: Turn) -> tuple[str, str]:
    if turn.overdue and turn.due_at is not None:
        late = (turn.still_since or clock.now()) - turn.due_at
        return "overdue", _("Overdue by %(span)s") % {"span": duration_words(late)}
    if turn.why == "review_again":
        return "stale", _("Look again")
    if turn.why == "asked_for_changes":
        return "changes_requested", ""
    if turn.why == "escalated":
        return "pending", _("Escalated to you")
    return "", ""


def waited_text(since: datetime) -> str:
    return _("waiting %(span)s") % {"span": duration_words(clock.now() - since)}


def due_text(due_at: datetime | None, zone: Zone, *, still: bool = False) -> str:
    """When something is due, as one says it: `due in 3 hours`, `due tomorrow`, `due on Friday`, `due on 3 March 2026`."""
    if due_at is None:
        return ""
    if still:
        return _("the time stands still")
    day = local_date(due_at, zone.name)
    left = (day - zone.today).days
    if left <= 0:
        return _("due in %(span)s") % {"span": duration_words(due_at - clock.now())}
    if left == 1:
        return _("due tomorrow")
    named = formats.date_format(day, "l") if left < A_WEEK else formats.date_format(day, "DATE_FORMAT")
    return _("due on %(day)s") % {"day": named}


def _waiting(item: Listed, risky: Collection[int]) -> WaitingLine:
    standing = item.standing
    row, substate = standing.request, standing.verdict.substate
    waiting = [step for step in standing.verdict.steps if step.waiting_on]
    since, late = _since(standing)
    mark, mark_text = ("changes_requested", "") if substate == "changes_requested" else ("", "")
    if late is not None:
        mark, mark_text = "overdue", _("Overdue by %(span)s") % {"span": duration_words(late)}
    elif not waiting and not mark:
        mark, mark_text = "blocked", _("Stuck")
    return WaitingLine(
        row=row,
        title=item.title,
        people=movers(standing),
        steps=", ".join(step.title for step in waiting) if substate != "changes_requested" else "",
        mark=mark,
        mark_text=mark_text,
        waited=waited_text(since),
        since=since,
        risky=row.use_case_id in risky,
    )


def _since(standing: Standing) -> tuple[datetime, timedelta | None]:
    """Since when the next move is awaited, and by how much the most urgent of the steps is late."""
    if standing.verdict.substate == "changes_requested" and standing.verdict.blocks:
        return max(block.at for block in standing.verdict.blocks), None
    times = [times_of(standing, step.key) for step in standing.verdict.steps if step.waiting_on]
    since = min((time[0] for time in times), default=standing.request.opened_at)
    now = clock.now()
    late = [(still or now) - due for _since, due, still in times if due is not None and due <= (still or now)]
    return since, max(late, default=None)


def absences_shown(found: Inbox, actor: Actor, zone: Zone) -> list[str]:
    """What an absence means for this person today: who acts for them, and for whom they act."""
    return list(dict.fromkeys(_absence(row, actor, zone) for row in found.absences))


def _absence(row: Delegation, actor: Actor, zone: Zone) -> str:
    words = {
        "until": until_text(row.ended_at or row.ends_at, zone.name),
        "name": row.delegate,
        "acting": acting_text(row, zone.name),
        "role": role_label(row.role),
    }
    if row.principal == actor.user:
        said = _("You are away %(until)s: %(name)s acts for you as %(role)s.") if row.role else ""
        return (said or _("You are away %(until)s: %(name)s acts for you.")) % words
    return (_("%(acting)s, as %(role)s.") if row.role else _("%(acting)s.")) % words
