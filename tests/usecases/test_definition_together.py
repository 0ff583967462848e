"""Two people write one definition at a time: the second is told, sees the difference, loses no text."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection, connections

from foundation.errors import Conflict
from governance.usecases import services
from governance.usecases.models import Definition
from tests.conftest import make_world
from tests.usecases.test_pages import draft, text_of

ADDRESS = "/use-cases/churn/definition/"
MINE = "Customers leave, and nobody calls them in time."
THEIRS = "Will this customer cancel within 90 days?"
KPIS = [{"name": "Leavers found", "unit": "%", "baseline": Decimal(42), "target": Decimal(75)}]


def overtake(world, **changed):
    said = {"business_problem": "Customers leave, and we learn of it too late.", "ml_problem": THEIRS, "kpis": KPIS, **changed}
    return services.define(actor=world.scientist, use_case=world.use_case, **said)


def test_the_second_is_told_sees_the_difference_and_loses_no_text(world):
    overtake(world)
    answer = world.client("lead").post(ADDRESS, draft(business_problem=MINE, limits="Never for prices."))
    page = text_of(answer)

    assert answer.status_code == 409
    assert "Scientist wrote version 2 meanwhile" in page
    assert f"<ins>{THEIRS}</ins>" in page
    assert "<del>70</del>" in page
    assert "<ins>75</ins>" in page
    assert MINE in page
    assert "Never for prices." in page
    assert 'name="started_from" value="1"' in page
    assert 'name="based_on" value="2"' in page
    assert world.use_case.current_definition().number == 2


def test_both_are_put_together_shown_and_saved(world):
    overtake(world)
    client = world.client("lead")
    mine = draft(business_problem=MINE, based_on="2", started_from="1", merge="1")
    merged = client.post(ADDRESS, mine)
    page = text_of(merged)

    assert merged.status_code == 200
    assert "Both are put together below, and nothing is saved yet" in page
    assert "This changed after you opened it" not in page
    assert THEIRS in page
    assert MINE in page
    assert 'value="75"' in page
    assert world.use_case.current_definition().number == 2

    saved = client.post(ADDRESS, draft(business_problem=MINE, ml_problem=THEIRS, based_on="2", **{"kpis-0-target": "75"}))
    written = world.use_case.current_definition()
    assert saved.status_code == 302
    assert (written.number, written.business_problem, written.ml_problem) == (3, MINE, THEIRS)
    assert written.kpis.get().target == 75


@pytest.mark.parametrize(
    ("choice", "kept"), [("mine", "Mine."), ("theirs", "Theirs."), ("both", "Theirs.\n\nMine."), ("nonsense", "Mine.")]
)
def test_where_both_changed_the_same_a_person_chooses(world, choice, kept):
    overtake(world, ml_problem="Theirs.")
    client = world.client("lead")
    first = client.post(ADDRESS, draft(ml_problem="Mine."))

    assert "You both changed it: Machine-learning problem" in text_of(first)
    sent = draft(ml_problem="Mine.", based_on="2", started_from="1", merge="1", **{"choose:ml_problem": choice})
    merged = client.post(ADDRESS, sent)
    assert merged.context["draft"].form["ml_problem"].value() == kept


def test_a_third_author_in_between_is_told_too(world):
    overtake(world)
    overtake(world, affected="Everybody.")
    answer = world.client("lead").post(ADDRESS, draft(business_problem=MINE, based_on="2", started_from="1"))

    assert answer.status_code == 409
    assert "<ins>Everybody.</ins>" in text_of(answer)
    assert THEIRS in text_of(answer)
    assert 'name="based_on" value="3"' in text_of(answer)


def test_something_wrong_in_between_loses_neither_the_text_nor_the_difference(world):
    overtake(world)
    answer = world.client("lead").post(
        ADDRESS, draft(business_problem="", affected=MINE, based_on="2", started_from="1", merge="1")
    )
    page = text_of(answer)

    assert answer.status_code == 400
    assert MINE in page
    assert f"<ins>{THEIRS}</ins>" in page


def test_a_form_that_shows_less_takes_nothing_away(world):
    services.define(
        actor=world.lead,
        use_case=world.use_case,
        business_problem="B.",
        ml_problem="M.",
        regulation="GDPR",
        data_sources=[{"name": "CRM"}],
        kpis=KPIS,
    )
    world.client("lead").post(ADDRESS, {"based_on": "2", "business_problem": "Other.", "ml_problem": "M."})
    written = world.use_case.current_definition()

    assert (written.number, written.business_problem, written.regulation) == (3, "Other.", "GDPR")
    assert written.data_sources == [{"name": "CRM", "note": ""}]
    assert written.kpis.count() == 1


def test_any_two_versions_are_compared(world):
    overtake(world)
    overtake(world, affected="Everybody.")
    client = world.client("auditor")
    page = text_of(client.get("/use-cases/churn/definitions/compare/?from=1&to=3"))

    assert "From version 1 to version 3" in page
    assert f"<ins>{THEIRS}</ins>" in page
    assert "<ins>Everybody.</ins>" in page
    assert "<del>Everybody.</del>" in text_of(client.get("/use-cases/churn/definitions/compare/?from=3&to=1"))
    assert "From version 2 to version 3" in text_of(client.get("/use-cases/churn/definitions/compare/"))
    assert {client.get(f"/use-cases/churn/definitions/compare/?{query}").status_code for query in ("from=9", "to=9")} == {404}
    assert world.client("stranger").get("/use-cases/churn/definitions/compare/").status_code == 404


def test_over_http_the_etag_of_a_version_guards_the_next(world):
    client = world.client("lead")
    read = client.get("/api/v1/use-cases/churn/definitions/1")
    overtake(world)
    body = {"business_problem": MINE, "ml_problem": "Who?"}

    def write(tag):
        return client.post(
            "/api/v1/use-cases/churn/definitions", body, content_type="application/json", headers={"If-Match": tag}
        )

    refused = write(read["ETag"])
    told = refused.json()
    assert refused.status_code == 409
    assert (told["code"], told["based_on"], told["current"]) == ("definition.conflict", 1, 2)
    assert {"field": "ml_problem", "after": THEIRS} in [
        {name: change[name] for name in ("field", "after")} for change in told["written_meanwhile"]
    ]
    assert write('"something else"').status_code == 409
    assert write(client.get("/api/v1/use-cases/churn/definitions/2")["ETag"]).status_code == 201


def test_over_http_versions_are_compared_and_the_file_is_handed_out(world):
    overtake(world)
    client = world.client("lead")
    told = client.get("/api/v1/use-cases/churn/definitions/compare?from=1&to=2").json()

    assert (told["from"], told["to"]) == (1, 2)
    assert {change["field"] for change in told["changes"]} >= {"ml_problem", "kpis[Leavers found].target"}
    assert client.get("/api/v1/use-cases/churn/definitions/compare?from=x&to=2").status_code == 400
    for address in ("/use-cases/churn/usecase.yaml", "/api/v1/use-cases/churn/usecase.yaml"):
        file = client.get(address)
        assert (file.status_code, file["Content-Disposition"]) == (200, 'attachment; filename="usecase-churn.yaml"')
        assert THEIRS in file.content.decode()


def test_of_four_who_save_at_the_same_moment_one_does_and_the_others_are_shown_what_it_wrote(monkeypatch, transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip("threads meet on PostgreSQL only")
    world = make_world()
    meeting = Barrier(4)
    genuine = services.definitions.validate

    def together(row, **more):
        if isinstance(row, Definition):
            meeting.wait(timeout=60)  # each has read version 1, and none has written
        genuine(row, **more)

    monkeypatch.setattr(services.definitions, "validate", together)

    def write(number):
        try:
            row = services.define(
                actor=world.lead, use_case=world.use_case, business_problem=f"Text {number}.", ml_problem="M.", based_on=1
            )
            return row.business_problem
        except Conflict as error:
            return error.extra
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(write, range(4)))
    saved = [answer for answer in answers if isinstance(answer, str)]
    assert len(saved) == 1
    for told in answers:
        if isinstance(told, dict):
            assert told["current"] == 2
            assert saved[0] in [change["after"] for change in told["written_meanwhile"]]
    assert Definition.objects.filter(use_case=world.use_case).count() == 2
