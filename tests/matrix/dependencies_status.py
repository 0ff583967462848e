"""The answer about a lock file: read by everybody, for a use case by who sees that."""

from __future__ import annotations

from tests.matrix.row import INSIDE, NOBODY, READ, Row, of

LOCK = of(public_id="lock")

# a use case that one does not see is a parameter that names nothing, and no missing page
STATUS_API = [
    Row("api_dependency_set_status", "GET", args=LOCK, tokens=READ),
    Row(
        "api_dependency_set_status",
        "GET",
        may=INSIDE,
        sees=NOBODY,
        args=LOCK,
        tokens={"ci": 200, "unscoped": 403, "elsewhere": 400},
        query="?use_case=churn",
        hidden=400,
    ),
]
