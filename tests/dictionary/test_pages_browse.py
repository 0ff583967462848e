"""Elements are found by whatever somebody knows of them, and lists cost the same however long they are."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from governance.dictionary import services
from governance.dictionary.models import DataElement, ElementVersion
from governance.dictionary.selectors import browse
from governance.dictionary.selectors.browse import Wanted
from tests.dictionary.approved import approve, define
from tests.statements import asked_by, statements
from tests.usecases.test_pages import text_of

CHINESE = {"locale": "zh-Hans", "name": "注册日期", "definition": "客户签署第一份合同的日期。"}


@pytest.fixture
def shelf(world):
    """Two dictionaries with three elements, of which one is only a draft; two teams that hold them."""
    from foundation import actor
    from governance.people import services as people

    customers = services.create_dictionary(actor=world.governance, slug="customers", title="Customers")
    orders = services.create_dictionary(actor=world.governance, slug="orders", title="Orders")
    define(
        actor=world.governance, dictionary=customers, key="signup_date", name="Sign-up date", definition="Day of the first contract.",
        logical_type="date", semantic_type="temporal", sensitivity="personal", texts=[CHINESE],
    )  # fmt: skip
    define(
        actor=world.governance, dictionary=customers, key="revenue", name="Revenue", definition="What a client paid in a year.",
        logical_type="number", semantic_type="money", unit="EUR", sensitivity="internal",
    )  # fmt: skip
    services.draft_version(
        actor=world.governance, dictionary=orders, key="placed_on", said={"name": "Placed on", "logical_type": "date"}
    )
    teams = {slug: people.create_team(actor=actor.system("test"), slug=slug, title=slug.title()) for slug in ("billing", "sales")}
    revenue = DataElement.objects.get(key="revenue")
    services.bind_column(
        actor=world.data_engineer, element=revenue, team=teams["billing"], dataset="invoices_2026", column="amt_total"
    )
    return customers


def keys(elements, **wanted):
    pks = browse.found(elements, Wanted(**wanted))
    return [DataElement.objects.get(pk=pk).key for pk in pks]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Sign-up", "signup_date"),  # its name
        ("signup_d", "signup_date"),  # its key
        ("first contract", "signup_date"),  # what it means
        ("contract day", "signup_date"),  # the words in any order
        ("注册日期", "signup_date"),  # its name in another language
        ("注册", "signup_date"),  # and a part of that, from two characters on
        ("签", "signup_date"),  # and from one
        ("第一份合同", "signup_date"),  # what it means in that language
        ("EUR", "revenue"),  # its unit
        ("billing", "revenue"),  # a team that fills it
        ("amt_tot", "revenue"),  # a column
        ("invoices_2026", "revenue"),  # a data set
        ("billing paid", "revenue"),  # one word of each
    ],
)
def test_an_element_is_found_by_whatever_somebody_knows_of_it(world, shelf, text, found):
    assert keys(DataElement.objects.all(), text=text) == [found]


def test_what_no_element_is_about_finds_nothing(world, shelf):
    assert keys(DataElement.objects.all(), text="contract weather") == []
    assert keys(DataElement.objects.all(), text="'; --\0%") == []


def test_an_element_is_found_by_its_aliases_in_both_languages_until_they_end(world, shelf):
    element = DataElement.objects.get(key="revenue")
    turnover = services.add_alias(actor=world.data_engineer, element=element, term="Turnover", locale="en")
    services.add_alias(actor=world.data_engineer, element=element, term="年营业额", locale="zh-Hans")

    assert keys(DataElement.objects.all(), text="turnover") == ["revenue"]
    assert keys(DataElement.objects.all(), text="营业") == ["revenue"]
    services.end_alias(actor=world.data_engineer, alias=turnover)
    assert keys(DataElement.objects.all(), text="turnover") == []


def test_a_name_comes_before_a_meaning_and_a_meaning_before_a_column(world, shelf):
    define(actor=world.governance, dictionary=shelf, key="a_held", name="Held", definition="Something.")
    define(actor=world.governance, dictionary=shelf, key="b_meant", name="Meant", definition="Like the churn of a customer.")
    define(actor=world.governance, dictionary=shelf, key="c_named", name="Late churn", definition="Something.")
    define(actor=world.governance, dictionary=shelf, key="d_whole", name="Churn", definition="Something.")
    held = DataElement.objects.get(key="a_held")
    team = held.bindings.model._meta.get_field("team").related_model.objects.get(slug="sales")
    services.bind_column(actor=world.data_engineer, element=held, team=team, dataset="crm", column="churn_flag")

    assert keys(DataElement.objects.all(), text="churn") == ["d_whole", "c_named", "b_meant", "a_held"]


def test_a_dictionary_is_narrowed_by_team_type_sensitivity_and_state(world, shelf):
    client = world.client("auditor")

    def shown(query):
        return [row.element.key for row in client.get(f"/dictionary/customers/?{query}").context["rows"]]

    assert shown("") == ["revenue", "signup_date"]
    assert shown("team=billing") == ["revenue"]
    assert shown("team=sales") == []
    assert shown("type=temporal") == ["signup_date"]
    assert shown("sensitivity=internal") == ["revenue"]
    assert shown("state=approved") == ["revenue", "signup_date"]
    assert shown("state=draft") == []
    assert shown("state=retired") == []
    assert shown("state=nonsense&type=nonsense") == ["revenue", "signup_date"]
    assert [row.element.key for row in client.get("/dictionary/orders/?state=draft").context["rows"]] == ["placed_on"]


def test_an_open_proposal_and_what_was_retired_can_be_asked_for(world, shelf):
    client = world.client("auditor")
    proposal = services.open_proposal(actor=world.governance, dictionary=shelf, title="Away", rationale="Old.")
    services.put_change(actor=world.governance, proposal=proposal, dictionary=shelf, key="revenue", said=None)

    assert [row.element.key for row in client.get("/dictionary/customers/?state=proposed").context["rows"]] == ["revenue"]
    approve(actor=world.governance, proposal=proposal)
    assert [row.element.key for row in client.get("/dictionary/customers/?state=proposed").context["rows"]] == []
    assert [row.element.key for row in client.get("/dictionary/customers/?state=retired").context["rows"]] == ["revenue"]
    assert [row.element.key for row in client.get("/dictionary/customers/?state=approved").context["rows"]] == ["signup_date"]


def test_a_draft_does_not_hide_what_is_in_force(world, shelf):
    services.draft_version(
        actor=world.governance, dictionary=shelf, key="revenue", said={"name": "Revenue", "logical_type": "string"}
    )

    page = world.client("auditor").get("/dictionary/customers/?q=revenue")

    [row] = page.context["rows"]
    assert (row.state, row.draft, row.version.unit) == ("approved", True, "EUR")
    assert "Approved, with a newer draft" in text_of(page)


def test_all_dictionaries_are_searched_from_their_list(world, shelf):
    page = world.client("stranger").get("/dictionary/?q=placed")

    assert [row.element.path for row in page.context["rows"]] == ["orders/placed_on"]
    assert "orders/placed_on" in text_of(page)
    assert "No element fits" in text_of(world.client("stranger").get("/dictionary/?q=weather"))


def test_the_name_in_the_readers_language_comes_first(world, shelf):
    client = world.client("auditor")
    client.cookies["django_language"] = "zh-hans"

    answer = client.get("/dictionary/customers/")

    assert "注册日期" in text_of(answer)
    assert "客户签署第一份合同的日期。" in text_of(answer)


def test_a_long_list_has_pages_and_each_costs_the_same(world, shelf):
    for number in range(30):
        define(actor=world.governance, dictionary=shelf, key=f"field_{number:02}", name=f"Field {number}")
    client = world.client("auditor")

    first, second = client.get("/dictionary/customers/"), client.get("/dictionary/customers/?page=2")

    assert [len(page.context["rows"]) for page in (first, second)] == [25, 7]
    assert first.context["older_url"] == "?page=2"
    assert (second.context["newer_url"], second.context["older_url"]) == ("?page=1", "")
    assert "32 elements" in text_of(first)
    assert [row.element.key for row in client.get("/dictionary/customers/?q=field&page=2").context["rows"]] == [
        f"field_{number}" for number in range(25, 30)
    ]
    assert client.get("/dictionary/customers/?page=99").context["rows"] == []
    assert statements(client, "/dictionary/customers/") <= 12, "\n".join(asked_by(client, "/dictionary/customers/"))
    assert statements(client, "/dictionary/customers/?q=first+contract+day") <= 20
    assert statements(client, "/dictionary/?q=first+contract") <= 20


# One page, one file --------------------------------------------------------------------------------------------------------


def test_a_whole_dictionary_is_printed_in_both_languages(world, shelf):
    services.draft_version(actor=world.governance, dictionary=shelf, key="later", said={"name": "Later", "logical_type": "date"})
    client = world.client("stranger")

    page = text_of(client.get("/dictionary/customers/print/"))

    for told in ("Sign-up date", "注册日期", "Day of the first contract.", "EUR", "customers/revenue", "Billing", "Draft"):
        assert told in page, told
    assert "placed_on" not in page
    assert statements(client, "/dictionary/customers/print/") <= 15


def test_a_printed_dictionary_says_where_it_was_cut(world, shelf, monkeypatch):
    monkeypatch.setattr("governance.dictionary.views.browse.MOST_PRINTED", 1)

    page = text_of(world.client("auditor").get("/dictionary/customers/print/"))

    assert "Only the first 1 elements are shown." in page
    assert "Sign-up date" not in page


def test_a_dictionary_is_saved_as_a_workbook_in_which_no_cell_runs(world, shelf):
    define(actor=world.governance, dictionary=shelf, key="trap", name="=1+1", definition="@SUM(A1)")

    answer = world.client("stranger").get("/dictionary/customers/dictionary.xlsx")

    assert answer["Content-Disposition"] == 'attachment; filename="customers.xlsx"'
    sheet = load_workbook(io.BytesIO(answer.content))["Dictionary"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {"signup_date", "revenue", "amt_total", "invoices_2026", "=1+1"} <= {cell.value for cell in cells}
    assert {cell.data_type for cell in cells if str(cell.value).startswith(("=", "@"))} == {"s"}


def test_what_is_approved_goes_into_the_workbook_and_not_the_draft_over_it(world, shelf):
    services.draft_version(
        actor=world.governance, dictionary=shelf, key="revenue", said={"name": "Wrong name", "logical_type": "number"}
    )
    assert ElementVersion.objects.filter(element__key="revenue").count() == 2

    answer = world.client("auditor").get("/dictionary/customers/dictionary.xlsx")

    values = [cell.value for row in load_workbook(io.BytesIO(answer.content))["Dictionary"].iter_rows() for cell in row]
    assert "Revenue" in values
    assert "Wrong name" not in values
