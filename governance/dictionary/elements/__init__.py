"""What a data element says, as a value: its meaning, how it is written down, and who calls it what. Pure.

`model` holds the values, `reading` makes one of plain values with everything that is wrong with them, `writing` gives the plain values
back. Nothing here knows a database, and no message its language: problems are codes, whose English is in `problems`.
"""

from governance.dictionary.elements.model import (
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
from governance.dictionary.elements.problems import MESSAGES, Problem
from governance.dictionary.elements.reading import read_element
from governance.dictionary.elements.writing import as_mapping, body, body_of, content_digest

__all__ = [
    "CARDINALITIES",
    "GRANULARITIES",
    "LOGICAL_TYPES",
    "MESSAGES",
    "NULL_POLICIES",
    "SEMANTIC_TYPES",
    "SENSITIVITIES",
    "Alias",
    "Domain",
    "Element",
    "Formula",
    "NullMeaning",
    "PermissibleValue",
    "Problem",
    "Reference",
    "Text",
    "as_mapping",
    "body",
    "body_of",
    "content_digest",
    "read_element",
]
