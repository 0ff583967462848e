"""Who works on a use case."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest, after, attempt, one, portal_page, status_of
from governance.people.files import reading
from governance.people.models import RoleGrant, Team, TeamGrant, User
from governance.people.permissions import may_grant
from governance.people.roles import role_label
from governance.people.services import end_role, end_team_role, grant_role, grant_team_role, import_roles
from governance.people.services.importing import Report
from governance.people.situations import situation_of
from governance.usecases import exporting_roles, selectors, tabs
from governance.usecases.forms import EndRoleForm, GiveRoleForm
from governance.usecases.forms.people import RolesFileForm
from governance.usecases.models import UseCase
from governance.usecases.stages_ahead import stages_behind
from governance.usecases.views.responsibilities import responsibilities_in_short
from governance.usecases.views.use_cases import show_tab, use_case_of

KNOWN_PEOPLE = 200  # names offered while typing; any other can be typed in full


def people_content(request: PersonRequest, row: UseCase) -> dict[str, Any]:
    """Who holds which role, since when and by whom, and the form to give one."""
    rules = selectors.lifecycle_in_force()
    here = situation_of(row.public_id, ahead=stages_behind(rules, row.stage))
    grants = [grant for grant in here.grants if grant.user.is_active]
    return {
        **responsibilities_in_short(here, rules),
        "team_grants": TeamGrant.objects.visible_to(request.actor)
        .unfinished()
        .filter(scope=row.public_id)
        .select_related("team"),
        "file_form": RolesFileForm(),
        "here": [grant for grant in grants if grant.scope],
        "everywhere": [grant for grant in grants if not grant.scope],
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
    done = attempt(form, lambda: _given(request, row, form))
    if done is None:
        return show_tab(request, row, "people", status=status_of(form), form=form)
    said = _("%(name)s now holds the role %(role)s.") % {
        "name": getattr(done.value, "user", None) or done.value.team,
        "role": role_label(done.value.role),
    }
    return after(request, said, "use_case_tab", row.slug, "people")


def _given(request: PersonRequest, row: UseCase, form: GiveRoleForm) -> RoleGrant | TeamGrant:
    said = {"role": form.cleaned_data["role"], "scope": row.public_id, "reason": form.cleaned_data["reason"], **form.times()}
    if form.cleaned_data["team"]:
        team = one(Team.objects.visible_to(request.actor), slug=form.cleaned_data["team"])
        return grant_team_role(actor=request.actor, team=team, **said)
    return grant_role(actor=request.actor, user=form.cleaned_data["person"], **said)


@portal_page("POST")
def team_role_end(request: PersonRequest, slug: str, grant: str) -> HttpResponse:
    """End a team's role, for all its members."""
    row = use_case_of(request, slug)
    rows = TeamGrant.objects.visible_to(request.actor).filter(scope=row.public_id).select_related("team")
    held = one(rows, public_id=grant)
    form = EndRoleForm(request.POST)
    if attempt(form, lambda: end_team_role(actor=request.actor, grant=held, reason=form.cleaned_data["reason"])):
        said = _("%(name)s no longer holds the role %(role)s.") % {"name": held.team, "role": role_label(held.role)}
        return after(request, said, "use_case_tab", row.slug, "people")
    return show_tab(request, row, "people", status=status_of(form), end_form=form)


@portal_page("POST")
def roles_import(request: PersonRequest, slug: str) -> HttpResponse:
    """Roles from a file: what would happen, row by row, or what did."""
    row = use_case_of(request, slug)
    form = RolesFileForm(request.POST, request.FILES)

    def act() -> Report:
        sent = form.cleaned_data["file"]
        kind = "csv" if str(sent.name).lower().endswith((".csv", ".tsv", ".txt")) else "yaml"
        source = sent.read(reading.MAX_BYTES + 1)
        dry = not form.cleaned_data["write"]
        return import_roles(actor=request.actor, scope=row.public_id, source=source, format=kind, dry_run=dry)

    done = attempt(form, act)
    if done is None:
        return show_tab(request, row, "people", status=status_of(form), file_form=form)
    context = {**tabs.page_of(row, "people", {"label": _("Roles from a file")}), "report": done.value}
    refused = done.value.refused and not done.value.dry_run
    return render(request, "usecases/roles_import.html", context, status=409 if refused else 200)


@portal_page()
def roles_export(request: PersonRequest, slug: str) -> HttpResponse:
    """`roles.yaml` as a download."""
    return exporting_roles.answer(use_case_of(request, slug))


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
