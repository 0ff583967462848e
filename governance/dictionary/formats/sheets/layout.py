"""Our own sheet: which column holds which part of a row, how it is written in a cell, and what a person has to know of it. Pure.

A row says something of an element, of the column that holds it, and of that column's table. What of it a cell cannot hold exactly, and
what has no column here, stands as compact JSON in the column `Countersign`; a filled cell counts before that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from governance.dictionary.elements import (
    CARDINALITIES,
    GRANULARITIES,
    LOGICAL_TYPES,
    NULL_POLICIES,
    SEMANTIC_TYPES,
    SENSITIVITIES,
    Element,
    as_mapping,
)
from governance.dictionary.formats.sheets import choices

LONGEST_CELL = 16_000  # characters; a spreadsheet takes 32 767 UTF-16 units
REST = "Countersign"
AS_GIVEN = " (as given)"
PARTS = ("domain", "references", "formula")  # maps in an element; their fields stand in columns of their own
_UNSAFE = re.compile("[\x00\ud800-\udfff\ufffe\uffff]")
_REST = re.compile(rf"{REST}(?: ([2-9]|[1-9][0-9]{{1,3}}))?")

Read = Callable[[str], Any]
Write = Callable[[Any], str]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _flag(text: str) -> Any:
    return True if text == "yes" else None


def _count(text: str) -> Any:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@dataclass(frozen=True, slots=True)
class Own:
    """One column. `path`: where its value stands in an element (`domain.minimum`), or table, column, … of the row itself."""

    field: str
    heading: str
    path: str
    width: int
    help: str
    write: Write = _text
    read: Read = _text
    words: tuple[str, ...] = ()  # the only ones that may stand there


def _names(items: Any) -> str:
    return choices.write_list(items, commas=True)


def _as_names(text: str) -> list[str]:
    return choices.read_list(text, commas=True)


_YES: dict[str, Any] = {"write": lambda value: "yes", "read": _flag, "words": ("yes",)}
_COUNT: dict[str, Any] = {"write": str, "read": _count}
OWN = (
    Own("table", "Table", "table", 22, "The data set that has the column."),
    Own("table_title", "Table title", "table_title", 22, "What people call the data set."),
    Own("table_description", "Table description", "table_description", 30, "What the data set holds; the same in each of its rows."),
    Own("column", "Column", "column", 26, "The column's name in the data set."),
    Own("key", "Element", "key", 30, "The permanent key of what the column holds. Several columns may hold the same."),
    Own("name", "Name", "name", 26, "What people call it."),
    Own("definition", "Definition", "definition", 60, "What it means."),
    Own("type", "Type", "logical_type", 12, "What kind of value it is.", words=LOGICAL_TYPES),
    Own("format", "Format", "format", 12, "What narrows the type: email, uuid, i32."),
    Own("semantic_type", "Semantic type", "semantic_type", 14, "What the value is used as.", words=SEMANTIC_TYPES),
    Own("unit", "Unit", "unit", 10, "The unit as a UCUM code (km, Cel), or the currency (EUR)."),
    Own("timezone", "Time zone", "timezone", 16, "The time zone of times: Europe/Vienna, UTC."),
    Own("granularity", "Granularity", "granularity", 12, "The smallest step of times.", words=GRANULARITIES),
    Own("null_policy", "Null policy", "null_policy", 12, "Whether a value may be missing.", words=NULL_POLICIES),
    Own("missing", "Missing codes", "null_meanings", 26, "What stands for a missing value, and what it means: -99=refused; -98=unknown.",
        choices.write_tokens, choices.read_tokens),
    Own("values", "Permissible values", "domain.values", 36, "The only values that may stand there: 1=Yes; 2=No.",
        choices.write_values, choices.read_values),
    Own("pattern", "Pattern", "domain.pattern", 20, "A regular expression that the whole value has to match."),
    Own("minimum", "Minimum", "domain.minimum", 12, "The least that a value may be."),
    Own("maximum", "Maximum", "domain.maximum", 12, "The most that a value may be."),
    Own("exclusive_minimum", "Minimum excluded", "domain.exclusive_minimum", 12, "yes: the value has to be more than the minimum.", **_YES),
    Own("exclusive_maximum", "Maximum excluded", "domain.exclusive_maximum", 12, "yes: the value has to be less than the maximum.", **_YES),
    Own("min_length", "Minimum length", "domain.min_length", 10, "The fewest characters.", **_COUNT),
    Own("max_length", "Maximum length", "domain.max_length", 10, "The most characters.", **_COUNT),
    Own("precision", "Precision", "domain.precision", 10, "The number of digits in all.", **_COUNT),
    Own("scale", "Scale", "domain.scale", 10, "The number of digits behind the point.", **_COUNT),
    Own("multiple_of", "Multiple of", "domain.multiple_of", 10, "What each value is a multiple of."),
    Own("is_key", "Primary key", "is_key", 10, "yes: it identifies a row, alone or with others.", **_YES),
    Own("unique", "Unique", "unique", 10, "yes: no value stands there twice.", **_YES),
    Own("references", "References", "references.element", 26, "The element whose values these are: its key, or dictionary/key."),
    Own("cardinality", "Reference cardinality", "references.cardinality", 14, "From this element to the one it refers to.", words=CARDINALITIES),
    Own("reference_required", "Reference required", "references.required", 12, "yes: each value has to be found there.", **_YES),
    Own("sensitivity", "Sensitivity", "sensitivity", 12, "Who may see it.", words=SENSITIVITIES),
    Own("examples", "Examples", "examples", 20, "Values as they are: a; b; c.", choices.write_list, choices.read_list),
    Own("formula", "Formula", "formula.expression", 30, "How it is computed, where it is."),
    Own("language", "Formula language", "formula.language", 10, "What the formula is written in: sql, python, text."),
    Own("sources", "Computed from", "formula.sources", 24, "The keys of the elements it is computed of.", _names, _as_names),
    Own("effective_from", "Effective from", "effective_from", 12, "The first day on which this holds: 2026-07-31."),
    Own("effective_until", "Effective until", "effective_until", 12, "The first day on which this holds no more."),
    Own("replaces", "Replaces", "replaces", 20, "The key of the element whose place it takes."),
    Own("tags", "Tags", "tags", 16, "Words to find it by.", _names, _as_names),
    Own("aliases", "Aliases", "aliases", 24, "Other names that are used for it.", choices.write_names, choices.read_names),
    Own("physical_type", "Physical type", "physical_type", 16, "The column's type where it is stored: varchar(50)."),
    Own("role", "Column role", "role", 10, "Where the column comes from.", words=("source", "derived", "feature")),
)  # fmt: skip
OF_ROW = ("table", "table_title", "table_description", "column", "physical_type", "role")  # what is no part of the element
BY_FIELD = {own.field: own for own in OWN}
BY_PATH = {own.path: own for own in OWN}
BY_HEADING = {own.heading: own.field for own in OWN}
_FOLDED = frozenset(own.heading.casefold() for own in OWN) | {REST.casefold()}


def is_own(headings: Sequence[str]) -> bool:
    """Whether these are the headings of a sheet that was written here; a person may have added and left out some."""
    return REST in headings and "Element" in headings


def is_rest(heading: str) -> bool:
    return _REST.fullmatch(heading) is not None


def heading_out(heading: str) -> str:
    """The heading over what another tool said, told apart from ours: `Type` → `Type (as given)`."""
    return heading + AS_GIVEN if _clashes(heading) else heading


def heading_in(heading: str) -> str:
    """The heading that `heading_out` made this of."""
    return heading.removesuffix(AS_GIVEN) if heading.endswith(AS_GIVEN) and _clashes(heading) else heading


def _clashes(heading: str) -> bool:
    while heading.endswith(AS_GIVEN):
        heading = heading.removesuffix(AS_GIVEN)
    return heading.casefold() in _FOLDED or is_rest(heading)


def holds(text: str) -> bool:
    """Whether a cell gives this text back exactly, whatever program saved it."""
    return text == text.strip() and len(text) <= LONGEST_CELL and not _UNSAFE.search(text)


def flat(element: Element) -> dict[str, Any]:
    """Plain values by path: `domain.minimum`, `references.element`, `extra`. What is not stated is left out."""
    found: dict[str, Any] = {}
    for name, value in as_mapping(element).items():
        if name in PARTS:
            found |= {f"{name}.{part}": inner for part, inner in value.items()}
        else:
            found[name] = value
    return found


def plain_of(element: Element, path: str) -> Any:
    """One value of `flat`, without making all of them; None where it is not stated."""
    part, _dot, name = path.partition(".")
    value = getattr(element, part)
    value = getattr(value, name) if name and value is not None else value
    if not isinstance(value, tuple):
        return None if value in ("", False) else value
    if path == "domain.values" and not any(item.labels or item.valid_from or item.valid_until for item in value):
        return [{"code": item.code, "meaning": item.meaning} if item.meaning else {"code": item.code} for item in value] or None
    if part == "null_meanings":
        return {item.token: item.meaning for item in value} or None
    if part in ("aliases", "texts", "domain"):
        return flat(element).get(path)
    return list(value) or None


def nested(said: Mapping[str, Any]) -> dict[str, Any]:
    """What `flat` made of an element, as `read_element` takes it."""
    found: dict[str, Any] = {}
    for path, value in said.items():
        part, dot, name = path.partition(".")
        if dot and part in PARTS:
            found.setdefault(part, {})[name] = value
        else:
            found[path] = value
    return found


def cell(own: Own, value: Any) -> str:
    """The value as a cell that reads back to it, or an empty text where none does."""
    text = own.write(value)
    return text if holds(text) and own.read(text) == value else ""


def compact(value: Any) -> str:
    """JSON without spaces, with everything escaped that a file of text cannot hold."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
