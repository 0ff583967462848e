"""The sheet of a review: every point with its code beside it, judged one by one or alike, saved as far as it goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.errors import CountersignError, FieldError, Missing
from foundation.pages import PersonRequest, after
from governance.dependencies import services
from governance.dependencies.capabilities import ORDER
from governance.dependencies.forms.reviews import Filled, field_of, judge_alike, read_sheet, take_over
from governance.dependencies.models import Review
from governance.dependencies.review_permissions import may_discard_review, may_prepare_review
from governance.dependencies.review_sheet import Item, Sheet, mark
from governance.dependencies.selectors.releases import code_beside
from governance.dependencies.selectors.review_sheets import presets_for, sheet_of_review
from governance.dependencies.trust import Preset
from governance.dependencies.wording_points import capability_told, point_told
from governance.dependencies.wording_reviews import KINDS, VERDICTS, job_told, title_of

ITEMS = 40  # on a page
CARRIED = 100  # folded below; the rest has pages of its own
SHOWS = ("open", "judged", "carried", "all")


def sheet_page(request: PersonRequest, row: Review, crumbs: Sequence[Mapping[str, str]]) -> HttpResponse:
    """Show the sheet of a draft, or keep what was filled in."""
    sheet = sheet_of_review(row)
    if request.method != "POST":
        return _shown(request, row, sheet, crumbs)
    found = read_sheet(request.POST, sheet.items)
    _together(request, row, sheet, found)
    try:
        saved = services.save_points(actor=request.actor, review=row, points=found.points, seen=found.seen)
    except Missing:
        raise
    except CountersignError as error:
        return _shown(request, row, sheet, crumbs, found=found, error=error)
    left = sheet_of_review(saved)
    count = len(found.points)
    said = ngettext("%(count)d judgement is kept.", "%(count)d judgements are kept.", count) % {"count": count}
    asked = {name: request.GET[name] for name in ("show", "page") if name in request.GET}
    if not left.open:
        asked = {"show": "judged"}
    return after(request, f"{said} {job_told(len(left.open), left.minutes)}.", "review", row.public_id, query=_query(asked))


def _query(asked: Mapping[str, str]) -> str:
    return f"?{urlencode(asked)}" if asked else ""


def _together(request: PersonRequest, row: Review, sheet: Sheet, found: Filled) -> None:
    """What one button judges alike: a capability, what a source presets, or what merely moved."""
    sent = request.POST
    if capability := sent.get("bulk", ""):
        name = field_of(capability)
        of_it = [item for item in sheet.items if item.point.capability == capability]
        judge_alike(found, of_it, sent.get(f"bulk-verdict-{name}", ""), sent.get(f"bulk-why-{name}", "").strip())
    if capability := sent.get("preset", ""):
        preset = presets_for(row.release).get(capability)
        if preset is not None:
            judge_alike(found, [item for item in sheet.items if item.point.capability == capability], "expected", preset.why)
    if taken := sent.get("take", ""):
        take_over(found, [item for item in sheet.items if taken in ("all", field_of(item.point.key))])


def _shown(
    request: PersonRequest,
    row: Review,
    sheet: Sheet,
    crumbs: Sequence[Mapping[str, str]],
    *,
    found: Filled | None = None,
    error: CountersignError | None = None,
) -> HttpResponse:
    show = request.GET.get("show", "open")
    show = show if show in SHOWS else "open"
    lists = lists_of(sheet)
    page = Paginator(lists[show], ITEMS).get_page(request.GET.get("page"))
    presets = presets_for(row.release)
    shown = items_told(row, list(page.object_list), found=found, error=error)
    context = {
        "review": row,
        "crumbs": crumbs,
        "title": title_of(row),
        "job": job_told(len(sheet.open), sheet.minutes),
        "sheet": sheet,
        "changed": summary_of(sheet),
        "show": show,
        "shows": [(name, label, len(lists[name])) for name, label in _labels()],
        "page": page,
        "groups": _groups(shown, sheet, presets),
        "moved": sum(1 for item in sheet.open if item.kind == "moved" and item.offered is not None),
        "carried": [item_told(item) for item in lists["carried"][:CARRIED]] if show == "open" else [],
        "carried_count": len(lists["carried"]),
        "verdicts": VERDICTS.items(),
        "error": error.detail if error is not None else "",
        "may_prepare": may_prepare_review(request.actor),
        "may_discard": may_discard_review(request.actor, row),
    }
    return render(request, "dependencies/review_sheet.html", context, status=error.status if error is not None else 200)


def _labels() -> list[tuple[str, str]]:
    return [("open", _("To decide")), ("judged", _("Judged")), ("carried", _("Carried over")), ("all", _("All"))]


def lists_of(sheet: Sheet) -> dict[str, list[Item]]:
    """The items by where they stand: what this review says itself, what it takes over, what it still has to say."""
    carried = [item for item in sheet.items if item.kind in ("carried", "same")]
    judged = [item for item in sheet.items if item.judged is not None and item.kind not in ("carried", "same")]
    return {"open": list(sheet.open), "judged": judged, "carried": carried, "all": list(sheet.items)}


def summary_of(sheet: Sheet) -> dict[str, Any]:
    """What is different from the base, in figures and in kinds of capabilities."""
    counts: Counter[str] = Counter(item.kind for item in sheet.items)
    return {
        "counts": [(str(label), counts[kind]) for kind, label in KINDS.items() if counts[kind]],
        "capabilities": [capability_told(code) for code in ORDER if code in sheet.new_capabilities],
        "gone": [point_told(point) for point in sheet.gone[:CARRIED]],
        "gone_count": len(sheet.gone),
    }


def items_told(
    row: Review, items: Sequence[Item], *, found: Filled | None = None, error: CountersignError | None = None
) -> list[dict[str, Any]]:
    """Items with the code beside them, and what was typed where it was not kept."""
    code = code_beside(row.scan.artifact, [item.point for item in items])
    errors = _by_point(error.errors if error is not None else ())
    told = []
    for item in items:
        shown = item_told(item, lines=code.get(item.point.key, ()))
        typed = found.typed.get(item.point.key) if found is not None else None
        if typed is not None:
            shown["verdict"], shown["why"] = typed["verdict"], typed["why"]
        shown["errors"] = errors.get(item.point.key, [])
        told.append(shown)
    return told


def item_told(item: Item, lines: Any = ()) -> dict[str, Any]:
    said = item.judged or {}
    return {
        **point_told(item.point),
        "item": item,
        "name": field_of(item.point.key),
        "kind": str(KINDS[item.kind]),
        "seen": mark(item.judged),
        "verdict": said.get("verdict", ""),
        "verdict_told": str(VERDICTS.get(said.get("verdict", ""), "")),
        "why": said.get("why", ""),
        "carried": said.get("carried", ""),
        "offered": str(VERDICTS[item.offered["verdict"]]) if item.offered else "",
        "lines": lines,
    }


def _by_point(errors: Sequence[FieldError]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for error in errors:
        key, bracket, _part = error.field.removeprefix("points[").rpartition("]")
        if error.field.startswith("points[") and bracket:
            found.setdefault(key, []).append(str(error.message))
    return found


def _groups(shown: Sequence[dict[str, Any]], sheet: Sheet, presets: Mapping[str, Preset]) -> list[dict[str, Any]]:
    """Items in their order as groups of one capability, with how many of it are open in the whole sheet."""
    open_ones = Counter(item.point.capability for item in sheet.open)
    groups: list[dict[str, Any]] = []
    for told in shown:
        code = told["point"].capability
        if not groups or groups[-1]["code"] != code:
            preset = presets.get(code)
            groups.append(
                {
                    "code": code,
                    "name": field_of(code),
                    "title": capability_told(code),
                    "open": open_ones[code],
                    "preset": preset,
                    "items": [],
                }
            )
        groups[-1]["items"].append(told)
    return groups
