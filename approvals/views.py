"""Pages of the approvals room: the inbox, a request, and what a gate answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from approvals import showing, subjects
from approvals.forms import BallotForm, CommentForm
from approvals.models import Evaluation, Request
from approvals.permissions import may_ask_gate, may_withdraw
from approvals.selectors.inbox import inbox_of, movers, requests_with_people
from approvals.selectors.packet import Part, base_of, changes_between, parts_of
from approvals.selectors.standing import Standing, standing_of, subject_of
from approvals.services import gates
from approvals.services import requests as services
from approvals.wording import why_you
from foundation.errors import Conflict
from foundation.pages import PersonRequest, after, attempt, one, portal_page, refusal_of, status_of
from foundation.permissions import Denied


@portal_page()
def inbox(request: PersonRequest) -> HttpResponse:
    """What waits for this person, what they wait for, what was decided."""
    found = inbox_of(request.actor)
    request.turns = len(found.turns)
    waiting = [{"standing": item.standing, "title": item.title, "people": movers(item.standing)} for item in found.waiting]
    turns = [{"turn": turn, "why": why_you(turn), "people": [], "row": turn.standing.request} for turn in found.turns]
    return render(request, "approvals/inbox.html", {"turns": turns, "waiting": waiting, "decided": found.decided})


@portal_page("GET", "HEAD", "POST")
def request_page(request: PersonRequest, public_id: str) -> HttpResponse:
    """One request. Forms on it are sent to its own address, with the command they stand for."""
    row = one(requests_with_people(request.actor).select_related("decision"), public_id=public_id)
    if request.method != "POST":
        return _shown(request, row)
    command = COMMANDS.get(request.POST.get("command", ""))
    if command is None:
        raise Http404
    return command(request, row)


def _vote(request: PersonRequest, row: Request) -> HttpResponse:
    step = request.POST.get("step", "")
    form = BallotForm(request.POST, key=f"ballot-{step}", may_retract=True)
    done = attempt(form, lambda: services.cast_ballot(actor=request.actor, request=row, **form.cleaned_data))
    if done is not None:
        said = showing.verdict_text(done.value.verdict) % {"step": _title_of_step(row, step)}
        return after(
            request, _("Recorded: you %(verdict)s.") % {"verdict": said}, "request", row.public_id, query=f"?said={form.key}"
        )
    return _shown(request, row, ballot=form)


def _withdraw(request: PersonRequest, row: Request) -> HttpResponse:
    form = CommentForm(request.POST, key="withdraw")
    done = attempt(form, lambda: services.withdraw(actor=request.actor, request=row, reason=form.cleaned_data["comment"]))
    if done is not None:
        return after(request, _("The request was taken back."), "request", row.public_id, query="?said=withdraw")
    return _shown(request, row, withdraw=form)


def _resubmit(request: PersonRequest, row: Request) -> HttpResponse:
    form = CommentForm(request.POST, key="resubmit")
    done = attempt(form, lambda: services.resubmit(actor=request.actor, request=row, comment=form.cleaned_data["comment"]))
    if done is not None:
        return after(
            request, _("Put forward again. Its reviewers are asked again."), "request", row.public_id, query="?said=resubmit"
        )
    return _shown(request, row, resubmit=form)


COMMANDS: Mapping[str, Callable[[PersonRequest, Request], HttpResponse]] = {
    "vote": _vote,
    "withdraw": _withdraw,
    "resubmit": _resubmit,
}


def _title_of_step(row: Request, key: str) -> str:
    found = next((step for step in row.policy_version.body["steps"] if step["key"] == key), None)
    return found["title"] if found else key


def _shown(
    request: PersonRequest,
    row: Request,
    *,
    ballot: BallotForm | None = None,
    withdraw: CommentForm | None = None,
    resubmit: CommentForm | None = None,
) -> HttpResponse:
    """The request's page, with a form that was refused still holding what was typed."""
    refused = [form for form in (ballot, withdraw, resubmit) if form is not None]
    if refused:
        row.refresh_from_db(fields=["state", "closed_at", "manifest", "round", "contributors"])
    subject = subject_of(row)
    standing = standing_of(row, subject=subject)
    conflict = _conflict(ballot, standing)
    voices = showing.voices_of(standing, request.actor, _kept(request, standing, ballot, conflict))
    base = base_of(standing, subject)
    context = {
        "row": row,
        "standing": standing,
        "title": subjects.adapter_for(row.subject_type).title(subject),
        "subject_url": subjects.adapter_for(row.subject_type).url(subject),
        "lead": showing.lead_of(standing, request.actor),
        "steps": showing.steps_shown(standing, request.actor),
        "hints": showing.hints_of(standing),
        "timeline": showing.timeline_of(standing, request.actor),
        "base": base,
        "parts": parts_of(standing, base, yours={voice.step.key for voice in voices}),
        "voices": voices,
        "nobody_asks_you": showing.nobody_asks_you(standing) if standing.is_open and not voices else "",
        "conflict": conflict,
        "said": request.GET.get("said", ""),
        **_moves(request, standing, withdraw, resubmit),
    }
    return render(request, "approvals/request.html", context, status=status_of(*refused))


def _conflict(form: BallotForm | None, standing: Standing) -> dict[str, Any] | None:
    """What is different from what was on the screen, when a vote came too late."""
    refusal = refusal_of(form) if form is not None else None
    if not isinstance(refusal, Conflict):
        return None
    parts: list[Part] = changes_between(refusal.extra.get("difference", {}), standing)
    return {
        "text": refusal.detail,
        "parts": parts,
        "moved": refusal.code == "ballot.digest",
        "comment": form["comment"].value() if form else "",
    }


def _kept(
    request: PersonRequest, standing: Standing, form: BallotForm | None, conflict: dict[str, Any] | None
) -> dict[str, BallotForm]:
    """The form that was refused, by its step. After a conflict it asks for a verdict again, over what is there now."""
    if form is None:
        return {}
    step = form["step"].value() or ""
    if conflict is None:
        return {step: form}
    retract = showing.may_retract(standing, request.actor, step)
    fresh = showing.ballot_form(standing, step, may_retract=retract)
    fresh.initial["comment"] = form["comment"].value()
    return {step: fresh}


def _moves(
    request: PersonRequest, standing: Standing, withdraw: CommentForm | None, resubmit: CommentForm | None
) -> dict[str, Any]:
    """Taking back and putting forward again: forms for those who may, the reason for those who may not."""
    if not standing.is_open:
        return {}
    allowed = may_withdraw(request.actor, standing.request)
    if isinstance(allowed, Denied):
        return {"moves_refused": allowed.reason}
    wanted = standing.verdict.substate == "changes_requested" or resubmit is not None
    again = resubmit or CommentForm(key="resubmit")
    again.fields["comment"].label = _("What was done about it")
    return {"withdraw": withdraw or CommentForm(key="withdraw"), "resubmit": again if wanted else None}


@portal_page("GET", "HEAD", "POST")
def gate_page(request: PersonRequest, public_id: str) -> HttpResponse:
    """What a gate answered, for people; asking again is a command, because it may add an answer."""
    rows = Evaluation.objects.visible_to(request.actor).select_related(
        "gate__environment", "gate__policy", "model_version__use_case"
    )
    row = one(rows, public_id=public_id)
    if request.method == "POST":
        asked = gates.ask_again(actor=request.actor, evaluation=row)
        said = _("The answer has changed.") if asked.changed else _("The answer is the same as before.")
        return after(request, said, "gate", row.public_id)
    answers = list(row.answers.order_by("-number"))
    number = request.GET.get("answer", "")
    answer = next((item for item in answers if str(item.number) == number), answers[0])
    allowed = may_ask_gate(request.actor, row.model_version.use_case)
    context = {
        "row": row,
        "answer": answer,
        "answers": answers,
        "newest": answer is answers[0],
        "refused": allowed.reason if isinstance(allowed, Denied) else "",
        **showing.gate_shown(answer.body),
    }
    return render(request, "approvals/gate.html", context)
