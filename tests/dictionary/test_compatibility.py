"""The compatibility rule, row by row: what a change is called, whom it hurts, and the step of the version that it needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from governance.dictionary.compatibility import (
    KINDS,
    MESSAGES,
    Change,
    Evidence,
    Reader,
    Severity,
    compare,
    reason_told,
    severity_for,
    worst_without_readers,
)
from governance.dictionary.elements import Alias, Domain, Element, Formula, NullMeaning, PermissibleValue, Reference, Text
from tests.dictionary.worlds import says

NONE, NOTIFY, WARN, POSSIBLY, BREAKING = Severity
PRODUCER = Reader("filling", "producer", required=False)
CONSUMER = Reader("reading", "consumer", typed=True, enumerates=True)
DE, AT = (
    PermissibleValue(code="DE", meaning="Germany"),
    PermissibleValue(code="AT", meaning="Austria"),
)
NOWHERE: Any = None  # the element is not there


def values(*said: PermissibleValue) -> dict[str, Any]:
    return {"logical_type": "string", "domain": Domain(values=said)}


def limits(logical_type: str = "number", **said: Any) -> dict[str, Any]:
    return {"logical_type": logical_type, "domain": Domain(**said)}


def missing(**said: str) -> dict[str, Any]:
    return {"null_meanings": tuple(NullMeaning(token, meaning) for token, meaning in sorted(said.items()))}


def refers(element: str = "crm.customer", **said: Any) -> dict[str, Any]:
    return {"references": Reference(element=element, **said)}


def computed(expression: str, **said: Any) -> dict[str, Any]:
    return {"formula": Formula(expression=expression, **said)}


UNDETERMINED = limits("string", pattern="(ab)+"), limits("string", pattern="(ab)*c")
ENDING, COMING = replace(DE, valid_until=date(2030, 1, 1)), replace(DE, valid_from=date(2030, 1, 1))

# before, after, path, kind, direction, producer, consumer, least step
ROWS: list[tuple[Any, Any, str, str, str, Severity, Severity, str]] = [
    # wording, example, label, alias added
    ({"definition": "Age."}, {"definition": "Age in years."}, "definition", "wording", "none", NONE, NONE, "patch"),
    ({"name": "Age"}, {"name": "Age of customer"}, "name", "wording", "none", NONE, NONE, "patch"),
    ({"examples": ("1",)}, {"examples": ("1", "2")}, "examples", "wording", "none", NONE, NONE, "patch"),
    ({"examples": ("1",)}, {}, "examples", "wording", "none", NONE, NONE, "patch"),
    ({"tags": ("pii",)}, {"tags": ()}, "tags", "wording", "none", NONE, NONE, "patch"),
    ({}, {"texts": (Text(locale="de", name="Alter"),)}, "texts[de].name", "wording", "none", NONE, NONE, "patch"),
    (values(DE), values(replace(DE, labels=(("de", "Deutschland"),))), "domain.values[DE].labels", "wording", "none", NONE, NONE, "patch"),
    ({}, {"aliases": (Alias(term="years"),)}, "aliases[years]", "alias_added", "none", NONE, NONE, "patch"),
    ({"replaces": "a.b"}, {}, "replaces", "wording", "none", NONE, NONE, "patch"),
    ({"aliases": (Alias(term="x"),)}, {"aliases": (Alias(term="x", source="crm"),)}, "aliases[x].source", "wording", "none", NONE, NONE, "patch"),
    ({"extra": {"dbt": {"meta": 1}}}, {"extra": {"dbt": {"meta": 2}}}, "extra.dbt.meta", "kept_aside", "none", NOTIFY, NOTIFY, "patch"),
    # alias removed
    ({"aliases": (Alias(term="years"),)}, {}, "aliases[years]", "alias_removed", "loosens", NONE, WARN, "minor"),
    # element added, removed
    (NOWHERE, {}, "", "element_added", "adds", NONE, NONE, "minor"),
    ({}, NOWHERE, "", "element_removed", "removes", NONE, BREAKING, "major"),
    # key renamed, with and without the old one as an alias
    ({}, {"key": "customer.years", "aliases": (Alias(term="Customer.Age"),)}, "key", "key_renamed", "rename", WARN, WARN, "minor"),
    ({}, {"key": "customer.years"}, "key", "key_replaced", "both", BREAKING, BREAKING, "major"),
    # optional → required, unique added
    ({"null_policy": "allowed"}, {"null_policy": "never"}, "null_policy", "required", "tightens", BREAKING, NONE, "major"),
    ({}, {"null_policy": "never"}, "null_policy", "required", "tightens", BREAKING, NONE, "major"),
    ({}, {"unique": True}, "unique", "unique_added", "tightens", BREAKING, NONE, "major"),
    ({}, {"is_key": True}, "is_key", "key_added", "tightens", BREAKING, NONE, "major"),
    (refers(), refers(required=True), "references.required", "reference_required", "tightens", BREAKING, NONE, "major"),
    # required → optional, unique dropped
    ({"null_policy": "never"}, {"null_policy": "allowed"}, "null_policy", "optional", "loosens", NONE, BREAKING, "major"),
    ({"null_policy": "never"}, {}, "null_policy", "optional", "loosens", NONE, BREAKING, "major"),
    ({"unique": True}, {}, "unique", "unique_dropped", "loosens", NONE, BREAKING, "major"),
    ({"is_key": True}, {}, "is_key", "key_dropped", "loosens", NONE, BREAKING, "major"),
    (refers(required=True), refers(), "references.required", "reference_optional", "loosens", NONE, BREAKING, "major"),
    ({}, {"null_policy": "allowed"}, "null_policy", "null_policy", "none", NONE, NONE, "minor"),
    # range, length, pattern narrowed
    (limits(minimum="0"), limits(minimum="1"), "domain.minimum", "narrowed", "tightens", BREAKING, NONE, "major"),
    (limits(maximum="9"), limits(maximum="9", exclusive_maximum=True), "domain.maximum", "narrowed", "tightens", BREAKING, NONE, "major"),
    (limits("date"), limits("date", minimum="2020-01-01"), "domain.minimum", "narrowed", "tightens", BREAKING, NONE, "major"),
    (limits("string", max_length=50), limits("string", max_length=40), "domain.max_length", "narrowed", "tightens", BREAKING, NONE, "major"),
    (limits("string"), limits("string", pattern="[a-z]+"), "domain.pattern", "narrowed", "tightens", BREAKING, NONE, "major"),
    (limits(multiple_of="5"), limits(multiple_of="10"), "domain.multiple_of", "narrowed", "tightens", BREAKING, NONE, "major"),
    (limits(precision=10, scale=4), limits(precision=8, scale=2), "domain.precision", "narrowed", "tightens", BREAKING, NONE, "major"),
    ({"logical_type": "number"}, {"logical_type": "integer"}, "logical_type", "type_narrowed", "tightens", BREAKING, NONE, "major"),
    ({"format": "i64"}, {"format": "i32"}, "format", "type_narrowed", "tightens", BREAKING, NONE, "major"),
    # range, length, type widened
    (limits(minimum="1"), limits(minimum="0"), "domain.minimum", "widened", "loosens", NONE, BREAKING, "minor"),
    (limits("string", max_length=50), limits("string", max_length=255), "domain.max_length", "widened", "loosens", NONE, BREAKING, "minor"),
    (limits("string", pattern="[a-c]"), limits("string", pattern="[a-d]"), "domain.pattern", "widened", "loosens", NONE, BREAKING, "minor"),
    (limits(precision=10, scale=2), limits(precision=12, scale=2), "domain.precision", "widened", "loosens", NONE, BREAKING, "minor"),
    ({"format": "i32"}, {"format": "i64"}, "format", "type_widened", "loosens", NONE, BREAKING, "minor"),
    # … which is a major step where the draft of the difference standard asks for one
    ({"logical_type": "integer"}, {"logical_type": "number"}, "logical_type", "type_widened", "loosens", NONE, BREAKING, "major"),
    (limits(minimum="1"), limits(), "domain.minimum", "widened", "loosens", NONE, BREAKING, "major"),
    (limits("string", pattern="a"), limits("string"), "domain.pattern", "widened", "loosens", NONE, BREAKING, "major"),
    # narrower and wider at once
    (limits(multiple_of="4"), limits(multiple_of="6"), "domain.multiple_of", "shifted", "both", BREAKING, BREAKING, "major"),
    (limits("string", pattern="a|b"), limits("string", pattern="b|c"), "domain.pattern", "shifted", "both", BREAKING, BREAKING, "major"),
    ({"logical_type": "date"}, {"logical_type": "timestamp"}, "logical_type", "type_changed", "both", BREAKING, BREAKING, "major"),
    # pattern changed, not comparable
    (*UNDETERMINED, "domain.pattern", "pattern_undetermined", "undetermined", WARN, WARN, "major"),
    # permissible value added, removed, its meaning changed
    (values(DE), values(DE, AT), "domain.values[AT]", "value_added", "loosens", NONE, BREAKING, "minor"),
    (values(DE, AT), values(DE), "domain.values[AT]", "value_removed", "tightens", POSSIBLY, NONE, "major"),
    (values(DE), values(replace(DE, meaning="German Reich")), "domain.values[DE].meaning", "value_meaning", "meaning", BREAKING, BREAKING, "major"),
    (values(), values(DE), "domain.values", "values_stated", "tightens", BREAKING, NONE, "major"),
    (values(DE), values(), "domain.values", "values_dropped", "loosens", NONE, BREAKING, "major"),
    (values(DE), values(ENDING), "domain.values[DE].valid_until", "value_time_shortened", "tightens", BREAKING, NONE, "major"),
    (values(COMING), values(DE), "domain.values[DE].valid_from", "value_time_extended", "loosens", NONE, BREAKING, "minor"),
    # unit, currency, time zone, granularity
    ({"unit": "km"}, {"unit": "[mi_i]"}, "unit", "unit", "meaning", BREAKING, BREAKING, "major"),
    ({"unit": "EUR"}, {"unit": "USD"}, "unit", "unit", "meaning", BREAKING, BREAKING, "major"),
    ({"unit": "mm"}, {"unit": "Mm"}, "unit", "unit", "meaning", BREAKING, BREAKING, "major"),
    ({"unit": "km"}, {}, "unit", "unit", "meaning", BREAKING, BREAKING, "major"),
    ({}, {"unit": "km"}, "unit", "unit", "meaning", POSSIBLY, POSSIBLY, "major"),
    ({"timezone": "UTC"}, {"timezone": "Europe/Vienna"}, "timezone", "time_zone", "meaning", BREAKING, BREAKING, "major"),
    ({"granularity": "day"}, {"granularity": "week"}, "granularity", "granularity", "meaning", BREAKING, BREAKING, "major"),
    ({"semantic_type": "quantity"}, {"semantic_type": "money"}, "semantic_type", "semantic_type", "meaning", BREAKING, BREAKING, "major"),
    # the meaning of what is missing
    (missing(x="unknown"), missing(x="refused"), "null_meanings[x]", "null_meaning", "meaning", BREAKING, BREAKING, "major"),
    (missing(x="unknown"), missing(x="unknown", y=""), "null_meanings[y]", "null_token_added", "meaning", BREAKING, BREAKING, "major"),
    (missing(x="unknown"), missing(), "null_meanings[x]", "null_token_removed", "meaning", BREAKING, BREAKING, "major"),
    (missing(), missing(**{"": "unknown"}), "null_meanings[]", "null_meaning", "meaning", POSSIBLY, POSSIBLY, "major"),
    # key target, cardinality
    (refers(), refers("crm.account"), "references.element", "key_target", "both", BREAKING, BREAKING, "major"),
    (refers(), {}, "references.element", "key_target", "both", BREAKING, BREAKING, "major"),
    ({}, refers(), "references.element", "key_target", "both", POSSIBLY, POSSIBLY, "major"),
    (refers(), refers(cardinality="one_to_one"), "references.cardinality", "key_cardinality", "both", BREAKING, BREAKING, "major"),
    # how it is computed
    (computed("a + b"), computed("a - b"), "formula.expression", "formula", "meaning", BREAKING, BREAKING, "major"),
    (computed("a", language="sql"), computed("a", language="python"), "formula.language", "formula", "meaning", BREAKING, BREAKING, "major"),
    (computed("a", sources=("a.b",)), computed("a", sources=("a.c",)), "formula.sources", "formula", "meaning", BREAKING, BREAKING, "major"),
    # classification, and the days on which it counts
    ({"sensitivity": "public"}, {"sensitivity": "personal"}, "sensitivity", "classification_raised", "policy", NOTIFY, NOTIFY, "major"),
    ({}, {"sensitivity": "public"}, "sensitivity", "classification_raised", "policy", NOTIFY, NOTIFY, "major"),
    ({"sensitivity": "personal"}, {"sensitivity": "internal"}, "sensitivity", "classification_lowered", "policy", NOTIFY, NOTIFY, "minor"),
    ({}, {"effective_from": date(2030, 1, 1)}, "effective_from", "effective_from", "policy", NOTIFY, NOTIFY, "patch"),
    ({}, {"effective_until": date(2030, 1, 1)}, "effective_until", "effective_until", "policy", NOTIFY, WARN, "minor"),
]  # fmt: skip


def element(said: dict[str, Any] | None) -> Element | None:
    return None if said is None else says(**said)


def only(before: Any, after: Any, *, meaning_changed: bool = False) -> Change:
    (change,) = compare(element(before), element(after), meaning_changed=meaning_changed)
    return change


@pytest.mark.parametrize(("before", "after", "path", "kind", "direction", "producer", "consumer", "bump"), ROWS)
def test_each_row_of_the_rule(
    before: Any, after: Any, path: str, kind: str, direction: str, producer: Severity, consumer: Severity, bump: str
) -> None:
    change = only(before, after)
    assert (change.path, change.kind, change.direction, change.bump) == (path, kind, direction, bump)
    assert severity_for(change, PRODUCER).severity is producer
    assert severity_for(change, CONSUMER).severity is consumer


def test_every_kind_stands_in_a_row_and_in_words() -> None:
    shown = {kind for _, _, _, kind, *_ in ROWS}
    assert KINDS.keys() - shown == {"meaning", "target_renamed"}  # below, and with whole dictionaries
    assert KINDS.keys() == MESSAGES.keys()


def test_a_definition_whose_meaning_changed_breaks_both_sides() -> None:
    change = only({"definition": "Age."}, {"definition": "Age at signup."}, meaning_changed=True)
    assert (change.path, change.kind, change.bump) == ("definition", "meaning", "major")
    assert {severity_for(change, reader).severity for reader in (PRODUCER, CONSUMER)} == {BREAKING}


@pytest.mark.parametrize("after", [{"name": "Years"}, {"definition": "years since birth"}, {"unit": "a"}])
def test_the_answer_that_the_meaning_changed_is_never_lost(after: dict[str, Any]) -> None:
    changes = compare(says(), says(**after), meaning_changed=True)
    assert any(severity_for(change, CONSUMER).severity is BREAKING for change in changes)


# Readers ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "fact"),
    [
        (limits(maximum="9"), limits(maximum="10"), "typed"),
        ({"format": "i32"}, {"format": "i64"}, "typed"),
        (limits(multiple_of="4"), limits(multiple_of="6"), "typed"),
        (values(DE), values(DE, AT), "enumerates"),
        (values(DE), values(), "enumerates"),
    ],
)
def test_what_nobody_knows_of_a_consumer_is_not_taken_for_harmless(before: Any, after: Any, fact: str) -> None:
    change = only(before, after)
    told_of = {known: severity_for(change, Reader("x", "consumer", **{fact: known})) for known in (True, False, None)}
    assert {known: verdict.severity for known, verdict in told_of.items()} == {True: BREAKING, False: WARN, None: POSSIBLY}
    assert len({verdict.reason for verdict in told_of.values()}) == 3


@pytest.mark.parametrize(
    ("required", "after", "severity"),
    [
        (True, {}, BREAKING),
        (False, {}, NONE),
        (None, {}, POSSIBLY),
        (None, {"null_policy": "never"}, POSSIBLY),
        (None, {"null_policy": "allowed"}, NONE),
        (True, {"null_policy": "allowed"}, BREAKING),
    ],
)
def test_an_added_element_breaks_only_who_has_to_fill_it(required: bool | None, after: Any, severity: Severity) -> None:
    assert severity_for(only(NOWHERE, after), Reader("x", "producer", required=required)).severity is severity


def test_an_alias_is_missed_by_the_producer_who_uses_it() -> None:
    change = only({"aliases": (Alias(term="Cust Age"),)}, {})
    using = Reader("x", "producer", aliases=frozenset({"cust  age"}))
    assert severity_for(change, using).severity is WARN
    assert severity_for(change, Reader("x", "producer", aliases=frozenset({"age"}))).severity is NONE


@pytest.mark.parametrize(("before", "after", "path", "kind", "direction", "producer", "consumer", "bump"), ROWS)
def test_without_a_known_reader_nothing_that_could_break_is_called_harmless(
    before: Any, after: Any, path: str, kind: str, direction: str, producer: Severity, consumer: Severity, bump: str
) -> None:
    worst = max(producer, consumer)
    verdict = worst_without_readers(only(before, after))
    assert verdict.severity == min(worst, POSSIBLY)
    assert (verdict.reason == "no_reader_known") == (worst >= POSSIBLY)


# Evidence -----------------------------------------------------------------------------------------------------------------

REMOVED = only(values(DE, AT), values(DE))
PATTERN = only(*UNDETERMINED)
STATED = only(values(), values(DE))
NARROWED = only(limits(minimum="0"), limits(minimum="1"))


@pytest.mark.parametrize(
    ("change", "checked", "failing", "producer", "consumer"),
    [
        (REMOVED, 1000, 0, NONE, NONE),
        (REMOVED, 1000, 1, BREAKING, NONE),
        (REMOVED, 0, 0, POSSIBLY, NONE),
        (STATED, 1000, 0, NONE, NONE),
        (STATED, 1000, 7, BREAKING, NONE),
        (STATED, 0, 0, BREAKING, NONE),
        (PATTERN, 1000, 0, NONE, WARN),
        (PATTERN, 1000, 1, BREAKING, BREAKING),
        (PATTERN, 0, 0, WARN, WARN),
        (NARROWED, 1000, 0, BREAKING, NONE),  # what is written next may differ from what was profiled
    ],
)
def test_profiles_decide_what_theory_cannot(
    change: Change, checked: int, failing: int, producer: Severity, consumer: Severity
) -> None:
    evidence = {change.path: Evidence(checked, failing, "profile of orders"), "elsewhere": Evidence(1, 1, "other")}
    verdict = severity_for(change, PRODUCER, evidence)
    assert (verdict.severity, severity_for(change, CONSUMER, evidence).severity) == (producer, consumer)
    if verdict.params:
        assert str(checked) in reason_told(verdict)
        assert "profile of orders" in reason_told(verdict)
    assert bool(verdict.params) == (checked > 0 and change is not NARROWED)


def test_a_value_that_no_profile_holds_hurts_nobody_known() -> None:
    assert worst_without_readers(REMOVED, {REMOVED.path: Evidence(50, 0, "p")}).severity is NONE
    assert worst_without_readers(REMOVED).severity is POSSIBLY
