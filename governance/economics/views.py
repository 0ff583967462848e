"""The cost-benefit part of a use case's page."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest, after, attempt, portal_page, refusal_of, status_of
from governance.economics import services
from governance.economics.forms import Draft
from governance.economics.models import Snapshot
from governance.economics.permissions import may_write
from governance.economics.presenting import figures_told, flows_picture, lines_told
from governance.economics.selectors import current_snapshot, evaluation_of
from governance.usecases import tabs
from governance.usecases.models import UseCase
from governance.usecases.views import use_case_of

TAB = "cost-benefit"


def tab_content(request: PersonRequest, use_case: UseCase) -> dict[str, Any]:
    """The newest snapshot with its figures, and the list of all."""
    wanted = request.GET.get("snapshot", "")
    snapshots = list(Snapshot.objects.filter(case__use_case=use_case).select_related("case", "created_by").order_by("-number"))
    shown = next((row for row in snapshots if str(row.number) == wanted), snapshots[0] if snapshots else None)
    context: dict[str, Any] = {"snapshots": snapshots, "snapshot": shown, "may_write": may_write(request.actor, use_case)}
    if shown is not None:
        found = evaluation_of(shown)
        context |= {"lines": lines_told(shown), "figures": figures_told(shown, found), "picture": flows_picture(shown, found)}
    return context


@portal_page("GET", "HEAD", "POST")
def case_write(request: PersonRequest, slug: str) -> HttpResponse:
    """Write costs and benefits down anew."""
    row = use_case_of(request, slug)
    current = current_snapshot(row)
    sent = request.method == "POST"
    draft = Draft(request.POST if sent else None, current)
    if sent and draft.is_valid and (written := _written(request, row, draft)):
        said = _("Costs and benefits are written down, version %(number)s.") % {"number": written.number}
        return after(request, said, "use_case_tab", row.slug, TAB)
    refusal = refusal_of(draft.form)
    context = {
        **tabs.page_of(row, TAB, {"label": _("Write")}),
        "draft": draft,
        "current": current,
        "moved_on": refusal is not None and refusal.code == "economics.conflict",
        "allowed": may_write(request.actor, row),
    }
    return render(request, "economics/write.html", context, status=status_of(draft.form, *draft.lines.forms))


def _written(request: PersonRequest, row: UseCase, draft: Draft) -> Snapshot | None:
    based_on = request.POST.get("based_on", "")
    number = int(based_on) if based_on.isascii() and based_on.isdigit() and len(based_on) < 9 else None
    done = attempt(
        draft.form, lambda: services.write_snapshot(actor=request.actor, use_case=row, based_on=number, **draft.content())
    )
    return done.value if done else None
