"""Environments and the gates before them; and which policy governs what goes to none."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from approvals.models import Policy
from approvals.permissions import may_write_policies
from approvals.selectors.governed import governed_subjects
from approvals.services.policies import set_gate, set_subject_policy
from config.forms import GateForm, GovernedForm
from config.views.shell import show
from config.wording import governed_label, purpose_label
from foundation.pages import PersonRequest, after, attempt, portal_page, status_of
from foundation.permissions import Denied
from lineage.models import Environment

MOST = 200


@portal_page("GET", "HEAD", "POST")
def environments(request: PersonRequest) -> HttpResponse:
    """Where versions run, which policy stands before what, and how hard; administrators set it."""
    policies = Policy.objects.visible_to(request.actor).order_by("title")
    rows = list(Environment.objects.visible_to(request.actor).select_related("gate__policy").order_by("title")[:MOST])
    governed = governed_subjects()
    command = request.POST.get("command", "gate") if request.method == "POST" else ""
    gate = GateForm(
        request.POST if command == "gate" else None, policies=policies, initial=_gate_of(rows, request.GET.get("environment", ""))
    )
    choices = [(item.value, f"{capfirst(governed_label(item.type))}: {purpose_label(item.purpose)}") for item in governed]
    chosen = next((item for item in governed if item.value == request.GET.get("subject", "")), None)
    initial = {"subject": chosen.value, "policy": chosen.key} if chosen is not None else {}
    sent = request.POST if command == "subject" else None
    subject = GovernedForm(sent, policies=policies, subjects=choices, initial=initial, auto_id="id_governed_%s")
    if gate.is_bound and (done := attempt(gate, lambda: set_gate(actor=request.actor, **gate.cleaned_data))):
        said = _("The gate of %(environment)s is set.") % {"environment": done.value.environment}
        return after(request, said, "settings_environments")
    if subject.is_bound and attempt(subject, lambda: set_subject_policy(actor=request.actor, **subject.command())):
        return after(request, _("The policy is set."), "settings_environments")
    allowed = may_write_policies(request.actor)
    context = {
        "form": gate,
        "rows": rows,
        "subject": subject,
        "governed": [(item, capfirst(governed_label(item.type)), purpose_label(item.purpose)) for item in governed],
        "refused": allowed.reason if isinstance(allowed, Denied) else "",
    }
    return show(request, "settings/environments.html", context, status=status_of(gate, subject))


def _gate_of(rows: list[Environment], slug: str) -> dict[str, Any]:
    """What the form begins with, where somebody came to change a gate that stands."""
    row = next((row for row in rows if row.slug == slug), None)
    if row is None:
        return {}
    gate = getattr(row, "gate", None)
    return {"slug": row.slug, "title": row.title, **({"policy": gate.policy.key, "mode": gate.mode} if gate is not None else {})}
