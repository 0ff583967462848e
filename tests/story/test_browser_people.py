"""Journeys in both languages: who does what as a table, what does not work with the people as they are, and what a client sees."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from foundation import actor as actors
from governance.people import services
from governance.people.models import ResponsibilityMatrix
from tests.usecases.papers import added

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.markup]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_table_is_changed_tested_and_somebody_thinks_of_leaving(at: Any, world: Any, gate: Any, scripts: bool) -> None:
    with at(world.lead, scripts=scripts) as desk:
        desk.open("/use-cases/churn/")
        desk.follow(desk.say("People"))
        desk.reads("Who does what")
        desk.follow(desk.say("Change who does what"))
        for box in desk.page.locator("input[type=checkbox][name^=remove-]").all():
            box.check()  # a small team begins with a table of its own
        desk.page.locator("input[name^=title-]").first.fill("Explain it to the branch offices")
        row = desk.page.locator("tr:has(input[name^=title-])").first
        row.locator('select[name^="cell-"]').first.select_option("AR")
        desk.page.get_by_role("button", name=desk.say("Save the table")).click()
        expect(desk.page.locator(".messages")).to_contain_text(
            desk.say("Version %(number)s of the responsibilities is in force.", number=1)
        )
        desk.reads("Self-test")
        desk.page.get_by_role("link", name=desk.say("Change who does what")).click()
        expect(desk.page.locator("input[name=title-0]")).to_have_value("Explain it to the branch offices")
        desk.open(f"/settings/people/{world.validator.user.public_id}/")
        desk.follow(desk.say("What if they leave?"))
        desk.reads("What would not work any more")
        desk.reads("Customer churn")
    assert ResponsibilityMatrix.objects.count() == 1
    world.validator.user.refresh_from_db()
    assert world.validator.user.is_active  # it was a question


def test_a_client_sees_what_is_shared_and_no_other_place(at: Any, world: Any) -> None:
    added(world)
    user = services.create_user(actor=world.admin, username="customer", name="Clara Client", email="clara@example.org")
    services.grant_role(actor=world.lead, user=user, role="client_representative", scope=world.use_case.public_id)
    with at(actors.person(user)) as desk:
        desk.open("/use-cases/")
        places = desk.page.locator("nav.rail a[href]")
        assert {link.get_attribute("href") for link in places.all()} - {"/"} == {"/notices/", "/use-cases/", "/settings/profile/"}
        desk.follow("Customer churn")
        desk.reads("The problem")
        desk.reads("Leavers found")
        tabs = desk.page.locator("main nav a")
        assert not {link.get_attribute("href") for link in tabs.all()} & {
            f"/use-cases/churn/{tab}/"
            for tab in ("people", "models", "dependencies", "cost-benefit", "approvals", "history", "stage")
        }
        desk.follow(desk.say("Documents"))
        desk.reads("Test plan")
        for closed in ("/models/", "/dictionary/", "/audit/", "/use-cases/churn/people/", "/settings/people/"):
            answer = desk.page.goto(desk.portal + closed)
            assert answer is not None
            assert answer.status == 404, closed
