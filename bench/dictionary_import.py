"""Importing a catalogue of 100,000 columns in 500 data sets into a dictionary: seconds, in a database of its own.

    python -m bench.dictionary_import                                                        # SQLite
    python -m bench.dictionary_import --columns 20000
    DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres python -m bench.dictionary_import

Every column is new, and becomes an element with a draft in a proposal, and a binding of the team: the most that an import writes.
Target: at most 60 s for reading, comparing, the report and writing: from then on the columns are in the dictionary, for everybody. What
follows in the same job, piece by piece, is by which words each is found; it is printed too. The same file again changes nothing.
"""

from __future__ import annotations

import csv
import io
import resource
import sys
import time
from typing import Any

from bench.inbox import database

COLUMNS, DATASETS = 100_000, 500
SECONDS = 60
HEADINGS = ("Table", "Column", "Name", "Definition", "Type", "Physical type", "Unit", "Nullable")
TYPES = (("integer", "BIGINT"), ("string", "VARCHAR(40)"), ("number", "NUMERIC(12,2)"), ("date", "DATE"))


def catalogue(columns: int, datasets: int) -> bytes:
    """A CSV as data catalogues export it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    each = max(1, columns // datasets)
    for at in range(columns):
        logical, physical = TYPES[at % len(TYPES)]
        unit = "kg" if logical == "number" and at % 3 == 0 else ""
        words = f"What column {at} of the source system holds, as the system that fills it delivers it every night."
        writer.writerow(
            [f"source_{at // each}", f"column_{at}", f"Column {at}", words, logical, physical, unit, "yes" if at % 5 else "no"]
        )
    return out.getvalue().encode()


def fill() -> tuple[Any, Any, Any]:
    """Somebody of data governance, a dictionary and a team."""
    from foundation import actor as actors
    from governance.dictionary import services
    from governance.people import services as people

    setup = actors.system("bench")
    user = people.create_user(actor=setup, username="keeper", name="Keeper", email="keeper@example.com")
    people.grant_role(actor=setup, user=user, role="data_governance")
    keeper = actors.person(user)
    team = people.create_team(actor=setup, slug="warehouse", title="Warehouse")
    return keeper, services.create_dictionary(actor=keeper, slug="catalogue", title="Catalogue"), team


def imported(actor: Any, dictionary: Any, team: Any, data: bytes) -> tuple[Any, float, str]:
    """The whole way as the API takes it, with the job done here; the seconds until it was written, and all that it took in words."""
    from foundation import jobs
    from governance.dictionary import services
    from governance.dictionary.services import import_jobs

    steps: list[tuple[float, int]] = []
    told = jobs.Run.step

    def step(self: Any, done: int, total: int, message: str = "") -> None:
        steps.append((time.perf_counter() - began, 100 * done // total))
        told(self, done, total, message)

    jobs.Run.step = step  # type: ignore[method-assign] # to see how far it is when
    began, worked = time.perf_counter(), time.process_time()
    try:
        run = services.try_file(
            actor=actor, dictionary=dictionary, data=data, name="catalogue.csv", form="csv", team=team, then_import=True
        )
        if run.job is not None:
            jobs.run(run.job.pk)
        else:
            services.carry_out(actor=actor, checked=run)
    finally:
        jobs.Run.step = told  # type: ignore[method-assign] # as above
    took, worked = time.perf_counter() - began, time.process_time() - worked
    run.refresh_from_db()
    if run.job is not None:
        run.job.refresh_from_db()
        if run.job.error:
            raise SystemExit(run.job.error)
    shown: dict[int, float] = {}
    written = next((seconds for seconds, percent in steps if percent >= import_jobs.WRITTEN), took)
    for seconds, percent in steps:
        shown.setdefault(percent, seconds)
    print("    " + ", ".join(f"{percent} % {seconds:.1f} s" for percent, seconds in shown.items() if percent % 25 in (0, 10, 15)))
    return run, written, f"in {written:.1f} s, found by words after {took:.1f} s ({worked:.1f} s of the processor)"


def main() -> int:
    columns = int(sys.argv[sys.argv.index("--columns") + 1]) if "--columns" in sys.argv else COLUMNS
    failed = False
    with database():
        from django.db import connection

        from governance.dictionary.models import Binding, DataElement, ElementVersion, Proposal

        actor, dictionary, team = fill()
        data = catalogue(columns, DATASETS)
        print(f"  {connection.vendor}: {columns} columns in {DATASETS} data sets, {len(data) / 1024**2:.1f} MiB")
        run, took, words = imported(actor, dictionary, team, data)
        rows = [model.objects.count() for model in (DataElement, ElementVersion, Binding, Proposal)]
        print(f"  imported {words}: {run.counts}; elements, versions, bindings, proposals: {rows}")
        failed |= took > SECONDS or rows[:3] != [columns] * 3
        again, took, words = imported(actor, dictionary, team, data)
        print(f"  the same again {words}: {again.counts}")
        failed |= took > SECONDS or bool(again.counts["new"] or again.counts["changed"] or again.counts["bound"])
        failed |= [model.objects.count() for model in (DataElement, ElementVersion, Binding, Proposal)] != rows
        if "--verify" in sys.argv:
            from foundation.verification import verify

            began = time.perf_counter()
            wrong = [finding for finding in verify() if finding.altered]
            print(f"  the log vouches for every row, in {time.perf_counter() - began:.1f} s: {wrong[:3] or 'intact'}")
            failed |= bool(wrong)
        print(f"  at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB of memory")
    print("failed" if failed else "within the targets")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
