"""The page of licences: which are in use, which may be, and who said so."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.pages import PersonRequest, after, attempt, one, portal_page, status_of
from governance.dependencies.forms.licences import EndLicenceForm, LicenceForm
from governance.dependencies.forms.sources import ConfirmForm
from governance.dependencies.licences import key_of
from governance.dependencies.permissions import may_rule_licences
from governance.dependencies.selectors import licences as selectors
from governance.dependencies.services import licences as services
from governance.dependencies.shipped import LICENCES
from governance.dependencies.views.sets import crumbs

IN_USE = 100  # on a page


@portal_page("GET", "HEAD", "POST")
def licence_list(request: PersonRequest) -> HttpResponse:
    """What is in use with what the rules say of it, the rules in force, and the form for another."""
    sent = request.method == "POST"
    form = LicenceForm(request.POST if sent else None, initial={"licence": request.GET.get("licence", "")[:120]})
    if sent and (done := attempt(form, lambda: services.rule_licence(actor=request.actor, **form.cleaned_data))):
        return after(request, _("%(licence)s: said.") % {"licence": done.value.licence}, "licences")
    return _shown(request, form)


@portal_page("POST")
def licence_end(request: PersonRequest, public_id: str) -> HttpResponse:
    """Say nothing of a licence any more."""
    row = one(selectors.rules_seen_by(request.actor), public_id=public_id)
    form = EndLicenceForm(request.POST)
    if attempt(form, lambda: services.end_licence_rule(actor=request.actor, rule=row, reason=form.cleaned_data["reason"])):
        return after(request, _("Ended. Where it is used the answer is unknown again."), "licences")
    return _shown(request, LicenceForm(), form)


@portal_page("POST")
def licence_take_over(request: PersonRequest) -> HttpResponse:
    """Put the proposed list in force, but for what somebody said already."""
    form = ConfirmForm(request.POST)
    if done := attempt(form, lambda: services.take_over_licences(actor=request.actor)):
        count = len(done.value)
        said = ngettext("%(count)d rule is in force now.", "%(count)d rules are in force now.", count) % {"count": count}
        return after(request, said, "licences")
    return _shown(request, LicenceForm(), form)


def _shown(request: PersonRequest, form: LicenceForm, refused: EndLicenceForm | ConfirmForm | None = None) -> HttpResponse:
    rules = selectors.rules_in_force(request.actor)
    known = {key_of(rule.licence) for rule in rules}
    page = Paginator(selectors.licences_in_use(request.actor, selectors.licence_policy()), IN_USE).get_page(
        request.GET.get("page")
    )
    context: dict[str, Any] = {
        "crumbs": crumbs({"label": _("Licences")}),
        "page": page,
        "rules": rules,
        "proposed": [item for item in LICENCES if key_of(item.licence) not in known],
        "form": form,
        "refused": refused,
        "may_rule": may_rule_licences(request.actor),
    }
    status = max(status_of(form), status_of(refused) if refused is not None else 200)
    return render(request, "dependencies/licences.html", context, status=status)
