"""Reading lock files, environments, bills of materials and Dockerfiles: text comes in, requirements and problems come out.

Nothing is resolved, fetched, built or run. What cannot be read is never dropped: it becomes a problem that names its line, and it
counts in the digest, so a file that holds something else than before never looks the same as before.
"""

from __future__ import annotations

from governance.dependencies.lockfiles.conda_environment import command_that_pins
from governance.dependencies.lockfiles.cyclonedx_export import JUSTIFICATIONS, RESPONSES, STATES, Judged, cyclonedx_with_vex
from governance.dependencies.lockfiles.formats import detect, format_of
from governance.dependencies.lockfiles.messages import MESSAGES
from governance.dependencies.lockfiles.model import (
    FATAL,
    LARGEST_FILE,
    LARGEST_SBOM,
    LONGEST_NAME,
    MOST_ENTRIES,
    MOST_LINES,
    PYPI,
    Option,
    Parsed,
    Problem,
    Requirement,
    lock_body,
)
from governance.dependencies.lockfiles.reading import READERS, Undecodable, decode, parse
from governance.dependencies.lockfiles.redaction import without_credentials

__all__ = [
    "FATAL",
    "JUSTIFICATIONS",
    "LARGEST_FILE",
    "LARGEST_SBOM",
    "LONGEST_NAME",
    "MESSAGES",
    "MOST_ENTRIES",
    "MOST_LINES",
    "PYPI",
    "READERS",
    "RESPONSES",
    "STATES",
    "Judged",
    "Option",
    "Parsed",
    "Problem",
    "Requirement",
    "Undecodable",
    "command_that_pins",
    "cyclonedx_with_vex",
    "decode",
    "detect",
    "format_of",
    "lock_body",
    "parse",
    "without_credentials",
]
