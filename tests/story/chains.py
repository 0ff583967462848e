"""Requests under a policy with everything around it, and everything that hangs on one in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from tests.story.contention import Scene
from tests.story.meetings import Job

OPEN_POLICY = """
title: One of them has to agree, with everything around it
open_for: 10 days
break_glass: {roles: [project_lead, operations], hours: 4, review_within: 1 working day}
steps:
  - key: validation
    title: Model validation
    role: model_validator
    covers: [code, model, data, use_case]
    sla: 4 working hours
    remind: [2 working hours before]
    escalate: {after: 4 working hours, to: security_reviewer}
checks:
  {provenance.commit_in_mirror: "off", provenance.repository_known: "off", provenance.files_match: "off", usecase.definition: "off",
  dependencies.locked: "off", provenance.clean_tree: "off"}
"""


class Chains(Scene):
    """Requests under a policy with everything around it, each for an environment of its own."""

    def __init__(self) -> None:
        from approvals.services import policies
        from foundation import actor as actors
        from governance.people import services as people

        super().__init__()
        source = policies.write_policy(actor=self.world.admin, key="everything", source=OPEN_POLICY)
        self.policies["everything"] = source.policy
        self.voters = [voter for number, voter in enumerate(self.voters) if number % 2]  # four who validate
        setup = actors.system("test")
        user = people.create_user(actor=setup, username="admin2", name="Second Admin", email="admin2@example.com")
        people.grant_role(actor=setup, user=user, role="administrator")
        self.admins = [self.world.admin, actors.person(user)]

    def asked(self, name: str) -> Any:
        """An open request, for an environment that nobody else uses."""
        return self.open(self.environment(name, "everything"))

    def says(self, request: Any, who: Any, verdict: str = "approve", **more: Any) -> Job:
        from approvals.selectors.standing import standing_of
        from approvals.services import ballots

        digest, step = standing_of(request).digest, request.policy_version.body["steps"][0]["key"]
        return lambda: (
            ballots.cast_ballot(
                actor=who, request=request, step=step, verdict=verdict, digest=digest, comment="So I say.", **more
            ).public_id
        )

    def approved(self, name: str, **more: Any) -> Any:
        request = self.asked(name)
        self.says(request, self.voters[0], **more)()
        request.refresh_from_db()
        return request

    def gate(self, request: Any) -> Job:
        from approvals.models import Gate
        from approvals.services import gates

        gate = Gate.objects.select_related("environment", "policy").get(environment=request.environment)
        asked = {"gate": gate, "model_version": self.version, "commit": "c" * 40, "artifact_sha256": "d" * 64}
        return lambda: gates.evaluate_gate(actor=self.world.ci, **asked).answer.decision

    def smash(self, request: Any, who: Any) -> Job:
        from approvals.services import waivers
        from foundation import clock

        actor = replace(who, auth_at=clock.now())
        return lambda: waivers.open_waiver(actor=actor, request=request, reason="It burns.").public_id


def seen(request: Any) -> dict[str, Any]:
    """A request, and everything that hangs on it, as it is in the end."""
    from approvals.models import Ballot, Decision, Waiver
    from approvals.selectors.standing import standing_of
    from foundation.models import AuditEvent

    request.refresh_from_db()
    decisions = Decision.objects.filter(request=request)
    names = {request.public_id, *decisions.values_list("public_id", flat=True)}
    names |= set(Ballot.objects.filter(request=request).values_list("public_id", flat=True))
    names |= set(Waiver.objects.filter(request=request).values_list("public_id", flat=True))
    told = Counter(AuditEvent.objects.filter(subject_id__in=names).values_list("kind", flat=True))
    return {
        "state": request.state,
        "verdict": standing_of(request).verdict.state,
        "ballots": {row.public_id: row.verdict for row in Ballot.objects.filter(request=request)},
        "decided_on": [[item["ballot"] for item in row.ballots] for row in decisions],
        "events": {kind.removeprefix("approvals."): number for kind, number in told.items()},
    }
