"""Audit events on PostgreSQL, eight writers: how many a second beside plain rows of the same size through the same ORM, in the same run.

    DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres python -m bench.audit

Target: at least 60 % of plain rows, no fork, every event sealed. A database of its own is made and dropped.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path

WRITERS = 8
EVENTS = 300  # each
ROUNDS = 3
TARGET = 0.6


def setup(url: str) -> None:
    os.environ["DATABASE_URL"] = url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()


def write_plain(url: str, barrier: object, seconds: object) -> None:
    """The floor of the database itself: one insert and one commit, no framework."""
    import psycopg

    body = os.urandom(500)
    with psycopg.connect(url, autocommit=True) as connection:
        barrier.wait()  # type: ignore[attr-defined] # a multiprocessing barrier
        began = time.monotonic()
        for _ in range(EVENTS):
            connection.execute("INSERT INTO bench_plain (body) VALUES (%s)", [body])
        seconds.put(time.monotonic() - began)  # type: ignore[attr-defined] # a multiprocessing queue


def write_rows(url: str, barrier: object, seconds: object) -> None:
    """The rival on our own ground: Django's ORM, one transaction, one row of the same size and columns, nothing else."""
    setup(url)
    from django.db import connection, transaction

    from foundation import clock
    from foundation.models import OutboxEvent

    connection.ensure_connection()
    barrier.wait()  # type: ignore[attr-defined] # a multiprocessing barrier
    began = time.monotonic()
    for number in range(EVENTS):
        now = clock.now()
        with transaction.atomic():
            OutboxEvent.objects.create(topic="bench", subject_id=str(number), payload={"filler": "x" * 450}, at=now, next_at=now)
    seconds.put(time.monotonic() - began)  # type: ignore[attr-defined] # a multiprocessing queue


def write_events(url: str, barrier: object, seconds: object) -> None:
    """Ours: a transaction with one audit event, as every service makes it, without the change it tells of."""
    setup(url)
    from django.db import connection, transaction

    from foundation import actor, audit
    from governance.people.models import User

    user = User.objects.get(username="bench")
    kind = next(kind for kind in audit.all_kinds() if kind.code == "people.user.signed_in")
    who = actor.person(user)
    connection.ensure_connection()
    barrier.wait()  # type: ignore[attr-defined] # a multiprocessing barrier
    began = time.monotonic()
    for number in range(EVENTS):
        with transaction.atomic():
            audit.record(who, kind, user, {"number": number, "filler": "x" * 160})
    seconds.put(time.monotonic() - began)  # type: ignore[attr-defined] # a multiprocessing queue


def measured(writer: object, url: str) -> float:
    """Events a second of all writers together, from the first start to the last end."""
    context = multiprocessing.get_context("spawn")
    barrier, seconds = context.Barrier(WRITERS), context.Queue()
    workers = [context.Process(target=writer, args=(url, barrier, seconds)) for _ in range(WRITERS)]  # type: ignore[arg-type] # a function
    for worker in workers:
        worker.start()
    longest = max(seconds.get() for _ in workers)
    for worker in workers:
        worker.join()
    return WRITERS * EVENTS / longest


def main() -> int:
    import psycopg
    from psycopg import sql

    server = os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
    name = f"countersign_bench_{os.getpid()}"
    base = server.rsplit("/", 1)[0]
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        return run(f"{base}/{name}")
    finally:
        from django.db import connections

        connections.close_all()
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def run(url: str) -> int:
    os.environ["COUNTERSIGN_VAR"] = tempfile.mkdtemp(prefix="countersign-bench-")
    os.environ.setdefault("COUNTERSIGN_SECRET_KEY", "bench-" + "7" * 60)
    setup(url)
    from django.core.management import call_command
    from django.db import connection

    from foundation import actor, sealing, verification
    from foundation.models import AuditEvent, AuditLeaf
    from governance.people import services as people

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_plain (id bigserial PRIMARY KEY, body bytea)")
    people.create_user(actor=actor.system("bench"), username="bench", name="Bench", email="bench@example.com")
    ratios = []
    for number in range(ROUNDS):
        rows, events, raw = measured(write_rows, url), measured(write_events, url), measured(write_plain, url)
        ratios.append(events / rows)
        print(
            f"round {number + 1}: audit events {events:,.0f}/s; plain rows through the ORM {rows:,.0f}/s, ratio {events / rows:.2f}; "
            f"bare SQL without Django {raw:,.0f}/s, ratio {events / raw:.2f}"
        )
    began = time.monotonic()
    sealed = sealing.seal()
    print(f"sealed {sealed} events in {time.monotonic() - began:.2f} s")
    findings = list(verification.verify())
    forks = AuditEvent.objects.count() - AuditLeaf.objects.count()
    ratio = sorted(ratios)[len(ratios) // 2]
    print(
        f"median ratio {ratio:.2f} (target {TARGET}); unsealed {forks}; findings {len(findings)}; keys in {Path(os.environ['COUNTERSIGN_VAR'])}"
    )
    return 0 if ratio >= TARGET and not forks and not findings else 1


if __name__ == "__main__":
    sys.exit(main())
