"""What steps depend on: facts that are gathered when a policy asks, kept with what was decided; standard changes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from approvals.facts import as_json, from_json
from approvals.models import Decision, Request
from approvals.selectors.inbox import requests_with_people
from approvals.selectors.standing import standing_of
from approvals.selectors.standings import standings_of
from approvals.services import decisions, policies
from governance.usecases import services as usecases
from tests.approvals.asking import OTHER_LOCK, asked, publish_policy, states, substate
from tests.conftest import POLICY, ask_for

TIERED = POLICY.replace("covers: [data, dictionary]}", "covers: [data, dictionary], applies_if: {risk_tier: high}}")
CHANGED = POLICY.replace(
    "covers: [dependencies, runtime]}", "covers: [dependencies, runtime], applies_if: {changed: {any: [dependencies, runtime]}}}"
)
STANDARD = (
    POLICY
    + """
standard_changes:
  - {key: patch, title: Dependency patch, touches: [dependencies], without: [business, security]}
"""
)


def gate_with(world, source: str):
    version = policies.write_policy(actor=world.admin, key="production-release", source=source)
    return policies.set_gate(actor=world.admin, slug="production", title="Production", mode="prevent", policy=version.policy)


def rate(world, tier: str) -> None:
    usecases.define(
        actor=world.lead,
        use_case=world.use_case,
        business_problem="Customers leave, and we learn of it too late.",
        ml_problem="Will this customer cancel within 60 days?",
        kpis=[{"name": "Leavers found", "unit": "%", "baseline": 42, "target": 70}],
        risk_tier=tier,
    )


def listed(world) -> dict[str, str]:
    (found,) = standings_of(list(requests_with_people(world.admin).open()))
    return {step.key: step.state for step in found.standing.verdict.steps}


def test_a_policy_without_conditions_gathers_no_facts_to_read_and_all_of_them_for_the_record(world, push, ask):
    request = ask(push())

    assert standing_of(request).facts == {}
    assert Request.objects.get().facts["purpose"] == "deployment"
    assert Request.objects.get().facts["environment"] == "production"
    assert set(Request.objects.get().facts["changed"]) == set(request.manifest)


def test_a_step_applies_by_the_risk_tier_as_it_is_now(world, push):
    gate = gate_with(world, TIERED)
    rate(world, "low")
    request = ask_for(world, gate, push())
    assert states(request)["data"] == "not_applicable"
    rate(world, "high")

    assert states(request)["data"] == "pending"
    assert listed(world)["data"] == "pending"


def test_a_fact_that_nobody_knows_makes_the_step_an_error_and_never_skips_it(world, push):
    request = ask_for(world, gate_with(world, TIERED), push())

    assert states(request)["data"] == "error"
    assert substate(request) == "blocked"


def test_a_step_applies_by_what_changed_since_the_last_approval(world, push, approve):
    gate = gate_with(world, CHANGED)
    first = ask_for(world, gate, push("7"))
    assert states(first)["security"] == "pending"  # nothing was approved before, so everything has changed
    approve(first)
    second = ask_for(world, gate, push("8", params={"max_depth": 9}))

    assert states(second)["security"] == "not_applicable"
    third = ask_for(world, gate, push("9", dependency_sets=OTHER_LOCK))
    assert states(third)["security"] == "pending"
    assert standing_of(third).facts["changed"] >= {"dependencies"}


def test_a_revocation_changes_what_is_compared_with(world, push, approve):
    gate = gate_with(world, CHANGED)
    first = approve(ask_for(world, gate, push("7")))
    second = ask_for(world, gate, push("8", params={"max_depth": 9}))
    assert listed(world)["security"] == "not_applicable"
    decisions.revoke(actor=world.security, request=first, reason="A hole.")

    assert states(second)["security"] == "pending"
    assert listed(world)["security"] == "pending"


def test_the_decision_keeps_the_facts_it_followed_from_and_a_closed_request_is_read_by_them(world, push, approve):
    gate = gate_with(world, TIERED)
    rate(world, "low")
    request = approve(ask_for(world, gate, push()), but=("data",))
    assert request.state == "approved"
    rate(world, "high")

    assert Decision.objects.get().facts["risk_tier"] == "low"
    assert states(request)["data"] == "not_applicable"
    assert {item["step"] for item in Decision.objects.get().ballots} == {"validation", "security", "business"}


def test_facts_are_kept_as_json_and_come_back_as_they_were():
    facts = {"cost": Decimal("10000.50"), "changed": frozenset({"code", "model"}), "risk_tier": None, "purpose": "deployment"}

    assert as_json(facts, "patch") == {
        "cost": "10000.50",
        "changed": ["code", "model"],
        "risk_tier": None,
        "purpose": "deployment",
        "standard_change": "patch",
    }
    assert from_json(as_json(facts, "patch")) == (facts, "patch")
    assert from_json(as_json(facts, None)) == (facts, None)
    assert from_json({}) == ({}, None)


# Standard changes ----------------------------------------------------------------------------------------------------


def test_a_standard_change_does_without_some_steps(world, push, approve):
    gate = gate_with(world, STANDARD)
    first = ask_for(world, gate, push("7"))
    assert set(states(first).values()) == {"pending", "waiting"}  # there is nothing that it would be a change of
    approve(first)
    second = ask_for(world, gate, push("8", dependency_sets=OTHER_LOCK))

    assert second.state == "approved"
    assert second.facts["standard_change"] == "patch"
    assert states(second)["security"] == "not_applicable"


def test_what_touches_more_than_a_standard_change_may_is_asked_in_full(world, push, approve):
    gate = gate_with(world, STANDARD)
    approve(ask_for(world, gate, push("7")))
    request = ask_for(world, gate, push("8", dependency_sets=OTHER_LOCK, params={"max_depth": 9}))

    assert standing_of(request).standard_change is None
    assert asked(request, world) == {"validator", "security"}


def test_many_small_steps_do_not_add_up_to_what_nobody_looked_at(world, push, approve, vote):
    tuning = STANDARD.replace("touches: [dependencies]", "limits: {params_may_change: [max_depth]}, touches: [model]")
    gate = gate_with(world, tuning.replace("[business, security]", "[business, validation]"))
    full = approve(ask_for(world, gate, push("7")))
    second = ask_for(world, gate, push("8", params={"max_depth": 9}))
    assert second.state == "approved"
    third = ask_for(world, gate, push("9", params={"max_depth": 9}, dependency_sets=OTHER_LOCK))

    assert full.facts.get("standard_change") is None
    assert standing_of(third).facts["changed"] >= {"dependencies"}
    assert standing_of(third).standard_change is None  # measured from 7, which everybody judged, the model differs as well


def test_a_list_says_what_a_single_look_says(world, push, approve):
    gate = gate_with(world, STANDARD.replace("without: [business, security]", "without: [business]"))
    approve(ask_for(world, gate, push("7")))
    request = ask_for(world, gate, push("8", dependency_sets=OTHER_LOCK))
    assert listed(world) == states(request)
    rate(world, "high")  # what is judged has moved on since the last command

    assert listed(world) == states(request)


def test_facts_cost_a_list_no_more_queries_however_many_requests(world, push, django_assert_max_num_queries):
    gate = gate_with(world, TIERED)
    for number in range(2):
        ask_for(world, gate, push("1", name=f"model-{number}"))
    rate(world, "high")
    with django_assert_max_num_queries(40) as few:
        standings_of(list(requests_with_people(world.admin).open()))
    for number in range(2, 7):
        ask_for(world, gate, push("1", name=f"model-{number}"))
    rate(world, "low")
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert len(standings_of(list(requests_with_people(world.admin).open()))) == 7


@pytest.mark.parametrize("source", [TIERED, CHANGED, STANDARD])
def test_policies_with_facts_are_published_like_others(world, gate, source):
    assert publish_policy(world, source).published_at is not None
