"""The pages of verified sources: what is trusted, by whom, until when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation import clock
from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from governance.dependencies import package_panels
from governance.dependencies.forms.sources import ConfirmForm, EndSourceForm, SourceForm, from_example
from governance.dependencies.models import Source
from governance.dependencies.origins import normal_name
from governance.dependencies.package_panels import Shown
from governance.dependencies.permissions import may_add_source, may_confirm_source, may_end_source
from governance.dependencies.selectors import sources as selectors
from governance.dependencies.selectors.criteria import criterion_titles
from governance.dependencies.services import sources as services
from governance.dependencies.shipped import SOURCES, proposed_source
from governance.dependencies.views.sets import crumbs
from governance.dependencies.wording_sources import capability_label, criteria_told
from governance.usecases import talk


@portal_page()
def source_list(request: PersonRequest) -> HttpResponse:
    """Everything that is or was trusted, newest first, and the examples that ship."""
    page = slice_of(request, selectors.sources_seen_by(request.actor))
    context = {
        "crumbs": crumbs({"label": _("Verified sources")}),
        "slice": page,
        "sources": _lines(page.rows),
        "examples": SOURCES,
        "may_add": may_add_source(request.actor),
    }
    return render(request, "dependencies/sources.html", context)


@portal_page("GET", "HEAD", "POST")
def source_new(request: PersonRequest) -> HttpResponse:
    """Add a source; `?example=` fills the form with one that ships."""
    example = proposed_source(request.GET.get("example", ""))
    today = clock.now().date()
    initial = {"owner": request.actor.user.username, **(from_example(example, today) if example is not None else {})}
    sent = request.method == "POST"
    form = SourceForm(request.POST if sent else None, initial=initial)
    if sent and (done := attempt(form, lambda: services.add_source(actor=request.actor, **form.written()))):
        return after(request, _("Added. It counts once a second person has confirmed it."), "source", done.value.public_id)
    context = {
        "crumbs": crumbs(_up(), {"label": _("Add a source")}),
        "form": form,
        "example": example,
        "may_add": may_add_source(request.actor),
    }
    return render(request, "dependencies/source_new.html", context, status=status_of(form))


@portal_page()
def source(request: PersonRequest, public_id: str) -> HttpResponse:
    """One source: what it vouches for, why, and until when."""
    return _shown(request, _source(request, public_id))


@portal_page("POST")
def source_confirm(request: PersonRequest, public_id: str) -> HttpResponse:
    """Confirm a source, as the second person."""
    row = _source(request, public_id)
    form = ConfirmForm(request.POST)
    if attempt(form, lambda: services.confirm_source(actor=request.actor, source=row)):
        return after(request, _("Confirmed."), "source", row.public_id)
    return _shown(request, row, form)


@portal_page("POST")
def source_end(request: PersonRequest, public_id: str) -> HttpResponse:
    """Trust it no more, or decline to."""
    row = _source(request, public_id)
    form = EndSourceForm(request.POST)
    if attempt(form, lambda: services.end_source(actor=request.actor, source=row, reason=form.cleaned_data["reason"])):
        return after(request, _("Ended. It vouches for nothing any more."), "source", row.public_id)
    return _shown(request, row, form)


def _shown(request: PersonRequest, row: Source, form: EndSourceForm | ConfirmForm | None = None) -> HttpResponse:
    state, titles = row.state(), criterion_titles(row.criteria)
    context = {
        "crumbs": crumbs(_up(), {"label": row.title}),
        "source": row,
        "state": state,
        "criteria": criteria_told(row.criteria, titles),
        "presets": [(capability_label(name), name, why) for name, why in row.presets.items()],
        "mirrors": selectors.mirrors_of(row) if row.kind != Source.Kind.MIRROR else [],
        "may_confirm": may_confirm_source(request.actor, row),
        "may_end": may_end_source(request.actor, row),
        "refused": form if isinstance(form, ConfirmForm) else None,
        "end": form if isinstance(form, EndSourceForm) else EndSourceForm(),
        "talk": talk.panel_of(request, row),
    }
    return render(request, "dependencies/source.html", context, status=status_of(form) if form is not None else 200)


def sources_panel(request: PersonRequest, shown: Shown) -> dict[str, Any] | None:
    """The sources that vouch for a package by its name, on its page; nothing where none does. One query."""
    name = normal_name(shown.ecosystem, shown.name)
    rows = [row for row in selectors.live_sources() if row.ecosystem == shown.ecosystem and name in row.packages]
    return {"sources": _lines(rows)} if rows else None


package_panels.register("sources", 30, "dependencies/source_panel.html", sources_panel)


def _lines(rows: Sequence[Source]) -> list[dict[str, Any]]:
    titles = criterion_titles(name for row in rows for name in row.criteria)
    return [{"row": row, "state": row.state(), "criteria": criteria_told(row.criteria, titles)} for row in rows]


def _source(request: PersonRequest, public_id: str) -> Source:
    found: Source = one(selectors.sources_seen_by(request.actor), public_id=public_id)
    return found


def _up() -> dict[str, str]:
    return {"label": _("Verified sources"), "url": reverse("sources")}
