"""Finding things without a mouse, in both languages, with scripts and without."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from governance.usecases import services as usecases

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.markup]


@pytest.mark.parametrize("typed", ["cust chu", "流失"])
def test_one_types_chooses_with_the_arrows_and_is_there(at: Any, world: Any, typed: str) -> None:
    case = usecases.open_use_case(actor=world.lead, slug="liushi", title="客户流失预测") if typed == "流失" else world.use_case
    with at(world.lead) as desk:
        desk.open("/notices/")  # a page without a search of its own, which the key would lead to
        desk.page.keyboard.press("/")
        assert desk.focused().name == desk.say("Search everything")
        desk.page.keyboard.insert_text(typed)
        box, options = desk.page.locator("#find"), desk.page.get_by_role("option")
        expect(options.first).to_contain_text(case.title)
        expect(box).to_have_attribute("aria-expanded", "true")
        desk.page.keyboard.press("ArrowDown")
        expect(options.first).to_have_attribute("aria-selected", "true")
        expect(box).to_have_attribute("aria-activedescendant", str(options.first.get_attribute("id")))
        with desk.page.expect_navigation():
            desk.page.keyboard.press("Enter")
        expect(desk.page.locator("h1")).to_have_text(case.title)


def test_escape_closes_the_list_and_enter_without_a_choice_shows_everything_that_fits(at: Any, world: Any) -> None:
    with at(world.lead) as desk:
        desk.open("/models/")
        desk.write(desk.say("Search everything"), "churn")
        expect(desk.page.get_by_role("option").first).to_be_visible()
        desk.page.keyboard.press("Escape")
        expect(desk.page.get_by_role("option").first).to_be_hidden()
        assert desk.page.locator("#find").input_value() == "churn"
        with desk.page.expect_navigation():
            desk.page.keyboard.press("Enter")
        desk.reads("Customer churn")
        expect(desk.page.locator("main mark").first).to_have_text("churn")


def test_what_is_not_there_leads_to_help(at: Any, world: Any) -> None:
    with at(world.lead) as desk:
        desk.open("/models/")
        desk.write(desk.say("Search everything"), "zebra")
        expect(desk.page.get_by_role("option").first).to_have_text(desk.say("Nothing fits. How searching works"))
        desk.page.keyboard.press("ArrowUp")  # from the text to the last one
        with desk.page.expect_navigation():
            desk.page.keyboard.press("Enter")
        desk.reads(
            "You find what you may see. Try fewer words, or only the beginning of a word; several words must all be there, in any order."
        )


def test_without_scripts_the_box_is_a_form(at: Any, world: Any) -> None:
    with at(world.lead, scripts=False) as desk:
        desk.open("/models/")
        desk.write(desk.say("Search everything"), "cust")
        with desk.page.expect_navigation():
            desk.page.keyboard.press("Enter")
        desk.reads("Use case")
        desk.follow("Customer churn")
        expect(desk.page.locator("h1")).to_have_text("Customer churn")


def test_on_a_narrow_screen_a_link_leads_to_the_page(at: Any, world: Any) -> None:
    with at(world.lead) as desk:
        desk.page.set_viewport_size({"width": 320, "height": 700})
        desk.open("/models/")
        desk.follow(desk.say("Search"))
        expect(desk.page.locator("h1")).to_have_text(desk.say("Search"))
        desk.write(desk.say("Words"), "churn")
        expect(desk.page.locator("main mark").first).to_have_text("churn")
        assert desk.page.evaluate("() => document.documentElement.scrollWidth") <= 320
