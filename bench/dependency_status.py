"""The answer about a lock of 100 packages, against 50,000 advisories and 10,000 reviews, in a database of its own.

    python -m bench.dependency_status                                                        # SQLite
    DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres python -m bench.dependency_status

Targets: at most 12 statements and 50 ms (median, warm) for everything that the answer follows from and the answer itself. The advisories
are those of `bench.lock_status` (a few packages have hundreds, most one or two), imported by the job that imports them in life. Of each
of 1,000 packages there are ten releases with reviews from one to the next, with gaps; each line of the lock lists twenty files, of
which three are known. The lock is spread over these packages, at versions of the newer half, as locks are. Beside it stand, without a target, the
same at any version, so that there are five flaws to a package, and one whose packages all have many.
"""

from __future__ import annotations

import gc
import io
import random
import statistics
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import Any

from bench.inbox import database, measured

PACKAGES, ADVISORIES, REVIEWS = 100, 50_000, 10_000
STATEMENTS, MILLISECONDS = 12, 50
FILES, KNOWN = 20, 3
ROUNDS = 25
TODAY = "2026-11-20T00:00:00Z"


def hash_of(name: str, version: str, number: int) -> str:
    return "sha256:" + sha256(f"{name} {version} {number}".encode()).hexdigest()


def import_advisories(actor: Any, source: random.Random) -> None:
    """As somebody uploads them. Dated yesterday, whatever day it is: old data would answer nothing."""
    from bench.lock_status import advisory
    from foundation import clock, jobs
    from governance.dependencies.services import advisories

    newest = (clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for number in range(ADVISORIES):
            archive.writestr(f"GHSA-{number:05}.json", advisory(number, source).replace(TODAY.encode(), newest))
    run = advisories.import_advisory_file(actor=actor, name="all.zip", file=out.getvalue())
    jobs.run(run.job_id)


def fill_reviews(first: Any, second: Any, source: random.Random) -> None:
    """Packages with releases, files and reviews. All reviews rest on one scan: what it holds is not read here."""
    from django.db import transaction

    from foundation import bulk, clock
    from foundation.ids import new_public_id
    from governance.dependencies.models import Artifact, ArtifactScan, Package, Release, Review

    now = clock.now()
    packages = [
        Package(public_id=new_public_id("pkg"), name=f"package-{number}", created_at=now) for number in range(REVIEWS // 10)
    ]
    with transaction.atomic():
        bulk.insert(packages)
        releases = [
            Release(
                public_id=new_public_id("rel"), package=package, version=f"{step}.0",
                source_digest=hash_of(package.name, str(step), -1), created_at=now,
            )
            for package in packages for step in range(10)
        ]  # fmt: skip
        bulk.insert(releases)
        files = [
            Artifact(
                public_id=new_public_id("art"), sha256=hash_of(row.package.name, row.version, number), filename="a.whl", size=1,
                file="artifacts/none", licence="MIT", release=row, created_at=now,
            )
            for row in releases for number in range(KNOWN)
        ]  # fmt: skip
        bulk.insert(files)
        scans = [
            ArtifactScan(
                artifact=file, scanner="1", complete=True, points=0, facts={}, facts_digest="sha256:" + "0" * 64, scanned_at=now
            )
            for file in files
        ]
        bulk.insert(scans)
        reviews = []
        for at, row in enumerate(releases):
            step = at % 10
            gap = source.random() < 0.1
            base = None if step == 0 else releases[at - 1 - gap] if step > 1 else releases[at - 1]
            reviews.append(
                Review(
                    public_id=new_public_id("rev"), release=row, base=base, scan=scans[at * KNOWN], verdict="pass",
                    criteria=["safe-to-deploy", "io-verified"], points={f"net/client:{number}": {"verdict": "expected"} for number in range(20)},
                    created_by=first.user, created_at=now, prepared_by=first.user, prepared_at=now, confirmed_by=second.user,
                    confirmed_at=now, expires_at=now + timedelta(days=source.randint(30, 700)) if source.random() > 0.02 else now,
                    content_digest="sha256:" + "0" * 64,
                )
            )  # fmt: skip
        bulk.insert(reviews)


def fill_rulings(first: Any, second: Any, third: Any) -> None:
    """Two exemptions of each of some packages, and acceptances of flaws."""
    from django.db import transaction

    from foundation import bulk, clock
    from foundation.ids import new_public_id
    from governance.dependencies.models import Ruling

    now = clock.now()
    said: dict[str, Any] = {
        "reason": "Known.", "created_by": first.user, "created_at": now, "recommendation": "yes", "recommended_by": second.user,
        "recommended_at": now, "recommended_because": "", "decision": "yes", "decided_by": third.user, "decided_at": now,
        "decided_because": "", "expires_at": now + timedelta(days=90),
    }  # fmt: skip
    rows = [
        Ruling(
            public_id=new_public_id("rul"), effect="exempt" if number % 2 else "accept", name=f"package-{number % 500}",
            specifier="<=9.0", criteria=["safe-to-run"] if number % 2 else [], advisory="" if number % 2 else f"GHSA-{number:05}",
            **said,
        )
        for number in range(1000)
    ]  # fmt: skip
    with transaction.atomic():
        bulk.insert(rows)


def lock(actor: Any, path: str, numbers: range, source: random.Random, oldest: int = 0) -> Any:
    from governance.dependencies.services import record_set

    lines = []
    for number in numbers:
        name, version = f"package-{number}", f"{source.randint(oldest, 9)}.0"
        hashes = " ".join(f"--hash={hash_of(name, version, at)}" for at in range(FILES))
        lines.append(f"{name}=={version} {hashes}")
    return record_set(actor=actor, path=path, content="\n".join(lines) + "\n")


def times(act: Callable[[], Any]) -> tuple[float, float]:
    """The medians of a warm call in milliseconds: on the clock, and of this process alone. A busy machine makes the first longer."""
    took, worked = [], []
    for _round in range(ROUNDS):
        began, begun = time.perf_counter(), time.process_time()
        act()
        took.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - begun) * 1000)
    return statistics.median(took), statistics.median(worked)


def main() -> int:
    source = random.Random(7)
    with database():
        from django.db import connection

        from foundation import actor as actors
        from governance.dependencies.models import AdvisorySpan, DependencySet, Review
        from governance.dependencies.selectors.status import facts_of, status_of
        from governance.dependencies.status import by_code, status_of_facts
        from governance.people import services as people
        from governance.usecases import services as usecases

        setup = actors.system("setup")
        person = [
            actors.person(people.create_user(actor=setup, username=name, name=name, email=f"{name}@bench.example", password=None))
            for name in ("one", "two", "three")
        ]
        people.grant_role(actor=setup, user=person[0].user, role="project_lead")
        people.grant_role(actor=setup, user=person[0].user, role="security_reviewer")
        case = usecases.open_use_case(actor=person[0], slug="bench", title="Bench")
        import_advisories(person[0], source)
        fill_reviews(person[0], person[1], source)
        fill_rulings(*person)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        usual = lock(person[0], "requirements.txt", range(0, PACKAGES * 10, 10), source, oldest=4)
        old = lock(person[0], "old.txt", range(0, PACKAGES * 10, 10), source)
        worst = lock(person[0], "worst.txt", range(0, PACKAGES * 3, 3), source)
        counts = f"{Review.objects.count():,} reviews, {AdvisorySpan.objects.count():,} spans of {ADVISORIES:,} advisories"
        print(f"{connection.vendor}: {PACKAGES} packages, {counts}")
        gc.collect()
        gc.freeze()  # what filled the database is no part of a server, and is not looked through again and again
        missed = 0

        def answer(asked: Any) -> Any:
            return status_of(asked.all(), use_case=case)

        for title, row in (("usual", usual), ("old", old), ("worst", worst)):
            asked = DependencySet.objects.filter(pk=row.pk).defer("raw")
            status = answer(asked)
            said = ", ".join(f"{code} {count}" for code, count in sorted(by_code(status).items()))
            statements, _few = measured(partial(answer, asked))
            took, worked = times(partial(answer, asked))
            facts = facts_of(asked.all(), use_case=case)
            _waited, pure = times(partial(status_of_facts, facts))
            missed += statements > STATEMENTS or (took > MILLISECONDS and title == "usual")
            print(f"{title:8} {status.verdict}: {said}")
            print(
                f"         {statements} statements (at most {STATEMENTS}) {took:7.1f} ms (at most {MILLISECONDS}), "
                f"{worked:.1f} ms of processor time here, {pure:.1f} ms of it deciding"
            )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
