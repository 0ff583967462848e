"""Questions to a gate and its numbered answers: one evaluation for each question, a new answer when the answer changes."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from approvals.models import Answer, Decision, Evaluation
from approvals.selectors.standing import standing_of
from approvals.services import gates
from foundation import clock
from foundation.errors import Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.usecases import services as usecases
from lineage.services.versions import register_model_version
from tests.approvals.asking import STEPS
from tests.approvals.gating import COMMIT, approved, gate, lax, put  # noqa: F401 - fixtures


def test_the_same_question_is_one_evaluation_and_is_answered_anew_only_when_the_answer_changes(world, lax, push, ask, vote, put):
    row = push()
    first = put(row)
    assert not put(row).changed
    request = ask(row)
    second = put(row)
    vote(world.validator, request, "validation")
    third = put(row)

    assert first.evaluation == second.evaluation == third.evaluation
    assert [answer.number for answer in Answer.objects.order_by("pk")] == [1, 2, 3]
    assert AuditEvent.objects.filter(kind="approvals.gate.answered").count() == 3
    assert gates.ask_again(actor=world.ci, evaluation=first.evaluation).answer == third.answer


def test_another_commit_artifact_or_asker_is_another_question(world, lax, push, put):
    row = push()
    found = {
        put(row).evaluation.pk,
        put(row, commit="a" * 40).evaluation.pk,
        put(row, artifact="").evaluation.pk,
        put(row, actor=world.engineer).evaluation.pk,
    }

    assert len(found) == Evaluation.objects.count() == 4


def test_time_alone_changes_no_answer(lax, push, ask, put):
    row = push()
    ask(row)
    first = put(row)

    with time_machine.travel(clock.now() + timedelta(hours=3), tick=False):
        assert put(row).answer == first.answer


def test_a_verdict_that_became_final_without_a_ballot_is_settled_by_asking(world, lax, push, ask, vote, put):
    row = push()
    request = ask(row)
    for part, step in STEPS[:2] + STEPS[3:]:
        vote(getattr(world, part), request, step)
    known = {
        "business_problem": "Customers leave, and we learn of it too late.",
        "ml_problem": "Will this customer cancel within 60 days?",
        "kpis": [{"name": "Leavers found", "unit": "%", "baseline": 42, "target": 70}],
    }
    usecases.define(actor=world.lead, use_case=world.use_case, business_problem="Other.", ml_problem="Other.", kpis=known["kpis"])
    vote(world.security, request, "security")
    assert put(row).answer.decision == "pending"
    usecases.define(actor=world.lead, use_case=world.use_case, **known)

    assert put(row).answer.decision == "allow"
    request.refresh_from_db()
    assert request.state == "approved"


@pytest.mark.parametrize("commit", ["c" * 7, "c" * 39, "C" * 40, "main", "c" * 41, "c" * 40 + "\n"])
def test_a_commit_that_is_not_named_in_full_is_no_question(lax, push, put, commit):
    row = push()

    with pytest.raises(Invalid):
        put(row, commit=commit)
    assert not Evaluation.objects.exists()


@pytest.mark.parametrize("artifact", ["d" * 63, "sha1:" + "d" * 40, "D" * 64, "d" * 64 + "\n" + "x"])
def test_a_digest_that_is_none_is_no_question(lax, push, put, artifact):
    row = push()

    with pytest.raises(Invalid):
        put(row, artifact=artifact)


def test_tokens_without_the_scope_or_for_another_use_case_get_no_answer(world, lax, push, put):
    from foundation import actor as actors
    from foundation import tokens
    from foundation.models import Token

    row = push()
    for scopes, scope in ((["read"], ""), (["gate:evaluate"], "uc_other")):
        token, _secret = tokens.create(
            actor=world.engineer, name="x", owner=world.engineer.user, kind=Token.Kind.SERVICE, scopes=scopes, scope=scope
        )
        with pytest.raises(NotAllowed):
            put(row, actor=actors.service(token))


def test_two_who_ask_at_the_same_moment_both_get_the_answer(transactional_db, request):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite in memory has one writer at a time")
    world = request.getfixturevalue("world")
    gate, push = request.getfixturevalue("gate"), request.getfixturevalue("push")
    row = push()
    gates.evaluate_gate(actor=world.ci, gate=gate, model_version=row, commit=COMMIT)
    ask = request.getfixturevalue("ask")
    ask(row)
    both = threading.Barrier(4)
    found: list[object] = []

    def put() -> None:
        both.wait(20)
        try:
            found.append(gates.evaluate_gate(actor=world.ci, gate=gate, model_version=row, commit=COMMIT).answer.number)
        except Exception as error:  # the test wants to see whatever it was
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=put) for _i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert found == [2, 2, 2, 2]


def test_what_changes_nothing_that_is_judged_changes_no_decision(world, approved, put):
    before = put(approved).answer
    register_model_version(actor=world.ci, use_case=world.use_case, data={"name": "other", "version": "1", "commit": "f" * 40})

    assert put(approved).answer == before
    assert standing_of(Decision.objects.get().request).digest == before.body["subject"]["manifest_digest"]
