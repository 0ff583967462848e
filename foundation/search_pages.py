"""Searching, for people: the page with everything that fits, and the first few while one types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import search
from foundation.pages import PersonRequest, portal_page
from foundation.search_terms import Pieces, asked, excerpt, marked

SUGGESTIONS = 8


class SearchForm(forms.Form):
    """What is looked for."""

    q = forms.CharField(
        required=False,
        max_length=search.LONGEST_QUERY,
        label=gettext_lazy("Words"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    type = forms.ChoiceField(required=False, label=gettext_lazy("Kind of thing"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = sorted(((kind.name, str(kind.label)) for kind in search.searchable()), key=lambda pair: pair[1])
        self.fields["type"].choices = [("", _("Everything")), *kinds]  # type: ignore[attr-defined] # a ChoiceField


@dataclass(frozen=True, slots=True)
class Shown:
    """One result: its title and the part of its text that fits, in pieces of which the found ones are marked."""

    hit: search.Hit
    label: str
    url: str
    title: Pieces
    text: Pieces


def shown(hit: search.Hit, query: str, *, texts: bool = True) -> Shown:
    """A hit as pages want it. What has no page of its own leads to what the log tells of it."""
    entry = hit.entry
    url = entry.url or reverse("foundation:audit_about", args=[entry.public_id])
    text = excerpt(entry.text, query) if texts and entry.text else []
    return Shown(hit, str(hit.kind.label) if hit.kind else entry.type, url, marked(entry.title, query), text)


@portal_page(outside=True)
def search_page(request: PersonRequest) -> HttpResponse:
    """What fits, best first, in groups by kind."""
    form = SearchForm(request.GET)
    form.is_valid()  # a kind that there is not is left out, and the form says so
    query, kind = form.cleaned_data.get("q", ""), form.cleaned_data.get("type", "")
    after = request.GET.get("after", "")
    found = search.find(request.actor, query, type=kind, after=after)
    groups: dict[str, list[Shown]] = {}
    for hit in found.hits:
        groups.setdefault(hit.entry.type, []).append(shown(hit, query))
    context = {
        "form": form,
        "query": query,
        "asked": bool(asked(query)),
        "groups": [
            {"label": rows[0].label, "rows": rows, "only_url": "" if kind else _address(query, type=name)}
            for name, rows in groups.items()
        ],
        "count": len(found.hits),
        "more_url": _address(query, type=kind, after=found.next) if found.next else "",
        "first_url": _address(query, type=kind) if after else "",
    }
    return render(request, "foundation/search.html", context)


@portal_page(outside=True)
def suggestions(request: PersonRequest) -> HttpResponse:
    """The first few results as a list to choose from, for the box in the head of each page."""
    query = request.GET.get("q", "")[: search.LONGEST_QUERY]
    found = search.find(request.actor, query, limit=SUGGESTIONS)
    context = {
        "rows": [shown(hit, query, texts=hit.rank == search.TEXT) for hit in found.hits],
        "asked": bool(asked(query)),
        "all_url": _address(query),
    }
    return render(request, "foundation/search_suggestions.html", context)


def _address(query: str, **more: str) -> str:
    return f"{reverse('foundation:search')}?{urlencode({'q': query, **{name: value for name, value in more.items() if value}})}"
