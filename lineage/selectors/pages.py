"""Reads for the pages of model versions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Subquery

from foundation.actor import Actor
from lineage.models import Commit, Metric, ModelVersion, ProvenanceFact

CONFUSION = "confusion."


def found(actor: Actor, *, text: str = "") -> QuerySet[ModelVersion]:
    """Versions the actor may see whose name, version, use case or commit contains each word of the text."""
    rows = ModelVersion.objects.visible_to(actor).select_related("use_case")
    for word in text.split():
        name, _at, version = word.partition("@")
        if version:
            rows = rows.filter(name__icontains=name, version__istartswith=version)
        else:
            named = Q(name__icontains=word) | Q(version__iexact=word) | Q(use_case__title__icontains=word)
            rows = rows.filter(named | Q(commit__startswith=word.lower()))
    return rows


def commits_of(versions: Sequence[ModelVersion]) -> dict[int, Commit]:
    """The commit of each version as a mirror of its use case has it, by the version's primary key. One query."""
    used_by = "repository__uses__use_case"
    rows = Commit.objects.filter(
        sha__in={version.commit for version in versions}, **{f"{used_by}__in": {version.use_case_id for version in versions}}
    ).annotate(use_case_id=F(used_by))
    by_place = {(row.use_case_id, row.sha): row for row in rows}
    return {version.pk: by_place[place] for version in versions if (place := (version.use_case_id, version.commit)) in by_place}


def previous_of(version: ModelVersion) -> ModelVersion | None:
    """The version of the same name that was registered before it."""
    return _earlier(version).first()


def _earlier(version: ModelVersion) -> QuerySet[ModelVersion]:
    return ModelVersion.objects.filter(name=version.name, use_case=version.use_case, pk__lt=version.pk).order_by("-pk")


def beside_previous(version: ModelVersion) -> tuple[ModelVersion | None, list[Metric], list[Metric]]:
    """The version before, the metrics of this one, and those of that one. One query, and one more where one of them has none."""
    earlier = Subquery(_earlier(version).values("pk")[:1])
    found = Metric.objects.filter(Q(model_version=version) | Q(model_version=earlier)).annotate(earlier=earlier)
    rows: list[Any] = list(found.select_related("model_version"))
    older = [row for row in rows if row.model_version_id != version.pk]
    before: ModelVersion | None = None
    if older:
        before = older[0].model_version
    elif not rows or rows[0].earlier is not None:
        before = previous_of(version)
    return before, [row for row in rows if row.model_version_id == version.pk], older


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of a version beside that of the version before; None where it was not measured."""

    name: str
    dataset: str
    value: Decimal | None
    before: Decimal | None

    @property
    def change(self) -> Decimal | None:
        return None if self.value is None or self.before is None else self.value - self.before


def compared(now: Sequence[Metric], then: Sequence[Metric]) -> list[Compared]:
    """Metrics by name and data set, with what they were. Those that are gone come last. The confusion matrix stands apart."""
    new = {(row.name, row.dataset): row.value for row in now if not row.name.startswith(CONFUSION)}
    old = {(row.name, row.dataset): row.value for row in then if not row.name.startswith(CONFUSION)}
    keys = [*sorted(new), *sorted(key for key in old if key not in new)]
    return [Compared(name, dataset, new.get((name, dataset)), old.get((name, dataset))) for name, dataset in keys]


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often a yes or no was right or wrong, on one data set."""

    dataset: str
    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def total(self) -> int:
        return self.tp + self.fp + self.fn + self.tn


def confusions(metrics: Sequence[Metric]) -> list[Confusion]:
    """The matrices among the metrics, one for each data set that has all four counts."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in metrics:
        if row.name.startswith(CONFUSION):
            counts[row.dataset][row.name.removeprefix(CONFUSION)] = int(row.value)
    return [Confusion(dataset, **found) for dataset, found in sorted(counts.items()) if found.keys() == {"tp", "fp", "fn", "tn"}]


def newest_facts(version: ModelVersion) -> list[ProvenanceFact]:
    """What is known now, one fact for each key, in the order in which it was first said; facts of files after the others."""
    newest = {fact.key: fact for fact in version.facts.all()}  # a later fact takes the place, and keeps the order, of an earlier
    return sorted(newest.values(), key=lambda fact: fact.key.startswith("file:"))


def params_compared(now: Mapping[str, object], then: Mapping[str, object] | None) -> list[tuple[str, object, object, str]]:
    """Parameters as (name, now, before, change); change is empty, added, removed or changed. Without `then`, nothing changed."""
    rows: list[tuple[str, object, object, str]] = []
    for name in sorted({*now, *(then or {})}):
        value, before = now.get(name), (then or {}).get(name)
        if then is None or value == before:
            change = ""
        else:
            change = "added" if name not in then else "removed" if name not in now else "changed"
        rows.append((name, value, before, change))
    return rows
