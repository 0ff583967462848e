"""Which elements a column may hold: looked up by key, name and alias, then by the words they share. Pure.

Built once over a dictionary, asked often. What shares no rare word with a column is never compared with it, so a question
costs what the words are shared by, and not the dictionary's size.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from heapq import nlargest

from governance.dictionary.naming.certain import Names
from governance.dictionary.naming.columns import Sought, Table, sought, table_of
from governance.dictionary.naming.known import Entry, apart, entry
from governance.dictionary.naming.model import Candidate, Known, Proposal
from governance.dictionary.naming.rarity import Words, counted
from governance.dictionary.naming.scoring import LEAST, Scoring
from governance.dictionary.naming.vocabulary import LITTLE

COMMON = 1500  # a word that more elements have only weighs among those that another word found
DEFINING = 400  # a word that more definitions have finds nobody
COMPARED = 48  # elements that are compared in full with one column
FALLBACK = 200  # elements taken where every word is common


class Index:
    """The elements of one or several dictionaries. Keys are unique in it; of two with the same key the later one counts."""

    def __init__(self, known: Iterable[Known]) -> None:
        by_key = {item.key: item for item in known}
        entries = [entry(by_key[key]) for key in sorted(by_key)]
        self._words = Words(counted(item.found_by for item in entries), len(entries))
        self._entries = [apart(item, self._words) for item in entries]
        self._having: dict[str, set[int]] = defaultdict(set)
        self._defining: dict[str, set[int]] = defaultdict(set)
        for at, item in enumerate(self._entries):
            for word in item.found_by:
                self._having[word].add(at)
            for word in item.known.definition_words:
                self._defining[word].add(at)
        self._names = Names(self._entries)
        self._scoring = Scoring(self._words)

    def __len__(self) -> int:
        return len(self._entries)

    def propose(self, column: Candidate, limit: int = 5) -> tuple[Proposal, ...]:
        """The elements that the column may hold, the likeliest first, at most `limit`; equal ones in the order of their keys.

        What bears the name or an alias comes in before what is only similar, whatever their scores.
        """
        return self._propose(column, table_of(column.table, column.team), limit)

    def propose_in(self, columns: Iterable[Candidate], limit: int = 5) -> Iterator[tuple[Proposal, ...]]:
        """`propose` for each column; a table's name is cut up once."""
        tables: dict[tuple[str, str], Table] = {}
        for column in columns:
            place = (column.table, column.team)
            if place not in tables:
                tables[place] = table_of(*place)
            yield self._propose(column, tables[place], limit)

    def _propose(self, column: Candidate, table: Table, limit: int) -> tuple[Proposal, ...]:
        asked = sought(column, table)
        if not asked.forms or limit < 1:
            return ()
        found = {item.key: item for item in self._names.certain(asked)}
        wanted = self._wanted(asked)
        bearing = self._names.bearing(asked)
        similar = [
            self._scoring.similar(asked, item, wanted, bearing)
            for item in self._candidates(asked, wanted)
            if item.known.key not in found
        ]
        sure = sorted(found.values(), key=_rank)[:limit]
        rest = sorted((item for item in similar if item.score >= LEAST), key=_rank)[: limit - len(sure)]
        return tuple(sorted((*sure, *rest), key=_rank))

    def _wanted(self, asked: Sought) -> tuple[str, ...]:
        """The words of the column, with those apart that are written as one."""
        found = tuple(dict.fromkeys(part for word in asked.words for part in self._words.split(word)))
        return tuple(word for word in found if word not in LITTLE) or found

    def _candidates(self, asked: Sought, wanted: tuple[str, ...]) -> list[Entry]:
        """The elements worth comparing: those that share most of what is rare."""
        votes: dict[int, float] = defaultdict(float)
        near = [(word, credit) for own in wanted for word, credit in self._words.near(own)]
        near.sort(key=lambda pair: (len(self._having.get(pair[0], ())), pair))
        common: list[tuple[set[int], float]] = []
        for word, credit in near:
            having = self._having.get(word, set())
            weight = credit * self._words.worth(word)
            if len(having) > COMMON:
                common.append((having, weight))
                continue
            for at in having:
                votes[at] += weight
        spoken = set().union(*(self._having.get(word, set()) for word in asked.table.words))
        for word in sorted(asked.description | set(wanted)):
            if len(defining := self._defining.get(word, ())) <= DEFINING:
                for at in defining:
                    votes[at] += 0.2 * self._words.worth(word)
        for having, _weight in common:
            if len(votes) < FALLBACK:
                here = having & spoken
                votes.update({at: votes.get(at, 0.0) for at in sorted(here or having)[:FALLBACK]})
        for having, weight in common:
            for at in votes.keys() & having if len(votes) < len(having) else having & votes.keys():
                votes[at] += weight
        for at in spoken & votes.keys():
            votes[at] += 0.25
        return [self._entries[-at] for _votes, at in nlargest(COMPARED, ((votes[at], -at) for at in votes))]


def propose_many(columns: Iterable[Candidate], index: Index, limit: int = 5) -> list[tuple[Proposal, ...]]:
    """What each column may hold, in the order of the columns."""
    return list(index.propose_in(columns, limit))


def _rank(item: Proposal) -> tuple[float, str]:
    return -item.score, item.key
