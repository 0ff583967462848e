"""A gate that needs no repository, questions that CI puts to it, and what is looked for in its answers."""

from __future__ import annotations

import pytest

from approvals.services import gates, policies
from tests.approvals.asking import STEPS
from tests.conftest import POLICY

COMMIT, ARTIFACT = "c" * 40, "sha256:" + "d" * 64

LAX = (
    POLICY
    + """
checks:
  provenance.commit_in_mirror: advisory
  provenance.repository_known: advisory
  provenance.files_match: advisory
"""
)


@pytest.fixture
def gate(world):
    """The gate behind a policy with the mirror's checks as advice: what is tested here needs no repository."""
    return lax_gate(world, "production", "production-release")


@pytest.fixture
def lax(gate):
    return gate


def lax_gate(world, slug: str, key: str, source: str = LAX):
    version = policies.write_policy(actor=world.admin, key=key, source=source)
    return policies.set_gate(actor=world.admin, slug=slug, title=slug.title(), mode="prevent", policy=version.policy)


@pytest.fixture
def put(world, lax):
    """Puts a question to the gate, as CI does."""

    def question(row, actor=None, commit: str = COMMIT, artifact: str = ARTIFACT, gate=None) -> gates.Asked:
        return gates.evaluate_gate(
            actor=actor or world.ci, gate=gate or lax, model_version=row, commit=commit, artifact_sha256=artifact
        )

    return question


@pytest.fixture
def approved(world, lax, push, ask, vote):
    """A version that everybody approved."""
    row = push()
    request = ask(row)
    for part, step in STEPS:
        vote(getattr(world, part), request, step)
    return row


def body(asked: gates.Asked) -> dict:
    return asked.answer.body


def check(asked: gates.Asked, code: str) -> dict:
    return next(item for item in body(asked)["checks"] if item["code"] == code)


def everything_is_actionable(asked: gates.Asked) -> None:
    """What is no pass has somebody and somewhere to act, or is said to be stuck."""
    for item in body(asked)["checks"]:
        if item["status"] == "pass":
            assert "stuck" not in item
        elif not item.get("stuck"):
            assert any(actor["type"] == "user" for actor in item["actors"]), item
            assert item["action"]["url"].startswith("http"), item
        for actor in item["actors"]:
            assert set(actor) == {"type", "id", "display"}
