"""The cost-benefit part of a use case's page: what was written down, each figure opened, and what changed between two versions."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from foundation.errors import Missing
from foundation.pages import PersonRequest, portal_page
from governance.economics import comparing, panels
from governance.economics.cashflow import Evaluation, Refused
from governance.economics.components import plan_of
from governance.economics.drafting import worth_of_lines
from governance.economics.models import Snapshot
from governance.economics.permissions.cases import may_write
from governance.economics.plan.problems import NotWritten
from governance.economics.presenting.cases import (
    Worth,
    figures_told,
    frame_told,
    lines_told,
    sums_of,
    verdict_told,
)
from governance.economics.presenting.comparing import comparison_told
from governance.economics.presenting.drawn import pictures_drawn
from governance.economics.presenting.figures import every_measure, opened
from governance.economics.selectors.cases import evaluation_of, snapshot_numbered, snapshots_of
from governance.economics.selectors.drafts import draft_of, owners_of
from governance.economics.views.provisions import provisions_card
from governance.economics.wording.refusals import refused_told
from governance.usecases import tabs
from governance.usecases.models import UseCase
from governance.usecases.views import use_case_of

TAB = "cost-benefit"
MOST_VERSIONS = 50  # listed beside the case; any other can be named in the address


def tab_content(request: PersonRequest, use_case: UseCase) -> dict[str, Any]:
    """The newest snapshot with its figures, or the one that `?snapshot=` names, and what others have to say of it."""
    snapshots = list(snapshots_of(use_case)[:MOST_VERSIONS])
    shown = _shown(use_case, snapshots, number_of(request, "snapshot"))
    context: dict[str, Any] = {
        "snapshots": snapshots,
        "snapshot": shown,
        "newest": snapshots[0] if snapshots else None,
        "draft": draft_of(use_case),
        "may_write": may_write(request.actor, use_case),
        "provisions": provisions_card(request, use_case),
    }
    found = None
    if shown is not None:
        try:
            found = evaluation_of(shown)
        except (Refused, NotWritten) as refusal:  # by other rules than those of today
            context["refused"] = refused_told(refusal)
    if shown is not None and found is not None:
        worth = worth_of_lines(found)
        context |= {
            "verdict": verdict_told(found),
            "figures": figures_told(found),
            "measures": every_measure(found),
            "pictures": pictures_drawn(shown, found, worth),
            "lines": lines_of_page(request, found, worth),
            "frame": frame_told(found.plan),
            "currency": found.plan.currency,
            "query": f"?snapshot={shown.number}" if shown != snapshots[0] else "",
            "panels": panels.panels_of(request, shown, found),
        }
    return context


def lines_of_page(request: PersonRequest, found: Evaluation, worth: Worth) -> Any:
    """The lines of the page that `?page=` names."""
    page = number_of(request, "page") or 1
    return lines_told(found.plan, worth, sums_of(found), owners_of([found.plan]), page=page)


def number_of(request: PersonRequest, name: str) -> int | None:
    """A small number of the address; what is none is nothing."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _shown(use_case: UseCase, snapshots: list[Snapshot], wanted: int | None) -> Snapshot | None:
    """The version that is asked for, whole; the newest where none is, or one that there is not."""
    if not snapshots:
        return None
    return (snapshot_numbered(use_case, wanted) if wanted else None) or snapshot_numbered(use_case, snapshots[0].number)


@portal_page()
def figure(request: PersonRequest, slug: str, measure: str) -> HttpResponse:
    """One figure: its formula and what went into it, each of which opens in turn."""
    row = use_case_of(request, slug)
    snapshots = list(snapshots_of(row)[:1])
    shown = _shown(row, snapshots, number_of(request, "snapshot"))
    if shown is None:
        raise Missing(_("Nothing was written down yet, so there is nothing to explain."))
    try:
        told = opened(evaluation_of(shown), measure, page=number_of(request, "page") or 1)
    except Refused as error:
        raise Missing(_("There is no such figure.")) from error
    query = f"?snapshot={shown.number}" if shown.number != snapshots[0].number else ""
    context = {**tabs.page_of(row, TAB, {"label": told.title}), "figure": told, "snapshot": shown, "query": query}
    return render(request, "economics/figure.html", context)


@portal_page()
def compared(request: PersonRequest, slug: str) -> HttpResponse:
    """What changed between two versions and what each change is worth: `?from=1&to=3`, in whichever order; the last two where
    nothing is said."""
    row = use_case_of(request, slug)
    snapshots = list(snapshots_of(row)[:MOST_VERSIONS])
    if not snapshots:
        raise Missing(_("Nothing was written down yet, so there is nothing to compare."))
    to = number_of(request, "to") or snapshots[0].number
    since = number_of(request, "from") or max(to - 1, 1)
    before, after = snapshot_numbered(row, since), snapshot_numbered(row, to)
    if before is None or after is None:
        raise Missing(_("There is no such version."))
    context = {
        **tabs.page_of(row, TAB, {"label": _("What changed")}),
        "before": before,
        "after": after,
        "snapshots": snapshots,
        "changes": comparison_told(comparing.compared(plan_of(before), plan_of(after))),
    }
    return render(request, "economics/compared.html", context)


@portal_page()
def case_write(request: PersonRequest, slug: str) -> HttpResponse:
    """Where costs and benefits were written before there were drafts."""
    return redirect("draft", use_case_of(request, slug).slug)
