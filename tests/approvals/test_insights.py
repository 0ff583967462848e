"""Insights over requests that were lived through: figures, cost, and who sees what."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.insights import TOO_FEW
from approvals.insights_presenting import insights_body
from approvals.models import Clock, Look
from approvals.selectors.insights import critical_path_of, passed
from approvals.selectors.portfolio import portfolio
from approvals.services import policies, requests
from approvals.showing.insights import board_of, lead_of
from governance.economics import services as economics
from governance.economics.cashflow import rounded
from tests.approvals.lives import at, different, lives, looked, the_day_before, travel  # noqa: F401 - fixtures
from tests.approvals.pages import text_of
from tests.conftest import POLICY, ask_for
from tests.economics.realised import line, plan, written
from tests.economics.worths import approve_case

pytestmark = [pytest.mark.django_db, pytest.mark.once]
QUARTER = (at(-24), at(90 * 24))


def board(world, group="step", part="lead", **narrow):
    return board_of(passed(getattr(world, part), since=QUARTER[0], until=QUARTER[1], **narrow), group)


def figures_of(found, *key):
    return next(row for row in found.times if row.key == key)


@pytest.fixture
def five(lives):
    """Five requests, each two days after the one before: security looks after 48 hours and approves after 50."""
    return [lives.approved(number, number * 100) for number in range(1, 6)]


def benefit(world, a_year="36525"):
    economics.write_snapshot(
        actor=world.lead,
        use_case=world.use_case,
        currency="EUR",
        horizon=2,
        discount_rate=Decimal("0.1"),
        real_or_nominal="nominal",
        lines=[
            {"key": "c", "title": "Cost", "kind": "cost", "quantity": "1", "unit_price": "9", "from_period": 0, "to_period": 2},
            {
                "key": "b",
                "title": "Kept",
                "kind": "benefit",
                "quantity": "1",
                "unit_price": a_year,
                "from_period": 1,
                "to_period": 2,
            },
        ],
    )


# Waiting and working -------------------------------------------------------------------------------------------------


def test_waiting_ends_with_the_first_look_and_working_with_the_approval(world, five):
    found = figures_of(board(world), "production-release", "security")

    assert (found.waiting.n, found.waiting.median, found.waiting.p90) == (5, 2.0, 2.0)
    assert found.working.median == pytest.approx(2 / 24)
    assert found.total.median == pytest.approx(50 / 24)
    assert found.estimated == 0


def test_a_step_begins_when_those_before_it_are_met(world, five):
    found = figures_of(board(world), "production-release", "business")

    assert found.total.median == pytest.approx(27 / 24)  # from the validation at 3 to the sign-off at 30


def test_without_a_look_the_ballot_is_the_first_sign_and_the_time_an_estimate(world, five):
    found = figures_of(board(world), "production-release", "data")

    assert found.estimated == 5
    assert found.waiting.median == pytest.approx(5 / 24)
    assert found.working.median == 0


def test_a_look_of_somebody_who_could_not_act_on_the_step_says_nothing(world, lives):
    request = lives.open(1, 0)
    looked(request, world.scientist, 1)
    looked(request, world.governance, 2)
    for step, hours in (("validation", 3), ("data", 5), ("security", 50), ("business", 60)):
        lives.answer(request, step, hours)

    found = board(world)
    assert figures_of(found, "production-release", "data").waiting.median == pytest.approx(2 / 24)
    assert figures_of(found, "production-release", "security").waiting.median == pytest.approx(50 / 24)


def test_working_hours_leave_out_nights_and_weekends(world, lives):
    lives.approved(1, 0, looks=24 * 5 + 2, security=24 * 7 + 1)  # from Monday 9:00 to Saturday 11:00, then to Monday 10:00

    found = figures_of(board(world), "production-release", "security")
    assert found.waiting_hours.median == 5 * 8
    assert found.working_hours.median == 1


def test_figures_can_be_had_by_role_and_by_use_case(world, five):
    assert figures_of(board(world, "role"), "security_reviewer").waiting.n == 5
    assert figures_of(board(world, "use_case"), world.use_case.public_id).waiting.n == 20


def test_the_group_with_the_most_waiting_comes_first(world, five):
    assert board(world).times[0].key == ("production-release", "security")
    assert "Security review" in lead_of(board(world))


def test_few_times_are_said_to_be_too_few(world, lives):
    lives.approved(1, 0)

    assert figures_of(board(world), "production-release", "security").waiting.too_few
    assert "too few to say" in lead_of(board(world))
    assert TOO_FEW == 5


# Requests that no clock measured -------------------------------------------------------------------------------------


def test_a_request_from_before_there_were_clocks_is_reckoned_from_its_ballots(world, five):
    Look.objects.all().delete()
    Clock.objects.filter(request=five[0]).delete()

    found = board(world)
    security = figures_of(found, "production-release", "security")
    assert (security.total.n, security.total.median) == (5, pytest.approx(50 / 24))
    business = figures_of(found, "production-release", "business")
    assert business.total.median == pytest.approx(27 / 24)
    assert business.estimated == 5
    assert found.passed.left_out == 0


def test_several_rounds_without_a_clock_are_left_out_and_counted(world, lives):
    request = lives.open(1, 0)
    lives.answer(request, "security", 5, "request_changes", "Pin it.")
    request.refresh_from_db()
    with travel(10):
        requests.resubmit(actor=world.lead, request=request, comment="Done.")
        requests.withdraw(actor=world.lead, request=request)
    assert board(world).reworked == 1
    Clock.objects.all().delete()

    found = board(world)
    assert (found.passed.closed, found.passed.left_out, len(found.passed.passages)) == (1, 1, 0)


# Rework, lapsing, the critical path ----------------------------------------------------------------------------------


def test_rework_and_lapsing_are_shares_of_what_was_closed(world, five, lives):
    request = lives.open(6, 700)
    lives.answer(request, "data", 703, "request_changes", "Which source?")
    with travel(700 + 31 * 24):
        assert requests.expire_due() == 1

    found = board(world)
    assert (found.reworked, found.expired, len(found.passed.passages)) == (1, 1, 6)
    assert insights_body(found)["rework"] == {"n": 1, "of": 6, "share": 0.17}


def test_the_step_that_ended_last_was_on_the_critical_path(world, five):
    on_path = {row.step[1]: (row.times, row.of) for row in board(world).on_path}

    assert on_path == {"security": (5, 5), "validation": (0, 5), "data": (0, 5), "business": (0, 5)}


def test_what_waits_for_another_step_without_need_is_told_with_what_it_cost(world, lives):
    for number in range(1, 6):
        lives.approved(number, number * 200, looks=1, security=2, others={"validation": 48, "data": 5, "business": 72})

    (edge,) = board(world).parallel
    assert edge.edge == ("validation", "business")
    assert edge.saved.median == 1.0
    assert edge.shared == ("model",)


def test_a_request_has_a_critical_path_while_it_is_open(world, lives):
    request = lives.open(1, 0)
    lives.answer(request, "validation", 30)
    lives.answer(request, "data", 5)
    lives.answer(request, "security", 6)

    with travel(100):
        request.refresh_from_db()
        path = critical_path_of(request)
    assert [(title, span.ended_at) for title, span in path] == [("Model validation", at(30)), ("Business sign-off", None)]


# Money ---------------------------------------------------------------------------------------------------------------


def test_the_cost_of_delay_is_waiting_time_times_the_monthly_benefit(world, five):
    benefit(world)  # 36,525 a year is 3,043.75 a month, which is 100 a day

    found = board(world)
    assert found.cost == {"EUR": Decimal("1000.00")}  # five times two days of waiting on the critical path
    assert "1,000 EUR" in lead_of(found)


def test_a_version_that_nobody_approved_changes_no_cost_of_delay(world, five):
    """The approved case says what a release brings: here as in the portfolio."""
    approve_case(world, plan())
    before = board(world).cost
    assert rounded(before["EUR"]) == Decimal("328.54")  # ten days of 1,000 a month

    written(world, lines=(line("run", "cost", "100"), line("kept", "benefit", "9000")))

    assert board(world).cost == before
    [row] = portfolio(world.lead).positions
    assert row.basis == "baseline"


def test_two_releases_that_wait_at_once_miss_the_benefit_once(world, lives):
    benefit(world)
    both = [lives.open(1, 0), lives.open(2, 0, name="other-model")]
    for request in both:
        looked(request, world.security, 48)
        for step, hours in (("validation", 3), ("data", 5), ("business", 30), ("security", 50)):
            lives.answer(request, step, hours)

    assert len(board(world).passed.passages) == 2
    assert board(world).cost == {"EUR": Decimal("200.00")}


def test_without_a_benefit_on_record_no_money_is_made_up(world, five):
    found = board(world)

    assert found.cost == {}
    assert found.without_benefit == 1
    assert insights_body(found)["cost_of_delay"] == {"amounts": [], "use_cases_without_benefit": 1}


# What was saved ------------------------------------------------------------------------------------------------------


def test_what_carried_over_is_counted_at_the_usual_pace_of_the_step(world, five, lives):
    with travel(900):
        request = lives.ask(lives.push("6", **{**different(5), "params": {"max_depth": 99}}))
    lives.answer(request, "validation", 903)
    lives.answer(request, "business", 910)

    found = board(world)
    assert found.spared.carried == 2  # data and security
    assert found.spared.days == pytest.approx(50 / 24 + 5 / 24)


def test_a_standard_change_saves_the_steps_that_it_does_without(world, gate, lives):
    change = "standard_changes:\n  - {key: patch, title: Patch, touches: [dependencies], without: [security]}\n"
    version = policies.write_policy(actor=world.admin, key="patches", source=POLICY + change)
    staging = policies.set_gate(actor=world.admin, slug="staging", title="Staging", mode="prevent", policy=version.policy)
    lives.ask = lambda row: ask_for(world, staging, row)
    first = lives.approved(1, 0)
    with travel(100):
        patched = {**different(1), "dependency_sets": different(7)["dependency_sets"]}
        second = lives.ask(lives.push("2", **patched))
    second.refresh_from_db()

    assert (first.state, second.state) == ("approved", "approved")
    found = board(world).spared
    assert (found.carried, found.without) == (3, 1)
    assert found.days == pytest.approx((3 + 5 + 27 + 50) / 24)


# Who sees what, and how fast -----------------------------------------------------------------------------------------


def test_insights_are_of_what_one_may_see(world, five):
    assert board(world, part="stranger").passed.closed == 0
    assert board(world, part="auditor").passed.closed == 5


def queries_of(act):
    with CaptureQueriesContext(connection) as seen:
        act()
    return len(seen)


def test_the_number_of_queries_does_not_grow_with_the_requests(world, lives):
    benefit(world)
    client = world.client("lead")
    lives.approved(1, 100)
    with travel(2000):
        client.get("/insights/")
        few = queries_of(lambda: client.get("/insights/"))
    for number in range(2, 6):
        lives.approved(number, number * 100)
    with travel(2000):
        many = queries_of(lambda: client.get("/insights/"))

    assert many == few
    assert many <= 20


# The page and the API ------------------------------------------------------------------------------------------------


def test_the_page_says_where_time_is_lost_and_what_it_costs(world, five):
    benefit(world)
    with travel(1000):
        said = text_of(world.client("business").get("/insights/"))

    assert "Most time is lost waiting at Security review: half of the time nobody looked at it for 2 days or longer." in said
    assert "at most 1,000 EUR of expected benefit was missed" in said
    assert "100 %" in said


def test_the_page_says_when_there_is_nothing_to_say(world, gate):
    assert "No request was closed in this period" in text_of(world.client("lead").get("/insights/"))


def test_the_page_keeps_a_period_that_makes_no_sense_and_says_so(world, gate):
    response = world.client("lead").get("/insights/?from=2026-03-05&to=2026-03-01")

    assert response.status_code == 400
    assert "The period ends before it begins." in text_of(response)


def test_the_page_can_be_narrowed(world, five):
    with travel(1000):
        one = text_of(world.client("lead").get("/insights/?from=2026-03-01&to=2026-03-09&group=role&use_case=churn"))

    assert "Where time goes, by role" in one
    assert "Security reviewer" in one


def test_the_api_says_the_same(world, five):
    benefit(world)
    with travel(1000):
        body = world.api("lead").get("/api/v1/insights?from=2026-03-01&group=step").json()

    row = next(item for item in body["times"] if item["key"] == ["production-release", "security"])
    assert row["waiting_days"] == {"n": 5, "median": 2.0, "p90": 2.0, "too_few": False}
    assert row["cost_of_delay"] == [{"amount": "1000.00", "currency": "EUR"}]
    assert body["requests"]["closed"] == 5
    assert body["cost_of_delay"]["amounts"] == [{"amount": "1000.00", "currency": "EUR"}]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("group=team", "group"),
        ("from=yesterday", "from"),
        ("to=2026-13-01", "to"),
        ("use_case=none", "use_case"),
        ("from=2026-03-05&to=2026-03-01", "to"),
    ],
)
def test_the_api_says_what_is_wrong_with_a_question(world, query, field):
    response = world.api("lead").get(f"/api/v1/insights?{query}")

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == field
