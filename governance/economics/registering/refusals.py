"""What is said where a version that was written down cannot be reckoned: by other rules than those of today, or damaged."""

from __future__ import annotations

from foundation import errors
from governance.economics.cashflow import Refused
from governance.economics.plan.problems import NotWritten
from governance.economics.wording.refusals import case_refused


class NotReckoned(errors.CountersignError):
    """There are no figures to answer with; `detail` says what is wrong with the case."""

    status = 422
    default_code = "economics.not_reckoned"


def register() -> None:
    """Called once, when the app is ready."""
    for kind in (Refused, NotWritten):
        errors.word(kind, not_reckoned)


def not_reckoned(refusal: Refused | NotWritten) -> NotReckoned:
    return NotReckoned(case_refused(refusal))
