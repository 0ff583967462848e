"""The list of use cases: narrowed, sorted, a page at a time, or as a table to take away."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext

from foundation import clock, csv_safety
from foundation.errors import Missing
from foundation.pages import PersonRequest, is_from_outside, portal_page, sorted_slice
from governance.usecases.forms import ListForm
from governance.usecases.selectors import listed, listing
from governance.usecases.selectors.stages import InForce, lifecycle_in_force
from governance.usecases.stage_wording import language_now
from governance.usecases.views.shared import shared_list


def _form(request: PersonRequest, rules: InForce) -> ListForm:
    titles = [(stage.key, stage.title(language_now())) for stage in rules.lifecycle.stages]
    return ListForm(request.GET, stages=titles)


@portal_page(outside=True)
def use_cases(request: PersonRequest) -> HttpResponse:
    """Use cases the person may see, as the address says: it can be handed on."""
    if is_from_outside(request):
        return shared_list(request)
    rules = lifecycle_in_force()
    form = _form(request, rules)
    wanted = form.wanted()
    found = listing.narrowed(request.actor, wanted, rules)
    page = sorted_slice(request, found, listing.sort_key(form.cleaned_data.get("sort", "")))
    count = found.count()
    titles = dict(form.fields["stage"].choices)  # type: ignore[attr-defined] # a ChoiceField
    tiers = dict(form.fields["risk"].choices)  # type: ignore[attr-defined] # likewise
    rows = [
        (row, titles.get(case.at, case.at), tiers[case.tier] if case.tier else "")
        for row, case in zip(listed(request.actor, page.rows), page.rows, strict=True)
    ]
    context = {
        "form": form,
        "slice": page,
        "rows": rows,
        "filtered": wanted.narrows,
        "count": ngettext("%(count)s use case", "%(count)s use cases", count) % {"count": count},
        "export_url": f"{reverse('use_cases_export')}?{request.GET.urlencode()}".rstrip("?"),
    }
    return render(request, "usecases/list.html", context)


@portal_page()
def use_cases_export(request: PersonRequest) -> Any:
    """The same, all of it, as CSV. Codes rather than words, so that the file can be worked with; no cell is a formula."""
    rules = lifecycle_in_force()
    form = _form(request, rules)
    wanted = form.wanted()
    if form.errors:  # a page may leave out what it cannot read and say so; a file cannot
        raise Missing("; ".join(str(error) for errors in form.errors.values() for error in errors))
    rows = listing.exported(listing.narrowed(request.actor, wanted, rules))
    answer = StreamingHttpResponse(csv_safety.written(chain([listing.COLUMNS], rows)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="use-cases-{clock.now():%Y-%m-%d}.csv"'
    return answer
