"""Use cases beside each other, for the people who decide what to do next."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from approvals.selectors.portfolio import NO_TIER, Asked, Found, everything, narrowed
from approvals.showing.portfolio import (
    heads,
    lead_of,
    ordered,
    picture_of,
    remarks_of,
    row_told,
    stage_label,
    stage_picture,
    stats_of,
)
from approvals.showing.portfolio_bodies import CSV_COLUMNS, csv_rows
from foundation import clock, csv_safety
from foundation.errors import Missing
from foundation.pages import PersonRequest, portal_page, status_of
from governance.economics.portfolio import ORDERS
from governance.usecases.risk_wording import tier_label

A_PAGE = 50


class PortfolioForm(forms.Form):
    """What of all use cases is looked at, and in which currency. The fields are named as the API names them."""

    stage = forms.ChoiceField(label=gettext_lazy("Stage"), required=False)
    tier = forms.ChoiceField(label=gettext_lazy("Risk"), required=False)
    team = forms.ChoiceField(label=gettext_lazy("Team"), required=False)
    currency = forms.ChoiceField(label=gettext_lazy("Reckon in"), required=False)
    sort = forms.ChoiceField(required=False, widget=forms.HiddenInput, choices=[(name, name) for name in ORDERS])
    order = forms.ChoiceField(required=False, widget=forms.HiddenInput, choices=[("asc", "asc"), ("desc", "desc")])

    def __init__(self, data: Any, *, whole: Found) -> None:
        super().__init__(data)
        stages = [(stage.key, stage_label(whole, stage.key)) for stage in whole.rules.lifecycle.stages]
        tiers = [(tier, tier_label(tier)) for tier in ("low", "medium", "high")]
        teams = sorted((whole.teams or {}).items(), key=lambda item: item[1].casefold())
        every = whole.currencies
        choices = {
            "stage": [("", _("Any stage")), *stages],
            "tier": [("", _("Any risk")), *tiers, (NO_TIER, _("Not known yet"))],
            "team": [("", _("Any team")), *teams],
            "currency": [("", _("Each in its own")), *((name, name) for name in every)],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined] # a ChoiceField
        if len(every) < 2:
            self.fields["currency"].widget = forms.HiddenInput()
        if not teams:
            self.fields["team"].widget = forms.HiddenInput()

    def asked(self) -> Asked:
        """What was asked for; a field that cannot be read is left out, and the form says so."""
        self.is_valid()
        return Asked(**{name: self.cleaned_data.get(name, "") for name in ("stage", "tier", "team", "currency")})

    @property
    def by(self) -> str:
        return self.cleaned_data.get("sort") or "npv"

    @property
    def ascending(self) -> bool:
        return bool(self.cleaned_data.get("order") == "asc")


def _looked_at(request: PersonRequest) -> tuple[PortfolioForm, Found]:
    """The form, and what it asks for."""
    whole = everything(request.actor)
    form = PortfolioForm(request.GET, whole=whole)
    return form, narrowed(whole, form.asked())


@portal_page()
def portfolio_page(request: PersonRequest) -> HttpResponse:
    """What to do next: value against risk and effort, what was spent and realised, what waits."""
    form, found = _looked_at(request)
    shown = ordered(found, form.by, ascending=form.ascending)
    pages = max((len(shown.rows) + A_PAGE - 1) // A_PAGE, 1)
    text = request.GET.get("page", "")
    page = min(max(int(text), 1), pages) if text.isascii() and text.isdigit() and len(text) < 9 else 1
    known = any(row.npv is not None for row in found.positions)
    narrows = any(request.GET.get(name) for name in ("stage", "tier", "team", "currency"))
    context: dict[str, Any] = {
        "form": form,
        "clear_url": request.path if narrows else "",
        "found": found,
        "lead": lead_of(found),
        "stats": stats_of(found) if found.positions else [],
        "picture": picture_of(found).for_page("value") if known else None,
        "stages": stage_picture(found) if known else None,
        "heads": heads(lambda key, order: _at(request, sort=key, order=order), form.by, ascending=form.ascending),
        "rows": [row_told(found, row) for row in shown.rows[(page - 1) * A_PAGE : page * A_PAGE]],
        "count": ngettext("%(count)s use case", "%(count)s use cases", len(shown.rows)) % {"count": len(shown.rows)},
        "before": _at(request, page=str(page - 1)) if page > 1 else "",
        "after": _at(request, page=str(page + 1)) if page < pages else "",
        "page": page,
        "pages": pages,
        "remarks": remarks_of(found),
        "export_url": "" if form.errors else f"{reverse('portfolio_export')}?{request.GET.urlencode()}".rstrip("?"),
    }
    return render(request, "approvals/portfolio.html", context, status=status_of(form))


def _at(request: PersonRequest, **changed: str) -> str:
    """This page's address with other parameters; another order begins at the first page."""
    parameters = request.GET.copy()
    parameters.pop("page", None)
    for name, value in changed.items():
        parameters[name] = value
    return f"{request.path}?{parameters.urlencode()}"


@portal_page()
def portfolio_export(request: PersonRequest) -> Any:
    """The same rows, all of them, as CSV. Codes rather than words; no cell is a formula."""
    form, found = _looked_at(request)
    if form.errors:  # a page may leave out what it cannot read and say so; a file cannot
        raise Missing("; ".join(str(error) for errors in form.errors.values() for error in errors))
    rows = ordered(found, form.by, ascending=form.ascending).rows
    answer = StreamingHttpResponse(csv_safety.written([CSV_COLUMNS, *csv_rows(rows)]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="portfolio-{clock.now():%Y-%m-%d}.csv"'
    return answer
