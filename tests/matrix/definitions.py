"""Definitions: compared, read one by one, handed out as a file; and the steps that lead to a new use case."""

from __future__ import annotations

from tests.matrix.pages import DEFINITION, FORMSET
from tests.matrix.row import ALL, CASE, HIDDEN, INSIDE, MEMBERS, NOBODY, Make, Row, body

WORDS = {"business_problem": "Other.", "ml_problem": "Other."}
FIGURE = {"kpis-TOTAL_FORMS": "1", "kpis-INITIAL_FORMS": "0", "kpis-0-name": "Matched", "kpis-0-target": "56 %"}


def step(name: str) -> Make:
    return lambda stage, caller: {**CASE(stage, caller), "step": name}


DEFINITION_API = [
    Row("api_definition", "GET", may=INSIDE, sees=NOBODY, args=DEFINITION, tokens=HIDDEN),
    Row("api_definitions_compared", "GET", may=INSIDE, sees=NOBODY, args=CASE, query="?from=1&to=1", tokens=HIDDEN),
    Row("api_use_case_file", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
]
DEFINITION_PAGES = [
    Row("definitions_compared", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("use_case_file", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("guide_start", "GET", may=ALL),
    Row("guide_start", "POST", 302, ALL, data=body(title="Fresh", **WORDS, **FIGURE)),
    Row("guide", "GET", may=INSIDE, sees=NOBODY, args=step("what")),
    Row("guide", "POST", 302, MEMBERS, INSIDE, step("more"), body(limits="Other.", **FORMSET)),
]
