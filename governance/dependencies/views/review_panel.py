"""The reviews of a package on its page: drawn as a graph, and listed with who said what, when and how thoroughly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation import clock
from foundation.drawing import layered, svg
from foundation.pages import PersonRequest
from governance.dependencies import package_panels
from governance.dependencies.models import Release, Review
from governance.dependencies.package_panels import Shown
from governance.dependencies.review_permissions import may_prepare_review
from governance.dependencies.selectors.criteria import criterion_titles
from governance.dependencies.selectors.graph import version_key
from governance.dependencies.selectors.review_sheets import review_rows
from governance.dependencies.wording_reviews import state_told
from governance.dependencies.wording_sources import criteria_told

LISTED = 50
DRAWN = 30  # releases in the picture
NOTHING = "nothing"
WIDTH = 150.0


def reviews_part(request: PersonRequest, shown: Shown) -> Mapping[str, Any] | None:
    """What `dependencies/package_reviews.html` wants. Four queries."""
    if shown.package is None:
        return None
    releases = list(
        Release.objects.visible_to(request.actor)
        .filter(package=shown.package)
        .select_related("package")
        .order_by("-pk")[: 4 * DRAWN]
    )
    known = review_rows().visible_to(request.actor).filter(release__package=shown.package).defer("points", "notes", "evidence")
    rows = list(known.exclude(Q(discarded_at__isnull=False) & Q(prepared_at=None)).order_by("-pk")[:LISTED])
    now, titles = clock.now(), criterion_titles(name for row in rows for name in row.criteria)
    listed = [
        {
            "row": row,
            "state": state_told(row, row.state(now)),
            "code": row.state(now),
            "criteria": criteria_told(row.criteria, titles),
        }
        for row in rows
    ]
    live = [row for row in rows if row.state(now) == "live" or (row.state(now) == "prepared" and row.verdict == "fail")]
    newest = sorted(releases, key=lambda row: (version_key(row.version), row.pk), reverse=True)
    return {
        "reviews": listed,
        "figure": _figure(newest, live) if live else None,
        "newest": newest[0] if newest else None,
        "releases": newest[:DRAWN],
        "may_prepare": may_prepare_review(request.actor),
    }


def _figure(releases: Sequence[Release], live: Sequence[Review]) -> dict[str, Any]:
    """The picture, a sentence, and the same as a table, as `components/figure.html` takes them."""
    touched = {row.release_id for row in live} | {row.base_id for row in live if row.base_id}
    drawn = [row for row in releases if row.pk in touched][:DRAWN]
    drawn += [row for row in releases[:1] if row.pk not in touched]
    known = {row.pk: row for row in drawn}
    edges = _edges([row for row in live if row.verdict == Review.Verdict.PASS], known)
    failed = {row.release_id for row in live if row.verdict == Review.Verdict.FAIL}
    reached = _reached(edges, {str(pk) for pk in failed})
    texts = {NOTHING: svg.NodeText(_("Nothing"), _("where a full review starts"))}
    for row in reversed(drawn):
        texts[str(row.pk)] = _node(row, row.pk in failed, str(row.pk) in reached)
    layout = layered.arrange([layered.Box(key, WIDTH) for key in texts], edges)
    title = _("How reviews lead to releases")
    summary = _summary(live, len([row for row in drawn if str(row.pk) in reached]), len(failed))
    names = {key: text.title for key, text in texts.items()}
    return {
        "title": title,
        "summary": summary,
        "svg": svg.graph(layout, texts, key="reviews", title=title, description=summary),
        "table": {
            "columns": [{"label": _("From")}, {"label": _("To")}],
            "rows": [[names[source], names[target]] for source, target in edges],
        },
    }


def _node(row: Release, failed: bool, reached: bool) -> svg.NodeText:
    tone = "bad" if failed else "info" if reached else "neutral"
    said = _("failed") if failed else _("reached by reviews") if reached else _("not reached")
    return svg.NodeText(row.version, said, tone, f"/dependencies/releases/{row.public_id}/")


def _edges(live: Sequence[Review], known: Mapping[int, Release]) -> list[tuple[str, str]]:
    """From oldest to newest review; one that would lead back to where others come from is left to the list below."""
    found: list[tuple[str, str]] = []
    for row in reversed(live):
        if row.release_id not in known or (row.base_id and row.base_id not in known):
            continue
        source, target = str(row.base_id) if row.base_id else NOTHING, str(row.release_id)
        if (source, target) not in found and not _leads(found, target, source):
            found.append((source, target))
    return found


def _leads(edges: Sequence[tuple[str, str]], source: str, target: str) -> bool:
    seen, waiting = {source}, [source]
    while waiting:
        key = waiting.pop()
        if key == target:
            return True
        new = {end for start, end in edges if start == key} - seen
        seen |= new
        waiting += new
    return False


def _reached(edges: Sequence[tuple[str, str]], failed: set[str]) -> set[str]:
    open_ones = [edge for edge in edges if not failed.intersection(edge)]
    return {key for edge in open_ones for key in edge if key != NOTHING and _leads(open_ones, NOTHING, key)}


def _summary(live: Sequence[Review], reached: int, failed: int) -> str:
    count = len(live)
    said = ngettext("%(count)d review counts now", "%(count)d reviews count now", count) % {"count": count}
    releases = ngettext("%(count)d release is reached", "%(count)d releases are reached", reached) % {"count": reached}
    if failed:
        lost = ngettext("%(count)d release failed", "%(count)d releases failed", failed) % {"count": failed}
        return _("%(reviews)s; %(releases)s, %(lost)s.") % {"reviews": said, "releases": releases, "lost": lost}
    return _("%(reviews)s; %(releases)s.") % {"reviews": said, "releases": releases}


package_panels.register("reviews", 20, "dependencies/package_reviews.html", reviews_part)
