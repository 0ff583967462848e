"""The cost-benefit page: what somebody with five minutes sees, every figure opened, versions compared."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from governance.economics import services
from governance.economics.plan import Line
from governance.economics.presenting import drawn
from tests.economics.case_plans import line, rich_plan, simple_plan
from tests.statements import statements
from tests.usecases.test_pages import text_of

URL = "/use-cases/churn/cost-benefit/"


def written(world, plan, **more):
    return services.write_snapshot(actor=world.lead, use_case=world.use_case, plan=plan, **more)


@pytest.fixture
def snapshot(world):
    return written(world, simple_plan())


def test_the_answer_stands_first_and_each_figure_says_how_it_is_reckoned(world, snapshot):
    page = text_of(world.client("business").get(URL))

    assert "Over 2 years it brings 909 EUR more than it costs, as worth today; paid back after 0.9 years." in page
    assert "909" in page  # -1000 + 1100/1.1 + 1100/1.21
    assert "1.91" in page
    assert "discounted at 10 % a year" in page
    assert "Benefits of 1,909 EUR less costs of 1,000 EUR leave 909 EUR" in page
    for measure in ("npv", "bcr", "payback", "irr", "equivalent_annual", "line.build"):
        assert f"{URL}figures/{measure}/" in page


def test_a_case_that_never_pays_back_says_so(world):
    written(world, simple_plan(lines=simple_plan().lines[:1]))

    page = text_of(world.client("business").get(URL))

    assert "it costs 1,000 EUR more than it brings" in page
    assert "never" in page
    assert "Money goes only one way" in page


def test_several_rates_of_return_are_all_told_and_none_is_recommended(world):
    flows = (("a", "cost", 100, 0), ("b", "benefit", 230, 1), ("c", "cost", 132, 2))
    lines = tuple(Line(key, key, kind, Decimal(1), "", Decimal(price), at, at) for key, kind, price, at in flows)
    written(world, simple_plan(lines=lines))

    page = text_of(world.client("business").get(URL))

    assert "10 % · 20 %" in page
    assert "none can be used" in page


def test_lines_show_range_risk_evidence_and_who_stands_for_them(world):
    owned = tuple(replace(item, owner=world.lead.user.public_id) for item in rich_plan().lines)
    written(world, rich_plan(lines=owned))

    page = text_of(world.client("auditor").get(URL))

    for said in ("80 to 150", "2 to 4", "Failed runs.", 'href="https://bills.example.com/7"', "Development: 20 %", "900 USD"):
        assert said in page, said
    assert "1 USD = 0.92 EUR (ECB, June 30, 2026)" in page
    assert "10 % (Finance handbook 4.2, Jan. 1, 2026)" in page
    assert str(world.lead.user) in page


def test_an_earlier_version_can_be_looked_at_and_is_marked(world, snapshot):
    written(world, simple_plan(lines=(replace(simple_plan().lines[0], unit_price=Decimal(1500)), simple_plan().lines[1])))

    page = text_of(world.client("auditor").get(f"{URL}?snapshot=1"))

    assert "You look at version 1. The newest is 2." in page
    assert "it brings 909 EUR more" in page
    assert f"{URL}figures/npv/?snapshot=1" in page
    assert "909.09 EUR" in text_of(world.client("auditor").get(f"{URL}figures/npv/?snapshot=1"))
    assert "409.09 EUR" in text_of(world.client("auditor").get(f"{URL}figures/npv/"))


def test_pictures_that_were_drawn_once_are_those_of_the_version_and_the_language(world, snapshot):
    client = world.client("business")

    def sentence(query: str = "") -> str:
        return text_of(client.get(f"{URL}{query}"))

    first = "Benefits of 1,909 EUR less costs of 1,000 EUR leave 909 EUR"
    assert first in sentence()
    assert first in sentence()  # as it was drawn before
    cheaper = simple_plan()
    written(world, replace(cheaper, lines=(replace(cheaper.lines[0], unit_price=Decimal(500)), *cheaper.lines[1:])))
    assert "less costs of 500 EUR leave 1,409 EUR" in sentence()
    assert first not in sentence()
    assert first in sentence("?snapshot=1")
    client.cookies["django_language"] = "zh-hans"
    assert first not in sentence("?snapshot=1")
    assert "1,909 EUR" in sentence("?snapshot=1")


def test_no_more_pictures_are_kept_than_some(world, monkeypatch):
    monkeypatch.setattr(drawn, "MOST_KEPT", 2)
    for price in (100, 200, 300, 400):
        plan = simple_plan()
        written(world, replace(plan, lines=(replace(plan.lines[0], unit_price=Decimal(price)), *plan.lines[1:])))
        world.client("business").get(URL)
    assert len(drawn._kept) == 2


def test_a_figure_opens_to_its_formula_and_each_term_opens_in_turn(world, snapshot):
    client = world.client("business")

    page = text_of(client.get(f"{URL}figures/npv/"))
    assert "Σ Bₜ·dₜ − Σ Cₜ·dₜ" in page
    assert "1,909.09 EUR" in page

    page = text_of(client.get(f"{URL}figures/pv_benefits/"))
    for said in ("0.909091", "0.826446", "1,100 EUR", "909.09", f"{URL}figures/benefits.2/"):
        assert said in page, said

    assert f"{URL}figures/line.kept/" in text_of(client.get(f"{URL}figures/benefits.2/"))
    page = text_of(client.get(f"{URL}figures/line.kept/"))
    assert "Σ q·p" in page
    assert "How often it falls" in page


@pytest.mark.parametrize(
    "measure",
    ["npv", "pv_costs", "pv_benefits", "bcr", "roi", "irr", "mirr", "equivalent_annual", "payback", "payback_last",
     "discounted_payback", "discounted_payback_last", "costs.0", "net.3", "factor.2", "line.gpu"],
)  # fmt: skip
def test_every_figure_has_its_page(world, measure):
    written(world, rich_plan())

    assert world.client("business").get(f"{URL}figures/{measure}/").status_code == 200


@pytest.mark.parametrize("measure", ["nothing", "costs.99", "line.none", "factor.x"])
def test_a_figure_that_there_is_not_is_not_found(world, snapshot, measure):
    assert world.client("business").get(f"{URL}figures/{measure}/").status_code == 404


def test_what_changed_between_two_versions_is_told_with_its_worth(world, snapshot):
    dearer = replace(simple_plan().lines[0], unit_price=Decimal(1300))
    written(world, simple_plan(lines=(dearer, simple_plan().lines[1], line(to_period=0))), note="The quote came in.")

    page = text_of(world.client("auditor").get(f"{URL}compare/?from=1&to=2"))

    for said in ("From version 1 to version 2", "The quote came in.", "-300", "-250", "-550", "Added", "<del>1,000</del>"):
        assert said in page, said
    assert world.client("auditor").get(f"{URL}compare/?from=1&to=7").status_code == 404


def test_long_cases_are_paged_and_every_page_has_its_lines(world):
    many = tuple(line(f"line_{at}", title=f"Item {at:03}", category="data" if at % 2 else "people") for at in range(120))
    written(world, rich_plan(lines=many, scenarios=()))
    client = world.client("business")

    pages = [text_of(client.get(f"{URL}?page={number}")) for number in (1, 2, 3)]

    assert all("120 lines, page" in page for page in pages)
    for at in range(120):
        assert sum(f"Item {at:03}" in page.partition('id="lines"')[2] for page in pages) == 1, at
    assert "page=2" in pages[0]
    assert "page=2" in pages[2]


def test_the_page_asks_the_database_little_however_long_the_case(world):
    written(world, rich_plan(lines=tuple(line(f"line_{at}") for at in range(200)), scenarios=()))

    assert statements(world.client("auditor"), URL) <= 20


def test_readers_see_why_they_cannot_write_and_strangers_see_nothing(world, snapshot):
    assert "so you cannot change its costs" in text_of(world.client("auditor").get(URL))
    for address in ("", "figures/npv/", "compare/", "draft/"):
        assert world.client("stranger").get(URL + address).status_code == 404


def test_the_old_address_of_writing_leads_to_the_draft(world, snapshot):
    assert world.client("lead").get(f"{URL}write/")["Location"] == f"{URL}draft/"


def test_before_anything_is_written_the_page_says_what_to_do(world):
    page = text_of(world.client("lead").get(URL))

    assert "Costs and benefits were not written down" in page
    assert f"{URL}draft/" in page
    assert world.client("lead").get(f"{URL}figures/npv/").status_code == 404
    assert world.client("lead").get(f"{URL}compare/").status_code == 404
