"""Criteria of the organisation's own: defined, stated, demanded by a policy, retired; and what was said with them stays said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as some

from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.dependencies import services
from governance.dependencies.models import Criterion, Review
from governance.dependencies.review_graph import SHIPPED, Criteria
from governance.dependencies.selectors.criteria import (
    criteria_known,
    criteria_offered,
    criterion_titles,
    not_offered,
    policy_and_criteria,
)
from governance.dependencies.selectors.licences import licence_policy
from governance.dependencies.selectors.status import facts_digest, facts_of, status_of
from governance.dependencies.selectors.work import suggestions_of
from governance.dependencies.services import criteria as module
from governance.dependencies.status import as_mapping as facts_mapping
from governance.dependencies.status import from_mapping, status_of_facts
from tests.approvals.gating import LAX, check, lax, lax_gate, put  # noqa: F401 - fixtures
from tests.dependencies.judged import NAME, locked, up_to_date
from tests.dependencies.released import READS, released
from tests.dependencies.reviewing import YEAR, prepared, reviewed
from tests.dependencies.test_rulings import second

KEY = "no-personal-data"
PAGE, URL = "/dependencies/criteria/", "/api/v1/criteria"
SAID = {
    "key": KEY,
    "title": "Sends no personal data",
    "description": "Followed each point that sends something.",
    "implies": ["io-verified"],
}
ALL = ("safe-to-deploy", KEY)
DEMANDS = LAX + "  dependencies.reviewed: blocking\nreviewed_for: [no-personal-data]\n"


def defined(world, **change: Any) -> Criterion:
    return services.define_criterion(actor=world.admin, **{**SAID, **change})


def retired(world, row: Criterion) -> Criterion:
    return services.retire_criterion(actor=world.admin, criterion=row, reason="Nobody can tell.")


def wrong(refused: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(error.field, error.code) for error in refused.value.errors]


@pytest.fixture
def own(world):
    return defined(world)


@pytest.fixture
def release(world):
    return released({f"{NAME}/a.py": READS}, "1.0", NAME)


# Defining and retiring -----------------------------------------------------------------------------------------------


def test_a_criterion_is_defined_once_and_told(world, own):
    assert (own.key, own.implies, own.created_by) == (KEY, ["io-verified"], world.admin.user)
    event = AuditEvent.objects.get(kind="dependencies.criterion.defined")
    assert event.subject_id == own.public_id
    assert json.loads(bytes(event.body))["data"] == {"key": KEY, "implies": ["io-verified"]}
    assert [item.key for item in criteria_offered()] == [*SHIPPED, KEY]
    assert criteria_known().implied_by(KEY) == {KEY, "io-verified"}


@pytest.mark.parametrize("key", ["", "a", "A-b", "a b", "a_b", "ä-b", "x" * 41, "no-data\n-x"])
def test_a_short_name_is_lower_case_letters_digits_and_hyphens(world, key):
    with pytest.raises(Invalid) as refused:
        defined(world, key=key)
    assert wrong(refused) == [("key", "invalid")]


@pytest.mark.parametrize("key", ["safe-to-run", KEY])
def test_a_short_name_is_used_once_and_for_ever(world, own, key):
    retired(world, own)

    with pytest.raises(Invalid) as refused:
        defined(world, key=key)
    assert wrong(refused) == [("key", "taken")]


def test_two_who_define_the_same_at_the_same_moment_are_one_and_one_who_is_told(world, own, monkeypatch):
    monkeypatch.setattr(module, "_of_the_key", lambda key: [])  # the other was not there yet when this one looked

    with pytest.raises(Invalid) as refused:
        defined(world, title="Another")
    assert wrong(refused) == [("key", "taken")]
    assert Criterion.objects.get().title == own.title
    assert AuditEvent.objects.filter(kind="dependencies.criterion.defined").count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [({"title": " "}, "title"), ({"title": "x" * 121}, "title"), ({"description": ""}, "description"), ({"description": "x" * 2001}, "description")],
)  # fmt: skip
def test_a_criterion_says_what_it_is_called_and_what_was_done(world, change, field):
    with pytest.raises(Invalid) as refused:
        defined(world, **change)
    assert [error.field for error in refused.value.errors] == [field]


def test_it_includes_only_what_may_be_stated_now(world, own):
    second_one = defined(world, key="read-twice", title="两人各读一遍", implies=[KEY, "safe-to-run"])
    assert second_one.title == str(second_one) == "两人各读一遍"
    assert criteria_known().implied_by("read-twice") == {"read-twice", KEY, "io-verified", "safe-to-run"}
    retired(world, own)

    for name in ("nowhere", "third", KEY):
        with pytest.raises(Invalid) as refused:
            defined(world, key="third", implies=[name])
        assert wrong(refused) == [("implies", "unknown")]
        assert "safe-to-run, safe-to-deploy, io-verified, read-twice" in str(refused.value.errors[0].message)
    assert criteria_known().implied_by("read-twice") == {"read-twice", KEY, "io-verified", "safe-to-run"}


def test_security_of_the_whole_organisation_and_administrators_define_and_retire(world, own):
    sam = second(world)
    assert services.define_criterion(actor=sam, **{**SAID, "key": "by-sam"}).created_by == sam.user

    for actor in (world.security, world.lead, world.stranger, world.ci):  # this security holds its role for one use case
        with pytest.raises(NotAllowed):
            services.define_criterion(actor=actor, **{**SAID, "key": "by-them"})
        with pytest.raises(NotAllowed):
            services.retire_criterion(actor=actor, criterion=own, reason="No.")


def test_it_is_retired_once_with_a_reason(world, own):
    with pytest.raises(Invalid) as refused:
        services.retire_criterion(actor=world.admin, criterion=own, reason=" ")
    assert wrong(refused) == [("reason", "required")]

    row = retired(world, own)
    assert row.retired_at is not None
    assert AuditEvent.objects.get(kind="dependencies.criterion.retired").subject_id == own.public_id
    assert [item.key for item in criteria_offered()] == list(SHIPPED)
    with pytest.raises(Conflict):
        retired(world, own)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE dependencies_criterion SET implies = '[]'",
        "UPDATE dependencies_criterion SET title = 'Else'",
        "UPDATE dependencies_criterion SET key = 'else'",
        "DELETE FROM dependencies_criterion",
    ],
)
def test_the_database_lets_nobody_rewrite_what_it_says(world, own, sql):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


# Stating -------------------------------------------------------------------------------------------------------------


def stating(world, release, name: str) -> dict[str, Any]:
    """Each way to state a criterion, by what it is called."""
    source = {
        "kind": "package", "title": "thing", "index": "https://pypi.org/simple", "packages": [NAME], "owner": world.lead.user,
        "reason": "Public builds.", "ends_at": clock.now() + YEAR,
    }  # fmt: skip
    return {
        "review": lambda: services.start_review(actor=world.scientist, release=release, criteria=[name]),
        "request": lambda: services.ask_review(actor=world.scientist, name=NAME, version="1.0", criteria=[name]),
        "source": lambda: services.add_source(actor=world.security, criteria=[name], **source),
        "ruling": lambda: services.ask_ruling(
            actor=world.scientist, effect="exempt", name=NAME, specifier="==1.0", criteria=[name], reason="Soon.",
            expires_at=clock.now() + YEAR / 2,
        ),
    }  # fmt: skip


@pytest.mark.parametrize("what", ["review", "request", "source", "ruling"])
def test_what_may_be_stated_is_stated_and_what_was_retired_is_not(world, own, release, what):
    kept = stating(world, release, KEY)[what]()
    assert kept.criteria == [KEY]
    retired(world, own)

    again = stating(world, released({f"{NAME}/b.py": READS}, "2.0", NAME), KEY)[what]
    with pytest.raises(Invalid) as refused:
        again()
    assert wrong(refused) == [("criteria", "unknown")]
    assert "safe-to-run, safe-to-deploy, io-verified" in str(refused.value.errors[0].message)
    kept.refresh_from_db()
    assert kept.criteria == [KEY]


def test_a_draft_that_was_begun_for_it_is_not_handed_in_for_it_after_it_was_retired(world, own, release):
    review = services.start_review(actor=world.scientist, release=release, criteria=ALL)
    points = {point["key"]: {"verdict": "expected", "why": "Its own."} for point in review.scan.facts["points"]}
    services.save_points(actor=world.scientist, review=review, points=points)
    retired(world, own)

    with pytest.raises(Invalid) as refused:
        services.prepare_review(actor=world.scientist, review=review, expires_at=clock.now() + YEAR)
    assert wrong(refused) == [("criteria", "unknown")]
    services.prepare_review(actor=world.scientist, review=review, expires_at=clock.now() + YEAR, criteria=["safe-to-deploy"])
    assert Review.objects.get().criteria == ["safe-to-deploy"]


def test_a_request_for_what_another_criterion_includes_asks_for_no_more(world, own):
    request = services.ask_review(actor=world.scientist, name=NAME, version="1.0", criteria=["io-verified", KEY])
    assert request.criteria == [KEY]


def test_what_ships_alone_costs_no_question(world, own):
    with CaptureQueriesContext(connection) as none:
        assert not_offered(["safe-to-run", "io-verified"]) == ([], [])
        assert criterion_titles(SHIPPED) == {}
    assert len(none) == 0
    assert criterion_titles(["safe-to-run", KEY, "nowhere"]) == {KEY: SAID["title"]}


# What it means -------------------------------------------------------------------------------------------------------


def test_a_review_for_it_counts_for_what_it_includes_and_goes_on_doing_so(world, own, release):
    up_to_date(world)
    reviewed(world, release, criteria=ALL)
    lock = locked(world, release)
    assert status_of([lock], use_case=None).part("reviewed") == "allow"  # the highest tier wants io-verified
    assert status_of([lock], use_case=None, also=[KEY]).part("reviewed") == "allow"
    before = clock.now()
    retired(world, own)

    assert status_of([lock], use_case=None, also=[KEY]).part("reviewed") == "allow"
    facts = facts_of([lock], use_case=None)
    assert facts_digest(facts) == facts_digest(facts_of([lock], use_case=None, at=before))
    assert status_of_facts(from_mapping(facts_mapping(facts))).part("reviewed") == "allow"
    assert from_mapping(facts_mapping(facts)) == facts


def test_a_prepared_review_may_be_confirmed_after_what_it_states_was_retired(world, own, release):
    review = prepared(world.scientist, release, criteria=ALL)
    retired(world, own)

    services.confirm_review(actor=world.security, review=review, digest=review.content_digest)
    assert status_of([locked(world, release)], use_case=None, also=[KEY]).part("reviewed") == "allow"


def test_a_failed_review_for_what_it_includes_fails_it_too(world, own, release):
    lock = locked(world, release)
    prepared(world.scientist, release, criteria=["io-verified"], verdict="fail", notes="It sends everything.")

    status = status_of([lock], use_case=world.use_case, also=[KEY])
    assert "failed_review" in {reason.code for row in status.requirements for reason in row.reasons}


def test_it_is_no_criterion_before_it_was_defined(world, release):
    before = clock.now()
    defined(world)

    assert KEY not in criteria_known(before)
    assert KEY in criteria_known()


def test_the_smallest_work_knows_what_it_includes(world, own, release):
    reviewed(world, release, criteria=ALL)
    following = released({f"{NAME}/a.py": READS, f"{NAME}/b.py": READS}, "2.0", NAME)

    found = suggestions_of(locked(world, following), criteria=["io-verified", KEY])
    assert [item.missing for item in found.items] == [(KEY,)]
    assert [(step.base, step.target) for step in found.items[0].offer.best.reviews] == [(release.public_id, following.public_id)]
    assert suggestions_of(locked(world, release, path="other.txt"), criteria=["io-verified", KEY]).items == ()


def test_licences_and_criteria_are_read_in_one_statement(world, own):
    services.rule_licence(actor=second(world, "lou"), licence="MIT", answer="allowed", reason="Asks for its notice.")
    services.rule_licence(actor=second(world, "max"), licence="MIT", answer="denied", reason="Not here.")

    with CaptureQueriesContext(connection) as asked:
        policy, criteria = policy_and_criteria(clock.now())
    assert len(asked) == 1
    assert (policy, criteria) == (licence_policy(), criteria_known())
    assert policy.denied == {"MIT"}


own_criteria = some.dictionaries(
    some.sampled_from(["a-one", "b-two", "c-three", *SHIPPED]),
    some.lists(some.sampled_from([*SHIPPED]), max_size=3),
    max_size=4,
)


@given(own_criteria, some.sets(some.sampled_from([*SHIPPED])), some.sampled_from([*SHIPPED]))
def test_own_criteria_never_change_what_those_that_ship_say(own, stated, wanted):
    both = SHIPPED.and_own(own)

    assert both.implied_by(wanted) == SHIPPED.implied_by(wanted)
    assert both.vouch(stated, wanted) == SHIPPED.vouch(stated, wanted)
    assert both.refute(stated, wanted) == SHIPPED.refute(stated, wanted)
    assert both.minimal(stated) == SHIPPED.minimal(stated)
    assert Criteria(both.as_mapping()) == both
    assert set(both) == {*SHIPPED, *own}
