"""The pages of a release: its input/output points with the code beside them, and what changed since another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.errors import Missing
from foundation.pages import PersonRequest, one, portal_page
from governance.dependencies.capabilities import ORDER, Comparison, Point, Scan, compare, from_facts
from governance.dependencies.forms.artifacts import CompareForm
from governance.dependencies.models import Artifact, Release
from governance.dependencies.review_permissions import may_prepare_review
from governance.dependencies.selectors import releases as selectors
from governance.dependencies.selectors.review_sheets import review_rows
from governance.dependencies.views.sets import crumbs
from governance.dependencies.wording_points import capability_told, in_order, point_told, symbol_told
from governance.dependencies.wording_reviews import state_told

POINTS = 60  # on a page
MOST_PAIRS = 60  # points of a comparison that are shown with their code, of each kind
OTHERS = 100  # releases that one is offered to be compared with
REVIEWS = 5  # that its page names; all are on the page of the package


@portal_page()
def release(request: PersonRequest, public_id: str) -> HttpResponse:
    """What a release can do, as far as it can be read: its points by capability, with the code beside each."""
    row = _release(request, public_id)
    newest = selectors.newest_scan(row)
    scan = from_facts(newest.facts) if newest is not None else None
    context = {
        "release": row,
        "crumbs": _crumbs(row, {"label": row.version}),
        "files": selectors.artifacts_of(row),
        "scanned": newest,
        "same": selectors.same_source(row),
        "compare": _compare_form(request, row),
        "reviews": _reviews(request, row),
        "may_prepare": may_prepare_review(request.actor) if newest is not None else None,
        **(_points(request, newest.artifact, scan) if newest is not None and scan is not None else {}),
    }
    return render(request, "dependencies/release.html", context)


def _reviews(request: PersonRequest, row: Release) -> list[dict[str, Any]]:
    """What somebody said of it or is about to say, newest first."""
    known = review_rows().visible_to(request.actor).filter(release=row).defer("points", "notes", "evidence")
    rows = known.exclude(Q(discarded_at__isnull=False) & Q(prepared_at=None)).order_by("-pk")[:REVIEWS]
    return [{"row": one, "state": state_told(one, one.state())} for one in rows]


def _points(request: PersonRequest, artifact: Artifact, scan: Scan) -> dict[str, Any]:
    """One page of the points, by capability; those of tests only when they are asked for."""
    asked, tests = request.GET.get("capability", ""), bool(request.GET.get("tests"))
    shown = [point for point in scan.points if tests or point.when != "test"]
    counts = Counter(point.capability for point in shown)
    found = in_order(point for point in shown if not asked or point.capability == asked)
    page = Paginator(found, POINTS).get_page(request.GET.get("page"))
    return {
        "scan": scan,
        "page": page,
        "groups": told_by_capability(artifact, list(page.object_list)),
        "capabilities": [(code, capability_told(code), counts[code]) for code in ORDER if counts[code]],
        "asked": asked,
        "tests": tests,
        "only_in_tests": len(scan.points) - len(shown),
        "total": len(shown),
    }


@portal_page()
def release_compare(request: PersonRequest, public_id: str) -> HttpResponse:
    """To the comparison with the release that was chosen."""
    row = _release(request, public_id)
    form = _compare_form(request, row, bound=True)
    if form is None or not form.is_valid():
        return redirect("package_release", row.public_id)
    return redirect("package_release_from", row.public_id, form.cleaned_data["base"])


@portal_page()
def release_from(request: PersonRequest, public_id: str, base_id: str) -> HttpResponse:
    """What changed from one release to another: capabilities, then names and hosts, then points."""
    row, base = _release(request, public_id), _release(request, base_id)
    if row.package_id != base.package_id:
        raise Missing(_("These are releases of two packages. Only releases of one can be compared."))
    after, before = selectors.newest_scan(row), selectors.newest_scan(base)
    context: dict[str, Any] = {
        "release": row,
        "base": base,
        "crumbs": _crumbs(
            row,
            {"label": row.version, "url": reverse("package_release", args=[row.public_id])},
            {"label": _("From %(version)s") % {"version": base.version}},
        ),
        "unknown": [item for item, scan in ((base, before), (row, after)) if scan is None],
    }
    if after is not None and before is not None:
        found = compare(from_facts(before.facts), from_facts(after.facts))
        context |= {"size": selectors.distance(base, row), **_compared(found, before.artifact, after.artifact)}
    return render(request, "dependencies/release_from.html", context)


def _compared(found: Comparison, before: Artifact, after: Artifact) -> dict[str, Any]:
    new, gone = in_order(found.new), in_order(found.gone)
    changed = found.changed[:MOST_PAIRS]
    was = selectors.code_beside(before, [*gone[:MOST_PAIRS], *(pair.before for pair in changed)])
    now = selectors.code_beside(after, [*new[:MOST_PAIRS], *(pair.after for pair in changed)])
    return {
        "found": found,
        "new_capabilities": [(code, capability_told(code)) for code in ORDER if code in found.new_capabilities],
        "gone_capabilities": [(code, capability_told(code)) for code in ORDER if code in found.gone_capabilities],
        "symbols": _symbols(found),
        "new": [told(point, now) for point in new[:MOST_PAIRS]],
        "gone": [told(point, was) for point in gone[:MOST_PAIRS]],
        "changed": [{"before": told(pair.before, was), "after": told(pair.after, now)} for pair in changed],
        "moved": [{"before": point_told(pair.before), "after": point_told(pair.after)} for pair in found.moved],
        "left_out": max(len(new) - MOST_PAIRS, 0) + max(len(gone) - MOST_PAIRS, 0) + max(len(found.changed) - MOST_PAIRS, 0),
        "work": len(found.work),
    }


def _symbols(found: Comparison) -> list[dict[str, str]]:
    """Names and hosts that came and went, as `components/diff.html` takes them."""
    rows = [
        {"path": capability_told(capability), "before": "", "after": symbol_told(capability, symbol), "change": "added"}
        for capability, symbol in found.new_symbols
    ]
    rows += [
        {"path": capability_told(capability), "before": symbol_told(capability, symbol), "after": "", "change": "removed"}
        for capability, symbol in found.gone_symbols
    ]
    return sorted(rows, key=lambda row: (row["path"], row["before"], row["after"]))


def told_by_capability(artifact: Artifact, points: Sequence[Point]) -> list[dict[str, Any]]:
    """Points in the given order as groups of one capability, each with the code beside it. At most one child process."""
    code = selectors.code_beside(artifact, points)
    groups: list[dict[str, Any]] = []
    for point in points:
        if not groups or groups[-1]["code"] != point.capability:
            groups.append({"code": point.capability, "title": capability_told(point.capability), "points": []})
        groups[-1]["points"].append(told(point, code))
    return groups


def told(point: Point, code: Any) -> dict[str, Any]:
    return {**point_told(point), "lines": code.get(point.key, ())}


def _compare_form(request: PersonRequest, row: Release, bound: bool = False) -> CompareForm | None:
    others = Release.objects.visible_to(request.actor).filter(package=row.package).exclude(pk=row.pk).order_by("-pk")
    choices = [(str(other.public_id), f"{other.version} · {other.source_digest[7:15]}") for other in others[:OTHERS]]
    if not choices:
        return None
    return CompareForm(request.GET if bound else None, choices=choices)


def _release(request: PersonRequest, public_id: str) -> Release:
    found: Release = one(Release.objects.visible_to(request.actor).select_related("package"), public_id=public_id)
    return found


def _crumbs(row: Release, *more: dict[str, str]) -> list[dict[str, str]]:
    return crumbs({"label": row.package.label, "url": reverse("package", args=[row.package.label])}, *more)
