"""Environments, and the gates before them."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from approvals.models import Gate, Policy
from approvals.permissions import may_write_policies
from approvals.services.policies import set_gate
from config.forms import GateForm
from config.views.shell import show
from foundation.pages import PersonRequest, after, attempt, portal_page, status_of
from foundation.permissions import Denied
from lineage.models import Environment


@portal_page("GET", "HEAD", "POST")
def environments(request: PersonRequest) -> HttpResponse:
    """Where versions run, which policy stands before it, and how hard; administrators set it."""
    form = GateForm(request.POST or None, policies=Policy.objects.visible_to(request.actor).order_by("title"))
    done = attempt(form, lambda: set_gate(actor=request.actor, **form.cleaned_data)) if form.is_bound else None
    if done is not None:
        return after(
            request, _("The gate of %(environment)s is set.") % {"environment": done.value.environment}, "settings_environments"
        )
    rows = Environment.objects.visible_to(request.actor).select_related("gate__policy").order_by("title")[:200]
    allowed = may_write_policies(request.actor)
    context = {"form": form, "rows": rows, "refused": allowed.reason if isinstance(allowed, Denied) else "", "modes": Gate.Mode}
    return show(request, "settings/environments.html", context, status=status_of(form))
