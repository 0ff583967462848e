"""What tests of requests ask and do over and over."""

from __future__ import annotations

from approvals.models import Request
from approvals.selectors.standing import standing_of
from governance.people import services as people
from governance.usecases import services as usecases
from tests.conftest import LOCK

STEPS = (("validator", "validation"), ("governance", "data"), ("security", "security"), ("business", "business"))
OTHER_LOCK = [{"path": "requirements.txt", "content": LOCK.replace("2.0.0", "2.0.1")}]


def states(request: Request) -> dict[str, str]:
    request.refresh_from_db()
    return {step.key: step.state for step in standing_of(request).verdict.steps}


def asked(request: Request, world) -> set[str]:
    """The parts whose move it is now."""
    request.refresh_from_db()
    waiting = {human for step in standing_of(request).verdict.steps for human in step.waiting_on}
    return {part for part, actor in world.people().items() if actor.id in waiting}


def ignored(request: Request) -> dict[str, str]:
    request.refresh_from_db()
    return {item.ballot.step: item.why for item in standing_of(request).verdict.ignored}


def substate(request: Request) -> str | None:
    request.refresh_from_db()
    return standing_of(request).verdict.substate


def give(world, part: str, role: str) -> None:
    people.grant_role(actor=world.admin, user=getattr(world, part).user, role=role, scope=world.use_case.public_id)


def redefine(world, actor=None, **values) -> None:
    said = {
        "business_problem": "Customers leave, and it costs.",
        "ml_problem": "Will this customer cancel within 60 days?",
        "kpis": [{"name": "Leavers found", "unit": "%", "baseline": 42, "target": 80}],
    }
    usecases.define(actor=actor or world.lead, use_case=world.use_case, **{**said, **values})
