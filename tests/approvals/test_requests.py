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
from governance.people import services as people
from governance.people.models import RoleGrant
from governance.usecases import services as usecases
from lineage.models import Environment
from tests.conftest import LOCK, POLICY

STEPS = (("validator", "validation"), ("governance", "data"), ("security", "security"), ("business", "business"))
OTHER_LOCK = [{"path": "requirements.txt", "content": LOCK.replace("2.0.0", "2.0.1")}]


@pytest.fixture
def approve(world, vote):
    """Everybody who is asked approves, but for those left out."""

    def all_approve(request: Request, *, but: tuple[str, ...] = ()) -> Request:
        for part, step in STEPS:
            if step not in but:
                vote(getattr(world, part), request, step)
        request.refresh_from_db()
        return request

    return all_approve


def states(request: Request) -> dict[str, str]:
    request.refresh_from_db()
    return {step.key: step.state for step in standing_of(request).verdict.steps}


def asked(request: Request, world) -> set[str]:
    """The parts whose move it is now."""
    request.refresh_from_db()
    waiting = {human for step in standing_of(request).verdict.steps for human in step.waiting_on}
    return {part for part, actor in world.people().items() if actor.id in waiting}


def ignored(request: Request) -> dict[str, str]:
    request.refresh_from_db()
    return {item.ballot.step: item.why for item in standing_of(request).verdict.ignored}


def substate(request: Request) -> str | None:
    request.refresh_from_db()
    return standing_of(request).verdict.substate


def give(world, part: str, role: str) -> None:
    people.grant_role(actor=world.admin, user=getattr(world, part).user, role=role, scope=world.use_case.public_id)


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

    other = requests.open_request(actor=world.ci, subject_type="model_version", subject_id=row.public_id, purpose="deployment", environment=staging)
    production.refresh_from_db()
    assert (production.state, other.state) == ("open", "open")
    assert states(other)["validation"] == "pending"


def test_asking_the_same_twice_is_asking_once(world, push, ask):
    row = push()

    assert ask(row) == ask(row)
    assert Request.objects.count() == 1


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
    policies.write_policy(
        actor=world.admin, key="production-release", source=POLICY.replace("covers: [dependencies, runtime]", "covers: [dependencies]")
    )
    second = ask(push("8"))

    assert asked(second, world) == {"security"}


def test_an_open_request_keeps_the_policy_it_was_opened_under(world, push, ask, approve):
    request = ask(push())
    policies.write_policy(actor=world.admin, key="production-release", source=POLICY + "  - {key: extra, title: Extra, role: auditor, covers: [code]}\n")

    assert approve(request).state == "approved"


# What makes a ballot stale -------------------------------------------------------------------------------------------


def redefine(world, actor=None, **values) -> None:
    said = {
        "business_problem": "Customers leave, and it costs.",
        "ml_problem": "Will this customer cancel within 60 days?",
        "kpis": [{"name": "Leavers found", "unit": "%", "baseline": 42, "target": 80}],
    }
    usecases.define(actor=actor or world.lead, use_case=world.use_case, **{**said, **values})


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
        requests.cast_ballot(actor=world.validator, request=request, step="validation", verdict="approve", digest=seen)
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
    redefine(world, business_problem="Customers leave, and we learn of it too late.", kpis=[{"name": "Leavers found", "unit": "%", "baseline": 42, "target": 70}])

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
    token, _secret = tokens.create(actor=world.security, name="Robot", owner=world.security.user, kind=Token.Kind.SERVICE, scopes=["admin", "read"])

    for robot in (world.ci, actors.service(token), actors.system("sealer")):
        with pytest.raises(NotAllowed) as refused:
            vote(robot, request, "security")
        assert refused.value.code == "ballot.person_needed"


@pytest.mark.parametrize(("part", "step", "code"), [("business", "security", "no_role"), ("auditor", "security", "no_role"), ("admin", "validation", "no_role")])
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


# Who made it does not judge it ---------------------------------------------------------------------------------------


def test_the_submitter_does_not_judge(world, push, ask, vote):
    give(world, "engineer", "security_reviewer")
    request = ask(push())
    assert request.submitter == world.engineer.user

    with pytest.raises(NotAllowed) as refused:
        vote(world.engineer, request, "security")
    assert refused.value.code in ("ballot.submitter", "ballot.contributor")
    assert asked(request, world) == {"validator", "governance", "security"}


def test_who_wrote_the_definition_does_not_judge_what_covers_it(world, push, ask, vote):
    give(world, "lead", "business_owner")
    give(world, "lead", "security_reviewer")
    request = ask(push())
    vote(world.validator, request, "validation")

    with pytest.raises(NotAllowed) as refused:
        vote(world.lead, request, "business")
    assert refused.value.code == "ballot.contributor"
    vote(world.lead, request, "security")  # which the definition is no part of
    assert states(request)["security"] == "met"


def test_who_becomes_a_contributor_after_voting_counts_no_more(world, push, ask, vote):
    give(world, "scientist", "business_owner")
    request = ask(push())
    vote(world.validator, request, "validation")
    vote(world.scientist, request, "business")
    assert states(request)["business"] == "met"
    redefine(world, actor=world.scientist)
    vote(world.governance, request, "data")

    assert states(request)["business"] == "pending"
    assert asked(request, world) == {"security", "business"}
    with pytest.raises(NotAllowed) as refused:
        vote(world.scientist, request, "business")
    assert refused.value.code == "ballot.contributor"


def mirrored(world, source, tmp_path, settings):
    """A repository of the use case, in the mirror."""
    from lineage.services import repositories

    settings.ALLOW_LOCAL_REPOSITORIES = True
    row, _job = repositories.register_repository(actor=world.engineer, use_case=world.use_case, url=str(source.path))
    repositories.synchronise(repository=row)
    return row


@pytest.fixture
def source(tmp_path):
    from tests.lineage.conftest import Source

    found = Source(tmp_path / "source")
    found.path.mkdir()
    found.git("init", "-q", "-b", "main")
    return found


def test_who_wrote_a_commit_does_not_judge_what_came_from_git(world, push, ask, vote, source, tmp_path, settings):
    give(world, "scientist", "model_validator")
    sha = source.commit("train", files={"train.py": "1\n"}, GIT_AUTHOR_EMAIL="Scientist@Example.com", GIT_COMMITTER_EMAIL="bot@example.com")
    mirrored(world, source, tmp_path, settings)
    request = ask(push(commit=sha))

    with pytest.raises(NotAllowed) as refused:
        vote(world.scientist, request, "validation")
    assert refused.value.code == "ballot.contributor"
    vote(world.validator, request, "validation")


def test_commits_before_the_last_approved_version_exclude_nobody_any_more(world, push, ask, vote, approve, source, tmp_path, settings):
    give(world, "scientist", "model_validator")
    first = source.commit("by the scientist", files={"a.py": "1\n"}, GIT_AUTHOR_EMAIL="scientist@example.com")
    second = source.commit("by somebody else", files={"b.py": "2\n"})
    mirrored(world, source, tmp_path, settings)
    assert approve(ask(push("7", commit=first))).state == "approved"
    request = ask(push("8", commit=second))

    assert states(request)["validation"] == "pending"
    vote(world.scientist, request, "validation")
    assert states(request)["validation"] == "met"


def test_a_policy_may_let_contributors_judge(world, push, ask, vote):
    from approvals.policy import parse

    lenient = POLICY.replace("covers: [dependencies, runtime]}", "covers: [dependencies, runtime], exclude: []}")
    assert parse(lenient).step("security").exclude == ()
    policies.write_policy(actor=world.admin, key="production-release", source=lenient)
    give(world, "engineer", "security_reviewer")
    request = ask(push())

    vote(world.engineer, request, "security")
    assert states(request)["security"] == "met"


# Roles that end ------------------------------------------------------------------------------------------------------


def test_an_approval_stops_counting_when_the_role_ends_and_a_block_survives(world, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")
    vote(world.security, request, "security", verdict="request_changes", comment="Pin it.")
    for part in ("validator", "security"):
        people.end_role(actor=world.lead, grant=RoleGrant.objects.get(user=getattr(world, part).user), reason="moved")

    assert states(request)["validation"] == "blocked"
    assert ignored(request)["validation"] == "role_lost"
    assert substate(request) == "changes_requested"
    vote(world.security, request, "security", verdict="retract")  # an objection can be taken back without the role
    assert substate(request) == "blocked"


def test_who_left_counts_no_more_in_what_is_open(world, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")
    people.deactivate_user(actor=world.admin, user=world.validator.user)

    assert states(request)["validation"] == "blocked"


def test_a_role_for_the_whole_organisation_reaches_every_use_case(world, push, ask, vote):
    people.grant_role(actor=world.admin, user=world.stranger.user, role="security_reviewer")
    request = ask(push())

    vote(world.stranger, request, "security")
    assert states(request)["security"] == "met"


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
                actor=world.ci, subject_type="model_version", subject_id=row.public_id, purpose="deployment", environment=environment
            )
        assert refused.value.code == "request.no_gate"


def test_types_and_purposes_that_are_none_are_refused_by_name(world, push, gate):
    row = push()

    with pytest.raises(Invalid, match="cannot be put up for approval"):
        requests.open_request(actor=world.ci, subject_type="cat", subject_id=row.public_id, purpose="deployment", environment=gate.environment)
    with pytest.raises(Invalid, match="This can be asked for: deployment"):
        requests.open_request(actor=world.ci, subject_type="model_version", subject_id=row.public_id, purpose="fun", environment=gate.environment)


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
    redefine(world, business_problem="Customers leave, and we learn of it too late.", kpis=[{"name": "Leavers found", "unit": "%", "baseline": 42, "target": 70}])

    for _i in range(2):
        requests.settle_if_final(actor=world.engineer, request=request)
    request.refresh_from_db()
    assert request.state == "approved"
    assert Decision.objects.count() == 1
