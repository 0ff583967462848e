"""Proposals: what is told of them, and what becomes of two that say different things of one element."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from foundation.errors import Conflict, Invalid, NotAllowed
from governance.dictionary import services
from governance.dictionary.compatibility import Severity
from governance.dictionary.models import DataElement
from governance.dictionary.selectors import proposals as selectors
from tests.dictionary.approved import approve, define, version_of

SAID = {"name": "Amount", "definition": "What is paid.", "logical_type": "number", "unit": "EUR"}


@pytest.fixture
def two(room):
    """An amount in force, and two open proposals about it: the engineer wants dollars, data governance pounds."""
    amount = define(actor=room.governance, dictionary=room.dictionary, key="amount", **SAID)
    first = proposed(room, room.governance, "Pounds", unit="GBP", definition="What is paid, with tax.")
    second = proposed(room, room.engineer, "Dollars", unit="USD", name="Sum")
    return SimpleNamespace(**vars(room), amount=amount, first=first, second=second)


def proposed(room, actor, title, **said):
    row = services.open_proposal(actor=actor, dictionary=room.dictionary, title=title, rationale="Needed.")
    services.put_change(
        actor=actor, proposal=row, dictionary=room.dictionary, key="amount", said={**SAID, **said}, meaning_changed=True
    )
    return row


def told(proposal, actor, key="amount"):
    return next(item for item in selectors.told_of(proposal, actor) if item.row.element.key == key)


def test_before_either_is_approved_each_is_told_of_the_other_and_where_they_differ(two):
    [rival] = told(two.second, two.engineer).rivals

    assert rival.proposal == two.first
    assert rival.fields == ("unit",)
    assert not told(two.second, two.engineer).stale


def test_the_second_is_told_exactly_which_fields_both_changed(two):
    approve(actor=two.governance, proposal=two.first)

    found = told(two.second, two.engineer)

    assert found.stale
    assert [(item.field, item.base, item.ours, item.theirs) for item in found.conflicts] == [("unit", "EUR", "USD", "GBP")]
    with pytest.raises(Conflict) as refused:
        services.rebase_change(actor=two.engineer, proposal=two.second, element=two.amount)
    assert refused.value.code == "proposal.conflict"
    assert refused.value.extra == {"conflicts": [{"field": "unit", "base": "EUR", "ours": "USD", "theirs": "GBP"}]}


def test_once_somebody_says_whose_word_counts_the_rest_of_both_is_kept(two):
    approve(actor=two.governance, proposal=two.first)

    change = services.rebase_change(actor=two.engineer, proposal=two.second, element=two.amount, taking={"unit": "ours"})

    said = change.version.said
    assert (said["unit"], said["name"], said["definition"]) == ("USD", "Sum", "What is paid, with tax.")
    assert not told(two.second, two.engineer).stale
    approve(actor=two.governance, proposal=two.second)
    assert version_of(two.amount).said == said
    assert version_of(two.amount).semver == "3.0.0"


def test_a_change_that_is_out_of_date_is_not_put_into_force(two):
    approve(actor=two.governance, proposal=two.first)

    with pytest.raises(Conflict) as refused:
        approve(actor=two.governance, proposal=two.second)

    assert refused.value.code == "proposal.outdated"
    assert version_of(two.amount).unit == "GBP"


def test_what_is_out_of_date_is_weighed_against_what_is_in_force_now(two):
    approve(actor=two.governance, proposal=two.first)

    units = [item.change for item in told(two.second, two.engineer).effect.changes if item.change.kind == "unit"]

    assert [(item.before, item.after) for item in units] == [("GBP", "USD")]


def test_a_proposal_that_is_over_is_told_as_it_was(two):
    approve(actor=two.governance, proposal=two.first)
    two.first.refresh_from_db()

    found = told(two.first, two.governance)

    assert not found.stale
    assert [(item.change.before, item.change.after) for item in found.effect.changes if item.change.kind == "unit"] == [
        ("EUR", "GBP")
    ]


def test_until_somebody_answers_it_is_not_known_whether_the_meaning_changes(two):
    row = services.open_proposal(actor=two.engineer, dictionary=two.dictionary, title="Words", rationale="Clearer.")
    said = {**SAID, "definition": "What is paid in one month."}
    services.put_change(actor=two.engineer, proposal=row, dictionary=two.dictionary, key="amount", said=said)
    assert told(row, two.engineer).unanswered
    assert told(row, two.engineer).effect.severity == Severity.NONE

    services.answer_meaning(actor=two.engineer, proposal=row, element=two.amount, meaning_changed=True)

    assert not told(row, two.engineer).unanswered
    assert told(row, two.engineer).effect.severity == Severity.POSSIBLY_BREAKING
    assert told(row, two.engineer).effect.bump == "major"


def test_an_element_that_is_new_has_no_question_and_breaks_nobody(two):
    row = services.open_proposal(actor=two.engineer, dictionary=two.dictionary, title="New", rationale="Missing.")
    services.put_change(
        actor=two.engineer,
        proposal=row,
        dictionary=two.dictionary,
        key="city",
        said={"name": "City", "definition": "Where.", "logical_type": "string"},
    )

    found = told(row, two.engineer, "city")

    assert not found.unanswered
    assert (found.effect.severity, found.effect.bump) == (Severity.NONE, "minor")


def test_retiring_what_a_model_or_team_reads_breaks_them(two):
    services.bind_column(actor=two.governance, element=two.amount, team=two.billing, dataset="bills", column="sum", side="reads")
    row = services.open_proposal(actor=two.engineer, dictionary=two.dictionary, title="Gone", rationale="Unused.")
    services.put_change(actor=two.engineer, proposal=row, dictionary=two.dictionary, key="amount", said=None)

    found = told(row, two.engineer)

    assert [known.label for known in found.effect.hurt(Severity.BREAKING)] == ["Billing"]
    approve(actor=two.governance, proposal=row)
    assert DataElement.objects.get(key="amount").retired_at is not None


def test_parts_of_a_proposal_move_into_one_of_their_own(two):
    services.put_change(
        actor=two.engineer,
        proposal=two.second,
        dictionary=two.dictionary,
        key="city",
        said={"name": "City", "definition": "Where.", "logical_type": "string"},
    )
    city = DataElement.objects.get(key="city")

    part = services.split_proposal(actor=two.engineer, proposal=two.second, elements=[city], title="City")

    assert [item.row.element.key for item in selectors.told_of(part, two.engineer)] == ["city"]
    assert [item.row.element.key for item in selectors.told_of(two.second, two.engineer)] == ["amount"]
    with pytest.raises(Invalid):
        services.split_proposal(actor=two.engineer, proposal=part, elements=[city], title="All of it")


def test_a_draft_in_no_proposal_is_offered_and_one_that_is_taken_up_is_not(two):
    said = {"name": "City", "definition": "Where.", "logical_type": "string"}
    services.draft_version(actor=two.engineer, dictionary=two.dictionary, key="city", said=said)

    assert [row.key for row in selectors.drafts_for(two.second)] == ["city"]
    services.put_change(actor=two.engineer, proposal=two.second, dictionary=two.dictionary, key="city", said=said)
    assert selectors.drafts_for(two.first) == []


def test_tabs_hold_what_became_of_each(two):
    approve(actor=two.governance, proposal=two.first)
    services.withdraw_proposal(actor=two.engineer, proposal=two.second, reason="Pounds it is.")
    open_one = proposed(two, two.engineer, "Yen", unit="JPY")

    lists = {state: list(selectors.proposals_of(two.dictionary, two.auditor, state)) for state in selectors.STATES}

    assert lists["open"] == [open_one]
    assert two.first in lists["approved"]
    assert lists["withdrawn"] == [two.second]
    assert selectors.counts_of(two.dictionary, two.auditor) == {name: len(rows) for name, rows in lists.items()}
    assert lists["open"][0].change_count == 1


def test_only_the_proposer_and_data_governance_change_a_proposal(two):
    with pytest.raises(NotAllowed):
        services.answer_meaning(actor=two.stranger, proposal=two.second, element=two.amount, meaning_changed=False)
    with pytest.raises(NotAllowed):
        services.withdraw_proposal(actor=two.engineer, proposal=two.first, reason="No.")
    services.withdraw_proposal(actor=two.governance, proposal=two.second, reason="No.")


def test_answering_the_question_does_not_hide_that_a_change_is_out_of_date(two):
    approve(actor=two.governance, proposal=two.first)

    services.answer_meaning(actor=two.engineer, proposal=two.second, element=two.amount, meaning_changed=False)

    found = told(two.second, two.engineer)
    assert found.row.meaning_changed is False
    assert found.stale
    assert [item.field for item in found.conflicts] == ["unit"]


def test_a_change_written_over_what_its_author_saw_is_out_of_date_when_something_else_is_in_force(two):
    approve(actor=two.governance, proposal=two.first)
    row = services.open_proposal(actor=two.engineer, dictionary=two.dictionary, title="Yen", rationale="Needed.")

    services.put_change(
        actor=two.engineer, proposal=row, dictionary=two.dictionary, key="amount", said={**SAID, "unit": "JPY"}, based_on=1
    )

    assert [(item.base, item.ours, item.theirs) for item in told(row, two.engineer).conflicts] == [("EUR", "JPY", "GBP")]
    with pytest.raises(Invalid):  # a draft that was never in force
        services.put_change(
            actor=two.engineer, proposal=row, dictionary=two.dictionary, key="amount", said={**SAID, "unit": "CHF"}, based_on=99
        )


def test_nobody_puts_in_what_is_in_force_already(two):
    row = services.open_proposal(actor=two.engineer, dictionary=two.dictionary, title="Same", rationale="None.")
    with pytest.raises(Invalid) as refused:
        services.put_change(actor=two.engineer, proposal=row, dictionary=two.dictionary, key="amount", said=SAID)
    assert refused.value.code == "change.nothing"
