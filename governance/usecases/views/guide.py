"""A new use case, step by step: what for, who, with which document, and then put forward for signature.

Each step writes real records through the same services as everywhere, so there is no draft to lose: going back shows what is
on record, and somebody who stops half-way goes on where they stopped. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.errors import CountersignError, Missing
from foundation.pages import PersonRequest, attempt, portal_page, refusal_of, status_of
from governance.people.models import User
from governance.people.permissions import may_grant
from governance.people.roles import role_label
from governance.people.services import grant_role
from governance.usecases import panels, selectors, services
from governance.usecases.comparison import changes
from governance.usecases.forms.guide import (
    GuideDocumentForm,
    GuideDraft,
    PeopleForm,
    TitleForm,
    free_document_slug,
    free_slug,
)
from governance.usecases.models import Definition, UseCase
from governance.usecases.permissions import may_add_document, may_define, may_open
from governance.usecases.uploads import was_too_large
from governance.usecases.views.people import KNOWN_PEOPLE
from governance.usecases.views.use_cases import use_case_of
from governance.usecases.wording import told_changes, told_kpis

WHAT, MORE, PEOPLE, DOCUMENT, SUBMIT, SUBMITTED = "what", "more", "people", "document", "submit", "submitted"
CAREFUL = (Definition.RiskTier.MEDIUM, Definition.RiskTier.HIGH)  # from which tier on more is asked
MORE_FIELDS = ("limits", "regulation", "assumptions", "availability", "data_sources", "consumers")


@portal_page("GET", "HEAD", "POST")
def guide_start(request: PersonRequest) -> HttpResponse:
    """The first step, where nothing is on record yet: anybody may."""
    return _what(request, None)


@portal_page("GET", "HEAD", "POST")
def guide(request: PersonRequest, slug: str, step: str) -> HttpResponse:
    """Any later step, or the first one again."""
    row = use_case_of(request, slug)
    shown = STEPS.get(step)
    if shown is None:
        raise Missing(_("There is no such page."))
    return shown(request, row)


# Steps ---------------------------------------------------------------------------------------------------------------


def _what(request: PersonRequest, row: UseCase | None) -> HttpResponse:
    """What goes wrong, for whom, and what is to get better."""
    current = row.current_definition() if row else None
    sent = request.method == "POST"
    title = TitleForm(request.POST if sent else None, initial={"title": row.title} if row else None)
    draft = GuideDraft(request.POST if sent else None, current)
    if sent and all([title.is_valid(), draft.is_valid]) and draft.has_kpi:
        written = _said(draft, lambda: _write(request, row, title.cleaned_data["title"], draft))
        if written is not None:
            return redirect("guide", written.slug, _next(written, WHAT))
    context = {
        **_page(row, WHAT),
        "title_form": title,
        "draft": draft,
        "based_on": _number_now(row),
        "moved_on": _moved_on(request, row, draft),
        "allowed": may_define(request.actor, row) if row else may_open(request.actor),
    }
    return render(request, "usecases/guide_what.html", context, status=status_of(title, *draft.shown))


def _write(request: PersonRequest, row: UseCase | None, title: str, draft: GuideDraft) -> UseCase:
    """Open it, or rename it, and write down what it is for: both or neither."""
    with transaction.atomic():
        if row is None:
            written = services.open_use_case(actor=request.actor, slug=free_slug(title), title=title)
        else:
            written = services.change_use_case(actor=request.actor, use_case=row, title=title)
        services.define(actor=request.actor, use_case=written, based_on=_based_on(request, row), **draft.content())
    return written


def _more(request: PersonRequest, row: UseCase) -> HttpResponse:
    """What has to be known where a wrong answer does harm."""
    current = row.current_definition()
    if current is None:
        return redirect("guide", row.slug, WHAT)
    sent = request.method == "POST"
    draft = GuideDraft(request.POST if sent else None, current)
    if sent and draft.is_valid:

        def write() -> Definition:
            return services.define(actor=request.actor, use_case=row, based_on=_based_on(request, row), **draft.content())

        if _said(draft, write) is not None:
            return redirect("guide", row.slug, _next(row, MORE))
    context = {
        **_page(row, MORE),
        "draft": draft,
        "based_on": _number_now(row),
        "moved_on": _moved_on(request, row, draft),
        "allowed": may_define(request.actor, row),
    }
    return render(request, "usecases/guide_more.html", context, status=status_of(*draft.shown))


def _people(request: PersonRequest, row: UseCase) -> HttpResponse:
    """Who is needed."""
    form = PeopleForm(request.POST if request.method == "POST" else None)

    def give() -> bool:
        with transaction.atomic():  # all of them or none, so that a refusal leaves nothing half-said
            for role, person in form.given():
                if not selectors.holds_here(row, person, role):
                    grant_role(actor=request.actor, user=person, role=role, scope=row.public_id)
        return True

    if request.method == "POST" and attempt(form, give):
        return redirect("guide", row.slug, _next(row, PEOPLE))
    context = {
        **_page(row, PEOPLE),
        "form": form,
        "roles": _roles(row),
        "known_people": User.objects.visible_to(request.actor).filter(is_active=True).order_by("name", "pk")[:KNOWN_PEOPLE],
        "allowed": may_grant(request.actor, role="", scope=row.public_id, user=None),
        "near": _near(request, row),
    }
    return render(request, "usecases/guide_people.html", context, status=status_of(form))


def _document(request: PersonRequest, row: UseCase) -> HttpResponse:
    """What people should read."""
    sent = request.method == "POST"
    form = GuideDocumentForm(request.POST if sent else None, request.FILES if sent else None)

    def add() -> Any:
        if was_too_large(request):
            raise services.too_large()
        said = form.cleaned_data
        slug = free_document_slug(row, said["title"])
        return services.add_document(actor=request.actor, use_case=row, slug=slug, **said)

    if sent and attempt(form, add):
        return redirect("guide", row.slug, _next(row, DOCUMENT))
    context = {
        **_page(row, DOCUMENT),
        "form": form,
        "documents": [shelf.newest for shelf in selectors.documents_of(row)],
        "allowed": may_add_document(request.actor, row),
        "next_url": reverse("guide", args=[row.slug, _next(row, DOCUMENT)]),
    }
    return render(request, "usecases/guide_document.html", context, status=status_of(form))


def _submit(request: PersonRequest, row: UseCase) -> HttpResponse:
    """Look it over, and put it forward: the room of approvals is asked through its own panel."""
    definition = selectors.definition_with_author(row)
    if definition is None:
        return redirect("guide", row.slug, WHAT)
    definition.use_case = row
    shown = panels.panels_of(request, definition)
    if isinstance(shown, HttpResponse):
        return redirect("guide", row.slug, SUBMITTED)
    sign_off = panels.sign_offs_of(request.actor, [definition]).get(definition.public_id)
    if sign_off is not None and sign_off.is_open:
        return redirect("guide", row.slug, SUBMITTED)
    context = {
        **_page(row, SUBMIT),
        "definition": definition,
        "kpis": told_kpis(definition.kpis.all()),
        "roles": _roles(row),
        "documents": [shelf.newest for shelf in selectors.documents_of(row)],
        "panels": shown,
        "near": _near(request, row),
        "has_signer": selectors.has_signer(row),
    }
    return render(request, "usecases/guide_submit.html", context, status=max([200, *(panel.status for panel in shown)]))


def _submitted(request: PersonRequest, row: UseCase) -> HttpResponse:
    """It is put forward: what happens next, and whose move it is."""
    definition = selectors.definition_with_author(row)
    found = panels.sign_offs_of(request.actor, [definition]).get(definition.public_id) if definition else None
    if definition is None or found is None:
        return redirect("guide", row.slug, SUBMIT)
    context = {**_page(row, SUBMITTED), "definition": definition, "sign_off": found, "you": request.actor.user}
    return render(request, "usecases/guide_submitted.html", context)


STEPS: dict[str, Callable[[PersonRequest, UseCase], HttpResponse]] = {
    WHAT: _what,
    MORE: _more,
    PEOPLE: _people,
    DOCUMENT: _document,
    SUBMIT: _submit,
    SUBMITTED: _submitted,
}


# What the steps share ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    key: str
    label: str
    done: bool


def _steps(row: UseCase | None) -> list[Step]:
    """The steps of this use case: more is asked only where a wrong answer does harm."""
    current = row.current_definition() if row else None
    told = current.body() if current else {}
    asked_more = told.get("risk_tier") in CAREFUL
    people = row is not None and len(selectors.grants_on(row)) > 1
    return [
        Step(WHAT, _("What for"), current is not None),
        *([Step(MORE, _("What could go wrong"), any(told.get(name) for name in MORE_FIELDS))] if asked_more else []),
        Step(PEOPLE, _("Who"), people),
        Step(DOCUMENT, _("A document"), bool(row and row.documents.exists())),
        Step(SUBMIT, _("Look it over"), False),
    ]


def _next(row: UseCase, step: str) -> str:
    keys = [item.key for item in _steps(row)]
    return keys[keys.index(step) + 1] if step in keys else PEOPLE


def _page(row: UseCase | None, current: str) -> dict[str, Any]:
    """What `usecases/guide.html` wants: the use case, and the stepper. Steps can be left and come back to in any order."""
    steps = _steps(row)
    places = {item.key: place for place, item in enumerate(steps)}
    return {
        "use_case": row,
        "step": current,
        "number": places.get(current, len(steps)) + 1,
        "of": len(steps),
        "steps": [
            {
                "label": item.label,
                "state": "current" if item.key == current else "done" if item.done or current == SUBMITTED else "upcoming",
                "url": reverse("guide", args=[row.slug, item.key]) if row and item.key != current else "",
            }
            for item in steps
        ],
        "back_url": _back(row, steps, places.get(current, 0)),
    }


def _back(row: UseCase | None, steps: list[Step], place: int) -> str:
    return reverse("guide", args=[row.slug, steps[place - 1].key]) if row and place else ""


def _roles(row: UseCase) -> list[dict[str, Any]]:
    return [
        {"label": role_label(item["role"]), "people": item["people"]}
        for item in selectors.roles_in_short(selectors.grants_on(row))
    ]


def _near(request: PersonRequest, row: UseCase) -> list[Any]:
    """Use cases that look alike: shown, and never in the way."""
    current = row.current_definition()
    said = (
        {}
        if current is None
        else {
            "business_problem": current.business_problem,
            "ml_problem": current.ml_problem,
            "data_sources": current.data_sources,
            "consumers": current.consumers,
        }
    )
    return selectors.near(request.actor, title=row.title, but=row, limit=3, **said)


def _number_now(row: UseCase | None) -> int:
    current = row.current_definition() if row else None
    return current.number if current else 0


def _based_on(request: PersonRequest, row: UseCase | None) -> int | None:
    told = request.POST.get("based_on", "")
    return int(told) if row and told.isascii() and told.isdigit() and len(told) < 9 else None


def _said(draft: GuideDraft, act: Callable[[], Any]) -> Any:
    """What the service returned, or None when it refused: then the draft says why and keeps what was typed."""
    try:
        return act()
    except Missing:
        raise
    except CountersignError as error:
        draft.tell(error)
        return None


def _moved_on(request: PersonRequest, row: UseCase | None, draft: GuideDraft) -> list[Any] | None:
    """After a conflict: what somebody else wrote since this person opened the step. Their own text stays in the form."""
    refusal = refusal_of(draft.form)
    based_on = _based_on(request, row)
    if row is None or based_on is None or refusal is None or refusal.code != "definition.conflict":
        return None
    seen = row.definitions.filter(number=based_on).prefetch_related("kpis").first()
    current = row.current_definition()
    return told_changes(changes(seen.body() if seen else None, current.body() if current else {}))
