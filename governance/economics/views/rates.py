"""The pages of rates: all of them, one, the forms to write one down, what ships, and what a draft takes over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.errors import CountersignError, FieldError, Missing
from foundation.pages import PersonRequest, after, attempt, one, portal_page, status_of
from governance.economics import drafting
from governance.economics.drafts_pages import draft_or_missing, met, page_of, revision_of
from governance.economics.forms.rates import FORMS, EndRateForm, RateForm, TakeRatesForm
from governance.economics.models import CaseDraft, RateRecord
from governance.economics.permissions.rates import may_end_rate, may_record_rate
from governance.economics.plan import Plan
from governance.economics.presenting.rates import groups_told, kind_heads, record_told, rows_told, shipped_offered, value_told
from governance.economics.selectors.rates import choices, listed, records_named
from governance.economics.services.rates import adopt_shipped, end_rate, record_rate, take_rates
from governance.economics.views.crumbs import below_portfolio, rates_crumb
from governance.economics.wording.cases import sourced


@portal_page()
def rates(request: PersonRequest) -> HttpResponse:
    """Every rate in force by kind, with who set it and when; those that were ended on wish."""
    everything = request.GET.get("all") == "1"
    context = {
        "groups": groups_told(request.actor, ended=everything),
        "everything": everything,
        "may_record": may_record_rate(request.actor),
        "crumbs": below_portfolio(rates_crumb()),
    }
    return render(request, "economics/rates.html", context)


@portal_page("GET", "HEAD", "POST")
def rate_new(request: PersonRequest, kind: str) -> HttpResponse:
    """Write a rate down; `?like=` begins with what another one says."""
    if kind not in FORMS:
        raise Missing(_("There is no such thing, or you may not see it."))
    form = FORMS[kind](request.POST if request.method == "POST" else None, initial=_like(request, kind))
    if request.method == "POST" and (done := attempt(form, lambda: _recorded(request, kind, form))):
        return after(request, _("The rate is written down."), "rate", done.value.public_id)
    head = kind_heads()[kind]
    context = {
        "form": form,
        "head": head,
        "allowed": may_record_rate(request.actor),
        "crumbs": below_portfolio(rates_crumb(), {"label": head["new"]}),
    }
    return render(request, "economics/rate_new.html", context, status=status_of(form))


def _recorded(request: PersonRequest, kind: str, form: RateForm) -> RateRecord:
    try:
        return record_rate(actor=request.actor, kind=kind, **form.record())
    except CountersignError as error:
        error.errors = tuple(FieldError(form.field_of(item.field), item.code, item.message) for item in error.errors)
        raise


def _like(request: PersonRequest, kind: str) -> dict[str, Any]:
    """What the next record of a rate begins with: all that stays when a new figure comes out."""
    found = records_named(request.actor, [request.GET.get("like", "").replace("\x00", "")[:40]])
    if not found or found[0].kind != kind:
        return {}
    row = found[0]
    pair = row.key.partition("/")
    return {"title": row.title, "key": row.key, "source": row.source, "one": pair[0], "other": pair[2]} | (
        {"prices": row.body["prices"]} if "prices" in row.body else {}
    )


@portal_page("GET", "HEAD", "POST")
def rate(request: PersonRequest, public_id: str) -> HttpResponse:
    """One record, the others of the same rate, and the form to end it."""
    row: RateRecord = one(listed(request.actor, ended=True), public_id=public_id)
    form = EndRateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and attempt(
        form, lambda: end_rate(actor=request.actor, record=row, reason=form.cleaned_data["reason"])
    ):
        return after(request, _("The rate is ended. Cases that have it keep it."), "rate", public_id)
    others = listed(request.actor, ended=True).filter(kind=row.kind, key=row.key)[:50]
    told = rows_told(others)
    context = {
        "rate": row,
        "head": kind_heads()[row.kind],
        "told": next((item for item in told if item["row"].pk == row.pk), {"row": row, "value": record_told(row)}),
        "others": [item for item in told if item["row"].pk != row.pk],
        "may_end": may_end_rate(request.actor, row),
        "may_record": may_record_rate(request.actor),
        "form": form,
        "crumbs": below_portfolio(rates_crumb(), {"label": str(row)}),
    }
    return render(request, "economics/rate.html", context, status=status_of(form))


@portal_page("GET", "HEAD", "POST")
def rates_shipped(request: PersonRequest) -> HttpResponse:
    """What ships, to be written down as it is."""
    form = forms.Form(request.POST if request.method == "POST" else None)
    kind, _colon, key = request.POST.get("take", "").partition(":")
    if request.method == "POST" and (
        done := attempt(form, lambda: adopt_shipped(actor=request.actor, kind=kind[:20], key=key[:60]))
    ):
        return after(request, _("“%(title)s” is written down.") % {"title": done.value.title}, "rates")
    offered = shipped_offered(request.actor)
    heads = kind_heads()
    context = {
        "form": form,
        "groups": [
            {**heads[kind], "kind": kind, "rows": [item for item in offered if item["kind"] == kind]}
            for kind in ("discount", "bias")
        ],
        "allowed": may_record_rate(request.actor),
        "crumbs": below_portfolio(rates_crumb(), {"label": _("What ships")}),
    }
    return render(request, "economics/rates_shipped.html", context, status=status_of(form))


@portal_page("GET", "HEAD", "POST")
def draft_rates(request: PersonRequest, slug: str) -> HttpResponse:
    """Rates of a draft: those it has, and those of the organisation that it can take over with their source and day."""
    row, found = draft_or_missing(request, slug)
    plan = drafting.as_plan(found.plan)
    offered = choices(request.actor, found.case.currency)
    has = _rates_of(plan)
    sent = request.method == "POST"
    form = TakeRatesForm(request.POST if sent else None, records=offered, within=[item["name"] for item in has if item["name"]])

    def save() -> CaseDraft:
        return take_rates(
            actor=request.actor,
            draft=found,
            revision=revision_of(request),
            records=records_named(request.actor, form.cleaned_data["records"]),
            without=form.cleaned_data["without"],
        )

    if sent and attempt(form, save):
        return after(request, _("The rates of the draft are changed."), "draft_rates", row.slug)
    chosen = set(request.POST.getlist("records")) if sent else set()
    context = {
        **page_of(request, row, found, {"label": _("Rates")}),
        "form": form,
        "met": met(request, found, form),
        "has": has,
        "taken_out": request.POST.getlist("without") if sent else [],
        "groups": [
            {**head, "rows": [{**item, "chosen": item["row"].public_id in chosen} for item in rows_told(of_kind)]}
            for kind, head in kind_heads().items()
            if (of_kind := [record for record in offered if record.kind == kind])
        ],
    }
    return render(request, "economics/draft_rates.html", context, status=status_of(form))


def _rates_of(plan: Plan) -> list[dict[str, str]]:
    """What a draft reckons with. `name`: what takes it out again; empty for the discount rate, which every case has."""
    heads = kind_heads()
    found = [_has(heads["discount"]["title"], "", "", plan.discount, "")]
    if plan.inflation is not None:
        found.append(_has(heads["inflation"]["title"], "", "inflation", plan.inflation, ""))
    for exchange in plan.exchange:
        pair = f"{exchange.currency}/{plan.currency}"
        found.append(_has(heads["exchange"]["title"], pair, f"exchange.{exchange.currency}", exchange, pair))
    for bias in plan.biases:
        found.append(_has(heads["bias"]["title"], bias.title, f"bias.{bias.key}", bias, ""))
    return found


def _has(kind: str, title: str, name: str, rate: Any, key: str) -> dict[str, str]:
    return {
        "kind": kind,
        "title": title,
        "name": name,
        "value": value_told(rate, key),
        "sourced": sourced(rate.source, rate.dated),
    }
