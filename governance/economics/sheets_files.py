"""Handing out a case as a spreadsheet."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.api import invalid_field
from foundation.errors import Conflict, FieldError
from governance.economics.plan import Plan
from governance.economics.plan.problems import NotWritten
from governance.economics.sheets import export_csv, export_xlsx

FORMATS = ("xlsx", "csv")
_TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}


def file_answer(plan: Plan, stem: str, form: str) -> HttpResponse:
    """The plan as a download, in the reader's language, under a name that nobody typed; a browser neither guesses what it is nor opens it.

    Raises Invalid for a format that there is not; Conflict for a workbook of a draft that cannot be reckoned.
    """
    if form not in FORMATS:
        raise invalid_field("format", "unknown", _("A format is one of: %(all)s.") % {"all": ", ".join(FORMATS)})
    answer = HttpResponse(_content(plan, form), content_type=_TYPES[form])
    answer["Content-Disposition"] = content_disposition_header(True, f"{stem}.{form}") or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _content(plan: Plan, form: str) -> bytes:
    if form == "csv":
        return export_csv(plan)
    try:
        return export_xlsx(plan, gettext, made=clock.now().date())
    except NotWritten as error:
        raise Conflict(
            _("Something in the draft has to be put right before it can be a workbook. As CSV it can be had as it is."),
            code="economics.sheet.draft",
            errors=[FieldError(item.path, item.code, item.message) for item in error.problems],
        ) from error
