"""The sheet of a review put together from its rows, and what other reviews and sources offer for it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from foundation import clock
from governance.dependencies.capabilities import Point, Scan, from_facts
from governance.dependencies.models import Release, Review, ReviewQuerySet
from governance.dependencies.review_sheet import Earlier, Sheet, sheet_of
from governance.dependencies.selectors.sources import live_sources
from governance.dependencies.trust import Preset, presets_of


def review_rows() -> ReviewQuerySet:
    """Reviews with what their pages and titles reach for, without what the scans found."""
    rows = Review.objects.select_related(
        "release__package", "base__package", "created_by", "prepared_by", "confirmed_by", "withdrawn_by", "follows", "supersedes"
    )
    return rows  # type: ignore[no-any-return] # untyped rows


def sheet_of_review(review: Review) -> Sheet:
    """Every point of the release with what this review says of it. At most four queries."""
    earlier = earlier_of(review.base, review.supersedes) if review.prepared_at is None else []
    base = from_facts(review.base_scan.facts) if review.base_scan is not None else None
    return sheet_of(from_facts(review.scan.facts), base, review.points, earlier=earlier, left_out=review.left_out)


def earlier_of(base: Release | None, supersedes: Review | None, at: datetime | None = None) -> list[Earlier]:
    """The reviews whose judgements may be carried over: those of the base that count now, newest first, and the one that is superseded.

    One that is superseded may have run out: its words were confirmed all the same, and the code is the same. One query.
    """
    at = at or clock.now()
    wanted = (
        Q(pk=supersedes.pk, withdrawn_at=None, confirmed_at__isnull=False, verdict=Review.Verdict.PASS)
        if supersedes
        else Q(pk=None)
    )
    if base is not None:
        live = Review.objects.live(at).filter(release=base, verdict=Review.Verdict.PASS)
        wanted |= Q(pk__in=live.values("pk"))
    rows = Review.objects.filter(wanted).select_related("scan").order_by("-pk")
    return [Earlier(row.public_id, _by_key(from_facts(row.scan.facts)), row.points) for row in rows]


def presets_for(release: Release, at: datetime | None = None) -> dict[str, Preset]:
    """Capability → why it is expected of this package, by the sources that are trusted now. One query."""
    return presets_of(live_sources(at or clock.now()), release.package.ecosystem, release.package.name)


def _by_key(scan: Scan) -> dict[str, Point]:
    return {point.key: point for point in scan.points}
