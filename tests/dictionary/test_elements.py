from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction

from foundation.actor import system
from foundation.canonical import digest
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.dictionary import services
from governance.dictionary.models import DataElement, Dictionary, ElementVersion
from governance.dictionary.permissions import may_keep
from governance.people import services as people

MEANING = {"definition": "Day on which the first contract was signed.", "logical_type": "date"}


def test_an_element_begins_with_its_first_version(room):
    version = room.element.current_version()

    assert version is not None
    assert (version.number, version.sensitivity) == (1, "internal")
    assert version.digest == digest(version.body())
    assert room.element.path == "customers/customer.signup_date"


def test_the_same_meaning_is_not_written_twice(room):
    first = room.element.current_version()
    again = services.write_version(
        actor=room.governance, element=room.element, **{**MEANING, "definition": f" {MEANING['definition']}\n"}
    )

    assert again == first
    assert AuditEvent.objects.filter(kind="dictionary.version.written").count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"definition": "Day of the first payment."},
        {"logical_type": "timestamp"},
        {"semantic_type": "temporal"},
        {"unit": "d"},
        {"null_meaning": "Not signed yet"},
        {"sensitivity": "personal"},
        {"examples": ["2024-02-29"]},
    ],
)
def test_another_meaning_is_the_next_version(room, change):
    version = services.write_version(actor=room.governance, element=room.element, **{**MEANING, **change})

    assert version.number == 2
    assert room.element.current_version() == version
    assert ElementVersion.objects.newest().get(element=room.element) == version


def test_a_key_is_given_once_for_ever(room):
    with pytest.raises(Conflict, match=r"customer\.signup_date"):
        services.add_element(
            actor=room.governance, dictionary=room.dictionary, key="customer.signup_date", name="Again", **MEANING
        )


@pytest.mark.parametrize("key", ["Customer", "customer..id", "1st", "customer id", "客户", "a.", "", "a" * 81])
def test_a_key_that_would_not_last_is_refused(room, key):
    with pytest.raises(Invalid) as caught:
        services.add_element(actor=room.governance, dictionary=room.dictionary, key=key, name="X", **MEANING)

    assert caught.value.errors[0].field == "key"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"definition": " "}, "definition"),
        ({"definition": "x" * 4001}, "definition"),
        ({"logical_type": "colour"}, "logical_type"),
        ({"semantic_type": "mood"}, "semantic_type"),
        ({"sensitivity": ""}, "sensitivity"),
        ({"examples": ["x"] * 21}, "examples"),
        ({"examples": ["ok", "x" * 201]}, "examples[1]"),
    ],
)
def test_a_bad_meaning_leaves_no_element_behind(room, change, field):
    with pytest.raises(Invalid) as caught:
        services.add_element(actor=room.governance, dictionary=room.dictionary, key="new", name="New", **{**MEANING, **change})

    assert caught.value.errors[0].field == field
    assert not DataElement.objects.filter(key="new").exists()
    assert AuditEvent.objects.filter(kind="dictionary.element.added").count() == 1  # the one of the room


def test_renaming_changes_neither_key_nor_meaning(room):
    before = room.element.current_version()
    row = services.rename_element(actor=room.governance, element=room.element, name="Date of sign-up")

    assert (row.name, row.key, row.current_version()) == ("Date of sign-up", "customer.signup_date", before)
    assert services.rename_element(actor=room.governance, element=row, name="Date of sign-up ") == row
    assert AuditEvent.objects.filter(kind="dictionary.element.renamed").count() == 1


def test_defining_adds_first_and_writes_a_version_then(room):
    def define(**change):
        return services.define_element(
            actor=room.governance,
            dictionary=room.dictionary,
            key="customer.id",
            **{**MEANING, "logical_type": "string", **change},
        )

    added = define(name="Customer number")
    changed = define(name="Customer id", semantic_type="identifier")

    assert added.pk == changed.pk
    assert (changed.name, changed.current_version().number) == ("Customer id", 2)


def test_a_failed_definition_renames_nothing(room):
    with pytest.raises(Invalid):
        services.define_element(
            actor=room.governance,
            dictionary=room.dictionary,
            key=room.element.key,
            name="Other",
            definition="",
            logical_type="date",
        )

    room.element.refresh_from_db()
    assert room.element.name == "Sign-up date"


@pytest.mark.parametrize("who", ["engineer", "auditor", "stranger"])
def test_only_data_governance_writes_meanings(room, who):
    actor = getattr(room, who)

    with pytest.raises(NotAllowed, match="data governance"):
        services.write_version(actor=actor, element=room.element, **{**MEANING, "unit": "d"})
    with pytest.raises(NotAllowed, match="data governance"):
        services.create_dictionary(actor=actor, slug="mine", title="Mine")


def test_a_service_token_writes_what_its_owner_may_and_only_where_it_reaches(room):
    assert services.write_version(actor=room.token, element=room.element, **{**MEANING, "unit": "d"}).number == 2

    people.grant_role(actor=system("setup"), user=room.stranger.user, role="data_governance", scope="uc_elsewhere")
    assert may_keep(room.stranger)
    bound = replace(room.token, user=room.stranger.user)
    assert not may_keep(bound)


def test_a_dictionary_slug_is_taken_once(room):
    with pytest.raises(Conflict, match="customers"):
        services.create_dictionary(actor=room.governance, slug="customers", title="Others")


def test_everybody_signed_in_reads_the_dictionary(room):
    assert Dictionary.objects.visible_to(room.stranger).count() == 1
    assert DataElement.objects.visible_to(room.stranger).count() == 1
    assert ElementVersion.objects.visible_to(room.stranger).count() == 1


def test_the_database_itself_keeps_keys_and_meanings(room):
    version = room.element.current_version()

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        ElementVersion._base_manager.filter(pk=version.pk).update(definition="Something else")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        DataElement.objects.filter(pk=room.element.pk).update(key="other")


def test_newest_can_be_asked_for_any_time(room):
    first = room.element.current_version()
    second = services.write_version(actor=room.governance, element=room.element, **{**MEANING, "unit": "d"})

    assert ElementVersion.objects.newest(first.created_at).get() == first
    assert ElementVersion.objects.newest(second.created_at).get() == second
