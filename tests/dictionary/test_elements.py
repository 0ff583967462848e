from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from foundation import clock
from foundation.actor import system
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.dictionary import services
from governance.dictionary.elements import content_digest
from governance.dictionary.models import DataElement, Dictionary, ElementVersion
from governance.dictionary.permissions import may_draft, may_keep
from governance.people import services as people
from tests.dictionary.approved import define, version_of

MEANING = {"name": "Sign-up date", "definition": "Day on which the first contract was signed.", "logical_type": "date"}


def draft(room, *, actor=None, key="customer.signup_date", **said):
    return services.draft_version(actor=actor or room.engineer, dictionary=room.dictionary, key=key, said={**MEANING, **said})


def test_an_element_begins_with_its_first_version(room):
    version = version_of(room.element)

    assert (version.number, version.semver) == (1, "1.0.0")
    assert version.digest == content_digest(version.value)
    assert room.element.path == "customers/customer.signup_date"


def test_the_same_meaning_is_not_written_twice(room):
    first = version_of(room.element)
    again = draft(room, definition=f" {MEANING['definition']}\n")

    assert again == first
    assert AuditEvent.objects.filter(kind="dictionary.version.drafted").count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"definition": "Day of the first payment."},
        {"logical_type": "timestamp"},
        {"semantic_type": "temporal"},
        {"unit": "d"},
        {"null_meanings": {"": "Not signed yet"}},
        {"sensitivity": "personal"},
        {"examples": ["2024-02-29"]},
        {"timezone": "Asia/Shanghai"},
        {"domain": {"values": [{"code": "a", "meaning": "A"}]}},
    ],
)
def test_another_meaning_is_a_draft_that_changes_nothing_for_anybody(room, change):
    before = version_of(room.element)
    version = draft(room, **change)

    assert (version.number, version.is_approved, version.semver, version.reads_as) == (2, False, None, None)
    assert version_of(room.element) == before
    assert ElementVersion.objects.newest().get(element=room.element) == version


@pytest.mark.parametrize("key", ["Customer", "customer..id", "1st", "customer id", "客户", "a.", "a" * 81])
def test_a_key_that_would_not_last_is_refused(room, key):
    with pytest.raises(Invalid) as caught:
        draft(room, key=key)

    assert caught.value.errors[0].field == "key"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"logical_type": "colour"}, "logical_type"),
        ({"semantic_type": "mood"}, "semantic_type"),
        ({"sensitivity": "secret"}, "sensitivity"),
        ({"unit": ["kg"]}, "unit"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"examples": [{"a": 1}]}, "examples[0]"),
        ({"nonsense": "x"}, "nonsense"),
    ],
)
def test_a_bad_meaning_leaves_no_element_behind(room, change, field):
    with pytest.raises(Invalid) as caught:
        draft(room, key="new", **change)

    assert caught.value.errors[0].field == field
    assert not DataElement.objects.filter(key="new").exists()
    assert AuditEvent.objects.filter(kind="dictionary.element.added").count() == 1  # the one of the room


def test_everything_that_is_wrong_is_told_at_once(room):
    with pytest.raises(Invalid) as caught:
        draft(room, key="new", unit=["kg"], logical_type="colour", timezone="Mars/Olympus")

    assert {error.field for error in caught.value.errors} == {"unit", "logical_type", "timezone"}


def test_a_name_belongs_to_the_meaning_and_the_key_stays(room):
    row = define(
        actor=room.governance, dictionary=room.dictionary, key=room.element.key, **{**MEANING, "name": "Date of sign-up"}
    )

    assert (row.name, row.key, row.legend) == ("Date of sign-up", "customer.signup_date", room.element.legend)
    assert version_of(row).semver == "1.0.1"


def test_a_draft_renames_nothing_that_is_approved(room):
    draft(room, name="Other")

    room.element.refresh_from_db()
    assert room.element.name == "Sign-up date"


def test_who_works_with_data_drafts_and_nobody_else(room):
    assert draft(room, unit="d").created_by == room.engineer.user
    for who in ("auditor", "stranger"):
        with pytest.raises(NotAllowed, match="propose what a column means"):
            draft(room, actor=getattr(room, who), unit="h")


@pytest.mark.parametrize("who", ["engineer", "auditor", "stranger"])
def test_only_data_governance_opens_dictionaries_and_names_stewards(room, who):
    actor = getattr(room, who)

    with pytest.raises(NotAllowed, match="data governance"):
        services.create_dictionary(actor=actor, slug="mine", title="Mine")
    with pytest.raises(NotAllowed, match="data governance"):
        services.set_steward(actor=actor, element=room.element, steward=room.engineer.user)


def test_a_service_token_drafts_what_its_owner_may_and_only_where_it_reaches(room):
    assert draft(room, actor=room.token, unit="d").number == 2

    people.grant_role(actor=system("setup"), user=room.stranger.user, role="data_governance", scope="uc_elsewhere")
    assert may_keep(room.stranger)
    bound = replace(room.token, user=room.stranger.user)
    assert not may_keep(bound)
    assert not may_draft(bound)


def test_a_dictionary_slug_is_taken_once(room):
    with pytest.raises(Conflict, match="customers"):
        services.create_dictionary(actor=room.governance, slug="customers", title="Others")


def test_everybody_signed_in_reads_the_dictionary(room):
    assert Dictionary.objects.visible_to(room.stranger).count() == 1
    assert DataElement.objects.visible_to(room.stranger).count() == 1
    assert ElementVersion.objects.visible_to(room.stranger).count() == 1


def test_the_database_itself_keeps_keys_and_meanings(room):
    version = version_of(room.element)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        ElementVersion._base_manager.filter(pk=version.pk).update(definition="Something else")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        DataElement.objects.filter(pk=room.element.pk).update(key="other")


def test_what_was_in_force_can_be_asked_for_any_time(room):
    first = version_of(room.element)
    define(actor=room.governance, dictionary=room.dictionary, key=room.element.key, **{**MEANING, "unit": "d"})
    second = version_of(room.element)

    assert (first.number, second.number) == (1, 2)
    assert room.element.current_version(first.approved_at) == first
    assert ElementVersion.objects.in_force(second.approved_at).get() == second


def test_somebody_who_wrote_meanwhile_is_not_written_over(room):
    services.draft_version(
        actor=room.governance, dictionary=room.dictionary, key=room.element.key, said={**MEANING, "unit": "d"}, based_on=1
    )

    with pytest.raises(Conflict, match="meanwhile"):
        services.draft_version(
            actor=room.engineer, dictionary=room.dictionary, key=room.element.key, said={**MEANING, "unit": "h"}, based_on=1
        )


def test_a_meaning_holds_from_its_first_day_to_its_last(room):
    today = clock.now().date()
    later = {**MEANING, "unit": "d", "effective_from": (today + timedelta(days=10)).isoformat()}
    later["effective_until"] = (today + timedelta(days=20)).isoformat()
    define(actor=room.governance, dictionary=room.dictionary, key=room.element.key, **later)

    def number(days):
        found = room.element.current_version(clock.now() + timedelta(days=days))
        return found and found.number

    assert [number(days) for days in (0, 9, 10, 20, 21)] == [1, 1, 2, 2, None]
