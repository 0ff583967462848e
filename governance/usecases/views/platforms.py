"""Platforms: where things can run, what each offers, and what was agreed to beside that."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from governance.usecases import selectors, services, stack_wording
from governance.usecases.forms import OfferForm, PlatformForm, at_fields
from governance.usecases.models import Platform, PlatformOffer, UseCase
from governance.usecases.permissions import may_keep_platforms


@portal_page("GET", "HEAD", "POST")
def platforms(request: PersonRequest) -> HttpResponse:
    """All platforms; operations and administrators add one."""
    form = PlatformForm(request.POST if request.method == "POST" else None)

    def act() -> Platform:
        said = form.cleaned_data
        return at_fields(
            lambda: services.add_platform(
                actor=request.actor, slug=said["slug"], title=said["title"], offer=form.content(), note=said["note"]
            )
        )

    if request.method == "POST" and (done := attempt(form, act)):
        return after(request, _("The platform is there."), "platform", done.value.slug)
    page = slice_of(request, Platform.objects.visible_to(request.actor))
    offers = {offer.platform_id: offer for offer in selectors.newest_offers().filter(platform__in=page.rows)}
    context = {
        "rows": [{"row": row, "offer": offers.get(row.pk), "told": _told(offers.get(row.pk))} for row in page.rows],
        "page": page,
        "form": form,
        "allowed": may_keep_platforms(request.actor),
    }
    return render(request, "usecases/platforms.html", context, status=status_of(form))


@portal_page("GET", "HEAD", "POST")
def platform(request: PersonRequest, slug: str) -> HttpResponse:
    """One platform: what it offers, what was agreed to beside that, who relies on it, and what it offered before."""
    row = one(Platform.objects.visible_to(request.actor), slug=slug)
    current = row.current_offer()
    form = OfferForm(request.POST if request.method == "POST" else None, content=current.content if current else None)
    sent = request.POST.get("based_on", "")
    based_on = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 9 else None
    if request.method == "POST" and attempt(
        form,
        lambda: at_fields(
            lambda: services.write_offer(
                actor=request.actor, platform=row, offer=form.content(), note=form.cleaned_data["note"], based_on=based_on
            )
        ),
    ):
        return after(request, _("Written down. Use cases are compared with it from now on."), "platform", slug)
    deviations = list(selectors.deviations_live().filter(platform=row))
    cases = UseCase.objects.visible_to(request.actor).filter(pk__in={item.use_case_id for item in deviations})
    seen = set(cases.values_list("pk", flat=True))
    context = {
        "platform": row,
        "current": current,
        "told": _told(current),
        "deviations": [
            {
                "row": item,
                "thing": stack_wording.thing_label(item.aspect, item.item),
                "wanted": stack_wording.wanted_label(item.aspect, item.wanted),
                "state": "active" if item.confirmed_at is not None else "proposed",
                "origin": item.use_case if item.use_case_id in seen else None,
            }
            for item in deviations
        ],
        "use_cases": selectors.use_cases_on(request.actor, row),
        "earlier": [
            {"row": item, "told": _told(item)} for item in row.offers.select_related("created_by").order_by("-number")[1:21]
        ],
        "form": form,
        "allowed": may_keep_platforms(request.actor),
    }
    return render(request, "usecases/platform.html", context, status=status_of(form))


def _told(offer: PlatformOffer | None) -> list[dict[str, Any]]:
    return stack_wording.told(offer.content) if offer is not None else []
