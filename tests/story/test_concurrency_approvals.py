"""Two who meet over one request: one decision, one event for each thing that happened, and never both of what excludes the other.

On the database of the test run, SQLite in a file or PostgreSQL with DATABASE_URL: processes of their own, let in between one
another's lock and what they write.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.story.installation import REPOSITORY, installed

pytestmark = pytest.mark.slow
DONE = ["done", "done"]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    var = tmp_path_factory.mktemp("contention-approvals") / "var"
    var.mkdir()
    with installed(var, built=var.parent / "no-static-files") as made:
        environment = {**made.environment, "COUNTERSIGN_SECRET_KEY": "for-tests-only-" + "7" * 50}
        command = [sys.executable, "-m", "tests.story.contention_approvals"]
        done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=400)
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout)


@pytest.fixture
def meetings(found: Any, request: pytest.FixtureRequest) -> Any:
    """Those that the test is named after, none of which broke."""
    rows = found[request.param]
    assert len(rows) == 6
    for row in rows:
        assert all(how in ("done", "refused") for how, _ in row["said"]), row
    return rows


def of(name: str) -> Any:
    return pytest.mark.parametrize("meetings", [name], indirect=True, ids=[name])


def outcomes(row: Any) -> list[str]:
    return [how for how, _ in row["said"]]


def refusals(row: Any) -> set[str]:
    return {text for how, text in row["said"] if how == "refused"}


def decided_once(row: Any) -> None:
    """One decision, one event for it and for the request, and a ballot on record for each that was taken."""
    taken = {text for how, text in row["said"] if how == "done"}
    assert set(row["ballots"]) <= taken
    assert row["events"].get("ballot.cast", 0) == len(row["ballots"])
    assert row["events"].get("decision.made", 0) == len(row["decided_on"]) <= 1
    assert row["events"].get("request.approved", 0) == len(row["decided_on"])
    closing = ("approved", "rejected", "withdrawn", "expired", "superseded")
    assert sum(row["events"].get(f"request.{state}", 0) for state in closing) == (row["state"] != "open")


@of("two_final_votes")
def test_of_two_final_votes_one_decides_and_the_other_is_told(meetings: Any) -> None:
    for row in meetings:
        decided_once(row)
        assert sorted(outcomes(row)) == ["done", "refused"]
        assert refusals(row) == {"request.closed"}
        assert row["state"] == "approved"
        assert len(row["decided_on"]) == 1


@of("vote_and_change")
def test_a_vote_that_meets_a_change_counts_for_what_it_was_about_or_not_at_all(meetings: Any) -> None:
    for row in meetings:
        decided_once(row)
        assert outcomes(row)[1] == "done"
        assert row["decided_on_what_is_there"] is False
        assert row["gate"] != "allow"
        if outcomes(row)[0] == "refused":
            assert refusals(row) == {"ballot.digest"}
            assert row["state"] == "open"
        else:
            assert row["state"] == "approved"


@of("vote_and_end_of_role")
def test_a_vote_that_meets_the_end_of_the_role_decides_before_it_or_not_at_all(meetings: Any) -> None:
    for row in meetings:
        decided_once(row)
        assert outcomes(row)[1] == "done"
        assert row["decided_after_it_ended"] is False
        if row["state"] == "approved":
            assert row["verdict"] == "approved"
            assert row["order"] == ["approvals.decision.made", "people.role.ended"]
        else:
            assert refusals(row) <= {"ballot.no_role", "request.people_changed"}
            assert row["order"] == ["people.role.ended"]


@of("approval_and_objection")
def test_an_approval_and_an_objection_never_both_have_their_way(meetings: Any) -> None:
    for row in meetings:
        decided_once(row)
        if row["state"] == "approved":
            assert outcomes(row) == ["done", "refused"]
            assert refusals(row) == {"request.closed"}
        else:
            assert outcomes(row) == DONE
            assert sorted(row["ballots"].values()) == ["approve", "request_changes"]
            assert row["decided_on"] == []


@of("approval_and_rejection")
def test_an_approval_and_a_rejection_never_both_have_their_way(meetings: Any) -> None:
    for row in meetings:
        decided_once(row)
        assert sorted(outcomes(row)) == ["done", "refused"]
        assert refusals(row) == {"request.closed"}
        assert row["state"] == ("approved" if outcomes(row)[0] == "done" else "rejected")


@of("vote_and_withdrawal")
def test_a_vote_and_a_withdrawal_never_both_have_their_way(meetings: Any) -> None:
    for row in meetings:
        assert sorted(outcomes(row)) == ["done", "refused"]
        assert refusals(row) == {"request.closed"}
        assert row["state"] == ("approved" if outcomes(row)[0] == "done" else "withdrawn")
        assert len(row["decided_on"]) == (row["state"] == "approved")


@of("two_sweeps")
def test_two_sweeps_remind_escalate_expire_and_miss_once(meetings: Any) -> None:
    for row in meetings:
        assert outcomes(row) == DONE
        assert row["news"]["approvals.step.reminded"] == 1
        assert row["news"]["approvals.step.escalated"] == 1
        assert (row["escalated"], row["reminded"]["events"]["step.escalated"]) == (1, 1)
        assert (row["late"]["state"], row["late"]["events"]["request.expired"]) == ("expired", 1)
        assert row["condition"] == {"approvals.condition.set": 1, "approvals.condition.missed": 1}
        assert row["conditional"]["state"] == "revoked"
        assert (row["conditional"]["events"]["request.revoked"], row["conditional"]["events"]["decision.revoked"]) == (1, 1)
        assert row["reminded"]["state"] == "open"


@of("condition_met_and_missed")
def test_a_condition_is_met_or_missed_and_never_both(meetings: Any) -> None:
    for row in meetings:
        met = "approvals.condition.met" in row["condition"]
        assert row["condition"] == sorted(["approvals.condition.set", f"approvals.condition.{'met' if met else 'missed'}"])
        assert row["state"] == ("approved" if met else "revoked")
        assert outcomes(row) == (DONE if met else ["refused", "done"])


@of("two_waivers")
def test_of_two_who_break_the_glass_at_once_one_does(meetings: Any) -> None:
    for row in meetings:
        assert sorted(outcomes(row)) == ["done", "refused"]
        assert refusals(row) == {"waiver.live"}
        assert (row["waivers"], row["events"]["waiver.opened"], row["state"]) == (1, 1, "open")


@of("two_who_confirm_a_policy")
def test_of_two_who_confirm_a_policy_at_once_one_puts_it_in_force(meetings: Any) -> None:
    for row in meetings:
        decided_once(row)
        assert sorted(outcomes(row)) == ["done", "refused"]
        assert (row["in_force"], row["published"], row["state"]) == (True, 1, "approved")


@of("one_policy_version_published_twice")
def test_a_policy_version_is_published_once(meetings: Any) -> None:
    for row in meetings:
        assert sorted(outcomes(row)) == ["done", "refused"]
        assert refusals(row) == {"policy.not_a_draft"}
        assert (row["in_force"], row["published"]) == (True, 1)


@of("revocation_and_gate")
def test_a_gate_that_meets_a_revocation_allows_before_it_or_not_at_all(meetings: Any) -> None:
    for row in meetings:
        assert outcomes(row) == DONE
        assert row["order"] in (["allow", "approvals.request.revoked"], ["approvals.request.revoked", "deny"]), row["order"]
        assert row["later"] == "deny"
        assert row["events"]["decision.revoked"] == 1


@of("gate_and_revocation")
def test_a_revocation_that_meets_a_gate_comes_after_its_answer_or_before_all_of_it(meetings: Any) -> None:
    for row in meetings:
        assert outcomes(row) == DONE
        assert row["order"] in (["allow", "approvals.request.revoked"], ["approvals.request.revoked", "deny"]), row["order"]
        assert row["later"] == "deny"
    assert meetings[0]["order"] == ["allow", "approvals.request.revoked"]


@of("end_of_waiver_and_gate")
def test_a_gate_that_meets_the_end_of_a_waiver_allows_before_it_or_not_at_all(meetings: Any) -> None:
    for row in meetings:
        assert outcomes(row) == DONE
        assert row["order"] in (["allow", "approvals.waiver.ended"], ["approvals.waiver.ended", "pending"]), row["order"]
        assert row["later"] == "pending"
