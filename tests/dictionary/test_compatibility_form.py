"""What counts as a change and what is only its form, and the laws that every comparison keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.dictionary.compatibility import (
    REASONS,
    Reader,
    compare,
    minimum_bump,
    reason_told,
    severity_for,
    told,
    worst_without_readers,
)
from governance.dictionary.elements import Alias, Domain, Element, PermissibleValue
from tests.dictionary.test_compatibility import (
    AT,
    BREAKING,
    CONSUMER,
    DE,
    POSSIBLY,
    PRODUCER,
    computed,
    limits,
    missing,
    only,
    values,
)
from tests.dictionary.worlds import elements, says

# What is no change --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {}),
        ({"logical_type": "integer"}, {"logical_type": "Integer"}),
        ({"format": "Email"}, {"format": "email"}),
        ({"format": "ISO8601"}, {"format": "iso8601"}),
        ({"format": "i64"}, {"format": "bigint"}),
        ({"definition": "Years  since\nbirth."}, {"definition": "years since birth"}),
        ({"definition": "注册日期。"}, {"definition": "注册日期"}),
        ({"definition": "Zahl der Caf\u00e9s"}, {"definition": "Zahl der Cafe\u0301s."}),
        ({"name": "Age"}, {"name": "AGE "}),
        ({"timezone": "UTC"}, {"timezone": "Etc/UTC"}),
        (limits(minimum="1.50"), limits(minimum="1.5")),
        (limits(minimum=""), limits(minimum="", exclusive_minimum=True)),
        (limits("integer", minimum="4", exclusive_minimum=True), limits("integer", minimum="5")),
        (limits("integer", maximum="4.5"), limits("integer", maximum="5", exclusive_maximum=True)),
        (limits(multiple_of="0.10"), limits(multiple_of="0.1")),
        (limits("string", min_length=0), limits("string")),
        (limits("string", pattern="^[0-9][0-9]*$"), limits("string", pattern="[0-9]+")),
        (limits("string", pattern="a|b"), limits("string", pattern="^(?:b|a)$")),
        (values(DE, AT), values(AT, DE)),
        (values(DE), values(replace(DE, meaning="germany."))),
        (
            {"domain": Domain(values=(PermissibleValue(code="1.0"), PermissibleValue(code="2")))},
            {"domain": Domain(values=(PermissibleValue(code="1"), PermissibleValue(code="2.00")))},
        ),
        ({"examples": ("1", "2.0")}, {"examples": ("2", "1")}),
        ({"tags": ("a", "b")}, {"tags": ("B", "a")}),
        ({"aliases": (Alias(term="Age in years"),)}, {"aliases": (Alias(term="age in  years"),)}),
        (computed("a  +\n b"), computed("a + b")),
        (computed("a", sources=("x.a", "x.b")), computed("a", sources=("x.b", "x.a"))),
        (missing(x="Not asked."), missing(x="not asked")),
    ],
)
def test_form_alone_is_no_change(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert compare(says(**before), says(**after), meaning_changed=False) == ()
    assert compare(says(**after), says(**before), meaning_changed=False) == ()


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ({"logical_type": "date", "format": "yyyy-MM"}, {"logical_type": "date", "format": "yyyy-mm"}, "type_changed"),
        (values(DE), values(replace(DE, code="de")), "value_removed"),
        (computed("'a  b'", language="sql"), computed("'a b'", language="sql"), "formula"),
        (computed("a -- x\n + b", language="sql"), computed("a -- x + b", language="sql"), "formula"),
        (computed("if a:\n  b\nc", language="python"), computed("if a:\n  b\n  c", language="python"), "formula"),
        (
            {"domain": Domain(values=(PermissibleValue(code="1.0"), PermissibleValue(code="1")))},
            {"domain": Domain(values=(PermissibleValue(code="1"),))},
            "value_removed",
        ),
    ],
)
def test_form_that_carries_meaning_is_a_change(before: dict[str, Any], after: dict[str, Any], kind: str) -> None:
    assert kind in [change.kind for change in compare(says(**before), says(**after), meaning_changed=False)]


# Laws ---------------------------------------------------------------------------------------------------------------------

MIRROR = {"tightens": "loosens", "loosens": "tightens", "adds": "removes", "removes": "adds"}
NOT_MIRRORED = {"alias_added", "alias_removed", "key_renamed", "key_replaced", "null_token_added", "null_token_removed"}


@settings(max_examples=50)
@given(elements(key="a"), elements(key="a"))
def test_going_back_is_the_same_change_the_other_way(one: Element, other: Element) -> None:
    there, back = (
        sorted(
            (change.path, change.direction) for change in compare(*pair, meaning_changed=False) if change.kind not in NOT_MIRRORED
        )
        for pair in ((one, other), (other, one))
    )
    assert sorted((path, MIRROR.get(direction, direction)) for path, direction in there) == back


@settings(max_examples=50)
@given(elements(key="a"), elements(key="a"), st.booleans())
def test_every_change_can_be_judged_and_told(one: Element, other: Element, meaning_changed: bool) -> None:
    changes = compare(one, other, meaning_changed=meaning_changed)
    assert bool(changes) or one.key == other.key
    for change in changes:
        assert change.element == "a"
        assert told(change)
        for reader in (PRODUCER, CONSUMER, Reader("x", "producer"), Reader("x", "consumer")):
            assert severity_for(change, reader).reason in REASONS
            assert reason_told(severity_for(change, reader))
        assert worst_without_readers(change).severity <= POSSIBLY
    if meaning_changed and one != other:
        assert any(severity_for(change, CONSUMER).severity is BREAKING for change in changes)
        assert minimum_bump(changes) == "major"


@given(elements())
def test_an_element_is_compatible_with_itself(one: Element) -> None:
    assert compare(one, one, meaning_changed=True) == ()
    assert compare(one, replace(one, definition=f"  {one.definition} "), meaning_changed=False) == ()


@settings(max_examples=50)
@given(elements(key="a"), elements(key="a"))
def test_unknown_facts_lie_between_the_known_ones(one: Element, other: Element) -> None:
    for change in compare(one, other, meaning_changed=False):
        worst = severity_for(change, Reader("x", "consumer", True, True)).severity
        best = severity_for(change, Reader("x", "consumer", False, False)).severity
        unknown = severity_for(change, Reader("x", "consumer")).severity
        assert best <= unknown <= worst
        assert unknown is worst or (worst is BREAKING and unknown is POSSIBLY)


def test_messages_name_what_changes() -> None:
    assert told(only({"unit": "km"}, {"unit": "[mi_i]"})) == "the unit changes from km to [mi_i]"
    assert told(only(values(DE), values(replace(DE, meaning="%s {x}")))) == (
        "the meaning of the value DE changes from Germany to %s {x}"
    )
    assert told(only(limits(minimum="1"), limits(minimum="1", exclusive_minimum=True))) == (
        "domain.minimum changes from 1 to >1 and permits less"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (limits(minimum="1e999999"), limits(minimum="2")),
        (limits(minimum="NaN"), limits(minimum="x")),
        (limits(multiple_of="0"), limits(multiple_of="5")),
        (limits("date", minimum="5"), limits("timestamp", minimum="9999-12-31T23:59:59Z")),
        (limits("timestamp", minimum="2020-01-01T00:00:00"), limits("timestamp", minimum="2020-01-01T00:00:00Z")),
        ({"sensitivity": "secret"}, {"sensitivity": "public"}),
        ({"name": "\ud800"}, {"name": "\x00"}),
        ({"logical_type": "date", **limits("date", minimum="2020-01-01")}, limits("number", minimum="1")),
        ({"extra": {"odcs": 1}}, {"extra": {"odcs": {"quality": []}}}),
    ],
)
def test_what_cannot_be_compared_is_a_change_and_no_accident(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert compare(says(**before), says(**after), meaning_changed=False)
    assert compare(says(**after), says(**before), meaning_changed=False)
