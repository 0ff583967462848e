"""How like two use cases are, and why: shared words of title, problem, data and consumers. Pure.

Two people who describe the same wish use the same rare words. So a word counts by its rarity, and what is compared is the share of the
rarity that both have. Chinese, Japanese and Korean are written without spaces: pairs of their characters stand for words.
Likeness never forbids anything: it shows what is there already, before somebody builds it again.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from foundation.search_terms import normal

NEAR = 0.34  # from here on two are shown as near; tried on inventories in which the same wish stands twice
LONGEST_WORD = 32
MOST_WORDS = 48  # of one use case that are looked up
PARTS = {"title": 0.45, "problem": 0.35, "data": 0.12, "consumers": 0.08}

_CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_RUN = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+")
_IS_CJK = re.compile(f"[{_CJK}]")
# Words that say nothing about a wish, and those that every wish of this kind has.
_EMPTY_WORDS = """a an and are as at be been but by can could do does each for from had has have how if in into is it its may more most no not of
on or other our out over per should so such than that the their them then there these they this those to too under up us use used
uses using was we were what when where which who whom why will with within without would you your
ai ml model models modelling modeling machine learning artificial intelligence system systems tool tools data use-case case cases
based new also via provide provides help helps support supports"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
_EMPTY_CJK = frozenset("的了和与及在是对为将由或并其等可以我们进行通过使用利用基于一个这些")


@dataclass(frozen=True, slots=True)
class Described:
    """What is known of a use case, as words. Empty sets are what nobody said."""

    title: frozenset[str]
    problem: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()
    consumers: frozenset[str] = frozenset()

    def part(self, name: str) -> frozenset[str]:
        return frozenset(getattr(self, name))


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like (0 to 1), and the words shared, by part, the rarest first."""

    score: float
    shared: Mapping[str, tuple[str, ...]]

    @property
    def is_near(self) -> bool:
        return self.score >= NEAR


def described(title: str, *, problems: Iterable[str] = (), data: Iterable[str] = (), consumers: Iterable[str] = ()) -> Described:
    """The words of a use case by part."""
    return Described(
        title=frozenset(words(title)),
        problem=frozenset(word for text in problems for word in words(text)),
        data=frozenset(word for text in data for word in words(text)),
        consumers=frozenset(word for text in consumers for word in words(text)),
    )


def words(text: str) -> list[str]:
    """The words of a text that say something, each once, in their order."""
    found: dict[str, None] = {}
    for run in _RUN.findall(normal(text[:20_000])):
        if _IS_CJK.match(run):
            pairs = (run[at : at + 2] for at in range(max(len(run) - 1, 1)))
            found.update(dict.fromkeys(pair for pair in pairs if not _EMPTY_CJK.issuperset(pair)))
        elif len(run) > 1 and run not in _EMPTY:
            found[_stem(run)[:LONGEST_WORD]] = None
    return list(found)


def _stem(word: str) -> str:
    """Singular and plural are one word; so are most forms of a verb. Rough, and the same for both sides."""
    for ending, kept in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 4 and not (ending == "s" and word.endswith(("ss", "us", "is"))):
            return word[: len(word) - len(ending)] + kept
    return word


def found_by(title: str, *texts: str) -> list[str]:
    """The words under which a use case is kept and looked for, those of the title first, at most MOST_WORDS.

    Neighbours in the title are a word of their own, and so is the title as a whole: both are rare where each word is common.
    """
    titled = words(title)
    found = dict.fromkeys([_whole(titled)] if titled else [])
    found.update(dict.fromkeys(titled))
    found.update(dict.fromkeys(f"{one}+{other}"[:LONGEST_WORD] for one, other in pairwise(titled)))
    for text in texts:
        if len(found) >= MOST_WORDS:
            break
        found.update(dict.fromkeys(words(text)))
    return list(found)[:MOST_WORDS]


def _whole(titled: Sequence[str]) -> str:
    return "=" + hashlib.sha256(" ".join(sorted(titled)).encode()).hexdigest()[: LONGEST_WORD - 1]


def rarity(counts: Mapping[str, int], total: int) -> dict[str, float]:
    """What a word is worth that `counts` of `total` use cases have: 1 for one that nobody else has, nearly 0 for one that all have."""
    most = log(total + 2)
    return {word: log((total + 2) / (count + 1)) / most for word, count in counts.items()}


def likeness(one: Described, other: Described, worth: Mapping[str, float] | None = None) -> Likeness:
    """Compare two. A part that either of them lacks says neither yes nor no. Symmetric; 1 for two that say the same."""
    score = weight = 0.0
    shared: dict[str, tuple[str, ...]] = {}
    for name, share in PARTS.items():
        mine, theirs = one.part(name), other.part(name)
        if not mine or not theirs:
            continue
        both = mine & theirs
        weight += share
        if both:
            score += share * _share(both, mine, theirs, worth)
            shared[name] = tuple(sorted(both, key=lambda word: (-_worth(word, worth), word)))
    return Likeness(score / weight if weight else 0.0, shared)


def _share(both: frozenset[str], mine: frozenset[str], theirs: frozenset[str], worth: Mapping[str, float] | None) -> float:
    """Dice's coefficient, by worth."""

    def sum_of(group: frozenset[str]) -> float:
        return sum(_worth(word, worth) for word in sorted(group))

    return min(1.0, 2 * sum_of(both) / (sum_of(mine) + sum_of(theirs)))


def _worth(word: str, worth: Mapping[str, float] | None) -> float:
    return 1.0 if worth is None else max(worth.get(word, 1.0), 0.05)


class Titles:
    """Many titles at once, for lists of thousands: which of them is nearest to one. Built once, asked often."""

    COMMON = 200  # a word that more titles have finds nobody

    def __init__(self, titles: Mapping[str, str]) -> None:
        """`titles`: something that names each, and its title."""
        self._words = {name: frozenset(words(title)) for name, title in titles.items()}
        self._having: dict[str, list[str]] = defaultdict(list)
        self._whole: dict[frozenset[str], list[str]] = defaultdict(list)
        for name, titled in self._words.items():
            self._whole[titled].append(name)
            for word in titled:
                self._having[word].append(name)
        self._worth = rarity({word: len(having) for word, having in self._having.items()}, len(self._words))

    def near(self, title: str, *, but: str = "") -> tuple[str, Likeness] | None:
        """The nearest title that is near enough, other than the one named `but`."""
        wanted = frozenset(words(title))
        if not wanted:
            return None
        same = next((name for name in self._whole.get(wanted, ()) if name != but), None)
        if same is not None:
            return same, likeness(Described(wanted), Described(wanted), self._worth)
        votes: Counter[str] = Counter()
        for word in wanted:
            having = self._having.get(word, ())
            if len(having) <= self.COMMON:
                votes.update(having)
        del votes[but]
        best: tuple[str, Likeness] | None = None
        for name, _count in votes.most_common(8):
            found = likeness(Described(wanted), Described(self._words[name]), self._worth)
            if found.score >= CLOSE_TITLE and (best is None or found.score > best[1].score):
                best = name, found
        return best


CLOSE_TITLE = 0.7  # titles alone have to be closer, for they are short
