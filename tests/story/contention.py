"""Many processes at once on one database. Run as `python -m tests.story.contention`; writes what came of it as JSON.

Each group of children is forked when everything is ready and let go by a barrier, so that they really meet.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

EIGHT = 8
ROUNDS = 4
POLICY = """
title: Eight have to agree
steps:
  - {key: validation, title: Model validation, role: model_validator, quorum: 4, covers: [code, model, data]}
  - {key: security, title: Security review, role: security_reviewer, quorum: 4, covers: [dependencies, runtime]}
"""
ONE_OF_TWO = """
title: One of them has to agree
steps:
  - {key: validation, title: Model validation, role: model_validator, covers: [code, model, data]}
"""
FORK = multiprocessing.get_context("fork")


def together(jobs: Sequence[Callable[[], Any]]) -> list[list[str]]:
    """Run each in a process of its own, all let go at once; `["done", result]` or `["refused", code]`, in the order of `jobs`."""
    from django.db import connections

    connections.close_all()  # a connection must not be shared with a child
    barrier, answers = FORK.Barrier(len(jobs)), FORK.Queue()
    children = [FORK.Process(target=_child, args=(number, job, barrier, answers)) for number, job in enumerate(jobs)]
    for child in children:
        child.start()
    said = dict(answers.get(timeout=120) for _ in children)
    for child in children:
        child.join(60)
    return [said[number] for number in range(len(jobs))]


def _child(number: int, job: Callable[[], Any], barrier: Any, answers: Any) -> None:
    from foundation.errors import CountersignError

    barrier.wait(60)
    try:
        result = ["done", str(job())]
    except CountersignError as error:
        result = ["refused", str(error.code)]
    except Exception as error:
        result = ["broken", f"{type(error).__name__}: {error}"]
    answers.put((number, result))


class Scene:
    """People, policies and environments in which they meet."""

    def __init__(self) -> None:
        from approvals.services import policies
        from foundation import actor as actors
        from governance.people import services as people
        from tests.conftest import make_world, push_version

        self.world = make_world()
        self.version = push_version(self.world)
        self.voters = []
        for number in range(EIGHT):
            user = people.create_user(
                actor=actors.system("test"), username=f"voter{number}", name=f"Voter {number}", email=f"voter{number}@example.com"
            )
            role = "model_validator" if number % 2 else "security_reviewer"
            people.grant_role(actor=self.world.lead, user=user, role=role, scope=self.world.use_case.public_id)
            self.voters.append(actors.person(user))
        self.policies = {
            key: policies.write_policy(actor=self.world.admin, key=key, source=source).policy
            for key, source in (("eight", POLICY), ("one", ONE_OF_TWO))
        }

    def environment(self, slug: str, policy: str) -> Any:
        from approvals.services import policies

        gate = policies.set_gate(actor=self.world.admin, slug=slug, title=slug, mode="prevent", policy=self.policies[policy])
        return gate.environment

    def open(self, environment: Any) -> Any:
        from approvals.services import requests

        return requests.open_request(
            actor=self.world.ci,
            subject_type="model_version",
            subject_id=self.version.public_id,
            purpose="deployment",
            environment=environment,
        )

    def vote(self, request: Any, number: int) -> Any:
        from approvals.selectors.standing import standing_of
        from approvals.services import ballots

        step = "validation" if number % 2 else "security"
        digest = standing_of(request).digest
        return lambda: (
            ballots.cast_ballot(actor=self.voters[number], request=request, step=step, verdict="approve", digest=digest).public_id
        )


def state_of(request: Any) -> dict[str, Any]:
    from approvals.models import Ballot, Decision

    request.refresh_from_db()
    return {
        "state": request.state,
        "ballots": list(Ballot.objects.filter(request=request).order_by("pk").values_list("public_id", flat=True)),
        "decisions": [[item["ballot"] for item in row.ballots] for row in Decision.objects.filter(request=request)],
    }


def eight_votes(scene: Scene, round_: int) -> dict[str, Any]:
    from foundation import sealing

    request = scene.open(scene.environment(f"eight-{round_}", "eight"))
    said = together([*(scene.vote(request, number) for number in range(EIGHT)), sealing.seal, sealing.seal])
    return {"said": said, **state_of(request)}


def two_final_votes(scene: Scene, round_: int) -> dict[str, Any]:
    request = scene.open(scene.environment(f"one-{round_}", "one"))
    return {"said": together([scene.vote(request, 1), scene.vote(request, 3)]), **state_of(request)}


def asked_at_once(scene: Scene, round_: int) -> dict[str, Any]:
    from approvals.models import Request

    environment = scene.environment(f"twice-{round_}", "eight")
    said = together([lambda: scene.open(environment).public_id] * EIGHT)
    return {"said": said, "open": list(Request.objects.filter(environment=environment).values_list("public_id", flat=True))}


def sealers(scene: Scene, round_: int) -> dict[str, Any]:
    from foundation import sealing

    scene.open(scene.environment(f"sealed-{round_}", "eight"))
    said = together([sealing.seal] * EIGHT)
    sealing.seal()
    return {"said": said}


def log() -> dict[str, Any]:
    """Every leaf with the bytes of its event, in the log's order, and what was signed."""
    from foundation import sealing
    from foundation.models import AuditCheckpoint, AuditEvent, AuditLeaf

    sealing.seal()
    leaves = AuditLeaf.objects.order_by("index").select_related("event")
    checkpoints = AuditCheckpoint.objects.order_by("size")
    return {
        "events": AuditEvent.objects.count(),
        "leaves": [[leaf.index, bytes(leaf.event.body).hex()] for leaf in leaves],
        "checkpoints": [[row.size, bytes(row.root).hex()] for row in checkpoints],
    }


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from config import prepare

    prepare.database()
    scene = Scene()
    scenarios = (eight_votes, two_final_votes, asked_at_once, sealers)
    found: dict[str, Any] = {scenario.__name__: [scenario(scene, number) for number in range(ROUNDS)] for scenario in scenarios}
    json.dump({**found, "log": log()}, sys.stdout)


if __name__ == "__main__":
    main()
