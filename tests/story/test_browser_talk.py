"""A question where the work is, without a mouse, in both languages: asked, found from the notices, answered, resolved."""

from __future__ import annotations

from typing import Any

import pytest

from governance.usecases.models import Thread
from tests.approvals.pages import address

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.markup]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_question_about_a_part_of_a_request(at: Any, world: Any, push: Any, ask: Any, scripts: bool) -> None:
    request = ask(push())
    with at(world.scientist, scripts=scripts) as desk:
        desk.open(address(request))
        desk.unfold(desk.say("column meanings").capitalize(), begins=True)
        desk.unfold(desk.say("Ask or say something"))
        desk.write(desk.say("What do you want to say or ask?"), "Is the duration in months? @governance")
        desk.tick(desk.say("This is a question: somebody has to answer it"))
        desk.press(desk.say("Write it down"))
        desk.reads("Your question is asked.")
        desk.reads("Told: %(names)s.", names="Governance")
        desk.reads("Is the duration in months?")
    with at(world.governance, scripts=scripts) as desk:
        desk.open("/notices/")
        title = "Is the duration in months? @governance"
        desk.follow(desk.say("%(name)s mentions you: %(title)s", name="Scientist", title=title))
        desk.write(desk.say("Your answer"), "In months, since 2019.")
        desk.press(desk.say("Answer"))
        desk.is_told("Your comment is written down.", scripts=scripts)  # though the page stands at the comment
        desk.open(f"/threads/{Thread.objects.get().public_id}/")
        desk.press(f"{desk.say('Resolve')} : {title}")
        desk.reads("Resolved. Whoever follows it is told.")
    with at(world.scientist, scripts=scripts) as desk:
        desk.open("/use-cases/churn/talk/")
        desk.reads("No question is open")
        desk.reads("Is the duration in months?")
    thread = Thread.objects.get()
    assert (thread.component, thread.resolved_by) == ("dictionary", world.governance.user)
