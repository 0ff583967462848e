"""The page on which a benefit is told which model is behind it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.errors import Missing
from foundation.pages import PersonRequest, after, attempt, portal_page, status_of
from foundation.templatetags.countersign import figure
from governance.economics import drafting, services
from governance.economics.cashflow import rounded
from governance.economics.drafts_pages import draft_or_missing, language, met, page_of, revision_of
from governance.economics.drivers import Classification, Regression
from governance.economics.forms.drivers import DriverForm, kind_of, template_of
from governance.economics.model_versions import metric_names
from governance.economics.models import CaseDraft
from governance.economics.plan import Line, Plan
from governance.economics.presenting.drivers import driver_told
from governance.economics.shipped import LineTemplate, in_words, line_of
from governance.economics.wording.cases import CENTS
from governance.usecases.models import UseCase

ONE = Decimal(1)
KINDS = ("classification", "regression")


def page(use_case: UseCase, template: LineTemplate | None, line: Line | None) -> str:
    """Where a line is told its model: a new one of a template, or one of the draft."""
    said = {"template": template.key} if template is not None else {"line": line.key} if line is not None else {}
    return reverse("draft_model", args=[use_case.slug]) + f"?{urlencode(said)}"


@portal_page("GET", "HEAD", "POST")
def draft_model(request: PersonRequest, slug: str) -> HttpResponse:
    """`?line=` names a benefit of the draft; without it a new line begins. `?kind=` says which kind of model, where nothing else does."""
    row, found = draft_or_missing(request, slug)
    plan = drafting.as_plan(found.plan)
    line = _line(plan, request.GET.get("line", ""))
    kind = _kind(request, line)
    if not kind:
        context = {**page_of(request, row, found, {"label": _("Model behind it")}), "line": line, "query": _query(line)}
        return render(request, "economics/driver_choose.html", context)
    now = line.driver if line is not None and isinstance(line.driver, Classification | Regression) else None
    now = now if now is not None and kind_of(now) == kind else None
    sent = request.method == "POST"
    dropped = sent and line is not None and request.POST.get("act") == "estimate"
    known = metric_names(request.actor, row)
    currency = (line.currency if line is not None else "") or plan.currency
    form: forms.Form = (
        forms.Form({}) if dropped else DriverForm(request.POST if sent else None, kind, currency, now, metrics=known)
    )
    if dropped and line is not None and attempt(form, lambda: _saved(request, found, _as_estimate(line), line)):
        worth = _worth_of(line)
        whole = 0 if rounded(worth, 0) else CENTS
        words = {"title": line.title, "worth": figure(worth, whole), "currency": currency}
        said = _("“%(title)s” is an estimate now, of what the model came to.") % words
        if worth < 0:
            said = (
                _("“%(title)s” is 0 now: the model came to %(worth)s %(currency)s, and no estimate of a benefit is a loss.")
                % words
            )
        return after(request, said, "draft_line", row.slug, line.key)
    driver = form.driver() if sent and isinstance(form, DriverForm) and form.is_valid() else None
    if driver is not None:
        changed = _with(plan, line, kind, driver)
        if attempt(form, lambda: _saved(request, found, changed, line)):
            said = _("“%(title)s” follows from the model now.") % {"title": changed.title}
            return after(request, said, "draft_line", row.slug, changed.key)
    context = {
        **page_of(request, row, found, {"label": line.title if line else in_words(template_of(kind).title, language())}),
        "form": form if isinstance(form, DriverForm) else DriverForm(None, kind, currency, now, metrics=known),
        "line": line,
        "currency": currency,
        "kind": kind,
        "query": _query(line),
        "told": driver_told(now) if now is not None and not sent else None,
        "metrics": known,
        "explain": in_words(template_of(kind).explain, language()),
        "met": met(request, found, form),
    }
    return render(request, "economics/driver.html", context, status=status_of(form) if sent else 200)


def _line(plan: Plan, key: str) -> Line | None:
    """The benefit that is asked for; None for a new line. Raises Missing for one that is not there, or a cost."""
    if not key:
        return None
    line = next((line for line in plan.lines if line.key == key), None)
    if line is None or line.kind != "benefit":
        raise Missing(_("There is no such benefit in the draft any more."))
    return line


def _kind(request: PersonRequest, line: Line | None) -> str:
    asked = request.GET.get("kind", "")
    if asked in KINDS:
        return asked
    if line is not None and isinstance(line.driver, Classification | Regression):
        return kind_of(line.driver)
    template = request.GET.get("template", "")
    return next((kind for kind in KINDS if template_of(kind).key == template), "")


def _query(line: Line | None) -> str:
    return urlencode({"line": line.key}) if line is not None else ""


def _with(plan: Plan, line: Line | None, kind: str, driver: Classification | Regression) -> Line:
    """The line with its model in place of quantity and price. An estimate of its own is not kept beside it."""
    if line is not None:
        return replace(line, driver=driver, quantity=ONE, unit_price=ONE, quantity_range=None, unit_price_range=None)
    template = template_of(kind)
    title = in_words(template.title, language())
    key = drafting.free_key(template.key, (item.key for item in plan.lines))
    return replace(line_of(template, {}, horizon=plan.horizon, key=key, language=language(), driver=driver), title=title)


def _saved(request: PersonRequest, found: CaseDraft, line: Line, before: Line | None) -> CaseDraft:
    more: dict[str, Any] = {"actor": request.actor, "draft": found, "revision": revision_of(request), "line": line}
    return services.change_line(**more, key=before.key) if before is not None else services.add_line(**more)


def _as_estimate(line: Line) -> Line:
    """The line without its model: what that came to stays as an estimate, which anybody may change."""
    return replace(line, driver=None, quantity=ONE, unit_price=max(_worth_of(line), Decimal(0)))


def _worth_of(line: Line) -> Decimal:
    """What the model of the line comes to, to the cent."""
    return rounded(line.driver.worth() if line.driver is not None else ONE)
