"""Texts that say something else than they look like, or cannot be kept: refused wherever money is asked for or told."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from foundation.errors import FieldError, Invalid
from governance.economics.actual_files.model import hidden_in
from governance.economics.wording.actuals import problem_said


def unseen_in(said: Mapping[str, str]) -> list[FieldError]:
    """What nobody sees in texts, by their fields: PostgreSQL cannot hold a NUL, and a mark that turns letters changes what is read."""
    found = (hidden_in(text.replace("\r", ""), name) for name, text in said.items())
    return [FieldError(problem.column, problem.code, problem_said(problem)) for problem in found if problem is not None]


def refuse_unseen(said: Mapping[str, str]) -> None:
    """Raises Invalid naming each field."""
    if errors := unseen_in(said):
        raise Invalid(_("Some of what was sent cannot be used; see errors."), errors=errors)
