"""The board and the list of work that does not move: what they show, to whom, and at what cost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from time import process_time
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from foundation import clock
from governance.people import services as people
from governance.people.models import RoleGrant
from governance.usecases import effort, services
from governance.usecases.models import Definition, Kpi, UseCase
from governance.usecases.selectors.board import board, counts
from governance.usecases.selectors.stages import lifecycle_in_force
from governance.usecases.selectors.standstills import quiet, quiet_told
from tests.usecases.records import Kit

SIGNS = ("version", "definition", "document", "move", "request", "reason", "research", "increment", "comment")
STAGES = ("", "data-engineering", "building", "production", "monitoring", "retired")


def many(world: Any, count: int) -> None:
    """Use cases at every stage, half of them with a definition."""
    now = clock.now()
    UseCase.objects.bulk_create(
        UseCase(
            slug=f"case-{number}",
            title=f"Case {number}",
            kind=("product", "prototype", "research")[number % 3],
            stage=STAGES[number % 6],
            stage_since=None if number % 6 == 0 else now - timedelta(days=number % 90),
            created_by=world.lead.user,
            created_at=now - timedelta(days=100 + number % 90),
        )
        for number in range(count)
    )
    rows = list(UseCase.objects.filter(slug__startswith="case-"))  # others are renamed before
    Definition.objects.bulk_create(
        Definition(use_case=row, number=1, business_problem="P", ml_problem="Q", digest="d", created_at=now)
        for row in rows
        if row.pk % 2
    )
    written = Definition.objects.filter(use_case__in=rows[:100])
    Kpi.objects.bulk_create(Kpi(definition=row, position=0, name="K", target=Decimal(1)) for row in written)
    RoleGrant.objects.bulk_create(
        RoleGrant(user=world.business.user, role="business_owner", scope=row.public_id, starts_at=now) for row in rows
    )


def test_each_use_case_stands_in_its_column_with_its_first_blocker(world: Any, gate: Any) -> None:
    fresh = Kit(world, services.open_use_case(actor=world.lead, slug="fresh", title="Fresh"), gate)
    with override("en"):
        columns = {column.stage.key: column for column in board(world.lead)}

    assert [card.use_case.slug for card in columns["discovery"].cards] == ["churn", "fresh"]  # the oldest first
    card = columns["discovery"].cards[1]
    assert (card.lacking, card.first, card.first_roles) == (4, "The definition is written", ("Project lead", "Business owner"))
    fresh.define()
    fresh.role("business", "business_owner")
    services.move_stage(actor=world.lead, use_case=fresh.use_case, to="data-engineering", reason="R")
    columns = {column.stage.key: column for column in board(world.lead)}
    assert [card.use_case.slug for card in columns["data-engineering"].cards] == ["fresh"]


def test_what_was_sent_back_to_the_first_stage_stands_there_again(world: Any, gate: Any) -> None:
    kit = Kit(world, world.use_case, gate)
    kit.define()
    services.move_stage(actor=world.lead, use_case=world.use_case, to="data-engineering", reason="R")
    services.move_stage(actor=world.lead, use_case=world.use_case, to="discovery", reason="R")

    assert counts(world.lead, lifecycle_in_force()) == {"discovery": 1}


def test_research_is_not_chased(world: Any) -> None:
    services.change_use_case(actor=world.lead, use_case=world.use_case, kind="research")
    card = board(world.lead)[0].cards[0]

    assert (card.lacking, card.ready) == (0, False)


def test_the_board_shows_what_one_may_see_and_what_fits(world: Any) -> None:
    services.open_use_case(actor=world.stranger, slug="theirs", title="Churn of theirs", kind="prototype")

    assert sum(column.total for column in board(world.lead)) == 1
    assert sum(column.total for column in board(world.admin)) == 2
    assert sum(column.total for column in board(world.admin, text="churn", kind="prototype")) == 1


def test_ten_thousand_use_cases_cost_as_many_queries_as_ten(world: Any, gate: Any) -> None:
    kit = Kit(world, world.use_case, gate)
    for record in (kit.bind, kit.snapshot, kit.show, kit.hand_over, kit.fit, kit.document, kit.sign):
        record()  # there is something behind every condition
    many(world, 12)
    client = world.client("admin")
    with clock.at(clock.now()):  # however long it takes, the count in the navigation is known the second time
        client.get("/use-cases/board/")
        with CaptureQueriesContext(connection) as few:
            assert client.get("/use-cases/board/").status_code == 200
    many_more(world, 10_000)
    with clock.at(clock.now()):
        client.get("/use-cases/board/")
        with CaptureQueriesContext(connection) as lots:
            answer = client.get("/use-cases/board/")

    assert "1,6" in answer.content.decode()  # a column of more than sixteen hundred
    assert len(lots) <= len(few) <= 20, [query["sql"][:200] for query in lots]
    assert fastest(client, "/use-cases/board/") < 1.0  # processor time, which a busy machine does not stretch much


def many_more(world: Any, count: int) -> None:
    UseCase.objects.filter(slug__startswith="case-").update(slug=Concat(Value("first-"), F("slug")))
    many(world, count)


def fastest(client: Any, url: str) -> float:
    def once() -> float:
        begun = process_time()
        client.get(url)
        return process_time() - begun

    return min(once() for _ in range(3))


def test_a_column_is_shown_in_full_and_paged(world: Any) -> None:
    many(world, 400)
    client = world.client("admin")
    page = client.get("/use-cases/board/").content.decode()
    assert "/use-cases/board/?stage=building" in page

    first = client.get("/use-cases/board/?stage=building").content.decode()
    assert first.count('board__card"') == 50
    assert 'rel="next"' in first
    assert client.get("/use-cases/board/?stage=nowhere").status_code == 404


# Work that does not move ---------------------------------------------------------------------------------------------


def test_what_shows_no_sign_of_life_is_asked_why(world: Any) -> None:
    later = clock.now() + timedelta(days=31)
    with clock.at(later):
        found = list(quiet(world.lead))
        told = quiet_told(found, lifecycle_in_force())

    assert found == [world.use_case]
    assert (told[0].stage.key, told[0].days, told[0].begun) == ("discovery", 30, True)
    assert list(quiet(world.lead)) == []


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_of_life_counts(world: Any, gate: Any, push: Any, ask: Any, sign: str) -> None:
    kit = Kit(world, world.use_case, gate)
    version = push()
    kit.define()
    with clock.at(clock.now() + timedelta(days=40)):
        assert list(quiet(world.lead)) == [world.use_case]
        {
            "version": lambda: push("8"),
            "definition": lambda: kit.define(limits="Not at night."),
            "document": kit.document,
            "move": lambda: services.move_stage(actor=world.lead, use_case=world.use_case, to="data-engineering", reason="R"),
            "request": lambda: ask(version),
            "reason": lambda: services.stand_still(actor=world.lead, use_case=world.use_case, kind="parked", reason="R"),
            "research": lambda: services.change_use_case(actor=world.lead, use_case=world.use_case, kind="research"),
            "increment": kit.show,
            "comment": lambda: commented(world),
        }[sign]()
        assert list(quiet(world.lead)) == []


def commented(world: Any) -> None:
    from governance.usecases.services import threads

    threads.open_thread(actor=world.lead, subject_id=world.use_case.public_id, text="Is anybody here?")


def test_a_commit_is_a_sign_of_life(world: Any) -> None:
    from lineage.models import Commit, Repository, RepositoryUse

    later = clock.now() + timedelta(days=40)
    repository = Repository.objects.create(url="https://git.example.com/x", created_at=later)
    RepositoryUse.objects.create(repository=repository, use_case=world.use_case, created_at=later)
    with clock.at(later):
        assert list(quiet(world.lead)) == [world.use_case]
        Commit.objects.create(
            repository=repository, sha="a" * 40, tree="b" * 40, author_name="A", author_email="a@example.com", authored_at=later,
            committer_name="A", committer_email="a@example.com", committed_at=later, subject="S",
        )  # fmt: skip
        assert list(quiet(world.lead)) == []


def test_what_never_began_is_told_apart(world: Any) -> None:
    services.open_use_case(actor=world.stranger, slug="idea", title="Idea")
    with clock.at(clock.now() + timedelta(days=40)):
        told = quiet_told(list(quiet(world.stranger)), lifecycle_in_force())

    assert [(item.use_case.slug, item.begun) for item in told] == [("idea", False)]


def test_the_list_of_ten_thousand_costs_as_many_queries_as_of_ten(world: Any) -> None:
    many(world, 10_000)
    client = world.client("admin")
    client.get("/use-cases/stuck/")
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/use-cases/stuck/")

    assert answer.status_code == 200
    assert len(queries) <= 20
    assert fastest(client, "/use-cases/stuck/") < 1.0


def test_versions_that_are_polished_while_nothing_runs_are_pointed_out(world: Any, gate: Any) -> None:
    kit = Kit(world, world.use_case, gate)
    kit.role("scientist", "data_scientist")
    for number in range(1, 6):
        kit.push(
            str(number),
            commit=f"{number}" * 40,
            metrics={"recall": {"value": Decimal("0.7") + Decimal(number) / 1000, "dataset": "test"}},
        )
    (found,) = effort.pointers(world.lead)

    assert found.use_case == world.use_case
    assert "fresh-model got 5 versions" in str(found.said)
    assert "recall@test" in str(found.said)
    assert effort.pointers(world.stranger) == []
    assert "fresh-model got 5 versions" in world.client("lead").get("/use-cases/stuck/?show=polished").content.decode()
    kit.approve("5")
    assert effort.pointers(world.lead) == []


def test_what_stands_still_for_a_reason_is_listed_with_it(world: Any) -> None:
    services.stand_still(actor=world.lead, use_case=world.use_case, kind="parked", reason="No budget until spring.")
    page = world.client("business").get("/use-cases/stuck/?show=said").content.decode()

    assert "No budget until spring." in page
    assert "Parked" in page
    assert "No budget" not in world.client("stranger").get("/use-cases/stuck/?show=said").content.decode()
    assert world.client("lead").get("/use-cases/stuck/?show=everything").status_code == 404


def test_who_left_the_organisation_sees_neither(world: Any) -> None:
    people.end_role(actor=world.admin, grant=RoleGrant.objects.get(user=world.scientist.user), reason="left")

    assert sum(column.total for column in board(world.scientist)) == 0
