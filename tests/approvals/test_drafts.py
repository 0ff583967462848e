"""Drafts of policies lie open for comment to the people whom they would bind; what is open then is recorded."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from approvals.models import CommentPeriod, PolicyVersion, Request
from approvals.selectors.drafts import people_bound_by
from approvals.selectors.standing import standing_of
from approvals.services import ballots, drafts, policies, requests
from foundation import actor as actors
from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from foundation.verification import _registers
from governance.people import services as people
from governance.people.models import Notice
from governance.usecases.models import Thread
from governance.usecases.services import threads
from tests.conftest import POLICY, World

A_WEEK = timedelta(days=7)


@pytest.fixture
def draft(world: World, gate) -> PolicyVersion:
    return policies.write_policy(actor=world.admin, key="production-release", source=POLICY.replace("180 days", "90 days"))


def opened(world: World, draft: PolicyVersion, **more) -> CommentPeriod:
    return drafts.open_for_comment(**{"actor": world.admin, "version": draft, "until": clock.now() + A_WEEK, **more})


def test_those_whom_a_draft_would_bind_are_told_and_nobody_else(world, draft):
    period = opened(world, draft)

    told = set(Notice.objects.filter(kind="approvals.draft_for_comment").values_list("user__username", flat=True))
    assert told == {"validator", "governance", "security", "business"} == {user.username for user in people_bound_by(draft)}
    assert period.invited == 4
    event = AuditEvent.objects.get(kind="approvals.policy.opened_for_comment")
    assert json.loads(bytes(event.body))["data"]["invited"] == 4
    assert list(_registers()) == []


def test_they_can_comment_before_anybody_is_asked_to_confirm(world, draft):
    opened(world, draft)
    said = threads.open_thread(actor=world.security, subject_id=draft.public_id, text="Ninety days are too few.")

    shown = world.client("business").get(f"/settings/policies/production-release/?version={draft.number}").content.decode()
    assert "Ninety days are too few." in shown
    assert "Open for comment until" in shown
    assert "1 comment on this draft is not resolved" in shown
    threads.resolve_thread(actor=world.admin, thread=said.thread)
    shown = world.client("business").get(f"/settings/policies/production-release/?version={draft.number}").content.decode()
    assert "is not resolved" not in shown


def test_another_day_invites_again_and_the_same_day_does_not(world, draft):
    for _again in range(2):
        opened(world, draft)
    assert Notice.objects.filter(user=world.security.user).count() == 1
    opened(world, draft, until=clock.now() + 2 * A_WEEK)
    assert Notice.objects.filter(user=world.security.user).count() == 2


@pytest.mark.parametrize("days", [-1, 0, 91])
def test_the_day_is_still_to_come_and_not_too_far(world, draft, days):
    with pytest.raises(Invalid, match="still to come"):
        opened(world, draft, until=clock.now() + timedelta(days=days))
    assert not CommentPeriod.objects.exists()


def test_only_who_writes_policies_opens_them_and_only_drafts(world, draft):
    with pytest.raises(NotAllowed):
        opened(world, draft, actor=world.lead)
    with pytest.raises(Conflict, match="no draft"):
        opened(world, PolicyVersion.objects.get(policy__key="production-release", number=1))


def confirmed(world: World, draft: PolicyVersion) -> Request:
    second = people.create_user(actor=world.admin, username="second", name="Second", email="second@example.com")
    people.grant_role(actor=world.admin, user=second, role="administrator")
    request = requests.open_request(
        actor=world.admin, subject_type="policy_version", subject_id=draft.public_id, purpose="publish", environment=None
    )
    confirmer = actors.person(second, auth_at=clock.now())
    shown = client_of(second).get(f"/requests/{request.public_id}/").content.decode()
    assert "It can be confirmed all the same." in shown
    standing = standing_of(request)
    step = standing.policy.steps[0]
    meaning = {} if step.signature == "click" else {"meaning": "approved"}
    ballots.cast_ballot(
        actor=confirmer, request=request, step=step.key, verdict="approve", digest=standing.digest, comment="Yes.", **meaning
    )
    request.refresh_from_db()
    return request


def client_of(user):
    from django.test import Client

    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_open_comments_are_shown_to_who_confirms_and_recorded_with_the_publication(world, draft):
    opened(world, draft)
    for text in ("Too few days.", "And who pays?"):
        threads.open_thread(actor=world.security, subject_id=draft.public_id, text=text)
    threads.resolve_thread(actor=world.admin, thread=Thread.objects.first())

    assert confirmed(world, draft).state == "approved"
    event = AuditEvent.objects.get(kind="approvals.policy.published")
    assert json.loads(bytes(event.body))["data"]["open_comments"] == 1
    assert list(_registers()) == []


def test_the_form_and_the_api_open_a_draft(world, draft):
    day = (clock.now() + A_WEEK).date().isoformat()
    address = f"/settings/policies/production-release/?version={draft.number}"
    assert world.client("admin").post(address, {"command": "open_for_comment", "until": day}).status_code == 302
    assert CommentPeriod.objects.count() == 1
    refused = world.client("admin").post(address, {"command": "open_for_comment", "until": "2001-01-01"})
    assert refused.status_code == 400
    answer = world.api("admin").post(
        f"/api/v1/policies/production-release/versions/{draft.number}/comment-period",
        {"until": (clock.now() + 2 * A_WEEK).isoformat()},
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["invited"]) == (201, 4)
