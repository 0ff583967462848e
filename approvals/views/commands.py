"""The commands that a request's page sends to its own address. Each answers with the next page, or with the form that was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from approvals.forms.ballots import BallotForm
from approvals.forms.commands import AgainForm, CommentForm, EvidenceForm, KeyedForm, PlainForm, ReasonForm, ReviewForm
from approvals.models import Ballot, Condition, PolicyVersion, Request, Waiver
from approvals.selectors.standing import Standing, policy_of, standing_of
from approvals.services import ballots, decisions, waivers
from approvals.services import requests as services
from approvals.showing.commands import glass_form
from approvals.showing.timeline import verdict_text
from approvals.showing.voices import ballot_form
from foundation.actor import Actor
from foundation.identity import confirm_password
from foundation.pages import PersonRequest, after, attempt, one
from governance.people.models import User

Answer = HttpResponse | KeyedForm


def vote(request: PersonRequest, row: Request) -> Answer:
    standing = standing_of(row)
    step = request.POST.get("step", "")
    form = ballot_form(standing, request.actor, step, data=request.POST)
    done = attempt(form, lambda: _cast(request, standing, form))
    if done is None:
        return form
    ballot: Ballot = done.value
    words = {"verdict": verdict_text(ballot.verdict) % {"step": _title_of_step(row, step)}, "name": ballot.principal}
    said = _("Recorded: for %(name)s you %(verdict)s.") if ballot.principal else _("Recorded: you %(verdict)s.")
    return _back(request, row, said % words, form)


def _cast(request: PersonRequest, standing: Standing, form: BallotForm) -> Ballot:
    data = form.cleaned_data
    condition = form.condition_said()
    actor = proven(request, form.password_typed)
    return ballots.cast_ballot(
        actor=actor,
        request=standing.request,
        step=data["step"],
        verdict=data["verdict"],
        digest=data["digest"],
        comment=data["comment"],
        on_behalf_of=_principal(standing, actor, data["on_behalf_of"]),
        meaning=data.get("meaning", "") if form.is_signing else "",
        condition=condition if condition is not None and condition[0] else None,
    )


def proven(request: PersonRequest, password: str) -> Actor:
    """The person of this request, having just said again who they are if they typed a password. Raises Invalid for a wrong one."""
    if password:
        request.actor = confirm_password(request, password)
    return request.actor


def _principal(standing: Standing, actor: Actor, public_id: str) -> User | None:
    """In whose place somebody speaks. Whether they may is the service's to say."""
    if not public_id:
        return None
    return standing.person(public_id) or one(User.objects.visible_to(actor), public_id=public_id)


def _title_of_step(row: Request, key: str) -> str:
    found = next((step for step in row.policy_version.body["steps"] if step["key"] == key), None)
    return found["title"] if found else key


def withdraw(request: PersonRequest, row: Request) -> Answer:
    form = CommentForm(request.POST, key="withdraw")
    done = attempt(form, lambda: services.withdraw(actor=request.actor, request=row, reason=form.cleaned_data["comment"]))
    return _back(request, row, _("The request was taken back."), form) if done else form


def resubmit(request: PersonRequest, row: Request) -> Answer:
    form = AgainForm(request.POST, key="resubmit")
    done = attempt(form, lambda: services.resubmit(actor=request.actor, request=row, comment=form.cleaned_data["comment"]))
    return _back(request, row, _("Put forward again. Its reviewers are asked again."), form) if done else form


def revoke(request: PersonRequest, row: Request) -> Answer:
    form = ReasonForm(request.POST, key="revoke")
    done = attempt(form, lambda: decisions.revoke(actor=request.actor, request=row, reason=form.cleaned_data["reason"]))
    return _back(request, row, _("The approval was revoked."), form) if done else form


def dismiss(request: PersonRequest, row: Request) -> Answer:
    ballot = _about(request, Ballot.objects.visible_to(request.actor))
    form = ReasonForm(request.POST, key=f"dismiss-{ballot.public_id}")
    done = attempt(form, lambda: ballots.dismiss_block(actor=request.actor, ballot=ballot, reason=form.cleaned_data["reason"]))
    return _back(request, row, _("The objection was set aside. It stays on record."), form) if done else form


def confirm(request: PersonRequest, row: Request) -> Answer:
    condition = _about(request, Condition.objects.visible_to(request.actor))
    form = EvidenceForm(request.POST, key=f"confirm-{condition.public_id}")
    done = attempt(form, lambda: ballots.meet_condition(actor=request.actor, condition=condition, **form.cleaned_data))
    return _back(request, row, _("Recorded: the condition is met."), form) if done else form


def migrate(request: PersonRequest, row: Request) -> Answer:
    version = _about(request, PolicyVersion.objects.visible_to(request.actor).select_related("policy"))
    form = PlainForm(request.POST, key="migrate")
    done = attempt(form, lambda: services.migrate(actor=request.actor, request=row, version=version))
    said = _("Moved to version %(number)s of the policy.") % {"number": version.number}
    return _back(request, row, said, form) if done else form


def glass(request: PersonRequest, row: Request) -> Answer:
    form = glass_form(policy_of(row.policy_version), request.actor, request.POST)
    done = attempt(form, lambda: _break(request, row, form))
    return _back(request, row, _("Glass is broken. Everybody who was passed over is told."), form) if done else form


def _break(request: PersonRequest, row: Request, form: Any) -> Waiver:
    said = form.cleaned_data
    actor = proven(request, said.get("password", ""))
    return waivers.open_waiver(actor=actor, request=row, reason=said["reason"], incident=said["incident"], hours=said["hours"])


def end(request: PersonRequest, row: Request) -> Answer:
    waiver = _waiver(request)
    form = PlainForm(request.POST, key=f"end-{waiver.public_id}")
    done = attempt(form, lambda: waivers.end_waiver(actor=request.actor, waiver=waiver))
    return _back(request, row, _("The waiver has ended."), form) if done else form


def review(request: PersonRequest, row: Request) -> Answer:
    waiver = _waiver(request)
    form = ReviewForm(request.POST, key=f"review-{waiver.public_id}")
    done = attempt(form, lambda: waivers.review_waiver(actor=request.actor, waiver=waiver, **form.cleaned_data))
    return _back(request, row, _("The review is recorded."), form) if done else form


COMMANDS: Mapping[str, Callable[[PersonRequest, Request], Answer]] = {
    "vote": vote,
    "withdraw": withdraw,
    "resubmit": resubmit,
    "revoke": revoke,
    "dismiss": dismiss,
    "confirm": confirm,
    "migrate": migrate,
    "glass": glass,
    "end": end,
    "review": review,
}


def _about(request: PersonRequest, rows: Any) -> Any:
    """The thing that a command is done to, beside the request."""
    return one(rows, public_id=request.POST.get("about", ""))


def _waiver(request: PersonRequest) -> Waiver:
    rows = Waiver.objects.visible_to(request.actor).select_related(
        "by", "request__submitter", "request__use_case", "request__policy_version__policy"
    )
    found: Waiver = _about(request, rows)
    return found


def _back(request: PersonRequest, row: Request, said: str, form: KeyedForm) -> HttpResponse:
    """The request's page, which lets go of what was being written in this form."""
    return after(request, said, "request", row.public_id, query=f"?said={form.key}")
