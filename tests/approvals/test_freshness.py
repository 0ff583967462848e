"""What a request recorded may stand for what would be computed, exactly as long as nothing has happened to it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from approvals.models import Request
from approvals.selectors.freshness import still_as_recorded
from approvals.selectors.standing import standing_of
from approvals.selectors.standings import standings_of
from foundation import clock
from governance.dictionary import services as dictionary
from governance.dictionary.models import Dictionary
from governance.economics import services as economics
from governance.usecases import services as usecases
from tests.dictionary.approved import define


def again(world, problem: str) -> None:
    usecases.define(actor=world.lead, use_case=world.use_case, business_problem=problem, ml_problem="The same.", kpis=[])


@pytest.fixture
def settled(world, gate, push, ask, vote):
    """Two open requests, looked at a minute after everything that made them."""
    first, second = ask(push("1")), ask(push("1", name="other-model"))
    with time_machine.travel(clock.now() + timedelta(minutes=1)) as now:
        vote(world.validator, first, "validation")
        vote(world.validator, second, "validation")
        now.shift(timedelta(minutes=1))
        yield first, second


def recorded(*requests) -> list[bool]:
    rows = [Request.objects.select_related("use_case", "policy_version__policy").get(pk=row.pk) for row in requests]
    fresh = still_as_recorded(rows)
    for listed in standings_of(rows):
        assert dict(listed.standing.digests) == dict(standing_of(listed.standing.request).digests), (
            "a list never shows old digests"
        )
    return [row.pk in fresh for row in rows]


def test_nothing_happened_so_nothing_is_computed(settled, django_assert_max_num_queries):
    assert recorded(*settled) == [True, True]
    rows = list(Request.objects.open().select_related("use_case", "submitter", "policy_version__policy", "environment"))
    with django_assert_max_num_queries(6):
        assert len(standings_of(rows)) == 2


def test_what_is_no_event_about_the_subject_changes_nothing(settled, world, vote, push):
    vote(world.security, settled[0], "security")
    push("2", name="third-model")

    assert recorded(*settled) == [True, True]


def write_economics(world):
    economics.write_snapshot(
        actor=world.lead,
        use_case=world.use_case,
        horizon=1,
        discount_rate=Decimal("0.1"),
        real_or_nominal="real",
        currency="EUR",
        note="",
        lines=[
            {"key": "a", "title": "A", "kind": "cost", "quantity": Decimal(1), "unit": "x", "unit_price": Decimal(1),
             "from_period": 0, "to_period": 0}
        ],
    )  # fmt: skip


def bind(world):
    book = Dictionary.objects.first() or dictionary.create_dictionary(actor=world.governance, slug="d", title="D", purpose="")
    define(actor=world.governance, dictionary=book, key="fresh", name="Fresh", definition="Something new.", logical_type="string")


@pytest.mark.parametrize("change", [lambda world: again(world, "Something else."), write_economics, bind])
def test_what_the_use_case_or_the_dictionary_says_anew_is_computed(settled, world, change):
    change(world)

    assert recorded(*settled) == [False, False]


def test_figures_of_one_version_are_no_news_for_another(settled, push):
    push("1", metrics={"recall": {"value": 1, "dataset": "test"}, "precision": {"value": 1, "dataset": "test"}})

    assert recorded(*settled) == [False, True]


def test_another_use_case_is_no_news(settled, world):
    row = usecases.open_use_case(actor=world.lead, slug="elsewhere", title="Elsewhere")
    usecases.define(
        actor=world.lead, use_case=row, business_problem="Something.", ml_problem="Something.",
        kpis=[{"name": "K", "unit": "", "baseline": Decimal(0), "target": Decimal(1)}],
    )  # fmt: skip

    assert recorded(*settled) == [True, True]


def test_what_was_written_down_a_moment_ago_is_not_trusted_yet(world, gate, push, ask):
    again(world, "Written a moment ago.")
    assert recorded(ask(push())) == [False]


def test_the_next_command_records_it_again(settled, world, vote):
    again(world, "Something else.")
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        vote(world.security, settled[0], "security")
        assert recorded(*settled) == [True, False]
