"""Handing out files: as a download under a name that nobody typed; or to be looked at, for the few kinds that can do no harm.

A browser is told what the bytes were found to be (`media`), forbidden to guess, and opens them in a sandbox without an origin: nothing
in them runs, reaches the portal or sends anything anywhere. Only PNG, JPEG and PDF are ever shown; all else, SVG and HTML in
the first place, is a download at most.
"""

from __future__ import annotations

from typing import Any

from django.http import FileResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from foundation.errors import Missing
from governance.usecases.media import MARKED_TYPES, kind_of
from governance.usecases.models import Attachment, Document
from governance.usecases.pictures import HEAD, Size, size_of

SHOWN = frozenset(MARKED_TYPES.values())  # PDF, PNG, JPEG: kinds that are known by their first bytes, not by their names
PDF = MARKED_TYPES["pdf"]
CLOSED = "default-src 'none'; sandbox; frame-ancestors 'none'"
FRAMED = "default-src 'none'; sandbox; frame-ancestors 'self'"  # the portal's own page shows it in a frame


def answer(document: Document) -> FileResponse:
    """The recorded bytes as a download. Raises Missing for a link, which has none here, and when the file is gone from storage."""
    content = _opened(document)
    return _response(content, document, download_name(document), as_attachment=True)


def preview(document: Document) -> FileResponse:
    """The recorded bytes to be looked at. Raises Missing for a kind that is never shown, too."""
    if not can_show(document):
        raise Missing(_("This kind of file is not shown here. Download it to look at it."), code="document.no_preview")
    return _response(_opened(document), document, download_name(document), as_attachment=False)


def picture(attachment: Attachment) -> FileResponse:
    """The bytes of a picture to be looked at."""
    if not attachment.picture or attachment.media_type not in SHOWN or attachment.media_type == PDF:
        raise Missing(_("There is no picture here."))
    try:
        content = attachment.picture.open("rb")
    except FileNotFoundError as error:
        raise _gone(attachment.sha256) from error
    extension = kind_of(attachment.media_type).lower()
    return _response(content, attachment, f"{attachment.public_id}.{extension}", as_attachment=False)


def can_show(document: Document) -> bool:
    """Whether a version can be looked at in the portal: a PDF, or a picture of a size that a browser can unpack."""
    if not document.file or document.media_type not in SHOWN:
        return False
    return document.media_type == PDF or ((size := picture_size(document)) is not None and size.showable)


def picture_size(document: Document) -> Size | None:
    """How large the picture of a version says it is; None for what is none, or is gone."""
    if not document.file or document.media_type not in SHOWN or document.media_type == PDF:
        return None
    try:
        with document.file.open("rb") as content:
            return size_of(content.read(HEAD))
    except FileNotFoundError:
        return None


def download_name(document: Document) -> str:
    """`churn-sign-off-sheet-2.pdf`: made of addresses and the kind the bytes are of."""
    extension = kind_of(document.media_type).lower() or "bin"
    return f"{document.use_case.slug}-{document.slug}-{document.number}.{extension}"


def _opened(document: Document) -> Any:
    if not document.file:
        raise Missing(_("This document is a link. There is no file of it here."), code="document.link")
    try:
        return document.file.open("rb")
    except FileNotFoundError as error:
        raise _gone(document.sha256) from error


def _gone(digest: str) -> Missing:
    said = _("This file is missing from storage. Restore it from a backup: its digest is %(digest)s.")
    return Missing(said % {"digest": digest}, code="document.file_gone")


def _response(content: Any, row: Document | Attachment, name: str, *, as_attachment: bool) -> FileResponse:
    response = FileResponse(content, content_type=row.media_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment, name) or "attachment"
    response["Content-Length"] = str(row.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = CLOSED if as_attachment else FRAMED
    response["X-Frame-Options"] = "DENY" if as_attachment else "SAMEORIGIN"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = f'"{row.sha256.removeprefix("sha256:")}"'
    return response
