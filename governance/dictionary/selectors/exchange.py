"""What an import would do: each element and column of a file held against the dictionary, before anything is written."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Q

from foundation.models import AuditEvent
from governance.dictionary.elements import Element, Problem
from governance.dictionary.formats.model import Column, Note, Reading, Table
from governance.dictionary.matching import (
    Known,
    Match,
    Register,
    Standing,
    changed_fields,
    checked,
    digest_of,
    laid_over,
    said_of,
    stated,
)
from governance.dictionary.models import (
    Alias,
    Binding,
    Change,
    DataElement,
    Dictionary,
    DictionaryImportLine,
    ElementVersion,
)
from governance.dictionary.naming import normal
from governance.people.models import Team

Outcome = DictionaryImportLine.Outcome
WITHOUT_EFFECT = ("dictionary.import.checked", "dictionary.import.started")
CHUNK = 5000  # rows that are asked for by name at once
LONGEST_NAME = 200  # of a data set and of a column
Item = TypeVar("Item")
Step = Callable[[int, int], None]


def pieces(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of at most so many."""
    left = iter(items)
    while some := list(islice(left, size)):
        yield some


def no_step(done: int, total: int) -> None:
    """For whoever does not wait."""


@dataclass(frozen=True, slots=True)
class PlannedElement:
    """What becomes of an element of the file. `said` is what a draft would say; None where none is written.

    `standing` is what it says now. `path` is `dictionary/key` of the element that it is or becomes.
    """

    path: str
    outcome: str
    match: Match
    standing: Standing = field(default_factory=Standing)
    said: Mapping[str, Any] | None = None
    digest: str = ""
    fields: tuple[str, ...] = ()
    code: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedColumn:
    """What becomes of a column: bound, bound already (same), not asked for (empty), or a problem."""

    column: Column
    outcome: str
    code: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedAlias:
    element: str  # key in the file
    term: str
    norm: str
    team: Team | None
    locale: str
    source: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that an import would do. `elements` by their keys in the file; `stamp`: the newest event when it was made."""

    elements: Mapping[str, PlannedElement]
    columns: tuple[PlannedColumn, ...]
    aliases: tuple[PlannedAlias, ...]
    tables: Mapping[str, Table]
    notes: tuple[Note, ...]
    stamp: str

    def digest(self) -> str:
        """By which it is known whether the same would happen now as when somebody looked at it."""
        found = hashlib.sha256()
        for key, item in self.elements.items():
            found.update(f"{key}\x1f{item.path}\x1f{item.outcome}\x1f{item.digest}\x1e".encode())
        for column in self.columns:
            found.update(f"{column.column.table}\x1f{column.column.name}\x1f{column.outcome}\x1e".encode())
        for alias in self.aliases:
            found.update(f"{alias.element}\x1f{alias.norm}\x1e".encode())
        return "sha256:" + found.hexdigest()

    @property
    def does_nothing(self) -> bool:
        wanted = {Outcome.NEW, Outcome.CHANGED}
        return (
            not self.aliases
            and not any(item.outcome in wanted for item in self.elements.values())
            and not any(item.outcome == Outcome.BOUND for item in self.columns)
        )


def stamp() -> str:
    """The newest event that changed any dictionary: as long as it is the same, a plan holds, and so does an index."""
    events = AuditEvent.objects.filter(kind__startswith="dictionary.").exclude(kind__in=WITHOUT_EFFECT)
    return str(events.order_by("-pk").values_list("uid", flat=True).first() or "")


def planned(dictionary: Dictionary, team: Team | None, form: str, reading: Reading, step: Step = no_step) -> Plan:
    """What would become of everything in a file. Queries in thousands of rows, and nothing written."""
    book, at = reading.book, stamp()
    columns: dict[str, list[Column]] = defaultdict(list)
    for column in book.columns:
        columns[column.element].append(column)
    register = Register(dictionary.slug, _known(), _terms(dictionary, team))
    matches = {element.key: register.find(element, columns.get(element.key, ()), form) for element in book.elements}
    step(1, 4)
    standing = _standing({match.known.pk for match in matches.values() if match.known is not None})
    step(2, 4)
    elements = _elements(dictionary, book.elements, columns, matches, standing)
    step(3, 4)
    planned_columns = _columns(team, book.columns, elements)
    aliases, notes = _aliases(dictionary, book.elements, elements)
    step(4, 4)
    tables = {table.name: table for table in book.tables}
    return Plan(elements, planned_columns, aliases, tables, (*reading.notes, *notes), at)


# What is there -----------------------------------------------------------------------------------------------------------


def _known() -> Iterator[Known]:
    rows = DataElement.objects.order_by("pk").values_list("pk", "dictionary__slug", "key", "legend", "retired_at")
    return (Known(pk, slug, key, legend, retired is not None) for pk, slug, key, legend, retired in rows.iterator(CHUNK))


def _terms(dictionary: Dictionary, team: Team | None) -> dict[str, set[str]]:
    """What the team calls elements, and what everybody does; a term of the team's own comes first."""
    rows = Alias.objects.live().filter(Q(team=None) | Q(team=team), dictionary=dictionary, element__retired_at=None)
    own: dict[str, set[str]] = defaultdict(set)
    common: dict[str, set[str]] = defaultdict(set)
    for norm, key, team_id in rows.values_list("norm", "element__key", "team"):
        (own if team_id else common)[norm].add(key)
    return {**common, **own}


def _standing(pks: set[int]) -> dict[int, Standing]:
    """What each of these elements means and what was written of it last."""
    found: dict[int, Standing] = {}
    for some in pieces(sorted(pks), CHUNK):
        rows = ElementVersion.objects.filter(element__in=some)
        newest = list(rows.newest().values_list("element", "pk", "digest", "number"))
        in_force = {pk: (version, digest) for pk, version, digest in rows.in_force().values_list("element", "pk", "digest")}
        waiting = set(
            Change.objects.filter(
                version__in=[version for _pk, version, _digest, _number in newest],
                taken_out_at=None,
                proposal__approved_at=None,
                proposal__withdrawn_at=None,
            ).values_list("version", flat=True)
        )
        for pk, version, digest, number in newest:
            held = in_force.get(pk, (None, None))
            found[pk] = Standing(held[1], digest, number, version, held[0], version in waiting)
    return found


def _said(pks: Iterable[int | None]) -> dict[int, dict[str, Any]]:
    """What versions say."""
    found: dict[int, dict[str, Any]] = {}
    for some in pieces(sorted({pk for pk in pks if pk is not None}), CHUNK):
        found.update(ElementVersion.objects.filter(pk__in=some).values_list("pk", "said"))
    return found


# What would become of it -------------------------------------------------------------------------------------------------


def _elements(
    dictionary: Dictionary,
    elements: Sequence[Element],
    columns: Mapping[str, Sequence[Column]],
    matches: Mapping[str, Match],
    standing: Mapping[int, Standing],
) -> dict[str, PlannedElement]:
    found: dict[str, PlannedElement] = {}
    to_compare: list[tuple[Element, Known, Match, Standing]] = []
    for element in elements:
        match = matches[element.key]
        if match.code:
            found[element.key] = PlannedElement(element.key, Outcome.ERROR, match, code=match.code, params=match.params)
            continue
        if match.known is None:
            found[element.key] = _new(dictionary, element, match)
            continue
        there = standing.get(match.known.pk, Standing())
        if match.known.retired:
            found[element.key] = PlannedElement(
                match.known.path, Outcome.ERROR, match, there, code="element_retired", params={"value": match.known.path}
            )
            continue
        digest = digest_of(said_of(element))
        if match.found_by == "key" and (digest == there.in_force or (digest == there.newest and there.waits)):
            found[element.key] = PlannedElement(match.known.path, Outcome.SAME, match, there, digest=digest)
            continue
        found[element.key] = PlannedElement(match.known.path, Outcome.SAME, match, there)  # its place in the order of the file
        to_compare.append((element, match.known, match, there))
    said = _said(pk for _element, _known_one, _match, there in to_compare for pk in (there.in_force_pk, there.newest_pk))
    for element, known, match, there in to_compare:
        key = element.key
        found[key] = _compared(element, columns.get(key, ()), known, match, there, said)
    return _once_each(found)


def _new(dictionary: Dictionary, element: Element, match: Match) -> PlannedElement:
    said = said_of(element)
    return PlannedElement(f"{dictionary.slug}/{element.key}", Outcome.NEW, match, said=said, digest=digest_of(said))


def _compared(
    element: Element, columns: Sequence[Column], known: Known, match: Match, there: Standing, said: Mapping[int, dict[str, Any]]
) -> PlannedElement:
    """An element that is there: what the file says over what is in force, and over what waits for approval."""
    path, key = known.path, known.key
    statement = stated(element, columns)
    in_force = said.get(there.in_force_pk or 0)
    newest = said.get(there.newest_pk or 0, {})
    standing = in_force if in_force is not None else newest
    for held, counts in ((in_force, in_force is not None), (newest, there.waits)):
        if counts and held is not None and not changed_fields(held, laid_over(held, statement)):
            return PlannedElement(path, Outcome.SAME, match, there)
    value, problems = checked(key, laid_over(standing, statement))
    if value is None:
        worst = next(item for item in problems if item.level == "error")
        return PlannedElement(path, Outcome.ERROR, match, there, code=worst.code, params=_with_path(worst))
    fields = changed_fields(standing, laid_over(standing, statement))
    outcome = Outcome.CHANGED if in_force is not None or fields else Outcome.NEW
    made = said_of(value)
    digest = digest_of(made)
    if digest == there.in_force or (digest == there.newest and there.waits):
        return PlannedElement(path, Outcome.SAME, match, there, digest=digest)
    return PlannedElement(path, outcome, match, there, made, digest, fields)


def _with_path(problem: Problem) -> dict[str, str]:
    return {**problem.params, "path": problem.path}


def _once_each(found: dict[str, PlannedElement]) -> dict[str, PlannedElement]:
    """No element is written twice: of two that the file calls otherwise, the later one says the same or is a problem."""
    seen: dict[str, PlannedElement] = {}
    for key, item in found.items():
        first = seen.setdefault(item.path, item)
        if first is item or item.outcome == Outcome.ERROR:
            continue
        if item.digest == first.digest or item.outcome == Outcome.SAME:
            found[key] = replace(item, outcome=Outcome.SAME, said=None)
        else:
            found[key] = replace(
                item, outcome=Outcome.ERROR, said=None, code="said_twice", params={"value": item.path}
            )  # fmt: skip
    return found


def _columns(team: Team | None, columns: Sequence[Column], elements: Mapping[str, PlannedElement]) -> tuple[PlannedColumn, ...]:
    bound = _bound(team, {column.table for column in columns}) if team is not None else {}
    found = []
    for column in columns:
        element = elements.get(column.element)
        if element is None or element.outcome == Outcome.ERROR or team is None:
            found.append(PlannedColumn(column, ""))
        elif max(len(column.table), len(column.name)) > LONGEST_NAME or "\x00" in column.table + column.name:
            found.append(PlannedColumn(column, Outcome.ERROR, "name_unusable", {"limit": str(LONGEST_NAME)}))
        elif not column.table.strip():
            found.append(PlannedColumn(column, Outcome.ERROR, "no_table"))
        elif (held := bound.get((column.table, column.name))) is None:
            found.append(PlannedColumn(column, Outcome.BOUND))
        elif held == element.path:
            found.append(PlannedColumn(column, Outcome.SAME))
        else:
            found.append(PlannedColumn(column, Outcome.ERROR, "bound_otherwise", {"value": held, "team": team.title}))
    return tuple(found)


def _bound(team: Team, tables: set[str]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for some in pieces(sorted(tables), CHUNK):
        rows = Binding.objects.live().filling().filter(team=team, dataset__name__in=some)
        for table, column, slug, key in rows.values_list(
            "dataset__name", "column", "element__dictionary__slug", "element__key"
        ).iterator(CHUNK):
            found[table, column] = f"{slug}/{key}"
    return found


def _aliases(
    dictionary: Dictionary, elements: Sequence[Element], planned_elements: Mapping[str, PlannedElement]
) -> tuple[tuple[PlannedAlias, ...], list[Note]]:
    """What the file calls elements besides. A term that means another element already is told and left out."""
    if not any(element.aliases for element in elements):
        return (), []
    teams = {team.slug: team for team in Team.objects.all()}
    taken: dict[tuple[int | None, str], str] = {
        (team, norm): f"{dictionary.slug}/{key}"
        for team, norm, key in Alias.objects.live().filter(dictionary=dictionary).values_list("team", "norm", "element__key")
    }
    found: list[PlannedAlias] = []
    notes: list[Note] = []
    for element in elements:
        item = planned_elements[element.key]
        if item.outcome == Outcome.ERROR or not item.path.startswith(f"{dictionary.slug}/"):
            continue
        for alias in element.aliases:
            norm = normal(alias.term)[:120]
            team = teams.get(alias.team) if alias.team else None
            if alias.team and team is None:
                notes.append(Note(element.key, "warning", "alias_team_unknown", {"value": alias.term, "team": alias.team}))
            elif norm:
                held = taken.setdefault((team.pk if team else None, norm), "")
                if not held:
                    taken[team.pk if team else None, norm] = item.path
                    found.append(PlannedAlias(element.key, alias.term, norm, team, alias.locale, alias.source))
                elif held != item.path:
                    notes.append(Note(element.key, "warning", "alias_taken", {"value": alias.term, "element": held}))
    return tuple(found), notes
