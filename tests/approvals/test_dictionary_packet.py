"""What a reviewer of a change to the dictionary sees: in words, field by field, with whom it breaks."""

from __future__ import annotations

import pytest
from django.utils import translation

from governance.dictionary import services as dictionary
from tests.approvals.pages import page, text_of
from tests.approvals.proposing import make_book
from tests.dictionary.approved import define

pytestmark = pytest.mark.django_db
DOLLARS = {"unit": "USD", "definition": "What a customer paid in dollars.", "meaning_changed": True}


@pytest.fixture
def book(world):
    found = make_book(world)
    found.reads(found.team("sales", world.scientist), dataset="facts", physical_type="decimal(12,2)")
    return found


def part(said: str) -> str:
    """The part about the changes, of the text of a page."""
    return said[said.index("Changes of meaning") :]


def test_each_element_stands_with_before_and_after_in_words_and_the_proposers_answer(world, book):
    request = book.asks(book.proposes(**DOLLARS))
    said = part(text_of(page(world, "scientist", request)))

    assert "Why It is needed." in said
    assert "Revenue money/revenue" in said
    assert "changed meaning" in said
    assert "Unit EUR USD" in said
    assert "Definition What a customer paid in a month. What a customer paid in dollars." in said
    assert "Does the meaning change? Yes, it means something else" in said
    assert "Least step of the version major" in said
    assert "sha256:" not in said.split("Least step")[0]


def test_whom_it_breaks_is_named_and_what_nobody_knows_is_not_called_harmless(world, book):
    said = part(text_of(page(world, "scientist", book.asks(book.proposes(**DOLLARS)))))
    assert "Breaks Sales" in said
    other = define(actor=book.keeper, dictionary=book.words, key="lonely", logical_type="number", unit="EUR")
    lonely = book.proposes(key=other.key, unit="USD", meaning_changed=True)

    assert "nobody who is known" in part(text_of(page(world, "scientist", book.asks(lonely))))


def test_a_model_that_the_reader_may_not_see_is_counted_and_not_named(world, book, push):
    push("1", datasets=[{"role": "train", "name": "facts", "digest": "sha256:" + "e" * 64, "columns": ["revenue"]}])
    request = book.asks(book.proposes(**DOLLARS))
    inside, outside = (text_of(page(world, name, request)) for name in ("scientist", "stranger"))

    assert "churn-model@1" in part(inside)
    assert "churn-model" not in outside
    assert "It may break 1 more that you may not see." in outside


def test_words_alone_break_nobody(world, book):
    said = part(text_of(page(world, "governance", book.asks(book.proposes(definition="What one customer paid.")))))

    assert "No, it means the same" in said
    assert "Breaks Sales" not in said
    assert "Least step of the version patch" in said


def test_a_retired_element_and_a_new_one_are_told_as_such(world, book):
    other = define(actor=book.keeper, dictionary=book.words, key="turnover", logical_type="number")
    row = book.proposes(key="fresh", name="Fresh", meaning_changed=None)
    dictionary.put_change(
        actor=world.data_engineer, proposal=row, dictionary=book.words, key="revenue", said=None, replaced_by=other
    )
    said = part(text_of(page(world, "governance", book.asks(row))))

    assert "Fresh money/fresh new element" in said
    assert "Revenue money/revenue retired; money/turnover takes its place" in said


def test_whoever_approved_sees_what_changed_since_then_in_words(world, book):
    dictionary.set_steward(actor=book.keeper, element=book.revenue, steward=world.validator.user)
    row = book.proposes(**DOLLARS)
    request = book.asks(row)
    book.votes(world.validator, request, f"stewards.{world.validator.id}")
    book.says(row, unit="CHF", definition="What a customer paid in dollars.", meaning_changed=False)
    define(actor=book.keeper, dictionary=book.words, key="other", logical_type="number")
    book.says(row, key="other", name="Other", meaning_changed=True)
    said = text_of(page(world, "validator", request))

    assert "What changed" in said
    since = said[said.rindex("What changed") :]
    assert "Revenue › Unit USD CHF" in since
    assert "Revenue › Does the meaning change? Yes, it means something else No, it means the same" in since
    assert "Other" in since
    assert "changed meaning" in since
    assert "Revenue › Unit: USD → CHF" in said, "the headline says it in a line"


def test_a_decided_request_tells_the_change_and_no_longer_whom_it_would_break(world, book):
    request = book.agreed(book.proposes(**DOLLARS))
    said = part(text_of(page(world, "scientist", request)))

    assert "Unit EUR USD" in said
    assert "Breaks Sales" not in said


def test_a_page_costs_no_more_for_many_elements(world, book, django_assert_max_num_queries):
    row = book.proposes(**DOLLARS)
    for number in range(12):
        define(actor=book.keeper, dictionary=book.words, key=f"e{number}", logical_type="number", unit="EUR")
        book.says(row, key=f"e{number}", unit="USD", meaning_changed=True)
    request = book.asks(row)
    client = world.client("governance")
    address = f"/requests/{request.public_id}/"
    client.get(address)
    with django_assert_max_num_queries(60):
        assert client.get(address).status_code == 200


def test_no_word_of_it_is_a_code(world, book):
    with translation.override("en"):
        said = text_of(page(world, "scientist", book.asks(book.proposes(**DOLLARS))))

    for code in ("dictionary_change", "each_", "meaning_changed", "based_on", "nobody_affected"):
        assert code not in said


def test_a_version_is_shown_what_its_columns_mean_and_which_of_it_nobody_approved(world, gate, push, ask, book):
    draft = dictionary.draft_version(
        actor=world.data_engineer, dictionary=book.words, key="fresh", said={"name": "Fresh", "logical_type": "string"}
    )
    book.bound(book.team("billing"), dataset="bills")
    book.bound(book.team("billing"), draft.element, "fresh", dataset="bills")
    book.agreed(book.proposes(definition="What one customer paid."))  # in other words, and known by the digest of the first
    row = push(
        "1", datasets=[{"role": "train", "name": "bills", "digest": "sha256:" + "e" * 64, "columns": ["revenue", "fresh"]}]
    )
    said = text_of(page(world, "governance", ask(row)))

    assert "Revenue : What one customer paid. (EUR)" in said
    assert "money/fresh Not approved yet" in said
