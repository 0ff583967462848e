"""The page of one request: whose move it is, what is judged, who has to agree, what was said, and every command on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from approvals import subjects
from approvals.forms.ballots import BallotForm
from approvals.forms.commands import KeyedForm, wants_proof
from approvals.models import Look, Request
from approvals.selectors.bases import bases_of, saying_what_to_compare
from approvals.selectors.drafts import comments_on
from approvals.selectors.history import History, history_around, saying_what_there_is
from approvals.selectors.inbox import requests_with_people
from approvals.selectors.packet import Part, changes_between
from approvals.selectors.standing import Standing, standing_of, subject_of
from approvals.services.looks import looked
from approvals.showing.commands import commands_of, conditions_here, conditions_shown, waivers_shown
from approvals.showing.envelopes import trial_context
from approvals.showing.insights import critical_path_context
from approvals.showing.judged import judged_for
from approvals.showing.lead import lead_of
from approvals.showing.steps import carried_titles, hints_of, objections_of, steps_shown
from approvals.showing.timeline import timeline_of
from approvals.showing.voices import ballot_form, nobody_asks_you, voices_of
from approvals.views.commands import COMMANDS
from foundation import clock
from foundation.actor import Actor
from foundation.errors import Conflict
from foundation.pages import PersonRequest, one, portal_page, refusal_of, status_of
from governance.people.roles import OUTSIDE
from governance.usecases import talk

WORTH_TELLING = timedelta(hours=1)  # how long a request has to have taken before the page says what took so long


@portal_page("GET", "HEAD", "POST", outside=True)
def request_page(request: PersonRequest, public_id: str) -> HttpResponse:
    """One request. Forms on it are sent to its own address, with the command they stand for."""
    rows = saying_what_there_is(requests_with_people(request.actor)).select_related("decision__revoked_by")
    rows = saying_what_to_compare(rows, request.actor)
    row: Request = one(rows, public_id=public_id)
    if request.method != "POST":
        return _shown(request, row)
    command = COMMANDS.get(request.POST.get("command", ""))
    if command is None:
        raise Http404
    answer = command(request, row)
    return answer if isinstance(answer, HttpResponse) else _shown(request, one(rows, public_id=public_id), answer)


def _shown(request: PersonRequest, row: Request, refused: KeyedForm | None = None) -> HttpResponse:
    """The page, with a form that was refused still holding what was typed."""
    actor = request.actor
    if refused is not None and not wants_proof(actor):
        refused.fields.pop("password", None)  # it was right, and something else was not
    subject = subject_of(row)
    adapter = subjects.adapter_for(row.subject_type)
    history = history_around(row)
    standing = standing_of(row, subject=subject, clocks=history.clocks_in(row.round))
    if standing.is_open and _works_here(standing, actor):
        request.from_outside = False  # nobody has to ask again
    fresh = looked(actor=actor, standing=standing, known=history.looks) if request.method == "GET" else None
    ballot = refused if isinstance(refused, BallotForm) else None
    conflict = _conflict(ballot, standing)
    voices = voices_of(standing, actor, _kept(standing, actor, ballot, conflict))
    conditions = conditions_here(standing)
    titles = {(row.subject_type, row.subject_id): adapter.title(subject)}
    before = adapter.before(subject)
    if before is not None and before.id:  # as a rule it is what the request before this one was about
        titles[row.subject_type, before.id] = before.title
    carried = carried_titles(standing, titles)
    sent = {refused.key: refused} if refused is not None else {}
    bases = bases_of(standing, before, actor, request.GET.get("since", ""), titles)
    judged = judged_for(standing, actor, bases, {voice.step.key for voice in voices})
    spoken = _talk(request, row, judged["parts"])  # first: it asks for this person's roles here, which says those everywhere too
    context = {
        "row": row,
        "standing": standing,
        "title": titles[row.subject_type, row.subject_id],
        "subject_url": adapter.url(subject),
        "lead": lead_of(standing, actor, conditions),
        "steps": steps_shown(standing, actor, history, carried),
        "hints": hints_of(standing),
        "objections": objections_of(standing),
        "timeline": timeline_of(standing, actor, history, carried),
        "looks": [look for look in history.looks if look.round == row.round],
        "voices": voices,
        "nobody_asks_you": nobody_asks_you(standing) if standing.is_open and not voices else "",
        "conflict": conflict,
        "said": request.GET.get("said", ""),
        "waivers": waivers_shown(standing, actor, history, sent),
        "conditions": conditions_shown(standing, actor, conditions, sent),
        **commands_of(standing, actor, history, sent),
        **judged,
        **_around(standing, history, fresh, subject, actor),
        **spoken,
    }
    if refused is not None and conflict is None and _unplaced(refused, context):
        context["unplaced"] = refused
    return render(request, "approvals/request.html", context, status=status_of(*sent.values()))


def _works_here(standing: Standing, actor: Actor) -> bool:
    """Whether this person holds a role of those inside, as it was just read for the verdict."""
    return any(actor.id in people for role, people in standing.eligibility.holders.items() if role not in OUTSIDE)


def _talk(request: PersonRequest, row: Request, parts: Sequence[Part]) -> dict[str, Any]:
    """The threads about the whole request, and about each part at its place."""
    found = talk.panels_of(request, row, [part.name for part in parts])
    for part in parts:
        part.talk = found[part.name]
    return {"talk": found[""]}


def _around(standing: Standing, history: History, fresh: Look | None, subject: Any, actor: Actor) -> dict[str, Any]:
    """What stands beside every request: how long it took; and what past versions say, where it is about an envelope; or what was
    said about the draft of a policy and is not resolved."""
    row = standing.request
    trial = trial_context(subject) if row.subject_type == "envelope" else {}
    if row.subject_type == "policy_version":
        trial = {"draft_comments": comments_on(actor, subject)}
    lasted = (row.closed_at or clock.now()) - row.opened_at
    return {**(critical_path_context(standing, history, fresh) if lasted >= WORTH_TELLING else {}), **trial}


def _unplaced(refused: KeyedForm, context: dict[str, Any]) -> bool:
    """Whether the page shows this form nowhere any more, because things have moved on: then its errors are told on top."""
    commands = [*context["prominent"], *context["more"]]
    commands += [command for item in context["waivers"] for command in item["commands"]]
    commands += [item["command"] for item in context["conditions"]]
    shown = [voice.form for voice in context["voices"]] + [command.form for command in commands if command is not None]
    return all(form is not refused for form in shown)


def _conflict(form: BallotForm | None, standing: Standing) -> dict[str, Any] | None:
    """What is different from what was on the screen, when a vote came too late."""
    refusal = refusal_of(form) if form is not None else None
    if form is None or not isinstance(refusal, Conflict):
        return None
    parts: list[Part] = changes_between(refusal.extra.get("difference", {}), standing)
    return {
        "text": refusal.detail,
        "parts": parts,
        "moved": refusal.code == "ballot.digest",
        "comment": form["comment"].value() if form else "",
    }


def _kept(standing: Standing, actor: Actor, form: BallotForm | None, conflict: dict[str, Any] | None) -> dict[str, BallotForm]:
    """The form that was refused, by its step. After a conflict it asks for a verdict again, over what is there now."""
    if form is None:
        return {}
    step = form["step"].value() or ""
    if conflict is None:
        return {step: form}
    kept = {name: form[name].value() for name in ("comment", "condition", "due_at", "on_behalf_of") if name in form.fields}
    return {step: ballot_form(standing, actor, step, **kept)}
