"""Rates, and cases as spreadsheets. On the stage a budget holder has written two rates down, and the lead has sent a spreadsheet."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.matrix.row import ADMIN, CASE, HIDDEN, INSIDE, MEMBERS, NOBODY, READ, Row, Stage, body, of, on, tokens

RATE, SHEET = of(public_id="rate"), of(slug="slug", public_id="sheet")
FILE = of(slug="slug", public_id="case_public_id")
NEW = body(kind="inflation", key="cpi", title="CPI", body={"rate": "0.02"}, source="Office", dated="2026-06-01")
NEW_FORM = body(key="cpi", title="CPI", rate="2", source="Office", dated="2026-06-01")
LINES = b"key,title,kind,quantity,unit,unit_price,from_period,to_period\naudit,Audit,cost,3,day,900,0,1\n"


def a_file(stage: Stage, caller: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("lines.csv", LINES)


def kind_of(stage: Stage, caller: str) -> dict[str, Any]:
    return {"kind": "inflation"}


RATE_API = [
    Row("api_rates", "GET", tokens=READ),
    Row("api_rates", "POST", 201, ADMIN, data=NEW, tokens=tokens(403, 403)),
    Row("api_rates_shipped", "GET", tokens=READ),
    Row("api_rate_end", "POST", 200, ADMIN, args=RATE, data=body(reason="Over."), tokens=tokens(403, 403)),
    Row(
        "api_economics_import",
        "POST",
        201,
        MEMBERS,
        INSIDE,
        CASE,
        body(upload=on("sheet"), sha256=on("sheet_digest")),
        tokens(403, 404),
    ),
    Row("api_economics_file", "GET", may=INSIDE, sees=NOBODY, args=FILE, tokens=HIDDEN, query="?format=csv"),
]
RATE_PAGES = [
    Row("rates", "GET"),
    Row("rates_shipped", "GET"),
    Row("rates_shipped", "POST", 302, ADMIN, data=body(take="bias:outsourcing")),
    Row("rate_new", "GET", args=kind_of),
    Row("rate_new", "POST", 302, ADMIN, args=kind_of, data=NEW_FORM),
    Row("rate", "GET", args=RATE),
    Row("rate", "POST", 302, ADMIN, args=RATE, data=body(**{"end-reason": "Over."})),
    Row("draft_rates", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("draft_rates", "POST", 302, MEMBERS, INSIDE, CASE, body(revision="2", records=on("rate_that_fits"))),
    Row("case_import", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("case_import", "POST", 302, MEMBERS, INSIDE, CASE, body(file=a_file)),
    Row("case_sheet", "GET", may=INSIDE, sees=NOBODY, args=SHEET),
    Row("case_sheet", "POST", 302, MEMBERS, INSIDE, SHEET, body(sha256=on("sheet_digest"), revision="2")),
    Row("case_file", "GET", may=INSIDE, sees=NOBODY, args=FILE, query="?format=xlsx"),
]


def set_up(world: Any) -> dict[str, Any]:
    """After the draft of `economics_cases`."""
    from governance.economics.services.rates import record_rate
    from governance.economics.services.sheets import keep_sheet
    from tests.economics.provided import payer_of

    payer = payer_of("rate-setter", trained="budgets")
    row = record_rate(
        actor=payer, kind="exchange", key="USD/EUR", title="USD/EUR", body={"rate": "0.92"}, source="ECB", dated=date(2026, 6, 30)
    )
    sheet = keep_sheet(actor=world.lead, use_case=world.use_case, data=LINES, name="lines.csv")
    return {
        "rate": row.public_id,
        "rate_that_fits": [row.public_id],
        "sheet": sheet.public_id,
        "sheet_digest": sheet.sha256,
    }
