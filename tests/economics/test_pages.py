from __future__ import annotations

from decimal import Decimal

import pytest

from governance.economics import services
from governance.economics.models import Snapshot
from tests.usecases.test_pages import text_of


def line(title, kind, quantity, price, first, last):
    return {
        "key": title.lower(),
        "title": title,
        "kind": kind,
        "quantity": Decimal(quantity),
        "unit": "",
        "unit_price": Decimal(price),
        "from_period": first,
        "to_period": last,
    }


@pytest.fixture
def snapshot(world):
    return services.write_snapshot(
        actor=world.lead,
        use_case=world.use_case,
        currency="EUR",
        horizon=2,
        discount_rate=Decimal("0.1"),
        real_or_nominal="real",
        lines=[line("Build", "cost", 1, 1000, 0, 0), line("Kept", "benefit", 1, 1100, 1, 2)],
    )


def sent(**changed):
    """What the form sends: the snapshot above with some fields changed, and one empty line."""
    return {
        "based_on": "1",
        "currency": "eur",
        "horizon": "2",
        "percent": "10",
        "real_or_nominal": "real",
        "note": "",
        "lines-TOTAL_FORMS": "3",
        "lines-INITIAL_FORMS": "2",
        "lines-0-key": "build",
        "lines-0-title": "Build",
        "lines-0-kind": "cost",
        "lines-0-quantity": "1",
        "lines-0-unit_price": "1000",
        "lines-0-from_period": "0",
        "lines-1-key": "kept",
        "lines-1-title": "Kept",
        "lines-1-kind": "benefit",
        "lines-1-quantity": "1",
        "lines-1-unit_price": "1100",
        "lines-1-from_period": "1",
        "lines-1-to_period": "2",
        "lines-2-kind": "cost",
        **changed,
    }


def test_the_figures_are_there_with_how_they_are_reckoned(world, snapshot):
    page = text_of(world.client("business").get("/use-cases/churn/cost-benefit/"))

    assert "909" in page  # -1000 + 1100/1.1 + 1100/1.21
    assert "1.91" in page
    assert "0.9 years" in page
    assert "divided by (1 + 10 %) to the power t" in page
    assert "Over 2 years it costs 1,000 EUR and brings 2,200 EUR" in page


def test_a_case_that_never_pays_back_says_so(world):
    services.write_snapshot(
        actor=world.lead,
        use_case=world.use_case,
        currency="EUR",
        horizon=1,
        discount_rate=Decimal(0),
        real_or_nominal="real",
        lines=[line("Build", "cost", 1, 1000, 0, 0)],
    )

    page = text_of(world.client("business").get("/use-cases/churn/cost-benefit/"))

    assert "it does not pay back" in page
    assert "never" in page
    assert "No discount rate makes it come out at zero." in page


def test_an_earlier_version_can_be_looked_at_and_is_marked(world, snapshot):
    world.client("lead").post("/use-cases/churn/cost-benefit/write/", sent(**{"lines-0-unit_price": "1500"}))

    page = text_of(world.client("auditor").get("/use-cases/churn/cost-benefit/?snapshot=1"))

    assert "You look at version 1. The newest is 2." in page
    assert "1,500" not in page


def test_a_new_line_gets_a_key_and_the_others_keep_theirs(world, snapshot):
    more = {
        "lines-2-title": "Kept",
        "lines-2-kind": "benefit",
        "lines-2-quantity": "2",
        "lines-2-unit_price": "3",
        "lines-2-from_period": "2",
    }
    answer = world.client("lead").post("/use-cases/churn/cost-benefit/write/", sent(**more))

    assert answer["Location"] == "/use-cases/churn/cost-benefit/"
    newest = Snapshot.objects.get(number=2)
    assert [row["key"] for row in newest.lines] == ["build", "kept", "kept_2"]
    assert newest.lines[2]["to_period"] == 2


def test_errors_keep_every_line(world, snapshot):
    answer = world.client("lead").post(
        "/use-cases/churn/cost-benefit/write/", sent(percent="lots", **{"lines-1-title": "My careful guess"})
    )

    assert answer.status_code == 400
    assert "My careful guess" in text_of(answer)
    assert Snapshot.objects.count() == 1


def test_what_the_service_refuses_is_told_and_kept(world, snapshot):
    answer = world.client("lead").post(
        "/use-cases/churn/cost-benefit/write/", sent(**{"lines-1-to_period": "9", "lines-1-title": "My careful guess"})
    )

    assert answer.status_code == 400
    assert "A line lies within periods 0 to 2" in text_of(answer)
    assert "My careful guess" in text_of(answer)


def test_a_case_that_changed_meanwhile_is_not_written_over(world, snapshot):
    world.client("lead").post("/use-cases/churn/cost-benefit/write/", sent(**{"lines-0-unit_price": "1500"}))

    answer = world.client("scientist").post("/use-cases/churn/cost-benefit/write/", sent(**{"lines-1-unit_price": "7"}))

    page = text_of(answer)
    assert answer.status_code == 409
    assert "This changed after you opened it" in page
    assert 'name="based_on" value="2"' in page
    assert Snapshot.objects.count() == 2


def test_readers_see_why_they_cannot_write_and_strangers_see_nothing(world, snapshot):
    assert "so you cannot change its costs" in text_of(world.client("auditor").get("/use-cases/churn/cost-benefit/"))
    assert (
        world.client("auditor").post("/use-cases/churn/cost-benefit/write/", sent(**{"lines-0-unit_price": "1"})).status_code
        == 403
    )
    assert world.client("stranger").get("/use-cases/churn/cost-benefit/write/").status_code == 404
