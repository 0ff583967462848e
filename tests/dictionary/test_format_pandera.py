"""Schemas of pandera: modules out, YAML in. pandera itself is no dependency; a small stand-in records what a module asks of it."""

from __future__ import annotations

import ast
import re
import sys
import types
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.dictionary.elements import Domain, Element, PermissibleValue, as_mapping
from governance.dictionary.formats import yaml_values
from governance.dictionary.formats.model import Book, Column, Table, Unreadable
from governance.dictionary.formats.pandera import FORMAT, read, whole_match, write
from tests.dictionary.format_checks import FILES
from tests.dictionary.round_trips import codes, survives
from tests.dictionary.worlds import JSON, SOME_BOOKS, books

SCHEMA = b"""
schema_type: dataframe
version: 0.20.4
columns:
  id:
    title: Id
    description: null
    dtype: int64
    nullable: false
    checks:
      greater_than_or_equal_to: 1
      in_range: {min_value: 1, max_value: 9, include_max: false}
    unique: true
    coerce: true
    required: true
    regex: false
  state:
    dtype: str
    nullable: true
    checks:
    - value: [a, b]
      options: {check_name: isin, raise_warning: false, ignore_na: true}
    - value: ^[ab]$
      options: {check_name: str_matches}
    - {min_value: 1, max_value: 3, options: {check_name: str_length}}
    - value: [z]
      options: {check_name: isin, raise_warning: true}
    unique: false
    metadata: {countersign: {element: order.state, unit: '{states}'}, mine: 1}
checks: null
index: null
coerce: false
strict: true
name: orders
unique: null
title: null
description: Orders.
"""


class Recorded:
    """What stands for a module, a type or a call: any attribute, any index, any call, remembered."""

    def __init__(self, name: str, arguments: dict[str, Any] | None = None) -> None:
        self.name, self.arguments = name, arguments or {}

    def __getattr__(self, name: str) -> Recorded:
        if name.startswith("__"):
            raise AttributeError(name)
        return Recorded(f"{self.name}.{name}")

    def __getitem__(self, item: Any) -> Recorded:
        return Recorded(self.name, {"of": item})

    def __call__(self, **arguments: Any) -> Recorded:
        return Recorded(self.name, arguments)


class Model:
    """The base class in the stand-in."""


def run(source: bytes, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The classes that a module makes, with pandera's stand-in for pandera."""
    package, pandas_side, typing_side = (types.ModuleType(name) for name in ("pandera", "pandera.pandas", "pandera.typing"))
    pandas_side.__dict__.update({"DataFrameModel": Model, "Field": Recorded("Field")})
    pandas_side.__getattr__ = lambda name: Recorded(f"pa.{name}")  # type: ignore[method-assign]
    typing_side.Series = Recorded("Series")  # type: ignore[attr-defined]
    package.pandas, package.typing = pandas_side, typing_side  # type: ignore[attr-defined]
    for module in (package, pandas_side, typing_side):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    space: dict[str, Any] = {"__name__": "made"}
    exec(compile(source, "made.py", "exec", dont_inherit=True), space)  # noqa: S102 # the test is whether this is safe
    return {name: value for name, value in space.items() if isinstance(value, type) and issubclass(value, Model)}


def fields_of(model: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    """By the name of the column: the type, and the arguments of the field."""
    found = {}
    for name, annotation in model.__annotations__.items():
        field = getattr(model, name)
        found[field.arguments.get("alias", name)] = (annotation.arguments["of"].name if isinstance(
            annotation.arguments["of"], Recorded) else annotation.arguments["of"].__name__, field.arguments)  # fmt: skip
    return found


def texts(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {text for key, item in value.items() for text in (key, *texts(item))}
    if isinstance(value, list | tuple):
        return {text for item in value for text in texts(item)}
    return {value} if isinstance(value, str) else set()


def allowed(book: Book) -> set[str]:
    """Everything a module may say of a book."""
    found = {"countersign", "element", "physical_type", "role", "dictionary", "version", "physical_name", "unit", "ns", "tz", "min_value",
             "max_value", book.title, book.version}  # fmt: skip
    for element in book.elements:
        found |= texts(as_mapping(element)) | ({whole_match(element.domain.pattern)} if element.domain.pattern else set())
    for table in book.tables:
        found |= {table.name, table.title, table.description, table.physical_name}
    for column in book.columns:
        found |= {column.name, column.physical_type, column.role}
    return found


@SOME_BOOKS
@given(books())
def test_a_module_says_what_the_book_says_and_nothing_runs(book: Book) -> None:
    tree = ast.parse(write(book))
    known = allowed(book)
    assert {type(item) for item in tree.body} <= {ast.Import, ast.ImportFrom, ast.ClassDef}
    classes = [item for item in tree.body if isinstance(item, ast.ClassDef)]
    assert len({item.name for item in classes}) == len(book.tables)
    for item in classes:
        assert {type(inner) for inner in item.body} <= {ast.AnnAssign, ast.ClassDef}
        names = [inner.target.id for inner in item.body if isinstance(inner, ast.AnnAssign)]  # type: ignore[union-attr]
        assert len(set(names)) == len(names)
        assert not {"pa", "pd", "datetime", "Series", "Config"} & set(names)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert node.value in known
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func) in ("pa.Field", "pd.Timestamp", "datetime.date.fromisoformat")
        if isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_")
        assert not isinstance(node, ast.JoinedStr | ast.Lambda | ast.BinOp | ast.FunctionDef)


@SOME_BOOKS
@given(books())
def test_every_column_has_its_field(book: Book) -> None:
    with pytest.MonkeyPatch.context() as patch:
        models = run(write(book), patch)
    elements = {element.key: element for element in book.elements}
    by_table = {model.Config.name: fields_of(model) for model in models.values()}
    assert set(by_table) == {table.name for table in book.tables}
    for column in book.columns:
        _kind, arguments = by_table[column.table][column.name]
        element = elements[column.element]
        said = {name: value for name, value in as_mapping(element).items() if name != "key"}
        assert arguments["metadata"]["countersign"].items() >= ({"element": element.key} | said).items()
        assert arguments["nullable"] is (element.null_policy != "never")
        assert arguments.get("title", "") == element.name
        assert arguments.get("description", "") == element.definition


@pytest.mark.parametrize(
    ("element", "kind", "rules"),
    [
        (Element(key="a", logical_type="integer", null_policy="never", domain=Domain(minimum="0", maximum="9", exclusive_maximum=True)),
         "pa.Int64", {"nullable": False, "ge": 0, "lt": 9}),
        (Element(key="a", logical_type="integer", format="i16"), "pa.INT16", {"nullable": True}),
        (Element(key="a", logical_type="number", domain=Domain(minimum="0.5")), "pa.Float64", {"nullable": True, "ge": 0.5}),
        (Element(key="a", logical_type="number", domain=Domain(maximum="9" * 399)), "pa.Float64", {"nullable": True, "le": int("9" * 399)}),
        (Element(key="a", unique=True, domain=Domain(min_length=1, max_length=3)),
         "pa.String", {"nullable": True, "unique": True, "str_length": {"min_value": 1, "max_value": 3}}),
        (Element(key="a", domain=Domain(values=(PermissibleValue(code="x"), PermissibleValue(code="'")))),
         "pa.String", {"nullable": True, "isin": ["x", "'"]}),
        (Element(key="a", logical_type="integer", domain=Domain(values=(PermissibleValue(code="1"),))),
         "pa.INT64", {"nullable": True, "isin": [1]}),
        (Element(key="a", logical_type="integer", domain=Domain(values=(PermissibleValue(code="__import__('os')"),))),
         "pa.INT64", {"nullable": True}),
        (Element(key="a", logical_type="timestamp", timezone="UTC"),
         "DatetimeTZDtype", {"nullable": True, "dtype_kwargs": {"unit": "ns", "tz": "UTC"}}),
    ],
)  # fmt: skip
def test_what_is_checked(element: Element, kind: str, rules: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    book = Book(elements=(element,), tables=(Table(name="t"),), columns=(Column(table="t", name="c", element="a"),))
    found, arguments = fields_of(run(write(book), monkeypatch)["T"])["c"]
    assert found == kind
    assert {name: value for name, value in arguments.items() if name != "metadata"} == rules


@pytest.mark.parametrize(
    "name",
    ["class", "match", "pa", "validate", "a b", "x = 1", "a\nimport os", "'''", '"""', "\\", "客户", "__init__", "_private", "Config", "1a",
     "é", "column_2", "None", "{x}", "a\u2028b", "\u202ea"],
)  # fmt: skip
def test_no_name_becomes_code(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    element = Element(key="a", name=name, definition=name, domain=Domain(values=(PermissibleValue(code=name, meaning=name),)))
    columns = (Column(table=name, name=name, element="a"), Column(table=name, name="column_1", element="a"))
    book = Book(elements=(element,), tables=(Table(name=name, title=name, description=name),), columns=columns)
    models = run(write(book), monkeypatch)
    assert len(models) == 1
    (model,) = models.values()
    assert model.Config.name == model.Config.title == model.Config.description == name
    fields = fields_of(model)
    assert set(fields) == {name, "column_1"}
    assert fields[name][1]["isin"] == [name]
    assert fields[name][1]["title"] == name


@pytest.mark.parametrize("pattern", ["a|b", "[A-Z]+", "(?i)x", "^a$"])
@pytest.mark.parametrize("text", ["a", "ab", "b", "X", "ABC", "ABCd", "a\n"])
def test_a_pattern_matches_the_whole_value(pattern: str, text: str) -> None:
    whole = re.fullmatch(pattern, text) is not None
    assert (re.match(whole_match(pattern), text) is not None) is whole


# YAML -------------------------------------------------------------------------------------------------------------------------


def test_a_schema_that_somebody_keeps_becomes_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = read((FILES / "pandera" / "rides.yml").read_bytes(), "rides.yml")
    assert [item for item in reading.notes if item.level != "info"] == []
    model = next(iter(run(write(reading.book), monkeypatch).values()))
    fields = fields_of(model)
    assert {name: kind for name, (kind, _rules) in fields.items()} == {
        "ride_id": "pa.String", "fee": "pa.Float64", "tariff": "pa.String", "started_at": "DatetimeTZDtype",
    }  # fmt: skip
    assert (fields["ride_id"][1]["unique"], fields["ride_id"][1]["nullable"]) == (True, False)
    assert (fields["fee"][1]["ge"], fields["fee"][1]["lt"]) == (0, 500)
    assert fields["tariff"][1]["isin"] == ["S", "D", "07"]


def test_a_schema_is_read() -> None:
    reading = read(SCHEMA, "schema.yml")
    (first, second) = reading.book.elements
    assert first == Element(
        key="orders.id", name="Id", logical_type="integer", format="i64", null_policy="never", unique=True,
        domain=Domain(minimum="1", maximum="9", exclusive_maximum=True),
    )  # fmt: skip
    assert second == Element(
        key="order.state", null_policy="allowed", unit="{states}",
        domain=Domain(values=(PermissibleValue(code="a"), PermissibleValue(code="b")), pattern="[ab]", min_length=1, max_length=3),
    )  # fmt: skip
    assert reading.book.tables[0].description == "Orders."
    assert reading.book.columns[0].extra["pandera"]["coerce"] is True
    assert reading.book.columns[1].extra["pandera"]["metadata"] == {"mine": 1}
    assert b"coerce=True" in write(reading.book)


@pytest.mark.parametrize(
    ("checks", "domain"),
    [
        ({"greater_than": 0}, Domain(minimum="0", exclusive_minimum=True)),
        ({"less_than_or_equal_to": {"max_value": 90.0}}, Domain(maximum="90")),
        ({"isin": {"allowed_values": [1, True]}}, Domain(values=(PermissibleValue(code="1"), PermissibleValue(code="true")))),
        ({"str_length": {"min_value": None, "max_value": None, "exact_value": 4}}, Domain(min_length=4, max_length=4)),
        ({"str_matches": r"(?:a|b)\Z"}, Domain(pattern="a|b")),
        ({"str_matches": "^a"}, Domain(pattern=r"(?:^a)[\s\S]*")),
        ({"my_own_check": 7}, Domain()),
        ("nonsense", Domain()),
    ],
)
def test_checks_of_several_versions(checks: Any, domain: Domain) -> None:
    said = yaml_values.dump({"columns": {"a": {"dtype": "int64", "checks": checks}}})
    assert read(said, "s.yml").book.elements[0].domain == domain


def test_what_pandera_says_older() -> None:
    reading = read(
        b"columns:\n  a:\n    pandas_dtype: int\n    allow_duplicates: false\n  'b_+':\n    dtype: car\n    regex: true\n",
        "s.yml",
    )
    assert (reading.book.elements[0].logical_type, reading.book.elements[0].unique) == ("integer", True)
    assert {"type_unknown", "left_literal"} <= set(codes(reading))


@pytest.mark.parametrize(
    "data", [b"", b"columns: []", b"a: 1", b"- a", b"\xff", b"columns:\n  ? - a\n    - b\n  : {}\n", b"columns: &a {}"]
)
def test_what_is_no_schema_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data, "file")


@given(st.dictionaries(st.sampled_from(["a", "b c"]), st.dictionaries(
    st.sampled_from(["dtype", "nullable", "checks", "metadata", "title", "unique", "regex"]),
    JSON | st.dictionaries(st.sampled_from(["isin", "in_range", "str_length", "str_matches", "greater_than", "countersign"]), JSON),
) | JSON))  # fmt: skip
def test_no_schema_breaks_it(said: Any) -> None:
    survives(FORMAT, yaml_values.dump({"columns": said}))
