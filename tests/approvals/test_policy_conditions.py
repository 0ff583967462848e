from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.models import Request
from approvals.policy import FACTS, OPS_OF, Condition, applies, missing_facts
from approvals.policy.conditions import can_hold
from governance.dictionary.models import ElementVersion
from governance.usecases.models import Definition
from lineage.models import ModelVersion
from tests.approvals.policy_values import condition_values, facts


@pytest.mark.parametrize(
    ("condition", "known", "expected"),
    [
        (("risk_tier", "equals", "high"), "high", True),
        (("risk_tier", "equals", "high"), "low", False),
        (("risk_tier", "in", ("low", "high")), "medium", False),
        (("risk_tier", "at_least", "medium"), "medium", True),
        (("risk_tier", "at_least", "medium"), "low", False),
        (("risk_tier", "more_than", "medium"), "medium", False),
        (("risk_tier", "more_than", "medium"), "high", True),
        (("sensitivity", "at_least", "personal"), "sensitive", True),
        (("sensitivity", "at_most", "internal"), "public", True),
        (("sensitivity", "less_than", "internal"), "internal", False),
        (("environment", "equals", "production"), "production", True),
        (("environment", "in", ("production", "staging")), "test", False),
        (("purpose", "equals", "rollback"), "deployment", False),
        (("kind", "in", ("pipeline",)), "pipeline", True),
        (("changed", "any", ("code", "model")), frozenset({"model", "data"}), True),
        (("changed", "any", ("code", "model")), frozenset({"data"}), False),
        (("changed", "any", ("code",)), frozenset(), False),
        (("changed", "all", ("code", "model")), frozenset({"code", "model", "data"}), True),
        (("changed", "all", ("code", "model")), frozenset({"code"}), False),
        (("changed", "none", ("code",)), frozenset({"data"}), True),
        (("changed", "none", ("code",)), frozenset({"code"}), False),
        (("changed", "none", ("code",)), frozenset(), True),
        (("cost", "at_least", Decimal("10000")), Decimal("10000.00"), True),
        (("cost", "more_than", Decimal("10000")), Decimal("10000"), False),
        (("cost", "at_most", Decimal("0.1")), Decimal("0.1"), True),
        (("cost", "less_than", Decimal("0")), Decimal("-0.001"), True),
    ],
)
def test_a_condition_compares_as_it_reads(condition, known, expected):
    assert Condition(*condition).holds({condition[0]: known}) is expected


@pytest.mark.parametrize(
    ("condition", "known"),
    [
        (("risk_tier", "equals", "high"), "enormous"),
        (("risk_tier", "equals", "high"), 3),
        (("environment", "equals", "production"), frozenset({"production"})),
        (("changed", "none", ("code",)), "model"),
        (("changed", "none", ("code",)), frozenset({3})),
        (("cost", "at_least", Decimal(1)), Decimal("NaN")),
        (("cost", "at_least", Decimal(1)), "a lot"),
        (("cost", "at_least", Decimal(1)), True),
        (("cost", "at_least", Decimal(1)), 1.5),
    ],
)
def test_what_is_nothing_that_the_fact_could_be_is_unknown(condition, known):
    assert Condition(*condition).holds({condition[0]: known}) is None


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_that_is_absent_or_none_is_unknown(name):
    fact = FACTS[name]
    value = {"decimal": Decimal(1), "set": ("code",)}.get(fact.kind, (fact.values or ("x",))[0])
    condition = Condition(name, OPS_OF[fact.kind][0], value)
    assert condition.holds({}) is None
    assert condition.holds({name: None}) is None
    assert missing_facts([condition], {name: None}) == (name,)


def test_one_unknown_fact_makes_the_whole_unknown_even_beside_one_that_does_not_hold():
    conditions = [Condition("risk_tier", "equals", "high"), Condition("cost", "at_least", Decimal(1))]
    assert applies(conditions, {"risk_tier": "low"}) is None
    assert applies(conditions, {"risk_tier": "low", "cost": Decimal(5)}) is False
    assert applies(conditions, {"risk_tier": "high", "cost": Decimal(5)}) is True
    assert applies([], {}) is True


def test_facts_out_of_a_record_are_understood():
    assert Condition("cost", "at_least", Decimal("0.5")).holds({"cost": "0.50"}) is True
    assert Condition("changed", "any", ("code",)).holds({"changed": ["code"]}) is True


@pytest.mark.parametrize(
    "condition",
    [
        ("weather", "equals", "nice"), ("risk_tier", "any", ("low",)), ("risk_tier", "equals", "huge"), ("risk_tier", "in", ()),
        ("risk_tier", "in", "low"), ("environment", "at_least", "x"), ("environment", "equals", ""), ("cost", "equals", Decimal(1)),
        ("cost", "at_least", "1"), ("cost", "at_least", Decimal("Infinity")), ("changed", "any", ()), ("changed", "any", Decimal(1)),
    ],
)  # fmt: skip
def test_a_comparison_that_makes_no_sense_cannot_be_made(condition):
    with pytest.raises(ValueError, match=condition[0]):
        Condition(*condition)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([], True),
        ([("risk_tier", "at_least", "medium"), ("risk_tier", "less_than", "high")], True),
        ([("risk_tier", "more_than", "medium"), ("risk_tier", "less_than", "high")], False),
        ([("risk_tier", "more_than", "high")], False),
        ([("cost", "more_than", Decimal(1)), ("cost", "less_than", Decimal("1.001"))], True),
        ([("cost", "at_least", Decimal(2)), ("cost", "at_most", Decimal(2))], True),
        ([("cost", "at_least", Decimal(2)), ("cost", "less_than", Decimal(2))], False),
        ([("environment", "equals", "a"), ("environment", "in", ("b", "c"))], False),
        ([("changed", "all", ("code",)), ("changed", "none", ("code",))], False),
        ([("changed", "any", ("code", "model")), ("changed", "none", ("code",))], True),
        ([("changed", "any", ("code",)), ("changed", "none", ("code", "model"))], False),
    ],
)
def test_conditions_that_contradict_each_other_are_recognised(conditions, expected):
    assert can_hold([Condition(*condition) for condition in conditions]) is expected


conditions = st.lists(condition_values(), max_size=4)
oddities = st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.lists(st.text()), st.decimals(allow_nan=True))


@settings(deadline=None)
@given(conditions, facts)
def test_what_holds_for_some_facts_can_hold(conditions, known):
    if applies(conditions, known):
        assert can_hold(conditions)
    assert (applies(conditions, known) is None) == bool(missing_facts(conditions, known))


@settings(deadline=None)
@given(conditions, facts)
def test_the_order_of_conditions_means_nothing(conditions, known):
    assert applies(conditions, known) == applies(conditions[::-1], known)


@settings(deadline=None)
@given(condition_values(), facts)
def test_a_comparison_and_its_opposite_never_agree(condition, known):
    opposite = {"at_least": "less_than", "more_than": "at_most", "any": "none"}
    opposite |= {value: key for key, value in opposite.items()}
    held = condition.holds(known)
    if condition.op in opposite and held is not None:
        assert Condition(condition.fact, opposite[condition.op], condition.value).holds(known) is not held


@settings(deadline=None)
@given(condition_values(), st.dictionaries(st.sampled_from(sorted(FACTS)), oddities))
def test_any_value_of_a_fact_gives_an_answer_or_none(condition, known):
    assert condition.holds(known) in (True, False, None)


def test_the_values_of_facts_are_those_that_the_records_may_have():
    assert FACTS["risk_tier"].values == tuple(Definition.RiskTier.values)
    assert FACTS["sensitivity"].values == tuple(ElementVersion.Sensitivity.values)
    assert set(FACTS["purpose"].values) == set(Request.Purpose.values)
    assert set(FACTS["kind"].values) == set(ModelVersion.Kind.values)
