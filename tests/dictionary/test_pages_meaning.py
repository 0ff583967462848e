"""Writing down what an element should mean: the form keeps what it does not show, and proposes rather than decides."""

from __future__ import annotations

import pytest

from governance.dictionary import services
from governance.dictionary.forms import MeaningForm
from governance.dictionary.forms.lines import pair_lines, pairs_of
from governance.dictionary.models import DataElement, ElementVersion, Proposal
from tests.dictionary.approved import define
from tests.usecases.test_pages import text_of

ADDRESS = "/dictionary/customers/elements/status/meaning/"
SAID = {
    "name": "Status",
    "definition": "Whether the contract runs.\nCounted daily.",
    "logical_type": "string",
    "format": "code",
    "semantic_type": "category",
    "sensitivity": "internal",
    "null_policy": "allowed",
    "null_meanings": {"": "Never signed.", "-1": "Unknown = nobody\nasked."},
    "domain": {
        "values": [
            {"code": "A", "meaning": "Runs.", "labels": {"zh-Hans": "有效"}, "valid_from": "2020-01-01"},
            {"code": "x = y", "meaning": "An odd one."},
        ],
        "pattern": " ?[A-Z]",
        "max_length": 5,
        "multiple_of": "2",
    },
    "is_key": True,
    "references": {"element": "state_code", "cardinality": "one_to_one", "required": True},
    "examples": ["A", " B"],
    "formula": {"expression": "a\nb", "language": "sql", "sources": ["state_code"]},
    "effective_until": "2199-12-31",
    "tags": ["contract"],
    "texts": [{"locale": "de", "name": "Zustand"}, {"locale": "zh-Hans", "name": "状态", "definition": "合同状态。"}],
    "extra": {"dbt": {"meta": {"owner": "x"}}},
}


@pytest.fixture
def book(world):
    row = services.create_dictionary(actor=world.governance, slug="customers", title="Customers")
    define(actor=world.governance, dictionary=row, key="status", **SAID)
    return row


def as_sent(form, **typed):
    """What a browser sends of a form that somebody changed a little."""
    sent = {}
    for field in form:
        value = field.value()
        if value is True:
            sent[field.name] = "on"
        elif value not in (None, False):
            sent[field.name] = str(value).replace("\n", "\r\n")
    return {**sent, **typed}


def page_of(world, part="data_engineer", address=ADDRESS):
    return world.client(part).get(address).context


def sent_from(world, **typed):
    context = page_of(world)
    hidden = {"based_on": str(context["newest"].number), "start": str(context["start"].number)}
    return {**as_sent(context["form"]), **hidden, **typed}


def newest():
    return ElementVersion.objects.order_by("-pk").first()


def test_a_form_that_nobody_touched_says_what_was_said_to_the_letter(world, book):
    before = newest()
    form = MeaningForm(as_sent(MeaningForm(start=before.said)), start=before.said)

    assert form.is_valid(), form.errors
    assert form.said() == before.said


def test_what_is_typed_changes_and_nothing_else_does(world, book):
    before = newest().said
    form = MeaningForm(as_sent(MeaningForm(start=before), unit="EUR", max_length="7"), start=before)

    assert form.is_valid(), form.errors
    assert form.said() == {**before, "unit": "EUR", "domain": {**before["domain"], "max_length": 7}}


def test_a_code_that_stays_keeps_its_label_and_dates_and_one_that_goes_is_gone(world, book):
    before = newest().said
    form = MeaningForm(as_sent(MeaningForm(start=before), values="A = Runs now.\r\nE = Ended."), start=before)

    assert form.is_valid(), form.errors
    assert form.said()["domain"]["values"] == [
        {"code": "A", "meaning": "Runs now.", "labels": {"zh-Hans": "有效"}, "valid_from": "2020-01-01"},
        {"code": "E", "meaning": "Ended."},
    ]


def test_what_is_emptied_is_no_longer_said(world, book):
    before = newest().said
    typed = {
        "null_meanings": "",
        "values": "",
        "reference": "",
        "formula": "",
        "sources": "",
        "other_name": "",
        "other_definition": "",
    }
    form = MeaningForm(as_sent(MeaningForm(start=before), **typed), start=before)

    assert form.is_valid(), form.errors
    said = form.said()
    assert {"null_meanings", "references", "formula"}.isdisjoint(said)
    assert "values" not in said["domain"]
    assert said["texts"] == [{"locale": "de", "name": "Zustand"}]


def test_pairs_are_read_back_as_they_were_written():
    pairs = [("", "Never signed."), ("-1", "Unknown = nobody\nasked."), ("a=b", ""), ("x = y", "odd")]

    assert pairs_of(pair_lines(pairs), pairs) == pairs
    assert pairs_of("= empty\n-1=unknown\n\n N/A \n x = y = z") == [
        ("", "empty"), ("-1", "unknown"), ("N/A", ""), ("x", "y = z"),
    ]  # fmt: skip


def test_a_change_is_proposed_in_a_new_proposal_and_means_nothing_until_then(world, book):
    sent = sent_from(
        world, definition="Whether it is in force.", command="propose", proposal="new", title="Say it better", rationale="Unclear.",
        meaning_changed="no",
    )  # fmt: skip

    answer = world.client("data_engineer").post(ADDRESS, sent)

    proposal = Proposal.objects.get(title="Say it better")
    assert answer["Location"] == f"/dictionary/customers/proposals/{proposal.public_id}/"
    [change] = proposal.live_changes()
    assert (change.kind, change.meaning_changed, change.created_by) == ("change", False, world.data_engineer.user)
    assert change.version.said["tags"] == ["contract"]
    assert not change.version.is_approved
    assert DataElement.objects.get().current_version().definition.startswith("Whether the contract runs.")


def test_a_change_joins_an_open_proposal_of_ones_own_and_a_second_one_takes_its_place(world, book):
    own = services.open_proposal(actor=world.data_engineer, dictionary=book, title="Mine", rationale="Why.")
    client = world.client("data_engineer")

    for definition in ("First try.", "Second try."):
        sent = sent_from(world, definition=definition, command="propose", proposal=own.public_id)
        assert client.post(ADDRESS, sent)["Location"] == f"/dictionary/customers/proposals/{own.public_id}/"

    assert [change.version.definition for change in own.live_changes()] == ["Second try."]


def test_a_form_opened_from_a_proposal_begins_with_its_draft_and_chooses_it(world, book):
    own = services.open_proposal(actor=world.data_engineer, dictionary=book, title="Mine", rationale="Why.")
    world.client("data_engineer").post(
        ADDRESS, sent_from(world, definition="First try.", command="propose", proposal=own.public_id)
    )

    context = page_of(world, address=f"{ADDRESS}?proposal={own.public_id}")

    assert context["form"]["definition"].value() == "First try."
    assert context["asked"]["proposal"].value() == own.public_id
    assert page_of(world)["form"]["definition"].value().startswith("Whether the contract runs.")


def test_a_proposal_of_somebody_else_cannot_be_chosen(world, book):
    theirs = services.open_proposal(actor=world.governance, dictionary=book, title="Theirs", rationale="Why.")
    sent = sent_from(world, definition="Mine.", command="propose", proposal=theirs.public_id)

    answer = world.client("data_engineer").post(ADDRESS, sent)

    assert answer.status_code == 400
    assert not theirs.live_changes().exists()


def test_a_proposal_without_title_and_reason_is_asked_for_both_and_nothing_is_written(world, book):
    answer = world.client("data_engineer").post(ADDRESS, sent_from(world, definition="Mine.", command="propose", proposal="new"))

    assert answer.status_code == 400
    assert set(answer.context["asked"].errors) == {"title", "rationale"}
    assert answer.context["form"]["definition"].value() == "Mine."
    assert ElementVersion.objects.count() == 1


def test_a_change_that_changes_nothing_leaves_no_proposal_behind(world, book):
    sent = sent_from(world, command="propose", proposal="new", title="Nothing", rationale="Why.")

    answer = world.client("data_engineer").post(ADDRESS, sent)

    assert answer.status_code == 400
    assert not Proposal.objects.filter(title="Nothing").exists()


def test_a_draft_is_saved_without_a_proposal(world, book):
    answer = world.client("data_engineer").post(ADDRESS, sent_from(world, definition="Mine.", command="draft"))

    assert answer["Location"] == "/dictionary/customers/elements/status/"
    assert (newest().number, newest().definition, newest().is_approved) == (2, "Mine.", False)


def test_a_meaning_that_changed_meanwhile_shows_the_difference_and_keeps_the_text(world, book):
    sent = sent_from(world, definition="My other idea.", command="draft")
    client = world.client("governance")
    client.post(ADDRESS, {**sent, "definition": "Somebody was faster."})

    answer = client.post(ADDRESS, sent)

    page = text_of(answer)
    assert answer.status_code == 409
    assert "This changed after you opened it" in page
    assert "<ins>Somebody was faster.</ins>" in page
    assert "My other idea." in page
    assert client.post(ADDRESS, {**sent, "based_on": "2"}).status_code == 302
    assert newest().number == 3


def test_what_is_wrong_is_told_at_its_field_in_words(world, book):
    sent = sent_from(world, timezone="Mars/Olympus", minimum="many", values="A = x\nA = y", reference="No Such", pattern="(")

    answer = world.client("data_engineer").post(ADDRESS, sent)

    assert answer.status_code == 400
    assert {"timezone", "minimum", "values", "reference", "pattern"} <= set(answer.context["form"].errors)


def test_a_new_element_is_written_down_in_two_languages_and_proposed(world, book):
    sent = {
        "key": "signup_date", "name": "Sign-up date", "definition": "Day of the first contract.", "logical_type": "date",
        "sensitivity": "personal", "other_name": "注册日期", "other_definition": "第一份合同的日期。", "examples": "2026-01-31\n\n2026-02-01\n",
        "command": "propose", "proposal": "new", "title": "Add it", "rationale": "Needed.",
    }  # fmt: skip

    answer = world.client("scientist").post("/dictionary/customers/new/", sent)

    proposal = Proposal.objects.get(title="Add it")
    assert answer["Location"] == f"/dictionary/customers/proposals/{proposal.public_id}/"
    said = newest().said
    assert said["texts"] == [{"locale": "zh-Hans", "name": "注册日期", "definition": "第一份合同的日期。"}]
    assert said["examples"] == ["2026-01-31", "2026-02-01"]
    assert said["sensitivity"] == "personal"


def test_in_a_chinese_dictionary_the_other_language_is_english(world):
    services.create_dictionary(actor=world.governance, slug="orders", title="订单", language="zh-Hans")

    form = page_of(world, address="/dictionary/orders/new/")["form"]

    assert form["other_name"].label == "Name in English"


def test_a_key_that_is_taken_keeps_what_was_typed(world, book):
    sent = {
        "key": "status",
        "name": "Another",
        "definition": "My long definition.",
        "logical_type": "date",
        "sensitivity": "internal",
    }

    answer = world.client("governance").post("/dictionary/customers/new/", sent)

    assert answer.status_code == 409
    assert "My long definition." in text_of(answer)
    assert "There is an element status in this dictionary already." in text_of(answer)


def test_who_may_not_propose_is_refused_and_keeps_the_text(world, book):
    answer = world.client("stranger").post(ADDRESS, sent_from(world, definition="Whatever I like.", command="draft"))

    assert answer.status_code == 403
    assert "Whatever I like." in text_of(answer)
    assert ElementVersion.objects.count() == 1
