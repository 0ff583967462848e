"""A column as it is looked up: the forms its name is compared in, and what its table says. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from governance.dictionary.naming.model import Candidate, definition_words
from governance.dictionary.naming.physical import kind_of, kind_of_values
from governance.dictionary.naming.terms import normal, pieces, tokens, words
from governance.dictionary.naming.unit_hints import Hint, hinted
from governance.dictionary.naming.vocabulary import GENERIC, LAYERS, one_of

_NO_INITIALS = one_of("is has to no in at by of id on my as am it")  # a flag and no prefix: `is_active` of `invoice_status`


@dataclass(frozen=True, slots=True)
class Table:
    """What the name of a table says: `dwh.dim_customers` speaks of `customer`."""

    words: tuple[str, ...]
    joined: str  # the words as one, to be compared with what stands before the last part of a key
    initials: frozenset[str]  # what the names of its columns may begin with, as `ss` in `store_sales`


@dataclass(frozen=True, slots=True)
class Sought:
    """A column, cut up once."""

    column: Candidate
    table: Table
    forms: tuple[str, ...]  # normal forms of the name: as it is, then without the table's initials
    words: tuple[str, ...]
    generic: bool
    kind: str
    hint: Hint | None
    description: frozenset[str]


def table_of(name: str, team: str = "") -> Table:
    """The table without schema, quotes, the words for its layer and the name of the team that has it."""
    last = name.replace('"', "").replace("`", "").rsplit(".", 1)[-1]
    own = frozenset(words(team))
    cut = pieces(last)
    while len(cut) > 1 and (cut[0] in LAYERS or own.issuperset(words(cut[0]))):
        cut = cut[1:]
    while len(cut) > 1 and cut[-1] in LAYERS:
        cut = cut[:-1]
    meaning = tuple(word for piece in cut for word in words(piece))
    initials = frozenset({"".join(piece[0] for piece in cut), "".join(piece[0] for piece in cut[:1])}) - _NO_INITIALS - {""}
    return Table(meaning, "".join(meaning), initials)


def sought(column: Candidate, table: Table) -> Sought:
    """Cut up a column of this table."""
    cut = pieces(column.name)
    forms = [normal(column.name)]
    named = tokens(column.name)
    if len(cut) > 1 and cut[0] in table.initials:
        forms.append("".join(cut[1:]))
        named = tokens(" ".join(cut[1:]))
    return Sought(
        column=column,
        table=table,
        forms=tuple(form for form in forms if form),
        words=named,
        generic=says_nothing(column.name),
        kind=kind_of(column.physical_type) or kind_of_values(column.sample),
        hint=hinted(column.name),
        description=definition_words(column.description) if column.description else frozenset(),
    )


def says_nothing(name: str) -> bool:
    """Whether many tables have a column of this name: one word that says nothing alone, or such a pair as `created_at`."""
    found = words(name)
    return normal(name) in GENERIC or (len(found) <= 1 and GENERIC.issuperset(found)) or found in _PAIRS


# Two words that still say nothing.
_PAIRS = frozenset(
    tuple(pair.split())
    for pair in (
        "created at", "updated at", "deleted at", "created date", "updated date", "created on", "updated on", "created by",
        "updated by",
        "start date", "end date", "start time", "end time", "valid from", "valid to", "date time", "id number", "code value",
        "row id",
        "type code", "type id", "row number",
    )
)  # fmt: skip
