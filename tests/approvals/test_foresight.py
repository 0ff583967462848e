"""What-ifs and replays over rows that the services wrote: the same rules give back what was decided."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.models import Policy, Request
from approvals.policy import parse
from approvals.selectors import foresight
from approvals.selectors.foresight import replay_period, try_on
from approvals.selectors.standing import policy_of, standing_of
from approvals.showing.foresight import consequence
from foundation.errors import Invalid
from governance.people import services as people
from governance.people.models import RoleGrant
from tests.approvals.asking import give
from tests.approvals.histories import LEGAL, NO_SECURITY, history  # noqa: F401 - fixtures
from tests.approvals.lives import at, lives, the_day_before, travel  # noqa: F401 - fixtures
from tests.conftest import POLICY

pytestmark = [pytest.mark.django_db, pytest.mark.once]
QUARTER = {"since": at(-24), "until": at(90 * 24)}


def replayed(world, source=POLICY, part="lead", **narrow):
    return replay_period(
        getattr(world, part), Policy.objects.get(key="production-release"), parse(source), **{**QUARTER, **narrow}
    )


def by_request(found):
    return {row.public_id: replay for row, replay in found.rows}


# Replaying what the services recorded --------------------------------------------------------------------------------

ENDS = {
    "approved": "approved",
    "rejected": "rejected",
    "second round": "approved",
    "delegated": "approved",
    "dismissed": "approved",
    "withdrawn": "withdrawn",
    "superseded": "superseded",
    "inherits": "approved",
    "expired": "expired",
    "open": "open",
}


def test_the_same_policy_over_history_gives_back_every_decision(world, history):
    with travel(1700):
        found = by_request(replayed(world))

    assert {name: row.state for name, row in history.items()} == ENDS
    for name, row in history.items():
        result = found[row.public_id]
        assert (result.now.state, result.now.at) == (result.then.state, result.then.at) == (ENDS[name], row.closed_at), name
        assert (result.doubtful, result.spared, result.why) == (0, 0, ""), name


def test_a_step_less_is_decided_sooner_and_needs_fewer_ballots(world, history):
    with travel(1700):
        found = replayed(world, NO_SECURITY)
    results = by_request(found)

    first = results[history["approved"].public_id]
    assert (first.now.state, first.now.at) == ("approved", at(30))
    assert first.saved == at(50) - at(30)
    assert results[history["rejected"].public_id].now.state == "open"
    assert [step.key for step in first.gone] == ["security"]
    assert found.summary.spared == 7  # each word of security, the objection that was set aside included


def test_a_step_more_would_still_wait_for_its_role(world, history):
    with travel(1700):
        found = replayed(world, LEGAL)

    result = by_request(found)[history["approved"].public_id]
    assert result.now.state == "open"
    assert [(step.key, step.role) for step in result.waiting] == [("legal", "auditor")]
    assert ("legal", "auditor") in found.summary.waiting_for
    assert "5 would still wait for: Legal." in consequence(found)


def test_a_condition_on_a_fact_that_follows_from_the_records_is_answered(world, history):
    elsewhere = POLICY.replace("role: security_reviewer, ", "role: security_reviewer, applies_if: {environment: [staging]}, ")
    with travel(1700):
        result = by_request(replayed(world, elsewhere))[history["approved"].public_id]

    assert (result.now.state, result.now.at) == ("approved", at(30))
    assert [step.key for step in result.gone] == ["security"]


def test_a_revoked_approval_is_replayed_as_the_approval_that_it_was(world, lives):
    from approvals.services.decisions import revoke

    request = lives.approved(1, 0)
    with travel(60):
        give(world, "lead", "security_reviewer")
        revoke(actor=world.security, request=request, reason="A flaw was found.")
    with travel(100):
        (result,) = by_request(replayed(world)).values()

    assert (result.then.state, result.now.state, result.now.at) == ("approved", "approved", at(50))


def test_only_the_requests_of_the_period_and_the_use_case(world, history):
    with travel(1700):
        assert len(replayed(world, since=at(99), until=at(301)).rows) == 3
        assert len(replayed(world, use_case=world.use_case).rows) == 10


def test_who_does_not_see_a_request_learns_how_many_there_are(world, history):
    with travel(1700):
        found = replayed(world, part="stranger")

    assert (len(found.rows), found.hidden) == (0, 10)


def test_too_many_requests_are_refused_with_the_limit(world, history, monkeypatch):
    monkeypatch.setattr(foresight, "MOST", 9)

    with pytest.raises(Invalid, match="at most 9 requests"):
        replayed(world)


def test_the_number_of_queries_does_not_grow_with_the_history(world, history):
    def queries(**narrow):
        with travel(1700), CaptureQueriesContext(connection) as seen:
            replayed(world, NO_SECURITY, **narrow)
        return len(seen)

    assert queries() == queries(until=at(301))
    assert queries() <= 16


# One request ---------------------------------------------------------------------------------------------------------


def test_a_draft_on_an_open_request_shows_both_verdicts_step_by_step(world, push, ask, vote):
    request = ask(push())
    for part, step in (("validator", "validation"), ("governance", "data"), ("business", "business")):
        vote(getattr(world, part), request, step)
    request.refresh_from_db()

    found = try_on(request, parse(NO_SECURITY))

    assert (found.then.state, found.now.state) == ("open", "approved")
    assert {step.key: (step.then and step.then.state, step.now and step.now.state) for step in found.steps} == {
        "validation": ("met", "met"),
        "data": ("met", "met"),
        "business": ("met", "met"),
        "security": ("pending", None),
    }


def test_the_version_that_it_has_gives_the_verdict_that_it_has(world, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")
    request.refresh_from_db()

    found = try_on(request, policy_of(request.policy_version))

    assert found.now.as_mapping() == standing_of(request).verdict.as_mapping() == found.then.as_mapping()


def test_a_closed_request_is_tried_as_of_its_closing(world, lives):
    request = lives.approved(1, 0)
    with travel(60):
        people.end_role(actor=world.lead, grant=RoleGrant.objects.get(user=world.security.user), reason="moved")
        found = try_on(Request.objects.get(pk=request.pk), parse(NO_SECURITY))

    assert (found.then.state, found.now.state) == ("approved", "approved")
