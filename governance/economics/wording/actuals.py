"""Actuals in words: what is wrong with an entry or a file, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.economics.actual_files import Problem
from governance.usecases import intake_wording
from governance.usecases.intake.table import Unreadable

_PROBLEMS = {
    "empty": gettext_lazy("This is empty. Fill it in."),
    "line_ambiguous": gettext_lazy("Several lines are called “%(value)s”. Write the key of one: %(known)s."),
    "no_line": gettext_lazy("“%(value)s” is no line of this case. Write its key or its title; there are: %(known)s."),
    "no_number": gettext_lazy("“%(value)s” is no number. Write it as 1234.56."),
    "comma": gettext_lazy("“%(value)s” has a comma, which may stand for thousands or for the decimals. Write it as 1234.56."),
    "cents": gettext_lazy("“%(value)s” has more than two digits after the point. Round it to the cent."),
    "too_large": gettext_lazy("The amount has more than %(digits)s digits before the point."),
    "no_month": gettext_lazy("“%(value)s” is no month. Write it as 2026-03."),
    "no_day": gettext_lazy("“%(value)s” is no day that there is. Write the month as 2026-03."),
    "hidden": gettext_lazy(
        "Take out what cannot be seen (first U+%(code)s): control characters, or marks that turn the order of letters."
    ),
    "error_value": gettext_lazy("The formula here gives %(value)s. Write the value."),
    "future": gettext_lazy("%(value)s has not begun, so nothing can have come of it yet."),
    "no_currency": gettext_lazy("“%(value)s” is no currency. Write three letters by ISO 4217, such as EUR."),
    "no_rate": gettext_lazy(
        "No rate says what one %(currency)s was in %(own)s in %(month)s. Add it to the rates, or to the plan of the case."
    ),
    "too_long": gettext_lazy("This has more than %(most)s characters."),
    "repeated": gettext_lazy(
        "Row %(row)s has the same line, month and reference “%(value)s”. Give each its own reference, or add them up."
    ),
    "surplus": gettext_lazy(
        "The row has %(count)s cells more than there are columns. Probably a separator stands inside a text."
    ),
    "other_amount": gettext_lazy(
        "%(amount)s %(currency)s stands there under this reference. Let the file correct what is there, or mend the file."
    ),
    "corrects": gettext_lazy("It takes the place of %(amount)s %(currency)s."),
    "unmatched": gettext_lazy(
        "No rule says to which line “%(service)s” belongs, so it is not taken in. Rows of the file: %(rows)s"
    ),
    "tags": gettext_lazy("The tags “%(value)s” are no JSON object, so nobody can say which line the charge belongs to."),
    "reference": gettext_lazy("Give it a reference, so that it is taken in once however often it is sent."),
    "rule": gettext_lazy("A rule says service, tag (with its name) or resource, the value, and the line."),
    "too_many_rules": gettext_lazy("There are more than %(most)s rules."),
}
_FILES = {
    "column_twice": gettext_lazy(
        "Several columns are called “%(columns)s”, and nobody can know which is meant. Keep one of them."
    ),
    "unsaved": gettext_lazy(
        "Formulas without a saved value stand in %(cells)s. Write the values, or open and save the file in a spreadsheet program."
    ),
    "merged": gettext_lazy("The cells %(cells)s are merged, so it is not known to which row they belong. Unmerge them."),
    "lost_characters": gettext_lazy("%(count)s characters cannot be read. Save the file as UTF-8."),
    "columns": gettext_lazy(
        "The file has no column for: %(missing)s. Name the columns in the first line: %(columns)s; the last three may be left out."
    ),
    "focus_columns": gettext_lazy(
        "A bill in the form of FOCUS has columns that are missing here: %(missing)s. Export it as FOCUS 1.0 or later, as CSV."
    ),
}


def problem_told(code: str, params: Mapping[str, Any]) -> str:
    """One problem of an entry in words."""
    return str(_PROBLEMS[code]) % {**params}


def problem_said(problem: Problem) -> str:
    return problem_told(problem.code, problem.params)


def unreadable_told(error: Unreadable) -> str:
    """Why a file cannot be read, and what to do."""
    if error.code in _FILES:
        return str(_FILES[error.code]) % error.params
    return intake_wording.unreadable(error)


def column_label(column: str) -> str:
    """The name of a column for people; those of a bill keep their own."""
    labels = {
        "line": _("Line"),
        "month": _("Month"),
        "amount": _("Amount"),
        "currency": _("Currency"),
        "reference": _("Reference"),
        "note": _("Note"),
    }
    return labels.get(column, column)
