"""Elements as values: read, written back, and told what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from governance.dictionary.elements import Element, as_mapping, body, content_digest, read_element
from governance.dictionary.elements.units import likely_unit, unit_known
from tests.dictionary.worlds import elements, says


@given(elements())
def test_what_is_written_reads_back(element: Element) -> None:
    read, problems = read_element(as_mapping(element))
    assert read == element, problems


@given(elements())
def test_the_digest_is_over_the_content_alone(element: Element) -> None:
    from dataclasses import replace

    assert content_digest(replace(element, key="another.key", aliases=())) == content_digest(element)
    assert content_digest(replace(element, definition=element.definition + "!")) != content_digest(element)
    assert content_digest(replace(element, is_key=not element.is_key)) != content_digest(element)


def test_what_is_not_said_is_not_there() -> None:
    assert body(says()) == {
        "format": "countersign/element/1",
        "says": {"name": "Age", "definition": "Years since birth.", "logical_type": "integer"},
    }


@pytest.mark.parametrize(
    ("said", "path", "code"),
    [
        ({"logical_type": "string"}, "", "required"),
        ({"key": "Customer ID", "logical_type": "string"}, "key", "bad_key"),
        ({"key": "a", "logical_type": "text"}, "logical_type", "not_one_of"),
        ({"key": "a", "logical_type": "string", "colour": "red"}, "colour", "unknown_key"),
        ({"key": "a", "logical_type": "string", "name": 7}, "name", "wrong_type"),
        ({"key": "a", "logical_type": "string", "name": "a\x00b"}, "name", "bad_text"),
        ({"key": "a", "logical_type": "string", "name": "x" * 121}, "name", "too_long"),
        ({"key": "a", "logical_type": "string", "timezone": "Mars/Base"}, "timezone", "bad_zone"),
        ({"key": "a", "logical_type": "number", "domain": {"minimum": "low"}}, "domain.minimum", "bad_bound"),
        ({"key": "a", "logical_type": "number", "domain": {"minimum": "1e999999999"}}, "domain.minimum", "bad_bound"),
        ({"key": "a", "logical_type": "number", "domain": {"minimum": "5", "maximum": "4"}}, "domain.minimum", "bounds_crossed"),
        ({"key": "a", "logical_type": "date", "domain": {"minimum": "5"}}, "domain.minimum", "bad_bound"),
        ({"key": "a", "logical_type": "string", "domain": {"pattern": "("}}, "domain.pattern", "bad_pattern"),
        ({"key": "a", "logical_type": "string", "domain": {"min_length": -1}}, "domain.min_length", "negative"),
        ({"key": "a", "logical_type": "string", "domain": {"min_length": True}}, "domain.min_length", "wrong_type"),
        ({"key": "a", "logical_type": "string", "domain": {"values": [{"code": "x"}, {"code": "x"}]}}, "domain.values[1].code", "twice"),
        ({"key": "a", "logical_type": "string", "domain": {"values": [{"meaning": "x"}]}}, "domain.values[0]", "required"),
        ({"key": "a", "logical_type": "string", "references": {"element": "a"}}, "references.element", "refers_to_itself"),
        ({"key": "a", "logical_type": "string", "references": {"element": "No such"}}, "references.element", "bad_reference"),
        ({"key": "a", "logical_type": "string", "formula": {"expression": "b", "sources": ["B C"]}}, "formula.sources[0]", "bad_reference"),
        ({"key": "a", "logical_type": "string", "texts": [{"locale": "Chinese!"}]}, "texts[0].locale", "bad_locale"),
        ({"key": "a", "logical_type": "string", "aliases": [{}]}, "aliases[0]", "required"),
        ({"key": "a", "logical_type": "string", "effective_from": "2026-02-01", "effective_until": "2026-02-01"}, "effective_until", "ends_first"),
        ({"key": "a", "logical_type": "string", "effective_from": "1.2.2026"}, "effective_from", "bad_date"),
        ("customer.age", "", "wrong_type"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(said: Any, path: str, code: str) -> None:
    element, problems = read_element(said)
    assert element is None
    assert (path, code) in [(item.path, item.code) for item in problems]
    assert all(item.message for item in problems)


@pytest.mark.parametrize(
    ("said", "path", "code"),
    [
        ({"unit": "months"}, "unit", "unknown_unit_like"),
        ({"unit": "zorkmids of gold"}, "unit", "unknown_unit"),
        ({"domain": {"pattern": "(?=a)b"}}, "domain.pattern", "pattern_not_portable"),
        ({"domain": {"values": [{"code": "a"}]}, "examples": ["b"]}, "examples[0]", "example_not_permitted"),
        ({"null_policy": "never", "null_meanings": {"-1": "unknown"}}, "null_policy", "null_never_with_tokens"),
    ],
)
def test_what_is_doubtful_is_a_warning(said: dict[str, Any], path: str, code: str) -> None:
    element, problems = read_element({"key": "a", "logical_type": "string", **said})
    assert element is not None
    assert [(item.path, item.code, item.level) for item in problems] == [(path, code, "warning")]


def test_everything_wrong_is_told_at_once() -> None:
    _, problems = read_element({"key": "X", "logical_type": "x", "unit": 1, "domain": {"scale": "x"}})
    assert [item.path for item in problems] == ["key", "logical_type", "unit", "domain.scale"]


def test_bounds_have_one_form() -> None:
    low, _ = read_element({"key": "a", "logical_type": "number", "domain": {"minimum": "1.50E1"}})
    then, _ = read_element({"key": "a", "logical_type": "timestamp", "domain": {"minimum": "2026-03-01T02:00:00+02:00"}})
    assert low is not None
    assert then is not None
    assert (low.domain.minimum, then.domain.minimum) == ("15", "2026-03-01T00:00:00Z")


@pytest.mark.parametrize(
    "code", ["km/h", "m/s2", "kg.m-3", "EUR", "EUR/kg", "{customers}", "{客户}", "10*3", "kW.h", "%", "mm[Hg]"]
)
def test_units_that_are_known(code: str) -> None:
    assert unit_known(code)


@pytest.mark.parametrize(
    ("word", "code"), [("kilometers", "km"), ("lbs", "[lb_av]"), ("eur", "EUR"), ("Celcius", "Cel"), ("°C", "Cel")]
)
def test_units_that_are_meant(word: str, code: str) -> None:
    assert not unit_known(word)
    assert likely_unit(word) == code
