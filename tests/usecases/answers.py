"""Answers about risk, another tier that somebody proposes, and what is on record of both."""

from __future__ import annotations

from foundation.models import AuditEvent
from governance.usecases import services
from governance.usecases.models import RiskAssessment, RiskOverride
from tests.usecases.questions import HARMLESS

MEDIUM = {**HARMLESS, "personal_data": ["special"]}
HIGH = {**HARMLESS, "sensitive_area": ["employment"]}


def answer(world, answers, actor=None, **more) -> RiskAssessment:
    return services.assess_risk(actor=actor or world.lead, use_case=world.use_case, answers=answers, **more)


def propose(world, tier="medium", actor=None, reason="It only sorts letters.") -> RiskOverride:
    return services.propose_tier(actor=actor or world.scientist, use_case=world.use_case, tier=tier, reason=reason)


def define(world, **more):
    said = {"business_problem": "Customers leave.", "ml_problem": "Who will?"}
    return services.define(actor=world.lead, use_case=world.use_case, **{**said, **more})


def kinds(world) -> list[str]:
    events = AuditEvent.objects.filter(scope=world.use_case.public_id, kind__startswith="usecases.risk")
    return [event.kind.removeprefix("usecases.risk.") for event in events.order_by("pk")]
