"""Legends as Hypothesis makes them: of any elements, for columns of any name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from governance.dictionary.elements import Domain, Element, NullMeaning, PermissibleValue
from governance.dictionary.legend import Dataset, Legend, LegendColumn, column_of
from tests.dictionary.worlds import KEYS, LINES, SOME, WORDS, says

AT = datetime(2026, 11, 20, 9, 12, tzinfo=UTC)
# Column names that carriers trip over: escapes of workbooks, what XML cannot hold, legend keys, blanks, what steers a terminal.
NAMES = (
    st.sampled_from(
        ["_x0041_", "a\r\nb", " a", "a\x01b", "a\ufffeb", "=1+1", "x" * 500, "CS-00000-00000-0", "a.b", '"', "\x1b[31m", "a\x7f"]
    )
    | LINES
)
TEXTS = st.sampled_from(["", "a\nb", "\x01", "\ufffe", "=1+1", "_x000D_", "注册日期", "\U0001f600"]) | SOME
PAIRS = st.lists(st.tuples(TEXTS, TEXTS), max_size=3, unique_by=lambda pair: pair[0])
DIGESTS = st.binary(min_size=32, max_size=32).map(lambda value: "sha256:" + value.hex())


@st.composite
def columns(draw: st.DrawFn, name: str) -> LegendColumn:
    """A column that holds an element, of which only what a legend tells is drawn: whole elements take ten times as long."""
    said = says(
        key=draw(KEYS),
        name=draw(TEXTS),
        definition=draw(TEXTS),
        unit=draw(st.sampled_from(["", "km", "{客户}"])),
        timezone=draw(st.sampled_from(["", "Europe/Vienna"])),
        null_meanings=tuple(NullMeaning(*pair) for pair in draw(PAIRS)),
        domain=Domain(values=tuple(PermissibleValue(code=code, meaning=meaning) for code, meaning in draw(PAIRS))),
    )
    return column_of(
        said, dictionary=draw(WORDS), column=name, version=draw(st.sampled_from(["1.0.0", "7"])), deviation=draw(TEXTS)
    )


@st.composite
def legends(draw: st.DrawFn, least: int = 0) -> Legend:
    names = draw(st.lists(NAMES, min_size=least, max_size=3, unique=True))
    return Legend(
        dictionary=draw(WORDS),
        server=draw(st.sampled_from(["", "https://portal.example", "http://127.0.0.1:8000/countersign"])),
        release=draw(st.none() | st.integers(0, 2**53 - 1)),
        made_at=draw(st.integers(0, 7 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))),
        dataset=Dataset(name=draw(SOME), version=draw(SOME), digest=draw(st.just("") | DIGESTS)),
        copy=draw(st.sampled_from(["", "cp_01"])),
        columns=tuple(draw(columns(name)) for name in names),
    )


def legend(*names: str, **more: Any) -> Legend:
    """A legend of these columns, each of which holds an element of its name."""
    made = [column_of(element(name), dictionary="customers", column=name, version="1.2.0") for name in names]
    return Legend(**{"dictionary": "customers", "made_at": AT, "release": 42, "columns": tuple(made), **more})


def element(name: str) -> Element:
    plain = "".join(char if char.isascii() and char.isalnum() else "_" for char in name.lower())
    return says(key=f"customer.{plain}", name=name.title(), unit="a", definition="Years since birth.", null_meanings=())


def coded(count: int) -> Element:
    """An element with so many permissible values."""
    return says(
        domain=Domain(values=tuple(PermissibleValue(code=str(number), meaning=f"code {number}") for number in range(count)))
    )
