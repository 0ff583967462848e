"""The versions of use cases, for rooms below that may not look up here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet, Subquery

from governance.usecases.conditions import Cases
from governance.usecases.models import UseCase
from governance.usecases.newest import Build
from lineage.models import ModelVersion, ProvenanceFact


def newest_builds(use_cases: Sequence[UseCase]) -> Mapping[int, Build]:
    """The newest version of each use case, without what it reads. One query."""
    return {row.use_case_id: _build(row) for row in newest_versions(use_cases)}


def newest_versions(use_cases: Sequence[UseCase]) -> QuerySet[ModelVersion]:
    """The newest version of each use case."""
    newest = ModelVersion.objects.filter(use_case__in=use_cases).order_by().values("use_case").annotate(newest=Max("pk"))
    return ModelVersion.objects.filter(pk__in=newest.values("newest"))


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest version of a use case, as far as conditions of stages ask."""

    label: str
    public_id: str
    at: datetime
    dirty: bool | None
    runtime: Mapping[str, Any]
    tree: str  # how the tree is known: the status of its newest fact
    contradicted: str  # the first thing that the repository contradicts
    columns: Mapping[str, Sequence[str]]  # by data set
    undigested: bool  # whether a data set came without a digest
    locks: Sequence[str]  # public ids of dependency sets

    @property
    def image_digest(self) -> str:
        return str(self.runtime.get("image_digest") or "")


def newest_full_builds(use_cases: Sequence[UseCase]) -> Mapping[int, Build]:
    """The newest version of each with data sets and locks. One query, or none where another condition has read it."""
    return {
        case: Build(row.label, f"/models/{row.public_id}/", row.at, row.columns, row.locks, row.image_digest, row.public_id)
        for case, row in newest_in_full(use_cases).items()
    }


def newest_in_full(use_cases: Sequence[UseCase]) -> Mapping[int, Newest]:
    """The newest version of each, by the use case's primary key; read once for all conditions of a page. One query."""
    return use_cases.once("newest versions", lambda: _read(use_cases)) if isinstance(use_cases, Cases) else _read(use_cases)


def _read(use_cases: Sequence[UseCase]) -> Mapping[int, Newest]:
    """A row for each pair of data set and lock: a version has few of either."""
    facts = ProvenanceFact.objects.filter(model_version=OuterRef("pk"))
    newer = ProvenanceFact.objects.filter(model_version=OuterRef("model_version"), key=OuterRef("key"), pk__gt=OuterRef("pk"))
    against = facts.filter(~Exists(newer), status=ProvenanceFact.Status.CONTRADICTED)
    rows = newest_versions(list(use_cases)).annotate(
        tree=Subquery(facts.filter(key="tree").order_by("-pk").values("status")[:1]),
        against=Subquery(against.order_by("key").values("key")[:1]),
    )
    columns: dict[int, dict[str, list[str]]] = defaultdict(dict)
    locks: dict[int, dict[str, None]] = defaultdict(dict)
    undigested: set[int] = set()
    said: dict[int, dict[str, Any]] = {}
    for case, name, version, public_id, at, dirty, runtime, tree, contradicted, dataset, digest, known, lock in rows.order_by(
        "datasets__role", "datasets__name", "locks__pk"
    ).values_list(
        "use_case_id", "name", "version", "public_id", "created_at", "dirty", "runtime", "tree", "against", "datasets__name",
        "datasets__digest", "datasets__columns", "locks__dependency_set__public_id",
    ):  # fmt: skip
        said[case] = {
            "label": f"{name}@{version}",
            "public_id": public_id,
            "at": at,
            "dirty": dirty,
            "runtime": runtime,
            "tree": tree or "",
            "contradicted": contradicted or "",
        }
        if dataset is not None:
            before = columns[case].setdefault(dataset, [])
            before += [column for column in known if column not in before]
            undigested |= set() if digest else {case}
        if lock is not None:
            locks[case][lock] = None
    return {
        case: Newest(**known, columns=columns[case], undigested=case in undigested, locks=list(locks[case]))
        for case, known in said.items()
    }


def builds_of(use_case: UseCase, limit: int) -> list[Build]:
    """The last versions of one use case with data sets and locks, newest first. Three queries."""
    rows = ModelVersion.objects.filter(use_case=use_case).prefetch_related("datasets", "locks__dependency_set").order_by("-pk")
    return [_in_full(row) for row in rows[:limit]]


def _in_full(row: ModelVersion) -> Build:
    return _build(row, datasets=_columns(row), locks=[lock.dependency_set.public_id for lock in row.locks.all()])


def _columns(row: ModelVersion) -> dict[str, list[str]]:
    """Data set → its columns, once each, in the order they came; a data set may be there in several roles."""
    found: dict[str, list[str]] = {}
    for item in row.datasets.all():
        known = found.setdefault(item.name, [])
        known += [column for column in item.columns if column not in known]
    return found


def _build(row: ModelVersion, *, datasets: Mapping[str, Sequence[str]] | None = None, locks: Sequence[str] = ()) -> Build:
    return Build(
        row.label,
        f"/models/{row.public_id}/",
        row.created_at,
        datasets or {},
        locks,
        image_digest=str(row.runtime.get("image_digest") or ""),
        public_id=row.public_id,
    )
