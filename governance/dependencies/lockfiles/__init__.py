"""Reading lock files: text comes in, requirements and problems come out. Nothing is resolved, fetched or run.

What cannot be read is never dropped: it becomes a problem that names its line, and it counts in the digest, so a file that
holds something else than before never looks the same as before.
"""

from __future__ import annotations

from governance.dependencies.lockfiles.formats import format_of
from governance.dependencies.lockfiles.model import (
    FATAL,
    LARGEST_FILE,
    LONGEST_NAME,
    MOST_LINES,
    Option,
    Parsed,
    Problem,
    Requirement,
    lock_body,
)
from governance.dependencies.lockfiles.reading import parse
from governance.dependencies.lockfiles.redaction import without_credentials

__all__ = [
    "FATAL",
    "LARGEST_FILE",
    "LONGEST_NAME",
    "MOST_LINES",
    "Option",
    "Parsed",
    "Problem",
    "Requirement",
    "format_of",
    "lock_body",
    "parse",
    "without_credentials",
]
