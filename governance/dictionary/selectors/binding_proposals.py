"""Which elements columns may hold: what a person is shown before they bind, and decides about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from governance.dictionary import naming
from governance.dictionary.elements import Alias as AliasValue
from governance.dictionary.models import Alias, Binding, DataElement, Dictionary, ElementVersion
from governance.dictionary.naming import Candidate, Index, Known
from governance.dictionary.selectors.exchange import stamp

MOST_COLUMNS = 500  # of one question


@dataclass(frozen=True, slots=True)
class Offer:
    """An element that a column may hold, and why. `how` as in `naming.Proposal`."""

    element: DataElement
    how: str
    score: float
    reasons: tuple[str, ...]
    definition: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A column with what it may hold; `bound` is what the team says of it already."""

    column: Candidate
    offers: tuple[Offer, ...]
    bound: Binding | None = None


def proposed(dictionary: Dictionary, columns: Sequence[Candidate], *, team: str = "", limit: int = 5) -> list[Offered]:
    """For each column the likeliest elements of a dictionary. A handful of queries, however many columns."""
    found = naming.propose_many(columns, _index(dictionary.pk, stamp()), limit)
    keys = {item.key for items in found for item in items}
    elements = {
        row.key: row
        for row in DataElement.objects.filter(dictionary=dictionary, key__in=keys).select_related("dictionary").with_versions()
    }
    bound = _bound(columns, team)
    return [
        Offered(
            column,
            tuple(
                Offer(
                    elements[item.key],
                    item.how,
                    item.score,
                    tuple(reason_told(reason) for reason in item.reasons),
                    _definition(elements[item.key]),
                )
                for item in items
                if item.key in elements
            ),
            bound.get((column.table, column.name)),
        )
        for column, items in zip(columns, found, strict=True)
    ]


def reason_told(reason: naming.Reason) -> str:
    """Why, in the language of the page."""
    return _(naming.MESSAGES[reason.code]) % reason.params


def _definition(element: DataElement) -> str:
    rows: list[ElementVersion] = element.in_force or element.newest  # type: ignore[attr-defined] # prefetched
    return rows[0].definition if rows else ""


@lru_cache(maxsize=4)
def _index(dictionary: int, newest_event: str) -> Index:
    """The index over a dictionary as it was at this event: kept, as building it takes longer than asking it."""
    return Index(_known(dictionary))


def _known(dictionary: int) -> Iterable[Known]:
    aliases: dict[int, list[AliasValue]] = {}
    for pk, term, team, locale in (
        Alias.objects.live().filter(dictionary=dictionary).values_list("element", "term", "team__slug", "locale")
    ):
        aliases.setdefault(pk, []).append(AliasValue(term=term, team=team or "", locale=locale))
    rows = ElementVersion.objects.filter(element__dictionary=dictionary, element__retired_at=None)
    newest = {pk: row for pk, *row in rows.newest().values_list("element", "element__key", "said")}
    in_force = {pk: row for pk, *row in rows.in_force().values_list("element", "element__key", "said")}
    for pk, (key, said) in {**newest, **in_force}.items():
        texts = said.get("texts", [])
        names = dict.fromkeys(name for name in (said.get("name", ""), *(text.get("name", "") for text in texts)) if name)
        yield Known(
            key=str(key),
            names=tuple(names),
            aliases=tuple(sorted(aliases.get(pk, ()))),
            logical_type=said.get("logical_type", ""),
            unit=said.get("unit", ""),
            timezone=said.get("timezone", ""),
            definition_words=naming.definition_words(said.get("definition", ""), *(text.get("definition", "") for text in texts)),
        )


def _bound(columns: Sequence[Candidate], team: str) -> dict[tuple[str, str], Binding]:
    if not team:
        return {}
    rows = Binding.objects.live().filling().filter(team__slug=team, dataset__name__in={column.table for column in columns})
    rows = rows.filter(column__in={column.name for column in columns}).select_related("dataset", "element__dictionary")
    return {(row.dataset.name, row.column): row for row in rows}
