"""The report on a release of a dictionary: in both languages, and open to everybody inside."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from foundation import actor as actors
from foundation.errors import Missing, NotAllowed
from governance.dictionary import services as dictionary
from governance.dictionary.services.releases import sign_release
from governance.people import services as people
from reports.models import Report
from reports.selectors import choices_for
from reports.services import request_report
from tests.dictionary.approved import define
from tests.reports.test_content import composed, texts

TENURE = {
    "name": "Length of the relation",
    "definition": "Whole months since the first contract.",
    "logical_type": "integer",
    "unit": "mo",
    "null_meanings": {"-1": "Moved in without a contract"},
    "texts": [{"locale": "zh-Hans", "name": "在网时长", "definition": "自首份合同起的整月数。"}],
}


@pytest.fixture
def released(world):
    """A dictionary with one element that has names in two languages and aliases in both, released once."""
    book = dictionary.create_dictionary(actor=world.governance, slug="customers", title="Customers")
    team = people.create_team(actor=world.admin, slug="sales", title="Sales")
    element = define(actor=world.governance, dictionary=book, key="tenure", **TENURE)
    for term, locale in (("loyalty", "en"), ("网龄", "zh-Hans")):
        dictionary.add_alias(actor=world.governance, element=element, term=term, locale=locale)
    dictionary.bind_column(
        actor=world.governance,
        element=element,
        team=team,
        dataset="crm",
        column="t",
        deviation="Days.",
        declared={"factor": "30"},
    )
    release = sign_release(
        actor=actors.system("worker"), release=dictionary.make_release(actor=world.governance, dictionary=book)
    )
    return SimpleNamespace(world=world, book=book, release=release)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_names_and_aliases_of_both_languages_stand_in_both_reports(released, language):
    content = composed(released.world.stranger, kind="dictionary_release", scope="customers", language=language)
    said = texts(content)

    for part in (
        "Length of the relation",
        "在网时长",
        "自首份合同起的整月数。",
        "loyalty",
        "网龄",
        "Moved in without a contract",
    ):
        assert part in said
    assert "crm.t" in said
    assert released.release.root in said


def test_what_is_new_since_the_release_before_is_told_field_by_field(released):
    world = released.world
    define(actor=world.governance, dictionary=released.book, key="tenure", meaning_changed=True, **{**TENURE, "unit": "d"})
    define(actor=world.governance, dictionary=released.book, key="plan", definition="The tariff.", logical_type="string")
    dictionary.make_release(actor=world.governance, dictionary=released.book)
    newest = texts(composed(world.lead, kind="dictionary_release", scope="customers"))
    first = texts(composed(world.lead, kind="dictionary_release", scope="customers@1"))

    assert "1.0.0 → 2.0.0" in newest
    assert "The tariff." in newest
    assert "The tariff." not in first


def test_everybody_inside_reads_it_and_nobody_from_outside(released):
    world = released.world
    row = request_report(actor=world.lead, kind="dictionary_release", scope="customers@1")

    assert row.scope == "customers@1"
    assert Report.objects.visible_to(world.stranger).filter(pk=row.pk).exists()
    people.grant_role(
        actor=actors.system("setup"), user=world.stranger.user, role="client_representative", scope=world.use_case.public_id
    )
    assert not Report.objects.visible_to(world.stranger).filter(pk=row.pk).exists()
    with pytest.raises((NotAllowed, Missing)):
        request_report(actor=world.stranger, kind="dictionary_release", scope="customers@1")


def test_it_can_be_chosen_by_name(released):
    assert ("dictionary_release:customers@1", "Dictionary: Customers · 1") in choices_for(released.world.lead)


@pytest.mark.parametrize("scope", ["customers@2", "customers@x", "nothing", "nothing@1", "", "customers@99999999999999"])
def test_a_release_that_is_not_there_is_missing(released, scope):
    with pytest.raises(Missing):
        request_report(actor=released.world.lead, kind="dictionary_release", scope=scope)


def test_the_files_hold_the_signed_list(released, make):
    row = make(released.world.lead, kind="dictionary_release", scope="customers")

    assert row.is_finished
    assert row.pages >= 4
