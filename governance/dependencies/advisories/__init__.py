"""Known flaws of packages, from records in OSV's format: read, merged by alias, and matched with versions. Pure.

`read_entries` reads records, `merged` puts those about one flaw together, `spans_of` makes rows that a table can hold, and `Index`
answers which flaws a version has. Every answer is one of three: affected, not affected, or undecided with the reason.
"""

from governance.dependencies.advisories.archives import entries_of_zip
from governance.dependencies.advisories.freshness import Snapshot, age, freshness, shrinks, snapshot_of
from governance.dependencies.advisories.grouping import Group, merged
from governance.dependencies.advisories.index import Finding, Index, findings
from governance.dependencies.advisories.model import MESSAGES, Advisory, Affected, Range, Refused
from governance.dependencies.advisories.osv import comparable_name, read_entries, read_record
from governance.dependencies.advisories.severity import SEVERITIES, cvss3_score, worst
from governance.dependencies.advisories.spans import HIGHEST, Span, spans_of
from governance.dependencies.advisories.versions import LOWEST, version_key, written

__all__ = [
    "HIGHEST",
    "LOWEST",
    "MESSAGES",
    "SEVERITIES",
    "Advisory",
    "Affected",
    "Finding",
    "Group",
    "Index",
    "Range",
    "Refused",
    "Snapshot",
    "Span",
    "age",
    "comparable_name",
    "cvss3_score",
    "entries_of_zip",
    "findings",
    "freshness",
    "merged",
    "read_entries",
    "read_record",
    "shrinks",
    "snapshot_of",
    "spans_of",
    "version_key",
    "worst",
    "written",
]
