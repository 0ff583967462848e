"""A change to the dictionary is agreed to by its keepers, by each steward and by each team that it may break."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from approvals.foresight import replay
from approvals.insights.board import GROUPS
from approvals.models import Decision, Request
from approvals.policy import dump, parse
from approvals.selectors import inbox, insights
from approvals.selectors.frozen import frozen_steps
from approvals.selectors.records import records_of
from approvals.selectors.standing import policy_of, standing_of
from approvals.selectors.standings import standings_of
from foundation import clock
from foundation.errors import NotAllowed
from governance.dictionary import services as dictionary
from governance.people import services as people
from tests.approvals.asking import stand_in
from tests.approvals.proposing import make_book, states
from tests.dictionary.approved import define

pytestmark = pytest.mark.django_db
CENTS = {"unit": "USD", "meaning_changed": True}
WORDS = {"definition": "What one customer paid in one month."}


@pytest.fixture
def book(world):
    return make_book(world)


def steward_step(actor) -> str:
    return f"stewards.{actor.id}"


def team_step(team) -> str:
    return f"readers.{team.public_id}"


def listed(request: Request) -> dict[str, str]:
    rows = Request.objects.select_related("use_case", "submitter", "policy_version__policy", "environment", "predecessor")
    [found] = standings_of([rows.get(pk=request.pk)])
    return {step.key: step.state for step in found.standing.verdict.steps}


# Who is asked ----------------------------------------------------------------------------------------------------------


def test_a_change_that_touches_nobody_is_for_its_keepers_alone(book):
    request = book.asks(book.proposes(**CENTS))

    assert states(request) == {"keepers": "pending", "stewards": "not_applicable", "readers": "not_applicable"}
    book.votes(book.keeper, request, "keepers")
    request.refresh_from_db()
    assert request.state == "approved"
    assert book.revenue.current_version().unit == "USD"


def test_each_steward_and_each_reading_team_has_to_agree(world, book):
    sales, billing = book.team("sales", world.scientist), book.team("billing", world.engineer, world.business)
    book.reads(sales)
    book.reads(billing)
    book.bound(book.team("source", world.lead))  # fills it: is told, and not asked
    dictionary.set_steward(actor=book.keeper, element=book.revenue, steward=world.validator.user)
    request = book.asks(book.proposes(**CENTS))

    keys = ["keepers", steward_step(world.validator), *sorted([team_step(sales), team_step(billing)])]
    assert states(request) == dict.fromkeys(keys, "pending")
    for actor, step in (
        (book.keeper, "keepers"),
        (world.validator, steward_step(world.validator)),
        (world.scientist, team_step(sales)),
    ):
        book.votes(actor, request, step)
        assert book.revenue.current_version().unit == "EUR"
    with pytest.raises(NotAllowed, match="role"):
        book.votes(world.business, request, team_step(billing))  # belongs to the team, and builds nothing
    with pytest.raises(NotAllowed, match="role"):
        book.votes(world.scientist, request, team_step(billing))
    book.votes(world.engineer, request, team_step(billing))

    request.refresh_from_db()
    assert request.state == "approved"
    assert book.revenue.current_version().unit == "USD"


def test_a_change_of_wording_asks_the_steward_and_no_team(world, book):
    book.reads(book.team("sales", world.scientist))
    dictionary.set_steward(actor=book.keeper, element=book.revenue, steward=world.validator.user)

    assert states(book.asks(book.proposes(**WORDS))) == {
        "keepers": "pending",
        steward_step(world.validator): "pending",
        "readers": "not_applicable",
    }


def test_who_reads_a_feature_that_is_computed_of_it_is_asked_as_well(world, book):
    feature = define(
        actor=book.keeper, dictionary=book.words, key="growth", logical_type="number",
        formula={"expression": "revenue / 2", "sources": ["money/revenue"]},
    )  # fmt: skip
    dictionary.set_steward(actor=book.keeper, element=feature, steward=world.business.user)
    sales = book.team("sales", world.scientist)
    book.reads(sales, feature, "growth")

    assert set(states(book.asks(book.proposes(**CENTS)))) == {"keepers", steward_step(world.business), team_step(sales)}


def test_the_proposer_is_not_asked_whether_they_agree(world, book):
    dictionary.set_steward(actor=book.keeper, element=book.revenue, steward=world.data_engineer.user)

    assert states(book.asks(book.proposes(**CENTS)))["stewards"] == "not_applicable"


def test_nobodys_own_words_pass_the_step_of_the_keepers(book):
    row = book.proposes(actor=book.keeper, **CENTS)
    request = book.asks(row, actor=book.keeper)

    assert states(request)["keepers"] == "blocked"
    with pytest.raises(NotAllowed):
        book.votes(book.keeper, request, "keepers")


# While it is open ------------------------------------------------------------------------------------------------------


def test_a_team_that_begins_to_read_it_meanwhile_is_asked_and_what_was_agreed_to_stands(world, book):
    dictionary.set_steward(actor=book.keeper, element=book.revenue, steward=world.validator.user)
    request = book.asks(book.proposes(**CENTS))
    with time_machine.travel(clock.now() + timedelta(minutes=1)) as now:
        book.votes(book.keeper, request, "keepers")
        now.shift(timedelta(minutes=1))
        assert listed(request) == states(request)
        sales = book.team("sales", world.scientist)
        book.reads(sales)

        assert states(request) == {"keepers": "met", steward_step(world.validator): "pending", team_step(sales): "pending"}
        assert listed(request) == states(request), "a list does not rely on what was recorded before the binding"


def test_another_steward_is_asked_in_the_place_of_the_first(world, book):
    dictionary.set_steward(actor=book.keeper, element=book.revenue, steward=world.validator.user)
    request = book.asks(book.proposes(**CENTS))
    people.deactivate_user(actor=world.admin, user=world.validator.user)
    assert states(request)[steward_step(world.validator)] == "blocked"
    book.votes(book.keeper, request, "keepers")

    dictionary.set_steward(actor=book.keeper, element=book.revenue, steward=world.business.user)

    book.votes(world.business, request, steward_step(world.business))
    request.refresh_from_db()
    assert request.state == "approved"


def test_a_change_of_the_proposal_asks_again_and_asks_whom_it_touches_now(world, book):
    sales = book.team("sales", world.scientist)
    book.reads(sales)
    row = book.proposes(**WORDS)
    request = book.asks(row)
    assert states(request)["readers"] == "not_applicable"
    book.says(row, **CENTS)

    book.votes(book.keeper, request, "keepers")

    assert states(request) == {"keepers": "met", "stewards": "not_applicable", team_step(sales): "pending"}


def test_an_approval_ends_with_the_membership(world, book):
    sales = book.team("sales", world.scientist)
    book.reads(sales)
    request = book.asks(book.proposes(**CENTS))
    book.votes(world.scientist, request, team_step(sales))
    assert states(request)[team_step(sales)] == "met"

    people.change_members(actor=world.admin, team=sales, add=[world.engineer.user], remove=[world.scientist.user])

    assert states(request)[team_step(sales)] == "pending"
    book.votes(book.keeper, request, "keepers")
    request.refresh_from_db()
    assert request.state == "open"


def test_somebody_may_act_for_a_steward_who_is_away(world, book):
    dictionary.set_steward(actor=book.keeper, element=book.revenue, steward=world.validator.user)
    stand_in(world, world.business, world.validator)
    request = book.asks(book.proposes(**CENTS))
    digest = standing_of(request).digest
    from approvals.services.ballots import cast_ballot

    cast = cast_ballot(
        actor=world.business, request=request, step=steward_step(world.validator), verdict="approve", digest=digest,
        on_behalf_of=world.validator.user,
    )  # fmt: skip

    assert (cast.grant, cast.delegation.principal) == (None, world.validator.user)
    assert states(request)[steward_step(world.validator)] == "met"


# The record ------------------------------------------------------------------------------------------------------------


def test_the_decision_says_who_was_touched_and_gives_the_same_steps_for_ever(world, book):
    sales = book.team("sales", world.scientist)
    binding = book.reads(sales)
    dictionary.set_steward(actor=book.keeper, element=book.revenue, steward=world.validator.user)
    request = book.agreed(book.proposes(**CENTS))
    decision = Decision.objects.get(request=request)
    dictionary.end_binding(actor=book.keeper, binding=binding)
    dictionary.set_steward(actor=book.keeper, element=book.revenue, steward=None)
    people.change_members(actor=world.admin, team=sales, remove=[world.scientist.user])

    wanted = ["keepers", steward_step(world.validator), team_step(sales)]
    assert decision.policy_digest == request.policy_version.digest
    assert decision.facts["stewards"] == [world.validator.id]
    assert decision.facts["reading_teams"] == [sales.public_id]
    assert sorted(item["step"] for item in decision.ballots) == sorted(wanted)
    assert [item.step.key for item in frozen_steps(policy_of(request.policy_version), decision)] == wanted
    assert states(request) == dict.fromkeys(wanted, "met"), "as of its closing, whoever left since"


def test_a_steps_title_says_whom_it_is_asked_of_and_its_key_only_who_they_are(world, book):
    dictionary.set_steward(actor=book.keeper, element=book.revenue, steward=world.validator.user)
    standing = standing_of(book.asks(book.proposes(**CENTS)))

    [step] = [step for step in standing.verdict.steps if step.key != "keepers" and step.state == "pending"]
    assert step.title == f"Agreement of the steward · {world.validator.user}"
    assert str(world.validator.user) not in str(standing.request.facts)


def test_a_replay_of_the_same_policy_gives_back_what_was_decided(world, book):
    sales = book.team("sales", world.scientist)
    book.reads(sales)
    dictionary.set_steward(actor=book.keeper, element=book.revenue, steward=world.validator.user)
    request = book.agreed(book.proposes(**CENTS))
    people.change_members(actor=world.admin, team=sales, remove=[world.scientist.user])
    policy = policy_of(request.policy_version)
    found = records_of([request])

    same = replay(found.rows[0], policy, found.people, clock.now())
    stricter = parse(dump(policy).replace("role: each_reading_team\n  quorum: 1", "role: each_reading_team\n  quorum: 2"))
    more = replay(found.rows[0], stricter, found.people, clock.now())

    assert (same.then, same.now) == (same.now, same.then)
    assert same.now.state == "approved"
    assert (more.now.state, [step.key for step in more.waiting]) == ("open", [team_step(sales)])


# Whose move it is --------------------------------------------------------------------------------------------------------


def test_it_is_in_the_inbox_of_exactly_those_whom_it_touches(world, book):
    sales = book.team("sales", world.scientist, world.business)
    book.reads(sales)
    dictionary.set_steward(actor=book.keeper, element=book.revenue, steward=world.validator.user)
    book.asks(book.proposes(**CENTS))

    found = {part: [turn.step.key for turn in inbox.your_turn(actor)] for part, actor in world.people().items()}
    assert {part: keys for part, keys in found.items() if keys} == {
        "scientist": [team_step(sales)],
        "validator": [steward_step(world.validator)],
    }
    assert [turn.step.key for turn in inbox.your_turn(book.keeper)] == ["keepers"]


def test_figures_tell_of_the_step_of_the_policy_whoever_it_was_asked_of(world, book):
    sales = book.team("sales", world.scientist)
    book.reads(sales)
    dictionary.set_steward(actor=book.keeper, element=book.revenue, steward=world.validator.user)
    request = book.agreed(book.proposes(**CENTS))
    found = insights.passage_of(request, insights._material([request]))

    assert {key for span in found.spans for key in GROUPS["step"](found, span)} == {
        "dictionary-change", "keepers", "stewards", "readers"
    }  # fmt: skip
    assert {key for span in found.spans for key in GROUPS["role"](found, span)} == {
        "data_governance", "each_steward", "each_reading_team"
    }  # fmt: skip
    named = f"Agreement of the steward · {world.validator.user}"
    assert {title for title, _span in insights.critical_path_of(request)} <= {
        "Agreement of data governance", named, "Agreement of a team that reads it · Sales"
    }  # fmt: skip


def test_the_page_says_in_words_who_is_asked_and_why_nobody_is(world, book):
    dictionary.set_steward(actor=book.keeper, element=book.revenue, steward=world.validator.user)
    request = book.asks(book.proposes(**CENTS))
    body = world.client("validator").get(f"/requests/{request.public_id}/").content.decode()

    assert "Steward of what changes judges changes of meaning." in body
    assert "no team is known to read something that this would break" in body
    assert "each_" not in body
