"""All use cases by stage, and the work that stopped moving."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from foundation.errors import Missing
from foundation.pages import PersonRequest, portal_page, slice_of
from governance.usecases import effort, selectors
from governance.usecases.forms import BoardFilterForm
from governance.usecases.models import Standstill
from governance.usecases.selectors import board as boards
from governance.usecases.selectors import stages, standstills
from governance.usecases.stage_wording import language_now


@portal_page()
def board(request: PersonRequest) -> HttpResponse:
    """A column for each stage with those that stand there longest; `?stage=` shows all of one."""
    form = BoardFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    text, kind, key = wanted.get("q", ""), wanted.get("kind", ""), wanted.get("stage", "")
    context: dict[str, Any] = {"form": form, "filtered": bool(text or kind)}
    if key:
        rules = stages.lifecycle_in_force()
        stage = rules.lifecycle.stage(key)
        if stage is None:
            raise Missing(_("There is no such stage."))
        rows = boards.with_standstill(boards.at_stage(selectors.found(request.actor, text=text, kind=kind), rules)).filter(at=key)
        page = slice_of(request, rows)
        column = {"stage": stage, "title": stage.title(language_now()), "cards": boards.cards_of(page.rows, rules)}
        return render(request, "usecases/board_stage.html", {**context, "column": column, "slice": page})
    columns: list[dict[str, Any]] = [
        {
            "stage": column.stage,
            "title": column.stage.title(language_now()),
            "cards": column.cards,
            "total": column.total,
            "more": column.more,
            "url": _column_url(column.stage.key, text, kind),
        }
        for column in boards.board(request.actor, text=text, kind=kind)
    ]
    total = sum(column["total"] for column in columns)
    return render(request, "usecases/board.html", {**context, "columns": columns, "total": total})


def _column_url(key: str, text: str, kind: str) -> str:
    asked = {"q": text, "kind": kind, "stage": key}
    return f"{reverse('use_case_board')}?{urlencode({name: value for name, value in asked.items() if value})}"


SHOWN = ("quiet", "said", "polished")


@portal_page()
def stuck(request: PersonRequest) -> HttpResponse:
    """Work that does not move: nobody said why, somebody did, or it is polished while nothing runs."""
    show = request.GET.get("show", SHOWN[0])
    if show not in SHOWN:
        raise Missing(_("There is no such list."))
    labels = {"quiet": _("Nobody said why"), "said": _("With a reason"), "polished": _("Polished, and nothing runs")}
    here = reverse("use_case_stuck")
    context: dict[str, Any] = {
        "show": show,
        "parts": [
            {"label": labels[name], "url": here if name == SHOWN[0] else f"{here}?show={name}", "current": name == show}
            for name in SHOWN
        ],
    }
    if show == "polished":
        context["pointers"] = effort.pointers(request.actor)
    elif show == "said":
        kind = request.GET.get("kind", "")
        page = slice_of(request, standstills.standing_still(request.actor, kind if kind in Standstill.Kind.values else ""))
        context |= {"slice": page, "rows": page.rows}
    else:
        rules = stages.lifecycle_in_force()
        page = slice_of(request, standstills.quiet(request.actor, rules))
        told = standstills.quiet_told(page.rows, rules)
        context |= {"slice": page, "rows": [(item, item.stage.title(language_now())) for item in told]}
    return render(request, "usecases/stuck.html", context)
