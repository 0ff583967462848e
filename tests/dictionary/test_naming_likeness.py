"""Whether a formula computes the same as another, and whether elements look like the same thing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.dictionary.elements import Alias, Domain, Element, Formula, PermissibleValue
from governance.dictionary.naming import same_meaning, somebody_already_computes
from governance.dictionary.naming.formulas import canonical, names_in
from tests.dictionary.worlds import AWKWARD, elements, says


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a + b", "b+a"), ("a*b*c", "(c * (b * A))"), ("x AND y", "Y and x"), ("a = b", "b = a"), ("a > b", "b < a"),
        ("a != b", "a <> b"),
        ("SUM(o.amount)", "sum( amount )".replace("amount", "o.amount")), ("((a))", "a"), ("a - b + c", "c + a - b"),
        ("cast(a as int)", "a::INT"),
        ("sum(a) AS total", "SUM(a)"), ("a -- what\n + b", "a + /* x */ b"), ("2.50 * a", "a*2.5"), ('"a" + b', "b + a"),
        ("a in (1,2)", "A IN (2, 1)"),
        ("select sum(o.x) as t from orders o where o.s = 'p' and o.y > 1", "SELECT SUM(q.x) FROM orders AS q WHERE q.y > 1 AND q.s = 'p';"),
        ("case when a > 1 then b else c end", "CASE WHEN 1 < a THEN b ELSE c END"),
        ("select a, count(*) from t group by a, b", "select a, count(*) from t group by b, a"),
    ],
)  # fmt: skip
def test_the_same_in_other_words_is_the_same(one: str, other: str) -> None:
    assert canonical(one, "sql") == canonical(other, "sql")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a - b", "b - a"), ("a / b", "b / a"), ("a + b * c", "(a + b) * c"), ("a / b / c", "a / (b / c)"),
        ("a / 2", "a / 2.0"), ("s = 'X'", "s = 'x'"),
        ("a > b", "a < b"), ("a and b or c", "a and (b or c)"), ("'a' + b", "b + 'a'"), ("a || b", "b || a"),
        ("sum(a)", "sum(distinct a)"),
        ("a - (b + c)", "a - b + c"), ("not a and b", "not (a and b)"), ("coalesce(a, b)", "coalesce(b, a)"),
        ("a between 1 and 2", "a between 2 and 1"),
        ("a is null", "a is not null"), ("-a ", "a"), ("sum(a) over (partition by b)", "sum(a) over (partition by c)"),
        ("1e999999", "1e999998"),
        ('"Weird Name"', '"weird name"'), ("select a from t", "select a from u"), ("a", ""),
    ],
)  # fmt: skip
def test_what_may_differ_is_not_the_same(one: str, other: str) -> None:
    assert canonical(one, "sql") != canonical(other, "sql")


def test_order_counts_where_the_result_is_a_text_or_a_python_side() -> None:
    assert canonical("a + b", "sql", (), "string") != canonical("b + a", "sql", (), "string")
    assert canonical("a or b", "python") != canonical("b or a", "python")
    assert canonical("a or b", "python", (), "boolean") == canonical("b or a", "python", (), "boolean")
    assert canonical("Amount", "python") != canonical("amount", "python")


def test_columns_are_written_out_to_sources() -> None:
    sources = ("order.amount", "order.qty")
    assert canonical("o.amount * o.qty", "sql", sources) == canonical("qty * orders.AMOUNT", "sql", sources)
    both = ("order.id", "customer.id")
    assert canonical("orders.id - customers.id", "sql", both) != canonical("customers.id - orders.id", "sql", both)


def test_names_that_a_formula_reads() -> None:
    said = "select sum(o.amount) as total from crm.orders o where o.state = 'x' and cast(o.day as date) > now()"
    assert names_in(said, "sql") == {"amount", "state", "day"}


@pytest.mark.parametrize(
    "hostile",
    ["(" * 5000, "(" * 3000 + "a" + ")" * 3000, "not " * 4000 + "a", "-" * 5000 + "a", "a" + "/b" * 9000, "a" + "**b" * 5000,
    "a" + "::int" * 4000, "'" * 4999, "/*" * 5000,
     "a" + "[0]" * 5000, "case " * 3000, "\x00", "\ud800 + 1", "select " * 2000, "a" + " is null" * 4000, "x" * 50_000,
     "select", "from from from", "a" + "*b" * 5000],
)  # fmt: skip
@pytest.mark.parametrize("language", ["sql", "python", "text", ""])
def test_no_formula_is_too_strange(hostile: str, language: str) -> None:
    assert isinstance(canonical(hostile, language), str)
    assert isinstance(names_in(hostile, language), frozenset)


@given(st.text(max_size=80) | AWKWARD | st.text("ab+-*/()<>=' \n.,", max_size=60))
def test_white_space_and_brackets_around_change_nothing(text: str) -> None:
    assert canonical(f"  {text}\n", "sql") == canonical(text, "sql")


LEAVES = st.sampled_from(["a", "b", "c", "2", "3.5"])


@st.composite
def sums(draw: st.DrawFn, depth: int = 3) -> tuple[str, str]:
    """An expression, and the same with sides turned, brackets added and letters large."""
    if depth == 0 or draw(st.booleans()):
        leaf = draw(LEAVES)
        return leaf, draw(st.sampled_from([leaf, leaf.upper(), f"({leaf})"]))
    sign = draw(st.sampled_from("+*-/"))
    (left, left_too), (right, right_too) = draw(sums(depth - 1)), draw(sums(depth - 1))
    sides = (right_too, left_too) if sign in "+*" and draw(st.booleans()) else (left_too, right_too)
    return f"({left} {sign} {right})", f"( ({sides[0]}){sign}({sides[1]}) )"


@given(sums(), st.integers(1, 50), st.integers(1, 50), st.integers(1, 50))
def test_turned_sides_are_the_same_and_equal_forms_have_equal_values(pair: tuple[str, str], a: int, b: int, c: int) -> None:
    assert canonical(pair[0], "sql") == canonical(pair[1], "sql")


def value(expression: str) -> Any:
    try:
        return round(eval(expression, {"__builtins__": {}}, {"a": 7, "b": 11, "c": 13}), 6)  # noqa: S307 - of `sums` alone
    except ZeroDivisionError:
        return None


@given(sums(), sums())
@settings(max_examples=200)
def test_what_computes_differently_is_told_apart(one: tuple[str, str], other: tuple[str, str]) -> None:
    if value(one[0]) != value(other[0]):
        assert canonical(one[0], "sql") != canonical(other[0], "sql")


# Elements ----------------------------------------------------------------------------------------------------------------


def feature(key: str, expression: str, *sources: str, **more: Any) -> Element:
    return says(key=key, name=more.pop("name", ""), definition=more.pop("definition", ""), logical_type="number", unit="",
                formula=Formula(expression=expression, language="sql", sources=sources), **more)  # fmt: skip


NEW = feature("features.spend_30d", "sum(amount * qty)", "order.amount", "order.qty", name="Spend of thirty days")
OTHERS = (
    feature("a.same", "SUM( o.qty * o.amount )", "order.qty", "order.amount"),
    feature("b.other_formula", "avg(amount * qty)", "order.amount", "order.qty"),
    feature("c.overlap", "sum(amount)", "order.amount"),
    feature("d.else", "max(day)", "visit.day"),
    feature("e.spend_30d", "sum(x)", "refund.x", name="Spend of thirty days"),
    says(key="f.stored", name="Spend of thirty days"),
)


def test_who_computes_it_already_comes_first() -> None:
    found = somebody_already_computes(NEW, (*OTHERS, NEW))
    assert [item.key for item in found][:2] == ["a.same", "b.other_formula"]
    assert {"e.spend_30d", "f.stored"} <= {item.key for item in found}
    assert "d.else" not in {item.key for item in found}
    codes = {item.key: [why.code for why in item.reasons] for item in found}
    assert codes["a.same"][0] == "same_formula"
    assert codes["b.other_formula"][0] == "same_sources"
    assert "similar_name" in codes["e.spend_30d"]
    assert all(item.score < 1 for item in found)


def test_overlapping_sources_and_a_formula_on_others_are_told() -> None:
    third = somebody_already_computes(feature("n.x", "sum(a) / b", "t.a", "t.b"), [feature("m.y", "sum(a)", "t.a", name="x")])
    assert [why.code for item in third for why in item.reasons][:1] in (["sources_overlap"], [])
    same = somebody_already_computes(feature("n.x", "sum(z)", "t.z", "t.y"), [feature("m.y", "sum(z)", "t.z")])
    assert [why.code for why in same[0].reasons][:1] == ["same_formula_only"]


def test_without_declared_sources_the_names_in_the_formula_count() -> None:
    (found,) = somebody_already_computes(feature("n.x", "revenue / visits"), [feature("m.y", "Revenue/Visits")])
    assert found.reasons[0].code == "same_formula"


def test_another_unit_is_told() -> None:
    one = says(key="n.x", formula=Formula(expression="a", sources=("t.a",)), unit="km")
    (found,) = somebody_already_computes(one, [says(key="m.y", formula=Formula(expression="a", sources=("t.a",)), unit="[mi_i]")])
    assert "unit_differs" in [why.code for why in found.reasons]


def test_what_looks_like_the_same_thing() -> None:
    values = Domain(values=(PermissibleValue(code="M"), PermissibleValue(code="F")))
    one = says(key="customer.sex", name="Sex", definition="Sex as registered.", logical_type="string", domain=values)
    twin = says(
        key="person.gender",
        name="Gender",
        definition="Sex as registered.",
        logical_type="string",
        domain=values,
        aliases=(Alias(term="Sex"),),
    )
    stranger = says(key="order.total", name="Order total", definition="What is paid.", logical_type="number")
    assert same_meaning(one, twin).score > 0.9 > 0.3 > same_meaning(one, stranger).score
    assert {"same_name", "same_values", "similar_definition"} <= {why.code for why in same_meaning(one, twin).reasons}
    other_unit = [says(key=key, name="Trip length", unit=unit) for key, unit in (("a.x", "km"), ("b.y", "[mi_i]"))]
    assert "unit_differs" in [why.code for why in same_meaning(*other_unit).reasons]


def test_generic_names_do_not_make_the_same_thing() -> None:
    one, other = (Element(key=f"{table}.id", name="ID", logical_type="integer") for table in ("customer", "shop"))
    assert same_meaning(one, other).score < 0.5


@given(elements(key="a.one"), elements(key="b.two"))
@settings(max_examples=40)
def test_likeness_is_the_same_from_both_sides(one: Element, other: Element) -> None:
    there, back = same_meaning(one, other), same_meaning(other, one)
    assert (there.score, there.reasons) == (back.score, back.reasons)
    assert 0 <= there.score < 1
    assert all(why.message for why in there.reasons)
    found = somebody_already_computes(one, [other, one])
    assert {item.key for item in found} <= {other.key}
    assert all(why.message for item in found for why in item.reasons)
