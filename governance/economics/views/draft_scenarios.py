"""Scenarios of the draft: other values for named inputs, each under a title."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.errors import Invalid
from foundation.pages import PersonRequest, after, attempt, portal_page, status_of
from governance.economics import drafting
from governance.economics.cashflow import Refused
from governance.economics.drafts_pages import draft_or_missing, met, page_of, revision_of
from governance.economics.forms import scenarios as asking
from governance.economics.models import CaseDraft
from governance.economics.plan import Plan
from governance.economics.scenarios import Input, inputs_of
from governance.economics.services.draft_scenarios import put_scenario, remove_scenario
from governance.economics.wording.inputs import input_told, value_told
from governance.economics.wording.refusals import refused_told


class ScenarioForm(forms.Form):
    """A scenario; its values stand in rows of their own."""

    title = forms.CharField(max_length=120, label=gettext_lazy("What it is called"))
    key = forms.CharField(
        max_length=60,
        label=gettext_lazy("Key"),
        help_text=gettext_lazy("Such as low or summer. The key of one that there is puts this in its place."),
    )


class RemoveForm(forms.Form):
    key = forms.CharField(max_length=60)


@portal_page("GET", "HEAD", "POST")
def draft_scenarios(request: PersonRequest, slug: str) -> HttpResponse:
    """The scenarios of the draft, the form for one (`?key=` fills it in), and the button to take one out."""
    row, found = draft_or_missing(request, slug)
    plan = drafting.as_plan(found.plan)
    sent = request.method == "POST"
    inputs, refused = _inputs(plan)
    removing = sent and request.POST.get("command") == "remove"
    taken = RemoveForm(request.POST if removing else None)
    if removing and attempt(taken, lambda: _removed(request, found, taken)):
        return after(request, _("The scenario is taken out of the draft."), "draft_scenarios", row.slug)
    asked = asking.what_if(request.POST if sent and not removing else request.GET, inputs)
    chosen = next((item for item in plan.scenarios if item.key == request.GET.get("key", "")), None)
    if chosen is not None and not sent:
        asked.rows[:0] = [{"name": name, "value": str(value), "error": ""} for name, value in chosen.overrides.items()]
    initial = {"title": chosen.title, "key": chosen.key} if chosen is not None else None
    form = ScenarioForm(request.POST if sent and not removing else None, initial=initial)
    if sent and not removing and attempt(form, lambda: _put(request, found, form, asked)):
        return after(request, _("The scenario is in the draft."), "draft_scenarios", row.slug)
    choices = asking.choices_of(plan, inputs)
    context: dict[str, Any] = {
        **page_of(request, row, found, {"label": _("Scenarios")}),
        "form": form,
        "removing": taken,
        "met": met(request, found, taken if removing else form),
        "refused": refused,
        "asked": asked,
        "choices": choices if len(inputs) <= asking.MOST_CHOICES else None,
        "typed": list(asking.flat(choices)) if len(inputs) > asking.MOST_CHOICES else None,
        "scenarios": [(item, _said(plan, inputs, item.overrides)) for item in plan.scenarios],
    }
    return render(request, "economics/draft_scenarios.html", context, status=status_of(form, taken) if sent else 200)


def _inputs(plan: Plan) -> tuple[dict[str, Input], str]:
    """Those of a draft that can be named; why not, where two have one name or there is no rate yet."""
    try:
        return inputs_of(plan), ""
    except Refused as refusal:
        return {}, refused_told(refusal)


def _put(request: PersonRequest, found: CaseDraft, form: ScenarioForm, asked: asking.WhatIf) -> CaseDraft:
    if asked.problems:
        raise Invalid(" ".join(asked.problems))
    return put_scenario(
        actor=request.actor, draft=found, revision=revision_of(request), overrides=asked.overrides, **form.cleaned_data
    )


def _removed(request: PersonRequest, found: CaseDraft, form: RemoveForm) -> CaseDraft:
    return remove_scenario(actor=request.actor, draft=found, revision=revision_of(request), key=form.cleaned_data["key"])


def _said(plan: Plan, inputs: dict[str, Input], overrides: Any) -> list[str]:
    return [
        _("%(input)s: %(value)s instead of %(now)s")
        % {
            "input": input_told(plan, inputs[name]),
            "value": value_told(inputs[name], value),
            "now": value_told(inputs[name], inputs[name].value),
        }
        if name in inputs
        else _("There is no input %(where)s in this case.") % {"where": name}
        for name, value in overrides.items()
    ]
