"""Policies: what they say, as text and as a picture, and writing a new version."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from approvals.models import Policy, PolicyVersion
from approvals.permissions import may_write_policies
from approvals.policy import Policy as PolicyValue
from approvals.selectors.standing import policy_of
from approvals.services.policies import write_policy
from approvals.wording import components_text
from config.forms import NewPolicyForm, PolicyForm
from config.views.shell import show
from foundation.drawing import layered, svg
from foundation.errors import CountersignError
from foundation.pages import PersonRequest, after, attempt, one, portal_page, refusal_of, status_of
from foundation.permissions import Denied
from governance.people.roles import role_label

LINE = re.compile(r"^line (\d+): ")


@portal_page("GET", "HEAD", "POST")
def policy_list(request: PersonRequest) -> HttpResponse:
    """All policies, and a form for another one."""
    form = NewPolicyForm(request.POST or None)
    done = attempt(form, lambda: write_policy(actor=request.actor, **form.cleaned_data)) if form.is_bound else None
    if done is not None:
        return after(request, _("The policy stands. It binds where a gate names it."), "settings_policy", done.value.policy.key)
    newest = {
        row.policy_id: row for row in PolicyVersion.objects.visible_to(request.actor).select_related("policy").order_by("number")
    }
    rows = [
        {"row": row, "version": newest.get(row.pk)}
        for row in Policy.objects.visible_to(request.actor).prefetch_related("gates__environment")
    ]
    return show(
        request, "settings/policies.html", {"form": form, "rows": rows, **_writing(request, form)}, status=status_of(form)
    )


@portal_page("GET", "HEAD", "POST")
def policy(request: PersonRequest, key: str) -> HttpResponse:
    """One policy: its chain, its text, its versions; a new version is written from the text of the last."""
    row = one(Policy.objects.visible_to(request.actor), key=key)
    versions = list(row.versions.select_related("created_by", "policy").order_by("-number"))
    current = versions[0]
    form = PolicyForm(request.POST or None, initial={"source": current.text})
    done = attempt(form, lambda: write_policy(actor=request.actor, key=key, **form.cleaned_data)) if form.is_bound else None
    if done is not None:
        same = done.value.number == current.number
        said = (
            _("It says the same as before: no new version.")
            if same
            else _("Version %(number)s stands.") % {"number": done.value.number}
        )
        return after(request, said, "settings_policy", key)
    number = request.GET.get("version", "")
    shown = next((item for item in versions if str(item.number) == number), current)
    context = {
        "row": row,
        "versions": versions,
        "shown": shown,
        "current": current,
        "form": form,
        "chain": chain_of(policy_of(shown)),
    }
    return show(request, "settings/policy.html", {**context, **_writing(request, form)}, status=status_of(form))


def _writing(request: PersonRequest, form: Any) -> dict[str, Any]:
    allowed = may_write_policies(request.actor)
    return {"refused": allowed.reason if isinstance(allowed, Denied) else "", "lines": _lines(form)}


def _lines(form: Any) -> list[dict[str, Any]]:
    """The lines of a text that was refused, with their numbers and what is wrong there."""
    refusal: CountersignError | None = refusal_of(form)
    if refusal is None:
        return []
    text = str(form["source"].value() or "").splitlines()
    found = []
    for item in refusal.errors:
        match = LINE.match(item.field)
        number = int(match[1]) if match else 0
        if 0 < number <= len(text):
            found.append({"number": number, "text": text[number - 1], "message": item.message})
    return sorted(found, key=lambda line: line["number"])


def chain_of(value: PolicyValue) -> dict[str, Any]:
    """The steps as a picture and as the same table."""
    edges = [(before, step.key) for step in value.steps for before in step.after]
    texts = {
        step.key: svg.NodeText(step.title, _("%(role)s, %(count)s") % {"role": role_label(step.role), "count": step.quorum})
        for step in value.steps
    }
    layout = layered.arrange([layered.Box(step.key, width=200) for step in value.steps], edges)
    first = [step.title for step in value.steps if not step.after]
    summary = _("Begins with: %(steps)s. Each arrow says what has to be met before.") % {"steps": ", ".join(first)}
    columns = [{"label": label} for label in (_("Step"), _("Role"), _("Approvals"), _("Judges"), _("After"))]
    titles = {step.key: step.title for step in value.steps}
    rows = [
        [
            step.title,
            role_label(step.role),
            step.quorum,
            components_text(step.covers),
            ", ".join(titles[key] for key in step.after) or "–",
        ]
        for step in value.steps
    ]
    return {
        "svg": svg.graph(layout, texts, key="policy-chain", title=value.title, description=summary),
        "summary": summary,
        "table": {"columns": columns, "rows": rows},
    }
