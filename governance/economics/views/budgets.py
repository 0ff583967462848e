"""The pages of budgets: all of them, one with what draws on it, and the forms to open and change them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation import clock
from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from governance.economics import services
from governance.economics.forms.budgets import BudgetForm, ChangeForm, EndBudgetForm, HandOverForm
from governance.economics.models import Budget
from governance.economics.permissions.budgets import may_change_budget, may_open_budget
from governance.economics.presenting.provisions import budget_told, money
from governance.economics.selectors.budgets import figures_of_budgets
from governance.economics.selectors.provisions import provisions_on
from governance.economics.views.crumbs import below_portfolio, budgets_crumb


@portal_page()
def budgets(request: PersonRequest) -> HttpResponse:
    """Every budget with where it stands; those that were ended or are over on wish."""
    today = clock.now().date()
    everything = request.GET.get("all") == "1"
    rows = Budget.objects.visible_to(request.actor).select_related("holder").order_by("team", "title", "pk")
    if not everything:
        rows = rows.filter(ended_at=None, to_date__gte=today)
    found = list(rows[:500])
    figures = figures_of_budgets(found)
    context = {
        "rows": [{"budget": row, "told": budget_told(figures[row.pk], row.currency), "state": _state(row)} for row in found],
        "everything": everything,
        "may_open": may_open_budget(request.actor),
        "crumbs": below_portfolio(budgets_crumb()),
    }
    return render(request, "economics/budgets.html", context)


@portal_page("GET", "HEAD", "POST")
def budget_new(request: PersonRequest) -> HttpResponse:
    """Open a budget."""
    form = BudgetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (
        done := attempt(form, lambda: services.open_budget(actor=request.actor, **form.cleaned_data))
    ):
        return after(request, _("The budget is open."), "budget", done.value.public_id)
    crumbs = below_portfolio(budgets_crumb(), {"label": _("Open a budget")})
    context = {"form": form, "allowed": may_open_budget(request.actor), "crumbs": crumbs}
    return render(request, "economics/budget_new.html", context, status=status_of(form))


@portal_page()
def budget(request: PersonRequest, public_id: str) -> HttpResponse:
    """One budget: who holds it, what draws on it, and how it was raised and cut."""
    return _shown(request, _budget(request, public_id))


@portal_page("POST")
def budget_change(request: PersonRequest, public_id: str) -> HttpResponse:
    """Raise or cut it."""
    return _acted(request, public_id, "change", ChangeForm(request.POST), services.change_budget, _("The budget is changed."))


@portal_page("POST")
def budget_hand_over(request: PersonRequest, public_id: str) -> HttpResponse:
    """Name another holder."""
    said = _("Somebody else holds it from now on.")
    return _acted(request, public_id, "hand", HandOverForm(request.POST), services.hand_over_budget, said)


@portal_page("POST")
def budget_end(request: PersonRequest, public_id: str) -> HttpResponse:
    """Close it: nothing can be asked for out of it any more."""
    return _acted(request, public_id, "end", EndBudgetForm(request.POST), services.end_budget, _("The budget is ended."))


def _acted(
    request: PersonRequest, public_id: str, name: str, form: forms.Form, act: Callable[..., Budget], said: str
) -> HttpResponse:
    row = _budget(request, public_id)
    if attempt(form, lambda: act(actor=request.actor, budget=row, **form.cleaned_data)):
        return after(request, said, "budget", public_id)
    return _shown(request, row, **{name: form})


def _shown(request: PersonRequest, row: Budget, **sent: forms.Form) -> HttpResponse:
    figures = figures_of_budgets([row])[row.pk]
    drawn = slice_of(request, provisions_on(request.actor, row))
    everything = row.provisions.count()
    context: dict[str, Any] = {
        "budget": row,
        "state": _state(row),
        "told": budget_told(figures, row.currency),
        "slice": drawn,
        "draws": [
            {"provision": item, "state": item.state(), "total": money(item.total), "spent": money(item.spent)}
            for item in drawn.rows
        ],
        "hidden": everything - provisions_on(request.actor, row).count(),
        "changes": [
            {"row": item, "before": money(item.before), "after": money(item.after), "raised": item.after > item.before}
            for item in row.changes.select_related("changed_by").order_by("-pk")[:50]
        ],
        "may_change": may_change_budget(request.actor, row),
        "change": sent.get("change", ChangeForm()),
        "hand": sent.get("hand", HandOverForm()),
        "end": sent.get("end", EndBudgetForm()),
        "crumbs": below_portfolio(budgets_crumb(), {"label": str(row)}),
    }
    return render(request, "economics/budget.html", context, status=status_of(*sent.values()))


def _budget(request: PersonRequest, public_id: str) -> Budget:
    found: Budget = one(Budget.objects.visible_to(request.actor).select_related("holder"), public_id=public_id)
    return found


def _state(row: Budget) -> str:
    if row.ended_at is not None:
        return "ended"
    return "expired" if row.to_date < clock.now().date() else ""
