"""The queue of security, what all use cases wait for together, and asking for a review."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.errors import CountersignError
from foundation.pages import PersonRequest, after, attempt, one, portal_page, status_of
from governance.dependencies import services
from governance.dependencies.components import label_of
from governance.dependencies.forms.reviews import AskReviewForm, WithdrawForm
from governance.dependencies.models import Review, ReviewRequest
from governance.dependencies.package_panels import key_of
from governance.dependencies.review_permissions import may_ask_review, may_close_request
from governance.dependencies.selectors.criteria import criterion_titles
from governance.dependencies.selectors.queue import Queue, queue_of
from governance.dependencies.selectors.review_sheets import review_rows
from governance.dependencies.selectors.work import Backlog, backlog_of
from governance.dependencies.views.sets import crumbs
from governance.dependencies.wording_reviews import confirming_told, size_told, step_told, title_of, why_told
from governance.dependencies.wording_sources import criteria_told
from governance.people.selectors import scope_titles
from governance.usecases.models import UseCase

DONE = "reviews_confirmed"  # where the session keeps what became of the last ones
AT_ONCE = 50
STEPS = 100


@portal_page()
def review_queue(request: PersonRequest) -> HttpResponse:
    """What waits for security, what is worth most first."""
    queue = queue_of(request.actor)
    stated = [*(item.review.criteria for item in queue.waiting), *(wish.request.criteria for wish in queue.wishes)]
    titles = criterion_titles(name for criteria in stated for name in criteria)
    context = {
        "crumbs": crumbs({"label": _("Reviews")}),
        "lead": _lead(queue),
        "queue": queue,
        "waiting": [
            {
                "item": item,
                "title": title_of(item.review),
                "job": confirming_told(item.job),
                "criteria": criteria_told(item.review.criteria, titles),
            }
            for item in queue.waiting
        ],
        "choosable": sum(1 for item in queue.waiting if item.may_confirm),
        "wishes": [
            {
                "wish": wish,
                "size": size_told(wish.size) if wish.size is not None else why_told(wish.why),
                "criteria": criteria_told(wish.request.criteria, titles),
                "label": label_of(wish.request.ecosystem, wish.request.name),
            }
            for wish in queue.wishes
        ],
        "done": request.session.get(DONE) if "done" in request.GET else None,
        "may_ask": may_ask_review(request.actor),
    }
    return render(request, "dependencies/review_queue.html", context)


def _lead(queue: Queue) -> str:
    """What is asked of whom, in one sentence."""
    waiting = len(queue.waiting)
    minutes = sum(item.job.minutes for item in queue.waiting)
    if not waiting:
        return _("No review waits to be confirmed.")
    said = ngettext("%(count)d review waits to be confirmed", "%(count)d reviews wait to be confirmed", waiting) % {
        "count": waiting
    }
    time = ngettext("about %(count)d minute", "about %(count)d minutes", minutes) % {"count": minutes}
    return _("%(reviews)s, %(time)s.") % {"reviews": said, "time": time}


@portal_page("POST")
def review_queue_confirm(request: PersonRequest) -> HttpResponse:
    """Confirm several reviews. Each is a command of its own: what is refused keeps none of the others back."""
    chosen = list(dict.fromkeys(request.POST.getlist("item")))[:AT_ONCE]
    rows = {row.public_id: row for row in review_rows().visible_to(request.actor).filter(public_id__in=chosen)}
    outcomes = [_confirmed(request, rows[public_id]) for public_id in chosen if public_id in rows]
    request.session[DONE] = outcomes
    return redirect(f"{reverse('review_queue')}?done=1")


def _confirmed(request: PersonRequest, row: Review) -> dict[str, Any]:
    """What became of one of them, for the page that follows."""
    told = {"title": title_of(row), "url": reverse("review", args=[row.public_id])}
    try:
        services.confirm_review(actor=request.actor, review=row, digest=request.POST.get(f"digest-{row.public_id}", ""))
    except CountersignError as error:
        return {**told, "ok": False, "said": str(error.detail)}
    return {**told, "ok": True, "said": _("Confirmed")}


@portal_page()
def review_backlog(request: PersonRequest) -> HttpResponse:
    """Every review that some use case waits for, once, by how many wait."""
    found = backlog_of(request.actor)
    context = {
        "crumbs": crumbs({"label": _("Reviews"), "url": reverse("review_queue")}, {"label": _("All that is missing")}),
        "size": size_told(found.size),
        "steps": [_step(step, found) for step in found.steps[:STEPS]],
        "beyond": max(len(found.steps) - STEPS, 0),
        "stuck": [
            {
                "requirement": item.requirement,
                "label": label_of(*item.key),
                "why": why_told(item.why),
                "count": len(cases),
                "titles": [found.titles[case] for case in cases],
            }
            for item, cases in found.stuck[:STEPS]
        ],
        "stuck_beyond": max(len(found.stuck) - STEPS, 0),
    }
    return render(request, "dependencies/review_backlog.html", context)


def _step(step: Any, found: Backlog) -> dict[str, Any]:
    ecosystem, _colon, name = step.package.partition(":")
    target = found.releases[step.review.target]
    return {
        "label": label_of(ecosystem, name),
        "what": step_told(step.review, found.releases),
        "size": size_told(step.review.size),
        "count": len(step.waiting),
        "titles": [found.titles[case] for case in step.waiting],
        "url": f"{reverse('review_start', args=[target.public_id])}?base={step.review.base}",
    }


@portal_page("GET", "HEAD", "POST")
def review_ask(request: PersonRequest) -> HttpResponse:
    """Ask to have a version reviewed, or join those who asked."""
    cases = [(public_id, title) for public_id, title in sorted(scope_titles(request.actor).items(), key=lambda pair: pair[1])]
    initial = {name: request.GET.get(name, "")[:200] for name in ("package", "version", "use_case")}
    criteria = request.GET.getlist("criteria")[:20] or ["safe-to-deploy"]
    form = AskReviewForm(
        request.POST if request.method == "POST" else None, use_cases=cases, initial={**initial, "criteria": criteria}
    )

    def ask() -> ReviewRequest:
        said = form.cleaned_data
        ecosystem, name = key_of(said["package"].strip())
        use_case = (
            UseCase.objects.visible_to(request.actor).filter(public_id=said["use_case"]).first() if said["use_case"] else None
        )
        more = {"version": said["version"], "criteria": said["criteria"], "why": said["why"]}
        return services.ask_review(actor=request.actor, ecosystem=ecosystem, name=name, use_case=use_case, **more)

    if request.method == "POST" and attempt(form, ask):
        return after(request, _("It is asked for. Whoever needs the same joins in."), "review_queue")
    context = {
        "form": form,
        "crumbs": crumbs({"label": _("Reviews"), "url": reverse("review_queue")}, {"label": _("Ask for a review")}),
        "may_ask": may_ask_review(request.actor),
    }
    return render(request, "dependencies/review_ask.html", context, status=status_of(form))


@portal_page("GET", "HEAD", "POST")
def review_request(request: PersonRequest, public_id: str) -> HttpResponse:
    """Who asked for a version and why, and taking it back."""
    row = one(ReviewRequest.objects.visible_to(request.actor).prefetch_related("requesters__user"), public_id=public_id)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and attempt(
        form, lambda: services.close_request(actor=request.actor, request=row, **form.cleaned_data)
    ):
        return after(request, _("The request is closed."), "review_queue")
    askers = list(row.requesters.all())
    titles = scope_titles(request.actor, among={one.use_case for one in askers} - {""})
    context = {
        "row": row,
        "label": label_of(row.ecosystem, row.name),
        "askers": [{"asker": item, "use_case": titles.get(item.use_case, "")} for item in askers],
        "criteria": criteria_told(row.criteria, criterion_titles(row.criteria)),
        "form": form,
        "may_close": may_close_request(request.actor, row) if row.closed_at is None else None,
        "crumbs": crumbs({"label": _("Reviews"), "url": reverse("review_queue")}, {"label": str(row)}),
    }
    return render(request, "dependencies/review_request.html", context, status=status_of(form))
