"""Approving many at once in the portal: nothing unseen is approved, and nothing that was chosen is lost."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from approvals.models import Ballot, Request
from approvals.selectors.inbox import inbox_of, turn_count
from approvals.selectors.standing import standing_of
from approvals.services import requests as services
from approvals.showing.inbox import key_of
from foundation import clock
from tests.approvals.asking import publish_policy, stand_in
from tests.approvals.pages import again, text_of
from tests.conftest import LOCK, POLICY

pytestmark = pytest.mark.django_db
TOGETHER = "/inbox/bulk/"
NEWER = LOCK.replace("2.0.0", "2.0.1")
MANY_AT_ONCE = POLICY.replace("role: security_reviewer,", "role: security_reviewer, bulk: true,").replace(
    "role: business_owner,", "role: business_owner, bulk: true,"
)


@pytest.fixture
def many(world, gate, push, ask) -> list[Request]:
    """Three requests of which security and business may approve many at once."""
    publish_policy(world, MANY_AT_ONCE)
    return [ask(push("1", name=f"model-{number}")) for number in range(3)]


def said_by_security() -> list[Ballot]:
    """The ballots over versions; the policy was agreed to before."""
    return list(Ballot.objects.filter(step="security").order_by("pk"))


def keys(actor) -> list[str]:
    return [key_of(turn) for turn in inbox_of(actor).turns if turn.in_bulk]


def look(client: Client, chosen: list[str], **more: str):
    return client.post(TOGETHER, {"item": chosen, **more})


def digests_on(response) -> dict[str, str]:
    """What the page would send back with each line."""
    return {
        f"digest-{name}": value for name, value in re.findall(r'name="digest-([^"]+)" value="([^"]+)"', response.content.decode())
    }


def approve(client: Client, shown, chosen: list[str], *, follow: bool = True, **more: str):
    every = re.findall(r'name="every" value="([^"]+)"', shown.content.decode())
    data = {"command": "approve", "item": chosen, "every": every, "comment": "", **digests_on(shown), **more}
    return client.post(TOGETHER, data, follow=follow)


# The boxes in the inbox ----------------------------------------------------------------------------------------------


def test_lines_that_may_be_answered_together_have_a_box_each(world, many):
    body = world.client("security").get("/").content.decode()

    assert sorted(re.findall(r'type="checkbox" name="item" value="([^"]+)"', body)) == sorted(keys(world.security))
    assert "Look at the chosen ones together" in body
    assert "Look at all 3 that can be answered together" in body
    assert "Choose Security review: model-0@1" in body


def test_lines_that_the_policy_wants_judged_one_by_one_have_none(world, many):
    assert 'name="item"' not in world.client("validator").get("/").content.decode()


def test_one_alone_has_no_box(world, gate, push, ask):
    publish_policy(world, MANY_AT_ONCE)
    ask(push())

    assert 'name="item"' not in world.client("security").get("/").content.decode()


def test_what_came_back_with_changes_is_not_answered_in_bulk(world, many, vote):
    for request in many:
        vote(world.security, request, "security", "request_changes", "Old.")

    assert 'name="item"' not in world.client("engineer").get("/").content.decode()
    assert not keys(world.engineer)


# Looking at them together --------------------------------------------------------------------------------------------


def test_each_is_listed_with_its_title_its_digest_and_that_all_of_it_is_new(world, many):
    chosen = keys(world.security)[:2]
    response = look(world.client("security"), chosen)

    said = text_of(response)
    assert response.status_code == 200
    assert digests_on(response) == {f"digest-{key}": standing_of(many[at]).digest for at, key in enumerate(chosen)}
    assert "Security review: model-0@1" in said
    assert "model-2" not in said
    assert said.count("Nothing was approved before: all of it is new.") == 2
    assert "You judge dependencies, runtime" in said
    assert response.content.decode().count("checked") == 2
    assert not said_by_security()


def test_all_are_chosen_with_one_button(world, many):
    response = world.client("security").post(TOGETHER, {"every": keys(world.security), "all": "1"})

    assert len(digests_on(response)) == 3


def test_the_page_can_be_reached_with_an_address(world, many):
    response = world.client("security").get(TOGETHER, {"item": keys(world.security)[0]})

    assert len(digests_on(response)) == 1


def test_what_changed_since_the_last_approval_is_told_in_a_few_words(world, many, push, ask, approve_all):
    approve_all(many[0])
    ask(push("2", name="model-0", dependency_sets=[{"path": "requirements.txt", "content": NEWER}]))
    ask(push("2", name="model-1"))

    response = look(world.client("security"), keys(world.security))

    said = text_of(response)
    assert "dependencies : numpy: 2.0.0 → 2.0.1 since the last approval" in said
    business = [turn for turn in inbox_of(world.security).turns if turn.title.startswith("model-0@2")]
    assert len(business) == 1


def test_where_nothing_changed_that_one_judges_it_says_so(world, many, push, ask, approve_all):
    approve_all(many[0])
    ask(push("2", name="model-0", runtime={"kind": "lock", "note": "x"}))
    more = ask(push("3", name="model-0", params={"max_depth": 9}))
    vote_again = standing_of(more).verdict
    assert vote_again.state == "open"
    from governance.people import services as people

    for grant in world.security.user.grants.all():  # somebody else is asked, about what has not changed
        people.end_role(actor=world.lead, grant=grant, reason="moved")
    people.grant_role(actor=world.lead, user=world.stranger.user, role="security_reviewer", scope=world.use_case.public_id)

    said = text_of(look(world.client("stranger"), keys(world.stranger)))

    assert "Nothing that you judge, since the last approval." in said


def test_long_differences_are_cut_short(world, many, push, ask, approve_all, vote):
    approve_all(many[0])
    params = {f"p{number}": number for number in range(8)}
    request = ask(push("2", name="model-0", params=params))
    vote(world.validator, request, "validation")

    said = text_of(look(world.client("business"), keys(world.business)))

    assert "and 6 more" in said
    assert "since the last approval" in said


def test_it_costs_no_more_queries_for_more(world, many, push, ask, django_assert_max_num_queries):
    client = world.client("security")
    for number in range(3, 9):
        ask(push("1", name=f"model-{number}"))

    chosen = keys(world.security)
    with clock.at(clock.now()):  # however long it takes
        turn_count(world.security)  # kept for a while, and until something happens
        with django_assert_max_num_queries(26):
            response = look(client, chosen)

    assert len(digests_on(response)) == len(chosen) == 9


def test_what_cannot_be_answered_here_is_listed_with_the_reason(world, many, vote):
    turns = keys(world.security)
    vote(world.security, many[0], "security")
    services.withdraw(actor=world.engineer, request=many[1], reason="Not needed.")
    alone = f"{many[2].public_id}:validation:"

    said = text_of(look(world.client("security"), [*turns[:2], turns[2], alone, "rq_nothing:security:"]))

    assert "Security review: model-0@1 : You are not asked about it any more." in said
    assert "Security review: model-1@1 : It is not open any more." in said
    assert "A request that you cannot see: It does not exist, or you may not see it." in said
    assert "Model validation: model-2@1 : You are not asked about it any more." in said
    assert "Security review: model-2@1 Production" in said
    validator = text_of(look(world.client("validator"), [alone]))
    assert "The policy wants this step to be judged by itself." in validator


def test_nothing_is_shown_of_requests_that_one_may_not_see(world, many):
    said = text_of(look(world.client("stranger"), keys(world.security)))

    assert "model-" not in said
    assert said.count("A request that you cannot see") == 3


def test_nothing_chosen_leads_back(world, many):
    client = world.client("security")

    for response in (client.get(TOGETHER), look(client, [])):
        assert response.status_code == 200
        assert "Nothing is chosen" in text_of(response)


@pytest.mark.parametrize("key", ["x", "a:b", ":security:", "a::", "a:b:c:d", ""])
def test_what_no_page_of_ours_gave_out_does_not_exist(world, many, key):
    assert look(world.client("security"), [key]).status_code == 404
    assert world.client("security").post(TOGETHER, {"command": "approve", "item": [key]}).status_code == 404


def test_more_than_one_page_takes_stay_in_the_inbox(world, many, monkeypatch):
    monkeypatch.setattr("approvals.showing.inbox_bulk.MOST", 2)

    response = look(world.client("security"), keys(world.security))

    assert len(digests_on(response)) == 2
    assert "One page takes no more: 1 stays in your inbox." in text_of(response)


# Approving them ------------------------------------------------------------------------------------------------------


def test_all_that_stays_ticked_is_approved_with_the_comment(world, many):
    client, chosen = world.client("security"), keys(world.security)
    shown = look(client, chosen)
    response = approve(client, shown, chosen[:2], comment="Looked at together.")

    said = text_of(response)
    assert response.redirect_chain[0][0] == "/inbox/bulk/?done=1"
    assert "2 approvals are recorded." in said
    assert said.count("Recorded") == 2
    assert "Security review: model-0@1" in said
    assert 'data-draft-done="bulk"' in response.content.decode()
    assert {(row.step, row.verdict, row.comment, row.manifest_digest) for row in said_by_security()} == {
        ("security", "approve", "Looked at together.", standing_of(row).digest) for row in many[:2]
    }
    assert keys(world.security) == chosen[2:]
    assert "2 approvals are recorded." in text_of(client.get("/inbox/bulk/?done=1"))  # loading it again sends nothing
    assert len(said_by_security()) == 2


def test_what_changed_meanwhile_is_not_approved_and_nothing_is_lost(world, many):
    client, chosen = world.client("security"), keys(world.security)
    shown = look(client, chosen)
    again(world, "Changed while somebody was looking.")

    response = approve(client, shown, chosen, comment="Fine.")

    said = text_of(response)
    assert "3 requests changed meanwhile." in said
    assert "Changed since it was on your page: use case." in said
    assert "data-draft-done" not in response.content.decode()
    assert f'href="/requests/{many[0].public_id}/#verdict-security"' in response.content.decode()
    assert not said_by_security()
    resent = re.findall(r'type="hidden" name="item" value="([^"]+)"', response.content.decode())
    assert sorted(resent) == sorted(chosen)
    second = look(client, resent, comment="Fine.")
    assert ">Fine.</textarea>" in re.sub(r"\s*\n", "", second.content.decode())
    assert "3 approvals are recorded." in text_of(approve(client, second, chosen, comment="Fine."))


def test_each_answer_stands_for_itself(world, many, vote, approve_all):
    client, chosen = world.client("security"), keys(world.security)
    shown = look(client, chosen)
    services.withdraw(actor=world.engineer, request=many[1], reason="Not needed.")
    tampered = digests_on(shown) | {f"digest-{chosen[2]}": "sha256:" + "0" * 64}

    said = text_of(approve(client, shown, [*chosen, "rq_nothing:security:"], **tampered))

    assert "1 approval is recorded. 1 request changed meanwhile. 2 were refused." in said
    assert [row.request for row in said_by_security()] == [many[0]]
    assert "There is no such request, or you may not see it." in said


def test_a_step_that_does_not_allow_it_is_refused_also_when_somebody_asks_by_hand(world, many):
    client, key = world.client("validator"), f"{many[0].public_id}:validation:"
    data = {"command": "approve", "item": [key], f"digest-{key}": standing_of(many[0]).digest, "comment": ""}

    said = text_of(client.post(TOGETHER, data, follow=True))

    assert "The policy wants this step to be judged by itself" in said
    assert not said_by_security()


def test_without_a_digest_nothing_is_approved(world, many):
    client, chosen = world.client("security"), keys(world.security)

    client.post(TOGETHER, {"command": "approve", "item": chosen, "comment": ""})

    assert not said_by_security()


def test_approving_nothing_keeps_the_page(world, many):
    client, chosen = world.client("security"), keys(world.security)
    response = approve(client, look(client, chosen), [], comment="Kept.")

    assert response.status_code == 400
    assert "Choose at least one." in text_of(response)
    assert "Kept." in response.content.decode()
    assert len(digests_on(response)) == 3
    assert "checked" not in response.content.decode()


def test_who_stands_in_approves_in_that_place(world, many):
    stand_in(world, world.stranger, world.security, scope=world.use_case.public_id)
    client, chosen = world.client("stranger"), keys(world.stranger)
    shown = look(client, chosen)
    assert "You act for Security until" in text_of(shown)

    assert "3 approvals are recorded." in text_of(approve(client, shown, chosen))
    assert {(row.human, row.principal) for row in said_by_security()} == {(world.stranger.user, world.security.user)}


def test_somebody_who_does_not_exist_is_nobodys_place(world, many):
    key = f"{many[0].public_id}:security:us_nobody"

    assert world.client("security").post(TOGETHER, {"command": "approve", "item": [key], "comment": ""}).status_code == 404


def test_without_an_outcome_there_is_nothing_to_show(world, many):
    assert "Nothing is chosen" in text_of(world.client("security").get("/inbox/bulk/?done=1"))


@pytest.fixture
def approve_all(world, vote):
    def every_step(request: Request) -> None:
        for part, step in (
            ("validator", "validation"),
            ("governance", "data"),
            ("security", "security"),
            ("business", "business"),
        ):
            vote(getattr(world, part), request, step)
        request.refresh_from_db()
        assert request.state == "approved"

    return every_step
