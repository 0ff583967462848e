"""The pages on which a use case asks for data, and on which it stands what it may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from governance.dictionary import services
from governance.dictionary.forms.data_use import DataUseForm, OverForm
from governance.dictionary.models import Dataset, DataUse
from governance.dictionary.permissions import may_ask_data_use, may_end_data_use
from governance.dictionary.selectors import data_use as selectors
from governance.dictionary.wording_data_use import basis_label, sensitivity_label
from governance.usecases import newest, panels, tabs, talk
from governance.usecases.models import UseCase


def data_use_part(request: PersonRequest, use_case: UseCase) -> dict[str, Any]:
    """What `dictionary/data_use_part.html` wants: how many uses hold now, and which wait. One query."""
    rows = list(selectors.uses_in(request.actor, use_case)[:200])
    states = [row.state() for row in rows]
    return {"active": states.count("active"), "proposed": states.count("proposed"), "use_case": use_case}


@portal_page("GET", "HEAD", "POST")
def data_uses(request: PersonRequest, slug: str) -> HttpResponse:
    """What a use case may use, what it asked for, and the form to ask for more."""
    row = _use_case(request, slug)
    sent = request.method == "POST"
    form = DataUseForm(request.POST if sent else None, initial={"dataset": request.GET.get("dataset", "")})
    if sent and (done := attempt(form, lambda: services.ask_data_use(actor=request.actor, use_case=row, **form.written()))):
        said = _("It is written down. Nothing may be used by that yet: ask for its approval next.")
        return after(request, said, "data_use", row.slug, done.value.public_id)
    build = next(iter(newest.builds_of(row, 1)), None)
    page = slice_of(request, selectors.uses_in(request.actor, row))
    signed = panels.sign_offs_of(request.actor, page.rows)
    context = {
        **tabs.page_of(row, "dictionary", {"label": _("Use of data")}),
        "slice": page,
        "uses": [{"row": use, "state": use.state(), "sign_off": signed.get(use.public_id)} for use in page.rows],
        "build": build,
        "needed": _needed(row, build),
        "form": form,
        "may_ask": may_ask_data_use(request.actor, row),
    }
    return render(request, "dictionary/data_uses.html", context, status=status_of(form))


def _needed(row: UseCase, build: Any) -> list[dict[str, Any]]:
    """The data sets that the newest version reads, and whether they may be used. By name: a version's bytes are the gate's affair."""
    if build is None or not build.datasets:
        return []
    found = selectors.permissions_by_name(row.pk, build.datasets)
    known = dict(Dataset.objects.filter(name__in=list(build.datasets)).values_list("name", "public_id"))
    return [{"permission": item, "dataset": known.get(item.name, "")} for item in found]


@portal_page("GET", "HEAD", "POST")
def data_use(request: PersonRequest, slug: str, public_id: str) -> HttpResponse:
    """One use of data; what is sent goes to the panel of the room that asks for its approval."""
    return _shown(request, _use(request, slug, public_id))


def _shown(request: PersonRequest, use: DataUse, form: OverForm | None = None) -> HttpResponse:
    shown = panels.panels_of(request, use) if form is None else []
    if isinstance(shown, HttpResponse):
        return shown
    state = use.state()
    context = {
        **tabs.page_of(use.use_case, "dictionary", _up(use), {"label": str(use.version or use.dataset)}),
        "use": use,
        "state": state,
        "basis": basis_label(use.basis),
        "sensitivity": sensitivity_label(selectors.sensitivity_of(use.dataset)),
        "sign_off": panels.sign_offs_of(request.actor, [use]).get(use.public_id),
        "panels": shown if state in ("proposed", "active") else [],
        "over": form or OverForm(),
        "may_end": may_end_data_use(request.actor, use),
        "talk": talk.panel_of(request, use),
    }
    status = max([200, *([status_of(form)] if form else []), *(panel.status for panel in shown)])
    return render(request, "dictionary/data_use.html", context, status=status)


@portal_page("POST")
def data_use_over(request: PersonRequest, slug: str, public_id: str) -> HttpResponse:
    """Take an ask back, or end a use that was approved."""
    use = _use(request, slug, public_id)
    form = OverForm(request.POST)
    approved = use.approved_at is not None
    act = services.end_data_use if approved else services.withdraw_data_use
    if attempt(form, lambda: act(actor=request.actor, use=use, **form.cleaned_data)):
        said = _("The use of this data is ended.") if approved else _("The ask is taken back.")
        return after(request, said, "data_use", slug, public_id)
    return _shown(request, use, form)


def _use_case(request: PersonRequest, slug: str) -> UseCase:
    return one(UseCase.objects.visible_to(request.actor), slug=slug)


def _use(request: PersonRequest, slug: str, public_id: str) -> DataUse:
    rows = DataUse.objects.visible_to(request.actor).select_related("dataset", "version__dataset", "use_case", "created_by")
    return one(rows, use_case__slug=slug, public_id=public_id)


def _up(use: DataUse) -> dict[str, str]:
    return {"label": _("Use of data"), "url": f"/use-cases/{use.use_case.slug}/dictionary/data-use/"}
