"""Where a use case stands, what is missing to go on, and moves forward and back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.errors import Conflict, Missing
from foundation.pages import PersonRequest, after, attempt, one, portal_page, refusal_of, status_of
from governance.usecases import conditions, returns, services, tabs
from governance.usecases.forms import BackForm, GoOnForm, MoveForm, StandstillForm
from governance.usecases.models import StageMove, Standstill, UseCase
from governance.usecases.selectors import stages
from governance.usecases.selectors.stages import Asked, Standing
from governance.usecases.stage_permissions import may_move_stage, may_say_why_it_stands
from governance.usecases.stage_wording import language_now
from governance.usecases.views.use_cases import show_tab, use_case_of


def stage_content(request: PersonRequest, row: UseCase) -> dict[str, Any]:
    """The stepper, what is missing and whose it is, the ways on and back, and every move so far."""
    moves = stages.moves_of(row)
    standing = stages.standing_after(row, moves[0] if moves else None, stages.lifecycle_in_force())
    asked = stages.asked_to_go_on(standing)
    following = standing.following
    lifecycle = standing.rules.lifecycle
    return {
        "standing": standing,
        "stage_title": standing.stage.title(language_now()),
        "stage_purpose": standing.stage.purpose(language_now()),
        "next_title": following.title(language_now()) if following else "",
        "steps": steps_of(standing, moves),
        "lacking": [shown(item, request) for item in asked if not item.met],
        "fulfilled": [shown(item, request) for item in asked if item.met],
        "hand_over_asked": any(item.key == "hand_over.accepted" for item in asked) or row.hand_overs.exists(),
        "form": MoveForm(initial={"to": following.key if following else "", "seen": standing.stage.key}),
        "can_go_back": bool(standing.known and lifecycle.before(standing.stage.key)),
        "may_move": may_move_stage(request.actor, row),
        "standstill": row.standstills.standing().select_related("created_by").first(),
        "still_form": StandstillForm(),
        "go_on_form": GoOnForm(),
        "may_say": may_say_why_it_stands(request.actor, row),
        "history": [told_move(move, standing) for move in moves],
        "came_back": moves[0] if moves and moves[0].back else None,
    }


def steps_of(standing: Standing, moves: list[StageMove]) -> list[dict[str, Any]]:
    """The stages as `components/stepper.html` takes them; those that it was in and came back from are marked."""
    lifecycle, language = standing.rules.lifecycle, language_now()
    been = {move.from_stage for move in moves} | {move.to_stage for move in moves}
    state = "done"
    steps = []
    for stage in lifecycle.stages:
        here = stage.key == standing.stage.key
        now = "current" if here else state if state == "done" else "returned" if stage.key in been else "upcoming"
        steps.append({"label": stage.title(language), "state": now})
        state = "ahead" if here or state == "ahead" else "done"
    return steps


def shown(item: Asked, request: PersonRequest) -> dict[str, Any]:
    """A condition as `components/requirement.html` takes it."""
    people = [{"display": str(user), "you": user == request.actor.user} for user in item.people]
    nobody = [{"display": label, "type": "role"} for label in item.role_labels] if not people else []
    return {
        "state": item.answer.state,
        "title": item.label,
        "reason": item.answer.said,
        "waiting_on": [] if item.met else people or nobody,
        "url": item.answer.url,
        "on_entry": item.on_entry,
    }


def told_move(move: StageMove, standing: Standing) -> dict[str, Any]:
    """A move as `components/timeline_item.html` takes it."""
    language = language_now()

    def title(key: str) -> str:
        stage = standing.rules.lifecycle.stage(key)
        return stage.title(language) if stage else key

    words = {"from": title(move.from_stage), "to": title(move.to_stage)}
    answered = [conditions.label_of(item["key"]) for item in move.conditions]
    details = [move.evidence] if move.evidence else []
    if answered:
        details.append(_("Was met then: %(conditions)s") % {"conditions": ", ".join(answered)})
    return {
        "actor": str(move.created_by) if move.created_by else "Countersign",
        "text": (_("sent it back from %(from)s to %(to)s") if move.back else _("moved it from %(from)s to %(to)s")) % words,
        "icon": "undo-2" if move.back else "arrow-right",
        "at": move.created_at,
        "comment": move.reason,
        "detail": " · ".join(details),
    }


def stage_card(request: PersonRequest, row: UseCase) -> dict[str, Any]:
    """The stage on the overview: since when, and the first thing that is missing."""
    standing = stages.cached_standing(row, stages.lifecycle_in_force())
    lacking = stages.missing(stages.asked_to_go_on(standing))
    following = standing.following
    return {
        "title": standing.stage.title(language_now()),
        "since": standing.since,
        "next_title": following.title(language_now()) if following else "",
        "lacking": len(lacking),
        "first": lacking[0] if lacking else None,
        "people": lacking[0].people if lacking else (),
        "standstill": row.standstills.standing().first(),
        "chased": row.kind != UseCase.Kind.RESEARCH,
    }


@portal_page("POST")
def stage_move(request: PersonRequest, slug: str) -> HttpResponse:
    """Go on to the next stage; a refused move shows everything that is missing."""
    row = use_case_of(request, slug)
    form = MoveForm(request.POST)
    done = attempt(form, lambda: services.move_stage(actor=request.actor, use_case=row, **form.cleaned_data))
    if done is None:
        unmet = _only_the_sentence(form)
        return show_tab(request, row, "stage", status=status_of(form), form=form, refused=unmet)
    rules = stages.lifecycle_in_force().lifecycle.stage(done.value.to_stage)
    said = _("%(title)s is now at %(stage)s.") % {"title": row, "stage": rules.title(language_now()) if rules else ""}
    return after(request, said, "use_case_tab", row.slug, "stage")


def _only_the_sentence(form: forms.Form) -> bool:
    """Say once at the form that something is missing: each condition stands below it with whose it is."""
    refusal = refusal_of(form)
    if not isinstance(refusal, Conflict) or refusal.code != "stage.unmet":
        return False
    form.errors.pop("__all__", None)
    names = ", ".join(str(getattr(item, "label", item.field)) for item in refusal.errors)
    form.add_error(None, f"{refusal.detail} {names}.")
    return True


@portal_page("GET", "HEAD", "POST")
def stage_back(request: PersonRequest, slug: str) -> HttpResponse:
    """Send it back: who is affected stands there before anybody confirms."""
    row = use_case_of(request, slug)
    standing = stages.stage_of(row)
    earlier = standing.rules.lifecycle.before(standing.stage.key) if standing.known else ()
    if not earlier:
        raise Missing(_("It stands at the first stage. There is no way back from there."))
    initial = {"seen": standing.stage.key, "to": request.GET.get("to") or earlier[0].key}
    form = BackForm(request.POST if request.method == "POST" else None, stages=earlier, initial=initial)
    if request.method == "POST" and (
        done := attempt(form, lambda: services.move_stage(actor=request.actor, use_case=row, **form.cleaned_data))
    ):
        stage = standing.rules.lifecycle.stage(done.value.to_stage)
        said = _("%(title)s is back at %(stage)s. Everybody who is affected was told.") % {
            "title": row,
            "stage": stage.title(language_now()) if stage else "",
        }
        return after(request, said, "use_case_tab", row.slug, "stage")
    context = {
        **tabs.page_of(row, "stage", {"label": _("Send it back")}),
        "standing": standing,
        "stage_title": standing.stage.title(language_now()),
        "form": form,
        "affected": stages.affected_by_return(row),
        "remain": returns.remaining(request.actor, row),
        "allowed": may_move_stage(request.actor, row),
    }
    return render(request, "usecases/stage_back.html", context, status=status_of(form))


@portal_page("POST")
def stage_still(request: PersonRequest, slug: str) -> HttpResponse:
    """Say why it does not move."""
    row = use_case_of(request, slug)
    form = StandstillForm(request.POST)
    done = attempt(form, lambda: services.stand_still(actor=request.actor, use_case=row, **form.cleaned_data))
    if done is None:
        return show_tab(request, row, "stage", status=status_of(form), still_form=form)
    return after(request, _("Written down. It stands on the list of work that does not move."), "use_case_tab", row.slug, "stage")


@portal_page("POST")
def stage_go_on(request: PersonRequest, slug: str) -> HttpResponse:
    """End the standstill."""
    row = use_case_of(request, slug)
    standing = one(Standstill.objects.visible_to(request.actor).standing().select_related("use_case"), use_case=row)
    form = GoOnForm(request.POST)
    if attempt(form, lambda: services.go_on(actor=request.actor, standstill=standing, **form.cleaned_data)) is None:
        return show_tab(request, row, "stage", status=status_of(form), go_on_form=form)
    return after(request, _("It goes on."), "use_case_tab", row.slug, "stage")
