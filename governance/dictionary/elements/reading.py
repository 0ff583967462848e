"""From plain values to an element, with everything that is wrong with them. Pure.

The plain values are those of `writing.as_mapping`: what the API takes, what forms give, what a file in our own form holds. Other
formats make an `Element` themselves and send it through here once, so that whatever comes in keeps the same rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from governance.dictionary.elements.bounds import bound_problems
from governance.dictionary.elements.model import (
    CARDINALITIES,
    GRANULARITIES,
    LOGICAL_TYPES,
    NULL_POLICIES,
    SEMANTIC_TYPES,
    SENSITIVITIES,
    Alias,
    Domain,
    Element,
    Formula,
    NullMeaning,
    PermissibleValue,
    Reference,
    Text,
)
from governance.dictionary.elements.plain import LOCALE, LONGEST, REFERENCE, Plain, under
from governance.dictionary.elements.problems import Problem
from governance.dictionary.elements.units import is_time_zone, likely_unit, unit_known

KEY = re.compile(r"[a-z][a-z0-9_]*(?:[.-][a-z0-9_]+)*")


def read_element(said: Any, path: str = "") -> tuple[Element | None, list[Problem]]:
    """The element that plain values describe, and what is wrong with them in the order of its fields.

    None where an error keeps it from being used; then nothing of it is. Warnings come with the element.
    """
    reader = _Reader()
    element = reader.element(said, path)
    return (None if any(item.level == "error" for item in reader.problems) else element), reader.problems


class _Reader(Plain):
    """Reads on after a problem, so that all are told at once."""

    def element(self, said: Any, path: str) -> Element:
        given = self._map(said, path, Element)
        at = under(path)
        self._needed(given, path, "key", "logical_type")
        key = self._text(given, at, "key")
        if key and not (KEY.fullmatch(key) and len(key) <= LONGEST["key"]):
            self._say(at("key"), "bad_key", value=key[:60], limit=LONGEST["key"])
        logical = self._one_of(given, at, "logical_type", LOGICAL_TYPES) or "string"
        unit = self._text(given, at, "unit")
        zone = self._text(given, at, "timezone")
        if zone and not is_time_zone(zone):
            self._say(at("timezone"), "bad_zone", value=zone[:60])
        if unit and not unit_known(unit):
            self._unknown_unit(at("unit"), unit)
        element = Element(
            key=key,
            name=self._text(given, at, "name"),
            definition=self._text(given, at, "definition"),
            logical_type=logical,
            format=self._text(given, at, "format"),
            semantic_type=self._one_of(given, at, "semantic_type", SEMANTIC_TYPES),
            unit=unit,
            timezone=zone,
            granularity=self._one_of(given, at, "granularity", GRANULARITIES),
            null_policy=self._one_of(given, at, "null_policy", NULL_POLICIES),
            null_meanings=self._null_meanings(given, at("null_meanings")),
            domain=self._domain(given.get("domain"), at("domain"), logical),
            is_key=self._truth(given, at, "is_key"),
            unique=self._truth(given, at, "unique"),
            references=self._reference(given.get("references"), at("references"), key),
            sensitivity=self._one_of(given, at, "sensitivity", SENSITIVITIES),
            examples=self._texts_of(given, at, "examples", "example", clean=False),
            formula=self._formula(given.get("formula"), at("formula"), key),
            effective_from=self._date(given, at, "effective_from"),
            effective_until=self._date(given, at, "effective_until"),
            replaces=self._named(given, at, "replaces"),
            tags=self._texts_of(given, at, "tags", "tag"),
            texts=self._texts(given, at("texts")),
            aliases=self._aliases(given, at("aliases")),
            extra=self._extra(given, at("extra")),
        )
        self._together(element, at)
        return element

    # What belongs together ------------------------------------------------------------------------------------------------

    def _together(self, element: Element, at: Callable[[str], str]) -> None:
        self._in_order(element.effective_from, element.effective_until, at("effective_until"))
        tokens = [item.token for item in element.null_meanings]
        if element.null_policy == "never" and tokens:
            self._say(at("null_policy"), "null_never_with_tokens", "warning", value=", ".join(map(repr, tokens[:5])))
        codes = {item.code for item in element.domain.values}
        for number, example in enumerate(element.examples):
            if codes and example not in codes and example not in tokens:
                self._say(at(f"examples[{number}]"), "example_not_permitted", "warning", value=example[:60])

    def _unknown_unit(self, path: str, unit: str) -> None:
        if like := likely_unit(unit):
            self._say(path, "unknown_unit_like", "warning", value=unit[:60], like=like)
        else:
            self._say(path, "unknown_unit", "warning", value=unit[:60])

    # Parts ----------------------------------------------------------------------------------------------------------------

    def _domain(self, said: Any, path: str, logical: str) -> Domain:
        if said is None:
            return Domain()
        given, at = self._map(said, path, Domain), under(path)
        pattern = self._text(given, at, "pattern", clean=False)
        if pattern:
            self._pattern(pattern, at("pattern"))
        low, high = self._bound(given, at, "minimum", logical), self._bound(given, at, "maximum", logical)
        for problem in bound_problems(low, high, logical):
            self._say(at("minimum"), problem, low=low, high=high)
        least, most = self._count(given, at, "min_length"), self._count(given, at, "max_length")
        if least is not None and most is not None and least > most:
            self._say(at("min_length"), "bounds_crossed", low=least, high=most)
        digits, behind = self._count(given, at, "precision"), self._count(given, at, "scale")
        if digits is not None and behind is not None and behind > digits:
            self._say(at("scale"), "bounds_crossed", low=behind, high=digits)
        return Domain(
            values=self._values(given, at("values")),
            pattern=pattern,
            minimum=low,
            maximum=high,
            exclusive_minimum=self._truth(given, at, "exclusive_minimum"),
            exclusive_maximum=self._truth(given, at, "exclusive_maximum"),
            min_length=least,
            max_length=most,
            precision=digits,
            scale=behind,
            multiple_of=self._number(given, at, "multiple_of"),
        )

    def _values(self, given: Mapping[str, Any], path: str) -> tuple[PermissibleValue, ...]:
        found: dict[str, PermissibleValue] = {}
        for number, said in enumerate(self._list(given.get("values"), path, "values")):
            here = f"{path}[{number}]"
            item, at = self._map(said, here, PermissibleValue), under(here)
            if "code" not in item:
                self._needed(item, here, "code")
                continue
            code = self._text(item, at, "code", clean=False)
            if code in found:
                self._say(at("code"), "twice", value=code[:60])
            value = PermissibleValue(
                code=code,
                meaning=self._text(item, at, "meaning"),
                labels=self._pairs(item.get("labels"), at("labels"), "labels", "label", LOCALE),
                valid_from=self._date(item, at, "valid_from"),
                valid_until=self._date(item, at, "valid_until"),
            )
            self._in_order(value.valid_from, value.valid_until, at("valid_until"))
            found[code] = value
        return tuple(found.values())

    def _null_meanings(self, given: Mapping[str, Any], path: str) -> tuple[NullMeaning, ...]:
        pairs = self._pairs(given.get("null_meanings"), path, "null_meanings", "meaning", None)
        for token, _meaning in pairs:
            self._plain_text(token, f"{path}.{token[:20]}", "token")
        return tuple(NullMeaning(token, meaning) for token, meaning in pairs)

    def _reference(self, said: Any, path: str, key: str) -> Reference | None:
        if said is None:
            return None
        given, at = self._map(said, path, Reference), under(path)
        self._needed(given, path, "element")
        element = self._named(given, at, "element")
        if element and element == key:
            self._say(at("element"), "refers_to_itself")
        return Reference(
            element=element,
            cardinality=self._one_of(given, at, "cardinality", CARDINALITIES) or "many_to_one",
            required=self._truth(given, at, "required"),
        )

    def _formula(self, said: Any, path: str, key: str) -> Formula | None:
        if said is None:
            return None
        given, at = self._map(said, path, Formula), under(path)
        self._needed(given, path, "expression")
        sources = self._texts_of(given, at, "sources", "key")
        for number, source in enumerate(sources):
            if not REFERENCE.fullmatch(source):
                self._say(at(f"sources[{number}]"), "bad_reference", value=source[:60])
            elif source == key:
                self._say(at(f"sources[{number}]"), "refers_to_itself")
        return Formula(
            expression=self._text(given, at, "expression"), language=self._text(given, at, "language"), sources=sources
        )

    def _texts(self, given: Mapping[str, Any], path: str) -> tuple[Text, ...]:
        found: dict[str, Text] = {}
        for number, said in enumerate(self._list(given.get("texts"), path, "texts")):
            here = f"{path}[{number}]"
            item, at = self._map(said, here, Text), under(here)
            self._needed(item, here, "locale")
            locale = self._locale(item, at)
            if locale in found:
                self._say(at("locale"), "twice", value=locale)
            found[locale] = Text(locale=locale, name=self._text(item, at, "name"), definition=self._text(item, at, "definition"))
        return tuple(sorted(found.values()))

    def _aliases(self, given: Mapping[str, Any], path: str) -> tuple[Alias, ...]:
        found = set()
        for number, said in enumerate(self._list(given.get("aliases"), path, "aliases")):
            here = f"{path}[{number}]"
            item, at = self._map(said, here, Alias), under(here)
            self._needed(item, here, "term")
            found.add(
                Alias(
                    term=self._text(item, at, "term"),
                    team=self._text(item, at, "team"),
                    locale=self._locale(item, at),
                    source=self._text(item, at, "source"),
                )
            )
        return tuple(sorted(found))

    def _extra(self, given: Mapping[str, Any], path: str) -> Mapping[str, Any]:
        said = given.get("extra")
        if said is None:
            return {}
        if not isinstance(said, Mapping):
            self._say(path, "wrong_type", expected="a map")
            return {}
        return dict(said)
