"""What a use case needs to run on against what its platform offers, and deviations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation import clock
from foundation.pages import PersonRequest, after, attempt, one, portal_page, status_of
from governance.usecases import selectors, services, stack_wording, tabs
from governance.usecases.forms import DeviationForm, EndDeviationForm, NeedForm, at_fields
from governance.usecases.models import Platform, StackDeviation, UseCase
from governance.usecases.permissions import may_ask_deviation, may_confirm_deviation, may_end_deviation, may_state_need
from governance.usecases.selectors.stack import Stack
from governance.usecases.stack import Finding
from governance.usecases.views.use_cases import use_case_of

A_YEAR = timedelta(days=365)


def stack_card(request: PersonRequest, row: UseCase) -> dict[str, Any]:
    """The stack on the overview."""
    stack = selectors.stack_of(row)
    return {
        "look": stack_wording.look_of(stack.standing),
        "said": stack_wording.headline(stack),
        "standing": stack.standing,
        "lacking": [stack_wording.thing_label(item.aspect, item.item) for item in stack.comparison.lacking][:5]
        if stack.comparison
        else [],
        "waiting": len(stack.asked),
    }


@portal_page()
def stack(request: PersonRequest, slug: str) -> HttpResponse:
    """What it needs against what the platform offers, part by part."""
    return _shown(request, use_case_of(request, slug))


@portal_page("GET", "HEAD", "POST")
def stack_need(request: PersonRequest, slug: str) -> HttpResponse:
    """Say what the use case needs to run, and where."""
    row = use_case_of(request, slug)
    platforms = list(Platform.objects.visible_to(request.actor).order_by("title", "pk"))
    current = selectors.stack_of(row).need
    form = NeedForm(
        request.POST if request.method == "POST" else None,
        platforms=platforms,
        content=current.content if current else None,
        platform=current.platform.slug if current else "",
    )
    sent = request.POST.get("based_on", "")
    based_on = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 9 else None

    def act() -> Any:
        platform = next(item for item in platforms if item.slug == form.cleaned_data["platform"])
        return at_fields(
            lambda: services.state_need(
                actor=request.actor, use_case=row, platform=platform, need=form.content(), based_on=based_on
            )
        )

    if request.method == "POST" and attempt(form, act):
        return after(request, _("Kept. This is how it compares with the platform."), "stack", row.slug)
    context = {
        **tabs.page_of(row, "overview", {"label": _("Stack"), "url": f"/use-cases/{row.slug}/stack/"}, {"label": _("Needs")}),
        "form": form,
        "platforms": platforms,
        "current": current,
        "allowed": may_state_need(request.actor, row),
    }
    return render(request, "usecases/stack_need.html", context, status=status_of(form))


@portal_page("GET", "HEAD", "POST")
def stack_deviation(request: PersonRequest, slug: str) -> HttpResponse:
    """Ask that one part may differ: `aspect`, `item` and `wanted` name it."""
    row = use_case_of(request, slug)
    said = request.POST if request.method == "POST" else request.GET
    key = {name: said.get(name, "")[:200] for name in ("aspect", "item", "wanted")}
    form = DeviationForm(request.POST if request.method == "POST" else None, initial={"valid_until": clock.now().date() + A_YEAR})
    if request.method == "POST" and attempt(
        form, lambda: services.ask_deviation(actor=request.actor, use_case=row, **{**key, **form.cleaned_data})
    ):
        return after(request, _("Asked for. It counts when a second person has confirmed it."), "stack", row.slug)
    crumbs = ({"label": _("Stack"), "url": f"/use-cases/{row.slug}/stack/"}, {"label": _("Deviation")})
    context = {
        **tabs.page_of(row, "overview", *crumbs),
        "form": form,
        "key": key,
        "thing": stack_wording.thing_label(key["aspect"], key["item"]),
        "wanted": stack_wording.wanted_label(key["aspect"], key["wanted"]),
        "allowed": may_ask_deviation(request.actor, row),
    }
    return render(request, "usecases/stack_deviation.html", context, status=status_of(form))


@portal_page("POST")
def stack_deviation_answer(request: PersonRequest, slug: str, deviation: str) -> HttpResponse:
    """Confirm a deviation as the second person, or end it: `command` says which."""
    row = use_case_of(request, slug)
    found = one(
        StackDeviation.objects.visible_to(request.actor).select_related("platform", "use_case", "proposed_by"),
        use_case=row,
        public_id=deviation,
    )
    form = EndDeviationForm(request.POST)
    confirm = request.POST.get("command") == "confirm"

    def act() -> StackDeviation:
        if confirm:
            return services.confirm_deviation(actor=request.actor, deviation=found)
        return services.end_deviation(actor=request.actor, deviation=found, reason=form.cleaned_data["reason"])

    if attempt(form, act):
        said = (
            _("Confirmed. It counts for every use case that needs the same of this platform.")
            if confirm
            else _("It counts nowhere any more.")
        )
        return after(request, said, "stack", row.slug)
    return _shown(request, row, refused=form)


def _shown(request: PersonRequest, row: UseCase, *, refused: EndDeviationForm | None = None) -> HttpResponse:
    stack = selectors.stack_of(row)
    agreed = [item.approved_by for item in stack.comparison.findings if item.approved_by] if stack.comparison else []
    origins = UseCase.objects.visible_to(request.actor).filter(pk__in={item.use_case_id for item in agreed})
    seen = set(origins.values_list("pk", flat=True))
    findings = stack.comparison.findings if stack.comparison else ()
    rows = [told_finding(request, stack, item, seen) for item in findings]
    context = {
        **tabs.page_of(row, "overview", {"label": _("Stack")}),
        "stack": stack,
        "look": stack_wording.look_of(stack.standing),
        "headline": stack_wording.headline(stack),
        "findings": rows,
        "asked": [told_deviation(request, item) for item in stack.asked],
        "mine": [told_deviation(request, item) for item in _own(row, stack)],
        "may_state": may_state_need(request.actor, row),
        "may_ask": may_ask_deviation(request.actor, row),
        "history": [{"row": item, "told": stack_wording.told(item.content)} for item in selectors.needs_of(row)],
        "end_form": refused or EndDeviationForm(),
    }
    return render(request, "usecases/stack.html", context, status=status_of(refused) if refused else 200)


def _own(row: UseCase, stack: Stack) -> list[StackDeviation]:
    """Deviations that were recorded for this use case and are agreed to."""
    return [item for item in selectors.deviations_live().filter(use_case=row) if item.confirmed_at is not None]


def told_finding(request: PersonRequest, stack: Stack, item: Finding, seen: set[int]) -> dict[str, Any]:
    """One part as the page shows it; `seen` are the use cases that this person may know of."""
    agreed: StackDeviation | None = item.approved_by
    waiting = stack.waiting_for(item.key)
    state = "agreed" if agreed is not None else item.state
    return {
        "aspect": stack_wording.aspect_label(item.aspect),
        "thing": stack_wording.thing_label(item.aspect, item.item),
        "wanted": stack_wording.wanted_label(item.aspect, item.wanted),
        "why": stack_wording.why(item),
        "look": stack_wording.look_of(state),
        "key": {"aspect": item.aspect, "item": item.item, "wanted": item.wanted},
        "agreed": agreed,
        "elsewhere": agreed is not None and stack.need is not None and agreed.use_case_id != stack.need.use_case_id,
        "origin": agreed.use_case if agreed is not None and agreed.use_case_id in seen else None,
        "waiting": waiting,
        "lacking": not item.settled and waiting is None,
    }


def told_deviation(request: PersonRequest, row: StackDeviation) -> dict[str, Any]:
    """A deviation with what this person may do about it."""
    return {
        "row": row,
        "thing": stack_wording.thing_label(row.aspect, row.item),
        "wanted": stack_wording.wanted_label(row.aspect, row.wanted),
        "state": "active" if row.confirmed_at is not None else "proposed",
        "may_confirm": may_confirm_deviation(request.actor, row),
        "may_end": may_end_deviation(request.actor, row),
        "own": row.proposed_by == request.actor.user,
    }
