"""Two who decide about one element of the dictionary: one meaning comes into force, and the other is told.

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


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    var = tmp_path_factory.mktemp("contention-dictionary") / "var"
    var.mkdir()
    with installed(var, built=var.parent / "no-static-files") as made:
        environment = {**made.environment, "COUNTERSIGN_SECRET_KEY": "for-tests-only-" + "7" * 50}
        command = [sys.executable, "-m", "tests.story.contention_dictionary"]
        done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=400)
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout)


def rows(found: Any, name: str) -> Any:
    assert len(found[name]) == 6
    for row in found[name]:
        assert all(how in ("done", "refused") for how, _ in row["said"]), row
    return found[name]


def test_of_two_approvals_about_one_element_exactly_one_wins(found: Any) -> None:
    for row in rows(found, "two_approvals"):
        assert sorted(how for how, _ in row["said"]) == ["done", "refused"], row
        assert {code for how, code in row["said"] if how == "refused"} == {"proposal.outdated"}
        assert row["approved"].count(next(said for how, said in row["said"] if how == "done")) == 1
        assert row["semvers"] == ["1.0.0", "2.0.0"]
        assert row["units"] == ["EUR", row["in_force"]]
        assert row["told"] == 2


def test_a_decision_puts_into_force_what_it_was_about_or_nothing(found: Any) -> None:
    for row in rows(found, "approval_and_change"):
        decided, changed = row["said"]
        if decided[0] == "done":
            assert row["in_force"] == "USD"
            assert changed[0] == "refused", row
        else:
            assert decided[1] == "proposal.other_content", row
            assert (row["in_force"], changed[0]) == ("EUR", "done"), row


def test_the_same_content_released_twice_is_one_release(found: Any) -> None:
    for row in rows(found, "two_releases"):
        assert row["made"] == 1
        assert len({said for _how, said in row["said"]}) == 1
        assert [how for how, _said in row["said"]] == ["done", "done"]
