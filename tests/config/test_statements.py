"""What the settings cost, for everybody who can open them."""

from __future__ import annotations

import pytest

from tests.approvals.asking import publish_policy
from tests.conftest import POLICY
from tests.statements import statements

pytestmark = pytest.mark.django_db
MOST = 20
PAGES = (
    "", "profile/", "tokens/", "repositories/", "environments/", "policies/", "policies/production-release/",
    "policies/production-release/edit/", "policies/production-release/text/", "new-policy/", "people/",
)  # fmt: skip


@pytest.mark.parametrize("part", ["stranger", "lead", "admin"])
@pytest.mark.parametrize("page", PAGES)
def test_every_settings_page_has_a_bound(world, gate, page, part):
    assert statements(world.client(part), f"/settings/{page}") <= MOST


@pytest.mark.parametrize("part", ["stranger", "lead", "admin"])
def test_the_page_of_a_person_has_a_bound(world, part):
    assert statements(world.client(part), f"/settings/people/{world.security.user.public_id}/") <= MOST


def test_more_versions_of_a_policy_cost_no_more(world, gate):
    client, page = world.client("admin"), "/settings/policies/production-release/"
    for number in range(2):
        publish_policy(world, POLICY.replace("180 days", f"{170 - number} days"))
    few = statements(client, page)
    for number in range(3):
        publish_policy(world, POLICY.replace("180 days", f"{160 - number} days"))

    assert statements(client, page) == few
