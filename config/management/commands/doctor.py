"""`manage.py doctor`: one line for each thing that can be wrong; exit 1 when one needs a hand."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from foundation import clock, keys, search, views
from foundation.append_only import missing_triggers
from foundation.models import AuditEvent, Job, OutboxEvent
from governance.dependencies.models import AdvisoryImport, DependencySet
from governance.dependencies.selectors.advisories import data_age, newest_snapshot

LEAST_DISK = 1024**3


class Command(BaseCommand):
    help = "Checks database, broker, worker, keys, log, known flaws, fonts, Git and disk."

    def handle(self, *args: Any, **options: Any) -> None:
        checks: list[tuple[str, Callable[[], tuple[bool, str]]]] = [
            ("database", database),
            ("migrations", migrations),
            ("append-only triggers", triggers),
            ("broker", lambda: _as_said(views.broker())),
            ("worker", lambda: _as_said(views.worker())),
            ("log key", log_key),
            ("log", log),
            ("search", found),
            ("jobs", jobs),
            ("outbox", outbox),
            ("advisories", known_flaws),
            ("git", git),
            ("fonts", fonts),
            ("disk", disk),
        ]
        healthy = True
        for name, check in checks:
            try:
                good, said = check()
            except Exception as error:
                good, said = False, f"{type(error).__name__}: {error}"
            healthy = healthy and good
            self.stdout.write(f"{'ok  ' if good else 'FAIL'}  {name}: {said}")
        sys.exit(0 if healthy else 1)


def _as_said(answer: str) -> tuple[bool, str]:
    return answer == "ok", answer


def database() -> tuple[bool, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True, connection.vendor


def migrations() -> tuple[bool, str]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return not waiting, "up to date" if not waiting else f"{len(waiting)} to be applied: run manage.py migrate"


def triggers() -> tuple[bool, str]:
    missing = missing_triggers(connection)
    return not missing, "all there" if not missing else f"missing: {', '.join(missing)}"


def log_key() -> tuple[bool, str]:
    key = keys.log_key()
    mode = (settings.KEYS / keys.LOG_KEY).stat().st_mode & 0o777
    return mode == 0o600, f"{key.vkey} (mode {mode:o})"


def log() -> tuple[bool, str]:
    late = AuditEvent.objects.filter(leaf=None, at__lt=clock.now() - timedelta(minutes=1)).count()
    return (
        not late,
        "sealed" if not late else f"{late} events have waited for more than a minute to be sealed: is the worker running?",
    )


def found() -> tuple[bool, str]:
    lacking = search.missing()
    return (
        not lacking,
        "everything can be found" if not lacking else f"{lacking} entries missing or left over: run manage.py reindex",
    )


def jobs() -> tuple[bool, str]:
    failed = Job.objects.filter(state=Job.State.FAILED, finished_at__gt=clock.now() - timedelta(days=1)).count()
    late = Job.objects.filter(state=Job.State.QUEUED, created_at__lt=clock.now() - timedelta(minutes=10)).count()
    return not late, f"{failed} failed in the last day, {late} queued for more than ten minutes"


def outbox() -> tuple[bool, str]:
    late = OutboxEvent.objects.filter(delivered_at=None, at__lt=clock.now() - timedelta(minutes=10)).count()
    return not late, f"{late} undelivered for more than ten minutes"


def known_flaws() -> tuple[bool, str]:
    """How old the data is on which gates rest. Where no lock file was recorded, nobody needs any."""
    found = data_age(newest_snapshot())
    last = AdvisoryImport.objects.order_by("-pk").first()
    failed = f"; the last import failed: {last.failure}" if last is not None and last.failure else ""
    if found.state == "missing":
        return not DependencySet.objects.exists(), f"none imported: run manage.py import_advisories{failed}"
    count = found.snapshot.count if found.snapshot else 0
    age = "of unknown age" if found.days is None else f"{found.days} days old"
    return found.state != "stale", f"{count} records, {age}{failed}"


def git() -> tuple[bool, str]:
    found = subprocess.run(["git", "--version"], capture_output=True, text=True, timeout=10, check=True)
    return True, found.stdout.strip()


def fonts() -> tuple[bool, str]:
    if settings.REPORT_FONT and not Path(settings.REPORT_FONT).is_file():
        return False, f"REPORT_CJK_FONT names {settings.REPORT_FONT}, which is not there"
    shipped = sorted((settings.BASE_DIR / "static" / "fonts").rglob("*.ttf"))
    return bool(shipped), f"{len(shipped)} shipped with the product"


def disk() -> tuple[bool, str]:
    free = shutil.disk_usage(settings.VAR).free
    return free > LEAST_DISK, f"{free // 1024**2} MiB free in {settings.VAR}"
