"""The answer about dependency sets, from facts that were read before: allow, deny or unknown, and every reason. Pure.

`Facts` is all that an answer follows from; `as_mapping` writes it down and `from_mapping` reads it again, so that an answer can be found
again at any time. `status_of_facts` decides.
"""

from governance.dependencies.status.deciding import by_code, status_of_facts
from governance.dependencies.status.facts import FORMAT, Asked, Data, Facts, Feed, Flaw, Ruled, as_mapping, from_mapping
from governance.dependencies.status.model import (
    CODES,
    PARTS,
    Covered,
    FlawStatus,
    Part,
    Reason,
    RequirementStatus,
    Status,
    Verdict,
    Weight,
    verdict_of,
)
from governance.dependencies.status.naming import where_from

__all__ = [
    "CODES",
    "FORMAT",
    "PARTS",
    "Asked",
    "Covered",
    "Data",
    "Facts",
    "Feed",
    "Flaw",
    "FlawStatus",
    "Part",
    "Reason",
    "RequirementStatus",
    "Ruled",
    "Status",
    "Verdict",
    "Weight",
    "as_mapping",
    "by_code",
    "from_mapping",
    "status_of_facts",
    "verdict_of",
    "where_from",
]
