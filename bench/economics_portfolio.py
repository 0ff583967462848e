"""The portfolio of 10,000 use cases: statements and milliseconds on the server, in a database of its own.

    python -m bench.economics_portfolio                                                        # SQLite
    DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres python -m bench.economics_portfolio

Targets: at most 20 statements and 300 ms (median of some) for the page and for the same over HTTP, whoever asks. No process remembers
anything from one look to the next, so the first look of a worker is like all others. Numbers of another size:
`python -m bench.economics_portfolio 2000`.
"""

from __future__ import annotations

import sys
import time
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from bench.inbox import database, measured

USE_CASES, LED = 10_000, 300
WITH_CASE, AGREED, REALISED = (
    0.7,
    0.5,
    0.4,
)  # shares of all: of those with a case some are agreed to, and of those some have results
WAITING = 200
MONTHS = 6  # of results
BATCH = 1_000
STATEMENTS, MILLISECONDS = 20, 300
LINES = (
    ("build", "cost", 0, 0, "people", 40),
    ("label", "cost", 0, 1, "data", 20),
    ("train", "cost", 0, 3, "computing", 15),
    ("run", "cost", 1, 3, "computing", 30),
    ("watch", "cost", 1, 3, "assurance", 10),
    ("saved", "benefit", 1, 3, "saving", 60),
    ("kept", "benefit", 1, 3, "revenue", 45),
    ("fewer", "benefit", 2, 3, "saving", 20),
)
RECORDED = ("build", "run", "saved")  # the lines of which results are known
PAGES = (
    ("page", "/portfolio/"),
    ("page, by waiting", "/portfolio/?sort=waiting_cost"),
    ("page, one stage", "/portfolio/?stage=building&tier=high"),
    ("page, one currency", "/portfolio/?currency=EUR"),
    ("page 100", "/portfolio/?page=100&sort=title"),
    ("API", "/api/v1/portfolio"),
    ("API, 200 by title", "/api/v1/portfolio?limit=200&sort=title&cursor=5000"),
)


def plan(at: int) -> Any:
    """Each another one: what was reckoned for one use case is of no use for the next."""
    from governance.economics.plan import Discount, Line, Plan

    lines = tuple(
        Line(
            key, key.title(), kind, Decimal(weight + (at * 7919 + place * 104_729) % 97), "hour", Decimal(50 + at % 13), first, last,
            category=category, risk=Decimal(at % 3) / 10, risk_reason="So it was elsewhere." if at % 3 else "",
        )
        for place, (key, kind, first, last, category, weight) in enumerate(LINES)
    )  # fmt: skip
    return Plan("USD" if at % 10 == 0 else "EUR", "year", 3, "real", Discount(((0, Decimal("0.08")),)), lines)


def fill(use_cases: list[tuple[int, int]]) -> int:
    """Cases, those that were agreed to, and what came of them, for so many of the (place, primary key). Returns the number of results."""
    from django.db import transaction

    from foundation import clock
    from foundation.canonical import digest
    from governance.economics.components import component_body, stored_columns
    from governance.economics.models import Actual, Baseline, Case, RateRecord, Snapshot
    from governance.economics.services.figures import keep_missing_figures

    now, written = clock.now(), 0
    with_case = use_cases[: int(len(use_cases) * WITH_CASE)]
    for begin in range(0, len(with_case), BATCH):
        some = with_case[begin : begin + BATCH]
        with transaction.atomic():
            plans = {at: plan(at) for at, _pk in some}
            cases = Case.objects.bulk_create(
                [Case(use_case_id=pk, currency=plans[at].currency, created_at=now) for at, pk in some]
            )
            snapshots = []
            for (at, _pk), case in zip(some, cases, strict=True):
                row = Snapshot(case=case, number=1, created_at=now, **stored_columns(plans[at]))
                row.digest = digest(component_body(row))
                snapshots.append(row)
            Snapshot.objects.bulk_create(snapshots)
            agreed = [
                (at, case, row)
                for (at, _pk), case, row in zip(some, cases, snapshots, strict=True)
                if at < len(use_cases) * AGREED
            ]
            Baseline.objects.bulk_create(
                Baseline(case=case, snapshot=row, number=1, starts_on=date(2026, 1, 1), request=f"rq_bench_{at}", approved_at=now)
                for at, case, row in agreed
            )
            actuals = [
                Actual(
                    case=case, line=line, month=date(2026, month, 1), amount=(amount := Decimal(1000 + at % 500) + Decimal("0.25")),
                    original=amount, currency=case.currency, reference=f"{at}-{line}-{month}", recorded_at=now,
                )
                for at, case, _row in agreed
                if at < len(use_cases) * REALISED
                for line in RECORDED
                for month in range(1, MONTHS + 1)
            ]  # fmt: skip
            Actual.objects.bulk_create(actuals, batch_size=BATCH)
            written += len(actuals)
    RateRecord.objects.create(
        kind="exchange",
        key="USD/EUR",
        title="Dollar",
        body={"rate": "0.92"},
        source="ECB",
        dated=date(2026, 1, 2),
        created_at=now,
    )
    keep_missing_figures(None)
    return written


def main() -> int:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else USE_CASES
    with database():
        from django.db import connection
        from django.test import Client

        from bench.pages import people
        from config import volume
        from foundation import sealing
        from governance.usecases.models import UseCase

        began = time.perf_counter()
        volume.load(use_cases=wanted, columns=20, events=20)
        results = fill(list(enumerate(UseCase.objects.order_by("pk").values_list("pk", flat=True))))
        took = time.perf_counter() - began
        users = people(volume)
        sealing.seal()
        print(f"{connection.vendor}: {wanted:,} use cases, {results:,} results, loaded in {took:.0f} s")
        missed = 0
        for who, user in users.items():
            client = Client()
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
            for title, address in PAGES:
                answer = client.get(address)
                if answer.status_code != 200:
                    print(f"FAIL  {who:8} {title:22} answers {answer.status_code}")
                    missed += 1
                    continue
                found, took = measured(partial(client.get, address))
                good = found <= STATEMENTS and took <= MILLISECONDS
                missed += not good
                said = f"{'PASS' if good else 'FAIL'}  {who:8} {title:22} {found:3} statements  {took:7.1f} ms"
                print(f"{said}  {len(answer.content) // 1024:4} KiB", flush=True)
        print(f"at most {STATEMENTS} statements and {MILLISECONDS} ms each: {missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
