"""What the teams say that columns hold, now or at any moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from governance.dictionary.bindings import Meaning
from governance.dictionary.models import Binding, ElementVersion

Place = tuple[str, str]  # data set, column


@dataclass(frozen=True, slots=True)
class BoundColumn:
    """A live binding with the version of its element that is in force; None while nobody approved one."""

    binding: Binding
    version: ElementVersion | None

    @property
    def meaning(self) -> Meaning:
        reads_as = self.version.reads_as if self.version is not None else None
        return Meaning(self.binding.element.path, reads_as or "", self.binding.said)


def bound_columns(datasets: Mapping[str, Iterable[str]], *, at: datetime | None = None) -> dict[Place, tuple[BoundColumn, ...]]:
    """For each column what the teams that bound it say, oldest binding first; empty where nobody did. Two queries.

    `datasets` maps the name of a data set to its columns. `at` asks what was said then instead of now.
    """
    found: dict[Place, list[BoundColumn]] = defaultdict(list)
    wanted = {dataset: set(columns) for dataset, columns in datasets.items()}
    bindings = [
        binding
        for binding in Binding.objects.live(at)
        .filling()
        .filter(dataset__name__in=list(wanted))
        .select_related("element__dictionary", "team", "dataset")
        .order_by("starts_at", "pk")
        if binding.column in wanted[binding.dataset.name]
    ]
    elements = {binding.element_id for binding in bindings}
    versions = {version.element_id: version for version in ElementVersion.objects.filter(element__in=elements).in_force(at)}
    for binding in bindings:
        found[binding.dataset.name, binding.column].append(BoundColumn(binding, versions.get(binding.element_id)))
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
