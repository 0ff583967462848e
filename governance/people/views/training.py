"""Training: which roles ask for it, and the evidence of one person. And teams: who belongs to them, and what they hold."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from foundation.permissions import Denied
from governance.people import services
from governance.people.forms import MemberForm, TeamForm, TrainingRecordForm, TrainingRuleForm
from governance.people.models import Team, TeamGrant, TrainingRecord, TrainingRule, User
from governance.people.permissions import may_administer, may_record_training
from governance.people.roles import role_label


def _refused(allowed: Any) -> Any:
    return allowed.reason if isinstance(allowed, Denied) else ""


@portal_page("GET", "HEAD", "POST")
def training_rules(request: PersonRequest) -> HttpResponse:
    """Trainings that roles ask for; administrators add and end them."""
    ending = request.POST.get("end", "")
    if ending:
        rule = one(TrainingRule.objects.visible_to(request.actor), public_id=ending)
        services.end_training_rule(actor=request.actor, rule=rule)
        said = _("%(role)s no longer asks for “%(title)s”.") % {"role": role_label(rule.role), "title": rule.title}
        return after(request, said, "people_training_rules")
    form = TrainingRuleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (
        done := attempt(form, lambda: services.ask_for_training(actor=request.actor, **form.cleaned_data))
    ):
        said = _("%(role)s asks for “%(title)s” from now on.") % {"role": role_label(done.value.role), "title": done.value.title}
        return after(request, said, "people_training_rules")
    rows = [
        {"row": row, "role": role_label(row.role)}
        for row in TrainingRule.objects.visible_to(request.actor).in_force().order_by("role", "training")[:200]
    ]
    context = {"rows": rows, "form": form, "refused": _refused(may_administer(request.actor))}
    return render(request, "people/training_rules.html", context, status=status_of(form))


@portal_page("GET", "HEAD", "POST")
def training(request: PersonRequest, public_id: str) -> HttpResponse:
    """The evidence of one person; whoever leads something adds to it."""
    user: User = one(User.objects.visible_to(request.actor), public_id=public_id)
    withdrawing = request.POST.get("withdraw", "")
    if withdrawing:
        rows = TrainingRecord.objects.visible_to(request.actor).filter(user=user).select_related("user")
        services.withdraw_training(actor=request.actor, record=one(rows, public_id=withdrawing))
        return after(request, _("It stays on record and counts no more."), "people_training", user.public_id)
    form = TrainingRecordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and attempt(
        form, lambda: services.record_training(actor=request.actor, user=user, **form.cleaned_data)
    ):
        return after(request, _("The training is on record."), "people_training", user.public_id)
    shown = (
        TrainingRecord.objects.visible_to(request.actor).filter(user=user).select_related("recorded_by").order_by("-completed_on")
    )
    valid = set(TrainingRecord.objects.visible_to(request.actor).filter(user=user).valid().values_list("pk", flat=True))
    context = {
        "person": user,
        "rows": [{"row": row, "valid": row.pk in valid} for row in shown[:200]],
        "form": form,
        "known": TrainingRule.objects.visible_to(request.actor).in_force().order_by("training"),
        "refused": _refused(may_record_training(request.actor, user=user)),
    }
    return render(request, "people/training.html", context, status=status_of(form))


@portal_page("GET", "HEAD", "POST")
def teams(request: PersonRequest) -> HttpResponse:
    """Teams with their members and roles; administrators found them and say who belongs to them."""
    command = request.POST.get("command", "")
    form = TeamForm(request.POST if command == "found" else None)
    member = MemberForm(request.POST if command in ("add", "remove") else None)
    if command == "found":
        if attempt(form, lambda: services.create_team(actor=request.actor, **form.cleaned_data)):
            return after(request, _("The team is there. Say who belongs to it."), "people_teams")
    elif command in ("add", "remove"):
        team = one(Team.objects.visible_to(request.actor), slug=request.POST.get("team", ""))

        def change() -> Team:
            return services.change_members(actor=request.actor, team=team, **{command: [member.cleaned_data["person"]]})

        if attempt(member, change):
            return after(request, _("The team has changed, and the roles of its members with it."), "people_teams")
    elif request.method == "POST":
        raise Http404
    page = slice_of(request, Team.objects.visible_to(request.actor).prefetch_related("memberships__user"))
    held: dict[int, list[str]] = {}
    for grant in TeamGrant.objects.visible_to(request.actor).unfinished().filter(team__in=page.rows):
        held.setdefault(grant.team_id, []).append(role_label(grant.role))
    rows = [
        {
            "team": team,
            "members": [row.user for row in team.memberships.all() if row.ended_at is None],
            "roles": list(dict.fromkeys(held.get(team.pk, []))),
        }
        for team in page.rows
    ]
    context = {
        "rows": rows,
        "slice": page,
        "form": form,
        "member": member,
        "refused": _refused(may_administer(request.actor)),
        "known_people": User.objects.visible_to(request.actor).active().order_by("name", "pk")[:200],
    }
    return render(request, "people/teams.html", context, status=status_of(form, member))
