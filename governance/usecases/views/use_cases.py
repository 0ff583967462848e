"""The page of each use case, and the one that opens one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.errors import Missing
from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from foundation.telling import told
from foundation.visibility import visible_events
from governance.people.roles import role_label
from governance.usecases import newest, panels, selectors, services, tabs
from governance.usecases.forms import OpenForm
from governance.usecases.models import UseCase
from governance.usecases.permissions import may_define, may_open
from governance.usecases.views.shared import shared_overview
from governance.usecases.wording import told_kpis

BESIDE = 30  # cards of a smaller order stand beside the definition, the others below it


def use_case_of(request: PersonRequest, slug: str) -> UseCase:
    """The use case of an address, if the person may see it."""
    return one(UseCase.objects.visible_to(request.actor), slug=slug)


def shared_use_case_of(request: PersonRequest, slug: str) -> UseCase:
    """The same, or one that is shared with the person as a client: then `shared_only` is set, and only what is meant for outside
    may be shown."""
    inside = UseCase.objects.visible_to(request.actor).filter(slug=slug).first()
    if inside is not None:
        return inside
    row: UseCase = one(UseCase.objects.shared_with(request.actor), slug=slug)
    row.shared_only = True
    return row


@portal_page("GET", "HEAD", "POST")
def use_case_new(request: PersonRequest) -> HttpResponse:
    """Open a use case: anybody may."""
    form = OpenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (
        done := attempt(form, lambda: services.open_use_case(actor=request.actor, **form.cleaned_data))
    ):
        said = _("%(title)s is open, and you lead it. Write down next what it is for.") % {"title": done.value}
        return after(request, said, "definition_new", done.value.slug)
    return render(request, "usecases/new.html", {"form": form, "allowed": may_open(request.actor)}, status=status_of(form))


@portal_page(outside=True)
def use_case(request: PersonRequest, slug: str) -> HttpResponse:
    """The overview of one use case."""
    row = shared_use_case_of(request, slug)
    return shared_overview(request, row) if row.shared_only else show_tab(request, row, "overview")


@portal_page(outside=True)
def use_case_tab(request: PersonRequest, slug: str, tab: str) -> HttpResponse:
    """Any other part of its page."""
    return show_tab(request, shared_use_case_of(request, slug), tab)


def show_tab(request: PersonRequest, row: UseCase, slug: str, *, status: int = 200, **more: Any) -> HttpResponse:
    """One part of a use case's page; `more` is put over what the part itself says, such as a form with its errors."""
    found = tabs.tab(slug)
    if found is None or (row.shared_only and not found.outside):
        raise Missing(_("There is no such page."))
    context = {**tabs.page_of(row, slug), **found.content(request, row), **more}
    return render(request, found.template, context, status=status)


def overview_content(request: PersonRequest, row: UseCase) -> dict[str, Any]:
    """What it is for, how success is measured, who is in it, and whose move it is."""
    definition = selectors.definition_with_author(row)
    return {
        "definition": definition,
        "sign_off": panels.sign_offs_of(request.actor, [definition]).get(definition.public_id) if definition else None,
        "kpis": told_kpis(definition.kpis.all()) if definition else [],
        "roles": [
            {"label": role_label(item["role"]), "people": item["people"]}
            for item in selectors.roles_in_short(selectors.grants_on(row))
        ],
        "build": newest.newest_builds([row]).get(row.pk),
        "asked": newest.newest_requests(request.actor, [row]).get(row.pk),
        "may_define": may_define(request.actor, row),
        "beside": tabs.cards_of(request, row, below=BESIDE if definition else 1000),
        "below": tabs.cards_of(request, row, from_order=BESIDE) if definition else [],
        "you": request.actor.user,
    }


def history_content(request: PersonRequest, row: UseCase) -> dict[str, Any]:
    """What happened to the use case, newest first."""
    page = slice_of(request, visible_events(request.actor).filter(scope=row.public_id))
    return {"slice": page, "events": told(page.rows, request.actor)}
