"""A gate, a request that waits for people, and what those who break glass and review it do over and over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from approvals.models import Waiver
from approvals.services import gates, policies, waivers
from foundation import clock
from foundation.models import AuditEvent
from tests.approvals.gating import ARTIFACT, COMMIT, LAX


@pytest.fixture
def gate(world):
    version = policies.write_policy(actor=world.admin, key="lax", source=LAX)
    return policies.set_gate(actor=world.admin, slug="production", title="Production", mode="prevent", policy=version.policy)


@pytest.fixture
def version(gate, monday, push):
    return push()


@pytest.fixture
def request_(version, ask):
    return ask(version)


@pytest.fixture
def put(world, gate):
    """Puts a question to the gate, as CI does."""

    def question(row, purpose="deployment") -> gates.Asked:
        return gates.evaluate_gate(
            actor=world.ci, gate=gate, model_version=row, commit=COMMIT, artifact_sha256=ARTIFACT, purpose=purpose
        )

    return question


def signed(actor, ago: timedelta = timedelta(0)):
    """The person, having just proved who they are."""
    return replace(actor, auth_at=clock.now() - ago)


def smash(actor, request, **values) -> Waiver:
    said = {"reason": "Fraud is running through the old model.", "incident": "INC-7", "hours": 4}
    return waivers.open_waiver(actor=signed(actor), request=request, **{**said, **values})


def review(actor, waiver, verdict="justified") -> Waiver:
    return waivers.review_waiver(actor=actor, waiver=waiver, verdict=verdict, comment="I looked at what was deployed.")


def events(kind: str) -> int:
    return AuditEvent.objects.filter(kind=f"approvals.waiver.{kind}").count()
