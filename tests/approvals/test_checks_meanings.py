"""What a gate says of the meanings that a version reads: approved, fixed to a release, and not about to break."""

from __future__ import annotations

import pytest

from approvals.checks import meanings
from approvals.checks.base import Result, declared
from approvals.models import Evaluation
from approvals.services import gates
from foundation import clock
from governance.dictionary import services as dictionary
from tests.approvals.proposing import SAID, make_book
from tests.dictionary.approved import define

pytestmark = pytest.mark.django_db
CODES = ("dictionary.bound", "dictionary.pinned", "dictionary.no_open_breaking")
DATASETS = [{"role": "train", "name": "facts", "digest": "sha256:" + "e" * 64, "columns": ["revenue"]}]


@pytest.fixture
def book(world):
    return make_book(world)


@pytest.fixture
def version(push, book):
    """A version that reads one column, which holds the element `revenue`."""
    book.bound(book.team("sales"), dataset="facts")
    return push(datasets=DATASETS)


@pytest.fixture
def told(world, gate):
    """The results of one check for a version."""

    def of(row, code) -> list[Result]:
        question = Evaluation(
            gate=gate, model_version=row, commit="c" * 40, artifact_sha256="sha256:" + "d" * 64, asked_by="test",
            asked_by_label="Test", asked_at=clock.now(),
        )  # fmt: skip
        [found] = [item for item in declared() if item.code == code]
        return list(found.run(gates.context_of(question)))

    return of


@pytest.mark.parametrize("code", CODES)
def test_a_version_whose_columns_nobody_named_is_unknown_and_its_people_can_act(push, told, code):
    [found] = told(push(datasets=[]), code)

    assert (found.status, bool(found.actors), bool(found.action)) == ("unknown", True, True)


@pytest.mark.parametrize("code", CODES)
def test_they_advise_unless_a_policy_says_otherwise(code):
    [found] = [item for item in declared() if item.code == code]

    # what asks the database on its own is off until a policy wants it: a gate answers in twelve statements
    assert (found.level, found.fixed) == ("advisory" if code == "dictionary.bound" else "off", False)


# Bound -----------------------------------------------------------------------------------------------------------------


def test_a_column_with_an_approved_meaning_passes(version, told):
    [found] = told(version, "dictionary.bound")

    assert found.status == "pass"


def test_a_draft_is_no_meaning_yet_though_the_column_is_bound(world, book, push, told):
    draft = dictionary.draft_version(
        actor=world.data_engineer, dictionary=book.words, key="fresh", said={**SAID, "name": "Fresh"}
    )
    book.bound(book.team("sales"), draft.element, "fresh", dataset="facts")
    row = push(datasets=[{**DATASETS[0], "columns": ["fresh"]}])
    [found], [known] = told(row, "dictionary.bound"), told(row, "dictionary.columns_bound")

    assert (found.status, known.status) == ("pending", "pass")
    assert "facts.fresh" in str(found.detail)


def test_a_column_that_nobody_bound_fails_and_is_named(book, push, told, world):
    book.bound(book.team("sales"), dataset="facts")
    [found] = told(push(datasets=[{**DATASETS[0], "columns": ["revenue", "loose"]}]), "dictionary.bound")

    assert (found.status, "facts.loose" in str(found.detail), "facts.revenue" in str(found.detail)) == ("fail", True, False)
    assert {actor["id"] for actor in found.actors} == {book.keeper.id, world.governance.id}


# Pinned ----------------------------------------------------------------------------------------------------------------


def pin(version, releases):
    """What CI states of the version; the last counts."""
    version.facts.create(key="dictionary_release", value=releases, status="asserted", origin="ci", at=clock.now())


def test_without_a_release_it_is_unknown_and_the_answer_says_how_to_name_one(version, told):
    [found] = told(version, "dictionary.pinned")

    assert found.status == "unknown"
    assert "money@1" in str(found.detail)


def test_a_release_that_says_what_is_in_force_passes_and_one_that_does_not_fails(book, version, told):
    release = dictionary.make_release(actor=book.keeper, dictionary=book.words)
    pin(version, "money@1")
    [before] = told(version, "dictionary.pinned")
    book.agreed(book.proposes(unit="USD", meaning_changed=True))
    [after] = told(version, "dictionary.pinned")
    dictionary.make_release(actor=book.keeper, dictionary=book.words)
    pin(version, "money@2")
    [again] = told(version, "dictionary.pinned")

    assert (before.status, after.status, again.status) == ("pass", "fail", "pass")
    assert before.evidence == [{"type": "release", "id": release.public_id}]
    assert "money/revenue" in str(after.detail)


def test_a_release_in_other_words_is_as_good(book, version, told):
    dictionary.make_release(actor=book.keeper, dictionary=book.words)
    pin(version, "money@1")
    book.agreed(book.proposes(definition="What one customer paid in one month."))

    assert [found.status for found in told(version, "dictionary.pinned")] == ["pass"]


def test_a_release_that_does_not_exist_fails(version, told):
    pin(version, "money@9")
    [found] = told(version, "dictionary.pinned")

    assert (found.status, "money@9" in str(found.detail)) == ("fail", True)


# About to break --------------------------------------------------------------------------------------------------------


def test_nothing_under_way_passes(version, told):
    assert [found.status for found in told(version, "dictionary.no_open_breaking")] == ["pass"]


def test_a_breaking_proposal_is_named_with_who_and_where_drafted_or_asked_for(world, book, version, told):
    row = book.proposes(unit="USD", meaning_changed=True)
    [drafted] = told(version, "dictionary.no_open_breaking")
    request = book.asks(row)
    [asked] = told(version, "dictionary.no_open_breaking")

    assert (drafted.status, asked.status) == ("pending", "pending")
    assert drafted.action["path"] == f"/dictionary/money/proposals/{row.public_id}/"
    assert asked.action["path"] == f"/requests/{request.public_id}/"
    assert [actor["id"] for actor in asked.actors] == [world.data_engineer.id]
    assert "Change it" in str(asked.detail)
    assert "money/revenue" in str(asked.detail)


def test_it_is_over_when_the_proposal_is(book, version, told, world):
    row = book.proposes(unit="USD", meaning_changed=True)
    dictionary.withdraw_proposal(actor=world.data_engineer, proposal=row, reason="Not now.")
    assert [found.status for found in told(version, "dictionary.no_open_breaking")] == ["pass"]
    book.agreed(book.proposes(unit="USD", meaning_changed=True))

    assert [found.status for found in told(version, "dictionary.no_open_breaking")] == ["pass"]


def test_wording_breaks_nobody_and_an_unanswered_question_may(book, version, told):
    row = book.proposes(definition="What one customer paid in one month.")
    assert [found.status for found in told(version, "dictionary.no_open_breaking")] == ["pass"]
    book.says(row, definition="Something else.", meaning_changed=None)

    assert [found.status for found in told(version, "dictionary.no_open_breaking")] == ["pending"]


def test_a_change_of_what_it_does_not_read_is_none_of_its_business(book, version, told):
    define(actor=book.keeper, dictionary=book.words, key="other", **SAID)
    book.proposes(key="other", unit="USD", meaning_changed=True)

    assert [found.status for found in told(version, "dictionary.no_open_breaking")] == ["pass"]


def test_many_proposals_cost_no_more_than_one(book, version, told, django_assert_max_num_queries, world, gate):
    for _number in range(5):
        book.proposes(unit="USD", meaning_changed=True)
    question = Evaluation(
        gate=gate, model_version=version, commit="c" * 40, artifact_sha256="", asked_by="t", asked_by_label="T", asked_at=clock.now()
    )  # fmt: skip
    context = gates.context_of(question)
    with django_assert_max_num_queries(2):
        assert len(list(meanings.no_open_breaking(context))) == 5
    with django_assert_max_num_queries(0):
        list(meanings.bound(context))
