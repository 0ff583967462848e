"""What approvals adds to the pages of what can be approved: where requests stand, and a form to ask for the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals import subjects
from approvals.models import Gate, Request, SubjectPolicy
from approvals.permissions import may_request
from approvals.selectors.inbox import requests_with_people
from approvals.selectors.standings import standings_over
from approvals.services.policies import SHIPPED
from approvals.services.requests import LONGEST_COMMENT, open_request
from approvals.subjects.record import SIGNED
from approvals.tabs import asked_of, type_of
from foundation.actor import Actor
from foundation.pages import PersonRequest, after, attempt, status_of
from foundation.permissions import Denied
from governance.usecases import panels as paper_panels
from governance.usecases.panels import Panel as PaperPanel
from governance.usecases.panels import Paper
from lineage import panels
from lineage.models import Environment, ModelVersion
from lineage.panels import Destination, Panel
from lineage.selectors.manifests import manifest_digests


class SignOffForm(forms.Form):
    """Ask for a signature. What it is about is the page's."""

    prefix = "ask"

    comment = forms.CharField(
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=gettext_lazy("What is new, and why now"),
        help_text=gettext_lazy("The people who decide read this first."),
    )


class AskForm(SignOffForm):
    """Ask for the approval of a version, for one of the environments that have a gate."""

    environment = forms.ChoiceField(label=gettext_lazy("Where it is to go"))
    field_order = ("environment", "comment")

    def __init__(self, environments: Sequence[Environment], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_slug = {row.slug: row for row in environments}
        self.fields["environment"].choices = [(row.slug, row.title) for row in environments]  # type: ignore[attr-defined] # a ChoiceField

    def clean_environment(self) -> Environment:
        return self.by_slug[self.cleaned_data["environment"]]


def register() -> None:
    """Called once, when the app is ready."""
    panels.register(ask)
    panels.destinations_from(destinations)
    paper_panels.register(ask_for_signature)


def ask(request: PersonRequest, model_version: ModelVersion) -> Panel | HttpResponse:
    """The form, or why this person cannot ask; asking leads to the request."""
    sent = request.method == "POST"
    guarded = list(Environment.objects.filter(pk__in=Gate.objects.values("environment")).order_by("title"))
    form = AskForm(guarded, request.POST if sent else None)
    if sent and (done := attempt(form, lambda: _asked(request.actor, model_version, form))):
        said = _("Approval of %(version)s is asked for.") % {"version": model_version.label}
        return after(request, said, f"/requests/{done.value.public_id}/")
    allowed = may_request(request.actor, model_version.use_case)
    refused = allowed.reason if isinstance(allowed, Denied) else ""
    nobody = "" if guarded else _("No environment has a gate yet, so there is nobody to ask. An administrator sets one up.")
    content = {"form": form, "refused": refused, "nobody": nobody, "label": _("Ask for approval")}
    return Panel("approvals/ask.html", content, status_of(form))


def _asked(actor: Actor, model_version: ModelVersion, form: AskForm) -> Request:
    return open_request(
        actor=actor,
        subject_type="model_version",
        subject_id=model_version.public_id,
        purpose=Request.Purpose.DEPLOYMENT,
        environment=form.cleaned_data["environment"],
        comment=form.cleaned_data["comment"],
    )


def ask_for_signature(request: PersonRequest, paper: Paper) -> PaperPanel | HttpResponse:
    """The form under a definition, document or proposal, or why this person cannot ask; asking leads to the request."""
    kind, purpose = type_of(paper)
    sent = request.method == "POST"
    form = SignOffForm(request.POST if sent else None)

    def asked() -> Request:
        comment = form.cleaned_data["comment"]
        return open_request(
            actor=request.actor,
            subject_type=kind,
            subject_id=paper.public_id,
            purpose=purpose,
            environment=None,
            comment=comment,
        )

    signs = purpose in (Request.Purpose.DEFINITION, Request.Purpose.SIGNOFF)
    if sent and (done := attempt(form, asked)):
        said = _("Sign-off of %(title)s is asked for.") if signs else _("Approval of %(title)s is asked for.")
        return after(request, said % {"title": paper}, f"/requests/{done.value.public_id}/")
    allowed = subjects.adapter_for(kind).may_request(request.actor, paper)
    governed = kind in SHIPPED or SubjectPolicy.objects.filter(subject_type=kind, purpose=purpose).exists()
    signed = isinstance(allowed, Denied) and allowed.code == SIGNED
    content = {
        "form": form,
        "refused": allowed.reason if isinstance(allowed, Denied) else "",
        "nobody": "" if governed else _("Nobody has said yet who has to sign. An administrator sets up a policy for it."),
        "label": _("Ask for sign-off") if signs else _("Ask for approval"),
        "settled": signed or Request.objects.open().filter(subject_id=paper.public_id).exists(),
    }
    return PaperPanel("approvals/ask.html", content, status_of(form))


def destinations(
    actor: Actor, versions: Sequence[ModelVersion], digests: Mapping[str, Mapping[str, str]] | None = None
) -> Mapping[int, Sequence[Destination]]:
    """Where versions are to go or went, newest request first. A constant number of queries; fewer with `digests` by public id."""
    by_id = {version.public_id: version for version in versions}
    rows = list(requests_with_people(actor).filter(subject_type="model_version", subject_id__in=by_id).order_by("-pk"))
    open_rows = [row for row in rows if row.state == Request.State.OPEN]
    if digests is None:
        found_now = manifest_digests([by_id[subject] for subject in {row.subject_id for row in open_rows}]) if open_rows else {}
        digests = {public_id: found_now[version.pk] for public_id, version in by_id.items() if version.pk in found_now}
    asked = asked_of(rows, standings_over(open_rows, digests), {row.pk: by_id[row.subject_id].label for row in rows})
    found: dict[int, list[Destination]] = defaultdict(list)
    for row in rows:
        known = asked[row.pk]
        destination = Destination(known.environment, known.title, known.state, known.url, known.since, known.movers)
        found[by_id[row.subject_id].pk].append(destination)
    return found
