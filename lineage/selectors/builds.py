"""The versions of use cases, for rooms below that may not look up here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Max

from governance.usecases.models import UseCase
from governance.usecases.newest import Build
from lineage.models import ModelVersion


def newest_builds(use_cases: Sequence[UseCase]) -> Mapping[int, Build]:
    """The newest version of each use case, without what it reads. One query."""
    newest = (
        ModelVersion.objects.filter(use_case__in=use_cases)
        .order_by()
        .values("use_case")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    return {row.use_case_id: _build(row) for row in ModelVersion.objects.filter(pk__in=newest)}


def builds_of(use_case: UseCase, limit: int) -> list[Build]:
    """The last versions of one use case with data sets and locks, newest first. Three queries."""
    rows = ModelVersion.objects.filter(use_case=use_case).prefetch_related("datasets", "locks__dependency_set").order_by("-pk")
    return [
        _build(
            row,
            datasets=_columns(row),
            locks=[lock.dependency_set.public_id for lock in row.locks.all()],
        )
        for row in rows[:limit]
    ]


def _columns(row: ModelVersion) -> dict[str, list[str]]:
    """Data set → its columns, once each, in the order they came; a data set may be there in several roles."""
    found: dict[str, list[str]] = {}
    for item in row.datasets.all():
        known = found.setdefault(item.name, [])
        known += [column for column in item.columns if column not in known]
    return found


def _build(row: ModelVersion, *, datasets: Mapping[str, Sequence[str]] | None = None, locks: Sequence[str] = ()) -> Build:
    return Build(row.label, f"/models/{row.public_id}/", row.created_at, datasets or {}, locks)
