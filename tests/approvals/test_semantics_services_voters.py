"""Who may vote, and what happens when that changes: the rows that need grants, delegations and decisions to be told.

The rest of the table is told without a database in `test_semantics_voters`.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from approvals.models import Ballot, Clock, Decision
from approvals.selectors.standing import standing_of
from approvals.services import clocks, decisions, policies, requests
from foundation import clock, outbox
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.people import services as people
from governance.people.models import RoleGrant, User
from tests.approvals.asking import asked, end_grants, give, ignored, publish_policy, redefine, states
from tests.conftest import POLICY


def step_of(request, key):
    request.refresh_from_db()
    return next(step for step in standing_of(request).verdict.steps if step.key == key)


def refused(code: str, cast, *args, **more) -> None:
    with pytest.raises((NotAllowed, Conflict)) as why:
        cast(*args, **more)
    assert why.value.code == code


def lend(principal, delegate, days: int = 3, **more):
    return people.delegate(
        actor=principal, principal=principal.user, delegate=delegate.user, ends_at=clock.now() + timedelta(days=days), **more
    )


def test_author_approves_own_is_refused_and_an_administrator_is_no_exception(world, push, ask, vote):
    people.grant_role(actor=world.admin, user=world.lead.user, role="administrator")
    give(world, "lead", "business_owner")
    request = ask(push(), world.lead)
    vote(world.validator, request, "validation")
    refused("ballot.contributor", vote, world.lead, request, "business")  # who wrote the definition
    give(world, "lead", "security_reviewer")
    refused("ballot.submitter", vote, world.lead, request, "security")


def test_author_approves_own_through_a_deputy_is_refused_and_so_is_the_author_as_deputy(world, push, ask, vote):
    give(world, "lead", "business_owner")
    request = ask(push())
    vote(world.validator, request, "validation")
    lend(world.lead, world.auditor, role="business_owner")
    refused("ballot.principal_contributor", vote, world.auditor, request, "business", on_behalf_of=world.lead.user)
    lend(world.business, world.lead, role="business_owner")
    refused("ballot.contributor", vote, world.lead, request, "business", on_behalf_of=world.business.user)


def test_rebase_by_a_bot_launders_no_authorship_the_set_only_grows(world, push, ask, vote):
    """Somebody else writes it once more, and is its author from then on: who wrote it before stays among those who made it."""
    give(world, "scientist", "business_owner")
    request = ask(push())
    redefine(world, actor=world.scientist)
    vote(world.validator, request, "validation")
    redefine(world, actor=world.lead, ml_problem="The same, said by another.")
    vote(world.governance, request, "data")

    request.refresh_from_db()
    assert {world.scientist.id, world.lead.id} <= set(request.contributors["use_case"])
    refused("ballot.contributor", vote, world.scientist, request, "business")
    requests.resubmit(actor=world.lead, request=request, comment="Again.")
    request.refresh_from_db()
    assert world.scientist.id in request.contributors["use_case"]


def test_approver_loses_the_role_while_open_and_the_approval_stops_counting_while_a_block_stays(world, push, ask, vote):
    request = ask(push())
    vote(world.governance, request, "data")
    vote(world.security, request, "security", "request_changes", "There is an advisory.")
    end_grants(world, "governance")
    end_grants(world, "security")

    assert ignored(request) == {"data": "role_lost"}
    assert [ballot.human for ballot in standing_of(request).verdict.blocks] == [world.security.id]
    vote(world.security, request, "security", "retract")
    assert not standing_of(request).verdict.blocks


def test_role_lost_after_final_approval_leaves_the_decision_and_says_whose_word_it_rests_on(world, push, ask, approve):
    request = approve(ask(push()))
    end_grants(world, "security")
    people.deactivate_user(actor=world.admin, user=world.business.user)

    request.refresh_from_db()
    assert request.state == "approved"
    assert standing_of(request).verdict.state == "approved"
    assert decisions.decisions_resting_on(world.security.user) == [Decision.objects.get()]
    decisions.revoke(actor=world.lead, request=request, reason="Nobody stands behind it any more.")
    assert decisions.decisions_resting_on(world.security.user) == []


def test_group_changes_while_running_and_who_joined_can_act_while_who_left_is_not_shown(world, push, ask, vote):
    request = ask(push())
    assert asked(request, world) == {"validator", "governance", "security"}
    give(world, "auditor", "security_reviewer")
    end_grants(world, "security")

    assert asked(request, world) == {"validator", "governance", "auditor"}
    ballot = vote(world.auditor, request, "security")
    assert (ballot.grant.user, ballot.grant.role) == (world.auditor.user, "security_reviewer")


def test_approver_deactivated_or_left_blocks_and_escalates_the_same_minute(world, push, ask):
    policies.write_policy(actor=world.admin, key="production-release", source=POLICY)
    escalating = POLICY.replace(
        "covers: [dependencies, runtime]}",
        "covers: [dependencies, runtime], sla: 2 working days, escalate: {after: 1 working day, to: project_lead}}",
    )
    publish_policy(world, escalating)
    request = ask(push())
    people.deactivate_user(actor=world.admin, user=world.security.user)
    assert step_of(request, "security").state == "blocked"
    outbox.deliver()

    found = Clock.objects.get(request=request, step="security")
    assert found.escalated_at is not None
    assert step_of(request, "security").waiting_on == (world.lead.id,)


def test_nobody_eligible_or_quorum_beyond_them_is_blocked_and_names_everybody(world, push, ask):
    publish_policy(world, POLICY.replace("role: security_reviewer, covers", "role: security_reviewer, quorum: 2, covers"))
    give(world, "engineer", "security_reviewer")
    reason = step_of(ask(push()), "security").reason
    assert (reason.code, reason.quorum) == ("too_few", 2)
    assert (reason.eligible, reason.excluded) == ((world.security.id,), (world.engineer.id,))


def test_same_human_in_two_steps_counts_once_and_whoever_can_is_moved_for_the_other(world, push, ask, vote):
    give(world, "validator", "security_reviewer")
    give(world, "security", "model_validator")
    request = ask(push())
    vote(world.validator, request, "security")
    vote(world.validator, request, "validation")
    now = states(request)
    assert sorted((now["validation"], now["security"])) == ["met", "pending"]
    vote(world.security, request, "validation")
    now = states(request)
    assert (now["validation"], now["security"]) == ("met", "met")


def test_delegation_is_a_half_open_interval_without_chains_and_counts_while_all_of_it_lasts(world, push, ask, vote):
    request = ask(push())
    lend(world.security, world.auditor, role="security_reviewer", scope=world.use_case.public_id)
    refused("ballot.not_delegated", vote, world.stranger, request, "security", on_behalf_of=world.security.user)
    with pytest.raises(Invalid) as chain:
        lend(world.auditor, world.stranger, role="security_reviewer")
    assert chain.value.code == "delegation.not_held"

    ballot = vote(world.auditor, request, "security", on_behalf_of=world.security.user)
    assert (ballot.speaks_for, ballot.grant.user) == (world.security.user, world.security.user)
    assert states(request)["security"] == "met"
    with time_machine.travel(ballot.delegation.ends_at - timedelta(microseconds=1), tick=False):
        assert states(request)["security"] == "met"
    with time_machine.travel(ballot.delegation.ends_at, tick=False):
        assert ignored(request)["security"] == "delegation_ended"


def test_delegation_is_one_vote_per_principal_and_per_human(world, push, ask, vote):
    publish_policy(world, POLICY.replace("role: security_reviewer, covers", "role: security_reviewer, quorum: 2, covers"))
    give(world, "auditor", "security_reviewer")
    request = ask(push())
    lend(world.security, world.auditor)
    vote(world.auditor, request, "security", on_behalf_of=world.security.user)
    vote(world.auditor, request, "security")
    assert states(request)["security"] == "pending"
    vote(world.security, request, "security")
    assert states(request)["security"] == "met"


def test_two_act_at_once_and_who_saw_something_else_is_told_what_changed(world, push, ask, vote):
    from approvals.services import ballots

    request = ask(push())
    vote(world.validator, request, "validation")
    seen = standing_of(request).digest
    redefine(world)
    said = {"actor": world.business, "request": request, "step": "business", "verdict": "approve", "digest": seen}
    with pytest.raises(Conflict) as moved:
        ballots.cast_ballot(**said)
    assert (moved.value.code, moved.value.extra["changed"]) == ("ballot.digest", ["use_case"])


def test_two_act_at_once_a_double_click_is_one_ballot_and_one_event(world, push, ask, vote):
    request = ask(push())
    assert vote(world.validator, request, "validation") == vote(world.validator, request, "validation")
    assert (Ballot.objects.count(), AuditEvent.objects.filter(kind="approvals.ballot.cast").count()) == (1, 1)


def test_somebody_who_joined_and_left_meanwhile_changes_nothing_for_a_sweep(world, push, ask):
    request = ask(push())
    grant = people.grant_role(
        actor=world.admin, user=world.auditor.user, role="security_reviewer", scope=world.use_case.public_id
    )
    people.end_role(actor=world.admin, grant=grant, reason="A slip.")
    before = states(request)
    clocks.tick()
    assert states(request) == before
    assert RoleGrant.objects.filter(user=world.auditor.user, role="security_reviewer", ended_at=None).count() == 0
    assert User.objects.get(pk=world.auditor.user.pk).is_active
