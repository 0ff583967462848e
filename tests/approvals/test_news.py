"""Who is told what: once each, in plain words, and never of what they may not see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import translation

from approvals.services import ballots, clocks, decisions, news, policies, requests
from foundation import outbox
from foundation.models import OutboxEvent
from governance.people import notices
from governance.people import services as people
from governance.people.models import Notice, RoleGrant
from tests.approvals.asking import STEPS, redefine

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def monday(world):
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def request_(world, gate, monday, push, ask):
    row = ask(push())
    deliver()
    return row


def deliver() -> None:
    """News, and the news that it makes."""
    while outbox.deliver():
        pass


def told(world, code: str) -> dict[str, int]:
    """How often each part was told it; those who were not are left out."""
    kind = f"approvals.{code}"
    found = {part: Notice.objects.filter(user=actor.user, kind=kind).count() for part, actor in world.people().items()}
    return {part: count for part, count in found.items() if count}


def words(part, code: str) -> str:
    return notices.text_of(Notice.objects.filter(user=part.user, kind=f"approvals.{code}").latest("pk"))


def test_those_whose_move_it_is_are_told_and_nobody_else(world, request_):
    assert told(world, "your_turn") == {"validator": 1, "governance": 1, "security": 1}
    assert words(world.security, "your_turn") == "“Security review” of churn-model@7 → Production waits for you."
    assert Notice.objects.filter(user=world.security.user).get().url == f"/requests/{request_.public_id}/"


def test_whose_turn_comes_later_is_told_then(world, request_, vote):
    vote(world.validator, request_, "validation")
    deliver()

    assert told(world, "your_turn") == {"validator": 1, "governance": 1, "security": 1, "business": 1}


def test_news_that_is_delivered_again_tells_nobody_again(world, request_):
    before = Notice.objects.count()
    for event in OutboxEvent.objects.all():
        OutboxEvent.objects.filter(pk=event.pk).update(delivered_at=None, attempts=0, next_at=MONDAY)
    deliver()

    assert Notice.objects.count() == before


def test_news_of_a_request_that_has_moved_on_sends_nobody_there(world, gate, monday, push, ask):
    row = ask(push())
    requests.withdraw(actor=world.engineer, request=row)
    deliver()

    assert not Notice.objects.exists()


def test_who_approved_what_has_changed_is_asked_to_look_again(world, request_, vote):
    vote(world.validator, request_, "validation")
    vote(world.business, request_, "business")
    redefine(world)
    deliver()

    assert told(world, "asked_again") == {"business": 1}
    assert "use case" in words(world.business, "asked_again")


def test_who_stands_in_for_somebody_is_told_in_whose_place(world, gate, monday, push, ask):
    people.delegate(
        actor=world.security,
        principal=world.security.user,
        delegate=world.auditor.user,
        role="security_reviewer",
        ends_at=MONDAY + timedelta(days=5),
    )
    ask(push())
    deliver()

    assert told(world, "your_turn_for") == {"auditor": 1}
    assert "Security, for whom you stand in" in words(world.auditor, "your_turn_for")


def test_who_comes_to_stand_in_later_is_told_then(world, request_):
    people.delegate(
        actor=world.security,
        principal=world.security.user,
        delegate=world.auditor.user,
        role="security_reviewer",
        ends_at=MONDAY + timedelta(days=5),
    )
    deliver()

    assert told(world, "your_turn_for") == {"auditor": 1}


def test_who_gets_the_role_later_is_told_and_the_others_are_not_told_again(world, request_):
    people.grant_role(actor=world.lead, user=world.stranger.user, role="security_reviewer", scope=world.use_case.public_id)
    deliver()

    assert told(world, "your_turn") == {"validator": 1, "governance": 1, "security": 1, "stranger": 1}


def test_changes_asked_for_are_told_to_who_asked_for_the_approval(world, request_, vote):
    vote(world.security, request_, "security", verdict="request_changes", comment="Pin it.")
    deliver()

    assert told(world, "changes_requested") == {"engineer": 1}
    assert words(world.engineer, "changes_requested").startswith("Security asks for changes before churn-model@7")


def test_whose_objection_was_set_aside_is_told(world, request_, vote):
    ballot = vote(world.security, request_, "security", verdict="request_changes", comment="Pin it.")
    ballots.dismiss_block(actor=world.lead, ballot=ballot, reason="It is pinned.")
    deliver()

    assert told(world, "objection_dismissed") == {"security": 1}


@pytest.mark.parametrize("how", ["approved", "rejected", "expired"])
def test_how_it_ended_is_told_to_who_asked_and_to_who_leads(world, request_, vote, monday, how):
    if how == "approved":
        for part, step in STEPS:
            vote(getattr(world, part), request_, step)
    elif how == "rejected":
        vote(world.security, request_, "security", verdict="reject", comment="Never.")
    else:
        monday.shift(timedelta(days=31))
        clocks.tick()
    deliver()

    assert told(world, how) == {"engineer": 1, "lead": 1}


def test_what_was_taken_back_is_nobodys_news(world, request_):
    requests.withdraw(actor=world.engineer, request=request_)
    before = Notice.objects.count()
    deliver()

    assert Notice.objects.count() == before


def test_a_revoked_approval_is_told_to_everybody_who_gave_it(world, request_, vote):
    for part, step in STEPS:
        vote(getattr(world, part), request_, step)
    decisions.revoke(actor=world.lead, request=request_, reason="A hole.")
    deliver()

    assert told(world, "revoked") == {"engineer": 1, "lead": 1, "validator": 1, "governance": 1, "security": 1, "business": 1}


def test_a_condition_is_told_of_before_it_is_due_and_when_it_was_missed(world, request_, vote, monday):
    due = MONDAY + timedelta(days=5)
    vote(world.security, request_, "security", condition=("Rotate the key.", due))
    for part, step in STEPS:
        if step != "security":
            vote(getattr(world, part), request_, step)
    clocks.tick()
    assert told(world, "condition_due") == {}
    monday.move_to(due - timedelta(hours=20))
    clocks.tick()
    clocks.tick()
    assert told(world, "condition_due") == {"engineer": 1, "security": 1}
    monday.move_to(due)
    clocks.tick()
    deliver()

    assert told(world, "condition_missed") == {"engineer": 1, "security": 1}
    assert told(world, "revoked")["validator"] == 1


def test_a_condition_that_was_met_is_not_asked_for_again(world, request_, vote, monday):
    from approvals.models import Condition

    vote(world.security, request_, "security", condition=("Rotate the key.", MONDAY + timedelta(hours=20)))
    ballots.meet_condition(actor=world.security, condition=Condition.objects.get(), evidence="Done.")
    clocks.tick()

    assert told(world, "condition_due") == {}


def test_nobody_is_told_of_a_request_that_they_may_not_see(world, request_):
    """A deputy who holds nothing here does not see the use case: whoever names one has to give them a role that reads."""
    from approvals.models import Request

    assert not Request.objects.visible_to(world.stranger).exists()
    news._tell(request_, [world.stranger.user, world.security.user], news.APPROVED, "test", {})

    assert told(world, "approved") == {"security": 1}


def test_who_has_left_is_told_nothing(world, request_, vote):
    people.deactivate_user(actor=world.admin, user=world.business.user)
    vote(world.validator, request_, "validation")
    deliver()

    assert "business" not in told(world, "your_turn")


def test_that_nobody_can_act_is_told_once_a_day(world, request_, monday):
    people.end_role(actor=world.lead, grant=RoleGrant.objects.get(user=world.security.user), reason="left")
    deliver()
    clocks.look_at_all()
    assert told(world, "nobody_can_act") == {"engineer": 1, "lead": 1, "admin": 1}
    assert "Security reviewer" in words(world.engineer, "nobody_can_act")
    monday.shift(timedelta(days=1))
    clocks.look_at_all()

    assert told(world, "nobody_can_act") == {"engineer": 2, "lead": 2, "admin": 2}


def test_times_and_roles_are_in_the_readers_language_and_nothing_is_left_open(world, monday, push, gate):
    for kind in notices.all_kinds():
        if not kind.code.startswith("approvals."):
            continue
        data = {
            "title": "churn-model 7",
            "step": "Security review",
            "components": "use_case,model",
            "role": "security_reviewer",
            "due": "2026-11-24T09:00:00.000000Z",
            "until": "2026-11-24T09:00:00.000000Z",
            "name": "Ada",
            "absent": "Bob",
            "what": "Rotate the key.",
            "reason": "Nobody holds the role.",
            "number": "3",
        }
        row = Notice(kind=kind.code, data=data)
        for language in ("en", "zh-hans"):
            with translation.override(language):
                said = notices.text_of(row)
        assert "…" not in said
        assert "%(" not in said
        assert "T09:00" not in said
        assert "security_reviewer" not in said


def test_a_policy_that_waits_to_be_confirmed_is_the_other_administrators_turn(world, gate, monday):
    people.grant_role(actor=world.admin, user=world.stranger.user, role="administrator")
    draft = policies.write_policy(
        actor=world.admin, key=gate.policy.key, source=gate.policy.current_version().text.replace("30 days", "20 days")
    )
    requests.open_request(
        actor=world.admin, subject_type="policy_version", subject_id=draft.public_id, purpose="publish", environment=None
    )
    deliver()

    assert told(world, "your_turn") == {"stranger": 1}
    assert "Production release, version 2" in words(world.stranger, "your_turn")
