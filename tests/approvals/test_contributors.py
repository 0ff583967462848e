from __future__ import annotations

import pytest

from foundation.errors import NotAllowed
from governance.people import services as people
from governance.people.models import RoleGrant
from tests.approvals.asking import asked, give, ignored, publish_policy, redefine, states, substate
from tests.conftest import POLICY

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
    sha = source.commit(
        "train", files={"train.py": "1\n"}, GIT_AUTHOR_EMAIL="Scientist@Example.com", GIT_COMMITTER_EMAIL="bot@example.com"
    )
    mirrored(world, source, tmp_path, settings)
    request = ask(push(commit=sha))

    with pytest.raises(NotAllowed) as refused:
        vote(world.scientist, request, "validation")
    assert refused.value.code == "ballot.contributor"
    vote(world.validator, request, "validation")


def test_commits_before_the_last_approved_version_exclude_nobody_any_more(
    world, push, ask, vote, approve, source, tmp_path, settings
):
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
    publish_policy(world, lenient)
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
