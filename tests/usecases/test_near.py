from __future__ import annotations

from governance.people import services as people
from governance.usecases import selectors, services
from governance.usecases.models import LikenessWord


def opened(world, slug: str, title: str, problem: str = "", **more):
    row = services.open_use_case(actor=world.lead, slug=slug, title=title)
    if problem:
        services.define(actor=world.lead, use_case=row, business_problem=problem, ml_problem="Which?", **more)
    return row


def test_the_near_ones_are_shown_with_why(world):
    opened(world, "invoices", "Reading of invoices", "Typing takes days.")
    found = selectors.near(world.lead, title="Churn of customers", business_problem="We learn too late that customers leave.")

    assert [item.use_case.slug for item in found] == ["churn"]
    assert {"churn", "customer"} <= set(found[0].why["title"])
    assert 0 < found[0].score <= 1


def test_chinese_ones_are_found(world):
    opened(world, "liushi", "客户流失预测", "客户离开，我们太晚才知道。")
    opened(world, "fapiao", "发票识别", "人工录入发票很慢。")

    assert [item.use_case.slug for item in selectors.near(world.lead, title="预测客户流失")] == ["liushi"]


def test_the_same_problem_is_found_under_another_title(world):
    problem = "Pallets stand in the wrong aisle of the warehouse, so forklifts search for them."
    opened(world, "pallets", "Aisle finder", problem)
    found = selectors.near(world.lead, title="Where is my pallet?", business_problem=problem)

    assert found[0].use_case.slug == "pallets"


def test_data_and_consumers_count(world):
    opened(
        world, "a", "Aisle finder", "Search.", data_sources=[{"name": "Forklift telemetry"}], consumers=[{"name": "Yard board"}]
    )
    found = selectors.near(world.lead, title="Finder", data_sources=[{"name": "Forklift telemetry"}], consumers=["Yard board"])

    assert found[0].why["data"] == ("forklift", "telemetry")
    assert found[0].why["consumers"] == ("board", "yard")


def test_what_somebody_may_not_see_is_not_shown(world):
    assert selectors.near(world.stranger, title="Customer churn") == []
    people.grant_role(actor=world.admin, user=world.stranger.user, role="auditor")
    assert selectors.near(world.stranger, title="Customer churn")


def test_the_one_that_is_being_described_is_left_out(world):
    assert selectors.near(world.lead, title="Customer churn", but=world.use_case) == []


def test_nothing_is_like_nothing(world):
    assert selectors.near(world.lead, title="") == []
    assert selectors.near(world.lead, title="the of and") == []


def test_words_follow_title_and_definition(world):
    row = opened(world, "a", "Aisle finder", "Pallets stand in the wrong aisle.")
    assert LikenessWord.objects.filter(use_case=row, word="pallet").exists()
    services.define(actor=world.lead, use_case=row, business_problem="Crates stand there.", ml_problem="Which?")
    services.change_use_case(actor=world.lead, use_case=row, title="Crate finder")

    words = set(LikenessWord.objects.filter(use_case=row).values_list("word", flat=True))
    assert "crate" in words
    assert "crate+finder" in words
    assert not words & {"pallet", "aisle"}


def test_titles_that_many_share_are_found_all_the_same(world, monkeypatch):
    monkeypatch.setitem(selectors.near.__globals__, "COMMON", 3)
    for at in range(6):
        opened(world, f"c{at}", f"Customer churn part {at}")

    assert selectors.near(world.lead, title="Churn, customer")[0].use_case.slug == "churn"


def test_a_question_takes_few_queries(world, django_assert_max_num_queries):
    for at in range(20):
        opened(world, f"c{at}", f"Customer churn part {at}", "Customers leave.")
    with django_assert_max_num_queries(7):
        selectors.near(world.lead, title="Customer churn")
