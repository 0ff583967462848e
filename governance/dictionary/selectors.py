"""What the columns of data sets mean: reads that manifests, checks and pages ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from governance.dictionary.bindings import Meaning
from governance.dictionary.models import Binding, DataElement, Dictionary, ElementVersion

Place = tuple[str, str]  # data set, column


@dataclass(frozen=True, slots=True)
class BoundColumn:
    """A live binding with the version of its element that is in force."""

    binding: Binding
    version: ElementVersion

    @property
    def meaning(self) -> Meaning:
        return Meaning(self.binding.element.path, self.version.digest, self.binding.deviation)


def bound_columns(datasets: Mapping[str, Iterable[str]], *, at: datetime | None = None) -> dict[Place, tuple[BoundColumn, ...]]:
    """For each column what the teams that bound it say, oldest binding first; empty where nobody did. Two queries.

    `datasets` maps the name of a data set to its columns. `at` asks what was said then instead of now.
    """
    found: dict[Place, list[BoundColumn]] = defaultdict(list)
    wanted = {dataset: set(columns) for dataset, columns in datasets.items()}
    bindings = [
        binding
        for binding in Binding.objects.live(at)
        .filter(dataset__in=list(wanted))
        .select_related("element__dictionary", "team")
        .order_by("starts_at", "pk")
        if binding.column in wanted[binding.dataset]
    ]
    elements = {binding.element_id for binding in bindings}
    versions = {version.element_id: version for version in ElementVersion.objects.filter(element__in=elements).newest(at)}
    for binding in bindings:
        if (version := versions.get(binding.element_id)) is not None:
            found[binding.dataset, binding.column].append(BoundColumn(binding, version))
    return {
        (dataset, column): tuple(found.get((dataset, column), ())) for dataset, columns in wanted.items() for column in columns
    }


def bound_elements(datasets: Mapping[str, Iterable[str]], *, at: datetime | None = None) -> dict[Place, ElementVersion | None]:
    """For each column the version of the element that it holds, or None where nobody bound it. Two queries.

    Where several teams bound it, the one that did first; `bound_columns` tells what the others say.
    """
    return {place: said[0].version if said else None for place, said in bound_columns(datasets, at=at).items()}


def meanings(datasets: Mapping[str, Iterable[str]], *, at: datetime | None = None) -> dict[Place, tuple[Meaning, ...]]:
    """What `bindings.component_body` wants: the meanings of each column. Two queries."""
    return {place: tuple(item.meaning for item in said) for place, said in bound_columns(datasets, at=at).items()}


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column that a model reads, for a page: what each team says it holds. Nothing said is a gap."""

    name: str
    said: tuple[BoundColumn, ...]

    @property
    def disagree(self) -> bool:
        return len({item.meaning for item in self.said}) > 1


@dataclass(frozen=True, slots=True)
class DatasetRows:
    """A data set with its columns; without columns, nobody stated them."""

    name: str
    columns: list[ColumnRow]


def columns_told(datasets: Mapping[str, Iterable[str]]) -> list[DatasetRows]:
    """Data sets by name, their columns in the order of the file. Two queries."""
    names = {dataset: list(columns) for dataset, columns in sorted(datasets.items())}
    bound = bound_columns(names)
    return [
        DatasetRows(dataset, [ColumnRow(column, bound[dataset, column]) for column in columns])
        for dataset, columns in names.items()
    ]


def elements_found(dictionary: Dictionary, text: str = "") -> QuerySet[DataElement]:
    """Elements of a dictionary whose key, name or a definition contains each word, with newest version and live bindings."""
    rows = DataElement.objects.filter(dictionary=dictionary)
    for word in text.split():
        inside = Q(key__icontains=word) | Q(name__icontains=word) | Q(versions__definition__icontains=word)
        rows = rows.filter(pk__in=DataElement.objects.filter(inside).values("pk"))
    live = Binding.objects.live().select_related("team").order_by("team__title", "dataset", "column")
    return rows.with_newest_version().prefetch_related(Prefetch("bindings", live, to_attr="live_bindings"))


def bindings_of(element: DataElement) -> list[Binding]:
    """Live bindings first, then those that ended, each by team. One query."""
    rows = element.bindings.select_related("team", "created_by", "element__dictionary").order_by(
        "team__title", "dataset", "column", "pk"
    )
    return sorted(rows, key=lambda row: row.ended_at is not None)
