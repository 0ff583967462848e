"""The pages that say what another version of a policy would have meant."""

from __future__ import annotations

import pytest

from tests.approvals.histories import history  # noqa: F401 - fixtures
from tests.approvals.lives import lives, the_day_before, travel  # noqa: F401 - fixtures
from tests.approvals.pages import text_of

pytestmark = pytest.mark.django_db


def test_the_page_says_in_one_sentence_what_a_version_would_have_meant(world, history):
    with travel(1700):
        said = text_of(world.client("business").get("/settings/policies/production-release/replay/"))

    assert "Of 10 requests, 10 would have ended the same." in said
    assert "The median wait would stay at" in said


def test_the_page_says_when_one_does_not_see_everything(world, history):
    with travel(1700):
        said = text_of(world.client("stranger").get("/settings/policies/production-release/replay/"))

    assert "10 requests of that time belong to use cases that you do not see." in said


def test_a_request_can_be_chosen_to_try_a_version_on(world, push, ask):
    request = ask(push())
    client = world.client("lead")

    page = client.get("/settings/policies/production-release/simulate/")
    assert request.public_id in page.content.decode()
    said = text_of(client.get(f"/settings/policies/production-release/simulate/?request={request.public_id}&version=1"))
    assert "Under the draft it would stand as it does now: pending." in said
    assert client.get("/settings/policies/production-release/simulate/?version=9").status_code == 404


def test_there_is_nothing_to_try_a_policy_on_that_nobody_used(world, gate):
    said = text_of(world.client("lead").get("/settings/policies/production-release/simulate/"))

    assert "Nothing to try it on" in said
