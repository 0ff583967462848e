"""What the page of a report shows."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation import sealing
from foundation.actor import Actor
from foundation.notes import parse_vkey
from reports.files import FORMATS, download_name
from reports.models import Report
from reports.permissions import may_request_report


def page_of(row: Report, actor: Actor) -> dict[str, Any]:
    """Everything beside the report itself. Its state is the job's, its files are there once it is finished."""
    allowed = may_request_report(actor, row.use_case, kind=row.kind)
    return {
        "poll_url": reverse("report_progress", args=[row.public_id]),
        "cancel_url": reverse("report_cancel", args=[row.public_id])
        if row.requested_by_id == getattr(actor.user, "pk", None)
        else "",
        "downloads": _downloads(row) if row.is_finished else [],
        "facts": _facts(row),
        "digests": _digests(row),
        "key": _key(),
        "command": f'python -m countersign verify {download_name(row, FORMATS["pdf"])} --key "$COUNTERSIGN_VERIFY_KEY"',
        "refusal": "" if allowed else str(allowed.reason),
    }


def _downloads(row: Report) -> list[dict[str, Any]]:
    texts = {
        "pdf": (
            _("PDF, signed"),
            "file-check",
            _("The report with its evidence inside. This is the file to keep and to hand on."),
        ),
        "html": (
            _("HTML"),
            "file-text",
            _("The same content for screens and screen readers. It carries no signature of its own."),
        ),
        "bundle": (
            _("Evidence"),
            "file-braces",
            _("The records, events and proofs alone, signed, one JSON object on each line."),
        ),
    }
    return [
        {
            "label": texts[key][0],
            "icon": texts[key][1],
            "text": texts[key][2],
            "url": reverse("report_file", args=[row.public_id, key]),
            "read_url": reverse("report_file", args=[row.public_id, key]) + "?read" if key != "bundle" else "",
            "digest": digest,
            "primary": key == "pdf",
        }
        for key, digest in row.files.items()
    ]


def _facts(row: Report) -> list[dict[str, Any]]:
    shown = row.content_at or row.as_of
    pages = ngettext("%(count)s page", "%(count)s pages", row.pages) % {"count": row.pages} if row.pages else ""
    return [
        {"label": _("Kind"), "value": row.get_kind_display()},
        {"label": _("About"), "value": row.title},
        {"label": _("As of"), "value": f"{shown:%Y-%m-%d %H:%M:%S} UTC" if shown else _("when the work begins")},
        {"label": _("Language"), "value": row.get_language_display()},
        {"label": _("Asked for by"), "value": str(row.requested_by)},
        *([{"label": _("Length"), "value": pages}] if pages else []),
        {"label": _("Report"), "value": row.public_id, "mono": True},
    ]


def _digests(row: Report) -> list[dict[str, Any]]:
    if not row.is_finished:
        return []
    prefix = _("Content: the first %(count)s bytes of the PDF, all but evidence and signature") % {"count": row.content_bytes}
    return [
        {"label": _("The signed PDF"), "value": row.file_sha256},
        {"label": prefix, "value": row.content_sha256},
        {"label": _("Evidence"), "value": row.bundle_sha256},
        {"label": _("HTML"), "value": row.html_sha256},
        {"label": _("Inputs"), "value": row.inputs_digest},
    ]


def _key() -> str:
    """Name and hash of the key that signs, to compare. The key itself has to come from elsewhere."""
    checkpoint = sealing.latest_checkpoint()
    return "+".join(str(parse_vkey(checkpoint.vkey)).split("+", 2)[:2]) if checkpoint else ""
