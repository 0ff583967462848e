"""From what is missing to where it is done: a file is brought in, a review begun, for all that is demanded."""

from __future__ import annotations

import pytest

from governance.dependencies import services
from governance.dependencies.models import Artifact
from governance.dependencies.selectors.wanted import wanted_of
from tests.dependencies.judged import lock_text, locked
from tests.dependencies.released import READS, released
from tests.dependencies.reviewing import reviewed

ALL = ["io-verified", "safe-to-deploy"]
ASKED = "criteria=io-verified&amp;criteria=safe-to-deploy"
SHA = "sha256:" + "e" * 64


@pytest.fixture
def release(world):
    return released({"thing/a.py": READS})


@pytest.fixture
def used(world, release, push):
    """The newest version of the use case came with a lock file that names it."""
    push(dependency_sets=[{"path": "requirements.txt", "content": lock_text(release)}])
    return locked(world, release)


def begins_with(world, address: str) -> list[str]:
    """The criteria that are ticked where somebody begins or asks."""
    form = world.client("scientist").get(address).context["form"]
    return sorted(form["criteria"].value())


def test_a_file_that_nobody_has_seen_leads_to_where_files_are_brought_in(world, push):
    lock = services.record_set(actor=world.ci, path="requirements.txt", content=f"thing==1.0 --hash={SHA}\n")
    page = world.client("scientist").get(f"/dependencies/{lock.public_id}/").text

    assert 'href="/dependencies/artifacts/"' in page
    assert "/review/" not in page


def test_a_release_that_is_at_hand_leads_to_its_review_for_all_that_is_missing(world, used, release):
    begin = f"/dependencies/releases/{release.public_id}/review/"
    page = world.client("scientist").get(f"/dependencies/{used.public_id}/").text

    assert f'href="{begin}?{ASKED}"' in page
    assert 'href="/dependencies/artifacts/"' not in page
    assert begins_with(world, f"{begin}?criteria=safe-to-run") == ["safe-to-run"]


def test_one_that_nobody_looked_into_yet_does_not(world, used, release):
    Artifact.objects.filter(release=release).update(release=None)
    assert "/review/" not in world.client("scientist").get(f"/dependencies/{used.public_id}/").text


def test_who_asks_for_a_review_asks_for_all_that_is_missing(world, used):
    page = world.client("scientist").get(f"/dependencies/{used.public_id}/").text
    assert f"{ASKED}" in page.partition("review-requests/ask/")[2].partition('"')[0]
    assert begins_with(world, "/dependencies/review-requests/ask/?criteria=io-verified") == ["io-verified"]


def test_a_review_begins_with_what_use_cases_demand_and_people_asked_for(world, release, push):
    assert wanted_of(world.scientist, release) == ["safe-to-deploy"]

    services.ask_review(actor=world.lead, name="thing", version="1.0", criteria=["safe-to-run"])
    assert wanted_of(world.scientist, release) == ["safe-to-run"]

    push(dependency_sets=[{"path": "requirements.txt", "content": lock_text(release)}])
    assert wanted_of(world.scientist, release) == ALL  # which implies what was asked for
    assert begins_with(world, f"/dependencies/releases/{release.public_id}/review/") == ALL


def test_what_use_cases_demand_that_one_may_not_see_is_not_told(world, used, release):
    assert wanted_of(world.scientist, release) == ALL
    assert wanted_of(world.stranger, release) == ["safe-to-deploy"]


def test_the_page_of_a_release_names_its_reviews_and_lets_builders_begin_one(world, release):
    address, begin = f"/dependencies/releases/{release.public_id}/", f"/dependencies/releases/{release.public_id}/review/"
    assert begin in world.client("scientist").get(address).text
    refused = world.client("stranger").get(address).text
    assert begin not in refused
    assert "can prepare a review" in refused

    row = reviewed(world, release)
    page = world.client("stranger").get(address).text
    assert f"/dependencies/reviews/{row.public_id}/" in page
    assert "all of 1.0" in page
