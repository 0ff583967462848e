"""Features: elements that are computed, who computes them, and whether somebody computes the same already."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.errors import Invalid
from governance.dictionary import services
from governance.dictionary.models import Binding, DataElement
from governance.dictionary.selectors import features as selectors
from governance.dictionary.selectors.features import feature_elements, features, resembling
from tests.dictionary.approved import approve, define

MARGIN = {"expression": "revenue - cost", "language": "sql", "sources": ["revenue", "cost"]}


def feature(room, key: str, formula: dict, dictionary=None, **said):
    return define(
        actor=room.governance, dictionary=dictionary or room.dictionary, key=key, logical_type="number", formula=formula, **said
    )


@pytest.fixture
def margin(room):
    return feature(room, "margin", MARGIN, name="Gross margin", definition="What is left of the revenue.")


@pytest.fixture
def other(room):
    return services.create_dictionary(actor=room.governance, slug="finance", title="Finance")


def found(room, said: dict, dictionary=None, key: str = "") -> list[tuple[str, tuple[str, ...]]]:
    rows = resembling(room.engineer, dictionary or room.dictionary, said, key)
    return [(row.element.path, row.reasons) for row in rows]


def test_the_same_formula_in_other_words_comes_first_with_why(room, margin):
    feature(room, "ratio", {"expression": "revenue / cost", "language": "sql", "sources": ["revenue", "cost"]}, name="Cover")
    said = {"logical_type": "number", "name": "Contribution", "formula": {**MARGIN, "expression": "( Revenue ) - cost"}}
    first, second = found(room, said)

    assert first == ("customers/margin", ("computed by the same formula from the same sources",))
    assert (second[0], second[1][0]) == ("customers/ratio", "computed from the same sources by another formula")


def test_the_same_keys_in_another_dictionary_are_other_sources(room, margin, other):
    said = {"logical_type": "number", "name": "Contribution", "formula": MARGIN}
    assert not any("same sources" in why for _path, reasons in found(room, said, other) for why in reasons)

    said["formula"] = {**MARGIN, "sources": ["customers/revenue", "customers/cost"]}
    assert found(room, said, other)[0][0] == "customers/margin"


def test_an_element_that_is_called_alike_is_told_without_any_formula(room, margin):
    assert found(room, {"name": "Gross margin"})[0][0] == "customers/margin"


def test_an_element_does_not_resemble_itself(room, margin):
    assert found(room, margin.current_version().said, key="margin") == []


def test_what_was_only_drafted_counts_and_what_was_retired_does_not(room, margin):
    services.draft_version(
        actor=room.engineer,
        dictionary=room.dictionary,
        key="profit",
        said={"logical_type": "number", "name": "Profit", "formula": MARGIN},
    )
    proposal = services.open_proposal(actor=room.governance, dictionary=room.dictionary, title="Away", rationale="Twice.")
    services.put_change(actor=room.governance, proposal=proposal, dictionary=room.dictionary, key="margin", said=None)
    approve(actor=room.governance, proposal=proposal)

    assert [path for path, _why in found(room, {"name": "Contribution", "formula": MARGIN})] == ["customers/profit"]


@pytest.mark.parametrize("said", [{}, {"name": 7}, {"formula": "x"}, {"name": ""}, {"domain": {"minimum": "x"}}])
def test_what_cannot_be_read_yet_resembles_nothing(room, margin, said):
    assert found(room, said) == []


def test_a_draft_that_is_unfinished_is_compared_by_what_can_be_read(room, margin):
    said = {"name": "Gross margin", "logical_type": "", "unit": "not a unit", "formula": MARGIN}
    said.pop("unit")
    assert found(room, said)[0][0] == "customers/margin"


def test_of_a_large_dictionary_only_what_has_something_in_common_is_compared(room, margin, monkeypatch):
    for n in range(8):
        define(actor=room.governance, dictionary=room.dictionary, key=f"zip{n}", name=f"Postal code {n}")
    monkeypatch.setattr(selectors, "LOOKED_AT", 4)

    assert found(room, {"name": "Contribution", "formula": MARGIN})[0][0] == "customers/margin"
    assert found(room, {"name": "Gross margin"})[0][0] == "customers/margin"


def test_a_question_costs_few_queries_however_large_the_dictionary_is(room, margin):
    for n in range(30):
        define(actor=room.governance, dictionary=room.dictionary, key=f"margin{n}", name=f"Margin {n}")
    with CaptureQueriesContext(connection) as queries:
        assert found(room, {"name": "Gross margin", "formula": MARGIN})
    assert len(queries) <= 4


# All features ---------------------------------------------------------------------------------------------------------


def test_a_feature_is_shown_with_its_sources_who_computes_it_and_what_resembles_it(room, margin, other):
    define(actor=room.governance, dictionary=room.dictionary, key="revenue", name="Revenue")
    twin = feature(room, "left_over", {**MARGIN, "sources": ["customers/revenue", "customers/cost"]}, other)
    services.bind_column(
        actor=room.engineer, element=margin, team=room.sales, dataset="orders", column="m", role=Binding.Role.FEATURE
    )
    rows = list(feature_elements(room.auditor))
    told = {row.element.key: row for row in features(rows)}

    assert set(told) == {"margin", "left_over"}
    assert [(path, source and source.name) for path, source in told["margin"].sources] == [
        ("customers/revenue", "Revenue"),
        ("customers/cost", None),
    ]
    assert [str(binding) for binding in told["margin"].computed_by] == ["orders.m"]
    assert told["margin"].alike == [(twin, "computed by the same formula from the same sources")]


def test_features_are_found_by_name_and_by_what_they_are_computed_from(room, margin):
    feature(room, "age", {"expression": "today - birth", "sources": ["birth"]}, name="Age")

    assert [row.key for row in feature_elements(room.auditor, "gross")] == ["margin"]
    assert [row.key for row in feature_elements(room.auditor, "birth")] == ["age"]


def test_an_element_that_lost_its_formula_is_no_feature_any_more(room, margin):
    define(actor=room.governance, dictionary=room.dictionary, key="margin", meaning_changed=True, logical_type="number")
    assert not feature_elements(room.auditor).exists()


def test_the_page_of_features_asks_little_of_the_database(client, room, margin):
    for n in range(20):
        feature(room, f"f{n}", {"expression": f"revenue * {n}", "sources": ["revenue"]})
    client.force_login(room.auditor.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get("/dictionary/features/")
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/dictionary/features/")
    assert (page.status_code, len(queries) <= 20) == (200, True), len(queries)
    assert "Gross margin" in page.text
    assert "computed from the same sources by another formula" in page.text


def test_no_dictionary_takes_the_address_of_the_page(room):
    with pytest.raises(Invalid, match="taken by the portal"):
        services.create_dictionary(actor=room.governance, slug="features", title="Features")


def test_a_program_asks_what_resembles_a_draft(client, room, margin):
    url = "/api/v1/dictionaries/customers/resembling"
    headers = {"Authorization": f"Bearer {room.token_secret}"}
    sent = client.post(
        url, {"says": {"name": "Contribution", "formula": MARGIN}}, content_type="application/json", headers=headers
    )

    assert sent.status_code == 200, sent.content
    result = sent.json()["results"][0]
    assert (result["element"], result["approved"]) == ("customers/margin", True)
    assert result["reasons"] == ["computed by the same formula from the same sources"]
    assert DataElement.objects.count() == 2  # nothing was kept
