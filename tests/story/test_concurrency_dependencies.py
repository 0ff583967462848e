"""Two who act on one thing of dependency review: one act counts, the other is told, and nobody sees half of anything.

On the database of the test run, SQLite in a file or PostgreSQL with DATABASE_URL: processes of their own, let in between one
another's lock and what they write. Confirming and withdrawing at once is in `tests/dependencies/test_reviews_at_once.py`.
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
    var = tmp_path_factory.mktemp("contention-dependencies") / "var"
    var.mkdir()
    with installed(var, built=var.parent / "no-static-files") as made:
        environment = {**made.environment, "COUNTERSIGN_SECRET_KEY": "for-tests-only-" + "7" * 50}
        command = [sys.executable, "-m", "tests.story.contention_dependencies"]
        done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=400)
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout)


def rows(found: Any, name: str) -> Any:
    assert len(found[name]) == 6
    for row in found[name]:
        assert all(how in ("done", "refused") for how, _ in row["said"]), row
    return found[name]


def test_the_same_wheel_sent_twice_at_once_is_kept_once_and_looked_into_once(found: Any) -> None:
    for row in rows(found, "two_uploads"):
        assert row["said"] == [["done", row["kept"][0]]] * 2, row
        assert (len(row["kept"]), row["files"], row["jobs"], row["told"]) == (1, 1, 1, 1), row


def test_of_two_owners_who_decide_about_one_ruling_exactly_one_does(found: Any) -> None:
    for row in rows(found, "two_decisions"):
        assert sorted(how for how, _ in row["said"]) == ["done", "refused"], row
        assert {said for how, said in row["said"] if how == "refused"} == {"ruling.over"}
        assert [said for how, said in row["said"] if how == "done"] == [row["state"]]
        assert row["told"] == 1


def test_what_is_handed_in_holds_a_late_judgement_or_refuses_it_and_is_vouched_for_either_way(found: Any) -> None:
    for row in rows(found, "hand_in_and_judge"):
        (handed_in, why), (judged, _said) = row["said"]
        assert handed_in == "done"
        assert row["why"] == why == ("Second." if judged == "done" else "First."), row
        assert row["vouched"]


def test_an_answer_never_rests_on_half_of_an_import(found: Any) -> None:
    seen = set()
    for row in rows(found, "import_and_question"):
        (imported, _snapshot), (asked, answer) = row["said"]
        assert (imported, asked) == ("done", "done")
        assert answer in row["whole"], row
        seen.add(row["whole"].index(answer))
    assert 0 in seen  # somebody asked while the import was at it
