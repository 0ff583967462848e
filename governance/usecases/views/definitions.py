"""Versions of a definition: written, put together with what somebody else wrote meanwhile, shown, signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.errors import CountersignError, Missing
from foundation.pages import PersonRequest, after, one, portal_page, refusal_of, slice_of, status_of
from governance.usecases import exporting, panels, selectors, services, tabs, talk
from governance.usecases.comparison import changes
from governance.usecases.forms import Draft
from governance.usecases.merging import BOTH, MINE, THEIRS, Meeting, merge
from governance.usecases.models import Definition, UseCase
from governance.usecases.permissions import may_define
from governance.usecases.views.use_cases import shared_use_case_of, use_case_of
from governance.usecases.wording import field_label, part_label, told_changes, told_kpis, value_label

CHOICE = "choose:"  # and the place where two people met
MOST_NUMBERS = 200  # versions offered for a comparison; any other can be named in the address


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Somebody wrote a version while this person was writing: what they changed, and where both changed the same."""

    started_from: int
    theirs: list[Mapping[str, str]]
    meetings: list[dict[str, Any]]


@portal_page("GET", "HEAD", "POST")
def definition_new(request: PersonRequest, slug: str) -> HttpResponse:
    """Write a new version of the definition. `look` shows what would change and `merge` puts two authors' work together: both save
    nothing."""
    row = use_case_of(request, slug)
    current = row.current_definition()
    sent = request.method == "POST"
    draft = Draft(request.POST if sent else None, current)
    valid = sent and draft.is_valid
    together: list[Any] | None = None
    if valid and "merge" in request.POST:
        draft = Draft(None, current, body=_merged(request, row, current, draft))
        together = told_changes(changes(current.body() if current else None, draft.said))
    elif valid and "look" not in request.POST and (written := _written(request, row, draft)):
        said = _("Version %(number)s of the definition is in force.") % {"number": written.number}
        return after(request, said, "use_case", row.slug)
    current = row.current_definition()  # somebody may have written one just now: that is what a refusal is about
    context = {
        **tabs.page_of(row, "overview", {"label": _("Definition")}),
        "draft": draft,
        "current": current,
        "allowed": may_define(request.actor, row),
        "would_change": _would_change(draft, current) if valid and "look" in request.POST else None,
        "together": together,
        "overtaken": None if together is not None else _overtaken(request, row, current, draft),
    }
    return render(request, "usecases/definition_new.html", context, status=status_of(*draft.shown))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _written(request: PersonRequest, row: UseCase, draft: Draft) -> Definition | None:
    based_on = _number(request.POST.get("based_on", ""))
    try:
        return services.define(actor=request.actor, use_case=row, based_on=based_on, **draft.content())
    except Missing:
        raise
    except CountersignError as error:
        draft.tell(error)
        return None


def _would_change(draft: Draft, current: Definition | None) -> list[Any]:
    return told_changes(changes(current.body() if current else None, draft.content()))


def _version(row: UseCase, number: int | None) -> Definition | None:
    return row.definitions.filter(number=number).prefetch_related("kpis").first() if number else None


def _started_from(request: PersonRequest) -> int | None:
    """The version this person had before them when they began: kept over every try, so that nothing is compared with the wrong one."""
    told = _number(request.POST.get("started_from", ""))
    return _number(request.POST.get("based_on", "")) if told is None else told


def _merged(request: PersonRequest, row: UseCase, current: Definition | None, draft: Draft) -> Mapping[str, Any]:
    base = _version(row, _started_from(request))
    chosen = {name.removeprefix(CHOICE): str(value) for name, value in request.POST.items() if name.startswith(CHOICE)}
    theirs = current.body() if current else {}
    return merge(base.body() if base else None, theirs, draft.content(), chosen).body


def _overtaken(request: PersonRequest, row: UseCase, current: Definition | None, draft: Draft) -> Overtaken | None:
    """What to tell somebody who was overtaken: after the refusal, and on every try until the two are put together."""
    refusal = refusal_of(draft.form)
    told = refusal is not None and refusal.code == "definition.conflict"
    started = _started_from(request)
    if current is None or started is None or not (told or "started_from" in request.POST):
        return None
    base = _version(row, started)
    said = base.body() if base else None
    meetings = merge(said, current.body(), draft.content()).meetings if draft.is_valid or told else ()
    return Overtaken(started, told_changes(changes(said, current.body())), [_met(request, item) for item in meetings])


def _met(request: PersonRequest, meeting: Meeting) -> dict[str, Any]:
    """One place that both changed, with the answers there are."""
    name = CHOICE + meeting.key
    chosen = request.POST.get(name, MINE)
    answers = [(MINE, _("What you wrote")), (THEIRS, _("What they wrote"))]
    if meeting.joinable:
        answers.append((BOTH, _("Both, one under the other")))

    def text(value: str) -> str:
        return value_label(meeting.part, meeting.field, value)

    return {
        "name": name,
        "label": part_label(meeting.part, meeting.name, meeting.field) if meeting.part else field_label(meeting.field),
        "base": text(meeting.base),
        "theirs": text(meeting.theirs),
        "mine": text(meeting.mine),
        "answers": [{"value": value, "label": label, "chosen": value == chosen} for value, label in answers],
    }


@portal_page(outside=True)
def definitions(request: PersonRequest, slug: str) -> HttpResponse:
    """Every version of the definition, newest first, each with what it changed."""
    row = shared_use_case_of(request, slug)
    page = slice_of(request, selectors.definitions_of(row))
    signed = panels.sign_offs_of(request.actor, page.rows)
    befores = [*page.rows[1:], _version(row, page.rows[-1].number - 1)] if page.rows else []
    rows = [
        {
            "definition": now,
            "changes": told_changes(changes(then.body() if then else None, now.body())),
            "first": then is None,
            "sign_off": signed.get(now.public_id),
        }
        for now, then in zip(page.rows, befores, strict=True)
    ]
    context = {
        **tabs.page_of(row, "overview", {"label": _("Versions of the definition")}),
        "versions": rows,
        "slice": page,
        "numbers": _numbers(row),
        "may_define": may_define(request.actor, row),
    }
    return render(request, "usecases/definitions.html", context)


def _numbers(row: UseCase) -> list[int]:
    return list(row.definitions.order_by("-number").values_list("number", flat=True)[:MOST_NUMBERS])


@portal_page(outside=True)
def definitions_compared(request: PersonRequest, slug: str) -> HttpResponse:
    """The difference between any two versions: `?from=1&to=3`, in whichever order; the last two where nothing is said."""
    row = shared_use_case_of(request, slug)
    numbers = _numbers(row)
    if not numbers:
        raise Missing(_("Nothing was written down yet, so there is nothing to compare."))
    after_ = _number(request.GET.get("to", "")) or numbers[0]
    before_ = _number(request.GET.get("from", "")) or max(after_ - 1, 1)
    found = {item.number: item for item in row.definitions.filter(number__in=[before_, after_]).prefetch_related("kpis")}
    if before_ not in found or after_ not in found:
        raise Missing(_("There is no such version."))
    then, now = found[before_], found[after_]
    context = {
        **tabs.page_of(
            row,
            "overview",
            {"label": _("Versions of the definition"), "url": f"/use-cases/{row.slug}/definitions/"},
            {"label": _("What changed")},
        ),
        "then": then,
        "now": now,
        "changes": told_changes(changes(then.body(), now.body())),
        "numbers": numbers,
    }
    return render(request, "usecases/definitions_compared.html", context)


@portal_page("GET", "HEAD", "POST", outside=True)
def definition(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """One version of the definition; what is sent goes to the panel of the room that shows the form."""
    row = shared_use_case_of(request, slug)
    version = one(row.definitions.select_related("use_case", "created_by"), number=number)
    version.use_case = row
    shown = panels.panels_of(request, version)
    if isinstance(shown, HttpResponse):
        return shown
    newest_one = row.current_definition()
    crumbs = [
        {"label": _("Versions of the definition"), "url": f"/use-cases/{row.slug}/definitions/"},
        {"label": _("Version %(number)s") % {"number": version.number}},
    ]
    context = {
        **tabs.page_of(row, "overview", *crumbs),
        "definition": version,
        "kpis": told_kpis(version.kpis.all()),
        "newest": newest_one,
        "sign_off": panels.sign_offs_of(request.actor, [version]).get(version.public_id),
        "panels": shown,
        "talk": talk.panel_of(request, version),
        "may_define": may_define(request.actor, row),
    }
    return render(request, "usecases/definition.html", context, status=max([200, *(panel.status for panel in shown)]))


@portal_page()
def use_case_file(request: PersonRequest, slug: str) -> HttpResponse:
    """The use case as the `usecase.yaml` that a repository keeps."""
    return exporting.answer(use_case_of(request, slug))
