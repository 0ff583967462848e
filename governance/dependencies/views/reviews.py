"""The pages of reviews: beginning one, its sheet, handing it in, confirming it, and taking it back."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.actor import Actor
from foundation.pages import PersonRequest, after, attempt, one, portal_page, status_of
from governance.dependencies import services
from governance.dependencies.forms.reviews import ConfirmForm, HandInForm, ReviewStartForm, SendBackForm, WithdrawForm
from governance.dependencies.models import Release, Review
from governance.dependencies.review_permissions import (
    may_confirm_review,
    may_prepare_review,
    may_send_back,
    may_withdraw_review,
)
from governance.dependencies.review_sheet import Item, job_of, left_out_paths
from governance.dependencies.selectors.criteria import criterion_titles
from governance.dependencies.selectors.review_sheets import review_rows, sheet_of_review
from governance.dependencies.selectors.wanted import wanted_of
from governance.dependencies.views.review_sheets import CARRIED, item_told, items_told, lists_of, sheet_page, summary_of
from governance.dependencies.views.sets import crumbs
from governance.dependencies.wording_reviews import confirming_told, job_told, state_told, title_of
from governance.dependencies.wording_sources import criteria_told
from governance.usecases import talk

POINTS = 40  # on a page
BASES = 100  # releases that one is offered to start from


@portal_page("GET", "HEAD", "POST")
def review_start(request: PersonRequest, public_id: str) -> HttpResponse:
    """Begin to review a release: in full, or from one that was reviewed."""
    release = one(Release.objects.visible_to(request.actor).select_related("package"), public_id=public_id)
    bases = _bases(request.actor, release)
    old = _superseded(request, release, (request.POST if request.method == "POST" else request.GET).get("supersedes", ""))
    first = bases[0][0] if bases else ""
    if old is not None:
        first = str(old.base.public_id) if old.base is not None else ""
    asked_for = request.GET.getlist("criteria")[:20]
    initial = {
        "criteria": old.criteria if old is not None else asked_for or wanted_of(request.actor, release),
        "base": request.GET.get("base", first),
        "supersedes": old.public_id if old is not None else "",
    }
    form = ReviewStartForm(request.POST if request.method == "POST" else None, bases=bases, initial=initial)

    def start() -> Review:
        base = (
            Release.objects.visible_to(request.actor)
            .select_related("package")
            .filter(public_id=form.cleaned_data["base"])
            .first()
        )
        criteria = form.cleaned_data["criteria"]
        return services.start_review(actor=request.actor, release=release, base=base, criteria=criteria, supersedes=old)

    if request.method == "POST" and (done := attempt(form, start)):
        return after(request, "", "review", done.value.public_id)
    context = {
        "release": release,
        "form": form,
        "bases": bases,
        "old": old,
        "crumbs": _crumbs(release, {"label": _("Begin a review")}),
        "may_prepare": may_prepare_review(request.actor),
    }
    return render(request, "dependencies/review_start.html", context, status=status_of(form))


def _superseded(request: PersonRequest, release: Release, public_id: str) -> Review | None:
    """The review of this release whose place the new one is to take, where the address names one."""
    if not public_id:
        return None
    found: Review = one(review_rows().visible_to(request.actor).filter(release=release), public_id=public_id)
    return found


def _bases(actor: Actor, release: Release) -> list[tuple[str, str]]:
    """Releases of the package that may be started from: first those that a review covers, newest first."""
    others = (
        Release.objects.visible_to(actor).filter(package=release.package, artifacts__scans__isnull=False).exclude(pk=release.pk)
    )
    rows = list(others.distinct().order_by("-pk")[:BASES])
    live = set(
        Review.objects.live()
        .visible_to(actor)
        .filter(release__in=rows, verdict=Review.Verdict.PASS)
        .values_list("release", flat=True)
    )
    said = _("%(version)s, reviewed")
    found = [
        (row.pk not in live, str(row.public_id), said % {"version": row.version} if row.pk in live else row.version)
        for row in rows
    ]
    return [(public_id, label) for _other, public_id, label in sorted(found, key=lambda item: item[0])]


@portal_page("GET", "HEAD", "POST")
def review(request: PersonRequest, public_id: str) -> HttpResponse:
    """One review: the sheet of a draft, and otherwise what was handed in and what somebody may do with it."""
    row = _review(request, public_id)
    if row.prepared_at is None and row.discarded_at is None:
        return sheet_page(request, row, _crumbs(row.release, {"label": _("Review")}))
    if request.method == "POST":  # it was handed in while somebody was still typing: the service says so
        services.save_points(actor=request.actor, review=row)
    return _read(request, row)


def _read(request: PersonRequest, row: Review, **forms: Any) -> HttpResponse:
    """What was handed in: what was refused or left out first, then what is new, then what was carried over."""
    sheet = sheet_of_review(row)
    lists = lists_of(sheet)
    page = Paginator(sorted(lists["judged"], key=_weight), POINTS).get_page(request.GET.get("page"))
    state = row.state()
    job = job_of(row.points)
    shown = {"back": SendBackForm(), "withdraw": WithdrawForm(), "confirm": None, **forms}
    open_to_answer = state in ("prepared", "expired")
    context = {
        "review": row,
        "crumbs": _crumbs(row.release, {"label": _("Review")}),
        "title": title_of(row),
        "state": state_told(row, state),
        "waits": state == "prepared",
        "job": confirming_told(job),
        "counts": job,
        "sheet": sheet,
        "changed": summary_of(sheet),
        "page": page,
        "items": items_told(row, list(page.object_list)),
        "left_out": left_out_paths(row.left_out),
        "left_out_items": [item_told(item) for item in sheet.left_out[:CARRIED]],
        "unjudged": [item_told(item) for item in sheet.open[:CARRIED]],
        "carried": [item_told(item) for item in lists["carried"][:CARRIED]],
        "carried_count": len(lists["carried"]),
        "criteria": criteria_told(row.criteria, criterion_titles(row.criteria)),
        "successors": list(row.followed_by.all()) + list(row.superseded_by.filter(discarded_at=None)),
        "may_confirm": may_confirm_review(request.actor, row) if state == "prepared" else None,
        "may_send_back": may_send_back(request.actor, row) if open_to_answer and row.confirmed_at is None else None,
        "may_withdraw": may_withdraw_review(request.actor, row) if state in ("prepared", "live", "expired") else None,
        "may_renew": bool(may_prepare_review(request.actor)) and state in ("live", "expired"),
        "talk": talk.panel_of(request, row),
        **shown,
    }
    return render(
        request, "dependencies/review.html", context, status=status_of(*[form for form in shown.values() if form is not None])
    )


def _weight(item: Item) -> int:
    """Refused first, then what was not explained by anything before it."""
    if item.judged is not None and item.judged["verdict"] == "refused":
        return 0
    return 1 + ("new", "changed", "moved", "carried", "same").index(item.kind)


@portal_page("GET", "HEAD", "POST")
def review_prepare(request: PersonRequest, public_id: str) -> HttpResponse:
    """Hand a draft in: for what, how thoroughly, what was left out, until when."""
    row = _review(request, public_id)
    if request.method != "POST" and row.state() != "draft":
        return redirect("review", row.public_id)
    form = HandInForm(request.POST) if request.method == "POST" else HandInForm.of(row)

    def hand_in() -> Review:
        return services.prepare_review(actor=request.actor, review=row, **form.written())

    if request.method == "POST" and attempt(form, hand_in):
        return after(request, _("It is handed in. A security reviewer confirms it next."), "review", row.public_id)
    sheet = sheet_of_review(row)
    context = {
        "review": row,
        "crumbs": _crumbs(row.release, {"label": _("Review"), "url": _url(row)}, {"label": _("Hand in")}),
        "title": title_of(row),
        "form": form,
        "job": job_told(len(sheet.open), sheet.minutes),
        "open": len(sheet.open),
        "refused": [item_told(item) for item in sheet.refused],
        "may_prepare": may_prepare_review(request.actor),
    }
    return render(request, "dependencies/review_prepare.html", context, status=status_of(form))


@portal_page("POST")
def review_confirm(request: PersonRequest, public_id: str) -> HttpResponse:
    """Agree to what was on the screen."""
    row = _review(request, public_id)
    form = ConfirmForm(request.POST)
    if attempt(form, lambda: services.confirm_review(actor=request.actor, review=row, **form.cleaned_data)):
        return after(
            request, _("It is confirmed, and counts from now on wherever these bytes are used."), "review", row.public_id
        )
    return _read(request, _review(request, public_id), confirm=form)


@portal_page("POST")
def review_send_back(request: PersonRequest, public_id: str) -> HttpResponse:
    """Give it back to work on."""
    row = _review(request, public_id)
    form = SendBackForm(request.POST)
    if done := attempt(form, lambda: services.send_back(actor=request.actor, review=row, **form.cleaned_data)):
        return after(request, _("It is sent back. This is the draft to go on with."), "review", done.value.public_id)
    return _read(request, row, back=form)


@portal_page("POST")
def review_withdraw(request: PersonRequest, public_id: str) -> HttpResponse:
    """Take it back, from now on."""
    row = _review(request, public_id)
    form = WithdrawForm(request.POST)
    if attempt(form, lambda: services.withdraw_review(actor=request.actor, review=row, **form.cleaned_data)):
        return after(request, _("It is withdrawn. What rested on it is not covered any more."), "review", row.public_id)
    return _read(request, row, withdraw=form)


@portal_page("POST")
def review_discard(request: PersonRequest, public_id: str) -> HttpResponse:
    """Give a draft up."""
    row = _review(request, public_id)
    services.discard_review(actor=request.actor, review=row)
    return after(request, _("The draft is discarded."), "package", row.release.package.label)


def _review(request: PersonRequest, public_id: str) -> Review:
    found: Review = one(review_rows().visible_to(request.actor), public_id=public_id)
    return found


def _url(row: Review) -> str:
    return reverse("review", args=[row.public_id])


def _crumbs(release: Release, *more: dict[str, str]) -> list[dict[str, str]]:
    package = {"label": release.package.label, "url": reverse("package", args=[release.package.label])}
    version = {"label": release.version, "url": reverse("package_release", args=[release.public_id])}
    return crumbs(package, version, *more)
