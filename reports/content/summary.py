"""The first page: where it stands, what is open, and what a reader has to know before the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from approvals.models import Request
from approvals.selectors.standing import Standing
from governance.economics.cashflow import Refused
from governance.economics.models import Snapshot
from governance.economics.plan.problems import NotWritten
from governance.economics.selectors.cases import evaluation_of
from governance.economics.wording.cases import horizon_told
from governance.economics.wording.refusals import refused_told
from reports.content.approvals import decision_of
from reports.content.evidence import key_of
from reports.content.moment import snapshot_at
from reports.content.view import OpenPoint, Part, View
from reports.content.wording import day, instant, money, number, request_state
from reports.document import Block, Cell, Column, Heading, KeyValues, Section, Table, Value

KEY = "summary"


def title() -> str:
    return _("Summary and open points")


def cover_facts(view: View, points: Sequence[OpenPoint]) -> list[tuple[str, Value]]:
    """What stands on the cover: the answer first."""
    facts: list[tuple[str, Value]] = [(_("Where it stands"), headline(view))]
    if view.frame.demo:
        facts.insert(0, (_("Attention"), demo_warning()))
    if waiting := _waiting(view):
        facts.append((_("Waits for"), waiting))
    facts.append((_("Last approval"), _last_approval(view)))
    facts.append((_("Open points"), count_of(points)))
    snapshot = snapshot_at(view.use_case, view.at)
    if snapshot is not None:
        facts.append((_("Cost and benefit"), _worth(snapshot)))
    facts.append((_("As of"), _("%(time)s UTC") % {"time": instant(view.at)}))
    facts.append(
        (
            _("Log"),
            _("%(count)s events, signed under %(key)s")
            % {"count": number(view.frame.checkpoint.size), "key": key_of(view.frame)},
        )
    )
    return facts


def _worth(snapshot: Snapshot) -> str:
    """What the case comes to, over what time; or why it cannot be reckoned by the rules of today."""
    try:
        figures = evaluation_of(snapshot)
    except (Refused, NotWritten) as refusal:
        return refused_told(refusal)
    words = {"value": money(figures.npv, snapshot.currency), "horizon": horizon_told(figures.plan)}
    return _("net present value %(value)s over %(horizon)s") % words


def demo_warning() -> Cell:
    return Cell(_("A demo: people, data and approvals are made up."), state="warn")


def _latest(view: View) -> Standing | None:
    return next((standing for standing in view.standings if standing.is_open), view.standings[0] if view.standings else None)


def headline(view: View) -> Cell:
    """One sentence: what was last asked, and how far that is."""
    standing = _latest(view)
    if standing is None:
        return Cell(_("No approval has been asked for."), state="muted")
    name = view.title_of(standing)
    if not standing.is_open:
        cell = request_state(standing.request.state)
        return Cell(
            _("%(request)s: %(state)s on %(day)s")
            % {"request": name, "state": cell.text.lower(), "day": day(standing.request.closed_at)},
            state=cell.state,
        )
    if standing.verdict.blocks:
        return Cell(_("%(request)s: changes are asked for") % {"request": name}, state="bad")
    missing = sum(max(step.quorum - step.have, 0) for step in standing.verdict.steps)
    said = ngettext("%(request)s: waits for %(count)s approval", "%(request)s: waits for %(count)s approvals", missing)
    return Cell(said % {"request": name, "count": missing}, state="warn")


def _waiting(view: View) -> str:
    standing = _latest(view)
    if standing is None or not standing.is_open:
        return ""
    parts = []
    for step in standing.verdict.steps:
        people = ", ".join(map(str, standing.names(step.waiting_on)))
        if people:
            parts.append(_("%(people)s (%(step)s)") % {"people": people, "step": step.title})
    return ", ".join(parts) or _("nobody who could act")


def _last_approval(view: View) -> Value:
    decided = [(decision, standing) for standing in view.standings if (decision := decision_of(standing)) is not None]
    if not decided:
        return Cell(_("none: nothing has been approved"), state="muted")
    decision, standing = max(decided, key=lambda pair: pair[0].decided_at)
    if standing.request.state == Request.State.REVOKED:
        return Cell(
            _("%(request)s on %(day)s, revoked") % {"request": view.title_of(standing), "day": day(decision.decided_at)},
            state="bad",
        )
    until = _("until %(day)s") % {"day": day(decision.valid_until)} if decision.valid_until else _("without end")
    expired = decision.valid_until is not None and decision.valid_until <= view.at
    said = _("%(request)s on %(day)s, %(until)s") % {
        "request": view.title_of(standing),
        "day": day(decision.decided_at),
        "until": until,
    }
    return Cell(said, state="warn" if expired else "ok")


def count_of(points: Sequence[OpenPoint]) -> Cell:
    """How many there are, and how many of them are serious."""
    bad = sum(point.state == "bad" for point in points)
    if not points:
        return Cell(_("none found"), state="ok")
    said = ngettext("%(count)s open point", "%(count)s open points", len(points)) % {"count": len(points)}
    if bad:
        serious = ngettext("%(count)s of them serious", "%(count)s of them serious", bad) % {"count": bad}
        return Cell(_("%(all)s, %(serious)s") % {"all": said, "serious": serious}, state="bad")
    return Cell(said, state="warn")


def section(view: View, parts: Sequence[Part]) -> Section:
    """The summary: the story in a paragraph, then every open point with where to read more."""
    points = open_points(parts)
    blocks: list[Block] = [
        _story(view),
        Heading("open-points", _("Open points")),
        points_table(points),
        Heading("state-by-version", _("Where each version stands")),
        _versions(view),
    ]
    return Section(KEY, title(), blocks)


def open_points(parts: Sequence[Part]) -> list[OpenPoint]:
    """The open points of all sections, serious ones first."""
    return by_weight(point for part in parts for point in part.open_points)


def by_weight(points: Iterable[OpenPoint]) -> list[OpenPoint]:
    """Serious ones first, else in their order."""
    return sorted(points, key=lambda point: point.state != "bad")


def _story(view: View) -> KeyValues:
    states = [standing.request.state for standing in view.standings]
    told = _("%(all)s: %(approved)s approved, %(rejected)s rejected, %(open)s open, %(other)s withdrawn, replaced or lapsed")
    approved, rejected, waiting = (
        states.count(state) for state in (Request.State.APPROVED, Request.State.REJECTED, Request.State.OPEN)
    )
    words = {
        "all": number(len(states)),
        "approved": number(approved),
        "rejected": number(rejected),
        "open": number(waiting),
        "other": number(len(states) - approved - rejected - waiting),
    }
    ballots = {public_id for standing in view.standings for public_id in standing.ballots}
    facts: list[tuple[str, Value]] = [
        (_("Where it stands"), headline(view)),
        (_("Waits for"), _waiting(view) or _("nobody")),
        (_("Model versions"), number(len(view.versions))),
        (_("Requests for approval"), told % words),
        (_("Ballots cast"), number(len(ballots))),
        (_("Gates overridden"), Cell(_("none"), state="ok")),
    ]
    return KeyValues(facts)


def points_table(points: Sequence[OpenPoint]) -> Table:
    """Every open point by its weight, with the section that tells more."""
    columns = [Column(_("Weight"), 0.9), Column(_("Open point"), 4.4), Column(_("Read more in"), 1.7)]
    rows: list[list[Value]] = []
    for point in points:
        word = pgettext("weight", "Serious") if point.state == "bad" else pgettext("weight", "To note")
        rows.append([Cell(word, state=point.state), point.what, point.where])
    return Table(
        columns,
        rows,
        _("What a reader has to know before relying on the rest"),
        _("No open point was found: nothing is missing, contradicted, blocked or overridden in the records."),
    )


def _versions(view: View) -> Table:
    columns = [
        Column(_("Version"), 1.8),
        Column(_("Registered"), 1.2),
        Column(_("Asked for"), 1.4),
        Column(_("State"), 1.5),
        Column(_("Since"), 1.2),
    ]
    rows: list[list[Value]] = []
    for version in view.versions:
        mine = [standing.request for standing in view.standings if standing.request.subject_id == version.public_id]
        if not mine:
            rows.append([version.label, day(version.created_at), "–", Cell(_("Not asked for"), state="muted"), "–"])
        for row in mine:
            environment = row.environment.slug if row.environment else "–"
            since = day(row.closed_at or row.opened_at)
            rows.append([version.label, day(version.created_at), environment, request_state(row.state), since])
    return Table(columns, rows, _("Versions, newest first, with what became of each"), _("No version has been registered yet."))
