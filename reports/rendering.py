"""The work on a report, as a job that may be killed anywhere and run again.

Nothing is recorded before the last step: one transaction that makes sure that the job is still held by this run, sets the
digests if they are not set, and writes the one event. Files are named by their content, so a run that died, or one that goes
on after its job was given to another, leaves at most files that nobody refers to.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import actor as actors
from foundation import audit, clock, jobs, sealing
from foundation.canonical import digest_bytes
from foundation.errors import Conflict
from foundation.models import AuditCheckpoint, AuditEvent
from reports import bundle, files, html, pdf
from reports.content import Content, compose, events, evidence
from reports.content.view import Frame
from reports.models import Report
from reports.services import JOB
from reports.signer import Signer, signer
from reports.signing import attach_and_sign

FINISHED = audit.kind("reports.report.finished", gettext_lazy("Report finished"))
PATIENCE = 20  # seconds to wait for another sealer
Tell = Callable[[int, str], None]  # percent, what is being done


@dataclass(frozen=True)
class Made:
    """A report in its three forms, before anything is recorded."""

    at: datetime
    inputs_digest: str
    unsigned: bytes
    pdf: bytes
    html: bytes
    bundle: bytes
    pages: int


@jobs.handler(JOB)
def render_report(run: jobs.Run) -> None:
    """Make a report's files and record their digests. Doing so again after it was finished changes nothing."""
    report = Report.objects.select_related("use_case", "requested_by", "job").get(public_id=run.args["report"])
    if report.is_finished:
        files.sweep(report)
        return

    def tell(percent: int, message: str) -> None:
        run.step(percent, 100, message)

    with translation.override(report.requested_by.language):
        made = make(report, made_at=clock.now(), tell=tell)
        tell(96, _("Storing the files"))
    written = {
        "file_sha256": files.write(report, files.FORMATS["pdf"], made.pdf),
        "html_sha256": files.write(report, files.FORMATS["html"], made.html),
        "bundle_sha256": files.write(report, files.FORMATS["bundle"], made.bundle),
    }
    _record(run, report, made, written)
    files.sweep(Report.objects.get(pk=report.pk))


def _record(run: jobs.Run, report: Report, made: Made, written: dict[str, str]) -> None:
    """Set the results once and tell the log, or leave no trace when another run did."""
    with transaction.atomic():
        run.still_mine()
        row = Report.objects.select_for_update(of=("self",)).select_related("use_case").get(pk=report.pk)
        if row.is_finished:
            return
        row.content_at = made.at
        row.inputs_digest = made.inputs_digest
        row.content_sha256 = digest_bytes(made.unsigned)
        row.content_bytes = len(made.unsigned)
        row.pages = made.pages
        row.finished_at = clock.now()
        for name, value in written.items():
            setattr(row, name, value)
        row.save(update_fields=list(Report.RESULTS))
        told = {
            "content_at": made.at,
            "inputs": made.inputs_digest,
            "content": row.content_sha256,
            "pages": made.pages,
            **written,
        }
        audit.record(actors.system("reports", request_id=row.job.request_id), FINISHED, row, told)


def make(report: Report, *, made_at: datetime, tell: Tell) -> Made:
    """Everything but the recording. The same records at the same `made_at` give the same bytes, but for the signature."""
    at = min(report.as_of or made_at, made_at)
    tell(2, _("Sealing the log"))
    checkpoint, unsealed = _sealed(at, tell)
    frame = Frame(at=at, made_at=made_at, checkpoint=checkpoint, unsealed=unsealed, demo=settings.DEMO_FILE.exists())
    font = Path(settings.REPORT_FONT) if settings.REPORT_FONT else None
    gathering, drawing = _("Gathering the records"), _("Drawing the pages")
    with translation.override(report.language):
        content = compose(
            report, frame, renderer=pdf.manifest(font), progress=lambda done, total: tell(5 + 30 * done // total, gathering)
        )
    tell(38, _("Proving the events"))
    holder = signer(at=made_at)
    evidence_bytes = _bundle(report, frame, content, holder)
    tell(50, drawing)
    drawn = pdf.render(
        content.document,
        created_at=made_at,
        content_digest=content.inputs_digest,
        fallback_font=font,
        progress=lambda done, total: tell(50 + 30 * done // total, drawing),
    )
    tell(82, _("Writing the page for screen readers"))
    page = html.render(content.document, created_at=made_at, content_digest=content.inputs_digest).encode()
    tell(90, _("Signing"))
    reason = f"Countersign report {report.public_id}"
    signed = attach_and_sign(drawn.content, evidence_bytes, holder.key, holder.certificate, reason=reason, signed_at=made_at)
    return Made(at, content.inputs_digest, drawn.content, signed, page, evidence_bytes, drawn.pages)


def _sealed(at: datetime, tell: Tell) -> tuple[AuditCheckpoint, int]:
    """The newest checkpoint, after everything up to `at` was sealed; and how many events still wait for a slow sealer."""
    waiting = AuditEvent.objects.filter(leaf=None, at__lte=at)
    deadline = time.monotonic() + PATIENCE
    sealing.seal()
    while waiting.exists() and time.monotonic() < deadline:
        tell(3, _("Waiting for the log to be sealed"))
        time.sleep(0.2)
        sealing.seal()
    checkpoint = sealing.latest_checkpoint()
    if checkpoint is None:
        raise Conflict("Nothing has been sealed yet, so nothing can be proven.", code="report.no_checkpoint")
    return checkpoint, waiting.count()


def _bundle(report: Report, frame: Frame, content: Content, holder: Signer) -> bytes:
    tree = events.Tree(frame.checkpoint.size)
    header = {
        "origin": evidence.origin_of(frame),
        "report": report.public_id,
        "kind": report.kind,
        "scope": report.scope,
        "language": report.language,
        "created_at": frame.made_at,
        "as_of": frame.at,
        "inputs_digest": content.inputs_digest,
    }
    return bundle.build(
        header=header,
        records=content.records,
        events=events.bundled(content.events, tree),
        openings=events.openings(content.events),
        checkpoint_note=frame.checkpoint.note,
        consistency=content.consistency(tree),
        sign=holder.log.sign,
    )
