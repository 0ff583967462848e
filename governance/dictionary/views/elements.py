"""The page of an element: what it is, who looks after it, who fills and reads it how, and what is said about that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.errors import Invalid
from foundation.pages import PersonRequest, after, attempt, one, portal_page, status_of
from governance.dictionary import impact, selectors, services
from governance.dictionary.forms import AliasForm, BindForm, StewardForm
from governance.dictionary.forms.elements import language_told
from governance.dictionary.models import Alias, Binding, DataElement
from governance.dictionary.permissions import may_bind, may_draft, may_keep
from governance.dictionary.selectors.elements import BESIDE, aliases_of, beside, columns_of, history_of, named_by
from governance.dictionary.views.browse import crumbs as crumbs
from governance.dictionary.views.browse import dictionary_of as dictionary_of
from governance.dictionary.views.browse import page_number, page_urls
from governance.dictionary.views.data_use import data_use_part
from governance.dictionary.wording_elements import APART, facts_told, lines_beside, missing_told, values_told
from governance.usecases import newest, talk
from governance.usecases.models import UseCase


def tab_content(request: PersonRequest, use_case: UseCase) -> dict[str, Any]:
    """What the columns mean that the newest version of a use case reads."""
    build = next(iter(newest.builds_of(use_case, 1)), None)
    datasets = selectors.columns_told(build.datasets) if build else []
    columns = [column for dataset in datasets for column in dataset.columns]
    return {
        "build": build,
        "datasets": datasets,
        "columns": len(columns),
        "unbound": [column for column in columns if not column.said],
        "deviating": [column for column in columns if any(item.binding.deviates for item in column.said)],
        "disagreeing": [column for column in columns if column.disagree],
        "may_bind": may_bind(request.actor),
        "data_use": data_use_part(request, use_case),
    }


def element_of(request: PersonRequest, slug: str, key: str) -> DataElement:
    rows = DataElement.objects.visible_to(request.actor).select_related("dictionary", "steward", "replaced_by__dictionary")
    return one(rows, dictionary__slug=slug, key=key)


@portal_page()
def element(request: PersonRequest, slug: str, key: str) -> HttpResponse:
    """One element as somebody from another team wants to know it. Who uses it is asked apart, since every room is asked for that."""
    row = element_of(request, slug, key)
    history = history_of(row, request.actor)
    version = history.shown
    said = version.said if version else {}
    values, more_values = values_told(version) if version else ([], "")
    named = named_by(row, version)
    columns = columns_of(row)
    ways = columns.ways
    bound = may_bind(request.actor)
    context = {
        "element": row,
        "crumbs": crumbs(row.dictionary, {"label": row.name}),
        "version": version,
        "history": history,
        "facts": facts_told(version, apart=APART) if version else [],
        "texts": [(language_told(item["locale"]), item) for item in said.get("texts", [])],
        "missing": missing_told(version) if version else [],
        "values": values,
        "more_values": more_values,
        "refers_to": named.get(said.get("references", {}).get("element", "")),
        "sources": [named[name] for name in said.get("formula", {}).get("sources", [])],
        "columns": columns,
        "ways": ways if len(ways) > 1 else [],
        "aliases": [(alias, language_told(alias.locale) if alias.locale else "") for alias in aliases_of(row)],
        "may_bind": bound,
        "may_draft": bound if bound else may_draft(request.actor),
        "talk": talk.panel_of(request, row),
    }
    return render(request, "dictionary/element.html", context)


@portal_page()
def element_uses(request: PersonRequest, slug: str, key: str) -> HttpResponse:
    """Where an element is used: models, features, whatever rooms tell of."""
    row = element_of(request, slug, key)
    readers = impact.readers_of([row], request.actor)[row.pk]
    context = {
        "element": row,
        "crumbs": _below(row, _("Where it is used")),
        "uses": uses_of(readers),
        "hidden": len(readers.hidden),
    }
    return render(request, "dictionary/element_uses.html", context)


def _below(row: DataElement, label: str) -> list[dict[str, str]]:
    """The way to a page below an element's."""
    address = reverse("element", args=[row.dictionary.slug, row.key])
    return crumbs(row.dictionary, {"label": row.name, "url": address}, {"label": label})


@dataclass(frozen=True, slots=True)
class Uses:
    """Those of one kind who read the element."""

    label: str
    known: list[impact.Known]


def uses_of(readers: impact.Readers) -> list[Uses]:
    """Who reads it beside the teams, whose columns stand on the page anyway."""
    kinds: Mapping[str, Any] = impact.labels()
    found = [Uses(str(label), readers.of_kind(kind)) for kind, label in kinds.items() if kind != "team"]
    return [item for item in found if item.known]


@portal_page()
def side_by_side(request: PersonRequest, slug: str, key: str) -> HttpResponse:
    """How each team populates the element, one column beside the other."""
    row = element_of(request, slug, key)
    version = row.current_version() or row.newest_version()
    held, count = beside(row, page=page_number(request))
    newer_url, older_url = page_urls(request, count, BESIDE)
    lines = lines_beside(version, held)
    context = {
        "element": row,
        "crumbs": _below(row, _("Side by side")),
        "version": version,
        "held": held,
        "count": count,
        "lines": lines,
        "alike": not any(line.differs or line.deviates for line in lines),
        "newer_url": newer_url,
        "older_url": older_url,
    }
    return render(request, "dictionary/side_by_side.html", context)


@portal_page("GET", "HEAD", "POST")
def column_bind(request: PersonRequest, slug: str, key: str) -> HttpResponse:
    """Say that a column holds the element, or that it is read there."""
    row = element_of(request, slug, key)
    beginning = {name: request.GET[name] for name in BindForm.SHOWN if name in request.GET}
    form = BindForm(request.POST if request.method == "POST" else None, initial=beginning)
    act = _placed(form, lambda: services.bind_column(actor=request.actor, element=row, **form.written()))
    if form.is_bound and (done := attempt(form, act)):
        reads = done.value.side == Binding.Side.READS
        said = _("%(column)s is read as %(name)s.") if reads else _("%(column)s holds %(name)s.")
        return after(request, said % {"column": done.value, "name": row}, "element", slug, key)
    context = {
        "element": row,
        "crumbs": _below(row, _("Bind a column")),
        "form": form,
        "may_bind": may_bind(request.actor),
    }
    return render(request, "dictionary/column_bind.html", context, status=status_of(form))


def _placed(form: BindForm, act: Callable[[], Any]) -> Callable[[], Any]:
    """A command whose problems are told at the fields of the form."""

    def acting() -> Any:
        try:
            return act()
        except Invalid as error:
            placed = [replace(item, field=form.place_of(item.field)) for item in error.errors]
            raise Invalid(error.detail, code=error.code, errors=placed) from error

    return acting


@portal_page("POST")
def binding_end(request: PersonRequest, slug: str, public_id: str) -> HttpResponse:
    """End a binding now."""
    rows = Binding.objects.visible_to(request.actor).select_related("element__dictionary")
    row = one(rows, element__dictionary__slug=slug, public_id=public_id)
    services.end_binding(actor=request.actor, binding=row)
    return after(request, _("%(column)s is no longer bound.") % {"column": row}, "element", slug, row.element.key)


@portal_page("GET", "HEAD", "POST")
def alias_add(request: PersonRequest, slug: str, key: str) -> HttpResponse:
    """Say what somebody calls the element."""
    row = element_of(request, slug, key)
    form = AliasForm(request.POST if request.method == "POST" else None)
    if form.is_bound and (
        done := attempt(form, lambda: services.add_alias(actor=request.actor, element=row, **form.cleaned_data))
    ):
        said = _("“%(term)s” finds %(name)s from now on.") % {"term": done.value, "name": row}
        return after(request, said, "element", slug, key, query="#names")
    context = {
        "element": row,
        "crumbs": _below(row, _("Add a name")),
        "form": form,
        "may_bind": may_bind(request.actor),
    }
    return render(request, "dictionary/alias.html", context, status=status_of(form))


@portal_page("POST")
def alias_end(request: PersonRequest, slug: str, public_id: str) -> HttpResponse:
    """Stop calling the element so."""
    rows = Alias.objects.visible_to(request.actor).select_related("element")
    row = one(rows, dictionary__slug=slug, public_id=public_id)
    services.end_alias(actor=request.actor, alias=row)
    return after(
        request, _("Nothing is called “%(term)s” any more.") % {"term": row}, "element", slug, row.element.key, query="#names"
    )


@portal_page("GET", "HEAD", "POST")
def steward(request: PersonRequest, slug: str, key: str) -> HttpResponse:
    """Say who looks after an element."""
    row = element_of(request, slug, key)
    sent = request.method == "POST"
    form = StewardForm(request.POST if sent else None, initial={"person": row.steward.username if row.steward else ""})
    if sent and attempt(
        form, lambda: services.set_steward(actor=request.actor, element=row, steward=form.cleaned_data["person"])
    ):
        named = form.cleaned_data["person"]
        said = _("%(person)s looks after %(name)s.") if named else _("Nobody looks after %(name)s now.")
        return after(request, said % {"person": named, "name": row}, "element", slug, key)
    context = {
        "element": row,
        "crumbs": _below(row, _("Steward")),
        "form": form,
        "may_keep": may_keep(request.actor),
    }
    return render(request, "dictionary/steward.html", context, status=status_of(form))
