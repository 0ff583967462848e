"""The values a data element is made of: ISO/IEC 11179 cut to what is used, with the words of the Open Data Contract Standard.

All of them are frozen and compare by content. An empty text, an empty tuple and None all mean "not stated".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

LOGICAL_TYPES = ("string", "integer", "number", "boolean", "date", "timestamp", "time", "object", "array")
SEMANTIC_TYPES = ("identifier", "quantity", "money", "category", "temporal", "text", "flag")
SENSITIVITIES = ("public", "internal", "personal", "sensitive")  # from the least to the most
NULL_POLICIES = ("never", "allowed")  # whether a value may be missing
CARDINALITIES = ("one_to_one", "many_to_one", "one_to_many", "many_to_many")  # from this element to the one it refers to
GRANULARITIES = (
    "year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond", "microsecond", "nanosecond",
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class NullMeaning:
    """What it means that a value is missing, for one way of writing that: the empty token is NULL and the empty cell."""

    token: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissibleValue:
    """One value that may stand there, and what it means. `labels`: (locale, label), sorted. Dates are half-open."""

    code: str
    meaning: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Which values may stand there. Everything stated has to hold.

    `minimum`, `maximum` and `multiple_of` are texts in one form: decimals without exponent and trailing zeros, dates and times in
    ISO 8601. `precision` is the number of digits in all, `scale` of those behind the point. `pattern` is a regular expression of
    the RE2 subset (no look-around, no back-references) that the whole value has to match.
    """

    values: tuple[PermissibleValue, ...] = ()
    pattern: str = ""
    minimum: str = ""
    maximum: str = ""
    exclusive_minimum: bool = False
    exclusive_maximum: bool = False
    min_length: int | None = None
    max_length: int | None = None
    precision: int | None = None
    scale: int | None = None
    multiple_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The element whose values these are: a key, or `dictionary/key` for one of another dictionary."""

    element: str
    cardinality: str = "many_to_one"
    required: bool = False  # whether each value has to be found there


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """How a derived element (a feature) is computed, and of which elements (keys, or `dictionary/key`)."""

    expression: str
    language: str = ""  # such as sql, python, text
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Alias:
    """Another name that somebody uses for the element: a team, a language, or everybody."""

    term: str
    team: str = ""  # slug
    locale: str = ""  # BCP 47
    source: str = ""  # where it was found


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Text:
    """Name and definition in another language than the dictionary's own."""

    locale: str
    name: str = ""
    definition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """Everything one version of an element says.

    `key` is permanent and unique in its dictionary. `format` narrows the logical type (`i32`, `email`, `uuid`). `unit` is a UCUM
    code, or an ISO 4217 currency where `semantic_type` is money. `timezone` is an IANA name. `is_key`: it identifies a row, alone
    or with others. `extra` holds what a format said that has no place here, by the name of the format, as JSON values.
    """

    key: str
    name: str = ""
    definition: str = ""
    logical_type: str = "string"
    format: str = ""
    semantic_type: str = ""
    unit: str = ""
    timezone: str = ""
    granularity: str = ""
    null_policy: str = ""
    null_meanings: tuple[NullMeaning, ...] = ()  # sorted by token
    domain: Domain = field(default_factory=Domain)
    is_key: bool = False
    unique: bool = False
    references: Reference | None = None
    sensitivity: str = ""
    examples: tuple[str, ...] = ()
    formula: Formula | None = None
    effective_from: date | None = None
    effective_until: date | None = None
    replaces: str = ""  # key of the element whose place it takes
    tags: tuple[str, ...] = ()
    texts: tuple[Text, ...] = ()  # sorted by locale
    aliases: tuple[Alias, ...] = ()  # sorted
    extra: Mapping[str, Any] = field(default_factory=dict)
