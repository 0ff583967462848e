"""Who fills and who reads an element, asked of every room that knows. Rooms above register in their `ready()`.

Nobody may conclude from an empty answer that a change breaks nobody: it says only that no reader is known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from governance.dictionary.compatibility import Reader
from governance.dictionary.models import DataElement, ElementVersion

FEATURE = "feature"


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody of whom it is known that they fill or read an element.

    `kind` is the name under which a room registered. `certain` is false where it is only likely that it uses the element, and `through`
    names the feature by which it does. `seen` is false for what the actor may not know of: it counts, and has no name.
    """

    element: int  # primary key
    kind: str
    reader: Reader
    label: str
    place: str = ""  # data set and column
    url: str = ""
    use_case: str = ""
    environments: tuple[str, ...] = ()
    through: str = ""
    certain: bool = True
    seen: bool = True


@dataclass(frozen=True, slots=True)
class Readers:
    """All who are known to fill or read one element. `hidden`: those of them whom the actor may not see."""

    known: tuple[Known, ...] = ()
    hidden: tuple[Known, ...] = ()
    features: tuple[DataElement, ...] = field(default=())

    def on_side(self, side: str) -> list[Known]:
        return [item for item in (*self.known, *self.hidden) if item.reader.side == side]

    def of_kind(self, kind: str) -> list[Known]:
        return [item for item in self.known if item.kind == kind]

    def labels(self, kind: str, side: str = "") -> list[str]:
        """Their names, each once."""
        return list(dict.fromkeys(item.label for item in self.of_kind(kind) if not side or item.reader.side == side))

    @property
    def datasets(self) -> list[str]:
        return list(dict.fromkeys(item.place.rpartition(".")[0] for item in self.known if item.place))

    @property
    def use_cases(self) -> list[str]:
        return list(dict.fromkeys(item.use_case for item in self.known if item.use_case))

    @property
    def environments(self) -> list[str]:
        return list(dict.fromkeys(name for item in self.known for name in item.environments))


Find = Callable[[Sequence[DataElement], Actor], Iterable[Known]]
_rooms: dict[str, tuple[Any, Find]] = {}


def register(name: str, label: Any, find: Find) -> None:
    """Tell whom to ask for readers of one kind. A name that is taken is a programming error."""
    if name == FEATURE or _rooms.setdefault(name, (label, find))[1] is not find:
        raise ValueError(f"readers of the kind {name} are registered twice")


def labels() -> Mapping[str, Any]:
    """What each kind of reader is called, in the order in which pages show them."""
    return {**{name: label for name, (label, _find) in _rooms.items()}, FEATURE: _("Features")}


def readers_of(elements: Sequence[DataElement], actor: Actor) -> Mapping[int, Readers]:
    """Who fills and who reads each element, by its primary key. A bounded number of statements, however many elements.

    Features that are computed of an element read it, and so may whoever reads those features.
    """
    features = features_of(elements)
    by_pk = {row.pk: row for row in elements}
    derived = {row.pk: row for found in features.values() for row in found}
    wanted = list({**derived, **by_pk}.values())
    found: dict[int, list[Known]] = defaultdict(list)
    for _name, (_label, find) in _rooms.items():
        for item in find(wanted, actor) if wanted else ():
            found[item.element].append(item)
    return {pk: _together(pk, found, features.get(pk, ())) for pk in by_pk}


def _together(pk: int, found: Mapping[int, Sequence[Known]], features: Sequence[DataElement]) -> Readers:
    """What is known of the element itself, its features, and whoever reads them and not the element."""
    own = list(found.get(pk, ()))
    direct = {(item.kind, item.reader.id) for item in own}
    for feature in features:
        reader = Reader(feature.public_id, "consumer")
        own.append(Known(pk, FEATURE, reader, f"{feature.name} ({feature.path})", url=page_of(feature)))
        for item in found.get(feature.pk, ()):
            known = (item.kind, item.reader.id)
            if item.reader.side == "consumer" and known not in direct:
                direct.add(known)
                plain = Reader(item.reader.id, "consumer")  # how it reads the feature says nothing about the element
                own.append(replace(item, element=pk, reader=plain, through=feature.path, certain=False))
    seen = tuple(item for item in own if item.seen)
    return Readers(seen, tuple(item for item in own if not item.seen), tuple(features))


def features_of(elements: Sequence[DataElement]) -> Mapping[int, Sequence[DataElement]]:
    """The features that are computed of each element, directly or by way of another feature. Two statements at most."""
    if not elements:
        return {}
    rows = ElementVersion.objects.filter(said__formula__isnull=False, element__retired_at=None).in_force()
    uses: dict[str, list[DataElement]] = defaultdict(list)
    for row in rows.select_related("element__dictionary"):
        for source in row.said["formula"].get("sources", ()):
            uses[source if "/" in source else f"{row.element.dictionary.slug}/{source}"].append(row.element)
    return {row.pk: _reached(row, uses) for row in elements} if uses else {}


def _reached(element: DataElement, uses: Mapping[str, Sequence[DataElement]]) -> list[DataElement]:
    """Nearest first, each once, also where features name one another in a circle."""
    found: dict[int, DataElement] = {}
    waiting = [element]
    while waiting:
        for row in uses.get(waiting.pop(0).path, ()):
            if row.pk not in found and row.pk != element.pk:
                found[row.pk] = row
                waiting.append(row)
    return list(found.values())


def page_of(element: DataElement) -> str:
    return f"/dictionary/{element.dictionary.slug}/elements/{element.key}/"
