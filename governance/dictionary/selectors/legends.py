"""What the columns of a data set mean, as a document that travels with copies of it, and whether such a document still holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from foundation import clock
from governance.dictionary.legend import Dataset as LegendDataset
from governance.dictionary.legend import Legend, LegendColumn, column_of
from governance.dictionary.matching import changed_fields
from governance.dictionary.models import Binding, Copy, DataElement, Dataset, Dictionary, ElementVersion
from governance.dictionary.selectors.columns import BoundColumn, bound_columns
from governance.dictionary.wording import deviation_told

MOST_ASKED = 20_000  # columns of one question
NO_VERSION = "0.0.0"  # of an element that was approved before versions had numbers


def legend_of(dictionary: Dictionary, dataset: Dataset, *, copy: str = "") -> Legend:
    """The legend of a data set as it is now: every column that somebody bound and whose meaning is approved. Six queries.

    Where teams say different things of a column, the first that bound it counts, and the others stand in the deviation.
    """
    names = set(Binding.objects.live().filling().filter(dataset=dataset).values_list("column", flat=True))
    bound = bound_columns({dataset.name: names})
    columns = [made for (_name, column), said in bound.items() if (made := _column(column, said)) is not None]
    newest = dataset.versions.order_by("-number").first()
    return Legend(
        dictionary=dictionary.slug,
        server=settings.BASE_URL,
        release=_release(dictionary, columns),
        made_at=clock.now(),
        dataset=LegendDataset(
            name=dataset.name,
            version=(newest.label or str(newest.number)) if newest else "",
            digest=newest.digest if newest else "",
        ),
        copy=copy,
        columns=tuple(columns),
    )


def _column(column: str, said: tuple[BoundColumn, ...]) -> LegendColumn | None:
    first = next((item for item in said if item.version is not None), None)
    if first is None or first.version is None:
        return None
    told = [deviation_told(first.binding.said)]
    for item in said:
        if item is not first and item.meaning != first.meaning:
            other = {"team": item.binding.team.title, "element": item.binding.element.path}
            told.append(_("%(team)s says otherwise: %(element)s.") % other)
    element = first.version.element = first.binding.element  # known already, so that nobody asks for it again
    return column_of(
        first.version.value,
        dictionary=element.dictionary.slug,
        column=column,
        version=first.version.semver or NO_VERSION,
        deviation=" ".join(filter(None, told)),
        digest=first.version.digest,
    )


def _release(dictionary: Dictionary, columns: Iterable[LegendColumn]) -> int | None:
    """The newest release, where it says the same of all these columns."""
    newest = dictionary.releases.order_by("-number").first()
    if newest is None:
        return None
    released = {f"{dictionary.slug}/{entry['element']}": entry["digest"] for entry in newest.entries}
    own = [column for column in columns if column.element.startswith(f"{dictionary.slug}/")]
    return newest.number if own and all(released.get(column.element) == column.digest for column in own) else None


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a column of a copy still means what its legend says; `changed` are names of fields, or `retired`."""

    current: bool
    current_version: str
    changed: tuple[str, ...] = ()

    def as_mapping(self) -> dict[str, Any]:
        return {"current": self.current, "current_version": self.current_version, "changed": list(self.changed)}


def standings(columns: Mapping[str, Mapping[str, str]]) -> dict[str, Standing]:
    """For each column, of which `element` (dictionary/key) and the `digest` of its version are told, whether that still holds.

    A version that readers know as the one in force (the same in other words) is current. What nobody knows here is left out.
    Three queries.
    """
    paths = {str(said.get("element", "")) for said in columns.values()}
    elements = _elements(paths)
    pks = {row.pk for row in elements.values()}
    now = {row.element_id: row for row in ElementVersion.objects.filter(element__in=pks).in_force()}
    digests = {str(said.get("digest", "")) for said in columns.values()}
    then: dict[tuple[int, str], ElementVersion] = {}
    for row in ElementVersion.objects.filter(element__in=pks, digest__in=digests).exclude(approved_at=None).order_by("pk"):
        then[row.element_id, row.digest] = row
    found = {}
    for name, said in columns.items():
        element = elements.get(str(said.get("element", "")))
        version = then.get((element.pk, str(said.get("digest", "")))) if element is not None else None
        if element is not None and version is not None:
            found[name] = _standing(element, version, now.get(element.pk))
    return found


def _elements(paths: set[str]) -> dict[str, DataElement]:
    slugs, keys = {path.partition("/")[0] for path in paths}, {path.partition("/")[2] for path in paths}
    rows = DataElement.objects.filter(dictionary__slug__in=slugs, key__in=keys).select_related("dictionary")
    return {row.path: row for row in rows if row.path in paths}


def _standing(element: DataElement, then: ElementVersion, now: ElementVersion | None) -> Standing:
    if element.retired_at is not None:
        return Standing(False, (now.semver if now else "") or "", ("retired",))
    if now is None:
        return Standing(False, "", ())
    if then.digest == now.digest or then.reads_as == now.reads_as:
        return Standing(True, now.semver or NO_VERSION)
    return Standing(False, now.semver or NO_VERSION, changed_fields(then.said, now.said))


@dataclass(frozen=True, slots=True)
class CopyRow:
    """A copy for a page: `stale` are its columns that mean something else by now."""

    copy: Copy
    stale: dict[str, Standing]
    overdue: bool


def copies_told(copies: Iterable[Copy]) -> list[CopyRow]:
    """Copies with what became of their meaning; those that were deleted are no longer asked about. Three queries for all."""
    rows = list(copies)
    asked = {
        f"{row.pk}\x1f{name}": said for row in rows if row.ended_at is None for name, said in row.columns.items()
    }  # fmt: skip
    found = standings(asked)
    today = clock.now().date()
    return [
        CopyRow(
            row,
            {
                name: found[f"{row.pk}\x1f{name}"]
                for name in row.columns
                if f"{row.pk}\x1f{name}" in found and not found[f"{row.pk}\x1f{name}"].current
            },
            row.ended_at is None and row.until is not None and row.until < today,
        )
        for row in rows
    ]
