"""Where a report's files lie: `files/reports/<id>/<digest>.<ending>`.

The name is the content's digest, so an attempt that was killed, or one that goes on although another took the job over, can
never put its file in the place of the one that was recorded.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from django.conf import settings

from foundation.canonical import digest_bytes
from reports.models import Report


@dataclass(frozen=True, slots=True)
class Format:
    """One of the forms in which a report is handed out."""

    key: str
    ending: str
    media_type: str


FORMATS = {
    "pdf": Format("pdf", "pdf", "application/pdf"),
    "html": Format("html", "html", "text/html; charset=utf-8"),
    "bundle": Format("bundle", "jsonl", "application/jsonl"),
}


def folder(report: Report) -> Path:
    return Path(settings.FILES) / "reports" / report.public_id


def path_of(report: Report, form: Format) -> Path:
    """Where the recorded file of a finished report lies. Raises KeyError while there is none."""
    return _path(report, form, report.files[form.key])


def _path(report: Report, form: Format, digest: str) -> Path:
    return folder(report) / f"{digest.removeprefix('sha256:')}.{form.ending}"


def write(report: Report, form: Format, content: bytes) -> str:
    """Put the content into its place, whole or not at all and on the disk for good; its digest."""
    digest = digest_bytes(content)
    target = _path(report, form, digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    _settle(target.parent)
    return digest


def _settle(directory: Path) -> None:
    """Make the new name outlast a power cut, not only the bytes."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(report: Report) -> None:
    """Remove what attempts before the finished one left behind. Only for a finished report."""
    kept = {path_of(report, FORMATS[key]) for key in report.files}
    for found in folder(report).glob("*"):
        if found not in kept:
            found.unlink(missing_ok=True)
    for found in folder(report).glob(".*"):
        found.unlink(missing_ok=True)


def open_file(report: Report, form: Format) -> BufferedReader:
    """The recorded file, opened for reading. Raises FileNotFoundError when it is gone."""
    return open(path_of(report, form), "rb")


def download_name(report: Report, form: Format) -> str:
    """What the file is called at its reader's: what it is about, the day, the id. May hold any letters."""
    day = f"{report.content_at:%Y-%m-%d}" if report.content_at else ""
    about = "".join(letter if letter.isalnum() or letter in "-_.@" else "-" for letter in report.title).strip("-.")
    return "-".join(part for part in ("countersign", about[:80], day, report.public_id) if part) + f".{form.ending}"


def missing_or_altered() -> Iterator[tuple[Report, Format, bool]]:
    """Recorded files that are not what was recorded: the report, the form, and whether it was altered (else it is gone)."""
    for report in Report.objects.exclude(finished_at=None).order_by("pk").iterator(200):
        for key, digest in report.files.items():
            form = FORMATS[key]
            try:
                with open_file(report, form) as content:
                    found = hashlib.file_digest(content, "sha256").hexdigest()
            except FileNotFoundError:
                yield report, form, False
            else:
                if f"sha256:{found}" != digest:
                    yield report, form, True
