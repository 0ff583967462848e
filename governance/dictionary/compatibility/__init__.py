"""Whether a change of an element breaks those who fill or read it, and the version it needs. Pure.

A change is no list entry that is "breaking" or not: `kinds` holds the rule, by the direction of the change and the side of the reader.
`compare` finds the changes of an element, `compare_books` those of a dictionary, `severity_for` judges a change for a reader, and
`reads_as` gives the digest by which readers know a version. `wording_codes` tells changes and reasons in words.
"""

from governance.dictionary.compatibility.books import compare_books
from governance.dictionary.compatibility.comparing import compare
from governance.dictionary.compatibility.difference import Source, as_metadata_difference
from governance.dictionary.compatibility.kinds import KINDS
from governance.dictionary.compatibility.model import (
    BUMPS,
    Bump,
    Change,
    Comparison,
    Direction,
    Evidence,
    Reader,
    Severity,
    Step,
    Verdict,
)
from governance.dictionary.compatibility.reading_digest import reads_as
from governance.dictionary.compatibility.severity import may_break_a_consumer, severity_for, worst_without_readers
from governance.dictionary.compatibility.versions import bump_between, bump_suffices, minimum_bump, next_version
from governance.dictionary.compatibility.wording_codes import MESSAGES, REASONS, reason_told, told

__all__ = [
    "BUMPS",
    "KINDS",
    "MESSAGES",
    "REASONS",
    "Bump",
    "Change",
    "Comparison",
    "Direction",
    "Evidence",
    "Reader",
    "Severity",
    "Source",
    "Step",
    "Verdict",
    "as_metadata_difference",
    "bump_between",
    "bump_suffices",
    "compare",
    "compare_books",
    "may_break_a_consumer",
    "minimum_bump",
    "next_version",
    "reads_as",
    "reason_told",
    "severity_for",
    "told",
    "worst_without_readers",
]
