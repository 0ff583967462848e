"""One element as its page tells it, and elements as lists of programs want them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, Prefetch, Q

from foundation import clock, objects
from foundation.actor import Actor
from governance.dictionary.models import (
    Alias,
    Binding,
    Change,
    DataElement,
    DataElementQuerySet,
    Dictionary,
    ElementVersion,
    Proposal,
)
from governance.dictionary.selectors import browse
from governance.dictionary.wording import changes_told, deviation_told

MOST_COLUMNS = 200  # of one element that a page shows
MOST_VERSIONS = 50
BESIDE = 12  # columns that stand side by side


def elements_found(dictionary: Dictionary, text: str = "") -> DataElementQuerySet:
    """Elements of a dictionary that are about each word: by key, name, alias, meaning, unit, or whoever holds them."""
    rows = DataElement.objects.filter(dictionary=dictionary)
    if text.strip():
        rows = rows.filter(pk__in=list(browse.fitting(text)))
    return rows.with_versions()


# Who holds it ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """A column that holds the element. `told` is how it differs; `waiver` whether that is accepted (accepted, expired or nothing)."""

    row: Binding
    told: str
    waiver: str

    @property
    def ended(self) -> bool:
        return self.row.ended_at is not None


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which teams fill the element; no `told` is as the element says."""

    told: str
    teams: list[str]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of an element by what is done with them; `more`: there are others."""

    fills: list[Held] = field(default_factory=list)
    reads: list[Held] = field(default_factory=list)
    ended: list[Held] = field(default_factory=list)
    more: bool = False

    @property
    def ways(self) -> list[Way]:
        """The different ways in which teams fill it, the plain one first. Two of them are a disagreement."""
        found: dict[str, tuple[str, dict[str, None]]] = {}
        for item in self.fills:
            found.setdefault(item.row.said, (item.told, {}))[1][item.row.team.title] = None
        return [Way(told, list(teams)) for said, (told, teams) in sorted(found.items(), key=lambda pair: pair[0] != "")]

    @property
    def expired(self) -> list[Held]:
        return [item for item in (*self.fills, *self.reads) if item.waiver == "expired"]

    def __bool__(self) -> bool:
        return bool(self.fills or self.reads or self.ended)


def columns_of(element: DataElement) -> Columns:
    """Live ones first, by team; a bounded number of them. One statement."""
    rows = element.bindings.select_related("team", "created_by", "dataset").order_by(
        F("ended_at").desc(nulls_first=True), "team__title", "dataset__name", "column", "pk"
    )
    there = list(rows[: MOST_COLUMNS + 1])
    today = clock.now().date()
    held = [held_of(row, today) for row in there[:MOST_COLUMNS]]
    live = [item for item in held if not item.ended]
    return Columns(
        [item for item in live if item.row.side == Binding.Side.FILLS],
        [item for item in live if item.row.side == Binding.Side.READS],
        [item for item in held if item.ended],
        len(there) > MOST_COLUMNS,
    )


def held_of(row: Binding, today: date) -> Held:
    waiver = "" if row.waived_until is None else "accepted" if row.waived_until >= today else "expired"
    return Held(row, deviation_told(row.said), waiver)


def beside(element: DataElement, *, page: int = 1) -> tuple[list[Held], int]:
    """The live columns of one page of those that stand side by side, fillers first, and how many there are in all. Two statements."""
    rows = (
        element.bindings.live().select_related("team", "dataset").order_by("side", "team__title", "dataset__name", "column", "pk")
    )
    today = clock.now().date()
    return [held_of(row, today) for row in rows[(page - 1) * BESIDE : page * BESIDE]], rows.count()


# How it changed ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Written:
    """One version as the history shows it: what it changed, with which proposal, and where its approval is."""

    version: ElementVersion
    changes: list[dict[str, str]]
    in_force: bool
    proposal: Proposal | None
    request_url: str


@dataclass(frozen=True, slots=True)
class History:
    """Everything that was written, newest first. `current` is in force; `shown` is that or, while nothing is, the newest."""

    rows: list[Written] = field(default_factory=list)
    current: ElementVersion | None = None
    newest: ElementVersion | None = None
    proposals: list[Change] = field(default_factory=list)  # open ones that would change the element
    more: bool = False

    @property
    def shown(self) -> ElementVersion | None:
        return self.current or self.newest


def history_of(element: DataElement, actor: Actor) -> History:
    """Three statements; one more for an element with very many versions."""
    versions = list(element.versions.select_related("created_by").order_by("-number")[: MOST_VERSIONS + 1])
    current = _in_force(versions) if len(versions) <= MOST_VERSIONS else element.current_version()
    for version in (*versions, *([current] if current else [])):
        version.element = element
    changes = list(
        Change.objects.filter(element=element, taken_out_at=None).select_related("proposal__dictionary", "proposal__created_by")
    )
    proposals = {change.version_id: change.proposal for change in changes if change.proposal.withdrawn_at is None}
    requests = _pages_of([version.approval for version in versions if version.approval], actor)
    rows = [
        Written(
            version,
            changes_told(_before(version, versions[at + 1 :]), version),
            current is not None and version.pk == current.pk,
            proposals.get(version.pk),
            requests.get(version.approval or "", ""),
        )
        for at, version in enumerate(versions[:MOST_VERSIONS])
    ]
    return History(
        rows, current, versions[0] if versions else None, [change for change in changes if change.proposal.is_open], len(versions) > MOST_VERSIONS
    )  # fmt: skip


def _in_force(versions: Sequence[ElementVersion]) -> ElementVersion | None:
    """Of all versions of an element the one that `ElementVersionQuerySet.in_force` finds."""
    now = clock.now()
    approved = [
        row
        for row in versions
        if row.approved_at is not None
        and row.approved_at <= now
        and (row.effective_from is None or row.effective_from <= now.date())
    ]
    last = max(approved, key=lambda row: (row.approved_at, row.number), default=None)
    over = last is not None and last.effective_until is not None and last.effective_until < now.date()
    return None if over else last


def _before(version: ElementVersion, earlier: Sequence[ElementVersion]) -> ElementVersion | None:
    """What a version is held against: what was approved before it, or what was written before it while nothing was."""
    approved = next((row for row in earlier if row.is_approved), None)
    return approved or (earlier[0] if earlier else None)


def _pages_of(ids: Sequence[str], actor: Actor) -> Mapping[str, str]:
    """The addresses of things by public id, of those that the actor may see. One statement; ids of one type."""
    kind = objects.by_prefix(ids[0]) if ids else None
    if kind is None:
        return {}
    rows: Any = kind.model._default_manager
    found = rows.visible_to(actor).filter(public_id__in=ids)
    return {row.public_id: kind.url(row) for row in (found.select_related(*kind.related) if kind.related else found)}


# What it names -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Named:
    """An element as another one names it; without `element` there is none of this name."""

    name: str
    element: DataElement | None


def named_by(element: DataElement, version: ElementVersion | None) -> Mapping[str, Named]:
    """The elements that its reference and its formula name, by the name they are given there. At most one statement."""
    said = version.said if version else {}
    names = [*said.get("formula", {}).get("sources", []), *([said["references"]["element"]] if "references" in said else [])]
    if not names:
        return {}
    wanted = {name: tuple(_path(name, element.dictionary.slug)) for name in names}
    asked_for = Q()
    for slug, key in wanted.values():
        asked_for |= Q(dictionary__slug=slug, key=key)
    there = {(row.dictionary.slug, row.key): row for row in DataElement.objects.filter(asked_for).select_related("dictionary")}
    return {name: Named(name, there.get(path)) for name, path in wanted.items()}  # type: ignore[arg-type] # two parts


def _path(name: str, slug: str) -> Iterable[str]:
    return name.split("/", 1) if "/" in name else (slug, name)


def aliases_of(element: DataElement) -> list[Alias]:
    """What it is called now: by everybody first, then by team. One statement."""
    rows = element.aliases.live().select_related("team")
    return list(rows.order_by(F("team__title").asc(nulls_first=True), "locale", "term"))


# Whole dictionaries ------------------------------------------------------------------------------------------------------


def whole(dictionary: Dictionary, *, most: int) -> tuple[list[browse.Row], bool]:
    """The elements of a dictionary in the order of their keys, with their aliases, and whether there are others. Six statements."""
    elements = DataElement.objects.filter(dictionary=dictionary, retired_at=None)
    pks = list(elements.order_by("key", "pk").values_list("pk", flat=True)[: most + 1])
    live = Alias.objects.live().select_related("team").order_by("term")
    rows = elements.select_related("steward").prefetch_related(Prefetch("aliases", live, to_attr="live_aliases"))
    return browse.rows_of(rows, pks[:most]), len(pks) > most
