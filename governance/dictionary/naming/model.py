"""What goes into a search for the element that a column holds, and what comes out. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from governance.dictionary.elements import Alias, Element
from governance.dictionary.naming.reasons import Reason
from governance.dictionary.naming.terms import tokens
from governance.dictionary.naming.vocabulary import LITTLE

How = Literal["exact", "alias", "alias_elsewhere", "similar"]
MOST_DEFINITION_WORDS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One element as it is looked up. `names`: its own and its translations; `definition_words` as `definition_words()` cuts
    them.
    """

    key: str
    names: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()
    logical_type: str = ""
    unit: str = ""
    timezone: str = ""
    definition_words: frozenset[str] = field(default_factory=frozenset)
    retired: bool = False

    @classmethod
    def of(cls, element: Element, *, retired: bool = False) -> Known:
        """What of an element is looked up."""
        names = dict.fromkeys(name for name in (element.name, *(text.name for text in element.texts)) if name)
        definitions = (element.definition, *(text.definition for text in element.texts))
        return cls(
            key=element.key,
            names=tuple(names),
            aliases=element.aliases,
            logical_type=element.logical_type,
            unit=element.unit,
            timezone=element.timezone,
            definition_words=definition_words(*definitions),
            retired=retired,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A column whose element is sought. `team` is the slug of the team that has it; `sample` a few of its values as texts."""

    table: str
    name: str
    physical_type: str = ""
    team: str = ""
    sample: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An element that a column may hold. Never sure, so `score` stays below 1; somebody has to say yes.

    `exact`: the column bears the element's key or name. `alias`: the column's team calls the element so. `alias_elsewhere`:
    everybody or another team does; the reasons say which. `similar`: whatever else.
    """

    key: str
    how: How
    score: float
    reasons: tuple[Reason, ...] = ()


def definition_words(*texts: str) -> frozenset[str]:
    """The words of definitions that say something, for `Known`."""
    found: dict[str, None] = {}
    for text in texts:
        for line in text[:4000].split():
            found.update(dict.fromkeys(word for word in tokens(line) if len(word) > 1 and word not in LITTLE))
            if len(found) >= MOST_DEFINITION_WORDS:
                break
    return frozenset(list(found)[:MOST_DEFINITION_WORDS])
