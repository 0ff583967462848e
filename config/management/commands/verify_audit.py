"""`manage.py verify_audit`: recompute the log, and hold the registers and the reports' files against it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from foundation import sealing
from foundation.models import AuditEvent
from foundation.verification import Finding, verify
from reports.files import missing_or_altered

INTACT, ALTERED, INCOMPLETE = 0, 1, 2
PRINTED = 200  # findings; more of them say nothing new


class Command(BaseCommand):
    help = "Recomputes the audit log and compares the registers with it. Exit code 0: intact, 1: altered, 2: incomplete."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="print nothing, answer by the exit code")

    def handle(self, *args: Any, **options: Any) -> None:
        altered = missing = 0
        for found in findings():
            altered, missing = altered + found.altered, missing + (not found.altered)
            if not options["quiet"] and altered + missing <= PRINTED:
                word = "ALTERED" if found.altered else "INCOMPLETE"
                self.stdout.write(f"{word:<10} {found.code:<20} {found.subject}: {found.detail}")
        code = ALTERED if altered else INCOMPLETE if missing else INTACT
        if not options["quiet"]:
            self._sum_up(code, altered, missing)
        sys.exit(code)

    def _sum_up(self, code: int, altered: int, missing: int) -> None:
        if altered + missing > PRINTED:
            self.stdout.write(f"… and {altered + missing - PRINTED} more")
        size = AuditEvent.objects.count()
        checkpoint = sealing.latest_checkpoint()
        signed = (
            f", {checkpoint.size} of them signed with root {bytes(checkpoint.root).hex()}"
            if checkpoint
            else ", none of them signed yet"
        )
        word = {INTACT: "INTACT", ALTERED: "ALTERED", INCOMPLETE: "INCOMPLETE"}[code]
        told = f": {altered} altered, {missing} missing" if code else ""
        self.stdout.write(f"{word}{told}. {size} events{signed}.")


def findings() -> Iterator[Finding]:
    """What is wrong with the log and the registers, and with the files whose digests the log holds."""
    yield from verify()
    for report, form, altered in missing_or_altered():
        detail = "is not the file that was recorded" if altered else "is missing from storage"
        yield Finding(altered, "report.file", report.public_id, f"the {form.key} {detail}")
