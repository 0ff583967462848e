from __future__ import annotations

import pytest

from approvals.models import Decision
from approvals.selectors.standing import standing_of
from approvals.services import ballots
from foundation.errors import Conflict
from governance.people import services as people
from governance.people.models import RoleGrant
from tests.approvals.asking import OTHER_LOCK, STEPS, asked, ignored, publish_policy, redefine, states, substate
from tests.conftest import POLICY

# Inheriting ----------------------------------------------------------------------------------------------------------


def test_nothing_is_inherited_from_a_rejected_request(world, push, ask, vote):
    before = ask(push("6"))
    vote(world.validator, before, "validation")
    rejected = ask(push("7"))
    vote(world.governance, rejected, "data", verdict="reject", comment="Not on this data.")
    rejected.refresh_from_db()
    assert rejected.state == "rejected"
    again = ask(push("8"))

    assert again.predecessor == before
    assert states(again)["data"] == "pending"
    assert states(again)["validation"] == "met"


def test_an_objection_follows_to_the_next_version_while_nothing_it_covers_changed(world, push, ask, vote):
    first = ask(push("7"))
    vote(world.security, first, "security", verdict="request_changes", comment="Pin it.")
    same = ask(push("8", params={"max_depth": 9}))
    assert substate(same) == "changes_requested"
    better = ask(push("9", dependency_sets=OTHER_LOCK))

    assert substate(better) == "pending"
    assert ignored(better)["security"] == "stale"


def test_what_was_taken_back_is_not_inherited(world, push, ask, vote):
    first = ask(push("7"))
    vote(world.validator, first, "validation")
    vote(world.validator, first, "validation", verdict="retract")
    second = ask(push("8"))

    assert states(second)["validation"] == "pending"


def test_who_lost_the_role_is_not_inherited_either(world, push, ask, approve):
    approve(ask(push("7")))
    people.end_role(actor=world.lead, grant=RoleGrant.objects.get(user=world.validator.user), reason="moved")
    second = ask(push("8"))

    assert states(second)["validation"] == "blocked"
    assert ignored(second)["validation"] == "role_lost"


def test_a_changed_step_is_asked_again_and_the_others_are_not(world, push, ask, approve):
    approve(ask(push("7")))
    publish_policy(world, POLICY.replace("covers: [dependencies, runtime]", "covers: [dependencies]"))
    second = ask(push("8"))

    assert asked(second, world) == {"security"}


def test_an_open_request_keeps_the_policy_it_was_opened_under(world, push, ask, approve):
    request = ask(push())
    publish_policy(world, POLICY + "  - {key: extra, title: Extra, role: auditor, covers: [code]}\n")

    assert approve(request).state == "approved"


# What makes a ballot stale -------------------------------------------------------------------------------------------


def test_a_change_of_the_use_case_makes_the_ballots_that_cover_it_stale_and_no_others(world, push, ask, approve):
    request = approve(ask(push()), but=("security",))
    assert states(request) == {"validation": "met", "data": "met", "security": "pending", "business": "met"}
    redefine(world)

    assert states(request) == {"validation": "met", "data": "met", "security": "pending", "business": "pending"}
    assert ignored(request) == {"business": "stale"}
    assert asked(request, world) == {"security", "business"}


def test_voting_over_what_changed_meanwhile_is_a_conflict_that_names_the_difference(world, push, ask, vote):
    request = ask(push())
    seen = standing_of(request).digest
    before = request.manifest["use_case"]
    redefine(world)

    with pytest.raises(Conflict) as moved:
        ballots.cast_ballot(actor=world.validator, request=request, step="validation", verdict="approve", digest=seen)
    assert moved.value.code == "ballot.digest"
    assert moved.value.extra["changed"] == ["use_case"]
    assert moved.value.extra["difference"]["use_case"][0] == before
    assert moved.value.extra["digest"] == standing_of(request).digest
    assert not request.ballots.exists()


def test_a_change_back_makes_ballots_count_again(world, push, ask, vote):
    request = ask(push())
    for part, step in STEPS[:1] + STEPS[3:]:
        vote(getattr(world, part), request, step)
    assert states(request)["business"] == "met"
    redefine(world)
    assert states(request)["business"] == "pending"
    redefine(
        world,
        business_problem="Customers leave, and we learn of it too late.",
        kpis=[{"name": "Leavers found", "unit": "%", "baseline": 42, "target": 70}],
    )

    assert states(request)["business"] == "met"


def test_the_decision_stays_as_it_was_whatever_happens_afterwards(world, push, ask, approve):
    request = approve(ask(push()))
    decision = Decision.objects.get(request=request)
    before = (decision.manifest, decision.ballots, decision.manifest_digest)
    redefine(world)
    for part, _step in STEPS:
        people.deactivate_user(actor=world.admin, user=getattr(world, part).user)
    decision.refresh_from_db()

    assert (decision.manifest, decision.ballots, decision.manifest_digest) == before
    assert set(states(request).values()) == {"met"}
    assert standing_of(request).digest == decision.manifest_digest
