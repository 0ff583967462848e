"""Names cut into words, units told by names, and the elements proposed for a column."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.dictionary.elements import Alias, Text
from governance.dictionary.naming import (
    MESSAGES,
    Candidate,
    Hint,
    Index,
    Known,
    Proposal,
    contradicts,
    grams,
    hinted,
    normal,
    propose_many,
    words,
)
from governance.dictionary.naming.physical import kind_of, kind_of_values
from tests.dictionary.worlds import AWKWARD, elements, says

ANY = st.text(max_size=60) | st.text(st.characters(), max_size=20) | AWKWARD


# Terms -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "customerID",
        "Customer-Id",
        "CUSTOMER_ID",
        "customer id",
        "customer.id",
        "ＣＵＳＴＯＭＥＲ＿ＩＤ",
        "cust\u200bomer\u00a0id",
    ],
)
def test_a_term_has_one_form(written: str) -> None:
    assert normal(written) == "customerid"


@pytest.mark.parametrize(
    ("term", "form"),
    [
        ("客户编号", "客户编号"),
        ("客户_编号", "客户编号"),
        ("ｶﾞ", "ガ"),
        ("が", "が"),
        ("か", "か"),
        ("Café", "cafe"),
        ("STRASSE", normal("Straße")),
        ("й", "й"),
        ("_-. ", ""),
    ],
)
def test_marks_come_off_latin_letters_only(term: str, form: str) -> None:
    assert normal(term) == form


@given(ANY)
def test_the_normal_form_is_a_fixed_point(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@pytest.mark.parametrize("text", ["\ud800", "a\x00b", "\udfff_id", "x" * 10_000, "_" * 10_000, "À" * 5000, "1" * 5000])
def test_no_name_is_too_strange(text: str) -> None:
    assert isinstance(normal(text), str)
    assert isinstance(words(text), tuple)
    assert isinstance(grams(text), frozenset)
    index = Index([Known(key="customer.id", names=(text,), aliases=(Alias(term=text),))])
    index.propose(Candidate(table=text, name=text, physical_type=text, team=text, sample=(text,), description=text))


@pytest.mark.parametrize(
    ("name", "cut"),
    [
        ("custAddrs2_dt", "customer address 2 date"),
        ("customerIDs", "customer id"),
        ("HTTPServerTime", "http server time"),
        ("ORDER_QTY", "order quantity"),
        ("order_no", "order number"),
        ("acctNr", "account number"),
        ("客户编号ID2", "客户编号 id 2"),
        ("statuses", "status"),
        ("status", "status"),
        ("categories", "category"),
        ("address", "address"),
        ("sales_key", "sale key"),
        ("item_identifier", "item identifier"),
        ("größen_mm", "großen mm".replace("ß", "ss")),
        ("", ""),
    ],
)
def test_a_name_is_cut_into_words(name: str, cut: str) -> None:
    assert words(name) == tuple(cut.split())


def test_grams_are_threes_and_pairs_of_chinese() -> None:
    assert grams("id_no") == {" id", "idn", "dno", "no "}
    assert grams("客户编号") == {"客户", "户编", "编号"}
    assert grams("") == frozenset()


# Units -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "unit", "scale"),
    [
        ("distance_km", "km", "1"), ("tripDistanceKm", "km", "1"), ("hit_pct", "%", "1"), ("discount_%", "%", "1"),
        ("amt_eur", "EUR", "1"),
        ("latency_ms", "ms", "1"), ("wait_min", "min", "1"), ("height_m", "m", "1"), ("weight_lbs", "[lb_av]", "1"),
        ("mass_kgs", "kg", "1"),
        ("tenure_months", "mo", "1"), ("speed_mph", "[mi_i]/h", "1"), ("revenue_usd_k", "USD", "1000"),
        ("revenue_usd_mm", "USD", "1000000"),
        ("turnover_TEUR", "EUR", "1000"), ("price_cents", "", "0.01"), ("rain_mm", "mm", "1"), ("距离_km", "km", "1"),
    ],
)  # fmt: skip
def test_the_end_of_a_name_tells_the_unit(column: str, unit: str, scale: str) -> None:
    assert hinted(column) == Hint(unit, Decimal(scale))


@pytest.mark.parametrize(
    "column",
    ["km", "price_min", "show_all", "price_all", "is_in", "birth_year", "home_ph", "dest_code", "market_share",
    "total_shares", "delivery_est", "drift_psi",
     "name_us", "sales_k", "customer_id", "arr_delay", "air_time", "", "_", "product_cup", "created_at"],
)  # fmt: skip
def test_what_only_looks_like_a_unit_is_none(column: str) -> None:
    assert hinted(column) is None


def test_a_time_zone_is_told_too() -> None:
    assert hinted("created_utc") == Hint(timezone="UTC")
    assert contradicts(hinted("created_utc"), says(timezone="Europe/Vienna")) == "timezone_differs"
    assert contradicts(hinted("created_utc"), says(timezone="Etc/UTC")) is None


@pytest.mark.parametrize(
    ("column", "unit", "code"),
    [
        ("distance_km", "[mi_i]", "unit_differs"), ("distance_km", "km", None), ("distance_km", "", None),
        ("distance", "[mi_i]", None),
        ("amount_usd_k", "USD", "scale_differs"), ("amount_usd", "USD", None), ("price_cents", "EUR", "scale_differs"),
        ("pressure_mbar", "hPa", None),
    ],
)  # fmt: skip
def test_a_hint_contradicts_another_unit(column: str, unit: str, code: str | None) -> None:
    assert contradicts(hinted(column), says(unit=unit)) == code


@pytest.mark.parametrize(
    ("written", "kind"),
    [("VARCHAR(50)", "string"), ("Nullable(Int32)", "integer"), ("timestamp with time zone", "timestamp"),
    ("decimal(18, 2)", "number"),
     ("integer[]", "array"), ("LowCardinality(Nullable(String))", "string"), ("geometry", ""), ("", ""), ("(" * 300, "")],
)  # fmt: skip
def test_physical_types_are_of_a_logical_one(written: str, kind: str) -> None:
    assert kind_of(written) == kind


@pytest.mark.parametrize(
    ("values", "kind"),
    [(["1", "2"], "integer"), (["1", "2.5"], "number"), (["007"], "string"), (["2026-01-02"], "date"), (["true"], "boolean"),
    (["a", "1"], ""), ([], ""), (["1e999999"], "string")],
)  # fmt: skip
def test_a_sample_tells_the_type(values: list[str], kind: str) -> None:
    assert kind_of_values(values) == kind


# Proposals ---------------------------------------------------------------------------------------------------------------

DICTIONARY = (
    Known(key="customer.id", names=("Customer number", "客户编号"), logical_type="integer"),
    Known(key="shop.id", logical_type="integer"),
    Known(key="customer.signup_date", names=("Signup date", "First registration of the customer"), logical_type="date"),
    Known(key="trip.distance", logical_type="number", unit="[mi_i]"),
    Known(key="order.total", aliases=(Alias(term="gross_sum", team="billing"), Alias(term="grand total"), Alias(term="amount", team="billing"))),
    
    Known(key="invoice.net_total", aliases=(Alias(term="gross_sum", team="sales"), Alias(term="nt_shared"),)),
    Known(key="order.net_total", aliases=(Alias(term="nt_shared"),)),
    Known(key="country_code", names=("Country code",), logical_type="string"),
    Known(key="status", names=("Status",)),
    Known(key="old.thing_number", names=("Number of the old thing",), retired=True),
)  # fmt: skip
INDEX = Index(DICTIONARY)


def first(table: str, name: str, **more: Any) -> tuple[str, str]:
    found = INDEX.propose(Candidate(table=table, name=name, **more))
    return (found[0].key, found[0].how) if found else ("", "")


def codes(proposal: Proposal) -> list[str]:
    return [item.code for item in proposal.reasons]


@pytest.mark.parametrize(
    ("table", "name", "key"),
    [
        ("customers", "id", "customer.id"), ("shops", "id", "shop.id"), ("dwh.dim_customers", "ID", "customer.id"),
        ('"crm"."Customers"', "id", "customer.id"),
        ("orders", "customer_id", "customer.id"), ("orders", "CustomerId", "customer.id"), ("x", "客户编号", "customer.id"),
        ("x", "customer_number", "customer.id"),
        ("customer", "c_id", "customer.id"), ("stg_customer", "signupDate", "customer.signup_date"),
        ("x", "first registration of the customer", "customer.signup_date"),
        ("addresses", "COUNTRY_CODE", "country_code"), ("x", "order.total", "order.total"),
        ("trips", "distance", "trip.distance"),
    ],
)  # fmt: skip
def test_key_and_name_are_exact(table: str, name: str, key: str) -> None:
    assert first(table, name) == (key, "exact")


@pytest.mark.parametrize("name", ["id", "name", "date", "type", "status", "code", "value", "ID", "Name", "编号"])
@pytest.mark.parametrize("table", ["", "orders", "customer_orders"])
def test_what_every_table_has_is_never_exact_alone(table: str, name: str) -> None:
    generic = [
        Known(key=key, names=(key.title(),), aliases=(Alias(term=key),))
        for key in ("id", "name", "date", "type", "status", "code", "value")
    ]
    index = Index([*DICTIONARY, *generic, Known(key="item.no", names=("编号",))])
    assert {item.how for item in index.propose(Candidate(table=table, name=name), limit=50)} <= {"similar"}


def test_the_same_name_in_another_table_is_not_the_same_element() -> None:
    for table in ("orders", "accounts", "customer_orders"):
        found = INDEX.propose(Candidate(table=table, name="signup_date"))
        assert (found[0].key, found[0].how) == ("customer.signup_date", "similar")
        assert "other_table" in codes(found[0])


def test_a_name_that_several_elements_bear_proves_nothing() -> None:
    index = Index(
        [Known(key="a.revenue_net", names=("Net revenue of all",)), Known(key="b.revenue_net", names=("Net revenue of all",))]
    )
    assert {item.how for item in index.propose(Candidate(table="x", name="net_revenue_of_all"))} == {"similar"}
    told = index.propose(Candidate(table="b", name="net revenue of all"))
    assert (told[0].key, told[0].how) == ("b.revenue_net", "exact")


def test_whose_alias_it_is_is_said() -> None:
    mine = INDEX.propose(Candidate(table="x", name="GrossSum", team="billing"))
    assert [(item.key, item.how, codes(item)[0]) for item in mine[:2]] == [
        ("order.total", "alias", "alias_of_team"),
        ("invoice.net_total", "alias_elsewhere", "alias_of_another_team"),
    ]
    assert first("x", "grandTotal", team="sales") == ("order.total", "alias_elsewhere")
    assert first("x", "nt_shared")[1] == "similar"
    assert first("orders", "nt_shared") == ("order.net_total", "alias_elsewhere")
    assert first("x", "amount", team="billing")[1] != "alias"


def test_another_type_and_another_unit_lower_the_score_and_are_said() -> None:
    (fits,) = INDEX.propose(Candidate(table="customers", name="id", physical_type="bigint"), limit=1)
    (differs,) = INDEX.propose(Candidate(table="customers", name="id", physical_type="date"), limit=1)
    assert differs.score < fits.score < 1
    assert "same_type" in codes(fits)
    assert "type_differs" in codes(differs)
    (plain,) = INDEX.propose(Candidate(table="trips", name="distance_mi"), limit=1)
    (other,) = INDEX.propose(Candidate(table="trips", name="distance_km"), limit=1)
    assert other.key == plain.key == "trip.distance"
    assert other.score < plain.score
    assert next(item for item in other.reasons if item.code == "unit_differs").params["column"] == "km"
    assert "same_unit" in codes(plain)


def test_a_retired_element_is_said_to_be_retired() -> None:
    (found,) = INDEX.propose(Candidate(table="x", name="old_thing_number"), limit=1)
    assert found.how == "exact"
    assert "retired" in codes(found)
    assert found.score < 0.7


@pytest.mark.parametrize("name", ["cust_sgnup_dt", "customersignupdate", "signup_dt_customer", "customer_signupp_date"])
def test_short_worn_and_misspelt_names_find_their_element(name: str) -> None:
    assert first("x", name)[0] == "customer.signup_date"


def test_a_chinese_name_finds_what_shares_its_characters() -> None:
    index = Index([Known(key="a", names=("客户注册日期",)), Known(key="b", names=("订单金额",))])
    assert index.propose(Candidate(table="x", name="注册日期"))[0].key == "a"


def test_a_description_helps() -> None:
    index = Index(
        [Known(key="a.x", names=("Xq",), definition_words=frozenset({"solvency", "grade"})), Known(key="b.y", names=("Yq",))]
    )
    found = index.propose(Candidate(table="t", name="rt", description="Solvency grade of the debtor"))
    assert [item.key for item in found] in (["a.x"], [])
    assert index.propose(Candidate(table="t", name="xq_rt", description="Solvency grade"))[0].key == "a.x"


def test_nothing_is_proposed_where_nothing_is_shared() -> None:
    assert INDEX.propose(Candidate(table="x", name="zzqqj")) == ()
    assert INDEX.propose(Candidate(table="customers", name="___")) == ()
    assert INDEX.propose(Candidate(table="customers", name="id"), limit=0) == ()
    assert Index([]).propose(Candidate(table="customers", name="id")) == ()


def test_known_takes_what_an_element_is_called() -> None:
    element = says(
        texts=(Text(locale="de", name="Alter", definition="Jahre seit der Geburt"),), aliases=(Alias(term="yrs"),), unit="a"
    )
    known = Known.of(element, retired=True)
    assert known.names == ("Age", "Alter")
    assert {"year", "birth", "geburt"} <= known.definition_words
    assert (known.unit, known.retired, known.aliases) == ("a", True, element.aliases)


# Laws --------------------------------------------------------------------------------------------------------------------

PARTS = st.sampled_from(
    [
        "customer",
        "id",
        "signup",
        "date",
        "trip",
        "distance",
        "km",
        "order",
        "total",
        "status",
        "cust",
        "dt",
        "zorkmid",
        "sgnup",
        "country",
        "code",
    ]
)
NAMED = st.lists(PARTS, min_size=1, max_size=4)
TABLES = st.sampled_from(["", "customers", "orders", "trips", "dim_shop", "x"])
STYLES = (
    "_".join, "-".join, " ".join, ".".join,
    lambda parts: "_".join(parts).upper(),
    lambda parts: parts[0] + "".join(map(str.title, parts[1:])),
    lambda parts: "".join(map(str.title, parts)),
)  # fmt: skip


@given(NAMED, TABLES)
def test_case_and_separators_change_nothing(parts: list[str], table: str) -> None:
    found = [
        [(item.key, item.how, item.score) for item in INDEX.propose(Candidate(table=table, name=style(parts)))]
        for style in STYLES
    ]
    assert all(other == found[0] for other in found)


@given(NAMED, TABLES, st.lists(st.text("qxzj", min_size=4, max_size=9), min_size=1, max_size=3, unique=True))
def test_an_unrelated_element_never_removes_an_exact_one(parts: list[str], table: str, strange: list[str]) -> None:
    column = Candidate(table=table, name="_".join(parts))
    more = Index([*DICTIONARY, *(Known(key=f"{word}.{word}", names=(word,)) for word in strange)])
    certain = {(item.key, item.how) for item in INDEX.propose(column) if item.how != "similar"}
    assert certain <= {(item.key, item.how) for item in more.propose(column)}


@given(st.lists(elements(), max_size=5, unique_by=lambda element: element.key), ANY, ANY, st.randoms())
@settings(max_examples=40)
def test_order_is_always_the_same_and_nothing_is_sure(found: list[Any], table: str, name: str, drawn: Any) -> None:
    known = [Known.of(element) for element in found]
    column = Candidate(table=table, name=name, description=name, team="billing", sample=(name,))
    proposed = Index(known).propose(column, limit=9)
    drawn.shuffle(known)
    assert Index(known).propose(column, limit=9) == proposed
    assert list(proposed) == sorted(proposed, key=lambda item: (-item.score, item.key))
    assert all(0 < item.score < 1 for item in proposed)
    assert len({item.key for item in proposed}) == len(proposed)
    assert all(item.message for proposal in proposed for item in proposal.reasons)


@given(st.lists(st.tuples(TABLES, NAMED), max_size=6))
def test_many_columns_are_answered_like_each_alone(asked: list[tuple[str, list[str]]]) -> None:
    columns = [Candidate(table=table, name="_".join(parts)) for table, parts in asked]
    assert propose_many(columns, INDEX) == [INDEX.propose(column) for column in columns]


def test_of_two_elements_with_one_key_the_later_counts() -> None:
    index = Index([Known(key="a.b", names=("First thing",)), Known(key="a.b", names=("Second thing",))])
    assert len(index) == 1
    assert index.propose(Candidate(table="x", name="second_thing"))[0].how == "exact"


def test_every_code_has_its_english() -> None:
    assert all(text and not text[0].isupper() for text in MESSAGES.values())
