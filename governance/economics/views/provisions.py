"""The pages of provisions: what a use case asked for, the form to ask, and one request on one side of paper."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.errors import CountersignError, Missing
from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from foundation.rounding import percentage
from governance.economics import services
from governance.economics.budget_figures import figures_of
from governance.economics.forms.provisions import EndForm, ProvisionDraft, UseFileForm, UseForm
from governance.economics.models import ProvisionRequest, ProvisionUse
from governance.economics.permissions.provisions import may_ask_provision, may_end_provision, may_record_use
from governance.economics.presenting.provisions import (
    budget_told,
    effect_of_a_day,
    fits,
    head_of,
    money,
    sheet_of,
)
from governance.economics.provision_templates import KINDS
from governance.economics.selectors.budgets import draws_on, open_budgets
from governance.economics.selectors.provisions import day_value_of, ends_soon, months_of, provisions_of, provisions_seen_by
from governance.usecases import panels, tabs
from governance.usecases.models import UseCase
from governance.usecases.views import use_case_of

TAB = "cost-benefit"
ON_CARD = 5
NOTHING = Decimal(0)


def provisions_card(request: PersonRequest, use_case: UseCase) -> dict[str, Any]:
    """The newest provisions of a use case, for `economics/provisions_card.html` on its cost-benefit page."""
    rows = list(provisions_of(use_case)[: ON_CARD + 1])
    return {
        "rows": [_line(row) for row in rows[:ON_CARD]],
        "more": len(rows) > ON_CARD,
        "use_case": use_case,
        "may_ask": may_ask_provision(request.actor, use_case),
    }


@portal_page()
def provisions(request: PersonRequest, slug: str) -> HttpResponse:
    """What a use case asked for, newest first."""
    row = use_case_of(request, slug)
    page = slice_of(request, provisions_of(row))
    context = {
        **tabs.page_of(row, TAB, {"label": _("Provisions")}),
        "slice": page,
        "rows": [_line(item) for item in page.rows],
        "may_ask": may_ask_provision(request.actor, row),
    }
    return render(request, "economics/provisions.html", context)


@portal_page("GET", "HEAD", "POST")
def provision_new(request: PersonRequest, slug: str) -> HttpResponse:
    """Ask for something; a link may say of what kind, or what is renewed."""
    row = use_case_of(request, slug)
    sent = request.method == "POST"
    renews = _renewed(request, row)
    draft = ProvisionDraft(request.POST if sent else None, row, kind=request.GET.get("kind", ""), renews=renews)
    if sent and draft.is_valid and (made := _made(request, row, draft, renews)):
        return _put_up(request, made)
    known = day_value_of(row)
    context = {
        **tabs.page_of(row, TAB, {"label": _("Provisions"), "url": reverse("provisions", args=[slug])}, {"label": _("Ask")}),
        "draft": draft,
        "renews": renews,
        "kinds": [(kind, ProvisionRequest.Kind(kind).label) for kind in KINDS],
        "kind": request.GET.get("kind", ""),
        "day": effect_of_a_day(*known) if known is not None else "",
        "budgets": open_budgets().exists(),
        "allowed": may_ask_provision(request.actor, row),
    }
    shown = [draft.form, *draft.lines.forms, *draft.alternatives.forms]
    return render(request, "economics/provision_new.html", context, status=status_of(*shown))


def _made(
    request: PersonRequest, use_case: UseCase, draft: ProvisionDraft, renews: ProvisionRequest | None
) -> ProvisionRequest | None:
    try:
        return services.ask_provision(actor=request.actor, use_case=use_case, renews=renews, **draft.content())
    except Missing:
        raise
    except CountersignError as error:
        draft.tell(error)
        return None


def _put_up(request: PersonRequest, row: ProvisionRequest) -> HttpResponse:
    """On to the request for approval, which the room that asks people opens; to its page where it was only written down."""
    if "ask" in request.POST:
        shown = panels.panels_of(request, row)
        if isinstance(shown, HttpResponse):
            return shown
    return after(request, _("It is written down. Nobody is asked yet."), "provision", row.public_id)


@portal_page("GET", "HEAD", "POST")
def provision(request: PersonRequest, public_id: str) -> HttpResponse:
    """One request; what is sent goes to the panel of the room that asks for its approval."""
    return _shown(request, _provision(request, public_id))


@portal_page("POST")
def provision_end(request: PersonRequest, public_id: str) -> HttpResponse:
    """Take it back, or give it back early."""
    row, form = _provision(request, public_id), EndForm(request.POST)

    def act() -> ProvisionRequest:
        return services.end_provision(actor=request.actor, provision=row, because_of=form.cleaned_data["because"])

    if attempt(form, act):
        return after(request, _("It is ended. What was not spent of it is free again."), "provision", public_id)
    return _shown(request, row, end=form)


@portal_page("POST")
def provision_use(request: PersonRequest, public_id: str) -> HttpResponse:
    """Say what was used and paid in a month."""
    row, form = _provision(request, public_id), UseForm(request.POST)

    def act() -> services.Taken:
        said = {**form.cleaned_data, "quantity": form.cleaned_data["quantity"] or 0}
        return services.record_use(actor=request.actor, provision=row, **said)

    if done := attempt(form, act):
        said = _("It is recorded.") if done.value.is_new else _("This was recorded before. Nothing changed.")
        return after(request, said, "provision", public_id)
    return _shown(request, row, use=form)


@portal_page("POST")
def provision_uses(request: PersonRequest, public_id: str) -> HttpResponse:
    """The same from a file."""
    row, form = _provision(request, public_id), UseFileForm(request.POST, request.FILES)

    def act() -> list[services.Taken]:
        content = form.cleaned_data["file"].read(services.MOST_BYTES_OF_USES + 1)
        return services.import_uses(actor=request.actor, provision=row, content=content)

    if done := attempt(form, act):
        new = sum(item.is_new for item in done.value)
        said = ngettext("%(n)s row was taken in.", "%(n)s rows were taken in.", new) % {"n": new}
        return after(request, said, "provision", public_id)
    return _shown(request, row, uses=form)


def _shown(request: PersonRequest, row: ProvisionRequest, **sent: forms.Form) -> HttpResponse:
    shown = [] if sent else panels.panels_of(request, row)
    if isinstance(shown, HttpResponse):
        return shown
    state, actor = row.state(), request.actor
    # what is asked for is held against the budget without it; what was decided is part of it
    without = row.pk if state == "asked" else None
    figures = figures_of(row.budget.amount, draws_on([row.budget_id])[row.budget_id], without=without)
    months = months_of(row)
    spent = sum((month.spent for month in months), NOTHING)
    use_case = row.use_case
    crumb = {"label": _("Provisions"), "url": reverse("provisions", args=[use_case.slug])}
    context = {
        **tabs.page_of(use_case, TAB, crumb, {"label": row.title}),
        "provision": row,
        "state": state,
        "soon": ends_soon(row),
        "sheet": sheet_of(row),
        "head": head_of(row, figures),
        "told": budget_told(figures, row.currency),
        "fits": fits(row, figures),
        "above": money(max(row.total - figures.left, NOTHING)),
        "months": [{"row": month, "asked": money(month.asked), "spent": money(month.spent)} for month in months],
        "spent": money(spent),
        "percent": percentage(spent / row.total, 0) if row.total else 0,
        "uses": ProvisionUse.objects.visible_to(actor).filter(provision=row).select_related("recorded_by").order_by("-pk")[:50],
        "renewed_by": row.renewals.order_by("-pk").first(),
        "sign_off": panels.sign_offs_of(actor, [row]).get(row.public_id),
        "panels": shown if state == "asked" else [],
        "may_ask": may_ask_provision(actor, use_case) if state in ("approved", "expired", "ended") else None,
        "may_end": may_end_provision(actor, row) if state in ("asked", "approved") else None,
        "may_record": may_record_use(actor, row) if row.decision == "approved" else None,
        "end": sent.get("end", EndForm()),
        "use": sent.get("use", UseForm()),
        "use_file": sent.get("uses", UseFileForm()),
    }
    status = max([status_of(*sent.values()), *(panel.status for panel in shown)])
    return render(request, "economics/provision.html", context, status=status)


def _line(row: Any) -> dict[str, Any]:
    return {
        "provision": row,
        "state": row.state(),
        "soon": ends_soon(row),
        "total": money(row.total),
        "spent": money(row.spent),
        "used": row.decision == "approved",
    }


def _provision(request: PersonRequest, public_id: str) -> ProvisionRequest:
    found: ProvisionRequest = one(provisions_seen_by(request.actor), public_id=public_id)
    return found


def _renewed(request: PersonRequest, use_case: UseCase) -> ProvisionRequest | None:
    """What the link or the form says is renewed."""
    named = request.POST.get("renews") or request.GET.get("renews") or ""
    return one(provisions_seen_by(request.actor).filter(use_case=use_case), public_id=named) if named else None
