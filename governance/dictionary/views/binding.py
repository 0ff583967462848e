"""Saying which elements the columns of a team hold: one with all it does differently, or many at once from proposals."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.pages import PersonRequest, after, attempt, portal_page, status_of
from governance.dictionary import services
from governance.dictionary.forms.binding import ChooseForm, ColumnsForm
from governance.dictionary.models import DataElement, Dataset, Dictionary
from governance.dictionary.naming import Candidate
from governance.dictionary.permissions import may_bind
from governance.dictionary.selectors.binding_proposals import MOST_COLUMNS, proposed
from governance.dictionary.views.elements import crumbs, dictionary_of
from governance.usecases import newest
from governance.usecases.models import UseCase


@portal_page("GET", "HEAD", "POST")
def bind(request: PersonRequest, slug: str) -> HttpResponse:
    """A list of columns, the elements that each may hold with the reasons, and the choice of a person. Nothing is bound unasked."""
    row = dictionary_of(request, slug)
    asked = request.method == "POST" or "dataset" in request.GET
    form = ColumnsForm((request.POST if request.method == "POST" else request.GET) if asked else None)
    choose, columns = None, []
    if asked and form.is_valid():
        columns = form.names() or _known_columns(request, form.cleaned_data["dataset"])
        if not columns:
            form.add_error("columns", _("No model is known to read this data set. Write its columns down."))
        else:
            choose = _choose(request, row, form, columns)
    if choose is not None and "bind" in request.POST:
        made = attempt(choose, lambda: _bound(request, row, form, choose))
        if made is not None and made.value:
            said = ngettext("%(count)d column is bound.", "%(count)d columns are bound.", len(made.value))
            return after(request, said % {"count": len(made.value)}, "bind", slug)
        if made is not None:
            choose.add_error(None, _("Choose an element for at least one column."))
    context = {
        "dictionary": row,
        "crumbs": crumbs(row, {"label": _("Bind columns")}),
        "form": form,
        "choose": choose,
        "rows": _rows(choose) if choose is not None else [],
        "columns": "\n".join(columns),
        "allowed": may_bind(request.actor),
    }
    return render(request, "dictionary/bind.html", context, status=status_of(form, *([choose] if choose else [])))


def _known_columns(request: PersonRequest, name: str) -> list[str]:
    """The columns of a data set: as its newest version lists them, else those that newest versions of models are known to read."""
    dataset = Dataset.objects.visible_to(request.actor).filter(name=name).first()
    version = dataset.versions.order_by("-number").first() if dataset is not None else None
    listed = version.manifest.get("columns", []) if version is not None else []
    found = [item.get("name") if isinstance(item, dict) else item for item in listed]
    if not found:
        builds = newest.newest_full_builds(list(UseCase.objects.visible_to(request.actor)))
        found = [column for build in builds.values() for column in build.datasets.get(name, ())]
    return list(dict.fromkeys(column for column in found if isinstance(column, str)))[:MOST_COLUMNS]


def _choose(request: PersonRequest, row: Dictionary, form: ColumnsForm, columns: list[str]) -> ChooseForm:
    said = form.cleaned_data
    asked = [Candidate(table=said["dataset"], name=name, team=said["team"].slug) for name in columns]
    return ChooseForm(request.POST if "bind" in request.POST else None, offered=proposed(row, asked, team=said["team"].slug))


def _bound(request: PersonRequest, row: Dictionary, form: ColumnsForm, choose: ChooseForm) -> list[Any]:
    chosen = choose.chosen()
    elements = {
        item.key: item
        for item in DataElement.objects.visible_to(request.actor).filter(dictionary=row).select_related("dictionary")
        if item.key in {key for _column, key in chosen}
    }
    said = form.cleaned_data
    return services.bind_columns(
        actor=request.actor,
        bindings=[
            {
                "element": elements[key],
                "team": said["team"],
                "dataset": said["dataset"],
                "column": column,
                "side": said["side"],
            }
            for column, key in chosen
        ],
    )


def _rows(choose: ChooseForm) -> list[dict[str, Any]]:
    """Each column with its offers; the control of each offer is one of the field's radio buttons, the first is "none of these"."""
    found = []
    for at, item in enumerate(choose.offered):
        name = f"column-{at}"
        chosen = choose.data.get(name, "") if choose.is_bound else ""
        offers = [
            {"offer": offer, "how": how_told(offer.how), "id": f"{name}-{number}", "checked": chosen == offer.element.key}
            for number, offer in enumerate(item.offers)
        ]
        found.append({"name": name, "column": item.column.name, "bound": item.bound, "offers": offers, "none": not chosen})
    return found


def how_told(how: str) -> str:
    """How sure a proposal is, in words."""
    return {
        "exact": _("same name"),
        "alias": _("your team's name for it"),
        "alias_elsewhere": _("another name for it"),
        "similar": _("similar"),
    }.get(how, how)
