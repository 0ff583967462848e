"""Importing a real messy inventory, and finding near use cases among 10,000: seconds and milliseconds, in a database of its own.

    python -m bench.intake                                                       # SQLite, a generated list of 3,600 rows × 36 columns
    python -m bench.intake inventory.csv                                         # another list
    DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres python -m bench.intake

Targets: a dry run in at most 5 s; a re-import that changes nothing; `near` in at most 50 ms (median) for 10,000 use cases.
`--import` also carries the list out, which is a job of some minutes.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import Any

from bench.inbox import database

USE_CASES = 10_000
ROUNDS = 9
SECONDS, MILLISECONDS = 5, 50


def people_of() -> Any:
    from foundation import actor as actors
    from governance.people import services as people

    setup = actors.system("bench")
    user = people.create_user(actor=setup, username="admin", name="Admin", email="admin@example.com")
    people.grant_role(actor=setup, user=user, role="administrator")
    return actors.person(user)


def tried(actor: Any, data: bytes, name: str, inventory: str) -> tuple[Any, float]:
    """A dry run from the bytes on, and what it took: reading, guessing, planning, writing the report."""
    from governance.usecases import services
    from governance.usecases.intake.guessing import guess

    began = time.perf_counter()
    upload = services.upload_list(actor=actor, data=data, name=name)
    read = time.perf_counter() - began
    fill = {"business_problem": "Not stated.", "ml_problem": "Not stated."}
    mapping = guess(services.table_of(upload), fill=fill).as_mapping()
    began = time.perf_counter()
    run = services.check_list(actor=actor, upload=upload, mapping=mapping, inventory=inventory)
    took = time.perf_counter() - began
    print(
        f"  {upload.rows_read} rows × {len(upload.columns)} columns: uploaded in {read:.2f} s, dry run in {took:.2f} s, {run.counts}"
    )
    return run, took


def fill_register() -> None:
    """Use cases with definitions and their words, as copies of rows: what `near` looks through."""
    from foundation import clock
    from governance.usecases.likeness import found_by
    from governance.usecases.models import Definition, LikenessWord, UseCase
    from tests.usecases import messy

    lines = [dict(zip(messy.COLUMNS, row, strict=True)) for row in messy.rows(USE_CASES, seed=11)]
    now = clock.now()
    cases = [UseCase(slug=f"bench-{at}", title=line["use_case_name"][:120], created_at=now) for at, line in enumerate(lines)]
    UseCase.objects.bulk_create(cases, batch_size=1000)
    Definition.objects.bulk_create(
        [
            Definition(
                use_case=case,
                number=1,
                business_problem=line["problem_solved"] or "None.",
                ml_problem=line["system_outputs"],
                digest="",
                created_at=now,
            )
            for case, line in zip(cases, lines, strict=True)
        ],
        batch_size=1000,
    )
    LikenessWord.objects.bulk_create(
        [
            LikenessWord(use_case=case, word=word)
            for case, line in zip(cases, lines, strict=True)
            for word in found_by(case.title, line["problem_solved"], line["system_outputs"])
        ],
        batch_size=5000,
    )


def near_takes(actor: Any) -> float:
    """Milliseconds of one question, as the guided form asks it."""
    from django.db import connection, reset_queries
    from django.test.utils import CaptureQueriesContext

    from governance.usecases import selectors

    asked = {
        "title": "Detecting leases for the help desk – 4711",
        "business_problem": "People spend weeks on detecting leases. Nobody’s list is complete, and old ones are lost.",
        "ml_problem": "A score for each of the leases",
        "data_sources": [{"name": "Leases of 2024"}],
    }
    reset_queries()
    with CaptureQueriesContext(connection) as queries:
        found = selectors.near(actor, **asked)
    taken = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        selectors.near(actor, **asked)
        taken.append((time.perf_counter() - began) * 1000)
    median = statistics.median(taken)
    print(f"  near among {USE_CASES}: {len(found)} found, {len(queries)} statements, {median:.1f} ms (median of {ROUNDS})")
    for item in found[:3]:
        print(f"    {item.score:.2f} {item.use_case.title[:60]!r} because of {', '.join(item.words)}")
    return median


def main() -> int:
    wanted = [name for name in sys.argv[1:] if not name.startswith("--")]
    failed = False
    with database():
        from foundation import jobs
        from governance.usecases import services
        from tests.usecases import messy

        actor = people_of()
        data = Path(wanted[0]).read_bytes() if wanted else messy.inventory(3600)
        run, took = tried(actor, data, Path(wanted[0]).name if wanted else "inventory.csv", "bench")
        failed |= took > SECONDS
        if "--import" in sys.argv:
            began = time.perf_counter()
            done = services.import_list(actor=actor, checked=run, only_good=True)
            if done.job is not None:
                jobs.run(done.job.pk)
                done.refresh_from_db()
            print(f"  imported in {time.perf_counter() - began:.1f} s: {done.counts}")
            again, took = tried(actor, data, "inventory.csv", "bench")
            failed |= took > SECONDS or bool(again.counts["new"] or again.counts["changed"])
        fill_register()
        failed |= near_takes(actor) > MILLISECONDS
    print("failed" if failed else "within the targets")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
