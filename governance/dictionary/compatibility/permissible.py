"""What changes among the permissible values of an element. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from governance.dictionary.compatibility.folding import NUMERIC, number_form, sentence
from governance.dictionary.elements import Element, PermissibleValue

Found = tuple[str, str, Any, Any]  # kind, path, before, after


def value_changes(before: Element, after: Element) -> Iterator[Found]:
    """Values are known by their codes, and their order says nothing. To list values where none were listed permits less."""
    if before.domain.values == after.domain.values and before.logical_type == after.logical_type:
        return
    old, new = _by_form(before, after)
    if bool(old) != bool(new):
        yield "values_dropped" if old else "values_stated", "domain.values", _codes(before), _codes(after)
        return
    for form, value in old.items():
        if form not in new:
            yield "value_removed", f"domain.values[{value.code}]", value.code, None
        elif value != new[form]:
            yield from _value(value, new[form])
    for form, value in new.items():
        if form not in old:
            yield "value_added", f"domain.values[{value.code}]", None, value.code


def _by_form(before: Element, after: Element) -> tuple[Mapping[str, PermissibleValue], Mapping[str, PermissibleValue]]:
    """By the form of their codes, `1.0` being `1` among numbers; by the codes as they stand where that makes two of them one."""
    if {before.logical_type, after.logical_type} <= NUMERIC:
        old, new = _numbers(before), _numbers(after)
        if len(old) == len(before.domain.values) and len(new) == len(after.domain.values):
            return old, new
    return _as_written(before), _as_written(after)


def _as_written(element: Element) -> dict[str, PermissibleValue]:
    return {value.code: value for value in element.domain.values}


def _numbers(element: Element) -> dict[str, PermissibleValue]:
    return {number_form(value.code, element.logical_type): value for value in element.domain.values}


def _codes(element: Element) -> tuple[str, ...]:
    return tuple(value.code for value in element.domain.values)


def _value(old: PermissibleValue, new: PermissibleValue) -> Iterator[Found]:
    path = f"domain.values[{new.code}]"
    if sentence(old.meaning) != sentence(new.meaning):
        yield "value_meaning", f"{path}.meaning", old.meaning, new.meaning
    if [(locale, sentence(label)) for locale, label in old.labels] != [(locale, sentence(label)) for locale, label in new.labels]:
        yield "wording", f"{path}.labels", old.labels, new.labels
    if old.valid_from != new.valid_from:
        later = (new.valid_from or date.min) > (old.valid_from or date.min)
        yield _time(later), f"{path}.valid_from", _day(old.valid_from), _day(new.valid_from)
    if old.valid_until != new.valid_until:
        earlier = (new.valid_until or date.max) < (old.valid_until or date.max)
        yield _time(earlier), f"{path}.valid_until", _day(old.valid_until), _day(new.valid_until)


def _time(shorter: bool) -> str:
    return "value_time_shortened" if shorter else "value_time_extended"


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
