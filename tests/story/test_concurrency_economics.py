"""Two who act on one case or one budget: one act counts, the other is told, and no money or finding is there twice.

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
    var = tmp_path_factory.mktemp("contention-economics") / "var"
    var.mkdir()
    with installed(var, built=var.parent / "no-static-files") as made:
        environment = {**made.environment, "COUNTERSIGN_SECRET_KEY": "for-tests-only-" + "7" * 50}
        command = [sys.executable, "-m", "tests.story.contention_economics"]
        done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout)


def rows(found: Any, name: str) -> Any:
    assert len(found[name]) == 6
    for row in found[name]:
        assert all(how in ("done", "refused") for how, _ in row["said"]), row
    return found[name]


def one_of_two(row: Any, refused: str) -> str:
    """What the one said who came through; the other was refused with this code."""
    assert sorted(how for how, _ in row["said"]) == ["done", "refused"], row
    assert [said for how, said in row["said"] if how == "refused"] == [refused], row
    return str(next(said for how, said in row["said"] if how == "done"))


def test_of_two_who_begin_the_first_draft_one_does_and_there_is_one_case(found: Any) -> None:
    for row in rows(found, "two_drafts"):
        assert row["drafts"] == [one_of_two(row, "economics.draft.exists")], row
        assert (row["cases"], row["told"]) == (1, 1), row


def test_of_two_who_save_the_same_draft_one_is_told_that_the_other_did(found: Any) -> None:
    for row in rows(found, "two_saves"):
        assert row["lines"] == [one_of_two(row, "economics.draft.changed")], row
        assert (row["revision"], row["told"]) == (2, 1), row


def test_a_draft_is_written_down_with_a_late_change_or_without_it_and_never_loses_it_silently(found: Any) -> None:
    both, all_three = ["build", "gpu", "kept"], ["build", "disk", "gpu", "kept"]
    for row in rows(found, "write_and_save"):
        (wrote, _why), (saved, why) = row["said"]
        if wrote == "done":
            assert (saved, why) == ("refused", "economics.draft.gone"), row
            assert (row["newest"], row["left"]) == ([2, both], None), row
        else:
            assert saved == "done", row
            assert (row["newest"], row["left"]) == ([1, ["build", "kept"]], all_three), row
        assert row["figures_of"], row


def test_a_spreadsheet_that_two_take_over_is_taken_over_once(found: Any) -> None:
    for row in rows(found, "two_sheets"):
        assert one_of_two(row, "economics.sheet.taken") == "2", row
        assert (row["lines"], row["revisions"], row["told"]) == (["build", "gpu", "kept"], [2, 2], 1), row


def test_the_last_money_of_a_budget_is_committed_once(found: Any) -> None:
    for row in rows(found, "last_money"):
        assert (row["paid"], row["committed"], row["left"]) == (1, "200.00", "50.00"), row


def test_two_versions_pushed_at_once_are_revalued_once_each(found: Any) -> None:
    for row in rows(found, "two_pushes"):
        assert row["kept"] == sorted(said for _how, said in row["said"]), row
        assert row["told"] == 2, row


def test_news_that_two_workers_carry_is_kept_once(found: Any) -> None:
    for row in rows(found, "two_workers"):
        assert row["said"] == [["done", "carried"]] * 2, row
        assert (row["kept"], row["told"]) == (1, 1), row


def test_a_file_of_actuals_that_two_send_is_taken_in_once(found: Any) -> None:
    for row in rows(found, "two_imports"):
        assert sorted(said for _how, said in row["said"]) == ["0", "3"], row
        assert (row["kept"], row["told"]) == (["INV-1", "INV-2", "INV-3"], 1), row
        assert row["figures"] == ["210.50", "90.00"], row
