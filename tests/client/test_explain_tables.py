"""Which column means what, and how a terminal shows it."""

from __future__ import annotations

import pytest
from countersign.legends import matching, table
from countersign.legends.document import read
from countersign.legends.parquet import Field
from hypothesis import given
from hypothesis import strategies as st

from tests.client.legend_files import column, signed


def test_columns_are_found_by_name_by_key_and_by_their_parts():
    whole = read(signed(columns={name: column(f"k{number}") for number, name in enumerate(["a", "b", "s.x", "t", "t.x"])}))
    key = whole.columns["b"].legend
    columns = [Field(" a "), Field(f"renamed [{key}]"), Field("s", ("s.x", "s.y")), Field("t", ("t.x",)), Field("u", ("u.x",))]
    found = matching.match(columns, whole)

    assert [(item.name, item.means and item.means.element[-2:]) for item in found.meanings] == [
        (" a ", "k0"),
        (f"renamed [{key}]", "k1"),
        ("s.x", "k2"),
        ("s.y", None),
        ("t", "k3"),
        ("t.x", "k4"),
        ("u", None),
    ]
    assert (found.unexplained, found.absent) == (["s.y", "u"], [])


@given(
    st.lists(st.tuples(st.text(max_size=40), st.lists(st.text(max_size=60), min_size=1, max_size=3)), max_size=3),
    st.integers(40, 120),
)
def test_a_table_keeps_within_the_terminal_and_loses_nothing(rows, width):
    made = table.rendered(rows, width)
    assert all(table.places(line) <= width for line in made)
    assert all(char.isprintable() for line in made for char in line)
    left = max(1, min(table.WIDEST_NAME, width // 3, max((table.places(table._plain(name)) for name, _ in rows), default=0)))
    texts = "".join("".join(table._plain(line) for line in lines) for _name, lines in rows)
    shown = "".join(_from(line, left + len(table.GAP)) for line in made)
    assert shown.replace(" ", "") == texts.replace(" ", "")


def _from(line: str, place: int) -> str:
    """What stands at a place of a line and behind it."""
    used = 0
    for at, char in enumerate(line):
        if used >= place:  # also a mark that takes no place: with the gap before it, it is of this text
            return line[at:]
        used += table._place(char)
    return ""


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("客户首次注册的日期", 8, ["客户首次", "注册的日", "期"]),
        ("age 年龄 of", 7, ["age 年", "龄 of"]),
        ("", 5, [""]),
        ("客", 1, ["客"]),
    ],
)
def test_text_is_wrapped_by_the_places_it_takes(text, width, lines):
    assert table.wrapped(text, width) == lines


@pytest.mark.parametrize(("columns", "width"), [("100", 100), ("10", 40), ("500", 120), ("wide", 80), ("", 80), ("0", 80)])
def test_the_width_is_that_of_the_terminal(monkeypatch, columns, width):
    monkeypatch.setenv("COLUMNS", columns)

    assert table.terminal_width() == width
