"""From the login page to a submitted use case without a mouse, in both languages; and two authors of one definition."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.utils.translation import override

from approvals.models import Request
from governance.people.models import RoleGrant
from governance.usecases import services
from governance.usecases.models import Definition, UseCase
from governance.usecases.wording import kpi_sentence
from tests.browser import sign_in
from tests.story.desk import PASSWORD, Desk
from tests.usecases.papers import PDF

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.markup]
MOST_SECONDS = 300  # from the login page to "submitted"
with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@pytest.fixture
def somebody_new(windows: Any, portal: str, world: Any, language: str) -> Any:
    """Somebody with an account and nothing else, in front of the login page."""

    @contextmanager
    def sat(scripts: bool) -> Iterator[Desk]:
        user = world.stranger.user
        user.language = language
        user.set_password(PASSWORD)
        user.save(update_fields=["language", "password"])
        windows[scripts].clear_cookies()
        page = windows[scripts].new_page()
        try:
            desk = Desk(page, language, portal)
            original, page.goto = (
                page.goto,
                lambda address, **more: original(  # the login page is asked for by its path alone
                    address if "://" in address else portal + address, **more
                ),
            )
            sign_in(page, user.username, PASSWORD)
            yield desk
        finally:
            page.close()

    return sat


@with_and_without_scripts
def test_from_login_to_a_submitted_use_case_in_five_minutes(somebody_new: Any, world: Any, scripts: bool) -> None:
    began = time.monotonic()
    with somebody_new(scripts) as desk:
        desk.open("/use-cases/")
        desk.follow(desk.say("Open a use case"), contains=True)

        desk.write(desk.say("What do you call it?"), "Invoice matching")
        desk.write(desk.say("What goes wrong today?"), "Clerks look for the order of each invoice by hand.")
        desk.write(desk.say("For whom?"), "Twelve clerks in purchasing.", begins=True)
        desk.write(desk.say("What would you like to know in time?"), "Which order does this invoice belong to?")
        desk.write(desk.say("What gets better"), "Invoices matched by themselves")
        desk.write(desk.say("How much now"), "42 %", begins=True)
        desk.write(desk.say("How much is wanted"), "56 %")
        desk.unfold(desk.say("Out of how many, unit, how it is measured"))
        desk.write(desk.say("Out of how many"), "1,000", begins=True)
        desk.write(desk.say("Of whom or what"), "invoices", begins=True)
        desk.write(desk.say("What happens to them"), "find their order", begins=True)
        desk.write(desk.say("What gets better"), "Time for each invoice")
        desk.write(desk.say("How much now"), "12 minutes", begins=True)
        desk.write(desk.say("How much is wanted"), "7 minutes")
        desk.pick(desk.say("I cannot say yet"), desk.say("Somebody is annoyed, and it is easily put right"))
        desk.press(desk.say("Save and go on"))

        desk.reads("Who is needed?")
        desk.write(desk.say("Business owner"), "business", begins=True)
        desk.write(desk.say("Data scientist"), "scientist@example.com", begins=True)
        desk.press(desk.say("Save and go on"))

        desk.reads("Is there something to read?")
        desk.write(desk.say("What is it called?"), "Project charter")
        if scripts:
            desk.page.locator("input[type=file]").set_input_files(
                {"name": "charter.pdf", "mimeType": "application/pdf", "buffer": PDF}
            )
        else:
            desk.write(desk.say("Or an address"), "https://wiki.example.com/charter", begins=True)
        desk.press(desk.say("Save and go on"))

        desk.reads("Is this what you mean?")
        with override(desk.language):
            comes_to = kpi_sentence(UseCase.objects.get(slug="invoice-matching").definitions.get().kpis.first())
        assert "140" in comes_to
        desk.reads(comes_to)
        desk.press(desk.say("Submit"))

        desk.reads("Submitted")
        desk.reads("Whose move it is")
        desk.reads("It is the move of")
        desk.reads("Business")
    assert time.monotonic() - began < MOST_SECONDS

    row = UseCase.objects.get(slug="invoice-matching")
    definition = row.current_definition()
    assert definition is not None
    assert [(kpi.name, kpi.unit, kpi.direction) for kpi in definition.kpis.all()] == [
        ("Invoices matched by themselves", "%", "up"),
        ("Time for each invoice", "minutes", "down"),
    ]
    assert set(RoleGrant.objects.filter(scope=row.public_id).values_list("role", "user__username")) == {
        ("project_lead", "stranger"),
        ("business_owner", "business"),
        ("data_scientist", "scientist"),
    }
    assert row.documents.get().title == "Project charter"
    assert Request.objects.get(subject_id=definition.public_id).state == "open"


@with_and_without_scripts
def test_the_second_author_is_told_and_puts_both_together(at: Any, world: Any, scripts: bool) -> None:
    with at(world.lead, scripts=scripts) as desk:
        desk.open("/use-cases/churn/definition/")
        desk.write(desk.say("Business problem"), "Customers leave, and nobody calls them in time.")
        services.define(
            actor=world.scientist,
            use_case=world.use_case,
            business_problem="Customers leave, and we learn of it too late.",
            ml_problem="Will this customer cancel within 90 days?",
            kpis=[{"name": "Leavers found", "unit": "%", "baseline": 42, "target": 70}],
        )
        desk.press(desk.say("Save as a new version"))
        desk.is_refused("This changed after you opened it", scripts=scripts)
        desk.reads("Will this customer cancel within 90 days?")
        desk.press(desk.say("Put both together"))
        desk.reads("Both are put together below, and nothing is saved yet")
        desk.press(desk.say("Save as a new version"))
        desk.is_told("Version %(number)s of the definition is in force.", scripts=scripts, number=3)
    written = Definition.objects.get(use_case=world.use_case, number=3)
    assert written.business_problem == "Customers leave, and nobody calls them in time."
    assert written.ml_problem == "Will this customer cancel within 90 days?"
