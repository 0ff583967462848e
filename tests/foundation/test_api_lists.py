"""Lists of the API, the tags of what was read, and the preconditions of changes."""

from __future__ import annotations

import pytest

from foundation.api import etag_of, has_it
from governance.usecases import services as usecases
from tests.foundation.problems import USE_CASES, problem


@pytest.fixture
def many(world):
    for number in range(7):
        usecases.open_use_case(actor=world.lead, slug=f"case-{number}", title=f"Case {number}")
    return world


def test_lists_come_newest_first_in_pages_that_join_without_gap_or_repeat(many):
    client = many.api("lead")
    slugs, url = [], f"{USE_CASES}?limit=3"
    while url:
        body = client.get(url).json()
        assert set(body) == {"next", "previous", "results"}
        slugs += [row["slug"] for row in body["results"]]
        url = body["next"]

    assert slugs == [f"case-{number}" for number in range(6, -1, -1)] + ["churn"]


def test_a_row_that_arrives_while_one_reads_shifts_no_page(many):
    client = many.api("lead")
    first = client.get(f"{USE_CASES}?limit=4").json()
    usecases.open_use_case(actor=many.lead, slug="late", title="Late")
    second = client.get(first["next"]).json()

    assert [row["slug"] for row in second["results"]] == ["case-2", "case-1", "case-0", "churn"]
    assert [row["slug"] for row in client.get(second["previous"]).json()["results"]] == ["case-6", "case-5", "case-4", "case-3"]


@pytest.mark.parametrize("limit", ["0", "-1", "many", "", "999999"])
def test_a_limit_that_is_none_falls_back_and_a_large_one_is_capped(many, limit):
    answer = many.api("lead").get(f"{USE_CASES}?limit={limit}")

    assert answer.status_code == 200
    assert len(answer.json()["results"]) == 8


@pytest.mark.parametrize("cursor", ["x", "cD0=", "%ff", "bz0xJnA9eA==", "🙂", "bz0tMQ=="])
def test_a_cursor_that_is_none_never_breaks_the_server(many, cursor):
    assert many.api("lead").get(f"{USE_CASES}?cursor={cursor}").status_code in (200, 404)


def test_reading_gives_a_tag_and_asking_with_it_gives_304_until_something_changed(world):
    client = world.api("lead")
    url = f"{USE_CASES}/churn"
    first = client.get(url)
    tag = first.headers["ETag"]

    same = client.get(url, headers={"If-None-Match": tag})
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    assert client.get(url, headers={"If-None-Match": f'"other", W/{tag}'}).status_code == 304
    assert client.get(url, headers={"If-None-Match": "*"}).status_code == 304
    assert client.get(url, headers={"If-None-Match": '"other"'}).status_code == 200
    usecases.change_use_case(actor=world.lead, use_case=world.use_case, title="Renamed")
    changed = client.get(url, headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()["title"]) == (200, "Renamed")
    assert changed.headers["ETag"] != tag
    assert changed.headers["Cache-Control"] == "private, no-cache"


def test_lists_have_tags_too(world):
    first = world.api("lead").get(USE_CASES)

    assert world.api("lead").get(USE_CASES, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_change_needs_the_tag_of_what_was_read(world):
    client = world.api("lead")
    url = f"{USE_CASES}/churn"
    tag = client.get(url).headers["ETag"]

    def patch(title: str, **headers):
        return client.patch(url, {"title": title}, content_type="application/json", headers=headers)

    problem(patch("A"), 428, "precondition.required")
    problem(patch("A", **{"If-Match": '"other"'}), 412, "precondition.failed")
    done = patch("A", **{"If-Match": tag})
    assert (done.status_code, done.json()["title"]) == (200, "A")
    problem(patch("B", **{"If-Match": tag}), 412, "precondition.failed")
    assert patch("C", **{"If-Match": client.get(url).headers["ETag"]}).status_code == 200
    assert patch("D", **{"If-Match": "*"}).status_code == 200


def test_equal_content_has_equal_tags_and_different_content_different_ones(rf):
    assert etag_of({"a": 1, "b": 2}) == etag_of({"b": 2, "a": 1})
    assert etag_of({"a": 1}) != etag_of({"a": 2})
    assert not has_it(rf.get("/"), '"x"')
