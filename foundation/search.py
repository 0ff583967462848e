"""Finding things by their words: everything that was registered with `search=`, for whoever may see it.

Entries are written by `audit.record`, in the transaction of the change. What is found is best first: the whole title, its beginning,
words of it, a part of a word, then words of the text; among equals the newest. What somebody may not see is no result, is not
counted and leaves no gap: each thing that is shown was asked for with its model's own `visible_to`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import BooleanField, Case, ExpressionWrapper, Func, IntegerField, Q, QuerySet, Value, When
from django.utils import translation

from foundation import bulk, objects
from foundation.actor import Actor
from foundation.models import AuditEvent, PublicIdModel, SearchEntry
from foundation.search_indexes import TABLE, VECTOR_OF
from foundation.search_terms import asked, column, normal, terms
from foundation.visibility import comes_from_outside

LONGEST_TEXT = 12_000  # characters of one thing's texts that are read
LONGEST_QUERY = 200
PAGE = 30
LEAST_INFIX = 3  # characters of a word that are looked for inside of other words
BATCH = 500
GROWTH = 8  # how much larger each piece is that is read when what was read before may not be seen

WHOLE, BEGINNING, WORDS, INSIDE, TEXT = range(5)  # how well a thing fits

Reach = Callable[[Actor], Collection[str] | None]
Place = tuple[int, datetime, int]  # rank, time and key of the last one that was shown
_reach: list[Reach] = []


def reach_from(function: Reach) -> None:
    """Tell foundation which scopes somebody sees anything of; None means all of them. Set once, by `people`.

    It spares looking at what cannot be seen; it decides nothing: `visible_to` does.
    """
    _reach[:] = [function]


# Writing -------------------------------------------------------------------------------------------------------------


def index(row: PublicIdModel, at: datetime) -> None:
    """Write down by what the row can be found, as it is now. Things without words of their own are left out.

    When a thing was renamed, others carry its name: what belongs to it, and what reaches for it by `related`, such as a binding for
    its element. Their entries are written anew too.
    """
    entry = entry_of(row, at)
    if entry is None:
        return
    known, carriers = None, _carriers(row)
    if entry.scope == entry.public_id or carriers:
        known = SearchEntry.objects.filter(public_id=entry.public_id).values_list("title", flat=True).first()
    _write([entry])
    if known is None or known == entry.title:
        return
    if entry.scope == entry.public_id:
        _write_anew(SearchEntry.objects.filter(scope=entry.public_id).exclude(public_id=entry.public_id))
    for kind, path in carriers:
        rows: Any = kind.model._base_manager
        _write_anew(SearchEntry.objects.filter(public_id__in=rows.filter(**{path: row.pk}).values("public_id")))


def index_many(rows: Iterable[PublicIdModel], at: datetime) -> int:
    """The same of many rows that are new, and that no other entry carries the name of. How many entries were written."""
    with translation.override("en"):
        entries = [entry for row in rows if (entry := _entry_of(row, at)) is not None]
    try:
        with transaction.atomic():
            bulk.insert(entries)
    except IntegrityError:  # somebody changed one of them since, and its entry was written with that
        _write(entries)
    return len(entries)


def entry_of(row: PublicIdModel, at: datetime) -> SearchEntry | None:
    """The row's entry, or None when nobody looks for such things."""
    with translation.override("en"):  # words of the product in a title are the same whoever wrote the row
        return _entry_of(row, at)


def _entry_of(row: PublicIdModel, at: datetime) -> SearchEntry | None:
    kind = objects.type_of(row)
    if kind.search is None:
        return None
    words = [" ".join(str(item or "").replace("\0", " ").split()) for item in kind.search(row)]
    title, texts = words[0][:300], [item for item in words[1:] if item]
    text = "\n".join(texts)[:LONGEST_TEXT]
    in_title = terms(title)
    return SearchEntry(
        public_id=row.public_id,
        type=kind.name,
        scope=row.audit_scope(),
        title=title,
        url=kind.url(row)[:500],
        text=text,
        title_text=normal(title)[:600],
        title_terms=column(in_title),
        terms=column(dict.fromkeys([*in_title, *terms(text)])),
        updated_at=at,
    )


def _write(entries: Sequence[SearchEntry]) -> None:
    fields = [field.name for field in SearchEntry._meta.concrete_fields if field.name not in ("id", "public_id")]
    SearchEntry.objects.bulk_create(
        entries, batch_size=BATCH, update_conflicts=True, unique_fields=["public_id"], update_fields=fields
    )


def _write_anew(found: QuerySet[SearchEntry]) -> None:
    """These entries once more, as their rows are now; nothing happened to the rows themselves, so their times stay."""
    times = dict(found.values_list("public_id", "updated_at"))
    for ids in _grouped(times).values():
        for begin in range(0, len(ids), BATCH):
            _write(list(_entries(ids[begin : begin + BATCH], times)))


def _carriers(row: PublicIdModel) -> list[tuple[objects.ObjectType, str]]:
    """Types whose entries carry the name of such a row, with the way from them to it. What belongs to a scope is found by that."""
    found = []
    for kind in searchable():
        for steps in (path.split("__") for path in kind.related):
            model: Any = kind.model
            for at, step in enumerate(steps, start=1):
                model = model._meta.get_field(step).related_model
                if isinstance(row, model):
                    found.append((kind, "__".join(steps[:at])))
    return [] if row.audit_scope() == row.public_id else list(dict.fromkeys(found))


def _grouped(ids: Iterable[str]) -> dict[str, list[str]]:
    by_prefix: dict[str, list[str]] = defaultdict(list)
    for public_id in ids:
        by_prefix[public_id.partition("_")[0]].append(public_id)
    return dict(by_prefix)


def _entries(ids: Collection[str], times: dict[str, datetime]) -> Iterator[SearchEntry]:
    """Entries of rows of one type."""
    kind = objects.by_prefix(next(iter(ids)))
    if kind is None or kind.search is None:
        return
    rows: Any = kind.model._base_manager
    found = rows.filter(public_id__in=ids)
    for row in found.select_related(*kind.related) if kind.related else found:
        entry = entry_of(row, times[row.public_id])
        if entry is not None:
            yield entry


def searchable() -> list[objects.ObjectType]:
    """The types of things that can be found."""
    return [kind for kind in objects.all_types() if kind.search is not None]


def reindex(*, only_missing: bool = False) -> int:
    """Write the entries of everything that is recorded, and drop those of what is not there. Returns how many were written.

    May be called while others write: each batch has a transaction of its own, in which its rows are read.
    """
    written = 0
    for kind in searchable():
        rows: Any = kind.model._base_manager
        there = SearchEntry.objects.filter(type=kind.name)
        SearchEntry.objects.filter(
            pk__in=[*there.exclude(public_id__in=rows.values("public_id")).values_list("pk", flat=True)]
        ).delete()
        wanted = rows.exclude(public_id__in=there.values("public_id")) if only_missing else rows
        pks = list(wanted.order_by("pk").values_list("pk", flat=True))
        for begin in range(0, len(pks), BATCH):
            with transaction.atomic():
                ids = list(rows.filter(pk__in=pks[begin : begin + BATCH]).values_list("public_id", flat=True))
                entries = list(_entries(ids, _times(ids))) if ids else []
                _write(entries)
            written += len(entries)
    if not only_missing:
        SearchEntry.objects.exclude(type__in=[kind.name for kind in searchable()]).delete()
    return written


def missing() -> int:
    """How many recorded things have no entry, or entries no thing: none, unless rows came in another way than by services."""
    lacking = 0
    for kind in searchable():
        rows: Any = kind.model._base_manager
        there = SearchEntry.objects.filter(type=kind.name)
        lacking += rows.exclude(public_id__in=there.values("public_id")).count()
        lacking += there.exclude(public_id__in=rows.values("public_id")).count()
    return lacking


def _times(ids: Collection[str]) -> dict[str, datetime]:
    """When each thing last changed, by the log; what it does not know is older than all."""
    found = AuditEvent.objects.filter(subject_id__in=ids).order_by("pk").values_list("subject_id", "at")
    return defaultdict(lambda: datetime(1970, 1, 1, tzinfo=UTC), dict(found))


# Finding -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found, and how well it fits. `within` is the title of what it belongs to, where that says more."""

    entry: SearchEntry
    rank: int
    within: str = ""

    @property
    def kind(self) -> objects.ObjectType | None:
        return objects.by_prefix(self.entry.public_id)

    @property
    def place(self) -> str:
        """Where the next page goes on, when this is the last of one."""
        return f"{self.rank}-{(self.entry.updated_at - _EPOCH) // timedelta(microseconds=1)}-{self.entry.pk}"


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what fits, best first; `next` is where the following page begins, or nothing."""

    hits: list[Hit]
    next: str = ""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def find(actor: Actor, query: str, *, type: str = "", scope: str = "", limit: int = PAGE, after: str = "") -> Found:
    """What the actor may see of what fits, best first. A constant number of queries, however many types and things there are.

    As many are read as a page should need, and asked for with the actor's eyes. Where too few of them may be seen, ever larger
    pieces follow: with `reach_from` that happens to nobody who is not meant to see only some of what belongs to a scope.
    """
    wanted = _Wanted(query[:LONGEST_QUERY].replace("\0", " "), type, scope)
    if not wanted.terms:
        return Found([])
    reachable, place, size = _reachable(actor), _place(after), limit * 2 + 1
    shown: list[Hit] = []
    seen: set[str] = set()
    while True:
        hits = wanted.read(reachable, size, place)
        seen |= visible_ids(actor, _ids(hits))
        shown += [hit for hit in hits if hit.entry.public_id in seen]
        if len(shown) > limit or len(hits) < size:
            break
        place, size = _place(hits[-1].place), size * GROWTH
    page = _with_owners(shown[:limit], seen)
    return Found(page, page[-1].place if len(shown) > limit else "")


def entries_with(words: Sequence[str], *, type: str) -> tuple[QuerySet[SearchEntry], list[str]]:
    """The entries of one type in which one of the words is found, and the names of the annotations that say for each word whether it is.

    Whoever may see them: rooms that ask so ask for the things themselves with their own `visible_to`.
    """
    found = [_by_terms("terms", asked(word)) for word in words]
    flags = {f"says{place}": ExpressionWrapper(said, BooleanField()) for place, said in enumerate(found)}
    return SearchEntry.objects.filter(reduce(or_, found), type=type).annotate(**flags), list(flags)


def visible_ids(actor: Actor, ids: Collection[str]) -> set[str]:
    """Which of these public ids, of whatever types, the actor may see. One query."""
    asks: list[QuerySet[Any]] = []
    for prefix, some in _grouped(ids).items():
        kind = objects.by_prefix(prefix)
        if kind is not None:
            rows: Any = kind.model._default_manager
            asks.append(rows.visible_to(actor).filter(public_id__in=some).order_by().values_list("public_id", flat=True))
    return set(asks[0].union(*asks[1:], all=True)) if asks else set()


def _ids(hits: Sequence[Hit]) -> set[str]:
    return {hit.entry.public_id for hit in hits} | {hit.entry.scope for hit in hits if hit.entry.scope}


def _reachable(actor: Actor) -> Q:
    """Where it is worth looking. Somebody from outside finds nothing that belongs to the whole house."""
    scopes = _reach[0](actor) if _reach else None
    if comes_from_outside(actor):
        return ~Q(scope="") if scopes is None else Q(scope__in=scopes) & ~Q(scope="")
    return Q() if scopes is None else Q(scope__in=["", *scopes])


def _with_owners(hits: Sequence[Hit], seen: set[str]) -> list[Hit]:
    """The hits with the titles of what they belong to, as far as that may be seen. At most one query."""
    owners = {hit.entry.scope for hit in hits if hit.entry.scope != hit.entry.public_id} & seen
    named = dict(SearchEntry.objects.filter(public_id__in=owners).values_list("public_id", "title")) if owners else {}
    return [
        Hit(hit.entry, hit.rank, "" if hit.entry.scope == hit.entry.public_id else named.get(hit.entry.scope, "")) for hit in hits
    ]


class _Wanted:
    """One question, in the ways it is put to the database: the better the fit, the sooner, and no further than a page needs."""

    def __init__(self, query: str, type: str, scope: str) -> None:
        self.text = normal(query)
        self.terms = asked(query)
        words = self.text.split()
        self.parts = words if all(len(word) >= LEAST_INFIX for word in words) else []
        self.base = SearchEntry.objects.all()
        if type:
            self.base = self.base.filter(type=type)
        if scope:
            self.base = self.base.filter(scope=scope)

    def read(self, within: Q, most: int, place: Place | None) -> list[Hit]:
        """At most so many, from a place on."""
        hits: list[Hit] = []
        for ranks, rows in self._rounds():
            if place is not None and place[0] > ranks[-1]:
                continue
            rows = rows.filter(within).annotate(rank=_rank(ranks, self.text))
            if place is not None and place[0] in ranks:
                rows = rows.filter(_after(place))
            order = ["rank"] if len(ranks) > 1 else []
            found = rows.order_by(*order, "-updated_at", "-pk").defer("terms", "title_terms")[: most - len(hits)]
            hits += [Hit(row, row.rank) for row in found]
            if len(hits) >= most:
                break
        return hits

    def _rounds(self) -> Iterator[tuple[tuple[int, ...], QuerySet[SearchEntry]]]:
        """Ranks, and the entries that have them: each entry in one round only."""
        begins = Q(title_text__startswith=self.text)
        titled = _by_terms("title_terms", self.terms)
        yield (WHOLE, BEGINNING), self.base.filter(begins)
        yield (WORDS,), self.base.filter(titled).exclude(begins)
        better = begins | titled
        if self.parts:
            inside = Q()
            for part in self.parts:
                inside &= Q(title_text__contains=part)
            yield (INSIDE,), self.base.filter(inside).exclude(better)
            better |= inside
        yield (TEXT,), self.base.filter(_by_terms("terms", self.terms)).exclude(better)


def _rank(ranks: tuple[int, ...], text: str) -> Any:
    if len(ranks) == 1:
        return Value(ranks[0], output_field=IntegerField())
    return Case(When(title_text=text, then=Value(ranks[0])), default=Value(ranks[1]), output_field=IntegerField())


def _by_terms(field: str, wanted: Sequence[str]) -> Q:
    """Entries in which every term begins one of `field`."""
    if connection.vendor == "postgresql":
        said = " & ".join(f"{_quoted(term)}:*" for term in wanted)
        return Q(_Holds(Value(said), column=VECTOR_OF[field], output_field=BooleanField()))
    condition = Q()
    for term in wanted:
        condition &= Q(**{f"{field}__contains": f" {term}"})
    return condition


class _Holds(Func):
    """A vector of terms against a query; the vectors are columns that only PostgreSQL has (`foundation.search_indexes`)."""

    template = f"{TABLE}.%(column)s @@ %(expressions)s::tsquery"


def _quoted(term: str) -> str:
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


def _place(after: str) -> Place | None:
    """Where a page goes on. What is no place of ours is the beginning."""
    parts = after.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        return None
    rank, micros, pk = map(int, parts)
    try:
        return (rank, _EPOCH + timedelta(microseconds=micros), pk) if rank <= TEXT else None
    except OverflowError:
        return None


def _after(place: Place) -> Q:
    rank, at, pk = place
    return Q(rank__gt=rank) | Q(rank=rank) & (Q(updated_at__lt=at) | Q(updated_at=at, pk__lt=pk))
