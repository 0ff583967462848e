"""Accounts, and the roles that people hold in the whole organisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from config.forms import AccountForm, GrantForm, ReasonForm
from config.views.shell import show
from foundation import clock
from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from foundation.permissions import Denied
from governance.people import services
from governance.people.models import Calendar, RoleGrant, User
from governance.people.permissions import may_administer, may_grant, may_look_ahead
from governance.people.roles import ROLES, role_label
from governance.people.selectors import calendar_for, delegations_seen_by
from governance.usecases.models import UseCase


@portal_page("GET", "HEAD", "POST")
def people_list(request: PersonRequest) -> HttpResponse:
    """Everybody with an account; administrators open accounts here."""
    form = AccountForm(request.POST or None)
    done = attempt(form, lambda: services.create_user(actor=request.actor, **form.command())) if form.is_bound else None
    if done is not None:
        return after(request, _("%(name)s can sign in now.") % {"name": done.value}, "settings_person", done.value.public_id)
    wanted = request.GET.get("q", "").strip()
    users = User.objects.visible_to(request.actor)
    page = slice_of(request, users.filter(name__icontains=wanted) | users.filter(username__icontains=wanted) if wanted else users)
    held: dict[int, list[str]] = {}
    for grant in RoleGrant.objects.live().filter(scope="", user__in=page.rows):
        held.setdefault(grant.user_id, []).append(role_label(grant.role))
    rows = [{"user": user, "roles": held.get(user.pk, [])} for user in page.rows]
    context = {"form": form, "rows": rows, "page": page, "wanted": wanted, "refused": _refused(request)}
    return show(request, "settings/people.html", context, status=status_of(form))


def _refused(request: PersonRequest) -> Any:
    allowed = may_administer(request.actor)
    return allowed.reason if isinstance(allowed, Denied) else ""


@portal_page("GET", "HEAD", "POST")
def person(request: PersonRequest, public_id: str) -> HttpResponse:
    """One person: what they hold, where; and for administrators giving and ending roles, and closing the account."""
    user = one(User.objects.visible_to(request.actor), public_id=public_id)
    if request.method != "POST":
        return _person_shown(request, user)
    command = COMMANDS.get(request.POST.get("command", ""))
    if command is None:
        raise Http404
    return command(request, user)


def _grant(request: PersonRequest, user: User) -> HttpResponse:
    form = GrantForm(request.POST)
    if attempt(form, lambda: services.grant_role(actor=request.actor, user=user, **form.cleaned_data)):
        said = _("%(name)s is now %(role)s, everywhere.") % {"name": user, "role": role_label(form.cleaned_data["role"])}
        return after(request, said, "settings_person", user.public_id)
    return _person_shown(request, user, grant_form=form)


def _end(request: PersonRequest, user: User) -> HttpResponse:
    grant = one(RoleGrant.objects.visible_to(request.actor).filter(user=user), public_id=request.POST.get("grant", ""))
    form = ReasonForm(request.POST)
    if attempt(form, lambda: services.end_role(actor=request.actor, grant=grant, **form.cleaned_data)):
        return after(
            request,
            _("%(name)s is no longer %(role)s.") % {"name": user, "role": role_label(grant.role)},
            "settings_person",
            user.public_id,
        )
    return _person_shown(request, user, end_form=form, ending=grant)


def _close(request: PersonRequest, user: User) -> HttpResponse:
    services.deactivate_user(actor=request.actor, user=user)
    return after(
        request,
        _("The account of %(name)s is closed. What they signed stays signed.") % {"name": user},
        "settings_person",
        user.public_id,
    )


COMMANDS: dict[str, Callable[[PersonRequest, User], HttpResponse]] = {"grant": _grant, "end": _end, "close": _close}


def _person_shown(
    request: PersonRequest,
    user: User,
    *,
    grant_form: GrantForm | None = None,
    end_form: ReasonForm | None = None,
    ending: RoleGrant | None = None,
) -> HttpResponse:
    grants = (
        RoleGrant.objects.visible_to(request.actor)
        .filter(user=user)
        .select_related("granted_by", "through__team")
        .order_by("ended_at", "-starts_at")
    )
    rows = list(grants[:200])
    titles = dict(
        UseCase.objects.filter(public_id__in=[row.scope for row in rows if row.scope]).values_list("public_id", "title")
    )
    slugs = dict(UseCase.objects.filter(public_id__in=titles).values_list("public_id", "slug"))
    shown = [
        {"row": row, "role": role_label(row.role), "where": titles.get(row.scope, ""), "slug": slugs.get(row.scope, "")}
        for row in rows
    ]
    allowed = may_grant(request.actor, role=next(iter(ROLES)), scope="", user=user)
    context = {
        "person": user,
        "grants": shown,
        "grant_form": grant_form or GrantForm(),
        "end_form": end_form or ReasonForm(),
        "ending": ending,
        "refused": _refused(request),
        "grant_refused": allowed.reason if isinstance(allowed, Denied) else "",
        "own": user == request.actor.user,
        **_time_of(request, user),
    }
    return show(request, "settings/person.html", context, status=status_of(*(form for form in (grant_form, end_form) if form)))


def _time_of(request: PersonRequest, user: User) -> dict[str, Any]:
    """When this person works and who acts for whom: by which calendars, and the delegations that hold or will."""
    calendars = list(Calendar.objects.visible_to(request.actor).order_by("pk"))
    roles = list(
        dict.fromkeys(RoleGrant.objects.visible_to(request.actor).live().filter(user=user).values_list("role", flat=True))
    )
    by_role: dict[str, list[str]] = {}
    found: dict[str, Calendar] = {}
    for role in roles:
        chosen = calendar_for(role, among=calendars)
        found[chosen.slug] = chosen
        by_role.setdefault(chosen.slug, []).append(role_label(role))
    rows = delegations_seen_by(request.actor).filter(ended_at=None, ends_at__gt=clock.now())
    return {
        "calendars": [(found[slug], labels) for slug, labels in by_role.items()],
        "away": list(rows.filter(principal=user).order_by("starts_at")[:20]),
        "stands_in": list(rows.filter(delegate=user).order_by("starts_at")[:20]),
        "may_look_ahead": bool(may_look_ahead(request.actor, user=user)),
    }
