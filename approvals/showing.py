"""A request as its page shows it: whose move it is, what each step asks, who said what, and what this person may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals import evaluation
from approvals.evaluation import StepResult
from approvals.forms import BallotForm
from approvals.models import Ballot, Request
from approvals.selectors.inbox import movers
from approvals.selectors.standing import Standing
from approvals.selectors.standings import titles_of
from approvals.services.refusals import refusal_text
from approvals.wording import components_text, hint_text, ignored_text, people_text, reason_text
from foundation import clock
from foundation.actor import Actor
from governance.people.roles import role_label


@dataclass(slots=True)
class Voice:
    """What this person may say about one step: a form, or the reason why not."""

    step: StepResult
    covers: str
    description: str
    form: BallotForm | None = None
    refusal: str = ""
    said: Ballot | None = None  # their own last word that still counts
    again: str = ""  # components that changed since they approved


def person_of(standing: Standing, actor: Actor, public_id: str) -> dict[str, Any]:
    user = standing.person(public_id)
    return {"display": str(user) if user else public_id, "you": public_id == actor.id}


def steps_shown(standing: Standing, actor: Actor) -> list[dict[str, Any]]:
    """The steps as `components/requirement.html` takes them."""
    from_titles = _carried_titles(standing)
    shown = []
    for step in standing.verdict.steps:
        policy_step = standing.policy.step(step.key)
        waiting = [person_of(standing, actor, human) for human in step.waiting_on]
        shown.append(
            {
                "key": step.key,
                "title": step.title,
                "state": step.state,
                "have": step.have,
                "need": step.quorum,
                "detail": _("Judges %(components)s.")
                % {"components": components_text(policy_step.covers if policy_step else ())},
                "reason": reason_text(step, standing) or _objection(standing, step),
                "waiting_on": waiting if standing.is_open else [],
                "given": [
                    {
                        "person": person_of(standing, actor, ballot.human),
                        "at": ballot.at,
                        "carried": from_titles.get(ballot.inherited_from or "", ""),
                        "url": f"/requests/{ballot.inherited_from}/" if ballot.inherited_from else "",
                    }
                    for ballot in step.approved_by
                ],
            }
        )
    return shown


def _objection(standing: Standing, step: StepResult) -> str:
    if not step.blocked_by:
        return ""
    people = standing.names({ballot.human for ballot in step.blocked_by})
    rejected = any(ballot.verdict == "reject" for ballot in step.blocked_by)
    said = _("%(people)s rejected it.") if rejected else _("%(people)s asked for changes.")
    return said % {"people": people_text(people)}


def _carried_titles(standing: Standing) -> dict[str, str]:
    """What the requests were about from which ballots carried over, by their public ids."""
    others = {row.request.public_id: row.request for row in standing.ballots.values() if row.request_id != standing.request.pk}
    titles = titles_of(others.values())
    return {public_id: titles[request.pk] for public_id, request in others.items()}


def lead_of(standing: Standing, actor: Actor) -> str:
    """The one sentence under the title: may it go, and if not, whose move is it?"""
    row, verdict = standing.request, standing.verdict
    if not standing.is_open:
        return _closed(standing)
    mine = [step.title for step in verdict.steps if actor.id in step.waiting_on]
    people = movers(standing)
    if mine:
        return _("It is your move: %(steps)s.") % {"steps": ", ".join(mine)}
    if verdict.substate == "changes_requested":
        if actor.user == row.submitter:
            return _("It is your move: somebody asked for changes.")
        return _("Changes were asked for. The next move is with %(people)s.") % {"people": people_text(people)}
    if people:
        return _("Waiting for %(people)s.") % {"people": people_text(people)}
    return _("Nobody can move this forward as it stands. Below is what would.")


def _closed(standing: Standing) -> str:
    row = standing.request
    if row.state == Request.State.APPROVED:
        decision = getattr(row, "decision", None)
        if decision is not None and decision.valid_until and decision.valid_until <= clock.now():
            return _("It was approved, and the approval has run out.")
        return _("Everybody who had to agree has agreed.")
    if row.state == Request.State.REJECTED:
        people = standing.names({ballot.human for ballot in standing.verdict.blocks if ballot.verdict == "reject"})
        return _("Rejected by %(people)s. A new version can be put forward.") % {"people": people_text(people)}
    texts = {
        Request.State.WITHDRAWN: _("It was taken back. Nobody has to do anything."),
        Request.State.EXPIRED: _("Nobody decided in time. It can be asked for again; what was agreed to carries over."),
        Request.State.SUPERSEDED: _("A newer version took its place. Nobody has to do anything here."),
        Request.State.REVOKED: _("It had been approved, and the approval was revoked."),
    }
    return texts[Request.State(row.state)]


def hints_of(standing: Standing) -> list[str]:
    return [hint_text(hint, standing) for hint in standing.verdict.unblock] if standing.is_open else []


def timeline_of(standing: Standing, actor: Actor) -> list[dict[str, Any]]:
    """What happened, oldest first; what does not count any more is greyed and says why."""
    row = standing.request
    titles = {step.key: step.title for step in standing.verdict.steps}
    ignored = {item.ballot.id: ignored_text(item) for item in standing.verdict.ignored}
    carried = _carried_titles(standing)
    items = [
        {
            "at": row.opened_at,
            "icon": "circle-dot",
            "actor": str(row.submitter),
            "text": _("asked for this approval"),
            "comment": row.comment,
        }
    ]
    for ballot in standing.ballots.values():
        details = []
        if ballot.request_id != row.pk:
            details.append(_("Carried over from %(request)s.") % {"request": carried[ballot.request.public_id]})
        elif ballot.round < row.round:
            details.append(_("Round %(number)s.") % {"number": ballot.round})
        if ballot.public_id in ignored:
            details.append(ignored[ballot.public_id])
        items.append(
            {
                "at": ballot.at,
                "state": ballot.verdict,
                "actor": person_of(standing, actor, ballot.human.public_id),
                "text": verdict_text(ballot.verdict) % {"step": titles.get(ballot.step, ballot.step)},
                "comment": ballot.comment,
                "detail": " ".join(details),
                "past": ballot.public_id in ignored and ballot.verdict != Ballot.Verdict.ABSTAIN,
            }
        )
    if row.closed_at:
        items.append({"at": row.closed_at, "state": row.state, "text": _("The request was closed."), "actor": ""})
    return sorted(items, key=lambda item: item["at"])


def verdict_text(verdict: str) -> str:
    texts = {
        Ballot.Verdict.APPROVE: _("approved “%(step)s”"),
        Ballot.Verdict.ABSTAIN: _("abstained on “%(step)s”"),
        Ballot.Verdict.REQUEST_CHANGES: _("asked for changes on “%(step)s”"),
        Ballot.Verdict.REJECT: _("rejected “%(step)s”"),
        Ballot.Verdict.RETRACT: _("took back their word on “%(step)s”"),
    }
    return texts[Ballot.Verdict(verdict)]


def voices_of(standing: Standing, actor: Actor, bound: Mapping[str, BallotForm] | None = None) -> list[Voice]:
    """For each step that this person's role reaches: a form, or why there is none. `bound` has forms that were sent, by step."""
    if not standing.is_open:
        return []
    again = {
        hint.step: hint.components for hint in standing.verdict.unblock if hint.code == "review_again" and actor.id in hint.people
    }
    counting = {ballot.id for step in standing.verdict.steps for ballot in (*step.approved_by, *step.blocked_by)}
    voices = []
    for step in standing.verdict.steps:
        policy_step = standing.policy.step(step.key)
        if policy_step is None:
            continue
        code, may_retract = _refusal(standing, actor, step.key, None), _refusal(standing, actor, step.key, "retract") is None
        holds_role = actor.id in standing.eligibility.holders.get(step.role, ())
        if not holds_role and not may_retract:
            continue
        mine = [row for row in standing.ballots.values() if row.step == step.key and row.human.public_id == actor.id]
        said = next((row for row in reversed(mine) if row.public_id in counting), None)
        voice = Voice(
            step,
            components_text(policy_step.covers),
            policy_step.description,
            said=said,
            again=components_text(again.get(step.key, ())),
        )
        if code is None or may_retract:
            voice.form = (bound or {}).get(step.key) or ballot_form(standing, step.key, may_retract=may_retract)
        else:
            voice.refusal = refusal_text(code, role_label(step.role))
        voices.append(voice)
    return sorted(voices, key=lambda voice: (voice.form is None, voice.said is not None))


def ballot_form(standing: Standing, step: str, *, may_retract: bool = False) -> BallotForm:
    return BallotForm(initial={"step": step, "digest": standing.digest}, key=f"ballot-{step}", may_retract=may_retract)


def may_retract(standing: Standing, actor: Actor, step: str) -> bool:
    """Whether there is a ballot of this person on the step that could be taken back."""
    return _refusal(standing, actor, step, "retract") is None


def _refusal(standing: Standing, actor: Actor, step: str, verdict: Any) -> str | None:
    return evaluation.may_vote(
        standing.policy,
        standing.digests,
        standing.engine_ballots,
        standing.eligibility,
        step,
        actor.id,
        clock.now(),
        standing.request.round,
        verdict=verdict,
    )


def nobody_asks_you(standing: Standing) -> str:
    """Why somebody who holds none of the roles has no say."""
    roles = list(dict.fromkeys(role_label(step.role) for step in standing.policy.steps))
    said = ngettext(
        "This asks for the role %(roles)s, which you do not hold here.",
        "This asks for the roles %(roles)s; you hold none of them here.",
        len(roles),
    )
    return said % {"roles": ", ".join(roles)}


def gate_shown(body: Mapping[str, Any]) -> dict[str, Any]:
    """Checks in the order in which somebody has to look at them, and whose move it is."""
    for check in body["checks"]:
        if check["action"]:  # an answer holds whole addresses; a page links within itself, whatever it was called at the time
            check["action"]["path"] = urlsplit(check["action"]["url"])._replace(scheme="", netloc="").geturl()
    order = {"fail": 0, "unknown": 1, "pending": 2, "pass": 3}
    checks = sorted(body["checks"], key=lambda check: (order[check["status"]], not check["blocking"]))
    open_checks = [check for check in checks if check["status"] != "pass"]
    people = {actor["id"]: actor for check in open_checks if check["blocking"] for actor in check["actors"]}
    return {
        "body": body,
        "blocking": [check for check in open_checks if check["blocking"]],
        "advisory": [check for check in open_checks if not check["blocking"]],
        "passed": [check for check in checks if check["status"] == "pass"],
        "people": list(people.values()),
    }
