"""Which model versions read an element of the dictionary: what the room of the dictionary asks, since it may not look up here.

A version reads an element where a column of its data sets is bound to it. Asked are the newest version of each model, and those that run
somewhere; which those are a higher room knows, and says so in its `ready()`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from django.db.models import Max, Q

from foundation.actor import Actor
from governance.dictionary.compatibility import Reader
from governance.dictionary.impact import Known
from governance.dictionary.models import Binding, DataElement
from lineage.models import DatasetInput, ModelVersion

Running = Callable[[], Mapping[int, Sequence[str]]]
_running: list[Running] = []


def running_from(function: Running) -> None:
    """Tell whom to ask what runs: the primary key of a version → the titles of its environments."""
    _running[:] = [function]


def running() -> Mapping[int, Sequence[str]]:
    """What runs where: the primary key of a version → the titles of its environments. Nothing where nobody knows."""
    return _running[0]() if _running else {}


def model_versions(elements: Sequence[DataElement], actor: Actor) -> Iterator[Known]:
    """The versions that read each element, also those that the actor may not see, without a name. Three statements beside `running`.

    Of a data set whose columns nobody stated it is not certain that the version reads the one in question.
    """
    places: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    bound = Binding.objects.live().filter(element__in=elements).values_list("element_id", "dataset__name", "column")
    for element, dataset, column in bound:
        places[dataset][column].add(element)
    if not places:
        return
    where = running()
    rows = _inputs(set(places), set(where))
    seen = set(
        ModelVersion.objects.visible_to(actor).filter(pk__in={row.model_version_id for row in rows}).values_list("pk", flat=True)
    )
    told: set[tuple[int, int]] = set()
    for row in rows:
        for column, found in places[row.name].items():
            if row.columns and column not in row.columns:
                continue
            for element in found:
                if (row.model_version_id, element) not in told:
                    told.add((row.model_version_id, element))
                    environments = tuple(where.get(row.model_version_id, ()))
                    yield _known(row, element, column, environments, seen=row.model_version_id in seen)


def _inputs(names: set[str], running: set[int]) -> list[DatasetInput]:
    """Where columns are stated first, so that what is certain is told."""
    newest = ModelVersion.objects.order_by().values("name").annotate(newest=Max("pk")).values("newest")
    rows = DatasetInput.objects.filter(Q(model_version__in=newest) | Q(model_version__in=running), name__in=names)
    found = rows.select_related("model_version__use_case").order_by("-model_version_id", "role", "pk")
    return sorted(found, key=lambda row: not row.columns)


def _known(row: DatasetInput, element: int, column: str, environments: tuple[str, ...], *, seen: bool) -> Known:
    version = row.model_version
    reader = Reader(version.public_id, "consumer", aliases=frozenset({column}))
    if not seen:
        return Known(element, "model_version", reader, "", certain=bool(row.columns), seen=False)
    return Known(
        element,
        "model_version",
        reader,
        version.label,
        place=f"{row.name}.{column}",
        url=f"/models/{version.public_id}/",
        use_case=version.use_case.title,
        environments=environments,
        certain=bool(row.columns),
    )
