"""The pages of releases: what was frozen, how to check it, and what lies between two of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.errors import Missing
from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from governance.dictionary import releases as engine
from governance.dictionary import services
from governance.dictionary.forms.proposals import BetweenForm, ReleaseForm
from governance.dictionary.models import Release
from governance.dictionary.permissions import may_keep
from governance.dictionary.selectors import releases as selectors
from governance.dictionary.selectors.impact import worst_of
from governance.dictionary.views.elements import crumbs, dictionary_of
from governance.dictionary.views.proposal_shown import known_told, line_of, weighed_told
from governance.dictionary.wording_impact import bump_told, changes_sentence, severity_told


def release_of(request: PersonRequest, slug: str, number: int) -> Release:
    rows = Release.objects.visible_to(request.actor).select_related("dictionary", "created_by")
    if number >= 2**31:
        raise Missing(_("There is no such thing, or you may not see it."))
    found: Release = one(rows, dictionary__slug=slug, number=number)
    return found


@portal_page("GET", "HEAD", "POST")
def releases(request: PersonRequest, slug: str) -> HttpResponse:
    """All releases of a dictionary, two of them to compare, and the form to make another."""
    row = dictionary_of(request, slug)
    sent = request.method == "POST"
    form = ReleaseForm(request.POST if sent else None)
    if sent and (done := attempt(form, lambda: services.make_release(actor=request.actor, dictionary=row, **form.cleaned_data))):
        said = _("This is release %(label)s. The worker signs it in a moment.") % {"label": done.value.label}
        return after(request, said if done.value.note is None else "", "release", row.slug, done.value.number)
    if {"before", "after"} <= set(request.GET) and not sent:
        chosen = BetweenForm(request.GET)
        if chosen.is_valid():
            numbers = chosen.cleaned_data
            return redirect("release_difference", row.slug, numbers["before"], numbers["after"])
    rows = slice_of(request, selectors.releases_of(row.pk, request.actor))
    newest = [item.number for item in rows.rows[:2]]
    context = {
        "dictionary": row,
        "crumbs": crumbs(row, {"label": _("Releases")}),
        "slice": rows,
        "form": form,
        "between": BetweenForm(initial={"before": newest[-1], "after": newest[0]} if len(newest) == 2 else {}),
        "comparable": len(newest) == 2,
        "may_keep": may_keep(request.actor),
    }
    return render(request, "dictionary/releases.html", context, status=status_of(form))


@portal_page()
def release(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """One release: its entries, its root, and the signed note over it."""
    row = release_of(request, slug, number)
    versions = selectors.versions_in([row])
    root = bytes.fromhex(row.root.removeprefix("sha256:"))
    context = {
        "release": row,
        "crumbs": crumbs(row.dictionary, _list_crumb(slug), {"label": row.label}),
        "entries": [(entry, versions.get((entry["element"], entry["number"]))) for entry in row.entries],
        "statement": engine.statement(row.dictionary.slug, row.number, len(row.entries), root),
        "holds": engine.root_of(row.entries) == root,
        "before": row.number - 1,
    }
    return render(request, "dictionary/release.html", context)


@portal_page()
def release_difference(request: PersonRequest, slug: str, before: int, after: int) -> HttpResponse:
    """What changes from one release to another; with `?format=omds` in the notation that other tools read."""
    one_, other = release_of(request, slug, before), release_of(request, slug, after)
    found = selectors.between(one_, other, request.actor)
    if request.GET.get("format") == "omds":
        address = request.build_absolute_uri(reverse("api_dictionary_releases", args=[slug])) + "/"
        return JsonResponse(selectors.metadata_difference(found, address))
    context = {
        "before": one_,
        "after": other,
        "crumbs": crumbs(other.dictionary, _list_crumb(slug), {"label": _("What is different")}),
        "found": found,
        "severity": severity_told(worst_of(found.effects)),
        "bump": bump_told(found.comparison.bump),
        "lines": [_line(effect) for effect in found.effects],
    }
    return render(request, "dictionary/release_difference.html", context)


def _line(effect: Any) -> dict[str, Any]:
    sentence = changes_sentence(effect.element.name, effect.changes)
    return {
        **line_of(sentence, effect, effect.element.legend),
        "element": effect.element,
        "weighed": [weighed_told(item) for item in effect.changes],
        "readers": [known_told(item) for item in effect.readers.known],
    }


def _list_crumb(slug: str) -> dict[str, str]:
    return {"label": _("Releases"), "url": reverse("releases", args=[slug])}
