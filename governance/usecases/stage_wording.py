"""Stages, and what is wrong with a lifecycle, in words for people."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from governance.usecases.lifecycle import MESSAGES, Problem


def language_now() -> str:
    """The language in which stages are called by their names now."""
    return get_language() or "en"


def problem_text(problem: Problem) -> str:
    return _(MESSAGES[problem.code]) % problem.params
