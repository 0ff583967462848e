"""An envelope around a baseline that everybody agreed to, and versions that were trained again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from approvals.models import Request
from approvals.selectors.envelopes import proof_for
from approvals.services import envelopes as services
from approvals.services.gates import evaluate_gate
from approvals.services.requests import open_request
from foundation import clock
from lineage.selectors.manifest import manifest_of

DATA = {"role": "train", "name": "customers", "digest": "sha256:" + "f" * 64, "rows": 6, "columns": ["customer_id"]}
BODY = {
    "moves": ["model", "data"],
    "metrics": {"recall@test": {"min": "0.68", "may_fall": "0.02"}},
    "same_columns": True,
    "data": {"rows_may_change_by": "0.5"},
}


def recall(value: str) -> dict:
    return {"metrics": {"recall": {"value": Decimal(value), "dataset": "test"}}}


@pytest.fixture
def baseline(push, ask, approve):
    """A version that everybody agreed to for production."""
    row = push("7", **recall("0.70"))
    approve(ask(row))
    return row


@pytest.fixture
def write(world, gate, baseline):
    def written(actor=None, **wanted):
        said = {"environment": gate.environment, "baseline": baseline, "title": "Monthly retraining", "body": BODY, **wanted}
        return services.write_envelope(actor=actor or world.lead, use_case=world.use_case, **said)

    return written


def ask_about(actor, envelope) -> Request:
    return open_request(
        actor=actor,
        subject_type="envelope",
        subject_id=envelope.public_id,
        purpose="deployment",
        environment=envelope.environment,
    )


@pytest.fixture
def agreed(world, write, approve):
    """An envelope in force."""

    def made(**wanted):
        row = write(**wanted)
        approve(ask_about(world.lead, row))
        row.refresh_from_db()
        return row

    return made


@pytest.fixture
def answer(world, gate):
    """What the gate says about a version to CI that states its bytes."""

    def asked(row):
        found = evaluate_gate(
            actor=world.ci, gate=gate, model_version=row, commit=row.commit, artifact_sha256=row.artifact_sha256
        )
        return found.answer.body

    return asked


def retrained(push, version="8", value="0.71", **overrides):
    changes = {
        "artifact": {"uri": "s3://m", "sha256": version[-1] * 64, "size": 11, "serialization": "skops"},
        "datasets": [DATA],
    }
    return push(version, **{**recall(value), **changes, **overrides})


def proof(row, gate):
    return proof_for(row, gate.environment, manifest_of(row), clock.now())


def check(body, code):
    return next((item for item in body["checks"] if item["code"] == code), None)


def standing_in_the_way(body):
    return {item["code"] for item in body["checks"] if item["blocking"] and item["status"] != "pass"}
