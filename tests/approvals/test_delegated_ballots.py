"""Acting in somebody's place: table 1.2 of the rules, "Delegation / out of office"."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine

from approvals.models import Decision, Request
from approvals.selectors.standing import standing_of
from approvals.services import requests
from foundation import clock
from foundation.errors import NotAllowed
from foundation.models import AuditEvent
from governance.people import services as people
from governance.people.models import Delegation, User
from tests.approvals.asking import end_grants, give, ignored, redefine, stand_in, states, substate


@pytest.fixture
def bob(world):
    """Somebody who holds no role here."""
    return world.stranger


def test_a_delegate_votes_in_the_place_of_who_holds_the_role_and_the_ballot_says_both(world, push, ask, vote, bob):
    row = stand_in(world, bob, world.security)
    request = ask(push())
    ballot = vote(bob, request, "security", on_behalf_of=world.security.user)

    assert states(request)["security"] == "met"
    assert (ballot.human, ballot.principal, ballot.delegation) == (bob.user, world.security.user, row)
    assert ballot.speaks_for == world.security.user
    assert (ballot.grant.user, ballot.grant.role) == (world.security.user, "security_reviewer")
    told = json.loads(bytes(AuditEvent.objects.get(kind="approvals.ballot.cast").body))
    assert (told["actor"]["id"], told["data"]["on_behalf_of"]) == (bob.id, world.security.id)
    assert told["data"]["delegation"] == row.public_id


def test_the_decision_keeps_in_whose_place_somebody_acted(world, push, ask, vote, approve, bob):
    stand_in(world, bob, world.security)
    request = ask(push())
    vote(bob, request, "security", on_behalf_of=world.security.user)
    assert approve(request, but=("security",)).state == "approved"

    (frozen,) = [item for item in Decision.objects.get().ballots if item["step"] == "security"]
    assert (frozen["human"], frozen["principal"]) == (bob.id, world.security.id)
    assert (frozen["name"], frozen["principal_name"]) == ("Stranger", "Security")


def test_a_ballot_in_ones_own_name_says_nothing_of_anybody_else(world, push, ask, vote):
    request = ask(push())
    ballot = vote(world.security, request, "security", on_behalf_of=world.security.user)

    assert (ballot.principal, ballot.delegation) == (None, None)
    assert "principal" not in ballot.audit_state()


def test_nobody_acts_in_a_place_that_was_not_lent_to_them(world, push, ask, vote, bob):
    request = ask(push())

    with pytest.raises(NotAllowed, match="has not asked you") as refused:
        vote(bob, request, "security", on_behalf_of=world.security.user)
    assert refused.value.code == "ballot.not_delegated"
    assert not request.ballots.exists()


@pytest.mark.parametrize("moment", ["before", "at_the_end", "ended_early"])
def test_a_delegation_is_a_half_open_interval(world, push, ask, vote, bob, moment):
    request = ask(push())
    row = stand_in(world, bob, world.security)
    at = {"before": row.starts_at - timedelta(seconds=1), "at_the_end": row.ends_at}.get(moment)
    if moment == "ended_early":
        Delegation.objects.filter(pk=row.pk).update(ended_at=clock.now())
    with time_machine.travel(at or clock.now(), tick=False), pytest.raises(NotAllowed) as refused:
        vote(bob, request, "security", on_behalf_of=world.security.user)

    assert refused.value.code == "ballot.not_delegated"


def test_no_chains_a_delegate_of_a_delegate_is_nobody(world, push, ask, vote, bob):
    stand_in(world, world.scientist, world.security)
    stand_in(world, bob, world.scientist)
    request = ask(push())

    for principal in (world.scientist, world.security):
        with pytest.raises(NotAllowed):
            vote(bob, request, "security", on_behalf_of=principal.user)


def test_a_delegation_reaches_its_role_and_its_use_case_only(world, push, ask, vote, bob):
    give(world, "security", "data_governance")
    stand_in(world, bob, world.security, role="data_governance", scope=world.use_case.public_id)
    stand_in(world, world.auditor, world.security, scope="uc_somewhere_else")
    request = ask(push())
    vote(bob, request, "data", on_behalf_of=world.security.user)

    assert states(request)["data"] == "met"
    for actor in (bob, world.auditor):
        with pytest.raises(NotAllowed) as refused:
            vote(actor, request, "security", on_behalf_of=world.security.user)
        assert refused.value.code == "ballot.not_delegated"


def test_what_the_principal_does_not_hold_cannot_be_done_in_their_place(world, push, ask, vote, bob):
    stand_in(world, bob, world.business)
    request = ask(push())

    with pytest.raises(NotAllowed) as refused:
        vote(bob, request, "security", on_behalf_of=world.business.user)
    assert refused.value.code == "ballot.principal_no_role"


def test_neither_a_delegate_nor_a_principal_may_have_made_what_is_judged(world, push, ask, vote, bob):
    give(world, "lead", "business_owner")
    stand_in(world, bob, world.lead)
    stand_in(world, world.lead, world.business)
    request = ask(push())
    vote(world.validator, request, "validation")

    with pytest.raises(NotAllowed) as by_principal:
        vote(bob, request, "business", on_behalf_of=world.lead.user)  # who wrote the definition
    with pytest.raises(NotAllowed) as by_delegate:
        vote(world.lead, request, "business", on_behalf_of=world.business.user)
    assert by_principal.value.code == "ballot.principal_contributor"
    assert by_delegate.value.code == "ballot.contributor"


def test_a_delegated_approval_counts_while_the_delegation_is_live(world, push, ask, vote, bob):
    row = stand_in(world, bob, world.security)
    request = ask(push())
    vote(bob, request, "security", on_behalf_of=world.security.user)
    assert states(request)["security"] == "met"
    with time_machine.travel(row.ends_at, tick=False):
        assert states(request)["security"] == "pending"
        assert ignored(request)["security"] == "delegation_ended"


def test_a_delegated_approval_counts_while_the_principal_holds_the_role(world, push, ask, vote, bob):
    stand_in(world, bob, world.security)
    request = ask(push())
    vote(bob, request, "security", on_behalf_of=world.security.user)
    end_grants(world, "security")

    assert states(request)["security"] == "blocked"
    assert ignored(request)["security"] == "role_lost"


def test_who_left_stands_in_for_nobody(world, push, ask, vote, bob):
    stand_in(world, bob, world.security)
    request = ask(push())
    vote(bob, request, "security", on_behalf_of=world.security.user)
    people.deactivate_user(actor=world.admin, user=User.objects.get(pk=bob.user.pk))

    assert states(request)["security"] == "pending"


def test_another_absence_does_not_make_an_old_ballot_count_again(world, push, ask, vote, approve, bob):
    first = stand_in(world, bob, world.security, days=1)
    request = ask(push())
    vote(bob, request, "security", on_behalf_of=world.security.user)
    later = first.ends_at + timedelta(days=3)
    Delegation.objects.create(
        principal=world.security.user,
        delegate=bob.user,
        starts_at=later,
        ends_at=later + timedelta(days=1),
        created_at=clock.now(),
    )
    with time_machine.travel(later + timedelta(hours=1), tick=False):
        assert states(request)["security"] == "pending"
        again = vote(bob, request, "security", on_behalf_of=world.security.user)  # but it can be said again
        assert states(request)["security"] == "met"
        assert request.ballots.count() == 2
        assert again.delegation != first


def test_one_vote_per_principal_the_last_word_counts(world, push, ask, vote, bob):
    stand_in(world, bob, world.security)
    request = ask(push())
    vote(bob, request, "security", on_behalf_of=world.security.user)
    vote(world.security, request, "security", verdict="request_changes", comment="I see this otherwise.")

    assert substate(request) == "changes_requested"
    assert ignored(request)["security"] == "superseded"


@pytest.mark.parametrize("who", ["delegate", "principal"])
def test_a_block_by_a_delegate_holds_until_the_delegate_or_the_principal_takes_it_back(world, push, ask, vote, bob, who):
    row = stand_in(world, bob, world.security)
    request = ask(push())
    vote(bob, request, "security", verdict="request_changes", comment="Pin it.", on_behalf_of=world.security.user)
    with time_machine.travel(row.ends_at, tick=False):
        assert substate(request) == "changes_requested"
    if who == "delegate":
        vote(bob, request, "security", verdict="retract", on_behalf_of=world.security.user)
    else:
        vote(world.security, request, "security", verdict="retract")

    assert substate(request) == "pending"


def test_a_double_click_in_somebodys_place_is_one_ballot_and_ones_own_is_another(world, push, ask, vote):
    give(world, "validator", "security_reviewer")
    stand_in(world, world.validator, world.security)
    request = ask(push())
    for _i in range(2):
        vote(world.validator, request, "security", on_behalf_of=world.security.user)
    assert request.ballots.count() == 1
    vote(world.validator, request, "security")

    assert request.ballots.count() == 2


def test_an_inherited_delegated_approval_counts_while_the_delegation_does(world, push, ask, vote, bob):
    row = stand_in(world, bob, world.security)
    first = ask(push("7"))
    vote(bob, first, "security", on_behalf_of=world.security.user)
    second = ask(push("8"))

    assert states(second)["security"] == "met"
    with time_machine.travel(row.ends_at, tick=False):
        assert states(second)["security"] == "pending"


def test_the_principals_own_word_takes_the_place_of_what_was_inherited_from_the_delegate(world, push, ask, vote, bob):
    stand_in(world, bob, world.security)
    first = ask(push("7"))
    vote(bob, first, "security", on_behalf_of=world.security.user)
    second = ask(push("8"))
    vote(world.security, second, "security", verdict="abstain")

    assert states(second)["security"] == "pending"


def test_a_service_token_acts_in_nobodys_place(world, push, ask, vote):
    stand_in(world, world.engineer, world.security)

    with pytest.raises(NotAllowed) as refused:
        vote(world.ci, ask(push()), "security", on_behalf_of=world.security.user)
    assert refused.value.code == "ballot.person_needed"


def test_a_standing_names_who_may_act_for_whom(world, push, ask, bob):
    row = stand_in(world, bob, world.security)
    request = ask(push())
    standing = standing_of(Request.objects.get(pk=request.pk))

    assert list(standing.delegations) == [row]
    assert standing.person(bob.id) == bob.user
    step = next(step for step in standing.verdict.steps if step.key == "security")
    assert step.delegates == ((bob.id, world.security.id),)


def test_redefining_makes_a_delegated_ballot_stale_as_any_other(world, push, ask, vote, bob):
    stand_in(world, bob, world.business)
    request = ask(push())
    vote(world.validator, request, "validation")
    vote(bob, request, "business", on_behalf_of=world.business.user)
    redefine(world)

    assert states(request)["business"] == "pending"
    assert ignored(request)["business"] == "stale"
    requests.withdraw(actor=world.lead, request=request)
