"""What versions are worth. On the stage nothing in the case follows from a model, so no threshold can be looked for; in another use case
of the lead's a version was found to be worth less than was approved."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from foundation import actor as actors
from governance.economics.services.worth import note_worth
from governance.usecases import services as usecases
from tests.economics.test_classification import d
from tests.economics.worths import approve_case
from tests.matrix.row import CASE, HIDDEN, INSIDE, MEMBERS, NOBODY, Row, body, of, tokens

VERSION = of(public_id="version")
MODEL_FORM = body(
    revision="2", cases="100", prevalence="10", recall="70", precision="50", value_true_positive="1", cost_false_negative="1",
    cost_false_positive="1", value_true_negative="0", incumbent_kind="nothing",
)  # fmt: skip

WORTH_API = [
    Row("api_model_worth", "GET", may=INSIDE, sees=NOBODY, args=VERSION, tokens=HIDDEN),
    Row("api_model_threshold", "GET", 404, may=INSIDE, sees=NOBODY, args=VERSION, tokens=tokens(404, 404)),
    Row("api_case_versions", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
]
WORTH_PAGES = [
    Row("model_threshold", "GET", may=INSIDE, sees=NOBODY, args=VERSION),
    Row("case_versions", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("draft_model", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("draft_model", "POST", 302, MEMBERS, INSIDE, CASE, MODEL_FORM, query="?template=classifier"),
]


def set_up(world: Any) -> dict[str, Any]:
    row = usecases.open_use_case(actor=world.lead, slug="revalued", title="Revalued")
    baseline = approve_case(SimpleNamespace(lead=world.lead, business=world.business, use_case=row))
    metrics = {"recall": d("0.6"), "precision": d("0.35")}
    note_worth(actor=actors.system("economics"), baseline=baseline, model_version="mv_revalued", label="x@1", metrics=metrics)
    return {}
