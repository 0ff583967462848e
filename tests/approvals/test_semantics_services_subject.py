"""What happens to approvals when the subject changes under the votes: the rows that need requests, rounds and versions to be told.

The rest of the table is told without a database in `test_semantics_subject`.
"""

from __future__ import annotations

import pytest

from approvals.models import Ballot, Clock, Decision, Request
from approvals.selectors.standing import standing_of
from approvals.services import ballots, requests
from approvals.subjects import model_version
from foundation.errors import Conflict, NotAllowed
from foundation.models import AuditEvent
from governance.people.models import User
from tests.approvals.asking import OTHER_LOCK, asked, give, ignored, publish_policy, redefine, states, substate
from tests.conftest import POLICY

DEFINED = {
    "business_problem": "Customers leave, and we learn of it too late.",
    "kpis": [{"name": "Leavers found", "unit": "%", "baseline": 42, "target": 70}],
}  # what the small world's use case says already


def opened(request: Request) -> int:
    return Request.objects.filter(line=request.line, closed_at=None).count()


def test_non_trivial_change_after_approval_leaves_the_ballots_on_record_and_asks_again(world, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")
    vote(world.business, request, "business")
    redefine(world)

    assert ignored(request) == {"business": "stale"}
    assert Ballot.objects.filter(request=request).count() == 2
    assert states(request)["business"] == "pending"


def test_non_trivial_change_after_the_decision_leaves_it_as_it_was_made_and_what_is_there_now_without_one(
    world, push, ask, approve
):
    request = approve(ask(push()))
    before = Decision.objects.get(request=request)
    redefine(world)

    after = Decision.objects.get(request=request)
    assert (after.manifest, after.manifest_digest, after.ballots) == (before.manifest, before.manifest_digest, before.ballots)
    again = ask(push())
    assert again.pk != request.pk
    assert asked(again, world) == {"business"}


def test_trivial_change_of_a_new_version_number_alone_asks_nobody(world, push, ask, approve):
    approve(ask(push("7")))
    second = ask(push("8", artifact={"uri": "s3://elsewhere/8", "sha256": "d" * 64, "size": 10, "serialization": "skops"}))
    second.refresh_from_db()
    assert (second.state, Decision.objects.get(request=second).manifest) == ("approved", second.predecessor.decision.manifest)


def test_only_someone_elses_part_changed_keeps_the_others_through_a_new_version(world, push, ask, vote, approve):
    approve(ask(push("7")))
    second = ask(push("8", dependency_sets=OTHER_LOCK))
    assert asked(second, world) == {"security"}


def test_save_with_no_change_keeps_the_approvals_and_the_digest_on_the_screen(world, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")
    vote(world.business, request, "business")
    seen = standing_of(request).digest
    redefine(world, actor=world.lead, **DEFINED)

    request.refresh_from_db()
    assert standing_of(request).digest == seen
    assert states(request)["business"] == "met"


def test_save_with_no_change_writes_nothing_and_makes_nobody_a_contributor(world, push, ask, vote):
    give(world, "scientist", "business_owner")
    request = ask(push())
    vote(world.validator, request, "validation")
    vote(world.scientist, request, "business")
    redefine(world, actor=world.scientist, **DEFINED)
    vote(world.governance, request, "data")
    assert states(request)["business"] == "met"


@pytest.fixture
def joined(world, push, ask, vote, monkeypatch):
    """A request, and a way to find out that somebody who approved it made the use case as well. The bytes are as they were."""
    give(world, "scientist", "business_owner")
    request = ask(push())
    for actor, step in ((world.validator, "validation"), (world.governance, "data"), (world.scientist, "business")):
        vote(actor, request, step)

    def finds_out() -> None:
        monkeypatch.setattr(model_version, "authors_of", lambda row: {"use_case": {world.lead.id, world.scientist.id}})

    return request, finds_out


def test_last_push_hijack_a_migration_counts_nobody_who_has_become_a_contributor(world, joined):
    """What completes the request is the policy, and who made what is asked about then too."""
    request, finds_out = joined
    fewer = publish_policy(world, "\n".join(line for line in POLICY.splitlines() if "security" not in line))
    finds_out()
    requests.migrate(actor=world.admin, request=request, version=fewer)

    request.refresh_from_db()
    assert request.state == "open"
    assert ignored(request) == {"business": "contributor"}
    assert not Decision.objects.filter(request=request).exists()


def test_last_push_hijack_neither_does_the_last_vote(world, joined, vote):
    request, finds_out = joined
    finds_out()
    vote(world.security, request, "security")
    assert states(request)["business"] == "pending"
    assert ignored(request) == {"business": "contributor"}


def test_subject_returns_to_a_previously_approved_state_and_is_settled_by_whoever_asks_the_gate(world, gate, push, ask, vote):
    from approvals.services import gates

    row = push()
    request = ask(row)
    vote(world.validator, request, "validation")
    vote(world.business, request, "business")
    vote(world.governance, request, "data")
    redefine(world)
    vote(world.security, request, "security")
    assert states(request)["business"] == "pending"
    redefine(world, ml_problem="Will this customer cancel within 60 days?", **DEFINED)

    request.refresh_from_db()
    assert request.state == "open"  # nobody has done anything to the request yet
    assert standing_of(request).verdict.state == "approved"
    gates.evaluate_gate(actor=world.ci, gate=gate, model_version=row)
    request.refresh_from_db()
    assert request.state == "approved"
    assert AuditEvent.objects.filter(kind="approvals.decision.made", subject_id=request.decision.public_id).count() == 1


def test_subject_returns_to_a_previously_approved_state_in_a_new_round_and_nothing_revives(world, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")
    vote(world.business, request, "business")
    redefine(world)
    requests.resubmit(actor=world.lead, request=request, comment="Said better.")
    redefine(world, ml_problem="Will this customer cancel within 60 days?", **DEFINED)

    assert states(request) == {"validation": "pending", "data": "pending", "security": "pending", "business": "waiting"}
    assert set(ignored(request).values()) == {"earlier_round"}


def test_veto_after_a_change_is_sticky_until_it_is_retracted_answered_or_dismissed(world, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")
    vote(world.business, request, "business", "request_changes", "The threshold is too low.")
    redefine(world)
    assert substate(request) == "changes_requested"

    vote(world.business, request, "business", "retract")
    assert substate(request) == "pending"
    objection = vote(world.business, request, "business", "request_changes", "Now it is too high.")
    ballots.dismiss_block(actor=world.admin, ballot=objection, reason="It is what was agreed.")
    assert substate(request) == "pending"
    vote(world.business, request, "business", "request_changes", "It is not.")
    requests.resubmit(actor=world.lead, request=request, comment="As agreed now.")
    assert substate(request) == "pending"


def test_last_push_hijack_whoever_pushed_the_version_does_not_judge_it_whoever_asks(world, push, ask, vote):
    """CI pushes in the name of the engineer; the lead asks. The engineer has judged nobody's work but their own."""
    give(world, "engineer", "model_validator")
    request = ask(push(), world.lead)
    assert request.submitter == world.lead.user

    with pytest.raises(NotAllowed) as refused:
        vote(world.engineer, request, "validation")
    assert refused.value.code == "ballot.contributor"


def test_new_version_while_the_old_one_waits_supersedes_it_and_stops_its_clocks(world, push, ask, vote):
    first = ask(push("7"))
    vote(world.governance, first, "data")
    second = ask(push("8", dependency_sets=OTHER_LOCK))

    first.refresh_from_db()
    assert (first.state, opened(first)) == ("superseded", 1)
    assert not Clock.objects.filter(request=first, stopped_at=None).exists()
    assert AuditEvent.objects.filter(kind="approvals.request.superseded", subject_id=first.public_id).count() == 1
    assert states(second)["data"] == "met"
    with pytest.raises(Conflict) as closed:
        vote(world.security, first, "security")
    assert closed.value.code == "request.closed"


def test_new_version_while_the_old_one_waits_takes_the_objection_along_while_its_bytes_are_the_same(world, push, ask, vote):
    first = ask(push("7"))
    vote(world.governance, first, "data", "request_changes", "Two columns mean the same.")
    assert substate(ask(push("8", dependency_sets=OTHER_LOCK))) == "changes_requested"
    other_data = [{"role": "train", "name": "customers", "digest": "sha256:" + "f" * 64, "rows": 6, "columns": ["customer_id"]}]
    assert substate(ask(push("9", datasets=other_data))) == "pending"


def test_nobody_is_a_contributor_for_having_an_account(world, push, ask):
    """The set holds those who made it, in full, and nobody else."""
    request = ask(push())
    made = {name for names in request.contributors.values() for name in names}
    assert made == {world.lead.id, world.engineer.id}
    assert made <= set(User.objects.values_list("public_id", flat=True))
