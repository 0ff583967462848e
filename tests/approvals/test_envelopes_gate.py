"""What the gate says of versions inside and outside of an envelope."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.selectors.envelopes import proof_for
from foundation import clock
from foundation.actor import person
from governance.economics import services as economics
from lineage.selectors.manifest import manifest_of
from tests.approvals.asking import redefine
from tests.approvals.envelopes import DATA, agreed, answer, baseline, check, proof, retrained, standing_in_the_way, write  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


def test_a_version_inside_needs_no_ballot(world, agreed, push, answer):
    row = agreed()
    body = answer(retrained(push))
    found = check(body, "approval.envelope")
    assert found["status"] == "pass"
    assert found["evidence"][0]["id"] == row.public_id
    lines = {(line["code"], line["about"]): line for line in found["evidence"][0]["lines"]}
    assert all(line["ok"] for line in lines.values())
    assert lines["metric.may_fall", "recall@test"] == {
        "code": "metric.may_fall",
        "about": "recall@test",
        "ok": True,
        "expected": "0.68",
        "found": "0.71",
    }
    assert not {code for code in standing_in_the_way(body) if code.startswith("approval.")}


def test_a_version_outside_says_which_limit_broke(world, agreed, push, answer):
    agreed()
    body = answer(retrained(push, value="0.61"))
    found = check(body, "approval.envelope")
    assert (found["status"], found["blocking"]) == ("fail", False)
    assert "0.61" in found["detail"]
    assert "0.68" in found["detail"]
    assert "approval.request" in standing_in_the_way(body)


def test_unknown_is_never_inside(world, agreed, push, answer):
    agreed()
    body = answer(retrained(push, metrics={"auc": 1}))
    assert check(body, "approval.envelope")["status"] == "unknown"
    assert "approval.request" in standing_in_the_way(body)


def test_without_an_envelope_nothing_is_said(world, push, answer, gate):
    assert check(answer(push("1")), "approval.envelope") is None


@pytest.mark.parametrize(
    "change",
    [
        {"params": {"max_depth": 9}},
        {"artifact": {"uri": "s3://m", "sha256": "8" * 64, "size": 11, "serialization": "pickle"}},
        {"runtime": {"kind": "image"}},
        {"commit": "b" * 40},
        {"datasets": [{**DATA, "rows": 9}]},
        {"datasets": [{**DATA, "columns": ["customer_id", "income"]}]},
        {"datasets": [{**DATA, "name": "others"}]},
        {"datasets": [{**DATA, "rows": None}]},
        {"datasets": []},
    ],
)
def test_whatever_else_moves_is_outside(world, agreed, push, gate, change):
    agreed()
    assert not proof(retrained(push, **change), gate).inside


def test_a_new_definition_or_case_is_outside(world, agreed, push, gate):
    agreed()
    row = retrained(push)
    assert proof(row, gate).inside
    redefine(world)
    assert [line.about for line in proof(row, gate).broken] == ["use_case"]


def test_a_rejection_of_this_very_version_wins(world, agreed, push, ask, vote, answer):
    agreed()
    row = retrained(push)
    request = ask(row)
    vote(world.validator, request, "validation", "reject", "Not this one.")
    body = answer(row)
    assert body["decision"] == "deny"
    assert check(body, "approval.envelope")["status"] == "fail"


def test_asking_for_changes_wins_as_well(world, agreed, push, ask, vote, answer):
    agreed()
    row = retrained(push)
    vote(world.security, ask(row), "security", "request_changes", "Look at this first.")
    body = answer(row)
    assert body["decision"] != "allow"
    assert check(body, "approval.envelope")["status"] == "fail"


def test_the_proof_costs_two_queries_and_one_without(world, agreed, push, gate):
    row = push("6")
    manifest, now = manifest_of(row), clock.now()
    with CaptureQueriesContext(connection) as without:
        assert proof_for(row, gate.environment, manifest, now) is None
    assert len(without) == 1
    agreed()
    now = clock.now()
    with CaptureQueriesContext(connection) as found:
        assert proof_for(row, gate.environment, manifest, now) is not None
    assert len(found) == 2


def test_an_allow_lasts_no_longer_than_the_envelope(world, agreed, push, answer):
    row = agreed()
    body = answer(retrained(push))
    assert check(body, "approval.envelope")["due_at"] is not None
    assert row.valid_until is not None


def test_money_is_part_of_what_may_not_move(world, agreed, push, gate):
    agreed()
    row = retrained(push)
    economics.write_snapshot(
        actor=person(world.lead.user),
        use_case=world.use_case,
        currency="EUR",
        horizon=1,
        discount_rate=Decimal("0.05"),
        real_or_nominal="real",
        lines=[
            {
                "key": "a",
                "title": "A",
                "kind": "cost",
                "quantity": Decimal(1),
                "unit": "",
                "unit_price": Decimal(1),
                "from_period": 0,
                "to_period": 0,
            }
        ],
    )
    assert [line.about for line in proof(row, gate).broken] == ["economics"]
