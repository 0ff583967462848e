"""The pages of what a use case rests on that is no package."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from governance.dependencies.forms.external import EndExternalForm, ExternalForm, as_written
from governance.dependencies.licences import judge
from governance.dependencies.models import ExternalService
from governance.dependencies.permissions import may_keep_external
from governance.dependencies.selectors import external as selectors
from governance.dependencies.selectors.licences import licence_policy
from governance.dependencies.services import external as services
from governance.usecases import tabs, talk
from governance.usecases.models import UseCase

ON_THE_TAB = 20


def external_part(request: PersonRequest, use_case: UseCase) -> dict[str, Any]:
    """What `dependencies/external_part.html` wants: what the use case rests on now. One query."""
    rows = list(selectors.external_of(request.actor, use_case).in_use().order_by("-pk")[: ON_THE_TAB + 1])
    return {"rows": rows[:ON_THE_TAB], "more": len(rows) > ON_THE_TAB, "use_case": use_case}


@portal_page("GET", "HEAD", "POST")
def external_service_list(request: PersonRequest, slug: str) -> HttpResponse:
    """All of them, newest first, and the form to add one."""
    row = _use_case(request, slug)
    sent = request.method == "POST"
    form = ExternalForm(request.POST if sent else None)
    if sent and (done := attempt(form, lambda: services.add_external(actor=request.actor, use_case=row, **form.cleaned_data))):
        return after(request, _("Added."), "external_service", row.slug, done.value.public_id)
    page = slice_of(request, selectors.external_of(request.actor, row))
    context = {
        **tabs.page_of(row, "dependencies", {"label": _("Services and weights")}),
        "slice": page,
        "services": [{"row": item, "state": item.state()} for item in page.rows],
        "form": form,
        "may_keep": may_keep_external(request.actor, row),
    }
    return render(request, "dependencies/external_services.html", context, status=status_of(form))


@portal_page()
def external_service(request: PersonRequest, slug: str, public_id: str) -> HttpResponse:
    """One of them, with what it replaced and what replaced it."""
    return _shown(request, _service(request, slug, public_id))


@portal_page("GET", "HEAD", "POST")
def external_service_replace(request: PersonRequest, slug: str, public_id: str) -> HttpResponse:
    """Say what is true now: another row takes the place of this one."""
    row = _service(request, slug, public_id)
    sent = request.method == "POST"
    form = ExternalForm(request.POST if sent else None, initial=as_written(row))
    if sent and (done := attempt(form, lambda: services.replace_external(actor=request.actor, service=row, **form.cleaned_data))):
        return after(
            request, _("Replaced. What was true before stays, and is named here."), "external_service", slug, done.value.public_id
        )
    context = {
        **tabs.page_of(row.use_case, "dependencies", _up(row), _self(row), {"label": _("Replace")}),
        "service": row,
        "form": form,
        "may_keep": may_keep_external(request.actor, row.use_case),
        "over": row.state() == "ended",
    }
    return render(request, "dependencies/external_replace.html", context, status=status_of(form))


@portal_page("POST")
def external_service_end(request: PersonRequest, slug: str, public_id: str) -> HttpResponse:
    """The use case rests on it no more."""
    row = _service(request, slug, public_id)
    form = EndExternalForm(request.POST)
    if attempt(form, lambda: services.end_external(actor=request.actor, service=row, reason=form.cleaned_data["reason"])):
        return after(request, _("Ended."), "external_service", slug, public_id)
    return _shown(request, row, form)


def _shown(request: PersonRequest, row: ExternalService, form: EndExternalForm | None = None) -> HttpResponse:
    context = {
        **tabs.page_of(row.use_case, "dependencies", _up(row), {"label": str(row)}),
        "service": row,
        "state": row.state(),
        "newer": selectors.external_of(request.actor, row.use_case).filter(replaces=row).first(),
        "licence": judge(row.licence, licence_policy()) if row.licence else None,
        "end": form or EndExternalForm(),
        "may_keep": may_keep_external(request.actor, row.use_case),
        "talk": talk.panel_of(request, row),
    }
    return render(request, "dependencies/external_service.html", context, status=status_of(form) if form is not None else 200)


def _use_case(request: PersonRequest, slug: str) -> UseCase:
    found: UseCase = one(UseCase.objects.visible_to(request.actor), slug=slug)
    return found


def _service(request: PersonRequest, slug: str, public_id: str) -> ExternalService:
    rows = ExternalService.objects.visible_to(request.actor).select_related("use_case", "replaces", "created_by")
    found: ExternalService = one(rows, use_case__slug=slug, public_id=public_id)
    return found


def _up(row: ExternalService) -> dict[str, str]:
    return {"label": _("Services and weights"), "url": reverse("external_services", args=[row.use_case.slug])}


def _self(row: ExternalService) -> dict[str, str]:
    return {"label": str(row), "url": reverse("external_service", args=[row.use_case.slug, row.public_id])}
