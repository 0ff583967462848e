"""What is said where a version that was written down cannot be reckoned: by other rules than those of today, or damaged."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation import errors
from governance.economics.cashflow import Refused
from governance.economics.plan.problems import NotWritten
from governance.economics.wording.refusals import refused_told


class NotReckoned(errors.CountersignError):
    """There are no figures to answer with; `detail` says what is wrong with the case."""

    status = 422
    default_code = "economics.not_reckoned"


def register() -> None:
    """Called once, when the app is ready."""
    for kind in (Refused, NotWritten):
        errors.word(kind, not_reckoned)


def not_reckoned(refusal: Refused | NotWritten) -> NotReckoned:
    return NotReckoned(_("The case cannot be reckoned: %(why)s") % {"why": refused_told(refusal)})
