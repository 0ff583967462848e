"""The Open Data Contract Standard: real contracts and made books come back as they were, and what a contract says is understood."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from governance.dictionary.elements import Alias, Domain, Element, Formula, NullMeaning, PermissibleValue, Reference
from governance.dictionary.formats import yaml_values
from governance.dictionary.formats.model import Book, Column, Reading, Table
from governance.dictionary.formats.odcs import FORMAT, schema
from governance.dictionary.formats.odcs.reading import read
from governance.dictionary.formats.odcs.words import sensitivity_of
from governance.dictionary.formats.odcs.writing import write
from tests import public_files
from tests.dictionary.format_checks import FILES, comes_back, file_comes_back, files_of
from tests.dictionary.worlds import SOME_BOOKS, books, says

HEAD = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "orders", "version": "1.0.0", "status": "active"}
LATEST = {**HEAD, "apiVersion": "v3.2.0"}


def contract(*properties: Any, head: dict[str, Any] = HEAD, **table: Any) -> bytes:
    return yaml_values.dump({**head, "schema": [{"name": "orders", **table, "properties": list(properties)}]})


def column(said: dict[str, Any], head: dict[str, Any] = HEAD) -> Element:
    reading = read(contract({"name": "amount", **said}, head=head), "x.yaml")
    assert [item for item in reading.notes if item.level == "error"] == []
    return reading.book.elements[0]


def codes(reading: Reading, level: str) -> list[tuple[str, str]]:
    return [(item.place, item.code) for item in reading.notes if item.level == level]


def without_ours(value: Any) -> Any:
    """Without our additions, and with what stood in the place of their list before."""
    if isinstance(value, list):
        return [without_ours(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: without_ours(item) for key, item in value.items()}
    listed = made.get("customProperties")
    if isinstance(listed, list):
        ours = [item for item in listed if isinstance(item, dict) and str(item.get("property")).split(".")[0] == "countersign"]
        others = [item for item in listed if item not in ours]
        made = {key: item for key, item in made.items() if key != "customProperties"}
        before = {
            k: v for item in ours if isinstance(item["value"], dict) for k, v in item["value"].items() if k == "customProperties"
        }
        made |= {"customProperties": others} if others or not listed else before
    return made


# Nothing is lost --------------------------------------------------------------------------------------------------------------


@SOME_BOOKS
@given(books())
def test_a_book_comes_back(book: Book) -> None:
    comes_back(FORMAT, book)


@SOME_BOOKS
@given(books())
def test_a_book_comes_back_from_the_latest_version(book: Book) -> None:
    said = {**LATEST, "version": "0.0.0", "schema": []}
    comes_back(FORMAT, replace(book, extra=read(yaml_values.dump(said), "x").book.extra))


@SOME_BOOKS
@given(books())
def test_what_is_written_keeps_to_the_standard(book: Book) -> None:
    assert schema.warnings(yaml_values.load(write(book), "x")) == []


@pytest.mark.parametrize("path", files_of("odcs") + public_files.each("odcs", ".yaml"))
def test_a_real_contract_comes_back(path: Path) -> None:
    reading = file_comes_back(FORMAT, path, yaml_values.load, without_ours)
    assert codes(reading, "error") == []


def test_what_a_contract_says_is_understood() -> None:
    reading = read((FILES / "odcs/rides-3.0.2.odcs.yaml").read_bytes(), "x")
    elements = {item.name: element for item, element in zip(reading.book.columns, reading.book.elements, strict=True)}
    ride, bike, day, fee, mail, kind = elements.values()
    assert (ride.is_key, ride.unique, ride.null_policy, ride.name) == (True, True, "never", "Ride")
    assert (bike.format, bike.domain.minimum, bike.domain.maximum, bike.sensitivity) == ("i32", "1", "99999", "internal")
    assert (day.logical_type, day.null_policy) == ("date", "never")
    assert (fee.domain.minimum, fee.domain.multiple_of, fee.examples) == ("0", "0.01", ("0", "2.5", "12.00"))
    assert fee.definition.splitlines()[1] == "Zero for subscribers within the first half hour."
    assert (mail.format, mail.domain.max_length, mail.tags) == ("email", 254, ("pii",))
    assert kind.formula is not None
    assert kind.formula.expression == "case when fee = 0 then 'F' else 'P' end"
    assert [(item.name, item.physical_name, item.title) for item in reading.book.tables] == [("rides", "ops_rides_v2", "Rides")]


@pytest.mark.parametrize("name", ["stations-3.1.0", "prices-3.2.0"])
def test_a_contract_of_a_later_version_keeps_to_the_standard(name: str) -> None:
    reading = read((FILES / f"odcs/{name}.odcs.yaml").read_bytes(), "x")
    assert codes(reading, "warning") == codes(reading, "error") == []


def test_the_examples_of_the_standard_are_understood() -> None:
    reading = read(public_files.one("odcs/bitol_full_example.odcs.yaml").read_bytes(), "x")
    held = {(item.table, item.name): item.element for item in reading.book.columns}
    elements = {item.key: item for item in reading.book.elements}
    day = next(elements[key] for (_table, name), key in held.items() if name == "transaction_reference_date")
    receiver = next(elements[key] for (_table, name), key in held.items() if name == "rcvr_id")
    assert (day.name, day.logical_type, day.null_policy, day.sensitivity) == (
        "transaction reference date",
        "date",
        "allowed",
        "public",
    )
    assert day.examples == ("2022-10-03", "2020-01-28")
    assert day.formula is not None
    assert (receiver.is_key, receiver.sensitivity) == (True, "sensitive")
    assert receiver.references == Reference(element=held["receivers", "id"], required=True)


# What a property says ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "field", "value"),
    [
        ({"businessName": "Amount"}, "name", "Amount"),
        ({"description": "What is paid."}, "definition", "What is paid."),
        ({"logicalType": "map"}, "logical_type", "object"),
        ({"logicalType": "vector"}, "logical_type", "array"),
        ({"physicalType": "bigint"}, "logical_type", "integer"),
        ({"physicalType": "DECIMAL(10,2)"}, "logical_type", "number"),
        ({}, "logical_type", "string"),
        ({"required": True}, "null_policy", "never"),
        ({"required": False}, "null_policy", "allowed"),
        ({"unique": True}, "unique", True),
        ({"primaryKey": True, "primaryKeyPosition": 1}, "is_key", True),
        ({"examples": [7, "b", 2.50, True, None, {"a": 1}]}, "examples", ("7", "b", "2.5", "true")),
        ({"tags": ["a", " b "]}, "tags", ("a", "b")),
        ({"logicalType": "timestamp", "logicalTypeOptions": {"defaultTimezone": "Europe/Vienna"}}, "timezone", "Europe/Vienna"),
        ({"logicalType": "string", "logicalTypeOptions": {"format": "email"}}, "format", "email"),
        (
            {"logicalType": "integer", "logicalTypeOptions": {"minimum": 1, "exclusiveMaximum": 10, "multipleOf": 3}}, "domain",
            Domain(minimum="1", maximum="10", exclusive_maximum=True, multiple_of="3"),
        ),
        (
            {"logicalType": "string", "logicalTypeOptions": {"minLength": 2, "maxLength": 3, "pattern": "[A-Z]+"}}, "domain",
            Domain(min_length=2, max_length=3, pattern="[A-Z]+"),
        ),
        (
            {"logicalType": "date", "logicalTypeOptions": {"minimum": "2020-01-01"}}, "domain", Domain(minimum="2020-01-01"),
        ),
        (
            {"enum": [{"value": 1, "label": "one"}, {"value": "b", "label": "B", "description": "bee"}, {"value": None}]}, "domain",
            Domain(values=(PermissibleValue(code="1", meaning="one"), PermissibleValue(code="b", meaning="bee"))),
        ),
        (
            {"synonyms": [{"synonym": "Betrag", "locale": "de", "source": "glossary"}, {"locale": "fr"}]}, "aliases",
            (Alias(term="Betrag", locale="de", source="glossary"),),
        ),
    ],
)  # fmt: skip
def test_what_a_property_says(said: dict[str, Any], field: str, value: Any) -> None:
    assert getattr(column(said, LATEST), field) == value


@pytest.mark.parametrize(
    ("word", "sensitivity"),
    [
        ("public", "public"), ("Internal_Use", "internal"), ("PII", "personal"), ("confidential", "sensitive"),
        ("Restricted", "sensitive"), ("4", ""), ("gold", ""),
    ],
)  # fmt: skip
def test_how_classifications_are_taken(word: str, sensitivity: str) -> None:
    assert sensitivity_of(word) == sensitivity


def test_the_word_of_a_classification_stays_until_it_is_changed() -> None:
    book = read(contract({"name": "a", "classification": "Restricted"}), "x").book
    assert written_property(book)["classification"] == "Restricted"
    (element,) = book.elements
    assert written_property(replace(book, elements=(replace(element, sensitivity="public"),)))["classification"] == "public"


def test_a_changed_element_is_written_among_what_was_kept() -> None:
    said = {
        "name": "a",
        "logicalType": "integer",
        "logicalTypeOptions": {"minimum": 1, "house": "rule"},
        "quality": [{"type": "text"}],
    }
    book = read(contract(said), "x").book
    (element,) = book.elements
    changed = replace(element, definition="New.", domain=Domain(minimum="2"))
    written = written_property(replace(book, elements=(changed,)))
    assert (written["description"], written["logicalTypeOptions"], written["quality"]) == (
        "New.", {"minimum": 2, "house": "rule"}, [{"type": "text"}],
    )  # fmt: skip


def written_property(book: Book, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = yaml_values.load(write(book), "x")["schema"][0]["properties"][number]
    return found


def test_columns_in_columns_have_names_with_the_way_to_them() -> None:
    inner = [{"name": "street", "logicalType": "string"}]
    said = [
        {"name": "address", "logicalType": "object", "properties": inner},
        {"name": "lines", "logicalType": "array", "items": {"logicalType": "object", "properties": [{"name": "price"}]}},
        {"name": "rows", "logicalType": "array", "items": {"logicalType": "array", "items": {"properties": [{"name": "x"}]}}},
        {"name": "attributes", "logicalType": "map", "map": {"key": {"logicalType": "string"}, "value": {"properties": inner}}},
        {"name": "tags", "logicalType": "array", "items": {"logicalType": "string"}},
        {"name": "address.flat", "logicalType": "string"},
    ]
    data = contract(*said, head=LATEST)
    book = read(data, "x").book
    assert [item.name for item in book.columns] == [
        "address", "address.street", "lines", "lines[].price", "rows", "rows[][].x", "attributes", "attributes{}.street", "tags",
        "address.flat",
    ]  # fmt: skip
    assert without_ours(yaml_values.load(write(book), "x")) == yaml_values.load(data, "x")


def test_columns_in_columns_of_another_format_are_written_where_they_belong() -> None:
    names = {
        "order": "object",
        "order.lines": "array",
        "order.lines[].price": "number",
        "order.id": "integer",
        "total.sum": "number",
        "plain": "string",
        "plain.more": "string",
    }
    book = Book(
        elements=tuple(Element(key=f"k{at}", logical_type=kind) for at, kind in enumerate(names.values())),
        tables=(Table(name="t"),),
        columns=tuple(Column(table="t", name=name, element=f"k{at}") for at, name in enumerate(names)),
    )
    comes_back(FORMAT, book)
    first, *flat = yaml_values.load(write(book), "x")["schema"][0]["properties"]
    assert [item["name"] for item in first["properties"]] == ["lines", "id"]
    assert first["properties"][0]["items"]["properties"][0]["name"] == "price"
    assert [item["name"] for item in flat] == ["total.sum", "plain", "plain.more"]


def test_foreign_keys_by_name_by_address_and_of_the_table() -> None:
    said = {
        **HEAD,
        "schema": [
            {"name": "customers", "id": "c", "properties": [{"name": "id", "id": "cid"}]},
            {
                "name": "orders",
                "relationships": [{"type": "foreignKey", "from": "orders.third", "to": "customers.id"}],
                "properties": [
                    {"name": "first", "relationships": [{"to": "customers.id"}]},
                    {"name": "second", "relationships": [{"type": "foreignKey", "to": "schema/c/properties/cid"}]},
                    {"name": "third"},
                    {"name": "fourth", "relationships": [{"to": "elsewhere.id"}]},
                ],
            },
        ],
    }
    elements = {item.key: item for item in read(yaml_values.dump(said), "x").book.elements}
    wanted = Reference(element="customers.id", required=True)
    assert [elements[f"orders.{name}"].references for name in ("first", "second", "third", "fourth")] == [wanted] * 3 + [None]


def test_a_reference_among_the_columns_is_a_relationship_and_any_other_an_addition() -> None:
    def written(reference: Reference) -> Any:
        book = Book(
            elements=(says(key="c.id"), says(key="o.customer", references=reference)),
            tables=(Table(name="c"), Table(name="o")),
            columns=(Column(table="c", name="id", element="c.id"), Column(table="o", name="customer", element="o.customer")),
        )
        comes_back(FORMAT, book)
        return yaml_values.load(write(book), "x")["schema"][1]["properties"][0].get("relationships")

    assert written(Reference(element="c.id", required=True)) == [{"type": "foreignKey", "to": "c.id"}]
    assert written(Reference(element="c.id")) is None
    assert written(Reference(element="crm/customer.id", required=True)) is None


def test_how_a_column_is_computed() -> None:
    said = {"name": "b", "transformLogic": "a * 2", "transformSourceObjects": ["orders.a", "raw_table"]}
    book = read(contract({"name": "a"}, said), "x").book
    assert book.elements[1].formula == Formula(expression="a * 2", sources=("orders.a",))
    assert [item.role for item in book.columns] == ["", "derived"]
    assert written_property(book, 1)["transformSourceObjects"] == ["orders.a", "raw_table"]


def test_words_of_3_2_are_written_into_contracts_of_3_2_alone() -> None:
    element = says(aliases=(Alias(term="Alter"),), domain=Domain(values=(PermissibleValue(code="1", meaning="one"),)))
    book = Book(elements=(element,), tables=(Table(name="t"),), columns=(Column(table="t", name="a", element=element.key),))
    comes_back(FORMAT, book)
    older = written_property(book)
    assert {"enum", "synonyms"} & older.keys() == set()
    assert older["customProperties"][-1]["value"] == {
        "domain": {"values": [{"code": "1", "meaning": "one"}]}, "aliases": [{"term": "Alter"}],
    }  # fmt: skip
    latest = written_property(replace(book, extra={"odcs": {"said": {"apiVersion": "v3.2.0"}}}))
    assert (latest["enum"], latest["synonyms"]) == ([{"value": 1, "description": "one"}], [{"synonym": "Alter"}])


def test_what_has_no_word_is_a_customwritten_property() -> None:
    element = says(unit="km", timezone="UTC", null_meanings=(NullMeaning("-1", "unknown"),))
    book = Book(elements=(element,), tables=(Table(name="t"),), columns=(Column(table="t", name="a", element=element.key),))
    assert written_property(book)["customProperties"] == [
        {"property": "countersign.element", "value": "customer.age"},
        {"property": "countersign.unit", "value": "km"},
        {"property": "countersign.timezone", "value": "UTC"},
        {"property": "countersign", "value": {"null_meanings": {"-1": "unknown"}}},
    ]


def test_an_element_that_no_column_holds_is_not_lost() -> None:
    book = Book(elements=(says(), says(key="b", name="B")), tables=(Table(name="t"),))
    comes_back(FORMAT, book)


# Keys of elements -------------------------------------------------------------------------------------------------------------

OURS = {"type": "semanticDefinition", "url": "https://governance.example.org/dictionary/crm/elements/customer.id/"}


def test_a_semantic_definition_of_ours_is_the_key_of_the_element() -> None:
    other = {"type": "semanticDefinition", "url": "https://example.org/terms/customer.id/"}
    book = read(
        contract({"name": "a", "authoritativeDefinitions": [other, OURS]}, {"name": "b", "authoritativeDefinitions": [other]}),
        "x",
    ).book
    assert [item.element for item in book.columns] == ["customer.id", "orders.b"]
    assert "customProperties" not in written_property(book)


def test_a_second_column_that_says_something_else_is_told_and_keeps_its_words() -> None:
    same = {"authoritativeDefinitions": [OURS], "logicalType": "integer"}
    data = contract(
        {"name": "a", "description": "One.", "primaryKey": True, **same},
        {"name": "b", "description": "Two.", **same},
        {"name": "c", **same},
    )
    reading = read(data, "x")
    assert codes(reading, "warning") == [("schema[0].properties[1]", "element_differs")]
    assert [(item.key, item.definition, item.is_key) for item in reading.book.elements] == [("customer.id", "One.", True)]
    again = write(reading.book)
    assert without_ours(yaml_values.load(again, "x")) == yaml_values.load(data, "x")
    assert read(again, "x").book == reading.book


def test_the_key_of_a_custom_property_wins() -> None:
    own = [{"property": "countersign.element", "value": "crm.id"}]
    assert (
        read(contract({"name": "a", "authoritativeDefinitions": [OURS], "customProperties": own}), "x").book.columns[0].element
        == "crm.id"
    )
