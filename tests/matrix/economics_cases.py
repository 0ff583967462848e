"""The case itself and its draft. On the stage the lead has begun a draft of the newest version, with the lines it has."""

from __future__ import annotations

from typing import Any

from governance.economics import services
from tests.matrix.row import CASE, HIDDEN, INSIDE, MEMBERS, NOBODY, Row, body, of, tokens

PLAN: dict[str, Any] = {
    "format": "countersign/economics/2",
    "currency": "EUR",
    "period": "year",
    "horizon": 1,
    "prices": "real",
    "discount": {"steps": [[0, "0.05"]]},
    "lines": [
        {
            "key": "b",
            "title": "B",
            "kind": "cost",
            "quantity": "1",
            "unit": "",
            "unit_price": "2",
            "from_period": 0,
            "to_period": 0,
        }
    ],
}
WRITES = tokens(403, 404)
OF_CASE = of(slug="slug", public_id="case_public_id")
LINE = of(slug="slug", key="case_line")
FIGURE = of(slug="slug", measure="case_measure")
FRAME_FORM = body(
    revision="2", currency="EUR", period="year", horizon="3", prices="real", steps="8", rate_prices="real", tolerance="10"
)
LINE_FORM = body(
    revision="2", title="B", kind="cost", category="other", quantity="1", unit_price="3", every="period", from_period="0"
)

CASE_API = [
    Row("api_economics_draft", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_economics_draft", "PUT", 200, MEMBERS, INSIDE, CASE, body(plan=PLAN), WRITES),
    Row("api_economics_draft", "DELETE", 204, MEMBERS, INSIDE, CASE, tokens=WRITES),
    Row("api_economics_draft_write", "POST", 201, MEMBERS, INSIDE, CASE, body(note=""), WRITES),
    Row("api_economics_snapshots", "GET", may=INSIDE, sees=NOBODY, args=OF_CASE, tokens=HIDDEN),
    Row("api_economics_snapshots", "POST", 201, MEMBERS, INSIDE, OF_CASE, body(plan=PLAN), WRITES),
]
CASE_PAGES = [
    Row("case_figure", "GET", may=INSIDE, sees=NOBODY, args=FIGURE),
    Row("case_compared", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("case_write", "GET", 302, may=INSIDE, sees=NOBODY, args=CASE),
    Row("draft", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("draft", "POST", 302, MEMBERS, INSIDE, CASE, body()),
    Row("draft_frame", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("draft_frame", "POST", 302, MEMBERS, INSIDE, CASE, FRAME_FORM),
    Row("draft_write", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("draft_write", "POST", 302, MEMBERS, INSIDE, CASE, body(revision="2", note="")),
    Row("draft_discard", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("draft_discard", "POST", 302, MEMBERS, INSIDE, CASE, body(revision="2")),
    Row("draft_line_new", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("draft_line_new", "POST", 302, MEMBERS, INSIDE, CASE, LINE_FORM, query="?template=own"),
    Row("draft_line", "GET", may=INSIDE, sees=NOBODY, args=LINE),
    Row("draft_line", "POST", 302, MEMBERS, INSIDE, LINE, LINE_FORM),
]


def set_up(world: Any) -> dict[str, Any]:
    """A draft of the newest version, with a line more than that has."""
    plan = {**PLAN, "lines": [*PLAN["lines"], {**PLAN["lines"][0], "key": "more", "title": "More"}]}
    draft = services.begin_draft(actor=world.lead, use_case=world.use_case)
    services.put_draft(actor=world.lead, use_case=world.use_case, plan=plan, revision=draft.revision)
    return {"case_public_id": draft.case.public_id, "case_line": "b", "case_measure": "npv"}
