"""Policies are written by one person and confirmed by another; which one governs what."""

from __future__ import annotations

import pytest

from approvals import subjects
from approvals.models import Decision, Policy, PolicyVersion, SubjectPolicy
from approvals.selectors.standing import standing_of
from approvals.services import decisions, policies, requests
from foundation import verification
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from tests.approvals.asking import ask_to_publish, publish, publish_policy, second_admin, states
from tests.conftest import POLICY

EXTRA = POLICY + "  - {key: extra, title: Extra, role: auditor, covers: [code]}\n"
LAX = "title: Lax\nsteps:\n  - {key: any, title: Anybody, role: data_scientist, covers: [code], exclude: []}\n"


def written(world, source: str = EXTRA, key: str = "production-release", **more) -> PolicyVersion:
    return policies.write_policy(actor=world.admin, key=key, source=source, **more)


# Drafts and publication ----------------------------------------------------------------------------------------------


def test_the_first_version_replaces_nothing_and_is_in_force_at_once(world, gate):
    version = gate.policy.current_version()

    assert (version.number, version.approval) == (1, "")
    assert version.published_at is not None


def test_each_later_version_is_a_draft_until_somebody_else_confirms_it(world, gate):
    draft = written(world, note=" One more step. ")
    assert (draft.number, draft.published_at, draft.approval, draft.note) == (2, None, None, "One more step.")
    assert gate.policy.current_version().number == 1
    publish(world, draft)

    assert gate.policy.current_version() == draft
    decision = Decision.objects.get()
    assert draft.approval == decision.public_id
    assert decision.request.use_case is None
    assert decision.ballots[0]["name"] == "Second Admin"
    assert AuditEvent.objects.filter(kind="approvals.policy.published", subject_id=draft.public_id).count() == 1
    assert [item for item in verification.verify() if item.altered] == []


def test_the_same_content_as_the_newest_version_is_that_version(world, gate):
    draft = written(world)

    assert written(world, source=EXTRA + "# a comment\n") == draft
    assert written(world, source=POLICY).number == 3  # back to what is in force is a change of the draft
    assert PolicyVersion.objects.filter(policy=gate.policy).count() == 3


def test_nobody_confirms_what_they_wrote_or_asked_for(world, gate, vote):
    request = ask_to_publish(world, written(world))
    step = standing_of(request).verdict.steps[0].key

    with pytest.raises(NotAllowed) as refused:
        vote(world.admin, request, step)
    assert refused.value.code in ("ballot.contributor", "ballot.submitter")
    assert states(request)[step] == "blocked"  # there is no other administrator


def test_neither_does_who_wrote_it_if_another_asks(world, gate, vote):
    other = second_admin(world)
    version = written(world)
    request = requests.open_request(
        actor=other, subject_type="policy_version", subject_id=version.public_id, purpose="publish", environment=None
    )
    step = standing_of(request).verdict.steps[0].key

    with pytest.raises(NotAllowed) as refused:
        vote(world.admin, request, step)
    assert refused.value.code == "ballot.contributor"


def test_only_the_approval_of_this_very_version_publishes_it(world, gate, push, ask, approve):
    first, second = written(world), written(world, source=EXTRA.replace("Extra", "More"))
    publish(world, first)
    of_another = Decision.objects.get()
    approve(ask(push()), but=())
    of_something_else = Decision.objects.order_by("-pk").first()

    for decision in (of_another, of_something_else):
        with pytest.raises(NotAllowed) as refused:
            policies.publish_version(actor=world.admin, version=second, decision=decision)
        assert refused.value.code == "policy.other_decision"
    with pytest.raises(Conflict):
        policies.publish_version(actor=world.admin, version=first, decision=of_another)


def test_a_rejected_draft_stays_a_draft(world, gate, vote):
    other = second_admin(world)
    version = written(world)
    request = ask_to_publish(world, version)
    step = standing_of(request).verdict.steps[0].key
    vote(other, request, step, verdict="reject", comment="Auditors do not approve.")
    version.refresh_from_db()

    assert version.published_at is None
    assert gate.policy.current_version().number == 1


def test_only_administrators_write_and_ask_to_publish(world, gate):
    version = written(world)
    for part in ("lead", "auditor", "engineer"):
        with pytest.raises(NotAllowed):
            policies.write_policy(actor=getattr(world, part), key="x", source=POLICY)
        with pytest.raises(NotAllowed):
            requests.open_request(
                actor=getattr(world, part),
                subject_type="policy_version",
                subject_id=version.public_id,
                purpose="publish",
                environment=None,
            )


# Gates ---------------------------------------------------------------------------------------------------------------


def test_a_gate_that_stands_is_not_pointed_at_what_one_person_wrote(world, gate):
    lax = written(world, source=LAX, key="lax")

    with pytest.raises(Conflict) as refused:
        policies.set_gate(actor=world.admin, slug="production", title="Production", mode="prevent", policy=lax.policy)
    assert refused.value.code == "policy.unconfirmed"
    confirmed = publish_policy(world, EXTRA, key="lax")
    moved = policies.set_gate(actor=world.admin, slug="production", title="Production", mode="prevent", policy=confirmed.policy)
    assert moved.policy == confirmed.policy


def test_a_new_gate_takes_any_policy_and_its_mode_is_one_persons_to_set(world, gate):
    lax = written(world, source=LAX, key="lax")
    lab = policies.set_gate(actor=world.admin, slug="lab", title="Lab", mode="record", policy=lax.policy)
    assert lab.policy == lax.policy
    policies.set_gate(actor=world.admin, slug="production", title="Production", mode="warn", policy=gate.policy)

    assert AuditEvent.objects.filter(kind="approvals.gate.set").count() == 3


# Policies of subjects that go nowhere --------------------------------------------------------------------------------


def test_a_policy_that_ships_is_written_down_by_the_installation_when_it_is_first_needed(world, gate):
    assert not Policy.objects.filter(key="policy-publication").exists()
    request = ask_to_publish(world, written(world))

    assert request.policy_version.policy.key == "policy-publication"
    assert (request.policy_version.number, request.policy_version.approval) == (1, "")
    made = AuditEvent.objects.get(kind="approvals.policy.created", subject_id=request.policy_version.policy.public_id)
    assert made.actor_id == "system:setup"


def test_nobody_puts_something_else_in_the_place_of_what_ships(world):
    version = written(world, source=LAX, key="policy-publication")

    assert (version.number, version.published_at) == (2, None)
    assert version.policy.current_version().number == 1


@pytest.mark.parametrize("name", sorted(set(policies.SHIPPED.values())))
def test_what_ships_can_be_read_and_asks_for_somebody_else(world, name):
    policy = policies._shipped(name)
    version = policy.current_version()

    assert version.body["steps"]
    asked = [step for step in version.body["steps"] if not step["role"].startswith("each_")]  # beside those whom a change touches
    assert asked
    assert all("contributors" in step["exclude"] for step in asked)
    assert policies._shipped(name) == policy


def test_a_type_can_be_given_another_policy_once_two_people_have_confirmed_that(world, gate):
    version = written(world, source=LAX, key="lax")
    with pytest.raises(Conflict) as refused:
        policies.set_subject_policy(actor=world.admin, subject_type="policy_version", purpose="publish", policy=version.policy)
    assert refused.value.code == "policy.unconfirmed"
    source = "title: Two of them\nsteps:\n  - {key: all, title: All, role: administrator, quorum: 2, covers: [policy]}\n"
    confirmed = publish_policy(world, source, key="lax")
    row = policies.set_subject_policy(
        actor=world.admin, subject_type="policy_version", purpose="publish", policy=confirmed.policy
    )

    adapter = subjects.adapter_for("policy_version")
    assert policies.policy_for(adapter, version, "publish", None) == confirmed
    assert SubjectPolicy.objects.get() == row
    assert AuditEvent.objects.filter(kind="approvals.subject_policy.set", subject_id=row.public_id).count() == 1
    assert [item for item in verification.verify() if item.altered] == []


@pytest.mark.parametrize(("subject_type", "purpose"), [("model_version", "deployment"), ("policy_version", "fun")])
def test_a_policy_is_set_only_for_what_can_be_asked_and_goes_to_no_environment(world, gate, subject_type, purpose):
    with pytest.raises(Invalid):
        policies.set_subject_policy(actor=world.admin, subject_type=subject_type, purpose=purpose, policy=gate.policy)


def test_only_administrators_set_it(world, gate):
    with pytest.raises(NotAllowed):
        policies.set_subject_policy(actor=world.lead, subject_type="document", purpose="signoff", policy=gate.policy)


def test_what_goes_to_no_environment_is_not_asked_for_one(world, gate):
    version = written(world)

    with pytest.raises(Invalid) as refused:
        requests.open_request(
            actor=world.admin,
            subject_type="policy_version",
            subject_id=version.public_id,
            purpose="publish",
            environment=gate.environment,
        )
    assert refused.value.code == "request.environment"


def test_a_publication_that_is_revoked_takes_the_version_out_of_force(world, gate):
    draft = publish(world, written(world))
    decision = Decision.objects.get(public_id=draft.approval)
    decisions.revoke(actor=second_admin(world), request=decision.request, reason="It asks the wrong people.")
    draft.refresh_from_db()

    assert (draft.withdrawn_at is None, draft.withdraw_reason) == (False, "It asks the wrong people.")
    assert gate.policy.current_version().number == 1
    assert AuditEvent.objects.filter(kind="approvals.policy.withdrawn", subject_id=draft.public_id).count() == 1
    assert [item for item in verification.verify() if item.altered] == []
