"""The pages of dictionaries: what columns mean, who fills them, and how they differ."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest, after, attempt, one, portal_page, refusal_of, slice_of, status_of
from governance.dictionary import selectors, services
from governance.dictionary.forms import BindForm, DictionaryForm, ElementForm, MeaningForm, SearchForm
from governance.dictionary.models import Binding, DataElement, Dictionary, ElementVersion
from governance.dictionary.permissions import may_bind, may_keep
from governance.dictionary.wording import changes_told
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
        "deviating": [column for column in columns if any(item.binding.deviation for item in column.said)],
        "disagreeing": [column for column in columns if column.disagree],
        "may_bind": may_bind(request.actor),
    }


@portal_page("GET", "HEAD", "POST")
def dictionaries(request: PersonRequest) -> HttpResponse:
    """All dictionaries, and the form to open another."""
    sent = request.method == "POST"
    form = DictionaryForm(request.POST if sent else None)
    if sent and (done := attempt(form, lambda: services.create_dictionary(actor=request.actor, **form.cleaned_data))):
        return after(request, _("The dictionary %(title)s is open.") % {"title": done.value}, "dictionary", done.value.slug)
    rows = Dictionary.objects.visible_to(request.actor).annotate(element_count=Count("elements"))
    context = {"slice": slice_of(request, rows), "form": form, "may_keep": may_keep(request.actor)}
    return render(request, "dictionary/list.html", context, status=status_of(form))


def dictionary_of(request: PersonRequest, slug: str) -> Dictionary:
    return one(Dictionary.objects.visible_to(request.actor), slug=slug)


def element_of(request: PersonRequest, slug: str, key: str) -> DataElement:
    rows = DataElement.objects.visible_to(request.actor).select_related("dictionary")
    return one(rows, dictionary__slug=slug, key=key)


def crumbs(row: Dictionary, *more: dict[str, str]) -> list[dict[str, str]]:
    """The way to a dictionary and below."""
    top = {"label": _("Dictionary"), "url": reverse("dictionaries")}
    return [top, {"label": row.title, "url": reverse("dictionary", args=[row.slug])}, *more]


@portal_page()
def dictionary(request: PersonRequest, slug: str) -> HttpResponse:
    """The elements of one dictionary with what they mean and who fills them."""
    row = dictionary_of(request, slug)
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    page = slice_of(request, selectors.elements_found(row, text))
    context = {
        "dictionary": row,
        "crumbs": crumbs(row),
        "form": form,
        "slice": page,
        "filtered": bool(text),
        "may_keep": may_keep(request.actor),
    }
    return render(request, "dictionary/dictionary.html", context)


@portal_page("GET", "HEAD", "POST")
def element_new(request: PersonRequest, slug: str) -> HttpResponse:
    """Add an element with its first meaning."""
    row = dictionary_of(request, slug)
    sent = request.method == "POST"
    form = ElementForm(request.POST if sent else None)
    if sent and (done := attempt(form, lambda: services.add_element(actor=request.actor, dictionary=row, **form.cleaned_data))):
        return after(request, _("%(name)s is in the dictionary.") % {"name": done.value}, "element", row.slug, done.value.key)
    context = {
        "dictionary": row,
        "crumbs": crumbs(row, {"label": _("New element")}),
        "form": form,
        "may_keep": may_keep(request.actor),
    }
    return render(request, "dictionary/element_new.html", context, status=status_of(form))


@portal_page()
def element(request: PersonRequest, slug: str, key: str) -> HttpResponse:
    """One element: what it means, what it meant, and which columns hold it."""
    return show_element(request, element_of(request, slug, key), BindForm())


def show_element(request: PersonRequest, row: DataElement, form: BindForm) -> HttpResponse:
    versions = list(row.versions.select_related("created_by").order_by("-number"))
    context = {
        "element": row,
        "crumbs": crumbs(row.dictionary, {"label": row.name}),
        "version": versions[0] if versions else None,
        "history": [(now, changes_told(then, now.body())) for now, then in zip_longest(versions, versions[1:])],
        "bindings": selectors.bindings_of(row),
        "form": form,
        "may_keep": may_keep(request.actor),
        "may_bind": may_bind(request.actor),
        "talk": talk.panel_of(request, row),
    }
    return render(request, "dictionary/element.html", context, status=status_of(form))


@portal_page("GET", "HEAD", "POST")
def meaning_new(request: PersonRequest, slug: str, key: str) -> HttpResponse:
    """Write what an element means from now on."""
    row = element_of(request, slug, key)
    current = row.current_version()
    sent = request.method == "POST"
    form = MeaningForm(request.POST if sent else None, initial=MeaningForm.said(current))
    if sent and (written := _written(request, row, form)):
        return after(
            request,
            _("%(name)s has a new meaning, version %(number)s.") % {"name": row, "number": written.number},
            "element",
            slug,
            key,
        )
    context = {
        "element": row,
        "crumbs": crumbs(
            row.dictionary, {"label": row.name, "url": reverse("element", args=[slug, key])}, {"label": _("New meaning")}
        ),
        "form": form,
        "current": current,
        "moved_on": _moved_on(form, row, current, request.POST.get("based_on", "")),
        "may_keep": may_keep(request.actor),
    }
    return render(request, "dictionary/meaning_new.html", context, status=status_of(form))


def _written(request: PersonRequest, row: DataElement, form: MeaningForm) -> ElementVersion | None:
    based_on = request.POST.get("based_on", "")
    number = int(based_on) if based_on.isascii() and based_on.isdigit() and len(based_on) < 9 else None
    done = attempt(form, lambda: services.write_version(actor=request.actor, element=row, based_on=number, **form.cleaned_data))
    return done.value if done else None


def _moved_on(form: MeaningForm, row: DataElement, current: ElementVersion | None, based_on: str) -> list[Any] | None:
    """After a conflict: what somebody else changed since this person opened the form."""
    refusal = refusal_of(form)
    if refusal is None or refusal.code != "element.conflict" or current is None:
        return None
    seen = (
        row.versions.filter(number=int(based_on)).first()
        if based_on.isascii() and based_on.isdigit() and len(based_on) < 9
        else None
    )
    return changes_told(seen, current.body())


@portal_page("POST")
def column_bind(request: PersonRequest, slug: str, key: str) -> HttpResponse:
    """Say that a column holds the element."""
    row = element_of(request, slug, key)
    form = BindForm(request.POST)
    done = attempt(form, lambda: services.bind_column(actor=request.actor, element=row, **form.cleaned_data))
    if done is None:
        return show_element(request, row, form)
    return after(request, _("%(column)s holds %(name)s.") % {"column": done.value, "name": row}, "element", slug, key)


@portal_page("POST")
def binding_end(request: PersonRequest, slug: str, public_id: str) -> HttpResponse:
    """End a binding now."""
    rows = Binding.objects.visible_to(request.actor).select_related("element__dictionary")
    row = one(rows, element__dictionary__slug=slug, public_id=public_id)
    services.end_binding(actor=request.actor, binding=row)
    return after(request, _("%(column)s is no longer bound.") % {"column": row}, "element", slug, row.element.key)
