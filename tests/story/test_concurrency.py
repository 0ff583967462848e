"""People and sealers who meet: whoever comes first, nothing is lost and nothing is decided twice.

Eight processes at once, on the database of the test run: SQLite, or PostgreSQL with DATABASE_URL.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from tests.story.installation import REPOSITORY, installed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    var = tmp_path_factory.mktemp("contention") / "var"
    var.mkdir()
    with installed(var, built=var.parent / "no-static-files") as made:
        environment = {**made.environment, "COUNTERSIGN_SECRET_KEY": "for-tests-only-" + "7" * 50}
        command = [sys.executable, "-m", "tests.story.contention"]
        done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout)


def test_eight_people_who_vote_at_once_make_one_decision_of_eight_ballots(found: Any) -> None:
    for meeting in found["eight_votes"]:
        votes = meeting["said"][:8]
        assert [how for how, _ in votes] == ["done"] * 8, votes
        assert set(meeting["ballots"]) == {ballot for _, ballot in votes}
        assert meeting["state"] == "approved"
        assert [sorted(ballots) for ballots in meeting["decisions"]] == [sorted(meeting["ballots"])]


def test_of_two_final_votes_one_decides_and_the_other_is_counted_or_told(found: Any) -> None:
    for meeting in found["two_final_votes"]:
        outcomes = sorted(how for how, _ in meeting["said"])
        assert outcomes in (["done", "refused"], ["done", "done"]), meeting["said"]
        assert {text for how, text in meeting["said"] if how == "refused"} <= {"request.closed"}
        assert set(meeting["ballots"]) == {text for how, text in meeting["said"] if how == "done"}
        assert meeting["state"] == "approved"
        assert len(meeting["decisions"]) == 1


def test_asking_eight_times_at_once_is_asking_once(found: Any) -> None:
    for meeting in found["asked_at_once"]:
        assert len(meeting["open"]) == 1
        answered = {text for how, text in meeting["said"] if how == "done"}
        assert answered == set(meeting["open"])
        assert {text for how, text in meeting["said"] if how != "done"} <= {"request.race"}


def test_sealers_that_race_make_one_log(found: Any) -> None:
    for meeting in found["sealers"]:
        assert {how for how, _ in meeting["said"]} == {"done"}, meeting["said"]
    log = found["log"]
    assert [index for index, _ in log["leaves"]] == list(range(log["events"]))
    assert len({body for _, body in log["leaves"]}) == log["events"]


def test_every_checkpoint_is_the_root_of_the_log_as_rfc_6962_defines_it(found: Any) -> None:
    bodies = [bytes.fromhex(body) for _, body in found["log"]["leaves"]]
    checkpoints = found["log"]["checkpoints"]
    assert checkpoints[-1][0] == len(bodies)
    assert len({size for size, _ in checkpoints}) == len(checkpoints)
    for size, root in checkpoints:
        assert root == naive_root(bodies[:size]).hex()


def naive_root(bodies: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, as it is written there."""
    if not bodies:
        return hashlib.sha256().digest()
    if len(bodies) == 1:
        return hashlib.sha256(b"\x00" + bodies[0]).digest()
    split = 1
    while split * 2 < len(bodies):
        split *= 2
    return hashlib.sha256(b"\x01" + naive_root(bodies[:split]) + naive_root(bodies[split:])).digest()
