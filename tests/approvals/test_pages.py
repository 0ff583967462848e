"""The inbox, a request and a gate's answer, as people see them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from approvals.models import Ballot, Request
from approvals.selectors.inbox import turn_count, your_turn
from approvals.selectors.standing import standing_of
from approvals.selectors.standings import standings_of
from approvals.services import gates
from governance.usecases import services as usecases

pytestmark = pytest.mark.django_db


def text_of(response: Any) -> str:
    """The page as one line of text without markup, entities for quotes undone."""
    body = re.sub(r"<(script|style|template).*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("&#x27;", "'").replace("&quot;", '"')


def page(world: Any, part: str, request: Request) -> Any:
    return world.client(part).get(f"/requests/{request.public_id}/")


def ballot(request: Request, step: str, **overrides: str) -> dict[str, str]:
    data = {"command": "vote", "step": step, "verdict": "approve", "digest": standing_of(request).digest, "comment": ""}
    return {**data, **overrides}


def again(world: Any, problem: str) -> None:
    """Somebody writes the definition anew."""
    usecases.define(actor=world.lead, use_case=world.use_case, business_problem=problem, ml_problem="The same.", kpis=[])


# The inbox -----------------------------------------------------------------------------------------------------------


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
    assert "churn-model@7" in text_of(world.client("lead").get("/")).split("Recently decided", 1)[1]


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

    with django_assert_max_num_queries(20):
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


# A request -----------------------------------------------------------------------------------------------------------


def test_a_stranger_does_not_learn_that_a_request_exists(world, gate, push, ask):
    request = ask(push())

    assert page(world, "stranger", request).status_code == 404
    assert Client().get(f"/requests/{request.public_id}/").status_code == 302


def test_the_page_says_whose_move_it_is(world, gate, push, ask):
    request = ask(push())

    assert "It is your move: Model validation." in text_of(page(world, "validator", request))
    assert "Waiting for Governance, Security, Validator." in text_of(page(world, "business", request))


def test_the_business_owner_reads_targets_and_not_code(world, gate, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")

    body = page(world, "business", request).content.decode()

    opened = re.findall(r'<details class="card fold fold--yours" open id="part-(\w+)"', body)
    assert opened == ["use_case", "model", "economics"]
    assert "from 42 % now to at least 70 %" in body


def test_what_changed_since_the_last_approval_is_shown_by_part(world, gate, push, ask, vote):
    first = ask(push("1"))
    for part, step in (("validator", "validation"), ("governance", "data"), ("security", "security"), ("business", "business")):
        vote(getattr(world, part), first, step)
    first.refresh_from_db()
    assert first.state == "approved"
    second = ask(push("2", params={"max_depth": 9}))

    response = page(world, "validator", second)

    said = text_of(response)
    assert "Compared with churn-model@1 , which was approved last." in said
    assert "<del>6</del> <ins>9</ins>" in response.content.decode()
    assert re.search(r"Dependencies unchanged", said)


def test_an_approval_that_carried_over_says_from_where(world, gate, push, ask, vote):
    vote(world.security, ask(push("1")), "security")
    second = ask(push("2", params={"max_depth": 9}))

    said = text_of(page(world, "security", second))

    assert "carried over from churn-model@1" in said
    assert "Carried over from churn-model@1." in said


def test_a_stale_ballot_is_greyed_and_says_why(world, gate, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")
    vote(world.business, request, "business")
    again(world, "Something else.")

    body = page(world, "business", request).content.decode()

    assert "timeline__item--past" in body
    assert "Judged an earlier version; changed since: use case." in body
    assert "Changed since: use case." in body


def test_a_verdict_is_recorded_over_what_was_on_the_screen(world, gate, push, ask):
    request = ask(push())
    client = world.client("validator")

    response = client.post(f"/requests/{request.public_id}/", ballot(request, "validation", comment="Sound."), follow=True)

    kept = Ballot.objects.get()
    assert (kept.step, kept.verdict, kept.comment, kept.manifest_digest) == (
        "validation",
        "approve",
        "Sound.",
        standing_of(request).digest,
    )
    assert "Recorded: you approved “Model validation”." in text_of(response)
    assert 'data-draft-done="ballot-validation"' in response.content.decode()
    assert "1 of 1 approval" in text_of(response)


def test_asking_for_changes_without_a_word_keeps_the_form_and_says_what_is_missing(world, gate, push, ask):
    request = ask(push())

    response = world.client("validator").post(
        f"/requests/{request.public_id}/", ballot(request, "validation", verdict="request_changes")
    )

    assert response.status_code == 400
    assert "Say what would have to change" in text_of(response)
    assert re.search(r'value="request_changes"[^>]*checked', response.content.decode())
    assert not Ballot.objects.exists()


def test_a_vote_on_what_changed_meanwhile_shows_the_difference_and_keeps_the_comment(world, gate, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")
    seen = ballot(request, "business", comment="My long and careful comment.")
    again(world, "Quite another problem.")

    response = world.client("business").post(f"/requests/{request.public_id}/", seen)

    body = response.content.decode()
    assert response.status_code == 409
    assert "This changed after you opened it" in body
    assert "Quite another problem." in body.split("What is judged")[0], "the difference stands on top"
    assert "My long and careful comment." in body.split("</textarea>")[0]
    assert f'name="digest" value="{standing_of(request).digest}"' in body
    assert not re.search(r'name="verdict"[^>]*checked', body), "the verdict has to be given anew"
    assert not Ballot.objects.filter(step="business").exists()


def test_somebody_without_the_role_reads_why_they_have_no_say(world, gate, push, ask):
    request = ask(push())

    body = page(world, "data_engineer", request).content.decode()

    assert 'name="verdict"' not in body
    assert "you hold none of them here" in body


def test_a_forged_vote_without_the_role_is_refused_with_the_reason(world, gate, push, ask):
    request = ask(push())

    response = world.client("data_engineer").post(f"/requests/{request.public_id}/", ballot(request, "validation"))

    assert response.status_code == 403
    assert not Ballot.objects.exists()


def test_a_step_that_is_not_open_yet_is_disabled_with_the_reason(world, gate, push, ask):
    request = ask(push())

    said = text_of(page(world, "business", request))

    assert "This step is not open yet: an earlier one has to be met first." in said


def test_who_asked_cannot_approve_and_reads_why(world, gate, push, ask):
    from governance.people import services as people

    people.grant_role(actor=world.lead, user=world.engineer.user, role="model_validator", scope=world.use_case.public_id)
    request = ask(push())

    body = page(world, "engineer", request).content.decode()

    assert 'name="verdict"' not in body
    assert re.search(r"Somebody else has to (judge|give) it", body)


def test_who_spoke_can_take_it_back(world, gate, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")
    client = world.client("validator")
    assert "Take back what I said before" in text_of(client.get(f"/requests/{request.public_id}/"))

    client.post(f"/requests/{request.public_id}/", ballot(request, "validation", verdict="retract"))

    assert standing_of(Request.objects.get()).verdict.steps[0].state == "pending"


def test_the_submitter_takes_a_request_back_and_others_cannot(world, gate, push, ask):
    request = ask(push())
    data = {"command": "withdraw", "comment": "Wrong data."}

    refused = world.client("validator").post(f"/requests/{request.public_id}/", data)
    assert refused.status_code == 403
    assert "Only who asked, or the project lead, can do this." in text_of(refused)

    world.client("engineer").post(f"/requests/{request.public_id}/", data)
    request.refresh_from_db()
    assert request.state == "withdrawn"


def test_after_changes_were_asked_for_the_submitter_puts_it_forward_again(world, gate, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation", "request_changes", "Seed?")
    client = world.client("engineer")
    shown = text_of(client.get(f"/requests/{request.public_id}/"))
    assert "It is your move: somebody asked for changes." in shown
    assert "Seed?" in shown

    client.post(f"/requests/{request.public_id}/", {"command": "resubmit", "comment": "It is 42."})

    request.refresh_from_db()
    assert (request.round, request.state) == (2, "open")


def test_a_closed_request_still_shows_what_was_judged(world, gate, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation", "reject", "Leaks the label.")

    response = page(world, "business", request)

    said = text_of(response)
    assert "Rejected by Validator." in said
    assert "Leaks the label." in said
    assert 'name="verdict"' not in response.content.decode()


def test_what_somebody_wrote_is_shown_as_text(world, gate, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation", "approve", "<script>alert(1)</script>")

    assert "<script>alert(1)" not in page(world, "security", request).content.decode()


def test_a_request_page_has_a_bound_of_queries(world, gate, push, ask, vote, django_assert_max_num_queries):
    vote(world.security, ask(push("1")), "security")
    second = ask(push("2", params={"max_depth": 9}))
    client = world.client("validator")
    client.get("/settings/")  # counts what waits for the navigation

    with django_assert_max_num_queries(20):
        client.get(f"/requests/{second.public_id}/")


# A gate's answer -----------------------------------------------------------------------------------------------------


@pytest.fixture
def answered(world, gate, push, ask):
    version = push()
    ask(version)
    asked = gates.evaluate_gate(
        actor=world.ci, gate=gate, model_version=version, commit=version.commit, artifact_sha256=version.artifact_sha256
    )
    return asked.evaluation


def test_a_gate_page_says_whether_it_may_ship_and_whose_move_it_is(world, answered):
    said = text_of(world.client("business").get(f"/gates/{answered.public_id}/"))

    assert "It may not ship" in said
    assert "Whose move it is:" in said
    assert "Validator" in said
    assert said.index("In the way") < said.index("passed")


def test_looking_at_a_gates_answer_asks_nothing(world, answered, vote):
    vote(world.validator, Request.objects.get(), "validation")

    world.client("business").get(f"/gates/{answered.public_id}/")

    assert answered.answers.count() == 1


def test_asking_again_keeps_a_new_answer_beside_the_old_one(world, answered, vote):
    vote(world.validator, Request.objects.get(), "validation")
    client = world.client("business")

    response = client.post(f"/gates/{answered.public_id}/", follow=True)

    assert "The answer has changed." in text_of(response)
    assert answered.answers.count() == 2
    assert "This is an earlier answer" in text_of(client.get(f"/gates/{answered.public_id}/?answer=1"))


def test_a_gates_answer_is_hidden_from_strangers(world, answered):
    assert world.client("stranger").get(f"/gates/{answered.public_id}/").status_code == 404


def test_a_rejected_version_is_told_as_denied(world, answered, vote):
    vote(world.validator, Request.objects.get(), "validation", "reject", "no")

    said = text_of(world.client("business").post(f"/gates/{answered.public_id}/", follow=True))

    assert "It may not ship." in said
