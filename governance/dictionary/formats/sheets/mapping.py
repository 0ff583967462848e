"""Which heading says what: a guess with its reason, and what a person made of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from governance.dictionary.formats.sheets.headings import BY_CALLED, BY_NAME, FIELDS, Preset, plain, preset_of, without_brackets
from governance.dictionary.formats.sheets.layout import BY_HEADING, is_own, is_rest

ENOUGH = 0.88  # how much of a name has to fit
SHORTEST = 5  # letters of a name that may be misspelt: `nme` is none
# Where a sheet has no definition of its own, these fields' weaker names give it.
WEAK_NAMES = frozenset(
    map(plain, ("label", "field label", "variable label", "column label", "标签", "libellé", "bezeichnung", "名称"))
)


@dataclass(frozen=True, slots=True)
class Guess:
    """What a heading probably says: the field, or an empty text where it is only kept. `confidence` from 0 to 1.

    `reason`: own | preset | name | brackets | spelling | taken | unknown.
    """

    heading: str
    field: str
    confidence: float
    reason: str


def guess(headings: Sequence[str]) -> tuple[Guess, ...]:
    """One guess for each heading, in their order. Each field is given to one heading: the likeliest, then the first."""
    if is_own(headings):
        return tuple(_own(heading) for heading in headings)
    if preset := preset_of(tuple(headings)):
        return _by_preset(headings, preset)
    offers = [_offer(heading) for heading in headings]
    order = sorted(range(len(offers)), key=lambda at: (min(offers[at][1], 30) / 100 - offers[at][0].confidence, at))
    taken: set[str] = set()
    found = [offer for offer, _rank in offers]
    for at in order:
        offer = found[at]
        if not offer.field:
            continue
        if offer.field in taken:
            found[at] = Guess(offer.heading, "", offer.confidence, "taken")
        taken.add(offer.field)
    return tuple(_without_gaps(found, taken))


def chosen(
    headings: Sequence[str], mapping: Mapping[str, str]
) -> tuple[dict[int, str], list[tuple[int, str]], list[tuple[str, str, str]]]:
    """What a person decided: field by place of the heading; headings whose field is given already, by place; and mistakes.

    A mistake is (code, heading, field). Headings are compared without case and spaces around; one that is not in the mapping is kept.
    """
    wanted = {" ".join(heading.split()).casefold(): (heading, name) for heading, name in mapping.items()}
    fields: dict[int, str] = {}
    twice: list[tuple[int, str]] = []
    for at, heading in enumerate(headings):
        _said, name = wanted.get(heading.casefold(), ("", ""))
        if name not in TARGETS:
            continue
        if name in fields.values():
            twice.append((at, name))
        else:
            fields[at] = name
    present = {heading.casefold() for heading in headings}
    mistakes = [("no_such_heading", heading, name) for folded, (heading, name) in wanted.items() if folded not in present]
    mistakes += [("no_such_field", heading, name) for heading, name in wanted.values() if name and name not in TARGETS]
    return fields, twice, mistakes


def recognised(headings: Sequence[str]) -> int:
    """How many of these cells are names that headings have; for finding the row of headings."""
    return sum(1 for heading in headings if heading and (plain(heading) in _known() or without_brackets(heading) in BY_CALLED))


TARGETS = frozenset(item.name for item in FIELDS) | {"exclusive_bound_low", "exclusive_bound_high"}


def _own(heading: str) -> Guess:
    if is_rest(heading):
        return Guess(heading, "rest", 1.0, "own")
    return Guess(heading, BY_HEADING.get(heading, ""), 1.0, "own")


def _by_preset(headings: Sequence[str], preset: Preset) -> tuple[Guess, ...]:
    found = []
    taken: set[str] = set()
    for heading in headings:
        name = preset.fields.get(plain(heading), "")
        if name in taken:
            found.append(Guess(heading, "", 1.0, "taken"))
            continue
        taken |= {name} - {""}
        found.append(Guess(heading, name, 1.0, "preset" if name else "unknown"))
    return tuple(found)


def _offer(heading: str) -> tuple[Guess, int]:
    """The best field for a heading alone, and how usual that name is for it (0 is the most usual)."""
    for words, confidence, reason in ((plain(heading), 1.0, "name"), (without_brackets(heading), 0.9, "brackets")):
        if words in BY_CALLED:
            name, rank = BY_CALLED[words]
            return Guess(heading, name, confidence, reason), rank
    words = plain(heading)
    close = get_close_matches(words, _long_names(), n=1, cutoff=ENOUGH) if SHORTEST <= len(words) <= 60 else []
    if close:
        name, rank = BY_CALLED[close[0]]
        return Guess(heading, name, 0.7, "spelling"), rank
    return Guess(heading, "", 0.0, "unknown"), 0


def _without_gaps(found: list[Guess], taken: set[str]) -> list[Guess]:
    """A label is the definition where nothing else is; a name beside the column's own is what people call it."""
    if "definition" not in taken:
        for at, offer in enumerate(found):
            if offer.field == "name" and plain(offer.heading) in WEAK_NAMES:
                found[at] = Guess(offer.heading, "definition", 0.8, offer.reason)
                break
    if "name" not in {offer.field for offer in found}:
        for at, offer in enumerate(found):
            if offer.reason == "taken" and plain(offer.heading) in ("name", "nom"):
                found[at] = Guess(offer.heading, "name", 0.6, "name")
                break
    return found


@lru_cache(maxsize=1)
def _long_names() -> tuple[str, ...]:
    return tuple(name for name in BY_CALLED if len(name) >= SHORTEST)


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    from governance.dictionary.formats.sheets.headings import PRESETS

    return frozenset(BY_CALLED) | {heading for preset in PRESETS for heading in preset.fields}


def kept_only(name: str) -> bool:
    """Whether a field is recognised and has no place in an element."""
    return name in BY_NAME and BY_NAME[name].kept
