"""What approvals adds to the page of a model version: where its requests stand, and a form to ask for the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.models import Gate, Request
from approvals.permissions import may_request
from approvals.selectors.inbox import requests_with_people
from approvals.services.requests import LONGEST_COMMENT, open_request
from approvals.tabs import as_asked
from foundation.actor import Actor
from foundation.pages import PersonRequest, after, attempt, status_of
from lineage import panels
from lineage.models import Environment, ModelVersion
from lineage.panels import Destination, Panel


class AskForm(forms.Form):
    """Ask for the approval of a version, for one of the environments that have a gate."""

    environment = forms.ModelChoiceField(
        Environment.objects.none(), to_field_name="slug", empty_label=None, label=gettext_lazy("Where it is to go")
    )
    comment = forms.CharField(
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=gettext_lazy("What is new, and why now"),
        help_text=gettext_lazy("The people who decide read this first."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="ask", **kwargs)
        guarded = Environment.objects.filter(pk__in=Gate.objects.values("environment")).order_by("title")
        self.fields["environment"].queryset = guarded  # type: ignore[attr-defined] # a ModelChoiceField


def register() -> None:
    """Called once, when the app is ready."""
    panels.register(ask)
    panels.destinations_from(destinations)


def ask(request: PersonRequest, model_version: ModelVersion) -> Panel | HttpResponse:
    """The form, or why this person cannot ask; asking leads to the request."""
    sent = request.method == "POST"
    form = AskForm(request.POST if sent else None)
    if sent:
        done = attempt(
            form,
            lambda: open_request(
                actor=request.actor,
                subject_type="model_version",
                subject_id=model_version.public_id,
                purpose=Request.Purpose.DEPLOYMENT,
                environment=form.cleaned_data["environment"],
                comment=form.cleaned_data["comment"],
            ),
        )
        if done is not None:
            said = _("Approval of %(version)s is asked for.") % {"version": model_version.label}
            return after(request, said, f"/requests/{done.value.public_id}/")
    allowed = may_request(request.actor, model_version.use_case)
    content = {"form": form, "refused": "" if allowed else allowed.reason, "gates": bool(form.fields["environment"].queryset)}  # type: ignore[attr-defined,union-attr] # a ModelChoiceField; a refusal has a reason
    return Panel("approvals/ask.html", content, status_of(form))


def destinations(actor: Actor, versions: Sequence[ModelVersion]) -> Mapping[int, Sequence[Destination]]:
    """Where versions are to go or went, newest request first. A constant number of queries."""
    ids = {version.public_id: version.pk for version in versions}
    rows = list(requests_with_people(actor).filter(subject_type="model_version", subject_id__in=ids).order_by("-pk"))
    asked = as_asked(rows)
    found: dict[int, list[Destination]] = defaultdict(list)
    for row in rows:
        known = asked[row.pk]
        found[ids[row.subject_id]].append(
            Destination(known.environment, known.title, known.state, known.url, known.since, known.movers)
        )
    return found
