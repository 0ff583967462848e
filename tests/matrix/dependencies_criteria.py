"""Criteria of the organisation's own. On the stage an administrator defined one; security holds its role for one use case alone."""

from __future__ import annotations

from typing import Any

from governance.dependencies import services
from tests.matrix.row import ADMIN, READ, Row, body, of, tokens

CRITERION = of(key="criterion")
SAID: dict[str, Any] = {
    "key": "read-twice",
    "title": "Read twice",
    "description": "Two people read all of it, one after the other.",
}
OVER = body(reason="Nobody does.")


def set_up(world: Any) -> dict[str, Any]:
    """What the rows below are about."""
    row = services.define_criterion(actor=world.admin, **{**SAID, "key": "no-personal-data", "title": "Sends no personal data"})
    return {"criterion": row.key}


CRITERIA_API = [
    Row("api_criteria", "GET", tokens=READ),
    Row("api_criteria", "POST", 201, ADMIN, data=body(**SAID), tokens=tokens(403, 403)),
    Row("api_criterion_retire", "POST", 200, ADMIN, args=CRITERION, data=OVER, tokens=tokens(403, 403)),
]
CRITERIA_PAGES = [
    Row("criteria", "GET"),
    Row("criteria", "POST", 302, ADMIN, data=body(**SAID)),
    Row("criterion_retire", "POST", 302, ADMIN, args=CRITERION, data=OVER),
]
