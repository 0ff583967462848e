"""Handing out a report's files."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from django.http import FileResponse
from django.utils.translation import gettext as _

from foundation.errors import Conflict, Missing
from reports import files
from reports.files import Format
from reports.models import Report

# The HTML report brings its style along; nothing else in it may run or load, and not in our name either.
HTML_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups; frame-ancestors 'none'"


def answer(report: Report, form: Format, *, inline: bool = False) -> FileResponse:
    """The recorded file as a download, or to be read at once. Raises Conflict while there is none, Missing when it is gone."""
    if not report.is_finished:
        raise _unfinished(report)
    try:
        content = files.open_file(report, form)
    except FileNotFoundError as error:
        raise Missing(
            _("This file is missing from storage. Restore it from a backup: its digest is %(digest)s.")
            % {"digest": report.files[form.key]},
            code="report.file_gone",
        ) from error
    response = FileResponse(content, content_type=form.media_type)
    response["Content-Disposition"] = disposition(files.download_name(report, form), inline=inline)
    response["ETag"] = f'"{report.files[form.key].removeprefix("sha256:")}"'
    response["Cache-Control"] = "private, no-cache"
    if form.key == "html":
        response["Content-Security-Policy"] = HTML_POLICY
    return response


def _unfinished(report: Report) -> Conflict:
    job = report.job
    if job.state == job.State.FAILED:
        return Conflict(_("This report could not be made: %(why)s") % {"why": job.error}, code="report.failed")
    if job.state == job.State.CANCELLED:
        return Conflict(_("This report was cancelled."), code="report.cancelled")
    return Conflict(_("This report is not finished yet."), code="report.unfinished", extra={"state": job.state, "retry_after": 2})


def disposition(name: str, *, inline: bool) -> str:
    """RFC 6266: a plain name that every client reads, and the whole one in UTF-8 for those that can."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join(letter for letter in folded if letter.isalnum() or letter in "-_.@").replace("--", "-")
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
