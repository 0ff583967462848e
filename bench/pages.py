"""The pages that grow with the house, with 10,000 use cases: statements and milliseconds on the server, in a database of its own.

    python -m bench.pages                                                        # SQLite
    DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres python -m bench.pages

Each page is asked for by somebody who sees everything and by somebody who leads 300 use cases. Targets: at most 20 statements and 300 ms
(median of some). Numbers of another size: `python -m bench.pages 2000`.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from bench.inbox import database, measured

USE_CASES, LED = 10_000, 300
STATEMENTS, MILLISECONDS = 20, 300

TABS = (
    "stage",
    "people",
    "documents",
    "increments",
    "dictionary",
    "models",
    "dependencies",
    "cost-benefit",
    "approvals",
    "talk",
    "history",
)
PAGES = (
    ("list", "/use-cases/"),
    ("list, filtered by text", "/use-cases/?q=churn"),
    ("list, filtered by text (Chinese)", "/use-cases/?q=流失"),
    ("list, filtered by kind, stage, risk", "/use-cases/?kind=product&stage=building&risk=high"),
    ("list, mine, by title", "/use-cases/?mine=on&sort=title"),
    ("board", "/use-cases/board/"),
    ("board, filtered", "/use-cases/board/?q=fraud&kind=product"),
    ("board, one stage", "/use-cases/board/?stage=building"),
    ("work that stands still", "/use-cases/stuck/"),
    ("use case", "/use-cases/volume-000007/"),
    *((f"use case, {tab}", f"/use-cases/volume-000007/{tab}/") for tab in TABS),
    ("search", "/search/?q=fraud"),
    ("search, of one kind", "/search/?q=churn+north&type=use_case"),
    ("search, Chinese", "/search/?q=客户"),
    ("search while typing", "/search/suggestions/?q=de"),
    ("inbox", "/"),
    ("dictionaries", "/dictionary/"),
    ("dictionary", "/dictionary/volume-000/"),
    ("audit", "/audit/"),
    ("models", "/models/"),
    ("reports", "/reports/"),
)


def people(volume: Any) -> dict[str, Any]:
    """Somebody who sees everything, and somebody who leads some."""
    from foundation import actor as actors
    from foundation import clock
    from governance.people import services
    from governance.people.models import RoleGrant
    from governance.usecases.models import UseCase

    setup = actors.system("bench")
    users = {
        name: services.create_user(actor=setup, username=name, name=name.title(), email=f"{name}@bench.example", password=None)
        for name in ("auditor", "lead")
    }
    services.grant_role(actor=setup, user=users["auditor"], role="auditor")
    led = UseCase.objects.order_by("slug").values_list("public_id", flat=True)[:LED]
    RoleGrant.objects.bulk_create(
        RoleGrant(user=users["lead"], role="project_lead", scope=scope, starts_at=clock.now(), reason="Bench") for scope in led
    )
    return users


def main() -> int:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else USE_CASES
    with database():
        from django.db import connection
        from django.test import Client

        from config import volume
        from foundation import sealing

        began = time.perf_counter()
        volume.load(use_cases=wanted, columns=wanted // 5, events=wanted)
        took = time.perf_counter() - began
        users = people(volume)
        sealing.seal()
        print(f"{connection.vendor}: {wanted:,} use cases, loaded in {took:.0f} s")
        missed = 0
        for who, user in users.items():
            client = Client()
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
            for title, address in PAGES:
                answer = client.get(address)
                if answer.status_code != 200:
                    print(f"SKIP  {who:8} {title:36} answers {answer.status_code}")
                    continue
                statements, took = measured(lambda address=address, client=client: client.get(address))
                good = statements <= STATEMENTS and took <= MILLISECONDS
                missed += not good
                print(f"{'PASS' if good else 'FAIL'}  {who:8} {title:36} {statements:3} statements  {took:7.1f} ms", flush=True)
        print(f"at most {STATEMENTS} statements and {MILLISECONDS} ms each: {missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
