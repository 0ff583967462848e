"""Why something cannot be reckoned, in words: which input, what is wrong with it, what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation.errors import FieldError, Invalid
from governance.economics.cashflow import Refused
from governance.economics.drivers import WrongInput
from governance.economics.plan.problems import NotWritten
from governance.economics.wording.drivers import why_told
from governance.economics.wording.reasons import reason_told


def refused_told(refusal: Refused | WrongInput | NotWritten) -> str:
    """A sentence for people."""
    if isinstance(refusal, NotWritten):
        return f"{refusal.path}: {refusal.reason}" if refusal.path else refusal.reason
    return why_told(refusal) if isinstance(refusal, WrongInput) else reason_told(refusal)


def case_refused(refusal: Refused | NotWritten) -> str:
    """That a case has no figures by the rules of today, which may have been others when it was written down, and why."""
    return _("The case cannot be reckoned: %(why)s") % {"why": refused_told(refusal)}


def invalid_of(refusal: Refused | WrongInput, field: str = "") -> Invalid:
    """The refusal as an answer; `field` stands for the place where the engine does not say it."""
    said = refused_told(refusal)
    code = refusal.code if isinstance(refusal, Refused) else f"driver.{refusal.code}"
    return Invalid(said, code=code, errors=[FieldError(field or refusal.where, code, said)])
