"""What happened to a request, oldest first. What does not count any more is greyed and says why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from approvals.models import Ballot, Deadline
from approvals.selectors.history import History, Told
from approvals.selectors.standing import Standing, conditions_of
from approvals.showing.people import person_of
from approvals.showing.steps import speaker_name
from approvals.wording import ignored_text
from foundation.actor import Actor

Item = dict[str, Any]


def timeline_of(standing: Standing, actor: Actor, history: History, carried: Mapping[str, str]) -> list[Item]:
    titles = {step.key: step.title for step in standing.policy.steps}
    items = [
        *_asked(standing, history),
        *_ballots(standing, actor, titles, carried),
        *_clocks(history, titles),
        *_waivers(history),
        *_commands(history),
        *_closed(standing, history),
    ]
    return sorted(items, key=lambda item: item["at"])


def _asked(standing: Standing, history: History) -> Iterator[Item]:
    row = standing.request
    opened = next((item for item in history.told if item.code == "approvals.request.opened"), None)
    comment = opened.text if opened is not None else row.comment if row.round == 1 else ""
    yield {
        "at": row.opened_at,
        "icon": "circle-dot",
        "actor": str(row.submitter),
        "text": _("asked for this approval"),
        "comment": comment,
    }


def _ballots(standing: Standing, actor: Actor, titles: Mapping[str, str], carried: Mapping[str, str]) -> Iterator[Item]:
    row = standing.request
    ignored = {item.ballot.id: ignored_text(item) for item in standing.verdict.ignored}
    for ballot in standing.ballots.values():
        details = []
        if ballot.request_id != row.pk:
            details.append(_("Carried over from %(request)s.") % {"request": carried[ballot.request.public_id]})
        elif ballot.round < row.round:
            details.append(_("Round %(number)s.") % {"number": ballot.round})
        if ballot.meaning:
            details.append(_("Signed: “%(meaning)s”.") % {"meaning": ballot.get_meaning_display()})
        if ballot.public_id in ignored:
            details.append(ignored[ballot.public_id])
        person = person_of(standing, actor, ballot.human.public_id)
        yield {
            "at": ballot.at,
            "state": ballot.verdict,
            "actor": {**person, "display": speaker_name(ballot)},
            "text": verdict_text(ballot.verdict) % {"step": titles.get(ballot.step, ballot.step)},
            "comment": ballot.comment,
            "detail": " ".join(details),
            "past": ballot.public_id in ignored and ballot.verdict != Ballot.Verdict.ABSTAIN,
        }
        yield from _conditions(ballot)
        dismissal = getattr(ballot, "dismissal", None)
        if dismissal is not None:
            said = _("set the objection of %(name)s aside") % {"name": speaker_name(ballot)}
            yield {"at": dismissal.at, "icon": "gavel", "actor": str(dismissal.by), "text": said, "comment": dismissal.reason}


def _conditions(ballot: Ballot) -> Iterator[Item]:
    for item in conditions_of(ballot):
        words = {"when": moment(item.due_at), "name": speaker_name(ballot)}
        yield {
            "at": item.created_at,
            "icon": "calendar-clock",
            "actor": speaker_name(ballot),
            "text": _("set a condition, due %(when)s") % words,
            "comment": item.text,
        }
        if item.met_at:
            said = _("confirmed that the condition is met")
            yield {"at": item.met_at, "icon": "circle-check", "actor": str(item.met_by), "text": said, "comment": item.evidence}
        if item.missed_at:
            said = _("A condition was not met in time.")
            yield {"at": item.missed_at, "icon": "timer-off", "actor": "", "text": said, "comment": item.text}


def _clocks(history: History, titles: Mapping[str, str]) -> Iterator[Item]:
    for row in history.clocks:
        if row.escalated_at is not None:
            said = _("“%(step)s” was escalated: others can act on it as well.") % {"step": titles.get(row.step, row.step)}
            yield {"at": row.escalated_at, "icon": "trending-up", "actor": "", "text": said}
    for alarm in history.alarms:
        step = titles.get(alarm.clock.step, alarm.clock.step)
        overdue = alarm.kind == Deadline.Kind.OVERDUE
        said = _("“%(step)s” became overdue.") if overdue else _("Whoever “%(step)s” waits for was reminded.")
        icon = "alarm-clock" if overdue else "bell"
        yield {"at": alarm.fired_at, "icon": icon, "actor": "", "text": said % {"step": step}}


def _waivers(history: History) -> Iterator[Item]:
    for row in history.waivers:
        words = {"environment": row.environment.title, "when": moment(row.expires_at)}
        yield {
            "at": row.created_at,
            "icon": "hammer",
            "actor": str(row.by),
            "text": _("broke glass: it may go to %(environment)s until %(when)s") % words,
            "comment": row.reason,
            "detail": _("Incident: %(incident)s") % {"incident": row.incident} if row.incident else "",
        }
        if row.ended_at:
            said = _("ended the waiver")
            yield {"at": row.ended_at, "icon": "circle-stop", "actor": str(row.ended_by), "text": said}
        if row.reviewed_at:
            justified = row.review == row.Review.JUSTIFIED
            said = _("reviewed the waiver: justified") if justified else _("reviewed the waiver: not justified")
            icon = "circle-check" if justified else "circle-x"
            yield {
                "at": row.reviewed_at,
                "icon": icon,
                "actor": str(row.reviewed_by),
                "text": said,
                "comment": row.review_comment,
            }


def _commands(history: History) -> Iterator[Item]:
    texts = {
        "approvals.request.resubmitted": ("repeat-2", _("put it forward again, as round %(round)s")),
        "approvals.request.migrated": ("milestone", _("moved it to version %(number)s of the policy")),
        "approvals.request.revoked": ("ban", _("revoked the approval")),
        "approvals.request.withdrawn": ("undo-2", _("took the request back")),
    }
    for item in history.told:
        if item.code in texts and not _by_itself(item):
            icon, text = texts[item.code]
            words = {"round": item.data.get("round", ""), "number": item.data.get("number", "")}
            yield {"at": item.at, "icon": icon, "actor": item.who, "text": text % words, "comment": item.text}


def _by_itself(item: Told) -> bool:
    """An approval that ended with a missed condition: the condition tells of it."""
    return item.code == "approvals.request.revoked" and item.actor_id.startswith("system:")


def _closed(standing: Standing, history: History) -> Iterator[Item]:
    row = standing.request
    if row.closed_at is None or any(item.code == "approvals.request.withdrawn" for item in history.told):
        return
    texts = {
        "approved": _("The request was approved."),
        "revoked": _("The request was approved."),
        "rejected": _("The request was rejected."),
        "expired": _("The request lapsed."),
        "superseded": _("A newer version took the place of this request."),
    }
    said = texts.get(row.state, _("The request was closed."))
    state = "approved" if row.state == "revoked" else row.state
    yield {"at": row.closed_at, "state": state, "text": said, "actor": ""}


def moment(at: Any) -> str:
    return formats.date_format(timezone.localtime(at), "DATETIME_FORMAT")


def verdict_text(verdict: str) -> str:
    texts = {
        Ballot.Verdict.APPROVE: _("approved “%(step)s”"),
        Ballot.Verdict.ABSTAIN: _("abstained on “%(step)s”"),
        Ballot.Verdict.REQUEST_CHANGES: _("asked for changes on “%(step)s”"),
        Ballot.Verdict.REJECT: _("rejected “%(step)s”"),
        Ballot.Verdict.RETRACT: _("took back what was said on “%(step)s”"),
    }
    return texts[Ballot.Verdict(verdict)]
