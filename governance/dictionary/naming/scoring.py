"""How like a column and an element of another name are: shared words by rarity, table, definition, type. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from governance.dictionary.naming.certain import in_its_table, shares_its_name
from governance.dictionary.naming.columns import Sought
from governance.dictionary.naming.fit import fitted
from governance.dictionary.naming.known import Entry
from governance.dictionary.naming.model import Proposal
from governance.dictionary.naming.rarity import Words
from governance.dictionary.naming.reasons import Reason, listed, reason
from governance.dictionary.naming.unit_hints import Hint

LEAST = 0.1  # what is less like is not proposed
NAME, TABLE, DEFINITION = 0.68, 0.12, 0.08  # parts of the score; together below what bearing a name gives
SPOKEN_OF = 0.6  # the table is not the key's, yet the element speaks of it
GENERIC_ELSEWHERE = 0.6  # the factor where only what says nothing alone is shared, and the table says something else


class Scoring:
    """Compares columns with elements. Holds the rarity of words."""

    def __init__(self, rarity: Words) -> None:
        self._rarity = rarity
        self._weights: dict[frozenset[str], float] = {}  # of what elements are called, so it cannot grow beyond them

    def similar(self, asked: Sought, item: Entry, wanted: tuple[str, ...], bearing: int) -> Proposal:
        """The element as a proposal, with what speaks for it and against it.

        `wanted`: the words of the column; `bearing`: how many elements bear its name.
        """
        plain = _without_unit(wanted, asked.hint)
        of_table = frozenset(asked.table.words)
        place, spoken = self._place(wanted, of_table, item)
        name, shared, close = self._best(self._forms(asked, plain, wanted, place), item)
        defined = self._defined(asked, wanted, item)
        score = NAME * name + TABLE * place + DEFINITION * min(1.0, len(defined) / 3)
        if place < 0.5 and item.of and self._says_little(shared):
            score *= GENERIC_ELSEWHERE
        reasons = [
            *([reason("shared_words", words=listed(shared))] if shared else []),
            *([reason("near_words", words=listed(close))] if close else []),
            *([reason("table_decides", words=listed(spoken))] if spoken else []),
            *([reason("definition_words", words=listed(defined))] if defined else []),
            *_doubts(asked, item, bearing),
        ]
        score, fits = fitted(asked, item, score)
        return Proposal(key=item.known.key, how="similar", score=score, reasons=(*reasons, *fits))

    def _forms(self, asked: Sought, plain: tuple[str, ...], wanted: tuple[str, ...], place: float) -> list[tuple[str, ...]]:
        """The column's words as they may be taken: all, without the unit; beside an element of the same table without the words
        that the table says already (`order_date` in `orders`), and of a name that says nothing alone with them (`id` in
        `providers`).
        """
        forms = [wanted, plain]
        if place > 0.5:
            forms.append(tuple(word for word in plain if word not in asked.table.words))
            if asked.generic:
                forms.append(tuple(dict.fromkeys((*asked.table.words, *plain))))
        return [form for form in dict.fromkeys(forms) if form]

    def _best(self, forms: list[tuple[str, ...]], item: Entry) -> tuple[float, list[str], list[str]]:
        """The best likeness of the column's words to one thing that the element is called, with the shared and the near words.

        What it is called may be taken with the words of the key before its last part: `customer_id` for `customer.id`.
        """
        best: tuple[float, list[str], list[str]] = (0.0, [], [])
        for call in item.called:
            for theirs in call.ways:
                for form in forms:
                    found = self._dice(form, theirs)
                    if found[0] > best[0]:
                        best = found
        return best

    def _dice(self, mine: tuple[str, ...], theirs: frozenset[str]) -> tuple[float, list[str], list[str]]:
        """Dice's coefficient by worth, with part of the credit for near words."""
        rarity = self._rarity
        shared: list[str] = []
        close: list[str] = []
        both = total = 0.0
        met: set[str] = set()
        for word in mine:
            worth = rarity.worth(word)
            total += worth
            for other, credit in rarity.near(word):
                if other in theirs and other not in met:
                    both += credit * (worth + rarity.worth(other))
                    met.add(other)
                    (shared if credit == 1.0 else close).append(other)
                    break
        total += self._weight(theirs)
        return (both / total if total else 0.0), shared, close

    def _weight(self, theirs: frozenset[str]) -> float:
        held = self._weights.get(theirs)
        if held is None:
            held = self._weights[theirs] = sum(self._rarity.worth(word) for word in sorted(theirs))
        return held

    def _place(self, wanted: tuple[str, ...], of_table: frozenset[str], item: Entry) -> tuple[float, list[str]]:
        """How much of what stands before the last part of the key the table or the column speaks of: 0 to 1, ½ where nothing is
        said.
        """
        if not item.of or not of_table:
            return 0.5, []
        spoken = [
            word for word in sorted(item.of) if word in of_table or word in wanted or self._reaches(word, (*of_table, *wanted))
        ]
        if not spoken and (told := sorted(of_table & (item.known.definition_words | item.found_by))):
            return SPOKEN_OF, told  # `encounters`, where the definition or an alias of `visit.start` speaks of an encounter
        return len(spoken) / len(item.of), [word for word in spoken if word not in wanted]

    def _reaches(self, word: str, said: Iterable[str]) -> bool:
        return any(other == word for own in said for other, _credit in self._rarity.near(own))

    def _defined(self, asked: Sought, wanted: Iterable[str], item: Entry) -> list[str]:
        """Words of the definition that the column's name or description has."""
        return sorted((asked.description | frozenset(wanted)) & item.known.definition_words)

    def _says_little(self, shared: list[str]) -> bool:
        return all(self._rarity.worth(word) < 0.5 for word in shared)


def _doubts(asked: Sought, item: Entry, bearing: int) -> list[Reason]:
    """Why it is not the element although it bears the name."""
    if not shares_its_name(asked, item) or in_its_table(asked, item):
        return []
    doubts = [reason("name_shared", count=bearing)] if bearing > 1 else []
    if asked.generic:
        doubts.append(reason("generic_name", name=asked.column.name))
    elif item.owners:
        doubts.append(reason("other_table", words=listed(sorted(item.of))))
    return doubts


def _without_unit(wanted: tuple[str, ...], hint: Hint | None) -> tuple[str, ...]:
    """The words without the last where it tells a unit, a multiple or a time zone, so that `distance_km` finds `distance`."""
    return wanted[:-1] if hint is not None and len(wanted) > 1 else wanted
