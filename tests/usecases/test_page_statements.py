"""How many statements the pages take that grow with the house: a bound, whatever there is and whatever is asked of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation import clock
from governance.people import services as people
from governance.people.models import RoleGrant, User
from governance.people.permissions import may_grant
from governance.people.selectors import holds, takes_part
from governance.usecases import conditions, services
from governance.usecases.models import UseCase
from tests.usecases.questions import HARMLESS
from tests.usecases.records import Kit

MOST = 20
# These two read reviews, rulings, sources, files and flaws of every package that the newest versions lock. Twelve statements for both,
# whatever the number of cards; no lifecycle that ships asks for them.
OF_PACKAGES = ("dependencies.reviewed", "dependencies.no_known_flaws")
STAGES = ("discovery", "data-engineering", "building", "production", "monitoring", "retired")


def lifecycle(stages: tuple[str, ...], *, without: tuple[str, ...] = OF_PACKAGES) -> str:
    """Each of these stages asks for everything that anybody can answer."""
    asked = "".join(f"      - {item.key}\n" for item in conditions.all_conditions() if item.key not in without)
    return "title: {en: Everything}\nstages:\n" + "".join(
        f"  - key: {key}\n    title: {{en: {key}}}\n    leave:\n{asked}" for key in stages
    )


def cost(client: Any, url: str) -> list[str]:
    """The statements of a page that was shown a moment before, so that the count in the navigation is known."""
    with clock.at(clock.now()):  # however long it takes
        assert client.get(url).status_code == 200
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
    return [query["sql"][:160] for query in asked]


@pytest.fixture
def full(world: Any, gate: Any) -> Kit:
    """A use case with something behind every condition."""
    kit = Kit(world, world.use_case, gate)
    for record in (kit.bind, kit.snapshot, kit.show, kit.hand_over, kit.fit, kit.document, kit.sign):
        record()
    services.assess_risk(actor=world.lead, use_case=world.use_case, answers=HARMLESS)
    return kit


def more_cases(world: Any, *numbers: int) -> None:
    for at in numbers:
        row = services.open_use_case(actor=world.lead, slug=f"more-{at}", title=f"More {at}")
        UseCase.objects.filter(pk=row.pk).update(stage=STAGES[at % len(STAGES)], stage_since=row.created_at)


def test_the_board_takes_few_statements_however_many_cards_stages_and_conditions(world: Any, full: Kit) -> None:
    client = world.client("admin")
    few = cost(client, "/use-cases/board/")
    services.publish_lifecycle(actor=world.admin, source=lifecycle(STAGES), note="All of it.")
    asked = cost(client, "/use-cases/board/")
    more_cases(world, *range(18))
    many = cost(client, "/use-cases/board/")
    services.publish_lifecycle(actor=world.admin, source=lifecycle((*STAGES, "archive", "museum")), note="More stages.")
    longer = cost(client, "/use-cases/board/")

    assert len(few) <= len(asked) <= MOST, asked
    assert len(many) <= len(asked), many
    assert len(longer) <= len(asked), longer
    assert len(cost(client, "/use-cases/board/?stage=discovery")) <= MOST
    assert len(cost(client, "/use-cases/board/?q=more&kind=product")) <= MOST


def test_conditions_about_packages_cost_the_board_as_much_for_many_cards_as_for_few(world: Any, full: Kit) -> None:
    client = world.client("admin")
    services.publish_lifecycle(actor=world.admin, source=lifecycle(STAGES), note="All but those.")
    without = cost(client, "/use-cases/board/")
    services.publish_lifecycle(actor=world.admin, source=lifecycle(STAGES, without=()), note="All of it.")
    asked = cost(client, "/use-cases/board/")
    more_cases(world, *range(18))
    many = cost(client, "/use-cases/board/")

    assert len(asked) <= len(without) + 13, asked
    assert len(many) <= len(asked), many


@pytest.mark.parametrize("narrowed", ["", "?q=more&sort=title&mine=on&risk=unknown", "?kind=product&stage=building&lead=lead"])
def test_the_list_takes_few_statements_however_many_it_holds(world: Any, full: Kit, ask: Any, narrowed: str) -> None:
    version = full.push("2")
    with clock.at(clock.now() + timedelta(minutes=1)):  # nothing happened to it a moment ago, so what was recorded of it is taken
        ask(version)
    more_cases(world, *range(12))
    client = world.client("lead")
    few = cost(client, f"/use-cases/{narrowed}")
    more_cases(world, *range(12, 30))
    many = cost(client, f"/use-cases/{narrowed}")

    assert len(many) <= len(few) <= MOST, many


def test_the_list_takes_few_statements_where_something_happened_to_what_was_asked_for(world: Any, full: Kit, ask: Any) -> None:
    """Each subject is computed anew: once, for what is judged and for what conditions of steps ask."""
    ask(full.push("2"))
    more_cases(world, *range(12))
    asked = cost(world.client("lead"), "/use-cases/")

    assert len(asked) <= MOST, "\n".join(asked)


@pytest.mark.parametrize(
    ("tab", "most"),
    [
        *((f"{tab}/", MOST) for tab in ("stage", "documents", "increments", "dictionary", "cost-benefit", "talk")),
        ("risk/", MOST),
        ("stack/", MOST),
        ("dependencies/", 21),  # eleven of them are the answer about its packages
        ("people/", 22),  # the self-test of responsibilities looks at grants, absences, trainings, gates, policies and requests
        ("", 44),  # a card of every room
    ],
)
def test_a_part_of_a_use_case_takes_few_statements(world: Any, full: Kit, tab: str, most: int) -> None:
    asked = cost(world.client("lead"), f"/use-cases/churn/{tab}")

    assert len(asked) <= most, asked


def test_a_page_asks_once_which_roles_its_reader_holds(world: Any) -> None:
    client = world.client("lead")
    asked = cost(client, "/use-cases/churn/people/")
    roles = 'SELECT "people_rolegrant"."scope" AS "scope", "people_rolegrant"."role" AS "role" FROM'

    assert len([sql for sql in asked if sql.startswith(roles)]) == 1, asked


def test_what_changes_something_asks_anew(world: Any) -> None:
    """Outside a page nothing is remembered: whoever loses a role between two questions has lost it."""
    lead = world.lead
    assert holds(lead, "project_lead", scope=world.use_case.public_id)
    for grant in RoleGrant.objects.live().filter(user=lead.user):
        people.end_role(actor=world.admin, grant=grant, reason="left")

    assert not holds(lead, "project_lead", scope=world.use_case.public_id)
    assert not takes_part(lead, scope=world.use_case.public_id)


@pytest.mark.parametrize("part", ["lead", "stranger", "auditor", "admin"])
def test_what_a_page_remembers_says_the_same_as_what_is_asked_each_time(world: Any, part: str) -> None:
    actor, scope = getattr(world, part), world.use_case.public_id

    def said() -> list[bool]:
        return [
            holds(actor, "project_lead", "auditor", scope=scope),
            holds(actor, "administrator"),
            holds(actor, scope=scope),
            takes_part(actor, scope=scope),
            takes_part(actor, scope=""),
            bool(may_grant(actor, role="", scope=scope, user=None)),
        ]

    fresh = said()
    user = User.objects.get(pk=actor.user.pk)
    user.asked = {}
    actor = type(actor)(**{name: getattr(actor, name) for name in actor.__slots__} | {"user": user})

    assert [said(), said()] == [fresh, fresh]
