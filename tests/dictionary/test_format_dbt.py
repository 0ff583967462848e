"""Properties and manifests of dbt."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from governance.dictionary.elements import Element, Reference
from governance.dictionary.formats import yaml_anchors, yaml_values
from governance.dictionary.formats.dbt import FORMAT, read, write
from governance.dictionary.formats.dbt.jinja import escaped, is_template, unescaped
from governance.dictionary.formats.model import Book, Column, Table, Unreadable
from tests import public_files
from tests.dictionary.format_checks import FILES, files_of
from tests.dictionary.round_trips import codes, losses, read_again, survives
from tests.dictionary.worlds import AWKWARD, JSON, SOME_BOOKS, books

PROPERTIES = files_of("dbt", ".yml") + public_files.each("dbt", ".yml")
MANIFESTS = files_of("dbt", ".json") + public_files.each("dbt", ".json")
LOST = {"fivetran_stripe_sources.yml": [f".sources[0].tables[{at}].columns" for at in (2, 13, 14)]}  # a column stands there twice


@SOME_BOOKS
@given(books())
def test_a_book_comes_back(book: Book) -> None:
    again = read(write(book), "schema.yml")
    assert again.book == book
    assert codes(again, "error") == []


@pytest.mark.parametrize("path", PROPERTIES)
def test_nothing_of_a_real_file_is_lost(path: Any) -> None:
    reading, written = read_again(FORMAT, path.read_bytes(), path.name)
    said, _expanded = yaml_anchors.load(path.read_bytes(), path.name)
    lost = LOST.get(path.name, [])
    assert list(losses(said, yaml_values.load(written, ""))) == lost
    assert codes(reading, "error") == ["column_twice"] * len(lost)


@pytest.mark.parametrize("path", MANIFESTS)
def test_a_real_manifest_is_read(path: Any) -> None:
    reading, _written = read_again(FORMAT, path.read_bytes(), path.name)
    elements = {element.key: element for element in reading.book.elements}
    places = {(column.table, column.name): elements[column.element] for column in reading.book.columns}
    assert places["orders", "order_id"].unique
    assert places["orders", "order_id"].null_policy == "never"
    assert places["stg_customers", "customer_id"].unique
    assert places["orders", "customer_id"].definition
    assert codes(reading, "warning") == codes(reading, "error") == []


def test_what_properties_say_is_understood() -> None:
    book = read((FILES / "dbt" / "rides_schema.yml").read_bytes(), "schema.yml").book
    elements = {element.key: element for element in book.elements}
    held = {(column.table, column.name): elements[column.element] for column in book.columns}
    ride, bike, tariff = held["fct_rides", "ride_id"], held["fct_rides", "bike_no"], held["fct_rides", "tariff"]
    assert (ride.is_key, ride.unique, ride.null_policy) == (True, True, "never")
    assert ride.domain.values == ()  # a test that only warns says nothing of what may stand there
    assert bike.references == Reference(element="dim_bikes.bike_no", required=True)
    assert [value.code for value in tariff.domain.values] == ["S", "D", "07"]
    assert held["ops.rides", "ride_id"].definition == "Made when the bike leaves its dock."
    assert [table.name for table in book.tables] == [
        "ops.rides",
        "weather.hourly",
        "tariffs",
        "bikes_snapshot",
        "fct_rides",
        "dim_bikes",
    ]


def test_tests_of_a_manifest_find_their_column_and_what_it_refers_to() -> None:
    book = read((FILES / "dbt" / "rides_manifest_v12.json").read_bytes(), "manifest.json").book
    elements = {element.key: element for element in book.elements}
    assert elements["orders.customer_id"].references == Reference(element="stg_customers.customer_id", required=True)
    assert [value.code for value in elements["orders.status"].domain.values] == ["placed", "shipped", "returned"]


def test_tests_of_an_old_manifest_find_their_column_and_what_it_refers_to() -> None:
    book = read(public_files.one("dbt/manifest_v4.json").read_bytes(), "manifest.json").book
    elements = {element.key: element for element in book.elements}
    customer = elements["orders.customer_id"]
    assert customer.references == Reference(element="customers.customer_id", required=True)
    assert [value.code for value in elements["orders.status"].domain.values][:2] == ["placed", "shipped"]


def test_a_manifest_of_tomorrow_is_read_with_a_warning() -> None:
    said = json.loads((FILES / "dbt" / "rides_manifest_v12.json").read_text())
    said["metadata"]["dbt_schema_version"] = "https://schemas.getdbt.com/dbt/manifest/v99.json"
    reading = read(json.dumps(said).encode(), "manifest.json")
    assert [item.params["value"] for item in reading.notes if item.code == "version_unknown"] == ["v99"]
    assert len(reading.book.columns) == 5


def columns(*items: dict[str, Any], **model: Any) -> bytes:
    said = {"version": 2, "models": [{"name": "orders", "columns": list(items), **model}]}
    return yaml_values.dump(said)


def element_of(*items: dict[str, Any], **model: Any) -> Element:
    return read(columns(*items, **model), "schema.yml").book.elements[-1]


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ({"tests": ["not_null"]}, {"null_policy": "never"}),
        ({"data_tests": ["unique"]}, {"unique": True}),
        ({"data_tests": [{"not_null": {"where": "x > 1"}}]}, {}),
        ({"data_tests": [{"not_null": {"config": {"where": "x > 1"}}}]}, {}),
        ({"data_tests": [{"unique": {"config": {"severity": "warn"}}}]}, {}),
        ({"data_tests": [{"name": "mine", "test_name": "unique"}]}, {"unique": True}),
        ({"data_tests": [{"dbt_utils.not_null_proportion": {"at_least": 0.5}}]}, {}),
        ({"constraints": [{"type": "not_null"}]}, {"null_policy": "never"}),
        ({"constraints": [{"type": "primary_key"}]}, {"null_policy": "never", "unique": True, "is_key": True}),
        ({"data_type": "bigint"}, {"logical_type": "integer", "format": "i64"}),
        ({"tags": "pii"}, {"tags": ("pii",)}),
        ({"config": {"tags": ["pii", "pii"]}}, {"tags": ("pii",)}),
    ],
)
def test_what_a_column_says(said: dict[str, Any], stated: dict[str, Any]) -> None:
    assert element_of({"name": "amount", **said}) == Element(key="orders.amount", **stated)


@pytest.mark.parametrize(
    ("said", "codes_of"),
    [
        ({"tests": [{"accepted_values": {"values": ["a", "b"]}}]}, ["a", "b"]),
        ({"data_tests": [{"accepted_values": {"arguments": {"values": [1, 2, 2, True]}}}]}, ["1", "2", "true"]),
        ({"data_tests": [{"accepted_values": {"values": "a"}}]}, []),
    ],
)
def test_accepted_values_are_permissible_values(said: dict[str, Any], codes_of: list[str]) -> None:
    assert [value.code for value in element_of({"name": "status", **said}).domain.values] == codes_of


@pytest.mark.parametrize(
    "said",
    [
        {"tests": [{"relationships": {"to": "ref('customers')", "field": "id"}}]},
        {"data_tests": [{"relationships": {"arguments": {"to": "ref('shop', 'customers')", "field": "id"}}}]},
        {"constraints": [{"type": "foreign_key", "to": "ref('customers')", "to_columns": ["id"]}]},
        {"constraints": [{"type": "foreign_key", "expression": "shop.customers (id)"}]},
    ],
)
def test_relationships_are_references(said: dict[str, Any]) -> None:
    data = {
        "models": [{"name": "orders", "columns": [{"name": "customer", **said}]},
                   {"name": "customers", "columns": [{"name": "id", "meta": {"countersign": {"element": "customer.id"}}}]}],
    }  # fmt: skip
    reading, _written = read_again(FORMAT, yaml_values.dump(data), "schema.yml")
    assert reading.book.elements[0].references == Reference(element="customer.id", required=True)


def test_a_check_of_one_bound_is_a_bound() -> None:
    element = element_of({"name": "amount", "constraints": [{"type": "check", "expression": "amount > 0.50"}]})
    assert (element.domain.minimum, element.domain.exclusive_minimum) == ("0.5", True)


def test_a_primary_key_of_a_model_is_of_its_columns() -> None:
    element = element_of({"name": "id"}, constraints=[{"type": "primary_key", "columns": ["id", "line"]}])
    assert (element.is_key, element.unique, element.null_policy) == (True, False, "never")


def test_other_tests_stay_when_the_element_changes() -> None:
    other = {"dbt_utils.accepted_range": {"min_value": 0}}
    book = read(columns({"name": "amount", "tests": ["not_null", other], "description": "Old."}), "schema.yml").book
    changed = replace(book, elements=(replace(book.elements[0], null_policy="", unique=True, definition="New."),))
    said = yaml_values.load(write(changed), "")["models"][0]["columns"][0]
    assert (said["tests"], said["description"]) == (["unique", other], "New.")
    assert "data_tests" not in said


def test_the_old_spelling_of_tests_stays_and_no_second_one_is_made() -> None:
    said = yaml_values.load(write(read(columns({"name": "id", "tests": ["unique"]}), "schema.yml").book), "")
    column = said["models"][0]["columns"][0]
    assert column["tests"] == ["unique"]
    assert "data_tests" not in column


def test_doc_blocks_are_left_and_told() -> None:
    text = '{{ doc("status") }}'
    reading, written = read_again(FORMAT, columns({"name": "status", "description": text}), "schema.yml")
    assert reading.book.elements[0].definition == text
    assert ("left_literal", text) in [(item.code, item.params.get("value")) for item in reading.notes]
    assert yaml_values.load(written, "")["models"][0]["columns"][0]["description"] == text


def test_a_text_of_a_dictionary_is_no_template_for_dbt() -> None:
    hostile = "{{ env_var('SECRET') }} {% set x = 1 %} {# no #}"
    book = Book(
        elements=(Element(key="a", name=hostile, definition=hostile),),
        tables=(Table(name="orders", description=hostile, title=hostile),),
        columns=(Column(table="orders", name="a", element="a"),),
    )
    written = write(book)

    def texts(value: Any) -> list[str]:
        inner = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
        return [value] if isinstance(value, str) else [text for item in inner for text in texts(item)]

    assert not any(map(is_template, texts(yaml_values.load(written, ""))))
    assert read(written, "schema.yml").book == book


@given(st.text("{}%#' x", max_size=20) | AWKWARD)
def test_escaping_of_templates_is_undone(text: str) -> None:
    assert not is_template(escaped(text))
    assert unescaped(escaped(text)) == text


def test_versions_contracts_and_other_sections_come_back() -> None:
    said = {
        "version": 2,
        "exposures": [{"name": "dashboard", "depends_on": ["ref('orders')"]}],
        "models": [{
            "name": "orders", "latest_version": 2, "config": {"contract": {"enforced": True}, "meta": {"a": 1}}, "access": "public",
            "columns": [{"name": "id", "quote": True, "config": {"meta": {"b": 2}}}],
            "versions": [{"v": 1, "columns": [{"include": "all", "exclude": ["id"]}]}, {"v": 2}],
        }],
        "sources": [{"name": "raw", "database": "{{ target.database }}", "tables": [{"name": "o", "identifier": "O_1"}]}],
        "seeds": [{"name": "codes", "columns": [{"name": "code"}]}],
    }  # fmt: skip
    reading, written = read_again(FORMAT, yaml_values.dump(said), "schema.yml")
    assert list(losses(said, yaml_values.load(written, ""))) == []
    assert [table.name for table in reading.book.tables] == ["raw.o", "codes", "orders"]
    assert reading.book.tables[0].physical_name == "O_1"


def test_two_columns_of_one_element_may_differ_and_the_first_counts() -> None:
    shared = {"meta": {"countersign": {"element": "customer.id"}}}
    said = columns(
        {"name": "a", "description": "Id.", **shared}, {"name": "b", "description": "Other.", "tests": ["unique"], **shared}
    )
    reading, written = read_again(FORMAT, said, "schema.yml")
    assert codes(reading, "warning") == ["element_differs"]
    assert [element.definition for element in reading.book.elements] == ["Id."]
    assert list(losses(yaml_values.load(said, ""), yaml_values.load(written, ""))) == []


@pytest.mark.parametrize(
    ("said", "place", "code"),
    [
        ({"models": "orders"}, "models", "wrong_type"),
        ({"models": [7]}, "models[0]", "wrong_type"),
        ({"models": [{"columns": []}]}, "models[0]", "no_name"),
        ({"models": [{"name": "a"}, {"name": "a"}]}, "models[1]", "table_twice"),
        ({"models": [{"name": "a", "columns": [{"name": "b"}, {"name": "b"}]}]}, "models[0].columns[1]", "column_twice"),
        ({"models": [{"name": "a", "columns": [{"description": "x"}]}]}, "models[0].columns[0]", "no_name"),
        ({"models": [{"name": "a", "meta": "x"}]}, "models[0].meta", "wrong_type"),
        ({"models": [{"name": "a", "config": {"meta": []}}]}, "models[0].config.meta", "wrong_type"),
        ({"models": [{"name": "a", "meta": {"countersign": 7}}]}, "models[0].countersign", "wrong_type"),
        ({"sources": [{"tables": []}]}, "sources[0]", "no_name"),
        (
            {"models": [{"name": "a", "columns": [{"name": "b", "meta": {"countersign": {"element": "B C"}}}]}]},
            "models[0].columns[0].countersign.element", "bad_key",
        ),
        (
            {"models": [{"name": "a", "columns": [{"name": "b", "meta": {"countersign": {"domain": {"minimum": "low"}}}}]}]},
            "models[0].columns[0].domain.minimum", "bad_bound",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(said: Any, place: str, code: str) -> None:
    reading = read(yaml_values.dump(said), "schema.yml")
    assert (place, code) in [(item.place, item.code) for item in reading.notes if item.level == "error"]


@pytest.mark.parametrize(
    "data", [b"", b"- a", b"just text", b"a: 1", b"\xff\xfe", b"models: [", b'{"models": 1e999}', b'{"nodes": {}}']
)
def test_what_is_no_file_of_dbt_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data, "file")


@given(
    st.dictionaries(st.sampled_from(["models", "sources", "seeds", "version", "countersign"]), st.lists(JSON, max_size=2) | JSON)
)
def test_no_plain_values_break_it(said: Any) -> None:
    survives(FORMAT, yaml_values.dump(said))


COLUMN = st.dictionaries(
    st.sampled_from(["name", "description", "data_type", "tests", "data_tests", "constraints", "meta", "config", "tags"]),
    JSON
    | st.lists(
        st.sampled_from(["not_null", {"unique": None}, {"accepted_values": 7}, {"relationships": {"to": 1, "field": "x"}}, {}])
    ),
)


@given(st.lists(COLUMN, max_size=3))
def test_no_column_breaks_it(said: Any) -> None:
    survives(FORMAT, yaml_values.dump({"models": [{"name": "a", "columns": said}]}))


@given(st.dictionaries(st.sampled_from(["a", "b"]), st.dictionaries(
    st.sampled_from(["resource_type", "name", "columns", "test_metadata", "column_name", "attached_node", "depends_on", "config"]),
    st.sampled_from(["model", "test", "a", {"a": {"name": "x"}}, {"name": "unique", "kwargs": {"model": "ref('a')"}}, {"nodes": ["a"]}]) | JSON,
)))  # fmt: skip
@example({"a": {"resource_type": "model", "name": ""}, "b": {"resource_type": "model", "name": "", "version": 2}})
def test_no_manifest_breaks_it(nodes: Any) -> None:
    survives(FORMAT, json.dumps({"metadata": {}, "nodes": nodes}).encode())
