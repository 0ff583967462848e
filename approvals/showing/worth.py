"""What a version brings or costs against the approved case, for those who decide on it."""

from __future__ import annotations

from typing import Any

from approvals.selectors.standing import Standing
from approvals.selectors.worth import worth_with
from governance.economics.cashflow import Refused
from governance.economics.plan.problems import NotWritten
from governance.economics.presenting.worth import sentence, tone_of_change, unknown_told
from lineage.selectors.manifest import Sources


def worth_told(standing: Standing) -> dict[str, Any] | None:
    """The sentence with its tone, or why it is not known; None where the request is about no version, nothing was approved, or nothing
    in the case follows from the model. No statement: all of it was read to judge the version."""
    judged = standing.judged
    sources = judged.sources if judged is not None else None
    if judged is None or not isinstance(sources, Sources) or sources.agreed is None or "model" not in judged.bodies:
        return None
    try:
        worth = worth_with(judged.bodies["model"], sources.agreed.snapshot)
    except (Refused, NotWritten):
        return None
    if not worth.is_driven:
        return None
    if not worth.is_known:
        return {"tone": "warn", "text": "", "why": unknown_told(worth)}
    said = sentence(worth, worth.agreed.currency)
    return {"tone": tone_of_change(worth.change) or "info", "text": f"{said[:1].upper()}{said[1:]}.", "why": ""}
