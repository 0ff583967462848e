"""Increments of a use case: recorded, looked at, talked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation import objects
from foundation.errors import Missing
from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from governance.people.models import RoleGrant, User
from governance.people.roles import role_label
from governance.usecases import downloads, newest, selectors, services, tabs, talk
from governance.usecases.audience import WATCHERS, WITHIN_DAYS
from governance.usecases.forms import FeedbackForm, GuestsForm, IncrementForm, OutcomeForm
from governance.usecases.models import Attachment, Feedback, Increment, UseCase
from governance.usecases.permissions import (
    may_answer_feedback,
    may_give_feedback,
    may_look_at_increment,
    may_record_increment,
    may_speak_for_others,
)
from governance.usecases.services.pictures import too_large as picture_too_large
from governance.usecases.uploads import was_too_large
from governance.usecases.views.use_cases import shared_use_case_of, show_tab, use_case_of

OFFERED_BUILDS = 10  # versions one can choose from; CI names any
A_PAGE = 20  # increments, with their pictures
OFFERED_FEEDBACK = 100  # what a piece of feedback can be said to repeat


def increments_content(request: PersonRequest, row: UseCase) -> dict[str, Any]:
    """What was shown so far, newest first, who has seen nothing of late, and the form to record the next."""
    page = slice_of(request, selectors.increments_seen(request.actor, row), size=A_PAGE)
    allowed = may_record_increment(request.actor, row)
    return {
        "slice": page,
        "increments": selectors.told_increments(page.rows),
        "unseen": [] if row.shared_only else selectors.unseen_by([row]).get(row.pk, []),
        "days": WITHIN_DAYS,
        "may_record": allowed,
        "form": _form(row) if allowed else None,
    }


def increments_card(request: PersonRequest, row: UseCase) -> dict[str, Any] | None:
    """For the overview: what was shown last, what nobody answered yet, and who has seen nothing."""
    feedback = Feedback.objects.visible_to(request.actor).filter(increment__use_case=OuterRef("use_case"), outcomes=None)
    waiting = feedback.order_by().values("increment__use_case").annotate(count=Count("pk")).values("count")
    seen = Increment.objects.visible_to(request.actor).filter(use_case=row).annotate(waiting=Subquery(waiting))
    last: Any = seen.order_by("-pk").first()
    unseen = [] if row.shared_only else selectors.unseen_by([row]).get(row.pk, [])
    if last is None and not unseen:
        return None
    count = last.waiting or 0 if last is not None else 0
    return {"last": last, "unseen": unseen, "waiting": count, "days": WITHIN_DAYS, "url": tabs.tab_url(row, "increments")}


def _people(grants: Sequence[RoleGrant]) -> Mapping[User, str]:
    """Who holds which roles here, for the choice of guests: those for whom increments are made first."""
    roles: dict[User, list[str]] = {}
    for grant in sorted(grants, key=lambda grant: (grant.role not in WATCHERS, grant.pk)):
        roles.setdefault(grant.user, []).append(role_label(grant.role))
    return {user: ", ".join(labels) for user, labels in roles.items()}


def _form(row: UseCase, *sent: Any) -> IncrementForm:
    papers = [shelf.newest for shelf in selectors.documents_of(row) if not shelf.newest.withdrawn]
    grants = selectors.grants_on(row)
    watching = [grant.user for grant in grants if grant.role in WATCHERS]
    builds = newest.builds_of(row, OFFERED_BUILDS)
    return IncrementForm(*sent, people=_people(grants), papers=papers, builds=builds, watching=watching)


@portal_page("POST")
def increment_add(request: PersonRequest, slug: str) -> HttpResponse:
    """Record an increment."""
    row = use_case_of(request, slug)
    form = _form(row, request.POST, request.FILES)

    def record() -> Increment:
        if was_too_large(request):
            raise picture_too_large()
        return services.record_increment(actor=request.actor, use_case=row, **form.cleaned_data)

    done = attempt(form, record)
    if done is None:
        return show_tab(request, row, "increments", status=status_of(form), form=form)
    said = _("Increment %(number)s is on record. Who is to look at it has been told.") % {"number": done.value.number}
    return after(request, said, "increment", row.slug, done.value.number)


@portal_page(outside=True)
def increment(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """One increment: what there is to see, who saw it, what they said, and what became of that."""
    row = shared_use_case_of(request, slug)
    return _shown(request, row, _found(row, number))


@portal_page("POST", outside=True)
def increment_seen(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Say that one has looked at it."""
    row = shared_use_case_of(request, slug)
    found = _found(row, number)
    services.look_at_increment(actor=request.actor, increment=found.increment)
    return after(request, _("It is noted that you have seen this."), "increment", row.slug, number)


@portal_page("POST")
def increment_people(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Add people to whom it was shown too."""
    row = use_case_of(request, slug)
    found = _found(row, number)
    form = GuestsForm(request.POST, people=_people(selectors.grants_on(row)), prefix="people")
    done = attempt(form, lambda: services.show_increment(actor=request.actor, increment=found.increment, **form.cleaned_data))
    if done is None:
        return _shown(request, row, found, people_form=form)
    return after(request, _("They are on the list now."), "increment", row.slug, number)


@portal_page("POST", outside=True)
def feedback_give(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Say what one thinks of an increment."""
    row = shared_use_case_of(request, slug)
    found = _found(row, number)
    form = FeedbackForm(request.POST, for_others=bool(may_speak_for_others(request.actor, found.increment)))
    done = attempt(form, lambda: services.give_feedback(actor=request.actor, increment=found.increment, **form.cleaned_data))
    if done is None:
        return _shown(request, row, found, feedback_form=form)
    said = _("Thank you. Those who build it have been told, and will say here what becomes of it.")
    return after(request, said, "increment", row.slug, number)


@portal_page("POST")
def feedback_answer(request: PersonRequest, slug: str, number: int, item: int) -> HttpResponse:
    """Say what became of one piece of feedback."""
    row = use_case_of(request, slug)
    found = _found(row, number)
    said = next((said for said in found.feedback if said.feedback.number == item), None)
    if said is None:
        raise Missing(_("There is no such feedback here."))
    form = _outcome_form(request, row, said.feedback, request.POST)
    done = attempt(form, lambda: services.answer_feedback(actor=request.actor, feedback=said.feedback, **form.cleaned_data))
    if done is None:
        return _shown(request, row, found, outcome_forms={item: form})
    return after(request, _("What became of it is on record."), "increment", row.slug, number)


@portal_page(outside=True)
def increment_picture(request: PersonRequest, public_id: str) -> Any:
    """The bytes of a picture, for the page that shows it."""
    return downloads.picture(one(Attachment.objects.visible_to(request.actor), public_id=public_id))


def _found(row: UseCase, number: int) -> selectors.Shown:
    found = selectors.increment_of(row, number)
    if found is None:
        raise Missing(_("There is no such increment here."))
    return found


def _outcome_form(request: PersonRequest, row: UseCase, feedback: Feedback, sent: Any = None) -> OutcomeForm:
    earlier = (
        Feedback.objects.visible_to(request.actor)
        .filter(increment__use_case=row, pk__lt=feedback.pk)
        .exclude(outcomes__what="duplicate")
    )
    others = earlier.select_related("increment", "created_by").order_by("-pk")[:OFFERED_FEEDBACK]
    return OutcomeForm(sent, others=list(others), prefix=f"outcome-{feedback.number}")


def _shown(
    request: PersonRequest,
    row: UseCase,
    found: selectors.Shown,
    *,
    people_form: GuestsForm | None = None,
    feedback_form: FeedbackForm | None = None,
    outcome_forms: Mapping[int, OutcomeForm] | None = None,
) -> HttpResponse:
    actor, item = request.actor, found.increment
    may_record, may_answer = may_record_increment(actor, row), may_answer_feedback(actor, item)
    sent = outcome_forms or {}
    has_seen = item.created_by == actor.user or any(showing.user_id == actor.user.pk for showing in found.attended)
    forms = [form for form in (people_form, feedback_form, *sent.values()) if form is not None]
    context = {
        **tabs.page_of(row, "increments", {"label": _("Increment %(number)s") % {"number": item.number}}),
        "shown": found,
        "increment": item,
        "version": _version(request, item),
        "feedback": [
            {
                "said": said,
                "form": sent.get(said.feedback.number) or (_outcome_form(request, row, said.feedback) if may_answer else None),
                "open": said.feedback.number in sent,
            }
            for said in found.feedback
        ],
        "may_answer": may_answer,
        "talk": talk.panel_of(request, item),
        "may_record": may_record,
        "may_give": may_give_feedback(actor, item),
        "may_look": not has_seen and may_look_at_increment(actor, item),
        "feedback_form": feedback_form or FeedbackForm(for_others=bool(may_speak_for_others(actor, item))),
        "people_form": people_form
        or (GuestsForm(people=_people(selectors.grants_on(row)), prefix="people") if may_record else None),
        "people_open": people_form is not None,
    }
    return render(request, "usecases/increment.html", context, status=status_of(*forms))


def _version(request: PersonRequest, item: Increment) -> dict[str, str] | None:
    """The model version it was shown with, where the person may see it."""
    row = objects.resolve(item.model_version, actor=request.actor) if item.model_version else None
    return {"label": objects.type_of(row).title(row), "url": objects.url_of(row)} if row is not None else None
