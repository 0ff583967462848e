from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from approvals.models import Ballot, Decision, Request
from approvals.selectors.standing import standing_of
from approvals.services import policies, requests
from foundation import clock
from foundation.errors import Conflict, Invalid, Missing, NotAllowed
from foundation.models import AuditEvent
from governance.people.models import RoleGrant
from lineage.models import Environment
from tests.approvals.asking import OTHER_LOCK, asked, ignored, redefine, states, substate

# The story -----------------------------------------------------------------------------------------------------------


def test_a_request_is_approved_when_each_step_is_met_and_the_decision_binds_the_bytes(world, push, ask, approve):
    row = push()
    request = approve(ask(row))

    assert (request.state, request.closed_at is not None) == ("approved", True)
    decision = Decision.objects.get(request=request)
    assert (decision.commit, decision.artifact_sha256) == (row.commit, row.artifact_sha256)
    assert decision.manifest == request.manifest
    assert {item["step"]: item["name"] for item in decision.ballots} == {
        "validation": "Validator", "data": "Governance", "security": "Security", "business": "Business",
    }  # fmt: skip
    assert decision.valid_until == decision.decided_at + timedelta(days=180)


def test_a_step_opens_when_those_before_it_are_met(world, push, ask, vote):
    request = ask(push())
    assert states(request) == {"validation": "pending", "data": "pending", "security": "pending", "business": "waiting"}
    assert asked(request, world) == {"validator", "governance", "security"}

    with pytest.raises(Conflict) as early:
        vote(world.business, request, "business")
    assert early.value.code == "ballot.waiting"
    vote(world.validator, request, "validation")
    assert asked(request, world) == {"governance", "security", "business"}


def test_a_new_lock_asks_security_alone_and_the_rest_is_inherited(world, push, ask, vote, approve):
    first = approve(ask(push("7")))
    second = ask(push("8", dependency_sets=OTHER_LOCK))

    assert second.predecessor == first
    assert states(second) == {"validation": "met", "data": "met", "security": "pending", "business": "met"}
    assert asked(second, world) == {"security"}
    assert ignored(second) == {"security": "stale"}
    vote(world.security, second, "security")
    second.refresh_from_db()
    assert second.state == "approved"
    decision = Decision.objects.get(request=second)
    inherited = {item["step"]: item["inherited_from"] for item in decision.ballots}
    assert inherited == {"validation": first.public_id, "data": first.public_id, "security": "", "business": first.public_id}


def test_a_version_that_changes_nothing_that_was_judged_needs_nobody(world, push, ask, approve):
    approve(ask(push("7")))
    second = ask(push("8"))

    assert (second.state, second.ballots.count()) == ("approved", 0)


def test_inheritance_goes_through_several_versions(world, push, ask, vote, approve):
    approve(ask(push("7")))
    ask(push("8", dependency_sets=OTHER_LOCK))
    third = ask(push("9", dependency_sets=OTHER_LOCK))

    assert asked(third, world) == {"security"}
    vote(world.security, third, "security")
    assert Request.objects.get(pk=third.pk).state == "approved"


def test_going_back_to_what_was_judged_before_does_not_revive_the_ballots_of_a_request_before_the_last(world, push, ask, vote):
    first = ask(push("7"))
    vote(world.security, first, "security")
    second = ask(push("8", dependency_sets=OTHER_LOCK))
    vote(world.security, second, "security", verdict="request_changes", comment="Pin it lower.")
    third = ask(push("9"))

    assert states(third)["security"] == "pending"


def test_a_newer_version_supersedes_the_open_request_of_the_older(world, push, ask, vote):
    first = ask(push("7"))
    vote(world.validator, first, "validation")
    second = ask(push("8"))
    first.refresh_from_db()

    assert (first.state, second.state) == ("superseded", "open")
    assert states(second)["validation"] == "met"
    with pytest.raises(Conflict) as closed:
        vote(world.security, first, "security")
    assert closed.value.code == "request.closed"
    assert AuditEvent.objects.filter(kind="approvals.request.superseded", subject_id=first.public_id).count() == 1


def test_requests_for_different_environments_do_not_touch_each_other(world, push, ask, gate, vote):
    row = push()
    production = ask(row)
    staging = policies.set_gate(actor=world.admin, slug="staging", title="Staging", mode="warn", policy=gate.policy).environment
    vote(world.validator, production, "validation")

    other = requests.open_request(
        actor=world.ci, subject_type="model_version", subject_id=row.public_id, purpose="deployment", environment=staging
    )
    production.refresh_from_db()
    assert (production.state, other.state) == ("open", "open")
    assert states(other)["validation"] == "pending"


def test_asking_the_same_twice_is_asking_once(world, push, ask):
    row = push()

    assert ask(row) == ask(row)
    assert Request.objects.count() == 1


# Ballots -------------------------------------------------------------------------------------------------------------


def test_a_double_click_is_one_ballot(world, push, ask, vote):
    request = ask(push())

    assert vote(world.security, request, "security") == vote(world.security, request, "security")
    assert request.ballots.count() == 1
    assert AuditEvent.objects.filter(kind="approvals.ballot.cast").count() == 1


def test_another_word_is_another_ballot_and_the_last_one_counts(world, push, ask, vote):
    request = ask(push())
    vote(world.security, request, "security")
    vote(world.security, request, "security", verdict="request_changes", comment="On reflection, no.")

    assert substate(request) == "changes_requested"
    assert request.ballots.count() == 2
    vote(world.security, request, "security", comment="Now yes.")
    assert states(request)["security"] == "met"


@pytest.mark.parametrize("verdict", ["request_changes", "reject"])
@pytest.mark.parametrize("comment", ["", "   \n"])
def test_an_objection_needs_a_word_why(world, push, ask, vote, verdict, comment):
    request = ask(push())

    with pytest.raises(Invalid) as refused:
        vote(world.security, request, "security", verdict=verdict, comment=comment)
    assert refused.value.errors[0].field == "comment"
    assert not request.ballots.exists()


def test_a_service_token_never_votes_whatever_its_scopes_and_its_owner(world, push, ask, vote):
    from foundation import actor as actors
    from foundation import tokens
    from foundation.models import Token

    request = ask(push())
    token, _secret = tokens.create(
        actor=world.security, name="Robot", owner=world.security.user, kind=Token.Kind.SERVICE, scopes=["admin", "read"]
    )

    for robot in (world.ci, actors.service(token), actors.system("sealer")):
        with pytest.raises(NotAllowed) as refused:
            vote(robot, request, "security")
        assert refused.value.code == "ballot.person_needed"


@pytest.mark.parametrize(
    ("part", "step", "code"),
    [("business", "security", "no_role"), ("auditor", "security", "no_role"), ("admin", "validation", "no_role")],
)
def test_who_does_not_hold_the_role_cannot_vote(world, push, ask, vote, part, step, code):
    with pytest.raises(NotAllowed) as refused:
        vote(getattr(world, part), ask(push()), step)
    assert refused.value.code == f"ballot.{code}"


def test_a_step_that_is_none_is_a_conflict_and_a_verdict_that_is_none_invalid(world, push, ask, vote):
    request = ask(push())

    with pytest.raises(Conflict, match="no such step"):
        vote(world.security, request, "nothing")
    with pytest.raises(Invalid, match="A verdict is one of"):
        vote(world.security, request, "security", verdict="maybe")
    with pytest.raises(Conflict) as nothing:
        vote(world.security, request, "security", verdict="retract")
    assert nothing.value.code == "ballot.nothing_to_retract"


def test_a_comment_has_its_limits(world, push, ask, vote):
    request = ask(push())

    with pytest.raises(Invalid):
        vote(world.security, request, "security", comment="x" * (requests.LONGEST_COMMENT + 1))
    with pytest.raises(Invalid, match="NUL"):
        vote(world.security, request, "security", comment="a\x00b")
    assert vote(world.security, request, "security", comment=" 同意。🙂 ").comment == "同意。🙂"


def test_an_abstention_is_recorded_and_counts_for_nothing(world, push, ask, vote):
    request = ask(push())
    vote(world.security, request, "security", verdict="abstain")

    assert states(request)["security"] == "pending"
    assert ignored(request)["security"] == "abstained"


# Withdrawing, rounds, time -------------------------------------------------------------------------------------------


def test_the_submitter_and_the_lead_take_back_and_nobody_else(world, push, ask):
    first = ask(push("7"))
    for part in ("security", "stranger", "auditor", "admin"):
        with pytest.raises(NotAllowed):
            requests.withdraw(actor=getattr(world, part), request=first)
    assert requests.withdraw(actor=world.engineer, request=first).state == "withdrawn"
    second = ask(push("8"))
    assert requests.withdraw(actor=world.lead, request=second, reason="later").state == "withdrawn"
    with pytest.raises(Conflict):
        requests.withdraw(actor=world.lead, request=second)


def test_after_a_withdrawal_what_was_said_carries_over(world, push, ask, vote):
    row = push()
    first = ask(row)
    vote(world.validator, first, "validation")
    requests.withdraw(actor=world.engineer, request=first)
    again = ask(row)

    assert again != first
    assert states(again)["validation"] == "met"


def test_changes_asked_for_block_until_a_new_round_in_which_earlier_words_are_history(world, push, ask, vote, approve):
    request = ask(push())
    vote(world.validator, request, "validation")
    vote(world.security, request, "security", verdict="request_changes", comment="Why numpy 2?")
    vote(world.governance, request, "data")
    vote(world.business, request, "business")
    assert (substate(request), request.state) == ("changes_requested", "open")

    requests.resubmit(actor=world.engineer, request=request, comment="Because of pandas.")
    request.refresh_from_db()
    assert (request.round, substate(request)) == (2, "pending")
    assert states(request) == {"validation": "pending", "data": "pending", "security": "pending", "business": "waiting"}
    assert set(ignored(request).values()) == {"earlier_round"}
    assert approve(request).state == "approved"


def test_in_a_later_round_inherited_approvals_count_and_inherited_objections_are_answered(world, push, ask, vote):
    first = ask(push("7"))
    vote(world.validator, first, "validation")
    vote(world.security, first, "security", verdict="request_changes", comment="Pin it.")
    second = ask(push("8", params={"max_depth": 6}))
    assert substate(second) == "changes_requested"
    requests.resubmit(actor=world.engineer, request=second, comment="It is pinned.")

    assert states(second) == {"validation": "met", "data": "pending", "security": "pending", "business": "pending"}


def test_a_rejected_request_is_over(world, push, ask, vote):
    request = ask(push())
    vote(world.security, request, "security", verdict="reject", comment="Never.")
    request.refresh_from_db()

    assert request.state == "rejected"
    for act in (
        lambda: vote(world.validator, request, "validation"),
        lambda: requests.resubmit(actor=world.engineer, request=request, comment="Please."),
        lambda: requests.withdraw(actor=world.engineer, request=request),
    ):
        with pytest.raises(Conflict):
            act()
    assert not Decision.objects.exists()


def test_a_request_lapses_when_its_time_is_over_and_what_was_said_carries_over(world, push, ask, vote):
    row = push()
    request = ask(row)
    vote(world.validator, request, "validation")
    assert request.lapses_at - request.opened_at == timedelta(days=30)
    assert requests.expire_due() == 0

    with time_machine.travel(request.lapses_at, tick=False):
        assert requests.expire_due() == 1
        assert requests.expire_due() == 0
    request.refresh_from_db()
    assert request.state == "expired"
    assert states(ask(row))["validation"] == "met"


# Who may ask ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["business", "security", "auditor", "admin"])
def test_only_builders_ask(world, push, ask, part):
    row = push()

    with pytest.raises(NotAllowed, match="build this use case"):
        ask(row, getattr(world, part))


def test_a_stranger_does_not_learn_that_there_is_such_a_version(world, push, ask):
    row = push()

    with pytest.raises(Missing):
        ask(row, world.stranger)


def test_an_environment_without_a_gate_has_nobody_to_ask(world, push, gate):
    row = push()
    lab = Environment.objects.create(slug="lab", title="Lab", created_at=clock.now())

    for environment in (lab, None):
        with pytest.raises(Invalid) as refused:
            requests.open_request(
                actor=world.ci,
                subject_type="model_version",
                subject_id=row.public_id,
                purpose="deployment",
                environment=environment,
            )
        assert refused.value.code == "request.no_gate"


def test_types_and_purposes_that_are_none_are_refused_by_name(world, push, gate):
    row = push()

    with pytest.raises(Invalid, match="cannot be put up for approval"):
        requests.open_request(
            actor=world.ci, subject_type="cat", subject_id=row.public_id, purpose="deployment", environment=gate.environment
        )
    with pytest.raises(Invalid, match="This can be asked for: deployment"):
        requests.open_request(
            actor=world.ci, subject_type="model_version", subject_id=row.public_id, purpose="fun", environment=gate.environment
        )


def test_a_ballot_keeps_what_was_on_the_screen_and_the_grant_that_made_it_valid(world, push, ask, vote):
    request = ask(push())
    ballot = vote(world.security, request, "security")

    assert ballot.components == {name: request.manifest[name] for name in ("dependencies", "runtime")}
    assert ballot.grant == RoleGrant.objects.get(user=world.security.user)
    assert ballot.manifest_digest == standing_of(request).digest
    assert (Ballot.objects.get(pk=ballot.pk).auth, ballot.round) == ("session", 1)


def test_a_verdict_that_became_final_without_a_ballot_is_settled_once(world, push, ask, vote):
    request = ask(push())
    for part, step in (("validator", "validation"), ("governance", "data"), ("business", "business")):
        vote(getattr(world, part), request, step)
    redefine(world)
    vote(world.security, request, "security")
    assert Request.objects.get(pk=request.pk).state == "open"
    redefine(
        world,
        business_problem="Customers leave, and we learn of it too late.",
        kpis=[{"name": "Leavers found", "unit": "%", "baseline": 42, "target": 70}],
    )

    for _i in range(2):
        requests.settle_if_final(actor=world.engineer, request=request)
    request.refresh_from_db()
    assert request.state == "approved"
    assert Decision.objects.count() == 1
