"""The answer in tables: who vouches for what and until when, which flaws there are, what has run out; and what is left open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.dependencies import wording_status
from governance.dependencies.components import label_of
from governance.dependencies.models import Review, Ruling, Source
from governance.dependencies.review_graph import Caveat, Edge
from governance.dependencies.selectors.reported import Grounds, Lapsed
from governance.dependencies.selectors.status import facts_digest
from governance.dependencies.status import PARTS, FlawStatus, Reason, RequirementStatus, Status
from governance.dependencies.wording_rulings import justification_words
from governance.usecases.risk_wording import tier_label
from reports.content.packages.judged import Judged
from reports.content.view import OpenPoint
from reports.content.wording import day, instant, mono, number
from reports.document import Block, Cell, Column, Heading, KeyValues, State, Streamed, Table, Text, Value

NAMED = 10  # packages that open points name one by one; the table has all
_TOLD_ELSEWHERE = frozenset({"no_sets", "unread"})  # by the section of the lock files
_IN_THEIR_TABLE = frozenset({"flaw_accepted", "flaw_below", "ended", "withdrawn"})


def blocks(found: Judged) -> list[Block]:
    """The answer, who vouches for each package, known flaws, how old the data about them is, and what has run out."""
    return [
        KeyValues(_facts(found)),
        Heading("vouched", _("Who vouches for each package")),
        _vouched(found),
        Heading("flaws", _("Known flaws")),
        *_advisories(found),
        _flaws(found),
        Heading("run-out", _("What has run out")),
        _run_out(found),
    ]


def answer_cell(status: Status) -> Cell:
    """The answer about all packages together, in one sentence."""
    return Cell(wording_status.verdict_told(status), state=_TONES[status.verdict])


def _facts(found: Judged) -> list[tuple[str, Value]]:
    status, titles = found.status, found.grounds.titles
    demand = status.facts.demand
    runtime, dev = (wording_status.criteria_told(", ".join(sorted(names)), titles) for names in (demand.runtime, demand.dev))
    asked = status.facts.allowed or status.facts.denied
    parts = [wording_status.part_told(part, status.part(part)) for part in PARTS if part != "licences" or asked]
    rests_on = [f"{told}: {number(count)}" for told, count in wording_status.line_told(status)["rests_on"]]
    rows: list[tuple[str, Value]] = [
        (_("May they be used"), answer_cell(status)),
        (_("Held against"), _("risk tier %(tier)s") % {"tier": tier_label(demand.tier)}),
        (_("What runs with the model has to be"), runtime),
        (_("What is for development only has to be"), dev or _("nothing is demanded of it")),
        (_("Flaws count from severity"), str(wording_status.SEVERITIES[demand.least_severity])),
        (_("Part by part"), " · ".join(parts)),
        (_("Allowed packages rest on"), ", ".join(rests_on) or "–"),
    ]
    if status.verdict == "allow":
        rows.append((_("Time alone changes this"), _by(status.until)))
    return [*rows, (_("Advisories"), _data_cell(status)), (_("Digest of the facts"), mono(facts_digest(status.facts)))]


def _data_cell(status: Status) -> Cell:
    """How good the statement about flaws is: it says no more than the data does."""
    if status.data == "missing":
        return Cell(_("none were imported by then, so nobody knew which flaws there are"), state="warn")
    days = status.facts.demand.data_lasts.days
    if status.data == "stale":
        return Cell(_("too old: at most %(days)s days are accepted") % {"days": number(days)}, state="warn")
    return Cell(_("new enough: at most %(days)s days are accepted") % {"days": number(days)}, state="ok")


def _vouched(found: Judged) -> Table:
    columns = [
        Column(_("Package"), 1.5),
        Column(_("Answer"), 1.1),
        Column(_("What vouches for it, or what is the matter"), 4.2),
        Column(_("Until"), 1.2),
        Column(_("Licence"), 1.3),
    ]

    def rows() -> Iterator[list[Value]]:
        for row in found.status.requirements:
            said = [*_path_told(row, found.grounds), *_reasons_told(row, found.grounds.titles)]
            yield [_name(row), answer_word(row.verdict), "\n".join(said) or "–", day(row.until), _licence(row)]

    caption = _("Every package with the answer about it, in the order of the lock files")
    return Table(columns, Streamed(rows), caption, _("No lock file is known, so nobody knows what is used."))


def _path_told(row: RequirementStatus, grounds: Grounds) -> Iterator[str]:
    """Each edge of the ways from nothing to the release, with what it is good for."""
    criteria: dict[Edge, list[str]] = {}
    for item in row.covered:
        for edge in item.path:
            criteria.setdefault(edge, []).append(item.criterion)
    for edge, names in criteria.items():
        yield f"{wording_status.criteria_told(', '.join(names), grounds.titles)}: {_edge_told(edge, grounds)}"


def _edge_told(edge: Edge, grounds: Grounds) -> str:
    if edge.caveat == Caveat.SOURCE and edge.id in grounds.sources:
        return _source_told(grounds.sources[edge.id])
    if edge.caveat == Caveat.EXEMPTION and edge.id in grounds.rulings:
        return _exemption_told(grounds.rulings[edge.id])
    if edge.id in grounds.reviews:
        return _review_told(grounds.reviews[edge.id])
    return f"{wording_status.CAVEATS[edge.caveat]} ({edge.id})"


def _review_told(row: Review) -> str:
    words = {
        "base": row.base.version if row.base is not None else "",
        "version": row.release.version,
        "preparer": row.prepared_by or "–",
        "confirmer": row.confirmed_by or "–",
        "day": day(row.confirmed_at),
        "end": day(row.expires_at),
        "id": row.public_id,
    }
    if row.base is None:
        return (
            _("reviewed in full by %(preparer)s, confirmed by %(confirmer)s on %(day)s, until %(end)s (%(version)s, %(id)s)")
            % words
        )
    return (
        _("reviewed from %(base)s to %(version)s by %(preparer)s, confirmed by %(confirmer)s on %(day)s, until %(end)s (%(id)s)")
        % words
    )


def _source_told(row: Source) -> str:
    words = {
        "title": row.title,
        "owner": row.owner,
        "confirmer": row.confirmed_by or "–",
        "end": day(row.ends_at),
        "id": row.public_id,
    }
    return _("verified source %(title)s, %(owner)s answers for it, confirmed by %(confirmer)s, until %(end)s (%(id)s)") % words


def _exemption_told(row: Ruling) -> str:
    told = _("exempt, decided by %(owner)s on %(day)s, recommended by %(security)s, until %(end)s (%(id)s): %(why)s")
    return told % _ruling_words(row)


def _ruling_words(row: Ruling) -> dict[str, Any]:
    return {
        "owner": row.decided_by or "–",
        "day": day(row.decided_at),
        "security": row.recommended_by or "–",
        "end": _by(row.expires_at),
        "id": row.public_id,
        "why": row.reason,
    }


def _reasons_told(row: RequirementStatus, titles: Mapping[str, str]) -> Iterator[str]:
    for reason in sorted(row.reasons, key=lambda reason: _WEIGHTS.index(reason.weight)):
        if reason.code not in _IN_THEIR_TABLE:
            yield wording_status.why(reason, titles)


def _licence(row: RequirementStatus) -> Cell:
    """What is written and what the rules say of it; without any rule nobody asks."""
    written = row.asked.licence.strip()[:200] or "–"
    if row.licence is None:
        return Cell(written)
    words: dict[str, tuple[str, State]] = {
        "allowed": (_("May be used"), "ok"),
        "denied": (_("May not be used"), "bad"),
        "unknown": (_("Cannot be told"), "warn"),
    }
    word, tone = words[row.licence.answer]
    return Cell(f"{row.licence.expression or written}\n{word}", state=tone)


def _advisories(found: Judged) -> list[Block]:
    """Of which import, and how old the newest record about each ecosystem was."""
    data, snapshot = found.status.facts.data, found.grounds.snapshot
    if data is None or snapshot is None:
        return [Text([_("No advisories had been imported by then. That no flaw is listed means nothing.")], style="warning")]
    columns = [
        Column(_("Ecosystem"), 1.5),
        Column(_("Advisories"), 1, align="right"),
        Column(_("The newest is of"), 1.5),
        Column(_("Days old"), 1, align="right"),
    ]
    rows: list[list[Value]] = [
        [name, number(feed.count), *_age(feed.newest, found.status.facts.at)]
        for name, feed in sorted(data.feeds.items())
        if feed.count
    ]
    told = _("Import %(id)s of %(time)s UTC, from %(source)s.") % {
        "id": snapshot.public_id,
        "time": instant(snapshot.imported_at),
        "source": snapshot.source,
    }
    return [
        Text([told]),
        Table(columns, rows, _("Advisories that were known"), _("The import brought no advisory.")),
    ]


def _age(newest: str, at: datetime) -> tuple[str, str]:
    """The day, and how many whole days it was ago."""
    try:
        written = datetime.fromisoformat(newest)
    except ValueError:
        return newest or "–", "–"
    if written.tzinfo is None:
        written = written.replace(tzinfo=at.tzinfo)
    return day(written), number((at - written).days)


def _flaws(found: Judged) -> Table:
    columns = [
        Column(_("Package"), 1.5),
        Column(_("Flaw"), 2.2),
        Column(_("Severity"), 0.9),
        Column(_("What it means here"), 3.2),
        Column(_("Fixed in"), 1.1),
    ]

    def rows() -> Iterator[list[Value]]:
        for row in found.status.requirements:
            for item in row.flaws:
                flaw = item.flaw
                others = [name for name in flaw.ids if name != flaw.key]
                named = "\n".join([flaw.key, *others, *([flaw.summary] if flaw.summary else [])])
                severity = str(wording_status.SEVERITIES.get(flaw.severity, flaw.severity))
                yield [_name(row), named, severity, _meaning(item, found.grounds), ", ".join(flaw.fixed[:5]) or "–"]

    return Table(columns, Streamed(rows), _("Known flaws of these packages"), _("By these advisories no package has a flaw."))


def _meaning(item: FlawStatus, grounds: Grounds) -> Cell:
    if item.state == "accepted":
        ruling = grounds.rulings.get(item.by)
        if ruling is None:
            return Cell(_("Accepted (%(id)s)") % {"id": item.by}, state="ok")
        told = _("Accepted by %(owner)s on %(day)s, recommended by %(security)s, until %(end)s (%(id)s): %(why)s")
        words = {**_ruling_words(ruling), "why": f"{justification_words(ruling)[0]}. {ruling.reason}"}
        return Cell(told % words, state="ok")
    words_of: dict[str, tuple[str, State]] = {
        "open": (_("Neither fixed nor accepted"), "bad"),
        "below": (_("Less than what counts here"), "muted"),
        "undecided": (_("It cannot be told whether the version has it"), "warn"),
    }
    word, tone = words_of[item.state]
    return Cell(word, state=tone)


def _run_out(found: Judged) -> Table:
    """Reviews and rulings without which something is not allowed any more."""
    columns = [Column(_("Package"), 1.6), Column(_("What"), 3.6), Column(_("Ended"), 1), Column(_("Record"), 2, mono=True)]
    rows: list[list[Value]] = [
        [_name(row), _over_told(reason), day(_ended(review, reason)), public_id]
        for row, reason, public_id, review in _over(found)
    ]
    rows += [
        [_name(item.requirement), _lapsed_told(item), day(item.ruling.expires_at), item.ruling.public_id]
        for item in found.grounds.lapsed
    ]
    caption = _("Reviews and rulings that spoke for these packages and do not count any more")
    return Table(columns, rows, caption, _("Nothing that would be needed has run out."))


def _over(found: Judged) -> Iterator[tuple[RequirementStatus, Reason, str, Review | None]]:
    for row in found.status.requirements:
        for reason in row.reasons:
            if reason.code in ("ended", "withdrawn"):
                for public_id in reason.ids:
                    yield row, reason, public_id, found.grounds.reviews.get(public_id)


def _over_told(reason: Reason) -> str:
    return _("A review was withdrawn") if reason.code == "withdrawn" else _("A review ran out")


def _ended(row: Review | None, reason: Reason) -> datetime | None:
    if row is None:
        return None
    return row.withdrawn_at if reason.code == "withdrawn" else row.expires_at


def _lapsed_told(item: Lapsed) -> str:
    words = {"flaw": item.ruling.advisory, "owner": item.ruling.decided_by or "–"}
    if item.ruling.effect == Ruling.Effect.ACCEPT:
        return _("The flaw %(flaw)s was accepted by %(owner)s until then") % words
    return _("An exemption ran out, decided by %(owner)s") % words


# Open points ---------------------------------------------------------------------------------------------------------


def open_points(found: Judged, label: str, where: str) -> Iterator[OpenPoint]:
    """What forbids, what nobody can tell and what ran out: the first packages by name, the others as a number."""
    status, titles = found.status, found.grounds.titles
    yield from _of_verdict(found, label, where)
    for reason in status.reasons:
        if reason.weight != "note" and reason.code not in _TOLD_ELSEWHERE:
            yield OpenPoint("warn", f"{label}: {wording_status.why(reason, titles)}", where)
    ended = [
        *((row, _over_told(reason), _ended(review, reason)) for row, reason, _id, review in _over(found)),
        *((item.requirement, _lapsed_told(item), item.ruling.expires_at) for item in found.grounds.lapsed),
    ]
    for row, told, end in ended[:NAMED]:
        words = {"label": label, "package": _name(row), "told": told, "day": day(end)}
        yield OpenPoint("warn", _("%(label)s, %(package)s: %(told)s, on %(day)s.") % words, where)
    if len(ended) > NAMED:
        count = len(ended) - NAMED
        said = ngettext(
            "%(label)s: %(count)s more review or ruling has run out.",
            "%(label)s: %(count)s more reviews or rulings have run out.",
            count,
        )
        yield OpenPoint("warn", said % {"label": label, "count": number(count)}, where)


def _of_verdict(found: Judged, label: str, where: str) -> Iterator[OpenPoint]:
    bad = [row for row in found.status.requirements if row.verdict == "deny"]
    doubtful = [row for row in found.status.requirements if row.verdict == "unknown"]
    for row in [*bad[:NAMED], *doubtful[:NAMED]]:
        why = next(wording_status.why(reason, found.grounds.titles) for reason in row.reasons if reason.weight == row.verdict)
        words = {"label": label, "package": _name(row), "why": why}
        yield OpenPoint(_TONES[row.verdict], _("%(label)s, %(package)s: %(why)s") % words, where)
    if (count := len(bad) - NAMED) > 0:
        said = ngettext(
            "%(label)s: %(count)s more package may not be used.", "%(label)s: %(count)s more packages may not be used.", count
        )
        yield OpenPoint("bad", said % {"label": label, "count": number(count)}, where)
    if (count := len(doubtful) - NAMED) > 0:
        said = ngettext(
            "%(label)s: of %(count)s more package it cannot be told.",
            "%(label)s: of %(count)s more packages it cannot be told.",
            count,
        )
        yield OpenPoint("warn", said % {"label": label, "count": number(count)}, where)


# Words ---------------------------------------------------------------------------------------------------------------

_TONES: dict[str, State] = {"allow": "ok", "deny": "bad", "unknown": "warn"}
_WEIGHTS = ("deny", "unknown", "note")


def answer_word(verdict: str) -> Cell:
    words = {"allow": _("May be used"), "deny": _("May not be used"), "unknown": _("Cannot be told")}
    return Cell(words[verdict], state=_TONES[verdict])


def _name(row: RequirementStatus) -> str:
    return f"{label_of(row.asked.ecosystem, row.asked.name)} {row.asked.version}".strip()


def _by(end: datetime | None) -> str:
    return day(end) if end is not None else _("without an end")
