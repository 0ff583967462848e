"""The same bytes named by their digest instead of by the file: the same push stays the same push."""

from __future__ import annotations

from tests.lineage.test_api import BODY, push

BARE = {"uri": BODY["artifact"]["uri"], "sha256": "d" * 64}


def test_who_pushed_the_file_may_push_again_with_its_digest(world):
    first, again = push(world), push(world, artifact=BARE)

    assert (first.status_code, again.status_code) == (201, 200), again.content
    assert again.json()["artifact"] == first.json()["artifact"]


def test_a_version_stays_what_it_is_when_somebody_later_says_how_the_same_bytes_are_written(world):
    first = push(world, artifact=BARE)
    push(world, version="8")
    again = push(world, artifact=BARE)

    assert (first.status_code, again.status_code) == (201, 200), again.content
    assert again.json()["artifact"]["serialization"] == ""


def test_other_bytes_another_size_and_another_format_are_still_refused(world):
    push(world)

    for artifact in ({**BARE, "sha256": "e" * 64}, {**BARE, "size": 7}, {**BARE, "serialization": "pickle"}):
        assert push(world, artifact=artifact).status_code == 409, artifact
