"""The steps of a request: who has to agree and why, who has, whom it waits for, and what would move it forward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from approvals import evaluation
from approvals.evaluation import StepResult
from approvals.models import Ballot, Clock
from approvals.selectors.history import History
from approvals.selectors.standing import Standing, conditions_of
from approvals.selectors.standings import Titles, titles_of
from approvals.showing.people import name_of, person_of
from approvals.wording import components_text, hint_text, people_text, reason_text
from foundation import clock
from foundation.actor import Actor
from foundation.templatetags.countersign import age
from governance.people.roles import role_label


def steps_shown(standing: Standing, actor: Actor, history: History, carried: Mapping[str, str]) -> list[dict[str, Any]]:
    """The steps as `components/requirement.html` takes them. `carried`: titles of the requests that ballots came from."""
    clocks = history.clocks_in(standing.request.round)
    looks = history.looks_in(standing.request.round)
    return [_shown(standing, actor, step, carried, clocks.get(step.key), looks) for step in standing.verdict.steps]


def _shown(
    standing: Standing,
    actor: Actor,
    step: StepResult,
    carried: Mapping[str, str],
    timer: Clock | None,
    looks: Mapping[str, datetime],
) -> dict[str, Any]:
    asked = step.state != "not_applicable"
    runs = standing.is_open and timer is not None and timer.stopped_at is None and timer.paused_at is None
    due_at = timer.due_at if runs and timer is not None else None
    return {
        "key": step.key,
        "title": step.title,
        "state": step.state,
        "have": step.have,
        "need": step.quorum if asked else None,
        "detail": _judges(standing, step) if asked else "",
        "reason": reason_text(step, standing) or _objection(standing, step) or _passed_over(step),
        "waiting_on": [
            person_of(standing, actor, human, _seen(looks, human) if human != actor.id else "") for human in step.waiting_on
        ]
        if standing.is_open
        else [],
        "notes": _notes(standing, step, timer) if standing.is_open else [],
        "due_at": due_at,
        "overdue": due_at is not None and due_at <= clock.now(),
        "given": [_given(standing, actor, ballot, carried) for ballot in step.approved_by],
    }


def _judges(standing: Standing, step: StepResult) -> str:
    policy_step = standing.policy.step(step.key)
    if policy_step is None:
        return ""
    words = {"role": role_label(step.role), "components": components_text(policy_step.covers)}
    if policy_step.signature != "click":
        return _("%(role)s judges %(components)s, and signs.") % words
    return _("%(role)s judges %(components)s.") % words


def _seen(looks: Mapping[str, datetime], human: str) -> str:
    return _("seen %(age)s ago") % {"age": age(looks[human])} if human in looks else _("not opened yet")


def _notes(standing: Standing, step: StepResult, timer: Clock | None) -> list[str]:
    """Who else can act, and why the time does not run."""
    said = []
    for delegate, principal in step.delegates:
        words = {"delegate": name_of(standing, delegate), "principal": name_of(standing, principal)}
        said.append(_("%(delegate)s can act for %(principal)s.") % words)
    roles = [role_label(role) for role in step.roles if role != step.role]
    if step.escalated and roles:
        said.append(_("Escalated: %(roles)s can act as well.") % {"roles": ", ".join(roles)})
    if timer is not None and timer.paused_at is not None and timer.stopped_at is None and timer.due_at is not None:
        said.append(_("The time for it stands still while changes are asked for."))
    return said


def _passed_over(step: StepResult) -> str:
    return _("Passed over by a waiver. The judgement itself is still open.") if step.state == "overridden" else ""


def _objection(standing: Standing, step: StepResult) -> str:
    if not step.blocked_by:
        return ""
    people = [speaker_name(standing.ballots[ballot.id]) for ballot in step.blocked_by]
    rejected = any(ballot.verdict == "reject" for ballot in step.blocked_by)
    said = _("%(people)s rejected it.") if rejected else _("%(people)s asked for changes.")
    return said % {"people": people_text(people)}


def objections_of(standing: Standing) -> list[dict[str, Any]]:
    """What stands in the way because somebody said so, in their words."""
    titles = {step.key: step.title for step in standing.policy.steps}
    rows = [standing.ballots[block.id] for block in standing.verdict.blocks] if standing.is_open else []
    return [
        {"who": speaker_name(row), "step": titles.get(row.step, row.step), "comment": row.comment, "at": row.at} for row in rows
    ]


def speaker_name(ballot: Ballot) -> str:
    """Who spoke, and for whom: `Ben Marsh for Ada Berger`."""
    if ballot.principal is None:
        return str(ballot.human)
    return _("%(delegate)s for %(principal)s") % {"delegate": ballot.human, "principal": ballot.principal}


def _given(standing: Standing, actor: Actor, ballot: evaluation.Ballot, carried: Mapping[str, str]) -> dict[str, Any]:
    row = standing.ballots[ballot.id]
    return {
        "person": {"display": speaker_name(row), "you": ballot.human == actor.id},
        "at": ballot.at,
        "carried": carried.get(ballot.inherited_from or "", ""),
        "url": f"/requests/{ballot.inherited_from}/" if ballot.inherited_from else "",
        "conditional": any(item.met_at is None for item in conditions_of(row)),
    }


def carried_titles(standing: Standing, known: Titles) -> dict[str, str]:
    """What the requests were about from which ballots carried over, by their public ids.

    The request before is named along with them: it is what this one is compared with, as a rule.
    """
    before = standing.request.predecessor
    others = {row.request.public_id: row.request for row in standing.ballots.values() if row.request_id != standing.request.pk}
    titles = titles_of([*others.values(), *([before] if before is not None else [])], known)
    return {public_id: titles[request.pk] for public_id, request in others.items()}


def hints_of(standing: Standing) -> list[str]:
    """What would move it forward. Who approved before is told of once, as somebody who can look again."""
    if not standing.is_open:
        return []
    again = {(hint.step, human) for hint in standing.verdict.unblock if hint.code == "review_again" for human in hint.people}
    found = []
    for hint in standing.verdict.unblock:
        if hint.code == "approve":
            hint = replace(hint, people=tuple(human for human in hint.people if (hint.step, human) not in again))
            if not hint.people:
                continue
        found.append(hint_text(hint, standing))
    return found
