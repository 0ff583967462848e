"""Pages of envelopes: those of a use case, a form for people who write no YAML, and one envelope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from approvals.forms.envelopes import AskForm, Draft, ReasonForm
from approvals.models import Decision, Envelope, Request
from approvals.permissions import may_request
from approvals.selectors.envelopes import (
    envelopes_of,
    limits_of,
    request_about,
    since_approval,
    state_of,
    trial,
    version_facts,
)
from approvals.services import envelopes as services
from approvals.services.requests import open_request
from approvals.showing.envelopes import lead_of, limits_shown, since_shown, trial_context, trial_shown
from foundation import clock
from foundation.actor import Actor
from foundation.errors import FieldError, Invalid
from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from foundation.permissions import Denied
from governance.usecases import tabs
from governance.usecases.models import UseCase
from governance.usecases.views import use_case_of
from lineage.models import Environment, ModelVersion

TAB = "approvals"
MOST_BASELINES = 50
FORM_FIELDS = {"body.data.rows_may_change_by": "rows_percent", "body.same_columns": "same_columns"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A version that was approved somewhere: what an envelope may start from."""

    version: ModelVersion
    environment: Environment

    @property
    def value(self) -> str:
        return f"{self.version.public_id}:{self.environment.slug}"

    @property
    def label(self) -> str:
        return f"{self.version.label} → {self.environment.title}"


def baselines_of(actor: Actor, use_case: UseCase) -> list[Choice]:
    """Versions with an approval that stands, newest decision first. Two queries."""
    decisions = Decision.objects.visible_to(actor).filter(
        request__use_case=use_case,
        request__subject_type="model_version",
        request__purpose=Request.Purpose.DEPLOYMENT,
        revoked_at=None,
    )
    rows = list(decisions.select_related("request__environment").order_by("-pk")[:MOST_BASELINES])
    ids = {row.request.subject_id for row in rows}
    seen = ModelVersion.objects.visible_to(actor).filter(public_id__in=ids).select_related("use_case")
    versions = {row.public_id: row for row in seen}
    found = {
        (row.request.subject_id, row.request.environment_id): Choice(versions[row.request.subject_id], row.request.environment)
        for row in rows
        if row.request.environment is not None
    }
    return list(found.values())


@portal_page()
def envelope_list(request: PersonRequest, slug: str) -> HttpResponse:
    """The envelopes of a use case, newest first."""
    use_case = use_case_of(request, slug)
    page = slice_of(request, envelopes_of(request.actor).filter(use_case=use_case))
    now = clock.now()
    allowed = may_request(request.actor, use_case)
    context = {
        **tabs.page_of(use_case, TAB, {"label": _("Envelopes")}),
        "slice": page,
        "rows": [(row, state_of(row, now)) for row in page.rows],
        "refused": allowed.reason if isinstance(allowed, Denied) else "",
    }
    return render(request, "approvals/envelopes.html", context)


@portal_page("GET", "HEAD", "POST")
def envelope_new(request: PersonRequest, slug: str) -> HttpResponse:
    """Write an envelope: first see what it would have let in, then ask for it."""
    use_case = use_case_of(request, slug)
    choices = baselines_of(request.actor, use_case)
    wanted = request.GET.get("baseline", "")
    chosen = next((item for item in choices if item.value == wanted), choices[0] if choices else None)
    allowed = may_request(request.actor, use_case)
    context: dict[str, Any] = {
        **tabs.page_of(
            use_case,
            TAB,
            {"label": _("Envelopes"), "url": f"/use-cases/{slug}/approvals/envelopes/"},
            {"label": _("Write an envelope")},
        ),
        "choices": choices,
        "chosen": chosen,
        "refused": allowed.reason if isinstance(allowed, Denied) else "",
    }
    if chosen is None:
        return render(request, "approvals/envelope_new.html", context)
    sent = request.method == "POST"
    draft = Draft(request.POST if sent else None, version_facts(chosen.version))
    if sent and draft.is_valid:
        if request.POST.get("command") == "ask":
            if done := attempt(draft.form, lambda: _at_fields(lambda: _written(request.actor, use_case, chosen, draft))):
                said = _("The envelope is written, and its approval is asked for.")
                return after(request, said, "request", done.value.public_id)
        elif done := attempt(draft.form, lambda: _at_fields(lambda: services.read_limits(draft.body()))):
            found = trial(done.value, chosen.version, chosen.environment)
            context |= {"trial": trial_shown(found), "limits": limits_shown(done.value)}
    context["draft"] = draft
    return render(request, "approvals/envelope_new.html", context, status=status_of(draft.form, *draft.rows.forms))


def _written(actor: Actor, use_case: UseCase, chosen: Choice, draft: Draft) -> Request:
    said = draft.form.cleaned_data
    return services.write_and_ask(
        actor=actor,
        use_case=use_case,
        environment=chosen.environment,
        baseline=chosen.version,
        title=said["title"],
        body=draft.body(),
        comment=said["comment"],
    )


def _at_fields(act: Callable[[], Any]) -> Any:
    """Call a service, and tell what it says about the limits at the form's own fields."""
    try:
        return act()
    except Invalid as error:
        errors = [FieldError(_field(item.field), item.code, item.message) for item in error.errors]
        raise Invalid(error.detail, code=error.code, errors=errors) from error


def _field(path: str) -> str:
    if path in FORM_FIELDS:
        return FORM_FIELDS[path]
    if not path.startswith("body"):
        return path if path != "baseline" else ""
    name = path.removeprefix("body").removeprefix(".").removeprefix("data.")
    return name.partition("[")[0] if not name.startswith("metrics") else name.removeprefix("metrics").removeprefix(".")


@portal_page("GET", "HEAD", "POST")
def envelope_page(request: PersonRequest, public_id: str) -> HttpResponse:
    """One envelope. Forms on it are sent to its own address, with the command they stand for."""
    row: Envelope = one(envelopes_of(request.actor), public_id=public_id)
    sent = request.POST.get("command", "") if request.method == "POST" else ""
    ask, end = AskForm(request.POST if sent == "ask" else None), ReasonForm(request.POST if sent == "end" else None)
    if sent == "ask" and (done := attempt(ask, lambda: _asked(request.actor, row, ask.cleaned_data["comment"]))):
        return after(request, _("Approval of the envelope is asked for."), "request", done.value.public_id)
    if sent == "end" and attempt(
        end, lambda: services.end_envelope(actor=request.actor, envelope=row, reason=end.cleaned_data["reason"])
    ):
        return after(request, _("The envelope has ended."), "envelope", row.public_id)
    state, about = state_of(row, clock.now()), request_about(row, request.actor)
    allowed = may_request(request.actor, row.use_case)
    open_now = about is not None and about.state == Request.State.OPEN
    context = {
        "row": row,
        "state": state,
        "lead": lead_of(state, row),
        "limits": limits_shown(limits_of(row)),
        "since": since_shown(since_approval(row)),
        "request_row": about,
        "crumbs": _crumbs(row),
        "ask": ask if state == "draft" and not open_now else None,
        "end": end if state in ("draft", "active") and not open_now else None,
        "refused": allowed.reason if isinstance(allowed, Denied) else "",
        **trial_context(row),
    }
    return render(request, "approvals/envelope.html", context, status=status_of(ask, end))


def _asked(actor: Actor, row: Envelope, comment: str) -> Request:
    return open_request(
        actor=actor,
        subject_type="envelope",
        subject_id=row.public_id,
        purpose=Request.Purpose.DEPLOYMENT,
        environment=row.environment,
        comment=comment,
    )


def _crumbs(row: Envelope) -> list[dict[str, str]]:
    place = f"/use-cases/{row.use_case.slug}/"
    return [
        {"label": row.use_case.title, "url": place},
        {"label": _("Envelopes"), "url": f"{place}approvals/envelopes/"},
        {"label": row.title, "url": ""},
    ]
