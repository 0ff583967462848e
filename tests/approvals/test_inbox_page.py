"""The inbox as people see it."""

from __future__ import annotations

import pytest

from approvals.models import Request
from approvals.selectors.inbox import turn_count, your_turn
from approvals.selectors.standing import standing_of
from approvals.selectors.standings import standings_of
from tests.approvals.pages import again, text_of

pytestmark = pytest.mark.django_db


def test_the_inbox_says_what_waits_for_whom_and_why(world, gate, push, ask):
    request = ask(push())

    response = world.client("validator").get("/")

    said = text_of(response)
    assert "Model validation: churn-model@7" in said
    assert "Production" in said
    assert "You hold the role Model validator for Customer churn." in said
    assert f'href="/requests/{request.public_id}/#verdict-validation"' in response.content.decode()


def test_what_one_asked_for_stands_under_waiting_on_others_with_their_names(world, gate, push, ask):
    ask(push())

    said = text_of(world.client("engineer").get("/"))

    waiting = said.split("Waiting on others", 1)[1]
    assert "churn-model@7" in waiting
    assert "Validator" in waiting
    assert "Security" in waiting


def test_an_empty_inbox_says_that_one_is_done(world, gate, push, ask):
    ask(push())

    said = text_of(world.client("business").get("/"))

    assert "You are done" in said


def test_the_inbox_shows_nothing_of_use_cases_that_one_does_not_see(world, gate, push, ask, vote):
    vote(world.validator, ask(push()), "validation", "reject", "no")

    assert "churn-model" not in text_of(world.client("stranger").get("/"))


def test_what_was_decided_is_told_to_those_who_asked_or_took_part(world, gate, push, ask, vote):
    vote(world.validator, ask(push()), "validation", "reject", "no")

    told = {
        part: text_of(world.client(part).get("/")).split("Recently decided", 1)[1] for part in ("engineer", "validator", "lead")
    }
    assert "churn-model@7" in told["engineer"]
    assert "You asked for it." in told["engineer"]
    assert "churn-model@7" in told["validator"]
    assert "Engineer asked for it." in told["validator"]
    assert "churn-model@7" not in told["lead"]


def test_many_requests_are_evaluated_at_once_as_each_would_be_alone(world, gate, push, ask, vote):
    first = ask(push("1"))
    vote(world.validator, first, "validation")
    vote(world.security, first, "security", "request_changes", "Too old.")
    second = ask(push("2", params={"max_depth": 9}))
    again(world, "Changed since.")

    (listed,) = standings_of(list(Request.objects.open().select_related("use_case", "submitter", "policy_version__policy")))

    alone = standing_of(second)
    assert listed.standing.verdict == alone.verdict
    assert dict(listed.standing.digests) == dict(alone.digests)
    assert alone.ballots.keys() == listed.standing.ballots.keys() != set()


def test_more_requests_cost_no_more_queries(world, gate, push, ask, django_assert_max_num_queries):
    ask(push("1"))
    ask(push("1", name="other-model"))
    ask(push("1", name="third-model"))
    client = world.client("validator")

    with django_assert_max_num_queries(21):
        response = client.get("/")

    assert text_of(response).count("Model validation:") == 3


def test_the_number_in_the_navigation_is_the_length_of_the_list(world, gate, push, ask, vote):
    request = ask(push())
    assert (turn_count(world.validator), turn_count(world.business)) == (1, 0)
    vote(world.validator, request, "validation")
    assert (turn_count(world.validator), turn_count(world.business)) == (0, 1)
    vote(world.business, request, "business")
    assert turn_count(world.business) == 0
    again(world, "Something else.")
    assert turn_count(world.business) == len(your_turn(world.business)) == 1


def test_while_nothing_happens_the_number_costs_one_query(world, gate, push, ask, django_assert_num_queries):
    ask(push())
    counted = turn_count(world.validator)

    with django_assert_num_queries(1):
        assert turn_count(world.validator) == counted == 1


def test_who_merely_sees_everything_has_nothing_evaluated(world, gate, push, ask, django_assert_max_num_queries):
    ask(push())

    with django_assert_max_num_queries(5):
        assert turn_count(world.auditor) == 0
