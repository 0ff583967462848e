"""Setting an objection aside: table 1.1 of the rules, "Veto after a change"."""

from __future__ import annotations

import pytest

from approvals.models import Dismissal
from approvals.services import requests
from approvals.services.ballots import dismiss_block
from foundation import verification
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from tests.approvals.asking import OTHER_LOCK, give, ignored, stand_in, states, substate


@pytest.fixture
def block(world, push, ask, vote):
    return vote(world.security, ask(push()), "security", verdict="request_changes", comment="Pin it.")


def test_the_lead_sets_an_objection_aside_with_a_reason_and_the_ballot_stays(world, block):
    row = dismiss_block(actor=world.lead, ballot=block, reason=" Agreed with Security on the phone. ")

    assert (row.by, row.reason) == (world.lead.user, "Agreed with Security on the phone.")
    assert substate(block.request) == "pending"
    assert ignored(block.request) == {"security": "dismissed"}
    assert states(block.request)["security"] == "pending"  # what was objected to is not agreed to
    assert AuditEvent.objects.filter(kind="approvals.ballot.dismissed", subject_id=row.public_id).count() == 1
    assert [item for item in verification.verify() if item.altered] == []


def test_an_administrator_may_too(world, block):
    assert dismiss_block(actor=world.admin, ballot=block, reason="Security is on leave.").by == world.admin.user


@pytest.mark.parametrize("part", ["business", "engineer", "auditor", "stranger", "validator"])
def test_nobody_else_may(world, block, part):
    with pytest.raises(NotAllowed, match="Only the project lead or an administrator"):
        dismiss_block(actor=getattr(world, part), ballot=block, reason="Please.")
    assert not Dismissal.objects.exists()


def test_a_service_token_never_does(world, block):
    with pytest.raises(NotAllowed) as refused:
        dismiss_block(actor=world.ci, ballot=block, reason="Automated.")
    assert refused.value.code == "ballot.person_needed"


def test_a_reason_is_needed(world, block):
    with pytest.raises(Invalid) as refused:
        dismiss_block(actor=world.lead, ballot=block, reason="  ")
    assert refused.value.errors[0].field == "reason"


def test_the_submitter_does_not_set_aside_what_stands_in_their_way(world, push, ask, vote):
    request = ask(push(), world.lead)
    block = vote(world.security, request, "security", verdict="request_changes", comment="Pin it.")

    with pytest.raises(NotAllowed) as refused:
        dismiss_block(actor=world.lead, ballot=block, reason="I lead this.")
    assert refused.value.code == "ballot.dismiss_contributor"


def test_who_made_what_the_step_judges_does_not_either(world, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")
    block = vote(world.business, request, "business", verdict="request_changes", comment="Which customers?")

    with pytest.raises(NotAllowed) as refused:
        dismiss_block(actor=world.lead, ballot=block, reason="The definition says so.")  # which the lead wrote
    assert refused.value.code == "ballot.dismiss_contributor"


def test_ones_own_objection_is_taken_back_and_not_set_aside(world, push, ask, vote):
    give(world, "lead", "security_reviewer")
    request = ask(push())
    block = vote(world.lead, request, "security", verdict="request_changes", comment="Pin it.")

    with pytest.raises(NotAllowed) as refused:
        dismiss_block(actor=world.lead, ballot=block, reason="Never mind.")
    assert refused.value.code == "ballot.own_block"


def test_nor_one_that_somebody_made_in_ones_place(world, push, ask, vote):
    give(world, "lead", "security_reviewer")
    stand_in(world, world.stranger, world.lead)
    request = ask(push())
    block = vote(world.stranger, request, "security", verdict="request_changes", comment="Pin it.", on_behalf_of=world.lead.user)

    with pytest.raises(NotAllowed) as refused:
        dismiss_block(actor=world.lead, ballot=block, reason="Never mind.")
    assert refused.value.code == "ballot.own_block"


def test_what_does_not_block_cannot_be_set_aside(world, block, vote):
    dismiss_block(actor=world.lead, ballot=block, reason="Talked.")
    approval = vote(world.governance, block.request, "data")
    for ballot in (block, approval):
        with pytest.raises(Conflict) as refused:
            dismiss_block(actor=world.lead, ballot=ballot, reason="Again.")
        assert refused.value.code == "ballot.no_block"
    assert Dismissal.objects.count() == 1


def test_a_rejection_is_over_and_cannot_be_set_aside(world, push, ask, vote):
    block = vote(world.security, ask(push()), "security", verdict="reject", comment="Never.")

    with pytest.raises(Conflict):
        dismiss_block(actor=world.lead, ballot=block, reason="But.")


def test_who_objected_may_object_again_with_the_same_words(world, block, vote):
    dismiss_block(actor=world.lead, ballot=block, reason="Talked.")
    again = vote(world.security, block.request, "security", verdict="request_changes", comment="Pin it.")

    assert again != block
    assert substate(block.request) == "changes_requested"


def test_an_objection_that_followed_to_the_next_version_can_be_set_aside_there(world, block, push, ask):
    second = ask(push("8"))
    assert substate(second) == "changes_requested"
    dismiss_block(actor=world.lead, ballot=block, reason="Talked.")

    assert substate(second) == "pending"


def test_what_was_set_aside_does_not_follow_to_the_next_version(world, block, push, ask):
    dismiss_block(actor=world.lead, ballot=block, reason="Talked.")
    second = ask(push("8"))

    assert substate(second) == "pending"
    assert not second.inherited.filter(ballot=block).exists()


def test_setting_the_last_objection_aside_can_complete_a_request(world, push, ask, vote, approve):
    request = approve(ask(push()), but=("security",))
    give(world, "scientist", "security_reviewer")
    vote(world.scientist, request, "security")
    request.refresh_from_db()
    assert request.state == "approved"  # so the objection has to be there before

    second = approve(ask(push("8", dependency_sets=OTHER_LOCK)), but=("validation", "data", "security", "business"))
    block = vote(world.security, second, "security", verdict="request_changes", comment="Pin it.")
    vote(world.scientist, second, "security")
    second.refresh_from_db()
    assert second.state == "open"
    dismiss_block(actor=world.lead, ballot=block, reason="Pinned.")
    second.refresh_from_db()
    assert second.state == "approved"


def test_a_new_round_answers_it_as_well(world, block):
    requests.resubmit(actor=world.engineer, request=block.request, comment="Pinned.")

    with pytest.raises(Conflict):
        dismiss_block(actor=world.lead, ballot=block, reason="Late.")
