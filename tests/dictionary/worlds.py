"""Elements and whole books as Hypothesis makes them: what any engine and any format of the dictionary has to cope with."""

from __future__ import annotations

import string
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import settings
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
# Letters of several scripts with what is odd in them: soft hyphens, marks that join, turn around or have no width, a stray byte order mark.
LETTERS = st.text(
    st.sampled_from([
        *(chr(code) for first, last in ((0x21, 0x7E), (0xA1, 0xFF), (0x391, 0x3C9), (0x5D0, 0x5EA), (0x4E00, 0x4E2F), (0xFF01, 0xFF20))
          for code in range(first, last + 1) if chr(code).isprintable()),
        *"\u00ad\u0301\u0345\u034f\u0600\u0e33\u1e9e\u200b\u200d\u200e\u202e\u2066\u2122\ufb01\ufeff\ufffd\U0001f600\U0001f1e6\U000e0001",
    ]),
    min_size=1, max_size=12,
)  # fmt: skip
LINES = (AWKWARD | st.lists(LETTERS, min_size=1, max_size=4).map(" ".join)).filter(
    lambda text: text == text.strip() and text != ""
)
SOME = st.just("") | LINES
WORDS = st.text(string.ascii_lowercase, min_size=1, max_size=8)
KEYS = st.lists(WORDS, min_size=1, max_size=3).map(".".join)
DATES = st.dates(date(2000, 1, 1), date(2199, 12, 31))
NUMBERS = st.integers(-(10**15), 10**15).map(lambda number: decimal_text(Decimal(number).scaleb(-3)))
LOCALES = st.sampled_from(["de", "fr", "zh-Hans", "pt-BR"])
TEAMS = st.sampled_from(["", "onboarding", "billing"])
PATTERNS = st.sampled_from(["", "[A-Z]{2}[0-9]{4}", r"\d+", "^a|b$", r"[^\s,;]+", "[\u4e00-\u9fff]+"])
UNITS = st.sampled_from(["", "km", "EUR", "Cel", "{customers}", "kg/m3", "%"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | SOME,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


# Strategies are made once: to make one takes longer than to draw from it.
TWO_NUMBERS = st.tuples(NUMBERS, NUMBERS).map(lambda pair: sorted(pair, key=Decimal))
TWO_DATES = st.lists(DATES, min_size=2, max_size=2, unique=True).map(sorted)
LENGTHS = st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted)
DIGITS = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted)
LABELS = st.dictionaries(LOCALES, LINES, max_size=2).map(lambda labels: tuple(sorted(labels.items())))
MEANINGS = st.dictionaries(SOME, SOME, max_size=3).map(lambda found: tuple(NullMeaning(*pair) for pair in sorted(found.items())))
TEXTS = st.lists(
    st.builds(Text, locale=LOCALES, name=LINES, definition=SOME), max_size=2, unique_by=lambda text: text.locale
).map(lambda found: tuple(sorted(found)))
ALIASES = st.sets(st.builds(Alias, term=LINES, team=TEAMS, locale=st.just("") | LOCALES, source=SOME), max_size=2).map(
    lambda found: tuple(sorted(found))
)
EXTRA = st.dictionaries(st.sampled_from(["odcs", "dbt"]), st.dictionaries(WORDS, JSON, min_size=1, max_size=2), max_size=1)
CODES = st.lists(LINES, max_size=4, unique=True)
EXAMPLES = st.lists(SOME, max_size=3, unique=True).map(tuple)
TAGS = st.lists(LINES, max_size=2, unique=True).map(tuple)
PLACES = st.lists(st.integers(0, 3), max_size=2)
PLACE = st.integers(0, 3)
YES_OR_NO = st.booleans()
FORMS = st.sampled_from(["", "i32", "email"])
ZONES = st.sampled_from(["", "UTC", "Europe/Vienna"])
STEPS = st.sampled_from(["", "0.01", "5"])
LANGUAGES = st.sampled_from(["", "sql", "python"])
PHYSICAL = st.sampled_from(["", "bigint", "varchar(50)"])
ROLES = st.sampled_from(["", "source", "derived", "feature"])
VERSIONS = st.sampled_from(["", "1.2.0"])
OF_LOGICAL = st.sampled_from(LOGICAL_TYPES)
OF_SEMANTIC = st.sampled_from(["", *SEMANTIC_TYPES])
OF_GRANULARITY = st.sampled_from(["", *GRANULARITIES])
OF_NULLS = st.sampled_from(["", *NULL_POLICIES])
OF_SENSITIVITY = st.sampled_from(["", *SENSITIVITIES])
OF_CARDINALITY = st.sampled_from(CARDINALITIES)
KEYS_OF_BOOK = st.lists(KEYS, min_size=1, max_size=4, unique=True)
TABLE_NAMES = st.lists(LINES, min_size=1, max_size=3, unique_by=str.casefold)
COLUMN_NAMES = st.lists(LINES, max_size=3, unique_by=str.casefold)


# How many books a test of one format is shown: with all formats it is some hundreds, and each takes some twenty milliseconds.
SOME_BOOKS = settings(max_examples=40)


@st.composite
def domains(draw: st.DrawFn, logical: str) -> Domain:
    codes = draw(CODES)
    low, high = draw(TWO_NUMBERS)
    if logical in ("date", "timestamp", "time"):
        first, last = sorted((draw(DATES), draw(DATES)))
        low, high = {
            "date": (str(first), str(last)), "timestamp": (f"{first}T00:00:00Z", f"{last}T00:00:00Z"), "time": ("08:00:00", "09:30:00"),
        }[logical]  # fmt: skip
    lengths, digits = draw(LENGTHS), draw(DIGITS)
    return Domain(
        values=tuple(draw(values(code)) for code in codes),
        pattern=draw(PATTERNS),
        minimum=low if draw(YES_OR_NO) else "",
        maximum=high if draw(YES_OR_NO) else "",
        exclusive_minimum=draw(YES_OR_NO),
        exclusive_maximum=draw(YES_OR_NO),
        min_length=lengths[0] if draw(YES_OR_NO) else None,
        max_length=lengths[1] if draw(YES_OR_NO) else None,
        precision=digits[1] if draw(YES_OR_NO) else None,
        scale=digits[0] if draw(YES_OR_NO) else None,
        multiple_of=draw(STEPS),
    )


@st.composite
def values(draw: st.DrawFn, code: str) -> PermissibleValue:
    first, last = draw(TWO_DATES)
    return PermissibleValue(
        code=code,
        meaning=draw(SOME),
        labels=draw(LABELS),
        valid_from=first if draw(YES_OR_NO) else None,
        valid_until=last if draw(YES_OR_NO) else None,
    )


DOMAINS = {logical: st.just(Domain()) | domains(logical) for logical in LOGICAL_TYPES}


@st.composite
def elements(draw: st.DrawFn, key: str | None = None, others: tuple[str, ...] = ("other.thing", "crm/customer.id")) -> Element:
    """One element; `others` are the keys that it may refer to. It reads back without an error."""
    logical = draw(OF_LOGICAL)
    first, last = draw(TWO_DATES)
    key = draw(KEYS) if key is None else key
    referable = [other for other in others if other != key]

    def another() -> str:
        return referable[draw(PLACE) % len(referable)]

    return Element(
        key=key,
        name=draw(SOME),
        definition=draw(SOME),
        logical_type=logical,
        format=draw(FORMS),
        semantic_type=draw(OF_SEMANTIC),
        unit=draw(UNITS),
        timezone=draw(ZONES),
        granularity=draw(OF_GRANULARITY),
        null_policy=draw(OF_NULLS),
        null_meanings=draw(MEANINGS),
        domain=draw(DOMAINS[logical]),
        is_key=draw(YES_OR_NO),
        unique=draw(YES_OR_NO),
        references=Reference(element=another(), cardinality=draw(OF_CARDINALITY), required=draw(YES_OR_NO))
        if referable and draw(YES_OR_NO)
        else None,
        sensitivity=draw(OF_SENSITIVITY),
        examples=draw(EXAMPLES),
        formula=Formula(
            expression=draw(LINES),
            language=draw(LANGUAGES),
            sources=tuple(dict.fromkeys(referable[at % len(referable)] for at in draw(PLACES))),
        )
        if referable and draw(YES_OR_NO)
        else None,
        effective_from=first if draw(YES_OR_NO) else None,
        effective_until=last if draw(YES_OR_NO) else None,
        replaces=another() if referable and draw(YES_OR_NO) else "",
        tags=draw(TAGS),
        texts=draw(TEXTS),
        aliases=draw(ALIASES),
        extra=draw(EXTRA),
    )


@st.composite
def books(draw: st.DrawFn) -> Book:
    """A book whose columns hold elements of it, some of them in several columns and some in none."""
    keys = draw(KEYS_OF_BOOK)
    names = draw(TABLE_NAMES)
    columns = [
        Column(table=table, name=column, element=keys[draw(PLACE) % len(keys)], physical_type=draw(PHYSICAL), role=draw(ROLES))
        for table in names
        for column in draw(COLUMN_NAMES)
    ]
    return Book(
        title=draw(SOME),
        description=draw(SOME),
        version=draw(VERSIONS),
        elements=tuple(draw(elements(key=key, others=tuple(keys))) for key in keys),
        tables=tuple(Table(name=name, physical_name=draw(SOME), title=draw(SOME), description=draw(SOME)) for name in names),
        columns=tuple(columns),
    )


def says(**more: Any) -> Element:
    """An element with what matters to a test."""
    return Element(
        **{"key": "customer.age", "name": "Age", "definition": "Years since birth.", "logical_type": "integer", **more}
    )
