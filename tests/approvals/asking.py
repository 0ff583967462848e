"""What tests of requests ask and do over and over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from approvals.models import PolicyVersion, Request
from approvals.selectors.standing import standing_of
from approvals.services import ballots, policies, requests
from foundation import actor as actors
from foundation import clock
from governance.people import services as people
from governance.people.models import Delegation, RoleGrant, User
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


# Policies ------------------------------------------------------------------------------------------------------------


def second_admin(world) -> Any:
    """Another administrator, who confirms what the first one wrote."""
    known = User.objects.filter(username="admin2").first()
    if known is not None:
        return actors.person(known)
    setup = actors.system("test")
    user = people.create_user(actor=setup, username="admin2", name="Second Admin", email="admin2@example.com")
    people.grant_role(actor=setup, user=user, role="administrator")
    return actors.person(user)


def ask_to_publish(world, version: PolicyVersion) -> Request:
    return requests.open_request(
        actor=world.admin, subject_type="policy_version", subject_id=version.public_id, purpose="publish", environment=None
    )


def publish(world, version: PolicyVersion) -> PolicyVersion:
    """Put a version in force the way people do: one asks, another administrator agrees."""
    if version.published_at is None:
        request, other = ask_to_publish(world, version), second_admin(world)
        while (standing := standing_of(Request.objects.get(pk=request.pk))).is_open:
            step = next(step.key for step in standing.verdict.steps if other.id in step.waiting_on)
            ballots.cast_ballot(actor=other, request=request, step=step, verdict="approve", digest=standing.digest)
        version.refresh_from_db()
    return version


def publish_policy(world, source: str, key: str = "production-release") -> PolicyVersion:
    """Write a version of a policy and put it in force."""
    return publish(world, policies.write_policy(actor=world.admin, key=key, source=source))


# Absence -------------------------------------------------------------------------------------------------------------


def stand_in(world, delegate, principal, *, role: str = "", scope: str = "", days: int = 7) -> Delegation:
    """Let one person act for another from now on."""
    now = clock.now()
    return Delegation.objects.create(
        principal=principal.user,
        delegate=delegate.user,
        role=role,
        scope=scope,
        starts_at=now,
        ends_at=now + timedelta(days=days),
        created_by=principal.user,
        created_at=now,
    )


def end_grants(world, part: str) -> None:
    for grant in RoleGrant.objects.filter(user=getattr(world, part).user, ended_at=None):
        people.end_role(actor=world.lead, grant=grant, reason="moved")
