"""Other rules for what is open: table 1.3 of the rules, "Template edited while instances run"."""

from __future__ import annotations

import json

import pytest

from approvals.models import Request
from approvals.selectors.standing import standing_of
from approvals.services import policies, requests
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from tests.approvals.asking import ignored, publish, publish_policy, states, substate
from tests.conftest import POLICY

EXTRA = POLICY + "  - {key: extra, title: Extra, role: auditor, covers: [code]}\n"
OTHER_SECURITY = POLICY.replace("covers: [dependencies, runtime]", "covers: [dependencies]")


def test_migrating_keeps_the_ballots_of_steps_that_are_the_same(world, push, ask, vote):
    request = ask(push())
    for part, step in (("validator", "validation"), ("security", "security")):
        vote(getattr(world, part), request, step)
    version = publish_policy(world, OTHER_SECURITY)
    before = standing_of(request).policy.digest
    requests.migrate(actor=world.admin, request=request, version=version)

    assert states(request) == {"validation": "met", "data": "pending", "security": "pending", "business": "pending"}
    assert ignored(request) == {"security": "policy_changed"}
    assert request.policy_version == version
    event = json.loads(bytes(AuditEvent.objects.get(kind="approvals.request.migrated").body))
    assert (event["data"]["from"], event["data"]["to"]) == (before, version.digest)


def test_who_approved_a_step_that_changed_may_say_the_same_again(world, push, ask, vote):
    request = ask(push())
    vote(world.security, request, "security")
    requests.migrate(actor=world.admin, request=request, version=publish_policy(world, OTHER_SECURITY))
    vote(world.security, request, "security")

    assert states(request)["security"] == "met"
    assert request.ballots.count() == 2


def test_migrating_to_fewer_steps_can_complete_a_request(world, push, ask, vote, approve):
    request = approve(ask(push()), but=("security",))
    fewer = "\n".join(line for line in POLICY.splitlines() if "security" not in line) + "\n"
    row = requests.migrate(actor=world.admin, request=request, version=publish_policy(world, fewer))

    assert row.state == "approved"


def test_migrating_to_the_same_version_is_nothing(world, push, ask):
    request = ask(push())
    requests.migrate(actor=world.admin, request=request, version=request.policy_version)

    assert not AuditEvent.objects.filter(kind="approvals.request.migrated").exists()


@pytest.mark.parametrize("part", ["lead", "engineer", "security", "auditor"])
def test_only_an_administrator_migrates(world, push, ask, part):
    request = ask(push())
    version = publish_policy(world, EXTRA)

    with pytest.raises(NotAllowed):
        requests.migrate(actor=getattr(world, part), request=request, version=version)


def test_only_what_is_in_force_takes_over(world, push, ask):
    request = ask(push())
    draft = policies.write_policy(actor=world.admin, key="production-release", source=EXTRA)
    with pytest.raises(Conflict) as refused:
        requests.migrate(actor=world.admin, request=request, version=draft)
    assert refused.value.code == "request.version_not_in_force"
    policies.withdraw_version(actor=world.admin, version=publish(world, draft), reason="Too much.")
    draft.refresh_from_db()

    with pytest.raises(Conflict):
        requests.migrate(actor=world.admin, request=request, version=draft)


def test_another_policy_takes_over_only_once_the_gate_names_it(world, push, ask, gate):
    request = ask(push())
    policies.write_policy(actor=world.admin, key="other", source=EXTRA)
    version = publish_policy(world, POLICY, key="other")
    with pytest.raises(Conflict) as refused:
        requests.migrate(actor=world.admin, request=request, version=version)
    assert refused.value.code == "request.other_policy"
    policies.set_gate(actor=world.admin, slug="production", title="Production", mode="prevent", policy=version.policy)

    assert requests.migrate(actor=world.admin, request=request, version=version).policy_version == version


def test_a_closed_request_keeps_its_policy(world, push, ask, approve):
    request = approve(ask(push()))
    version = publish_policy(world, EXTRA)

    with pytest.raises(Conflict):
        requests.migrate(actor=world.admin, request=request, version=version)


# Withdrawing a version -----------------------------------------------------------------------------------------------


def test_a_withdrawn_version_blocks_what_is_open_until_it_is_moved(world, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")
    version = publish_policy(world, EXTRA)
    policies.withdraw_version(actor=world.admin, version=request.policy_version, reason="It lets authors judge.")

    assert substate(request) == "blocked"
    with pytest.raises(Conflict) as refused:
        vote(world.security, request, "security")
    assert refused.value.code == "ballot.withdrawn"
    requests.migrate(actor=world.admin, request=request, version=version)
    assert substate(request) == "pending"
    assert states(request)["validation"] == "met"


def test_nothing_is_approved_under_a_withdrawn_version(world, push, ask, vote, approve):
    request = approve(ask(push()), but=("security",))
    policies.withdraw_version(actor=world.admin, version=request.policy_version, reason="Unsafe.")
    with pytest.raises(Conflict):
        vote(world.security, request, "security")
    requests.settle_if_final(actor=world.engineer, request=request)

    assert Request.objects.get(pk=request.pk).state == "open"


def test_what_was_approved_before_stays_approved(world, push, ask, approve):
    request = approve(ask(push()))
    policies.withdraw_version(actor=world.admin, version=request.policy_version, reason="Unsafe.")

    assert set(states(request).values()) == {"met"}


def test_withdrawing_wants_an_administrator_and_a_reason_and_happens_once(world, gate):
    version = gate.policy.current_version()
    with pytest.raises(NotAllowed):
        policies.withdraw_version(actor=world.lead, version=version, reason="Unsafe.")
    with pytest.raises(Invalid):
        policies.withdraw_version(actor=world.admin, version=version, reason=" ")
    policies.withdraw_version(actor=world.admin, version=version, reason="Unsafe.")
    with pytest.raises(Conflict):
        policies.withdraw_version(actor=world.admin, version=version, reason="Unsafe.")
    assert gate.policy.current_version() is None


def test_a_request_for_a_gate_whose_policy_is_withdrawn_has_nobody_to_ask(world, push, ask, gate):
    policies.withdraw_version(actor=world.admin, version=gate.policy.current_version(), reason="Unsafe.")

    with pytest.raises(Invalid) as refused:
        ask(push())
    assert refused.value.code == "request.no_gate"
