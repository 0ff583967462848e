"""What verified sources vouch for: packages by exact names, from one index, and nothing that belongs to them by its name alone. Pure.

A trusted package says nothing of what it depends on, nor of its add-ons: `scikit-learn` is one package and `scikit-learn-extra` another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from governance.dependencies.origins import Asked, AskedFor, Origin, asked_of, is_within, normal_name, origin_of
from governance.dependencies.review_graph import NOTHING, Caveat, Edge

WHOLE = ("index", "channel")  # kinds that may vouch for all that comes from there
MIRROR = "mirror"


class SourceLike(Protocol):
    """What is wanted of a source. Its index is in normal form, its names as their ecosystem compares them."""

    @property
    def public_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def ecosystem(self) -> str: ...
    @property
    def index(self) -> str: ...
    @property
    def mirror_of(self) -> str: ...
    @property
    def packages(self) -> Sequence[str]: ...
    @property
    def criteria(self) -> Sequence[str]: ...
    @property
    def presets(self) -> Mapping[str, str]: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime | None: ...


Row = TypeVar("Row", bound=SourceLike)


def source_edges(sources: Iterable[SourceLike], requirement: AskedFor, node: str, asked: Asked | None = None) -> list[Edge]:
    """The edges from nothing to `node` that the sources give to a requirement. `sources` are those that hold now.

    `asked` are the options of its lock; left out, they are those of `requirement.set`. Where neither is known, only a requirement that
    names its index itself can be trusted.
    """
    return [
        Edge(
            id=source.public_id,
            base=NOTHING,
            target=node,
            criteria=frozenset(source.criteria),
            caveat=Caveat.SOURCE,
            ends_at=ends_at,
        )
        for source, ends_at in trusted_by(sources, requirement, asked)
    ]


def where_from(requirement: AskedFor, asked: Asked | None = None) -> Origin:
    """Where the requirement comes from, or the code that says why no source can vouch for it."""
    known = asked if asked is not None else _options_of(requirement)
    return origin_of(requirement, known if known is not None else Asked(doubt="index_unknown"))


def trusted_by(sources: Iterable[Row], requirement: AskedFor, asked: Asked | None = None) -> Iterator[tuple[Row, datetime]]:
    """The sources that vouch for a requirement, each with the first instant at which it does not any more.

    What comes from a mirror is trusted as if it came from the index that the mirror copies, for as long as both are.
    """
    origin = where_from(requirement, asked).index
    if not origin:
        return
    here = [source for source in sources if source.ecosystem == requirement.ecosystem]
    places: list[tuple[str, datetime | None]] = [(origin, None)]
    places += [(one.mirror_of, _end(one)) for one in here if one.kind == MIRROR and one.mirror_of and one.index == origin]
    name = normal_name(requirement.ecosystem, requirement.name)
    for source in here:
        if source.kind == MIRROR or not source.criteria or not _names(source, name):
            continue
        ends = [_first(_end(source), end) for place, end in places if is_within(source.index, place)]
        if ends:
            yield source, max(ends)


@dataclass(frozen=True, slots=True)
class Preset:
    """What a source says of a capability of its packages: why it is expected, and which source says so."""

    why: str
    source: str


def presets_of(sources: Iterable[SourceLike], ecosystem: str, name: str) -> dict[str, Preset]:
    """Capability → why it is expected of this package, to be offered on a review sheet. Only of sources that name it exactly."""
    wanted = normal_name(ecosystem, name)
    found: dict[str, Preset] = {}
    for source in sources:
        if source.ecosystem == ecosystem and source.packages and _names(source, wanted):
            for capability, why in source.presets.items():
                found.setdefault(capability, Preset(why, source.public_id))
    return found


def _names(source: SourceLike, name: str) -> bool:
    """Whether the source speaks of a package of this name. Without names only an index or a channel speaks, of all."""
    if not source.packages:
        return source.kind in WHOLE
    return name in source.packages


def _end(source: SourceLike) -> datetime:
    return _first(source.ends_at, source.ended_at)


def _first(one: datetime, other: datetime | None) -> datetime:
    return one if other is None else min(one, other)


def _options_of(requirement: AskedFor) -> Asked | None:
    of_set = getattr(requirement, "set", None)
    if of_set is None:
        return None
    known = getattr(of_set, "asked", None)
    return known if isinstance(known, Asked) else asked_of(of_set.options)
