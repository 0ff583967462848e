"""The page of all features: elements that are computed from others."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest, portal_page, slice_of
from governance.dictionary.forms import SearchForm
from governance.dictionary.selectors import features as selectors


@portal_page()
def features(request: PersonRequest) -> HttpResponse:
    """How each is computed, from what, by whom, and which others are computed alike."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    page = slice_of(request, selectors.feature_elements(request.actor, text))
    context = {
        "slice": page,
        "features": selectors.features(page.rows),
        "form": form,
        "filtered": bool(text),
        "crumbs": [{"label": _("Dictionary"), "url": reverse("dictionaries")}, {"label": _("Features")}],
    }
    return render(request, "dictionary/features.html", context)
