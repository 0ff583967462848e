"""Looking through dictionaries: search, lists, and a whole dictionary on one page or in one file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation import clock
from foundation.pages import PersonRequest, Slice, after, attempt, one, portal_page, slice_of, status_of
from governance.dictionary import services
from governance.dictionary.formats import registry
from governance.dictionary.forms import BrowseForm, DictionaryForm, SearchForm
from governance.dictionary.models import DataElement, Dictionary
from governance.dictionary.permissions import may_draft, may_keep
from governance.dictionary.selectors import browse
from governance.dictionary.selectors.browse import Wanted
from governance.dictionary.selectors.elements import whole
from governance.dictionary.services.exports import book_of
from governance.dictionary.wording_elements import facts_told

PAGE = 25
MOST_PAGES = 400
MOST_PRINTED = 5_000


def dictionary_of(request: PersonRequest, slug: str) -> Dictionary:
    return one(Dictionary.objects.visible_to(request.actor).select_related("team"), slug=slug)


def crumbs(row: Dictionary, *more: dict[str, str]) -> list[dict[str, str]]:
    """The way to a dictionary and below."""
    top = {"label": _("Dictionary"), "url": reverse("dictionaries")}
    return [top, {"label": row.title, "url": reverse("dictionary", args=[row.slug])}, *more]


@portal_page("GET", "HEAD", "POST")
def dictionaries(request: PersonRequest) -> HttpResponse:
    """All dictionaries, a search through all of them, and the form to open another."""
    sent = request.method == "POST"
    form = DictionaryForm(request.POST if sent else None)
    if sent and (done := attempt(form, lambda: services.create_dictionary(actor=request.actor, **form.cleaned_data))):
        return after(request, _("The dictionary %(title)s is open.") % {"title": done.value}, "dictionary", done.value.slug)
    search = SearchForm(request.GET)
    text = search.cleaned_data["q"] if search.is_valid() else ""
    found = _found(request, DataElement.objects.visible_to(request.actor), Wanted(text)) if text else {}
    rows = Dictionary.objects.visible_to(request.actor).annotate(element_count=Count("elements"))
    context = {
        "slice": Slice([]) if text else slice_of(request, rows),
        "form": form,
        "search": search,
        "text": text,
        "may_keep": may_keep(request.actor),
        **found,
    }
    return render(request, "dictionary/list.html", context, status=status_of(form))


@portal_page()
def dictionary(request: PersonRequest, slug: str) -> HttpResponse:
    """The elements of one dictionary: what they mean, and who fills and reads them."""
    row = dictionary_of(request, slug)
    form = BrowseForm(request.GET)
    wanted = form.wanted()
    context = {
        "dictionary": row,
        "crumbs": crumbs(row),
        "form": form,
        "filtered": wanted.anything,
        "may_draft": may_draft(request.actor),
        **_found(request, DataElement.objects.visible_to(request.actor).filter(dictionary=row), wanted),
    }
    return render(request, "dictionary/dictionary.html", context)


def _found(request: PersonRequest, elements: Any, wanted: Wanted) -> dict[str, Any]:
    """One page of what fits, best first, with the addresses of the pages beside it."""
    number = _page(request)
    upto = number * PAGE
    pks = browse.found(elements, wanted, enough=upto + 1)
    rows = browse.rows_of(elements, pks[upto - PAGE : upto])
    counted = "" if wanted.text else ngettext("%(n)d element", "%(n)d elements", len(pks)) % {"n": len(pks)}
    return {
        "rows": rows,
        "count": counted,
        "newer_url": _at(request, number - 1) if number > 1 else "",
        "older_url": _at(request, number + 1) if len(pks) > upto else "",
    }


def _page(request: PersonRequest) -> int:
    text = request.GET.get("page", "")
    return min(max(int(text), 1), MOST_PAGES) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def _at(request: PersonRequest, number: int) -> str:
    parameters = request.GET.copy()
    parameters["page"] = str(number)
    return f"?{parameters.urlencode()}"


@portal_page()
def printable(request: PersonRequest, slug: str) -> HttpResponse:
    """A whole dictionary on one page, to be printed."""
    row = dictionary_of(request, slug)
    rows, more = whole(row, most=MOST_PRINTED)
    context = {
        "dictionary": row,
        "crumbs": crumbs(row, {"label": _("Print")}),
        "entries": [(item, facts_told(item.version) if item.version else []) for item in rows],
        "count": len(rows),
        "more": more,
        "most": MOST_PRINTED,
        "at": clock.now(),
    }
    return render(request, "dictionary/printable.html", context)


@portal_page()
def workbook(request: PersonRequest, slug: str) -> HttpResponse:
    """The same as a workbook, with the columns that hold each element."""
    row = dictionary_of(request, slug)
    form = next(item for item in registry.FORMATS if item.key == "xlsx")
    answer = HttpResponse(form.write(book_of(row, drafts=True)), content_type=form.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{row.slug}.xlsx"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def page_urls(request: PersonRequest, count: int, size: int) -> Sequence[str]:
    """The addresses of the pages before and after this one, of a list of which the length is known; empty where there is none."""
    number = _page(request)
    return _at(request, number - 1) if number > 1 else "", _at(request, number + 1) if number * size < count else ""


def page_number(request: PersonRequest) -> int:
    return _page(request)
