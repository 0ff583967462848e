"""What changes from one version of an element to the next. Pure.

Only what says something else is a change: letter case of types and names, white space, forms of numbers and the order of lists in which
it carries no meaning are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from governance.dictionary.compatibility.floors import floor_of
from governance.dictionary.compatibility.folding import (
    expression_form,
    name_form,
    number_form,
    one_space,
    sentence,
    zone_form,
)
from governance.dictionary.compatibility.kinds import KINDS
from governance.dictionary.compatibility.limits import bound_kind, digits_kind, length_kind, multiple_kind
from governance.dictionary.compatibility.logical import type_changes
from governance.dictionary.compatibility.model import Change, strongest
from governance.dictionary.compatibility.patterns import pattern_answer
from governance.dictionary.compatibility.permissible import Found, value_changes
from governance.dictionary.elements import SENSITIVITIES, Alias, Element, Formula, Text

PATTERN_KINDS = {
    "narrowed": "narrowed", "widened": "widened", "shifted": "shifted", "undetermined": "pattern_undetermined",
}  # fmt: skip
SUMMARY = ("key", "name", "definition", "logical_type", "format", "unit", "null_policy")  # what is told of an element as a whole


def compare(before: Element | None, after: Element | None, *, meaning_changed: bool) -> tuple[Change, ...]:
    """What changes, in the order of the fields of an element; nothing where both say the same.

    None stands for an element that is not there. `meaning_changed`: what the proposer answered; it makes a change of words one of
    meaning, also where no text that is compared here differs.
    """
    if before is None or after is None:
        return added_or_removed(before, after)
    return differences(before, after, meaning_changed=meaning_changed, renamed={})


def added_or_removed(before: Element | None, after: Element | None) -> tuple[Change, ...]:
    if after is not None:
        return (_change("element_added", "", None, _summary(after), after.key),)
    if before is not None:
        return (_change("element_removed", "", _summary(before), None, before.key),)
    return ()


def _summary(element: Element) -> dict[str, Any]:
    return {name: said for name in SUMMARY if (said := getattr(element, name))}


def differences(before: Element, after: Element, *, meaning_changed: bool, renamed: Mapping[str, str]) -> tuple[Change, ...]:
    """As `compare`. `renamed`: old keys to new ones, of elements that are only called otherwise."""
    if before == after:
        return ()
    found = list(_found(before, after, meaning_changed=meaning_changed, renamed=renamed))
    if meaning_changed and not any(KINDS[kind].direction == "meaning" and old != "" for kind, _, old, _ in found):
        found.append(("meaning", "definition", before.definition, after.definition))
    return tuple(_change(*item, after.key) for item in found)


def _change(kind: str, path: str, before: Any, after: Any, element: str) -> Change:
    row = KINDS[kind]
    bump = row.bump if row.bump == "major" else strongest((row.bump, floor_of(kind, path, before, after)))
    return Change(path, kind, row.direction, before, after, bump, element)


def _found(before: Element, after: Element, *, meaning_changed: bool, renamed: Mapping[str, str]) -> Iterator[Found]:
    if before.key != after.key:
        yield "key_renamed" if keeps_name(after, before.key) else "key_replaced", "key", before.key, after.key
        before, after = _without_the_rename(before, after)
    if before.name != after.name and sentence(before.name) != sentence(after.name):
        yield "wording", "name", before.name, after.name
    if before.definition != after.definition and (meaning_changed or sentence(before.definition) != sentence(after.definition)):
        yield "meaning" if meaning_changed else "wording", "definition", before.definition, after.definition
    yield from type_changes(before, after)
    yield from _meanings(before, after)
    yield from _missing(before, after)
    yield from _limits(before, after)
    yield from value_changes(before, after)
    yield from _keys(before, after, renamed)
    yield from _classification(before, after)
    yield from _formula(before.formula, after.formula, renamed)
    yield from _dates(before, after)
    yield from _lists(before, after)
    yield from _texts(before.texts, after.texts)
    yield from _aliases(before.aliases, after.aliases)
    if before.extra != after.extra:
        yield from _extra(before.extra, after.extra)


def keeps_name(element: Element, key: str) -> bool:
    return any(name_form(alias.term) == name_form(key) for alias in element.aliases)


def _without_the_rename(before: Element, after: Element) -> tuple[Element, Element]:
    """That it takes the place of the old key, which is an alias now, is the rename itself and told once."""
    known = {name_form(alias.term) for alias in before.aliases}
    left = tuple(
        alias for alias in after.aliases if name_form(alias.term) != name_form(before.key) or name_form(alias.term) in known
    )
    replaces = before.replaces if after.replaces == before.key else after.replaces
    return before, replace(after, aliases=left, replaces=replaces)


# Parts --------------------------------------------------------------------------------------------------------------------


def _meanings(before: Element, after: Element) -> Iterator[Found]:
    if before.semantic_type != after.semantic_type and name_form(before.semantic_type) != name_form(after.semantic_type):
        yield "semantic_type", "semantic_type", before.semantic_type, after.semantic_type
    if before.unit.strip() != after.unit.strip():  # UCUM tells mm from Mm
        yield "unit", "unit", before.unit, after.unit
    if before.timezone != after.timezone and zone_form(before.timezone) != zone_form(after.timezone):
        yield "time_zone", "timezone", before.timezone, after.timezone
    if before.granularity != after.granularity and name_form(before.granularity) != name_form(after.granularity):
        yield "granularity", "granularity", before.granularity, after.granularity


def _missing(before: Element, after: Element) -> Iterator[Found]:
    if before.null_policy != after.null_policy:
        kinds = {(False, True): "required", (True, False): "optional"}
        kind = kinds.get((before.null_policy == "never", after.null_policy == "never"), "null_policy")
        yield kind, "null_policy", before.null_policy, after.null_policy
    if before.null_meanings == after.null_meanings:
        return
    old, new = ({item.token: item.meaning for item in element.null_meanings} for element in (before, after))
    for token in dict.fromkeys((*old, *new)):
        path = f"null_meanings[{token}]"
        if (token in old and token in new) or token == "":  # a cell can be empty whether that is explained or not
            if sentence(old.get(token, "")) != sentence(new.get(token, "")):
                yield "null_meaning", path, old.get(token, ""), new.get(token, "")
        elif token in new:
            yield "null_token_added", path, None, token
        else:
            yield "null_token_removed", path, token, None


def _limits(before: Element, after: Element) -> Iterator[Found]:
    old, new = before.domain, after.domain
    if old == new and before.logical_type == after.logical_type:
        return
    pattern = PATTERN_KINDS.get(pattern_answer(old.pattern, new.pattern))
    if pattern:
        yield pattern, "domain.pattern", old.pattern, new.pattern
    bounds = (
        ("minimum", ">", (old.minimum, old.exclusive_minimum), (new.minimum, new.exclusive_minimum)),
        ("maximum", "<", (old.maximum, old.exclusive_maximum), (new.maximum, new.exclusive_maximum)),
    )
    for side, sign, one, other in bounds:
        if kind := bound_kind((*one, before.logical_type), (*other, after.logical_type), "minimum" if sign == ">" else "maximum"):
            yield kind, f"domain.{side}", _bound(*one, sign), _bound(*other, sign)
    if kind := length_kind(old.min_length, new.min_length, "min"):
        yield kind, "domain.min_length", old.min_length, new.min_length
    if kind := length_kind(old.max_length, new.max_length, "max"):
        yield kind, "domain.max_length", old.max_length, new.max_length
    one_digits, other_digits = (old.precision, old.scale), (new.precision, new.scale)
    if kind := digits_kind(one_digits, other_digits):
        yield kind, "domain.precision" if old.precision != new.precision else "domain.scale", one_digits, other_digits
    if kind := multiple_kind(old.multiple_of, new.multiple_of):
        yield kind, "domain.multiple_of", old.multiple_of, new.multiple_of


def _bound(bound: str, excluded: bool, sign: str) -> str:
    return sign + bound if bound and excluded else bound


def _keys(before: Element, after: Element, renamed: Mapping[str, str]) -> Iterator[Found]:
    if before.is_key != after.is_key:
        yield "key_added" if after.is_key else "key_dropped", "is_key", before.is_key, after.is_key
    if before.unique != after.unique:
        yield "unique_added" if after.unique else "unique_dropped", "unique", before.unique, after.unique
    old, new = before.references, after.references
    if old == new:
        return
    one, other = old.element if old else "", new.element if new else ""
    if one != other:
        yield "target_renamed" if one and renamed.get(one) == other else "key_target", "references.element", one, other
    if old and new and old.cardinality != new.cardinality:
        yield "key_cardinality", "references.cardinality", old.cardinality, new.cardinality
    had, has = old is not None and old.required, new is not None and new.required
    if had != has:
        yield "reference_required" if has else "reference_optional", "references.required", had, has


def _classification(before: Element, after: Element) -> Iterator[Found]:
    """What is classified for the first time was open to anybody until now."""
    if before.sensitivity != after.sensitivity:
        raised = _rank(after.sensitivity) > _rank(before.sensitivity)
        kind = "classification_raised" if raised else "classification_lowered"
        yield kind, "sensitivity", before.sensitivity, after.sensitivity


def _rank(sensitivity: str) -> int:
    return SENSITIVITIES.index(sensitivity) if sensitivity in SENSITIVITIES else -1


def _formula(old: Formula | None, new: Formula | None, renamed: Mapping[str, str]) -> Iterator[Found]:
    if old == new:
        return
    one, other = old or Formula(expression=""), new or Formula(expression="")
    if expression_form(one.expression, one.language) != expression_form(other.expression, other.language):
        yield "formula", "formula.expression", one.expression, other.expression
    if name_form(one.language) != name_form(other.language) and one.expression and other.expression:
        yield "formula", "formula.language", one.language, other.language
    if set(one.sources) != set(other.sources):
        followed = {renamed.get(source, source) for source in one.sources} == set(other.sources)
        yield "target_renamed" if followed else "formula", "formula.sources", one.sources or "", other.sources


def _dates(before: Element, after: Element) -> Iterator[Found]:
    for name in ("effective_from", "effective_until"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield name, name, _day(old), _day(new)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _lists(before: Element, after: Element) -> Iterator[Found]:
    """Words about the element whose order says nothing."""
    if before.examples != after.examples:
        one, other = ({number_form(text, element.logical_type) for text in element.examples} for element in (before, after))
        if one != other:
            yield "wording", "examples", before.examples, after.examples
    if before.tags != after.tags and {name_form(tag) for tag in before.tags} != {name_form(tag) for tag in after.tags}:
        yield "wording", "tags", before.tags, after.tags
    if before.replaces != after.replaces:
        yield "wording", "replaces", before.replaces, after.replaces


def _texts(old: Iterable[Text], new: Iterable[Text]) -> Iterator[Found]:
    if old == new:
        return
    one, other = {text.locale: text for text in old}, {text.locale: text for text in new}
    for locale in dict.fromkeys((*one, *other)):
        here, there = one.get(locale, Text(locale=locale)), other.get(locale, Text(locale=locale))
        for name in ("name", "definition"):
            if sentence(getattr(here, name)) != sentence(getattr(there, name)):
                yield "wording", f"texts[{locale}].{name}", getattr(here, name), getattr(there, name)


def _aliases(old: Iterable[Alias], new: Iterable[Alias]) -> Iterator[Found]:
    if old == new:
        return
    one, other = ({(name_form(alias.term), alias.team, alias.locale): alias for alias in aliases} for aliases in (old, new))
    for known, alias in one.items():
        if known not in other:
            yield "alias_removed", f"aliases[{alias.term}]", alias.term, None
        elif one_space(alias.source) != one_space(other[known].source):
            yield "wording", f"aliases[{alias.term}].source", alias.source, other[known].source
    for known, alias in other.items():
        if known not in one:
            yield "alias_added", f"aliases[{alias.term}]", None, alias.term


def _extra(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Found]:
    """What formats said that has no place in an element: field by field, where a format said several."""
    for name in dict.fromkeys((*old, *new)):
        one, other = old.get(name), new.get(name)
        if not isinstance(one or {}, Mapping) or not isinstance(other or {}, Mapping):
            if one != other:
                yield "kept_aside", f"extra.{name}", one, other
            continue
        here, there = one or {}, other or {}
        for field in dict.fromkeys((*here, *there)):
            if here.get(field) != there.get(field):
                yield "kept_aside", f"extra.{name}.{field}", here.get(field), there.get(field)
