"""Whether somebody computes already what a new element computes, and whether two elements look like the same thing. Pure.

Scores order what people look at; they decide nothing. Elements of several dictionaries are told apart by keys
`dictionary/key`, which the caller gives to all of them, or to none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import log

from governance.dictionary.elements import Element
from governance.dictionary.naming.formulas import canonical, names_in
from governance.dictionary.naming.model import definition_words
from governance.dictionary.naming.physical import agreement
from governance.dictionary.naming.rarity import counted
from governance.dictionary.naming.reasons import Reason, listed, reason
from governance.dictionary.naming.terms import normal, tokens
from governance.dictionary.naming.vocabulary import GENERIC, LITTLE

SAME, SAME_ELSEWHERE, OTHER_FORMULA, OVERLAP = 0.97, 0.72, 0.62, 0.5
LEAST = 0.35  # what is less like is not told
NAME, DEFINITION = 0.6, 0.4  # parts of what the words say
TELLING = 0.5  # from here on names or definitions are said to be alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Another element, how like it is (0 to 1, never sure), and why."""

    key: str
    score: float
    reasons: tuple[Reason, ...] = ()


def somebody_already_computes(new: Element, others: Iterable[Element], limit: int = 10) -> tuple[Likeness, ...]:
    """Existing elements that may make the new one needless, the likest first, at most `limit`; equal ones by key.

    The same formula on the same sources comes first, then the same sources with another formula, then sources that overlap,
    and what is only called alike. The element itself (the same key) is left out.
    """
    others = [other for other in others if other.key != new.key]
    worth = _Worth(others)
    mine = _Computed.of(new)
    found = (_compared(mine, _Computed.of(other), worth) for other in others)
    told = sorted((item for item in found if item.score >= LEAST), key=lambda item: (-item.score, item.key))
    return tuple(told[:limit])


@dataclass(frozen=True, slots=True)
class _Computed:
    """An element with what it is computed of."""

    element: Element
    sources: frozenset[str]

    @classmethod
    def of(cls, element: Element) -> _Computed:
        formula = element.formula
        if formula is None:
            return cls(element, frozenset())
        return cls(element, frozenset(formula.sources) or names_in(formula.expression, formula.language))

    @property
    def formula(self) -> str:
        """In one form; empty where none is stated."""
        said = self.element.formula
        return canonical(said.expression, said.language, said.sources, self.element.logical_type) if said is not None else ""


def _compared(mine: _Computed, other: _Computed, worth: _Worth) -> Likeness:
    computed, reasons = _by_formula(mine, other)
    named, words = _by_words(mine.element, other.element, worth)
    # What is only called alike is worth a look; beside a formula the words raise what is left.
    score = computed + (1 - computed) * 0.35 * named if computed else 0.6 * named
    if mine.element.unit and other.element.unit and mine.element.unit != other.element.unit:
        words.append(reason("unit_differs", column=mine.element.unit, element=other.element.unit))
    return Likeness(key=other.element.key, score=round(min(score, 0.99), 4), reasons=(*reasons, *words))


def _by_formula(mine: _Computed, other: _Computed) -> tuple[float, list[Reason]]:
    if mine.element.formula is None or other.element.formula is None:
        return 0.0, []
    both = mine.sources & other.sources
    if not both and not (mine.formula and mine.formula == other.formula):
        return 0.0, []
    shared = reason("sources_overlap", sources=listed(sorted(both)))
    if mine.formula and mine.formula == other.formula:
        if mine.sources == other.sources:
            return SAME, [reason("same_formula")]
        return SAME_ELSEWHERE, [reason("same_formula_only"), *([shared] if both else [])]
    if mine.sources == other.sources:
        return OTHER_FORMULA, [reason("same_sources"), shared]
    return OVERLAP * len(both) / len(mine.sources | other.sources), [shared]


def _by_words(one: Element, other: Element, worth: _Worth) -> tuple[float, list[Reason]]:
    reasons: list[Reason] = []
    pairs = (worth.dice(mine, theirs) for mine in _ways(one) for theirs in _ways(other))
    named, shared = max(pairs, key=lambda found: (found[0], found[1]))
    defined, meant = worth.dice(definition_words(one.definition), definition_words(other.definition))
    if named >= TELLING:
        reasons.append(reason("similar_name", words=listed(shared)))
    if defined >= TELLING:
        reasons.append(reason("similar_definition", words=listed(meant)))
    if not one.definition or not other.definition:
        return named, reasons
    return max(NAME * named + DEFINITION * defined, 0.9 * defined), reasons


def _ways(element: Element) -> tuple[frozenset[str], ...]:
    """What the element is called, one by one: its key, and its name where there is one."""
    texts = (element.key.rsplit("/", 1)[-1], element.name)
    return tuple(found for text in texts if (found := _telling(text))) or (frozenset((element.key,)),)


def _name_words(element: Element) -> frozenset[str]:
    """The words of key and name; the key's first parts tell the object, so they belong to it."""
    found = frozenset(
        word for text in (element.key.rsplit("/", 1)[-1], element.name) for word in tokens(text) if word not in LITTLE
    )
    return found or frozenset(tokens(element.key))


class _Worth:
    """How much a word tells, by how many elements have it."""

    def __init__(self, elements: Iterable[Element] = ()) -> None:
        groups = [_name_words(element) | definition_words(element.definition) for element in elements]
        self._counts: Mapping[str, int] = counted(groups)
        self._total = len(groups)

    def of(self, word: str) -> float:
        rare = log((self._total + 2) / (self._counts.get(word, 0) + 1)) / log(self._total + 2)
        return max(rare * (0.5 if word in GENERIC else 1.0), 0.05)

    def dice(self, one: frozenset[str], other: frozenset[str]) -> tuple[float, list[str]]:
        """Dice's coefficient by worth, and the shared words, the most telling first."""
        shared = sorted(one & other, key=lambda word: (-self.of(word), word))
        total = sum(self.of(word) for word in sorted(one)) + sum(self.of(word) for word in sorted(other))
        return (2 * sum(map(self.of, shared)) / total if total else 0.0), shared


# Two elements of any kind ------------------------------------------------------------------------------------------------


def same_meaning(one: Element, other: Element) -> Likeness:
    """How far two elements look like the same thing, with the key of `other`. Symmetric but for that key.

    Names and aliases weigh most, then definitions, values, unit, reference and type. What one of them does not state says
    neither yes nor no, so two that say nearly nothing are never very like.
    """
    parts = [
        part for part in (_names(one, other), _definitions(one, other), _domains(one, other), _references(one, other)) if part
    ]
    weight = sum(part[0] for part in parts)
    score = sum(part[0] * part[1] for part in parts) / weight if weight else 0.0
    score *= min(1.0, 0.8 + 0.2 * (weight - _WEIGHTS["names"]) / _WEIGHTS["definitions"]) if weight else 0.0
    reasons = [item for part in parts for item in part[2]]
    for factor, why in (_types(one, other), _units(one, other)):
        score *= factor
        reasons.extend(why)
    return Likeness(key=other.key, score=round(min(score, 0.99), 4), reasons=tuple(reasons))


_WEIGHTS = {"names": 0.5, "definitions": 0.3, "domains": 0.25, "references": 0.15}
_Part = tuple[float, float, list[Reason]]  # weight, likeness, why
_PLAIN = _Worth()


def _names(one: Element, other: Element) -> _Part:
    mine, theirs = _called(one), _called(other)
    same = sorted(mine.keys() & theirs.keys())
    if same:
        return _WEIGHTS["names"], 1.0, [reason("same_name", name=min(mine[same[0]], theirs[same[0]]))]
    best, shared = max(
        (_PLAIN.dice(_telling(left), _telling(right)) for left in sorted(mine.values()) for right in sorted(theirs.values())),
        key=lambda found: (found[0], found[1]),
        default=(0.0, []),
    )
    return _WEIGHTS["names"], best, [reason("similar_name", words=listed(shared))] if best >= TELLING else []


def _called(element: Element) -> dict[str, str]:
    """What the element is called, by normal form: key, names and aliases, but for what says nothing alone."""
    key = element.key.rsplit("/", 1)[-1]
    texts = (key, element.name, *(text.name for text in element.texts), *(alias.term for alias in element.aliases))
    called: dict[str, str] = {}
    for text in sorted(texts[:40]):
        if (form := normal(text)) and not GENERIC.issuperset(tokens(text)):
            called.setdefault(form, text)
    return called


def _telling(text: str) -> frozenset[str]:
    return frozenset(word for word in tokens(text) if word not in LITTLE)


def _definitions(one: Element, other: Element) -> _Part | None:
    mine, theirs = definition_words(one.definition), definition_words(other.definition)
    if not mine or not theirs:
        return None
    like, shared = _PLAIN.dice(mine, theirs)
    return _WEIGHTS["definitions"], like, [reason("similar_definition", words=listed(shared))] if like >= TELLING else []


def _domains(one: Element, other: Element) -> _Part | None:
    mine = frozenset(value.code.casefold() for value in one.domain.values)
    theirs = frozenset(value.code.casefold() for value in other.domain.values)
    if mine and theirs:
        both = mine & theirs
        why = reason("same_values", count=len(both)) if both else reason("values_differ")
        return _WEIGHTS["domains"], len(both) / len(mine | theirs), [why]
    rules = [replace(element.domain, values=()) for element in (one, other)]
    if rules[0] == rules[1] and rules[0] != replace(Element(key="a").domain, values=()):
        return _WEIGHTS["domains"], 1.0, [reason("same_domain")]
    return None


def _references(one: Element, other: Element) -> _Part | None:
    if one.references is None or other.references is None:
        return None
    same = one.references.element == other.references.element
    return _WEIGHTS["references"], float(same), [reason("same_reference", element=one.references.element)] if same else []


def _types(one: Element, other: Element) -> tuple[float, list[Reason]]:
    agreed = agreement(one.logical_type, other.logical_type)
    if agreed != "differs":
        return (1.0 if agreed == "same" else 0.95), []
    kinds = sorted((one.logical_type, other.logical_type))
    return 0.75, [reason("type_differs", column=kinds[0], element=kinds[1])]


def _units(one: Element, other: Element) -> tuple[float, list[Reason]]:
    if not one.unit or not other.unit:
        return 1.0, []
    if one.unit == other.unit:
        return 1.0, [reason("same_unit", unit=one.unit)]
    units = sorted((one.unit, other.unit))
    return 0.8, [reason("unit_differs", column=units[0], element=units[1])]
