from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from approvals.models import Request
from approvals.services.decisions import revoke as revoke_request
from foundation import outbox
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent, OutboxEvent
from foundation.verification import verify
from governance.economics import services
from governance.economics.models import Baseline, Shortfall
from governance.economics.services.baselines import set_baseline_by_decision
from governance.people.models import Notice
from governance.usecases.conditions import evaluate
from tests.conftest import cast_vote
from tests.economics.realised import agreed, budget_holder, line, plan, put_up, said, written


def answer(world):
    return evaluate(world.use_case, ["economics.approved"])["economics.approved"]


@pytest.fixture
def payer(world):
    return budget_holder(world)


def test_an_approval_makes_the_snapshot_the_baseline(world, payer):
    snapshot = written(world)
    baseline = agreed(world, snapshot, payer)
    request = Request.objects.get(subject_id=snapshot.public_id)

    assert (baseline.number, baseline.snapshot, baseline.request) == (1, snapshot, request.public_id)
    assert baseline.starts_on == baseline.approved_at.date().replace(day=1)
    assert request.state == "approved"
    assert AuditEvent.objects.filter(kind="economics.baseline.set", subject_id=baseline.public_id).exists()
    assert answer(world).state == "met"


def test_one_of_the_two_alone_is_not_enough(world, payer):
    request = put_up(world, written(world))
    cast_vote(payer, request, "money")

    assert not Baseline.objects.exists()
    assert answer(world).state == "unmet"


def test_who_wrote_it_down_does_not_judge_it(world, payer):
    snapshot = written(world)
    services.write_snapshot(
        actor=world.business, use_case=world.use_case, plan=plan(horizon=22, lines=(line("run", "cost", "9", 0, 22),))
    )
    request = put_up(world, type(snapshot).objects.get(number=2))

    assert world.business.user.public_id in request.contributors["economics"]
    with pytest.raises((NotAllowed, Conflict, Invalid)):
        cast_vote(world.business, request, "worth")


def test_who_worked_on_the_draft_is_an_author_too(world, payer):
    snapshot = services.write_snapshot(
        actor=world.lead, use_case=world.use_case, plan=plan(), authors=[world.scientist.user.public_id]
    )

    assert set(put_up(world, snapshot).contributors["economics"]) == {world.lead.user.public_id, world.scientist.user.public_id}


def test_only_the_newest_version_can_be_put_up(world, payer):
    first = written(world)
    written(world, lines=(line("run", "cost", "90"),))

    with pytest.raises((NotAllowed, Conflict), match="took its place"):
        put_up(world, first)


def test_a_baseline_is_not_put_up_again(world, payer):
    snapshot = written(world)
    agreed(world, snapshot, payer)

    with pytest.raises((NotAllowed, Conflict), match="baseline already"):
        put_up(world, snapshot)


def test_a_stranger_cannot_put_it_up(world):
    with pytest.raises(Exception, match="see it"):
        put_up(world, written(world), world.stranger)


def test_the_next_baseline_takes_the_place_of_the_one_before(world, payer):
    first = agreed(world, written(world), payer)
    second = agreed(world, written(world, lines=(line("run", "cost", "90"),)), payer)
    first.refresh_from_db()

    assert (first.ended_because, second.number, second.ended_at) == ("replaced", 2, None)
    assert Baseline.objects.filter(ended_at=None).get() == second
    assert answer(world).said == "Version 2 is the baseline."


def test_a_revoked_approval_ends_the_baseline_and_the_one_before_does_not_come_back(world, payer):
    agreed(world, written(world), payer)
    baseline = agreed(world, written(world, lines=(line("run", "cost", "90"),)), payer)
    revoke_request(actor=world.admin, request=Request.objects.get(public_id=baseline.request), reason="The money is gone.")
    baseline.refresh_from_db()

    assert (baseline.ended_because, baseline.ended_reason) == ("revoked", "The money is gone.")
    assert not Baseline.objects.filter(ended_at=None).exists()
    assert answer(world).state == "unmet"


def test_a_decision_about_other_content_approves_nothing(world, payer):
    snapshot = written(world)
    decision = type("Decided", (), {"public_id": "de_x", "manifest": {"economics": "sha256:" + "0" * 64}})()

    with pytest.raises(Conflict, match="other content"):
        set_baseline_by_decision(actor=world.lead, snapshot=snapshot, decision=decision, request="rq_x")


def test_a_baseline_is_never_edited(world, payer):
    baseline = agreed(world, written(world), payer)

    with pytest.raises(DatabaseError), transaction.atomic():
        Baseline.objects.filter(pk=baseline.pk).update(starts_on="2020-01-01")


# Variance ----------------------------------------------------------------------------------------------------------------


def test_results_that_fall_behind_are_told_once(world, payer):
    news = []
    outbox.subscribe("economics.variance.exceeded", news.append)
    baseline = agreed(world, written(world), payer)
    said(world, baseline, "kept", *[1000] * 3)
    assert not Shortfall.objects.exists()
    said(world, baseline, "kept", 0, 0, 0, since=3)

    row = Shortfall.objects.get()
    assert (row.planned, row.expected, row.ended_at) == (15600, 3000 + 20 * 750 - 8400, None)  # at three quarters of the plan
    assert OutboxEvent.objects.filter(topic="economics.variance.exceeded").count() == 1
    assert AuditEvent.objects.filter(kind="economics.variance.exceeded").count() == 1
    told = Notice.objects.filter(kind="economics.variance.exceeded")
    assert {notice.user for notice in told} == {payer.user, world.lead.user}
    found = answer(world)
    assert found.state == "unmet"
    assert "9,600 EUR was expected where 15,600 EUR was agreed" in found.said


def test_what_comes_back_within_the_tolerance_is_over_and_the_next_time_is_told_anew(world, payer):
    baseline = agreed(world, written(world), payer)
    said(world, baseline, "kept", 1000, 0, 0)
    first = Shortfall.objects.get()
    said(world, baseline, "kept", 3000, since=3)
    first.refresh_from_db()
    assert first.ended_at is not None
    assert answer(world).state == "met"
    said(world, baseline, "kept", 0, 0, 0, since=4)

    assert list(Shortfall.objects.order_by("number").values_list("number", "ended_at"))[1] == (2, None)
    assert Notice.objects.filter(kind="economics.variance.exceeded", user=payer.user).count() == 2


def test_a_new_baseline_settles_that_it_had_to_be_approved_again(world, payer):
    baseline = agreed(world, written(world), payer)
    said(world, baseline, "kept", 0, 0, 0)
    assert answer(world).state == "unmet"
    lower = (line("run", "cost", "100"), line("kept", "benefit", "150"))
    agreed(world, written(world, lines=lower), payer)

    assert Shortfall.objects.filter(ended_at=None).count() <= 1
    assert Shortfall.objects.order_by("pk").first().ended_at is not None


def test_the_log_vouches_for_baselines_and_shortfalls(world, payer):
    baseline = agreed(world, written(world), payer)
    said(world, baseline, "kept", 0, 0, 0)
    agreed(world, written(world, lines=(line("run", "cost", "90"),)), payer)

    assert [finding for finding in verify() if finding.altered] == []
