"""What somebody from outside sees of the use cases that are shared with them: what it is for, how success is measured, where the
signature stands, documents and increments. Nothing of who builds what, with which versions, at which cost."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from foundation.pages import PersonRequest, slice_of
from governance.usecases import panels, selectors, tabs
from governance.usecases.models import UseCase
from governance.usecases.wording import kpi_sentence


def shared_list(request: PersonRequest) -> HttpResponse:
    """The use cases that are shared with the person, newest first."""
    page = slice_of(request, UseCase.objects.shared_with(request.actor))
    return render(request, "usecases/shared_list.html", {"slice": page, "rows": page.rows})


def shared_overview(request: PersonRequest, row: UseCase) -> HttpResponse:
    """One of them."""
    definition = selectors.definition_with_author(row)
    context = {
        **tabs.page_of(row, "overview"),
        "definition": definition,
        "sign_off": panels.sign_offs_of(request.actor, [definition]).get(definition.public_id) if definition else None,
        "kpis": [(kpi, kpi_sentence(kpi)) for kpi in definition.kpis.all()] if definition else [],
        "parts": [item for item in tabs.tabs_of(row) if item.slug != "overview"],
        "you": request.actor.user,
    }
    return render(request, "usecases/shared_overview.html", context)
