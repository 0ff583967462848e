"""The words of a whole dictionary: how rare each is, and which of them a strange word probably means. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import log

from governance.dictionary.naming.terms import grams, meant
from governance.dictionary.naming.vocabulary import ABBREVIATIONS, GENERIC, GROUPS, one_of

GROUP, PREFIX, SPELLING = 0.55, 0.7, 0.75  # credit for a word that is only near
LEAST_SPELLING = 0.5  # of Dice's coefficient over grams
MOST_PIECES = 4
LONGEST_SPLIT = 40
MOST_HELD = 100_000  # answers that are kept, so that hostile names cannot fill the memory
MOST_NEAR = 8  # words that one word may mean

Near = tuple[tuple[str, float], ...]


class Words:
    """Words of elements with the number of elements that have each. Built once."""

    def __init__(self, counts: Mapping[str, int], total: int) -> None:
        self._counts = dict(counts)
        self._total = total
        self._worth = {word: self._reckoned(word, count) for word, count in self._counts.items()}
        self._sorted = sorted(self._counts)
        self._by_gram: dict[str, list[str]] = defaultdict(list)
        for word in self._sorted:
            for gram in grams(word):
                self._by_gram[gram].append(word)
        self._near: dict[str, Near] = {}
        self._split: dict[tuple[str, bool], tuple[str, ...]] = {}

    def worth(self, word: str) -> float:
        """1 for a word that no other element has, nearly 0 for one that all have; half of that for what says nothing alone."""
        held = self._worth.get(word)
        return self._reckoned(word, 0) if held is None else held

    def _reckoned(self, word: str, count: int) -> float:
        rare = log((self._total + 2) / (count + 1)) / log(self._total + 2)
        return max(rare * (0.5 if word in GENERIC else 1.0), 0.05)

    def split(self, word: str, *, whole: bool = True) -> tuple[str, ...]:
        """The known words that a word without separators is made of (`orderdate` → `order date`); itself where it is none.

        A rest of three letters or more may remain at one end (`dischtime` → `disch time`). A known word stays whole; without
        `whole` it is cut where all of it is made of other words.
        """
        held = self._split.get((word, whole))
        if held is None:
            held = self._cut(word, whole)
            if len(self._split) < MOST_HELD:
                self._split[word, whole] = held
        return held

    def _cut(self, word: str, whole: bool) -> tuple[str, ...]:
        fits = 5 <= len(word) <= LONGEST_SPLIT and word.isascii() and word.isalpha()
        if not fits or (whole and word in self._counts):
            return (word,)
        best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - 20), end - 1):
                before = best[start]
                if (
                    before is None
                    or len(before) == MOST_PIECES
                    or end - start == len(word)
                    or not self._is_piece(word[start:end])
                ):
                    continue
                if (held := best[end]) is None or len(before) + 1 < len(held):
                    best[end] = (*before, word[start:end])
        found = best[-1] or (self._with_rest(word) if whole else None)
        return tuple(one for piece in found for one in meant(piece)) if found else (word,)

    def _is_piece(self, piece: str) -> bool:
        if len(piece) < 3:
            return piece in _SHORT
        return piece in self._counts or piece in ABBREVIATIONS or meant(piece)[0] in self._counts

    def _with_rest(self, word: str) -> tuple[str, ...] | None:
        for size in range(len(word) - 3, 3, -1):
            if self._is_piece(word[-size:]):
                return word[:-size], word[-size:]
            if self._is_piece(word[:size]):
                return word[:size], word[size:]
        return None

    def near(self, word: str) -> Near:
        """The known words that a word means or may mean, with the credit for each, the best first."""
        held = self._near.get(word)
        if held is None:
            held = self._find(word)
            if len(self._near) < MOST_HELD:
                self._near[word] = held
        return held

    def _find(self, word: str) -> Near:
        found: dict[str, float] = {word: 1.0} if word in self._counts else {}
        for group in GROUPS:
            if word in group:
                found.update((other, GROUP) for other in group if other in self._counts and other not in found)
        if word.isascii() and word.isalpha() and len(word) >= 3:
            for other in self._begins(word):
                found.setdefault(other, PREFIX)
            if word not in self._counts and len(word) >= 5:
                for other, like in self._spelt(word):
                    found.setdefault(other, SPELLING * like)
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return tuple(ranked[:MOST_NEAR])

    def _begins(self, word: str) -> Iterable[str]:
        """Words that begin with this one, and words of three letters and more that this one begins with."""
        at = bisect_left(self._sorted, word)
        for other in self._sorted[at : at + 6]:
            if other != word and other.startswith(word) and other.isalpha():
                yield other
        for size in range(len(word) - 2, 2, -1):
            if word[:size] in self._counts:
                yield word[:size]
                return

    def _spelt(self, word: str) -> list[tuple[str, float]]:
        mine = grams(word)
        shared: dict[str, int] = defaultdict(int)
        for gram in mine:
            for other in self._by_gram.get(gram, ()):
                shared[other] += 1
        ranked = sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:20]
        likes = [(other, 2 * count / (len(mine) + len(grams(other)))) for other, count in ranked]
        return sorted((pair for pair in likes if pair[1] >= LEAST_SPELLING), key=lambda pair: (-pair[1], pair[0]))[:3]


_SHORT = one_of("id nr no dt cd tm ts sk of by to at")


def counted(groups: Iterable[Iterable[str]]) -> dict[str, int]:
    """In how many of the groups each word stands."""
    counts: dict[str, int] = defaultdict(int)
    for group in groups:
        for word in group:
            counts[word] += 1
    return dict(counts)
