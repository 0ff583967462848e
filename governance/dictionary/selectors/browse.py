"""Looking for elements among thousands, by whatever somebody knows of them: a name, an alias, a meaning, a unit, a team, a column.

Names and aliases are read through, since there are only thousands of them. Meanings are found by the search entries of their versions,
which know Chinese without spaces and what older versions said. Columns, teams and data sets are found among bindings in one question
for each word. Bench: `python -m bench.dictionary`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from foundation import search
from foundation.search_terms import asked, matches
from governance.dictionary.models import Alias, Binding, Change, DataElement, DataElementQuerySet, Dataset, ElementVersion
from governance.dictionary.naming import normal
from governance.people.models import Team

MOST_WORDS = 4  # more of them narrow nothing any more
LEAST_COLUMN = 2  # one letter stands in every column
MOST_DATASETS = 2_000
WHOLE, BEGINS, NAMED, MEANT, HELD = range(5)  # how well an element fits: best first
STATES = ("approved", "draft", "proposed", "retired")

Ranks = dict[int, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for. Nothing stated asks for everything."""

    text: str = ""
    team: Team | None = None
    semantic_type: str = ""
    sensitivity: str = ""
    state: str = ""

    @property
    def anything(self) -> bool:
        return bool(self.text.strip() or self.team or self.semantic_type or self.sensitivity or self.state)


@dataclass(slots=True)
class Holder:
    """What one team does with an element: how many of its columns it fills or reads, and how many of them differ."""

    team: str
    fills: int = 0
    reads: int = 0
    deviating: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """An element of a list. `version` is what it means now; while nothing is approved, what was written last."""

    element: DataElement
    version: ElementVersion | None
    draft: bool  # something newer was written
    proposed: bool
    holders: list[Holder] = field(default_factory=list)

    @property
    def state(self) -> str:
        if self.element.retired_at is not None:
            return "retired"
        return "approved" if self.version is not None and self.version.is_approved else "draft"


def found(elements: QuerySet[DataElement], wanted: Wanted, *, enough: int = 0) -> list[int]:
    """The primary keys of what fits, best first, then by key; `enough` of them if there are that many. At most seven statements.

    Like the search of all things, it goes no further than a page needs: a broad word is answered by names alone.
    """
    rows = _narrowed(elements, wanted).order_by("key", "pk")
    there = list(rows.values_list("pk", flat=True))
    if not wanted.text.strip() or not there:
        return there
    order = {pk: place for place, pk in enumerate(there)}
    ranks: Ranks = {}
    for fitting in _rounds(wanted.text):
        ranks |= {pk: rank for pk, rank in fitting.items() if pk in order and pk not in ranks}
        if enough and len(ranks) >= enough:
            break
    return sorted(ranks, key=lambda pk: (ranks[pk], order[pk]))


def fitting(text: str) -> Ranks:
    """The elements of all dictionaries that are about every word of a text, with how well they fit."""
    ranks: Ranks = {}
    for more in _rounds(text):
        ranks |= {pk: rank for pk, rank in more.items() if pk not in ranks}
    return ranks


def _rounds(text: str) -> Iterator[Ranks]:
    """By names, then also by meanings, then also by who holds them: each word has to be found in one of these."""
    words = list(dict.fromkeys(text.replace("\0", " ").split()))[:MOST_WORDS]
    per_word: list[Ranks] = [{} for _word in words]
    for look in (_named, _meant, _held):
        for place, pk, rank in look(words, normal(text)):
            ranks = per_word[place]
            ranks[pk] = min(rank, ranks.get(pk, rank))
        yield {pk: max(ranks[pk] for ranks in per_word) for pk in _in_all(per_word)}


def _in_all(per_word: Sequence[Ranks]) -> Iterable[int]:
    first, *others = sorted(per_word, key=len) or [{}]
    return [pk for pk in first if all(pk in ranks for ranks in others)]


Fits = Iterator[tuple[int, int, int]]  # the place of the word, the element, and how well it fits


def _named(words: Sequence[str], whole: str) -> Fits:
    """By key, name, legend key and aliases. Two statements."""
    asked_for = Q()
    for word in words:
        asked_for |= Q(key__icontains=word) | Q(name__icontains=word) | Q(legend__iexact=word)
    for pk, key, name, legend in DataElement.objects.filter(asked_for).values_list("pk", "key", "name", "legend"):
        rank = min(_as_name(normal(name), whole), _as_name(normal(key), whole))
        for place, word in enumerate(words):
            if legend.lower() == word.lower():
                yield place, pk, WHOLE
            elif word.lower() in key or word.lower() in name.lower():
                yield place, pk, rank
    norms = [normal(word) for word in words]
    asked_for = Q()
    for norm in filter(None, norms):
        asked_for |= Q(norm__contains=norm)
    called = Alias.objects.live().filter(asked_for) if asked_for else Alias.objects.none()
    for pk, term in called.values_list("element", "norm"):
        for place, norm in enumerate(norms):
            if norm and norm in term:
                yield place, pk, _as_name(term, whole)


def _as_name(name: str, whole: str) -> int:
    return WHOLE if name == whole else BEGINS if name.startswith(whole) else NAMED


def _meant(words: Sequence[str], whole: str) -> Fits:
    """By what a version says. A text of it that begins with the word is taken for a name in another language. Two statements."""
    units = [word for word in words if not asked(word)]  # such as %
    if units:
        for pk, unit in ElementVersion.objects.filter(unit__in=units).values_list("element", "unit"):
            yield words.index(unit), pk, MEANT
    others = [(place, word) for place, word in enumerate(words) if word not in units]
    if not others:
        return
    entries, flags = search.entries_with([word for _place, word in others], type="element_version")
    element = ElementVersion.objects.filter(public_id=OuterRef("public_id")).order_by().values("element")[:1]
    begins = {f"begins{place}": _flag(Q(text__contains=f"\n{word}")) for place, word in others}
    for pk, *said in entries.annotate(of=Subquery(element), **begins).order_by().values_list("of", *flags, *begins):
        for at, (place, _word) in enumerate(others):
            if said[at] and pk is not None:
                yield place, pk, NAMED if said[at + len(others)] else MEANT


def _held(words: Sequence[str], whole: str) -> Fits:
    """By a column, a data set or a team that holds them. Three statements."""
    known = list(Team.objects.values_list("pk", "title", "slug"))
    asked_for = Q()
    for word in words:
        asked_for |= Q(name__icontains=word)
    sets = list(Dataset.objects.filter(asked_for).values_list("pk", "name")[:MOST_DATASETS])
    flags: dict[str, Any] = {}
    anyhow = Q()
    for place, word in enumerate(words):
        held = Q(column__icontains=word) if len(word) >= LEAST_COLUMN else Q()
        if teams := [pk for pk, title, slug in known if word.lower() in slug or (asked(word) and matches(word, title))]:
            held |= Q(team__in=teams)
        if datasets := [pk for pk, name in sets if word.lower() in name.lower()]:
            held |= Q(dataset__in=datasets)
        if held:
            flags[f"held{place}"] = _flag(held)
            anyhow |= held
    if not flags:
        return
    # of the element's number, or SQLite would walk through the bindings in the order of elements, one page for each
    rows = Binding.objects.live().filter(anyhow).order_by().annotate(of=F("element_id") + 0, **flags)
    places = [int(name.removeprefix("held")) for name in flags]
    for pk, *said in rows.values_list("of", *flags).distinct():
        for place, holds in zip(places, said, strict=True):
            if holds:
                yield place, pk, HELD


def _flag(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, BooleanField())


def _narrowed(rows: QuerySet[DataElement], wanted: Wanted) -> QuerySet[DataElement]:
    """By everything but the words."""
    if wanted.team is not None:
        rows = rows.filter(Exists(Binding.objects.live().filter(element=OuterRef("pk"), team=wanted.team)))
    of_it = ElementVersion.objects.filter(element=OuterRef("pk"))
    said = {name: value for name in ("semantic_type", "sensitivity") if (value := getattr(wanted, name))}
    if said:
        in_force = of_it.approved().order_by("-approved_at", "-number").values("pk")[:1]
        rows = rows.alias(shown=Coalesce(Subquery(in_force), Subquery(of_it.order_by("-number").values("pk")[:1])))
        rows = rows.filter(Exists(ElementVersion.objects.filter(pk=OuterRef("shown"), **said)))
    if wanted.state == "retired":
        rows = rows.filter(retired_at__isnull=False)
    elif wanted.state == "proposed":
        rows = rows.filter(_proposed())
    elif wanted.state in ("approved", "draft"):
        meant = Exists(of_it.approved())
        rows = rows.filter(meant if wanted.state == "approved" else ~meant, retired_at=None)
    return rows


def _proposed() -> Exists:
    """Whether an open proposal changes the element."""
    changes = Change.objects.filter(element=OuterRef("pk"), taken_out_at=None)
    return Exists(changes.filter(proposal__approved_at=None, proposal__withdrawn_at=None))


def rows_of(elements: DataElementQuerySet, pks: Sequence[int]) -> list[Row]:
    """These elements as a list shows them, in this order. Four statements."""
    there = elements.filter(pk__in=pks).select_related("dictionary").with_versions().annotate(is_proposed=_proposed())
    by_pk: dict[int, Any] = {row.pk: row for row in there}
    holders = holders_of(list(by_pk))
    return [_row(by_pk[pk], holders.get(pk, [])) for pk in pks if pk in by_pk]


def _row(element: Any, holders: list[Holder]) -> Row:
    version = (element.in_force or element.newest or [None])[0]
    draft = bool(version and version.is_approved and element.newest and not element.newest[0].is_approved)
    return Row(element, version, draft, element.is_proposed, holders)


def holders_of(elements: Sequence[int]) -> dict[int, list[Holder]]:
    """Who fills and who reads each element, by team. One statement, however many columns."""
    rows = Binding.objects.live().filter(element__in=elements).order_by("team__title", "side")
    found: dict[int, dict[str, Holder]] = defaultdict(dict)
    counted = rows.values_list("element", "team__title", "side").annotate(
        Count("pk"), differing=Count("pk", filter=~Q(deviation=""))
    )
    for pk, team, side, count, deviating in counted:
        holder = found[pk].setdefault(team, Holder(team))
        if side == Binding.Side.FILLS:
            holder.fills, holder.deviating = count, deviating
        else:
            holder.reads = count
    return {pk: list(teams.values()) for pk, teams in found.items()}
