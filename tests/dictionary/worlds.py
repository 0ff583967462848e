"""Elements and whole books as Hypothesis makes them: what any engine and any format of the dictionary has to cope with."""

from __future__ import annotations

import string
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from foundation.canonical import decimal_text
from governance.dictionary.elements import (
    CARDINALITIES,
    GRANULARITIES,
    LOGICAL_TYPES,
    NULL_POLICIES,
    SEMANTIC_TYPES,
    SENSITIVITIES,
    Alias,
    Domain,
    Element,
    Formula,
    NullMeaning,
    PermissibleValue,
    Reference,
    Text,
)
from governance.dictionary.formats.model import Book, Column, Table

# Texts that break formats: quotes, colons, line ends, leading signs, what YAML takes for another type, Chinese, right-to-left.
AWKWARD = st.sampled_from([
    "yes", "no", "null", "~", "1.0", "0x1F", "2020-01-01", "1e3", "a: b", "- a", "# no", "'", '"', "a'b\"c", "=1+1", "+1", "@x",
    "{a}", "[a]", "a\nb", "a,b;c|d", "客户编号", "注册日期：首次", "עברית", "é", "e\u0301", "\U0001f600", "a\\b", "%s", "{{ x }}", "${x}",
    "true", "N/A", "<b>", "&amp;", "a  b",
])  # fmt: skip
LETTERS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn", "Zl", "Zp", "Zs")), min_size=1, max_size=12
)
LINES = (AWKWARD | st.lists(LETTERS, min_size=1, max_size=4).map(" ".join)).filter(
    lambda text: text == text.strip() and text != ""
)
SOME = st.just("") | LINES
WORDS = st.text(string.ascii_lowercase, min_size=1, max_size=8)
KEYS = st.lists(WORDS, min_size=1, max_size=3).map(".".join)
DATES = st.dates(date(2000, 1, 1), date(2199, 12, 31))
NUMBERS = st.decimals(Decimal("-1e12"), Decimal("1e12"), places=3).map(decimal_text)
LOCALES = st.sampled_from(["de", "fr", "zh-Hans", "pt-BR"])
TEAMS = st.sampled_from(["", "onboarding", "billing"])
PATTERNS = st.sampled_from(["", "[A-Z]{2}[0-9]{4}", r"\d+", "^a|b$", r"[^\s,;]+", "[\u4e00-\u9fff]+"])
UNITS = st.sampled_from(["", "km", "EUR", "Cel", "{customers}", "kg/m3", "%"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | SOME,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def domains(draw: st.DrawFn, logical: str) -> Domain:
    codes = draw(st.lists(LINES, max_size=4, unique=True))
    low, high = sorted(draw(st.tuples(NUMBERS, NUMBERS)), key=Decimal)
    if logical in ("date", "timestamp", "time"):
        first, last = sorted(draw(st.tuples(DATES, DATES)))
        low, high = {"date": str, "timestamp": lambda day: f"{day}T00:00:00Z", "time": lambda day: "08:00:00"}[logical](first), {
            "date": str, "timestamp": lambda day: f"{day}T00:00:00Z", "time": lambda day: "09:30:00"}[logical](last)  # fmt: skip
    lengths = sorted(draw(st.tuples(st.integers(0, 50), st.integers(0, 50))))
    digits = sorted(draw(st.tuples(st.integers(0, 30), st.integers(0, 30))))
    return Domain(
        values=tuple(draw(values(code)) for code in codes),
        pattern=draw(PATTERNS),
        minimum=draw(st.sampled_from(["", low])),
        maximum=draw(st.sampled_from(["", high])),
        exclusive_minimum=draw(st.booleans()),
        exclusive_maximum=draw(st.booleans()),
        min_length=draw(st.sampled_from([None, lengths[0]])),
        max_length=draw(st.sampled_from([None, lengths[1]])),
        precision=draw(st.sampled_from([None, digits[1]])),
        scale=draw(st.sampled_from([None, digits[0]])),
        multiple_of=draw(st.sampled_from(["", "0.01", "5"])),
    )


@st.composite
def values(draw: st.DrawFn, code: str) -> PermissibleValue:
    first, last = sorted(draw(st.lists(DATES, min_size=2, max_size=2, unique=True)))
    return PermissibleValue(
        code=code,
        meaning=draw(SOME),
        labels=tuple(sorted(draw(st.dictionaries(LOCALES, LINES, max_size=2)).items())),
        valid_from=draw(st.sampled_from([None, first])),
        valid_until=draw(st.sampled_from([None, last])),
    )


@st.composite
def elements(draw: st.DrawFn, key: str | None = None, others: tuple[str, ...] = ("other.thing", "crm/customer.id")) -> Element:
    """One element; `others` are the keys that it may refer to. It reads back without an error."""
    logical = draw(st.sampled_from(LOGICAL_TYPES))
    first, last = sorted(draw(st.lists(DATES, min_size=2, max_size=2, unique=True)))
    key = draw(KEYS) if key is None else key
    referable = [other for other in others if other != key]
    reference = st.builds(
        Reference, element=st.sampled_from(referable), cardinality=st.sampled_from(CARDINALITIES), required=st.booleans()
    )
    formula = st.builds(
        Formula, expression=LINES, language=st.sampled_from(["", "sql", "python"]),
        sources=st.lists(st.sampled_from(referable), max_size=2, unique=True).map(tuple),
    )  # fmt: skip
    return Element(
        key=key,
        name=draw(SOME),
        definition=draw(SOME),
        logical_type=logical,
        format=draw(st.sampled_from(["", "i32", "email"])),
        semantic_type=draw(st.sampled_from(["", *SEMANTIC_TYPES])),
        unit=draw(UNITS),
        timezone=draw(st.sampled_from(["", "UTC", "Europe/Vienna"])),
        granularity=draw(st.sampled_from(["", *GRANULARITIES])),
        null_policy=draw(st.sampled_from(["", *NULL_POLICIES])),
        null_meanings=tuple(
            NullMeaning(token, meaning) for token, meaning in sorted(draw(st.dictionaries(SOME, SOME, max_size=3)).items())
        ),
        domain=draw(st.just(Domain()) | domains(logical)),
        is_key=draw(st.booleans()),
        unique=draw(st.booleans()),
        references=draw(st.none() | reference) if referable else None,
        sensitivity=draw(st.sampled_from(["", *SENSITIVITIES])),
        examples=tuple(draw(st.lists(SOME, max_size=3, unique=True))),
        formula=draw(st.none() | formula) if referable else None,
        effective_from=draw(st.sampled_from([None, first])),
        effective_until=draw(st.sampled_from([None, last])),
        replaces=draw(st.sampled_from(["", *referable])),
        tags=tuple(draw(st.lists(LINES, max_size=2, unique=True))),
        texts=tuple(
            sorted(
                draw(
                    st.lists(
                        st.builds(Text, locale=LOCALES, name=LINES, definition=SOME),
                        max_size=2,
                        unique_by=lambda text: text.locale,
                    )
                )
            )
        ),
        aliases=tuple(
            sorted(draw(st.sets(st.builds(Alias, term=LINES, team=TEAMS, locale=st.just("") | LOCALES, source=SOME), max_size=2)))
        ),
        extra=draw(
            st.dictionaries(st.sampled_from(["odcs", "dbt"]), st.dictionaries(WORDS, JSON, min_size=1, max_size=2), max_size=1)
        ),
    )


@st.composite
def books(draw: st.DrawFn) -> Book:
    """A book whose columns hold elements of it, some of them in several columns and some in none."""
    keys = draw(st.lists(KEYS, min_size=1, max_size=4, unique=True))
    names = draw(st.lists(LINES, min_size=1, max_size=3, unique_by=str.casefold))
    columns: list[Column] = []
    for table in names:
        for column in draw(st.lists(LINES, max_size=3, unique_by=str.casefold)):
            columns.append(
                Column(
                    table=table,
                    name=column,
                    element=draw(st.sampled_from(keys)),
                    physical_type=draw(st.sampled_from(["", "bigint", "varchar(50)"])),
                    role=draw(st.sampled_from(["", "source", "derived", "feature"])),
                )
            )
    return Book(
        title=draw(SOME),
        description=draw(SOME),
        version=draw(st.sampled_from(["", "1.2.0"])),
        elements=tuple(draw(elements(key=key, others=tuple(keys))) for key in keys),
        tables=tuple(Table(name=name, physical_name=draw(SOME), title=draw(SOME), description=draw(SOME)) for name in names),
        columns=tuple(columns),
    )


def says(**more: Any) -> Element:
    """An element with what matters to a test."""
    return Element(
        **{"key": "customer.age", "name": "Age", "definition": "Years since birth.", "logical_type": "integer", **more}
    )
