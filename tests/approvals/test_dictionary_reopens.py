"""What an approved change of meaning does to requests: it re-opens the judgement of `dictionary`, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from approvals.models import Decision, Request
from approvals.selectors.freshness import still_as_recorded
from approvals.selectors.standing import standing_of
from approvals.selectors.standings import standings_of
from foundation import clock
from tests.approvals.asking import asked, ignored, states
from tests.approvals.gating import LAX, body, lax, lax_gate, put  # noqa: F401 - fixtures
from tests.approvals.proposing import make_book
from tests.conftest import POLICY

pytestmark = pytest.mark.django_db
DOLLARS = {"unit": "USD", "meaning_changed": True}
WORDS = {"definition": "What one customer paid in one month."}
WITH_WORDS = POLICY.replace("covers: [data, dictionary]}", "covers: [dictionary]}")
READS = [{"role": "train", "name": "facts", "digest": "sha256:" + "e" * 64, "columns": ["revenue"]}]
ELSEWHERE = [{"role": "train", "name": "others", "digest": "sha256:" + "f" * 64, "columns": ["revenue"]}]
MET = {"validation": "met", "data": "met", "security": "met", "business": "pending"}


@pytest.fixture
def gate(world):
    """A policy of which one step judges `dictionary` and nothing else."""
    return lax_gate(world, "production", "production-release", LAX.replace(POLICY, WITH_WORDS))


@pytest.fixture
def book(world):
    found = make_book(world)
    found.bound(found.team("sales"), dataset="facts")
    return found


@pytest.fixture
def two(push, ask, approve, book):
    """Two open requests that lack one signature each: of a version that reads `revenue`, and of one that does not."""
    rows = push("1", datasets=READS), push("1", name="other-model", datasets=ELSEWHERE)
    return tuple(approve(ask(row), but=("business",)) for row in rows)


def test_a_breaking_change_makes_exactly_the_ballots_on_dictionary_stale_where_it_is_read(world, two, book):
    reads, other = two
    book.agreed(book.proposes(**DOLLARS))

    assert ignored(reads) == {"data": "stale"}
    assert [item.components for item in standing_of(reads).verdict.ignored] == [("dictionary",)]
    assert states(reads) == {**MET, "data": "pending"}
    assert asked(reads, world) == {"governance", "business"}
    assert (ignored(other), states(other)) == ({}, MET)


def test_a_draft_and_an_open_proposal_change_nothing(two, book):
    book.asks(book.proposes(**DOLLARS))

    assert [(ignored(row), states(row)) for row in two] == [({}, MET)] * 2


def test_a_change_of_wording_makes_nothing_stale(two, book):
    before = [dict(standing_of(row).digests) for row in two]
    book.agreed(book.proposes(**WORDS))

    assert book.revenue.current_version().definition == WORDS["definition"]
    assert [(ignored(row), states(row)) for row in two] == [({}, MET)] * 2
    assert [dict(standing_of(Request.objects.get(pk=row.pk)).digests) for row in two] == before


def test_whoever_goes_back_to_the_old_meaning_has_the_old_approvals_back(two, book):
    reads, _other = two
    book.agreed(book.proposes(**DOLLARS))
    assert states(reads)["data"] == "pending"
    book.agreed(book.proposes(meaning_changed=True))

    assert (ignored(reads), states(reads)) == ({}, MET)


def test_one_who_judged_the_new_meaning_counts_and_the_others_are_not_asked_again(world, two, book, vote):
    reads, _other = two
    book.agreed(book.proposes(**DOLLARS))
    vote(world.governance, reads, "data")

    assert states(reads) == MET
    vote(world.business, reads, "business")
    reads.refresh_from_db()
    assert reads.state == "approved"


def test_an_approval_that_was_frozen_does_not_hold_for_the_new_meaning_and_asking_again_takes_one_ballot(
    push, ask, approve, book, put
):
    row = push("1", datasets=READS)
    approve(ask(row))
    assert body(put(row))["decision"] == "allow"
    frozen = Decision.objects.get().manifest
    book.agreed(book.proposes(**DOLLARS))

    answer = body(put(row))
    [held] = [item for item in answer["checks"] if item["code"] == "approval.decision"]
    assert (answer["decision"], held["status"]) == ("pending", "pending")
    assert held["detail"].startswith("Changed since: dictionary.")
    assert Decision.objects.get(request__subject_id=row.public_id).manifest == frozen
    again = ask(row)
    assert states(again) == {"validation": "met", "data": "pending", "security": "met", "business": "met"}


def test_lists_notice_it_and_otherwise_rely_on_what_was_recorded(world, two, book, vote):
    with time_machine.travel(clock.now() + timedelta(minutes=1)) as now:
        vote(world.security, two[0], "security", comment="Looked again.")
        vote(world.security, two[1], "security", comment="Looked again.")
        now.shift(timedelta(minutes=1))
        assert recorded(*two) == [True, True]
        row = book.proposes(**DOLLARS)
        assert recorded(*two) == [True, True], "nobody has agreed to it yet"
        book.agreed(row)
        assert recorded(*two) == [False, False]


def recorded(*requests) -> list[bool]:
    related = ("use_case", "submitter", "policy_version__policy", "environment", "predecessor")
    rows = [Request.objects.select_related(*related).get(pk=row.pk) for row in requests]
    fresh = still_as_recorded(rows)
    for listed in standings_of(rows):
        alone = standing_of(Request.objects.get(pk=listed.standing.request.pk))
        assert dict(listed.standing.digests) == dict(alone.digests)
        assert listed.standing.verdict.as_mapping() == alone.verdict.as_mapping()
    return [row.pk in fresh for row in rows]
