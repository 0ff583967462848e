"""The inbox of somebody with 5,000 open requests: statements and milliseconds, in a database of its own.

    python -m bench.inbox                                                        # SQLite
    DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres python -m bench.inbox

Targets: at most 12 statements and 300 ms (median) for everything the inbox page reads of requests, and for the whole page 20 and 300 ms.
Every request is that person's turn, which is the worst case: none of them can be left out.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

REQUESTS = 5_000
ROUNDS = 7
STATEMENTS, MILLISECONDS = 12, 300
PAGE_STATEMENTS = 20


@contextmanager
def database() -> Iterator[None]:
    """An empty database, gone afterwards."""
    with tempfile.TemporaryDirectory() as var:
        os.environ.setdefault("COUNTERSIGN_SECRET_KEY", "for-the-benchmark-only-" + "0" * 40)
        os.environ["COUNTERSIGN_VAR"] = var
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.test.runner import DiscoverRunner

        settings.SECURE_SSL_REDIRECT = False
        call_command("collectstatic", interactive=False, verbosity=0)  # pages name their files by what is in them
        # Not the whole test environment, which keeps a copy of what each template was given, and a server does not.
        settings.ALLOWED_HOSTS = ["testserver"]
        runner = DiscoverRunner(verbosity=0, interactive=False)
        made = runner.setup_databases()
        try:
            yield
        finally:
            runner.teardown_databases(made)


def fill() -> Any:
    """One use case, its people, one request made through the services and the others as copies of its rows. Returns the reviewer."""
    from django.db import transaction

    from approvals.models import Clock, Request
    from approvals.selectors import freshness
    from approvals.services import policies, requests
    from foundation import actor as actors
    from foundation.ids import new_public_id
    from governance.people import services as people
    from governance.usecases import services as usecases
    from lineage.models import Component, ModelVersion
    from lineage.services import versions

    setup = actors.system("setup")
    person = {}
    for name in ("lead", "reviewer", "business"):
        user = people.create_user(actor=setup, username=name, name=name.title(), email=f"{name}@bench.example", password=None)
        person[name] = actors.person(user)
    people.grant_role(actor=setup, user=person["lead"].user, role="project_lead")
    people.grant_role(actor=setup, user=person["reviewer"].user, role="security_reviewer")
    people.grant_role(actor=setup, user=person["business"].user, role="business_owner")
    case = usecases.open_use_case(actor=person["lead"], slug="bench", title="Bench")
    people.grant_role(actor=setup, user=person["lead"].user, role="administrator")
    usecases.define(
        actor=person["lead"], use_case=case, business_problem="Many requests.", ml_problem="None.",
        kpis=[{"name": "Requests", "unit": "", "baseline": 0, "target": REQUESTS}],
    )  # fmt: skip
    text = (
        "title: Release\nsteps:\n- key: security\n  title: Security review\n  role: security_reviewer\n  covers: [code, dependencies]\n"
        "  sla: 5 working days\n- key: business\n  title: Business\n  role: business_owner\n  covers: [use_case, model]\n  after: [security]\n"
    )
    policy = policies.write_policy(actor=person["lead"], key="release", source=text).policy
    gate = policies.set_gate(actor=person["lead"], slug="production", title="Production", mode="prevent", policy=policy)
    pushed = {"name": "model-0", "version": "1", "commit": "c" * 40, "artifact": {"sha256": "d" * 64}}
    first = versions.register_model_version(actor=person["lead"], use_case=case, data=pushed).model_version
    time.sleep(freshness.SETTLED.total_seconds() + 1)  # as in life, nothing has happened to the use case a moment ago
    asked = requests.open_request(
        actor=person["lead"], subject_type="model_version", subject_id=first.public_id, purpose="deployment",
        environment=gate.environment,
    )  # fmt: skip
    with transaction.atomic():
        for at in range(1, REQUESTS):
            row = ModelVersion.objects.get(pk=first.pk)
            row.pk, row.public_id, row.name = None, new_public_id("mv"), f"model-{at}"
            row.save(force_insert=True)
            Component.objects.bulk_create(
                [
                    Component(model_version=row, name=part.name, content_id=part.content_id, at=part.at)
                    for part in first.components.all()
                ]
            )
            request = Request.objects.get(pk=asked.pk)
            request.pk, request.public_id, request.subject_id = None, new_public_id("rq"), row.public_id
            request.line = f"model_version:{row.name}:production"
            request.save(force_insert=True)
            timers = []
            for clock in asked.clocks.all():
                clock.pk, clock.request = None, request
                timers.append(clock)
            Clock.objects.bulk_create(timers)
    return person["reviewer"]


def measured(act: Callable[[], Any]) -> tuple[int, float]:
    """Statements of one call, and the median of some in milliseconds."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    act()
    connection.queries_log.clear()  # what filled the database would crowd out what is counted
    with CaptureQueriesContext(connection) as asked:
        act()
    statements = len(asked)  # before a request that comes later empties what was noted
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return statements, statistics.median(times)


def main() -> int:
    with database():
        from django.db import connection
        from django.test import Client

        from approvals.selectors import inbox

        reviewer = fill()
        client = Client()
        client.force_login(reviewer.user)
        found = inbox.inbox_of(reviewer)
        print(
            f"{connection.vendor}: {REQUESTS} open requests, {len(found.turns)} steps on the first page, more: {found.next_start is not None}"
        )
        rows = [
            ("inbox", STATEMENTS, lambda: inbox.inbox_of(reviewer)),
            ("whole page", PAGE_STATEMENTS, lambda: client.get("/")),
        ]
        missed = 0
        for title, most, act in rows:
            statements, took = measured(act)
            missed += statements > most or took > MILLISECONDS
            print(f"{title:12} {statements:3} statements (at most {most})  {took:7.1f} ms (at most {MILLISECONDS})")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
