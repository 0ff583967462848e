"""Searching among everything of 10,000 use cases, as people type: milliseconds of the service and of the whole answer.

    DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres python -m bench.search            # 10,000 use cases, some 35,000 entries
    DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres python -m bench.search 30000      # over 100,000 entries

Every query is typed letter by letter, English and Chinese, broad and narrow, words that are everywhere and words that are nowhere, by somebody who
sees everything and by somebody who leads 300 use cases. Target: p95 at most 100 ms on PostgreSQL.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import Any

from bench.inbox import database
from bench.pages import USE_CASES, people

P95 = 100
TYPED = (
    "customer churn", "churn prediction north", "invoice fraud detection 4242", "volume-001234", "synthetic", "cost of a case",
    "score day", "nowhere", "column_17", "tenure", "warning early", "ediction", "客户流失", "发票欺诈检测", "流失", "设备故障 预测", "case",
)  # fmt: skip


def typed() -> list[str]:
    """Each query as it grows, from its first letter on."""
    return list(dict.fromkeys(text[:upto] for text in TYPED for upto in range(1, len(text) + 1) if text[upto - 1] != " "))


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def main() -> int:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else USE_CASES
    with database():
        from django.db import connection
        from django.test import Client

        from config import volume
        from foundation import actor as actors
        from foundation import search
        from foundation.models import SearchEntry

        volume.load(use_cases=wanted, columns=wanted // 5, events=0)
        users = people(volume)
        print(f"{connection.vendor}: {wanted:,} use cases, {SearchEntry.objects.count():,} entries, {len(typed())} queries")
        missed = False
        for who, user in users.items():
            actor = actors.person(user)
            client = Client()
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
            ways: list[tuple[str, Any]] = [
                ("service", lambda text, actor=actor: search.find(actor, text, limit=8)),
                ("while typing", lambda text, client=client: client.get("/search/suggestions/", {"q": text})),
                ("page", lambda text, client=client: client.get("/search/", {"q": text})),
            ]
            for title, act in ways:
                act("warm")
                times, slowest = [], ("", 0.0)
                for text in typed():
                    began = time.perf_counter()
                    act(text)
                    times.append((time.perf_counter() - began) * 1000)
                    slowest = max(slowest, (text, times[-1]), key=lambda pair: pair[1])
                p95 = percentile(times, 0.95)
                good = p95 <= P95
                missed = missed or not good
                print(
                    f"{'PASS' if good else 'FAIL'}  {who:8} {title:13} median {statistics.median(times):6.1f}  p95 {p95:6.1f}  "
                    f"slowest {slowest[1]:6.1f} ms ({slowest[0]})",
                    flush=True,
                )
    return 1 if missed and connection.vendor == "postgresql" else 0


if __name__ == "__main__":
    sys.exit(main())
