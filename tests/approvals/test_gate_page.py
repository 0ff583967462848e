"""A gate's answer as people see it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from approvals.models import Request
from approvals.services import envelopes, gates, requests, waivers
from foundation import clock
from tests.approvals.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered(world, gate, push, ask):
    version = push()
    ask(version)
    asked = gates.evaluate_gate(
        actor=world.ci, gate=gate, model_version=version, commit=version.commit, artifact_sha256=version.artifact_sha256
    )
    return asked.evaluation


def test_a_gate_page_says_whether_it_may_ship_and_whose_move_it_is(world, answered):
    said = text_of(world.client("business").get(f"/gates/{answered.public_id}/"))

    assert "It may not ship" in said
    assert "Whose move it is:" in said
    assert "Validator" in said
    assert said.index("In the way") < said.index("passed")


def test_looking_at_a_gates_answer_asks_nothing(world, answered, vote):
    vote(world.validator, Request.objects.get(), "validation")

    world.client("business").get(f"/gates/{answered.public_id}/")

    assert answered.answers.count() == 1


def test_asking_again_keeps_a_new_answer_beside_the_old_one(world, answered, vote):
    vote(world.validator, Request.objects.get(), "validation")
    client = world.client("business")

    response = client.post(f"/gates/{answered.public_id}/", follow=True)

    assert "The answer has changed." in text_of(response)
    assert answered.answers.count() == 2
    assert "This is an earlier answer" in text_of(client.get(f"/gates/{answered.public_id}/?answer=1"))


def test_a_gates_answer_is_hidden_from_strangers(world, answered):
    assert world.client("stranger").get(f"/gates/{answered.public_id}/").status_code == 404


def test_a_rejected_version_is_told_as_denied(world, answered, vote):
    vote(world.validator, Request.objects.get(), "validation", "reject", "no")

    said = text_of(world.client("business").post(f"/gates/{answered.public_id}/", follow=True))

    assert "It may not ship." in said


def test_an_envelope_that_lets_a_version_in_proves_it_line_by_line(world, gate, push, ask, approve):
    baseline = push("7")
    approve(ask(baseline))
    envelope = envelopes.write_envelope(
        actor=world.lead,
        use_case=world.use_case,
        environment=gate.environment,
        baseline=baseline,
        title="Monthly retraining",
        body={"moves": ["model"], "metrics": {"recall": {"min": "1"}}},
    )
    approve(
        requests.open_request(
            actor=world.engineer,
            subject_type="envelope",
            subject_id=envelope.public_id,
            purpose="deployment",
            environment=gate.environment,
        )
    )

    def said(version, recall):
        artifact = {"uri": "s3://m", "sha256": version * 64, "size": 1, "serialization": "skops"}
        row = push(version, metrics={"recall": {"value": recall, "dataset": "test"}}, artifact=artifact)
        asked = gates.evaluate_gate(
            actor=world.ci, gate=gate, model_version=row, commit=row.commit, artifact_sha256=row.artifact_sha256
        )
        return text_of(world.client("business").get(f"/gates/{asked.evaluation.public_id}/"))

    inside, outside = said("8", 2), said("9", 0)

    assert "Instead of an approval of this version Inside of the envelope “Monthly retraining”" in inside
    assert "recall@test 2 is at least 1" in inside
    assert "recall@test 0 is below 1" in outside
    assert "limits hold" in outside


def test_a_waiver_is_told_with_its_reason_and_its_end(world, gate, push, ask):
    request = ask(version := push())
    actor = replace(world.engineer, auth_at=clock.now())
    waivers.open_waiver(actor=actor, request=request, reason="Scoring is down.", hours=2)
    asked = gates.evaluate_gate(
        actor=world.ci, gate=gate, model_version=version, commit=version.commit, artifact_sha256=version.artifact_sha256
    )

    said = text_of(world.client("business").get(f"/gates/{asked.evaluation.public_id}/"))

    assert "Engineer broke glass" in said
    assert "Scoring is down." in said
    assert "Holds until in 1 hour" in said
