"""People, sweeps and gates that meet over one request. Run as `python -m tests.story.contention_approvals`; writes what came of it.

How they meet, and how often, is in `meetings`; over what, in `chains`.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from datetime import timedelta
from typing import Any

from tests.story.chains import OPEN_POLICY, Chains, seen
from tests.story.meetings import ANSWERING, CAST, DECIDING, TELLING, Meeting, Stop, meet


def two_final_votes(chains: Chains, name: str) -> Meeting:
    request = chains.asked(f"votes-{name}")
    one, other = chains.voters[:2]
    return Meeting((chains.says(request, one), chains.says(request, other)), (CAST, CAST), lambda: seen(request))


def vote_and_change(chains: Chains, name: str) -> Meeting:
    """Somebody redefines the use case while the last vote is cast."""
    from approvals.models import Decision
    from approvals.selectors.standing import subject_of
    from governance.usecases import services as usecases
    from lineage.selectors.manifest import manifest_of

    request = chains.asked(f"change-{name}")

    def redefine() -> str:
        said = {"business_problem": name, "ml_problem": name, "kpis": [{"name": "x", "unit": "%", "baseline": 1, "target": 2}]}
        return usecases.define(actor=chains.world.lead, use_case=chains.world.use_case, **said).public_id

    def afterwards() -> dict[str, Any]:
        gate = chains.gate(request)()  # asked by somebody else, later
        now = manifest_of(subject_of(request)).digest
        on_these = Decision.objects.filter(request=request, manifest_digest=now).exists()
        return {**seen(request), "gate": gate, "decided_on_what_is_there": on_these}

    return Meeting((chains.says(request, chains.voters[0]), redefine), (DECIDING, TELLING), afterwards)


def vote_and_end_of_role(chains: Chains, name: str) -> Meeting:
    """The voter's role ends while their vote, the last that is wanted, is cast."""
    from approvals.models import Decision
    from foundation.models import AuditEvent
    from governance.people import services as people
    from governance.people.models import RoleGrant

    request, voter = chains.asked(f"role-{name}"), chains.voters[2]
    scope = chains.world.use_case.public_id
    held = {"user": voter.user, "role": "model_validator", "scope": scope}
    grant = RoleGrant.objects.filter(**held, ended_at=None).first() or people.grant_role(actor=chains.world.lead, **held)

    def end() -> str:
        return people.end_role(actor=chains.world.lead, grant=grant, reason="Moved.").public_id

    def afterwards() -> dict[str, Any]:
        order = list(
            AuditEvent.objects.filter(kind__in=["people.role.ended", "approvals.decision.made"], pk__gt=last)
            .order_by("pk")
            .values_list("kind", flat=True)
        )
        grant.refresh_from_db()
        rested = Decision.objects.filter(request=request, decided_at__gt=grant.ended_at).exists()
        return {**seen(request), "order": order, "decided_after_it_ended": rested}

    last = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first()
    return Meeting((chains.says(request, voter), end), (DECIDING, TELLING), afterwards)


def approval_and_objection(chains: Chains, name: str) -> Meeting:
    request = chains.asked(f"objection-{name}")
    one, other = chains.voters[:2]
    jobs = (chains.says(request, one), chains.says(request, other, "request_changes"))
    return Meeting(jobs, (CAST, CAST), lambda: seen(request))


def approval_and_rejection(chains: Chains, name: str) -> Meeting:
    request = chains.asked(f"rejection-{name}")
    one, other = chains.voters[:2]
    return Meeting(
        (chains.says(request, one), chains.says(request, other, "reject")), (DECIDING, DECIDING), lambda: seen(request)
    )


def vote_and_withdrawal(chains: Chains, name: str) -> Meeting:
    from approvals.services import requests

    request = chains.asked(f"withdrawal-{name}")

    def back():
        return requests.withdraw(actor=chains.world.lead, request=request).public_id

    return Meeting((chains.says(request, chains.voters[0]), back), (CAST, TELLING), lambda: seen(request))


def two_sweeps(chains: Chains, name: str) -> Meeting:
    """A reminder, an escalation, a request whose time is over, and a condition that was missed: each is due once."""
    from approvals.models import Clock, Condition, Deadline
    from approvals.services import clocks
    from foundation import clock
    from foundation.models import AuditEvent, OutboxEvent

    with_reminder, late = chains.asked(f"sweep-{name}"), chains.asked(f"late-{name}")
    due = ("Measure it again.", clock.now() + timedelta(minutes=5))
    conditional = chains.approved(f"condition-{name}", condition=due)
    rows = Deadline.objects.filter(clock__request=with_reminder)
    rows.exclude(kind="overdue").update(at=clock.now())
    rows.filter(kind="overdue").update(at=clock.now() + timedelta(days=90))
    Deadline.objects.filter(clock__request=late).update(at=clock.now() + timedelta(days=90))
    type(late).objects.filter(pk=late.pk).update(lapses_at=clock.now())
    type(with_reminder).objects.filter(pk=with_reminder.pk).update(lapses_at=None)
    late.refresh_from_db()

    def sweep() -> str:
        with clock.at(clock.now() + timedelta(minutes=10)):
            return json.dumps(clocks.tick())

    def afterwards() -> dict[str, Any]:
        news = OutboxEvent.objects.filter(subject_id=with_reminder.public_id).values_list("topic", flat=True)
        condition = Condition.objects.get(ballot__request=conditional)
        missed = AuditEvent.objects.filter(subject_id=condition.public_id).values_list("kind", flat=True)
        return {
            "reminded": seen(with_reminder),
            "late": seen(late),
            "conditional": seen(conditional),
            "news": Counter(news),
            "condition": Counter(missed),
            "escalated": Clock.objects.filter(request=with_reminder, escalated_at__isnull=False).count(),
        }

    stop = Stop("approvals.services.decisions", "locked", after=True)
    return Meeting((sweep, sweep), (stop, Stop("foundation.outbox", "publish")), afterwards)


def condition_met_and_missed(chains: Chains, name: str) -> Meeting:
    """It is confirmed in the last moment, by the clock of who confirms it, while the sweep comes for it."""
    from approvals.models import Condition
    from approvals.services import ballots, decisions
    from foundation import clock
    from foundation.models import AuditEvent

    request = chains.approved(f"in-time-{name}", condition=("Measure it again.", clock.now() + timedelta(minutes=5)))
    condition = Condition.objects.get(ballot__request=request)

    def sweep() -> str:
        with clock.at(clock.now() + timedelta(minutes=10)):
            return str(decisions.revoke_for_missed_conditions())

    def afterwards() -> dict[str, Any]:
        told = AuditEvent.objects.filter(subject_id=condition.public_id).values_list("kind", flat=True)
        return {**seen(request), "condition": sorted(told)}

    def met():
        return ballots.meet_condition(actor=chains.voters[0], condition=condition, evidence="Done.").public_id

    return Meeting((met, sweep), (TELLING, TELLING), afterwards)


def two_waivers(chains: Chains, name: str) -> Meeting:
    from approvals.models import Waiver

    request = chains.asked(f"waivers-{name}")
    stop = Stop("approvals.services.waivers", "_check_others", after=True)

    def afterwards() -> dict[str, Any]:
        found = {**seen(request), "waivers": Waiver.objects.filter(request=request).count()}
        return found

    jobs = (chains.smash(request, chains.world.lead), chains.smash(request, chains.world.lead))
    return Meeting(jobs, (stop, stop), afterwards)


def draft_of(chains: Chains, name: str) -> Any:
    from approvals.services import policies

    chains.policies[name] = policies.write_policy(actor=chains.world.admin, key=name, source=OPEN_POLICY).policy
    text = OPEN_POLICY.replace("open_for: 10 days", "open_for: 20 days")
    return policies.write_policy(actor=chains.world.admin, key=name, source=text)


def published(version: Any) -> dict[str, Any]:
    from foundation.models import AuditEvent

    version.refresh_from_db()
    told = AuditEvent.objects.filter(subject_id=version.public_id, kind="approvals.policy.published").count()
    return {"in_force": version.published_at is not None, "published": told}


def two_who_confirm_a_policy(chains: Chains, name: str) -> Meeting:
    from approvals.models import Request
    from approvals.services import requests
    from foundation import actor as actors
    from governance.people import services as people

    version = draft_of(chains, f"confirmed-{name}")
    request = requests.open_request(
        actor=chains.world.admin, subject_type="policy_version", subject_id=version.public_id, purpose="publish", environment=None
    )
    setup = actors.system("test")
    user = people.create_user(actor=setup, username=f"admin-{name}", name=name, email=f"{name}@example.com")
    people.grant_role(actor=setup, user=user, role="administrator")
    jobs = (chains.says(request, chains.admins[1]), chains.says(request, actors.person(user)))
    return Meeting(jobs, (CAST, DECIDING), lambda: {**seen(Request.objects.get(pk=request.pk)), **published(version)})


def one_policy_version_published_twice(chains: Chains, name: str) -> Meeting:
    """As if what follows from an approval were carried out by two at once."""
    from approvals import subjects
    from approvals.models import Decision
    from approvals.services import policies, requests

    version = draft_of(chains, f"twice-{name}")
    request = requests.open_request(
        actor=chains.world.admin, subject_type="policy_version", subject_id=version.public_id, purpose="publish", environment=None
    )
    adapter: Any = subjects.adapter_for("policy_version")
    adapter.apply = lambda **kwargs: None
    chains.says(request, chains.admins[1])()
    del adapter.apply
    decision = Decision.objects.get(request=request)

    def publish():
        return policies.publish_version(actor=chains.admins[1], version=version, decision=decision).public_id

    return Meeting((publish, publish), (TELLING, TELLING), lambda: published(version))


def answers_of(request: Any, *ends: str) -> dict[str, Any]:
    """What the gate answered, and in which order that and the end of what it rests on are told."""
    from approvals.models import Answer
    from foundation.models import AuditEvent

    kinds = AuditEvent.objects.filter(kind__in=["approvals.gate.answered", *ends]).filter(pk__gt=0)
    evaluations = Answer.objects.filter(evaluation__gate__environment=request.environment)
    names = {*evaluations.values_list("evaluation__public_id", flat=True), request.public_id}
    names |= set(request.waivers.values_list("public_id", flat=True))
    rows = kinds.filter(subject_id__in=names).order_by("pk")
    order = [row.kind if row.kind in ends else json.loads(bytes(row.body))["data"]["decision"] for row in rows]
    return {"order": order, "answers": list(evaluations.order_by("pk").values_list("decision", flat=True))}


def revocation_and_gate(chains: Chains, name: str, gate_stops: Stop = ANSWERING) -> Meeting:
    from approvals.services.decisions import revoke

    request = chains.approved(f"revoked-{gate_stops.name}-{name}")

    def take_back():
        return revoke(actor=chains.world.lead, request=request, reason="It leaks.").public_id

    return Meeting(
        (chains.gate(request), take_back),
        (gate_stops, TELLING),
        lambda: {**seen(request), **answers_of(request, "approvals.request.revoked"), "later": chains.gate(request)()},
    )


def gate_and_revocation(chains: Chains, name: str) -> Meeting:
    """The gate has looked once more, and keeps its answer: whoever takes the approval back comes after it."""
    return revocation_and_gate(chains, name, TELLING)


def end_of_waiver_and_gate(chains: Chains, name: str) -> Meeting:
    from approvals.models import Waiver
    from approvals.services import waivers

    request = chains.asked(f"ended-{name}")
    chains.smash(request, chains.world.lead)()
    waiver = Waiver.objects.get(request=request)

    def end():
        return waivers.end_waiver(actor=chains.world.lead, waiver=waiver).public_id

    return Meeting(
        (chains.gate(request), end),
        (ANSWERING, TELLING),
        lambda: {**seen(request), **answers_of(request, "approvals.waiver.ended"), "later": chains.gate(request)()},
    )


MEETINGS = (
    two_final_votes, vote_and_change, vote_and_end_of_role, approval_and_objection, approval_and_rejection, vote_and_withdrawal,
    two_sweeps, condition_met_and_missed, two_waivers, two_who_confirm_a_policy, one_policy_version_published_twice,
    revocation_and_gate, gate_and_revocation, end_of_waiver_and_gate,
)  # fmt: skip


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from config import prepare

    prepare.database()
    chains = Chains()
    only = set(sys.argv[1:])
    found = {
        meeting.__name__: meet(lambda name, meeting=meeting: meeting(chains, name))  # type: ignore[misc]
        for meeting in MEETINGS
        if not only or meeting.__name__ in only
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
