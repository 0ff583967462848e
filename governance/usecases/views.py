"""The pages of use cases."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.errors import Missing
from foundation.pages import PersonRequest, after, attempt, one, portal_page, refusal_of, slice_of, status_of
from foundation.telling import told
from foundation.visibility import visible_events
from governance.people.models import RoleGrant, User
from governance.people.permissions import may_grant
from governance.people.roles import role_label
from governance.people.services import end_role, grant_role
from governance.usecases import newest, selectors, services, tabs
from governance.usecases.comparison import changes
from governance.usecases.forms import Draft, EndRoleForm, FilterForm, GiveRoleForm, OpenForm
from governance.usecases.models import Definition, UseCase
from governance.usecases.permissions import may_define, may_open
from governance.usecases.wording import kpi_sentence, told_changes

KNOWN_PEOPLE = 200  # names offered while typing; any other can be typed in full


def use_case_of(request: PersonRequest, slug: str) -> UseCase:
    """The use case of an address, if the person may see it."""
    return one(UseCase.objects.visible_to(request.actor), slug=slug)


@portal_page()
def use_cases(request: PersonRequest) -> HttpResponse:
    """Use cases the person may see, newest first."""
    form = FilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = slice_of(request, selectors.found(request.actor, text=wanted.get("q", ""), kind=wanted.get("kind", "")))
    return render(
        request,
        "usecases/list.html",
        {"form": form, "slice": page, "rows": selectors.listed(request.actor, page.rows), "filtered": any(wanted.values())},
    )


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


@portal_page()
def use_case(request: PersonRequest, slug: str) -> HttpResponse:
    """The overview of one use case."""
    return show_tab(request, use_case_of(request, slug), "overview")


@portal_page()
def use_case_tab(request: PersonRequest, slug: str, tab: str) -> HttpResponse:
    """Any other part of its page."""
    return show_tab(request, use_case_of(request, slug), tab)


def show_tab(request: PersonRequest, row: UseCase, slug: str, *, status: int = 200, **more: Any) -> HttpResponse:
    """One part of a use case's page; `more` is put over what the part itself says, such as a form with its errors."""
    found = tabs.tab(slug)
    if found is None:
        raise Missing(_("There is no such page."))
    context = {**tabs.page_of(row, slug), **found.content(request, row), **more}
    return render(request, found.template, context, status=status)


def overview_content(request: PersonRequest, row: UseCase) -> dict[str, Any]:
    """What it is for, how success is measured, who is in it, and whose move it is."""
    definition = selectors.definition_with_author(row)
    return {
        "definition": definition,
        "kpis": [(kpi, kpi_sentence(kpi)) for kpi in definition.kpis.all()] if definition else [],
        "roles": [
            {"label": role_label(item["role"]), "people": item["people"]}
            for item in selectors.roles_in_short(selectors.grants_on(row))
        ],
        "build": newest.newest_builds([row]).get(row.pk),
        "asked": newest.newest_requests(request.actor, [row]).get(row.pk),
        "may_define": may_define(request.actor, row),
        "you": request.actor.user,
    }


def history_content(request: PersonRequest, row: UseCase) -> dict[str, Any]:
    """What happened to the use case, newest first."""
    page = slice_of(request, visible_events(request.actor).filter(scope=row.public_id))
    return {"slice": page, "events": told(page.rows, request.actor)}


def people_content(request: PersonRequest, row: UseCase) -> dict[str, Any]:
    """Who holds which role, since when and by whom, and the form to give one."""
    return {
        "here": selectors.grants_on(row),
        "everywhere": selectors.grants_on(row, everywhere=True),
        "form": GiveRoleForm(),
        "may_grant": may_grant(request.actor, role="", scope=row.public_id, user=None),
        "known_people": User.objects.active().order_by("name", "pk")[:KNOWN_PEOPLE],
        "you": request.actor.user,
    }


@portal_page("POST")
def role_give(request: PersonRequest, slug: str) -> HttpResponse:
    """Give somebody a role on the use case."""
    row = use_case_of(request, slug)
    form = GiveRoleForm(request.POST)
    done = attempt(
        form,
        lambda: grant_role(
            actor=request.actor,
            user=form.cleaned_data["person"],
            role=form.cleaned_data["role"],
            scope=row.public_id,
            reason=form.cleaned_data["reason"],
        ),
    )
    if done is None:
        return show_tab(request, row, "people", status=status_of(form), form=form)
    said = _("%(name)s now holds the role %(role)s.") % {"name": done.value.user, "role": role_label(done.value.role)}
    return after(request, said, "use_case_tab", row.slug, "people")


@portal_page("GET", "HEAD", "POST")
def role_end(request: PersonRequest, slug: str, grant: str) -> HttpResponse:
    """End a role, with the reason that stays on record."""
    row = use_case_of(request, slug)
    held = one(RoleGrant.objects.filter(scope=row.public_id).select_related("user", "granted_by"), public_id=grant)
    form = EndRoleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and attempt(
        form, lambda: end_role(actor=request.actor, grant=held, reason=form.cleaned_data["reason"])
    ):
        said = _("%(name)s no longer holds the role %(role)s.") % {"name": held.user, "role": role_label(held.role)}
        return after(request, said, "use_case_tab", row.slug, "people")
    context = {
        **tabs.page_of(row, "people", {"label": _("End a role")}),
        "grant": held,
        "role": role_label(held.role),
        "form": form,
        "allowed": may_grant(request.actor, role=held.role, scope=held.scope, user=None),
    }
    return render(request, "usecases/role_end.html", context, status=status_of(form))


@portal_page("GET", "HEAD", "POST")
def definition_new(request: PersonRequest, slug: str) -> HttpResponse:
    """Write a new version of the definition. `look` shows what would change and saves nothing."""
    row = use_case_of(request, slug)
    current = row.current_definition()
    sent = request.method == "POST"
    draft = Draft(request.POST if sent else None, current)
    if sent and draft.is_valid and "look" not in request.POST and (written := _written(request, row, draft)):
        said = _("Version %(number)s of the definition is in force.") % {"number": written.number}
        return after(request, said, "use_case", row.slug)
    context = {
        **tabs.page_of(row, "overview", {"label": _("Definition")}),
        "draft": draft,
        "current": current,
        "allowed": may_define(request.actor, row),
        "would_change": _would_change(draft, current) if sent and draft.is_valid else None,
        "moved_on": _moved_on(draft, row, current, request.POST.get("based_on", "")),
    }
    return render(request, "usecases/definition_new.html", context, status=status_of(draft.form, *draft.kpis.forms))


def _written(request: PersonRequest, row: UseCase, draft: Draft) -> Definition | None:
    based_on = request.POST.get("based_on", "")
    number = int(based_on) if based_on.isascii() and based_on.isdigit() and len(based_on) < 9 else None
    done = attempt(draft.form, lambda: services.define(actor=request.actor, use_case=row, based_on=number, **draft.content()))
    return done.value if done else None


def _would_change(draft: Draft, current: Definition | None) -> list[Any]:
    return told_changes(changes(current.body() if current else None, draft.content()))


def _moved_on(draft: Draft, row: UseCase, current: Definition | None, based_on: str) -> list[Any] | None:
    """After a conflict: what somebody else changed since this person opened the form. The next try starts from that."""
    refusal = refusal_of(draft.form)
    if refusal is None or refusal.code != "definition.conflict" or current is None:
        return None
    seen = row.definitions.filter(number=int(based_on)).prefetch_related("kpis").first() if based_on.isdigit() else None
    return told_changes(changes(seen.body() if seen else None, current.body()))


@portal_page()
def definitions(request: PersonRequest, slug: str) -> HttpResponse:
    """Every version of the definition, newest first, each with what it changed."""
    row = use_case_of(request, slug)
    versions = selectors.definitions_of(row)
    rows = [
        {"definition": now, "changes": told_changes(changes(then.body() if then else None, now.body())), "first": then is None}
        for now, then in zip_longest(versions, versions[1:])
    ]
    context = {
        **tabs.page_of(row, "overview", {"label": _("Versions of the definition")}),
        "versions": rows,
        "may_define": may_define(request.actor, row),
    }
    return render(request, "usecases/definitions.html", context)
