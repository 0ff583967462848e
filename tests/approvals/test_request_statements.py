"""What the page of a request costs: a bound in every state, and no more for more steps, ballots, rounds, conditions or comments."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.models import Request
from approvals.services import policies, requests
from approvals.services.ballots import dismiss_block, meet_condition
from foundation import clock
from governance.usecases.services import threads
from tests.approvals.asking import OTHER_LOCK
from tests.approvals.pages import address
from tests.conftest import ask_for
from tests.statements import statements

pytestmark = pytest.mark.django_db
READERS = ("validator", "lead", "admin", "auditor")
MOST = {"first": 20, "inherited": 24, "objection": 24, "approved": 24, "rejected": 20, "withdrawn": 20}


@pytest.fixture
def in_state(world, push, ask, vote, approve):
    """A request in one of the states that look different, with another one before it."""

    def made(state: str) -> Request:
        if state == "first":
            return ask(push("1"))
        approve(ask(push("1")))
        row = ask(push("2", params={"max_depth": 9}, dependency_sets=OTHER_LOCK))
        if state == "objection":
            vote(world.security, row, "security", verdict="request_changes", comment="Pin it.")
        elif state == "rejected":
            vote(world.security, row, "security", verdict="reject", comment="No.")
        elif state == "approved":
            approve(row, but=("data",))
        elif state == "withdrawn":
            requests.withdraw(actor=world.engineer, request=row, reason="Not needed.")
        row.refresh_from_db()
        return row

    return made


@pytest.mark.parametrize("part", READERS)
@pytest.mark.parametrize("state", MOST)
def test_the_page_has_a_bound_in_every_state(world, in_state, state, part):
    row = in_state(state)

    assert statements(world.client(part), address(row)) <= MOST[state]


def test_more_rounds_and_ballots_cost_no_more(world, push, ask, vote):
    row, client = ask(push()), world.client("lead")

    def another_round() -> int:
        vote(world.validator, row, "validation")
        vote(world.security, row, "security", verdict="request_changes", comment="Pin it.")
        cost = statements(client, address(row))
        requests.resubmit(actor=world.engineer, request=row, comment="Pinned.")
        return cost

    another_round()
    second = another_round()
    assert [another_round() for _again in range(3)] == [second] * 3


def test_more_objections_set_aside_cost_no_more(world, push, ask, vote):
    row, client = ask(push()), world.client("lead")

    def set_aside(part: str, step: str) -> int:
        block = vote(getattr(world, part), row, step, verdict="request_changes", comment="Pin it.")
        dismiss_block(actor=world.admin, ballot=block, reason="Agreed on the phone.")
        return statements(client, address(row))

    first = set_aside("security", "security")
    assert set_aside("governance", "data") == first
    assert set_aside("validator", "validation") == first


def test_more_objections_that_stand_cost_no_more(world, push, ask, vote):
    row, client = ask(push()), world.client("admin")
    vote(world.security, row, "security", verdict="request_changes", comment="Pin it.")
    one = statements(client, address(row))
    vote(world.governance, row, "data", verdict="request_changes", comment="Say what it is.")
    vote(world.validator, row, "validation", verdict="request_changes", comment="Measure again.")

    assert statements(client, address(row)) == one


@pytest.mark.parametrize("carried", [False, True])
@pytest.mark.parametrize("met", [False, True])
def test_more_conditions_cost_no_more(world, push, ask, vote, met, carried):
    def with_conditions(name: str, *steps: tuple[str, str]) -> int:
        row = ask(push("1", name=name))
        for part, step in steps:
            said = vote(getattr(world, part), row, step, condition=("Test it.", clock.now() + timedelta(days=9)))
            if met:
                meet_condition(actor=getattr(world, part), condition=said.conditions.get(), evidence="Done.")
        if carried:
            row = ask(push("2", name=name))
        return statements(world.client("lead"), address(row))

    one = with_conditions("one", ("security", "security"))
    assert with_conditions("three", ("security", "security"), ("governance", "data"), ("validator", "validation")) == one


def test_more_steps_cost_no_more(world, push):
    def of(steps: int) -> int:
        keys = [f"step{number}" for number in range(steps)]
        lines = [f"- {{key: {key}, title: {key}, role: security_reviewer, covers: [dependencies]}}" for key in keys]
        source = "title: Many\nsteps:\n" + "\n".join(lines) + "\n"
        policy = policies.write_policy(actor=world.admin, key=f"of-{steps}", source=source).policy
        gate = policies.set_gate(actor=world.admin, slug=f"of-{steps}", title=f"{steps}", mode="prevent", policy=policy)
        return statements(world.client("security"), address(ask_for(world, gate, push(str(steps)))))

    few = of(2)
    assert of(12) == few


def test_more_comments_cost_no_more(world, push, ask):
    row, client = ask(push()), world.client("lead")

    def say(text: str) -> int:
        said = threads.open_thread(actor=world.lead, subject_id=row.public_id, text=f"{text} @security")
        threads.comment(actor=world.validator, thread=said.thread, text="Yes. @lead")
        return statements(client, address(row))

    first = say("Is it in months?")
    assert [say(f"Question {number}") for number in range(3)] == [first] * 3


def test_more_people_who_looked_cost_no_more(world, push, ask):
    row = ask(push())
    world.client("security").get(address(row))
    one = statements(world.client("lead"), address(row))
    for part in ("validator", "governance"):
        world.client(part).get(address(row))

    assert statements(world.client("lead"), address(row)) == one
