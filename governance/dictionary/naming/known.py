"""An element as it is compared: its key, names and aliases cut into words once. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from governance.dictionary.naming.model import Known
from governance.dictionary.naming.rarity import Words
from governance.dictionary.naming.terms import normal, tokens, words
from governance.dictionary.naming.vocabulary import LITTLE

MOST_ALIASES = 200  # as many as an element may have


@dataclass(frozen=True, slots=True)
class Called:
    """One thing that the element is called, as words, and with those of its key before the last part."""

    text: str
    words: frozenset[str]
    whole: frozenset[str]

    @property
    def ways(self) -> tuple[frozenset[str], ...]:
        return (self.words, self.whole) if self.whole != self.words else (self.words,)


@dataclass(frozen=True, slots=True)
class Entry:
    """One element in the index. `of`: the words before the last part of its key (`customer` in `customer.signup_date`)."""

    known: Known
    local: str  # the normal form of the key's last part
    of: frozenset[str]
    owners: frozenset[str]  # tables that its key may name, as `Table.joined`
    forms: frozenset[str]  # normal forms of that last part, of names and of aliases
    called: tuple[Called, ...]
    found_by: frozenset[str]


def entry(known: Known) -> Entry:
    """Cut up an element."""
    *before, last = _parts(known.key)
    of = tuple(word for part in before for word in words(part))
    called = {last: None, **dict.fromkeys(known.names), **dict.fromkeys(alias.term for alias in known.aliases[:MOST_ALIASES])}
    cut = tuple(Called(text, said, said | _telling(of)) for text in called if (said := _telling(tokens(text))))
    owners = {"".join(of), *("".join(words(part)) for part in before[-1:])} - {""}
    return Entry(
        known=known,
        local=normal(last),
        of=_telling(of),
        owners=frozenset(owners),
        forms=frozenset(map(normal, called)) - {""},
        called=cut,
        found_by=_telling(of).union(*(item.words for item in cut)),
    )


def apart(item: Entry, rarity: Words) -> Entry:
    """The element with the words taken apart that it writes as one and others do not (`orderdate`)."""
    more: list[Called] = []
    for call in item.called:
        cut = frozenset(part for word in call.words for part in rarity.split(word, whole=False))
        if cut != call.words:
            more.append(Called(call.text, cut, cut | item.of))
    if not more:
        return item
    return replace(item, called=(*item.called, *more), found_by=item.found_by.union(*(call.words for call in more)))


def _parts(key: str) -> list[str]:
    """The parts of a key; one that begins with the dictionary's name (`crm/customer.id`) loses that."""
    return key.rsplit("/", 1)[-1].split(".")


def _telling(found: tuple[str, ...]) -> frozenset[str]:
    """The words that weigh something; all of them where none does."""
    telling = frozenset(word for word in found if word not in LITTLE)
    return telling or frozenset(found)
