"""Data sets as lists and pages show them: what they are made of, which states they were in, and what differs between two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from foundation.actor import Actor
from governance.dictionary import filesets
from governance.dictionary.filesets import Difference, OneFile
from governance.dictionary.models import Binding, Dataset, DatasetFiles, DatasetVersion, DataUse, ElementVersion
from governance.dictionary.selectors.columns import BoundColumn


def datasets_found(actor: Actor, text: str = "", kind: str = "") -> QuerySet[Dataset]:
    """Data sets that are about each word, by name, title, words or the team that fills them, with how many versions and bound
    columns each has."""
    rows = Dataset.objects.visible_to(actor)
    for word in text.split():
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(title__icontains=word)
            | Q(description__icontains=word)
            | Q(team__title__icontains=word)
            | Q(bindings__column__iexact=word)
        )
    if kind in Dataset.Kind.values:
        rows = rows.filter(kind=kind)
    bound = Binding.objects.live().filter(dataset=OuterRef("pk"))
    return (
        rows.distinct()
        .select_related("team")
        .annotate(
            column_count=_counted(bound, "column"),
            version_count=_counted(DatasetVersion.objects.filter(dataset=OuterRef("pk")), "pk"),
        )
    )


def _counted(rows: QuerySet[Any], name: str) -> Coalesce:
    counted = rows.order_by().values("dataset").annotate(n=Count(name, distinct=True)).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


@dataclass(slots=True)
class ColumnOf:
    """A column of a data set: what those who fill it say it holds, and who reads it. `stated`: the newest version names it."""

    name: str
    stated: bool = False
    filled: list[BoundColumn] = field(default_factory=list)
    read: list[BoundColumn] = field(default_factory=list)

    @property
    def disagree(self) -> bool:
        return len({item.meaning for item in self.filled}) > 1


def columns_of(dataset: Dataset, newest: DatasetVersion | None) -> list[ColumnOf]:
    """The columns that the newest version names, in its order, then those that are only bound. Two queries."""
    stated = newest.manifest.get("columns", []) if newest is not None else []
    found = {name: ColumnOf(name, stated=True) for name in stated}
    bindings = list(
        Binding.objects.live()
        .filter(dataset=dataset)
        .select_related("element__dictionary", "team", "dataset")
        .order_by("column", "starts_at", "pk")
    )
    versions = {
        row.element_id: row for row in ElementVersion.objects.filter(element__in={b.element_id for b in bindings}).in_force()
    }
    for binding in bindings:
        column = found.setdefault(binding.column, ColumnOf(binding.column))
        side = column.filled if binding.side == Binding.Side.FILLS else column.read
        side.append(BoundColumn(binding, versions.get(binding.element_id)))
    return list(found.values())


def versions_of(dataset: Dataset) -> QuerySet[DatasetVersion]:
    """Newest first."""
    return DatasetVersion.objects.filter(dataset=dataset).select_related("dataset", "created_by").order_by("-number")


def uses_of_dataset(actor: Actor, dataset: Dataset) -> QuerySet[DataUse]:
    """What it is used for, or was to be, as far as the actor sees those use cases; newest first."""
    rows = DataUse.objects.visible_to(actor).filter(dataset=dataset)
    return rows.select_related("use_case", "version", "dataset", "created_by").order_by("-pk")


# Files ---------------------------------------------------------------------------------------------------------------


def page_number(text: str | None) -> int:
    """The page that an address names, from 1 on; anything else is the first."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 and int(text) else 1


def pages_of(version: DatasetVersion) -> int:
    """How many pages its files have."""
    count: int = version.manifest.get("files", 0)
    return -(-count // filesets.PAGE)


def files_on(version: DatasetVersion, page: int) -> list[OneFile]:
    """One page of its files, counted from 0. One query, however many there are."""
    row = DatasetFiles.objects.filter(version=version, page=page).first()
    return [OneFile.of(item) for item in row.files] if row is not None else []


def files_of(version: DatasetVersion) -> list[OneFile]:
    """All its files. One query."""
    pages = DatasetFiles.objects.filter(version=version).order_by("page").values_list("files", flat=True)
    return [OneFile.of(item) for page in pages for item in page]


def files_difference(before: DatasetVersion, after: DatasetVersion) -> Difference:
    """What became of each file, of the labels and the guideline. Two queries."""
    return filesets.compare(before.about, after.about, files_of(before), files_of(after))


@dataclass(frozen=True, slots=True)
class TableDifference:
    """What differs between two states of a table, as far as it was stated."""

    added: Sequence[str]
    removed: Sequence[str]
    reordered: bool
    rows: tuple[int | None, int | None]
    same_bytes: bool


def table_difference(before: DatasetVersion, after: DatasetVersion) -> TableDifference:
    then, now = (row.manifest.get("columns", []) for row in (before, after))
    kept_then, kept_now = [name for name in then if name in set(now)], [name for name in now if name in set(then)]
    return TableDifference(
        added=[name for name in now if name not in set(then)],
        removed=[name for name in then if name not in set(now)],
        reordered=kept_then != kept_now,
        rows=(before.manifest.get("rows"), after.manifest.get("rows")),
        same_bytes=before.digest == after.digest,
    )


def meaning_of_labels(version: DatasetVersion) -> ElementVersion | None:
    """The meaning whose permissible values the labels are, as it was when the version came in."""
    public_id = version.manifest.get("labels", {}).get("version")
    if not public_id:
        return None
    return ElementVersion.objects.filter(public_id=public_id).select_related("element__dictionary").first()


def labels_told(version: DatasetVersion, meant: ElementVersion | None) -> list[dict[str, Any]]:
    """Each label with its meaning and how many files carry it, those that none carries too."""
    labels, counts = version.manifest.get("labels", {}), version.manifest.get("counts", {})
    meanings = {item["code"]: item["meaning"] for item in labels.get("codes", ())}
    if meant is not None:
        meanings = {item.code: item.meaning for item in meant.value.domain.values}
    return [
        {"code": code, "meaning": meaning, "count": counts.get(code, 0)}
        for code, meaning in sorted(meanings.items(), key=lambda pair: (-counts.get(pair[0], 0), pair[0]))
    ]
