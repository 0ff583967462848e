"""Journeys without a mouse, in both languages: from what was shown to what became of what people said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from governance.usecases.models import Feedback, Increment
from tests.usecases.papers import added
from tests.usecases.shown import png

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.markup]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_what_was_shown_to_what_became_of_what_was_said(at: Any, world: Any, tmp_path: Path, scripts: bool) -> None:
    picture = tmp_path / "图表.png"
    picture.write_bytes(png(200, 100))
    with at(world.lead, scripts=scripts) as desk:
        desk.open("/use-cases/churn/")
        desk.follow(desk.say("Increments"))
        desk.reads("Nothing was shown yet")
        desk.write(desk.say("Title"), "First list for the retention team")
        desk.write(desk.say("What was shown"), "200 customers, ranked. 还没有理由。", begins=True)
        desk.page.locator("input[type=file][name=pictures]").set_input_files(str(picture))
        desk.press(desk.say("Record it and tell them"))
        desk.is_told("Increment %(number)s is on record. Who is to look at it has been told.", number=1, scripts=scripts)
        shown = desk.page.locator(".pictures img")
        expect(shown).to_be_visible()
        shown.scroll_into_view_if_needed()  # it is fetched when somebody comes near
        expect(shown).to_have_js_property("naturalWidth", 200)
    assert list(Increment.objects.get().showings.values_list("user__username", "part")) == [("business", "invited")]

    with at(world.business, scripts=scripts) as desk:
        desk.open("/notices/")
        desk.follow("First list for the retention team", contains=True)
        desk.pick(desk.say("Idea"), desk.say("Problem"))
        desk.write(desk.say("In your words"), "My people call by branch.", begins=True)
        desk.press(desk.say("Say it"))
        desk.is_told("Thank you. Those who build it have been told, and will say here what becomes of it.", scripts=scripts)
        desk.reads("No answer yet")

    with at(world.lead, scripts=scripts) as desk:
        desk.open("/use-cases/churn/increments/1/")
        desk.unfold(desk.say("Say what became of it"))
        desk.pick(desk.say("Done"), desk.say("Declined"))
        desk.press(desk.say("Put it on record"))
        desk.is_refused("Say why not: whoever took the trouble to say it wants to know.", scripts=scripts)
        desk.pick(desk.say("Declined"), desk.say("Planned"))
        desk.write(desk.say("In a sentence"), "Next sprint.", begins=True)
        desk.press(desk.say("Put it on record"))
        desk.is_told("What became of it is on record.", scripts=scripts)
    assert Feedback.objects.get().outcomes.get().what == "planned"

    with at(world.business, scripts=scripts) as desk:
        desk.open("/use-cases/churn/increments/1/")
        desk.reads("Next sprint.")


def test_a_picture_is_looked_at_where_it_lies(at: Any, world: Any) -> None:
    added(world, png(300, 120), "picture.png")
    with at(world.business, scripts=False) as desk:
        desk.open("/use-cases/churn/documents/plan/")
        shown = desk.page.locator(".preview img")
        expect(shown).to_be_visible()
        assert shown.bounding_box()["width"] > 100  # type: ignore[index] # it is visible
