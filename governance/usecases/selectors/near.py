"""Use cases that are like one that somebody is about to open: found by shared words, compared as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Max, QuerySet

from foundation.actor import Actor
from governance.people.selectors import scopes_seen_by
from governance.usecases.likeness import Described, described, found_by, likeness, rarity
from governance.usecases.models import Definition, LikenessWord, UseCase

COMMON = 200  # use cases with a word, from which on it finds nobody: that bounds the work whatever is in the register
COMPARED = 60  # use cases that are compared as a whole
WHY = 6  # words that are shown for each part


@dataclass(frozen=True, slots=True)
class Near:
    """One that is near: how much (0 to 1), and the words both have, by part."""

    use_case: UseCase
    score: float
    why: Mapping[str, tuple[str, ...]]

    @property
    def words(self) -> list[str]:
        """The shared words of all parts, each once."""
        return list(dict.fromkeys(word for words in self.why.values() for word in words))[:WHY]


def near(
    actor: Actor,
    *,
    title: str,
    business_problem: str = "",
    ml_problem: str = "",
    data_sources: Iterable[Any] = (),
    consumers: Iterable[Any] = (),
    limit: int = 5,
    but: UseCase | None = None,
) -> list[Near]:
    """Use cases the actor may see that are like this one, the nearest first. At most seven queries, however many there are.

    Data sources and consumers are names, or maps with a `name`. `but` is left out: the one that is being described.
    """
    data, served = _names(data_sources), _names(consumers)
    wanted = found_by(title, business_problem, ml_problem, *data, *served)
    if not wanted:
        return []
    having = _having(actor, wanted, but)
    votes: dict[int, float] = defaultdict(float)
    worth = rarity({word: len(pks) for word, pks in having.items()}, COMMON * 10)
    for word, pks in having.items():
        if len(pks) <= COMMON:
            for pk in pks:
                votes[pk] += worth[word]
    best = sorted(votes, key=lambda pk: (-votes[pk], -pk))[:COMPARED]
    mine = described(title, problems=[business_problem, ml_problem], data=data, consumers=served)
    found = [
        Near(use_case, told.score, told.shared)
        for use_case, theirs in _described(best)
        if (told := likeness(mine, theirs, worth)).is_near
    ]
    return sorted(found, key=lambda item: (-item.score, item.use_case.pk))[:limit]


def _names(said: Iterable[Any]) -> list[str]:
    return [str(item.get("name", "")) if isinstance(item, Mapping) else str(item) for item in said]


def _having(actor: Actor, words: Sequence[str], but: UseCase | None) -> dict[str, list[int]]:
    """Word → use cases the actor sees that have it, no more than COMMON and one of each. One query of bounded parts."""
    rows = LikenessWord.objects.exclude(use_case=but) if but is not None and but.pk else LikenessWord.objects.all()
    if scopes_seen_by(actor) is not None:
        rows = rows.filter(use_case__in=UseCase.objects.visible_to(actor))
    statements: list[str] = []
    params: list[Any] = []
    for word in words:
        part: QuerySet[Any] = rows.filter(word=word).order_by("-use_case_id").values_list("word", "use_case_id")[: COMMON + 1]
        sql, values = part.query.sql_with_params()
        statements.append(f"SELECT * FROM ({sql}) AS part{len(statements)}")  # noqa: S608 - Django's own SQL, with parameters
        params.extend(values)
    having: dict[str, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), params)
        for word, pk in cursor.fetchall():
            having[word].append(pk)
    return having


def _described(pks: Sequence[int]) -> list[tuple[UseCase, Described]]:
    """Use cases with their words, from title and newest definition. Two queries."""
    newest = Definition.objects.filter(use_case__in=pks).values("use_case").annotate(newest=Max("pk")).values("newest")
    said = {
        row.use_case_id: row
        for row in Definition.objects.filter(pk__in=newest).only(
            "public_id", "use_case_id", "business_problem", "ml_problem", "data_sources", "consumers"
        )
    }
    found = []
    for use_case in UseCase.objects.filter(pk__in=pks):
        row = said.get(use_case.pk)
        texts = [row.business_problem, row.ml_problem] if row else []
        data, served = (_names(row.data_sources), _names(row.consumers)) if row else ([], [])
        found.append((use_case, described(use_case.title, problems=texts, data=data, consumers=served)))
    return found
