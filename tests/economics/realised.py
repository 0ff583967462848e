"""A case with a baseline, and what came of it, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from approvals.services import requests
from foundation import actor as actors
from foundation import clock
from governance.economics import services
from governance.economics.models import Actual, Baseline, Snapshot
from governance.economics.plan import Discount, Exchange, Line, Plan
from governance.economics.results import month_after
from governance.economics.services.actuals import record_actual
from governance.people import services as people
from tests.conftest import cast_vote


@contextmanager
def later(days: int = 400) -> Iterator[None]:
    """So long after the approval, when months have passed of which something can be said."""
    with clock.at(clock.now() + timedelta(days=days)):
        yield


def month(baseline: Baseline, number: int) -> str:
    """The month of a baseline, its first being 0, as people write it."""
    return f"{month_after(baseline.starts_on, number):%Y-%m}"


def line(key: str, kind: str, price: str, first: int = 0, last: int = 23) -> Line:
    return Line(key, key.title(), kind, Decimal(1), "month", Decimal(price), first, last)


def plan(**changes: Any) -> Plan:
    """Two years by months: build once, run, and what is kept. Without a discount rate, so that sums can be checked by eye."""
    given: dict[str, Any] = {
        "currency": "EUR",
        "period": "month",
        "horizon": 23,
        "prices": "nominal",
        "discount": Discount(((0, Decimal(0)),), prices="nominal", source="Test"),
        "lines": (line("build", "cost", "6000", 0, 0), line("run", "cost", "100"), line("kept", "benefit", "1000")),
        "exchange": (Exchange("USD", Decimal("0.9"), "ECB", date(2026, 1, 2)),),
    }
    return Plan(**{**given, **changes})


def written(world: Any, **changes: Any) -> Snapshot:
    return services.write_snapshot(actor=world.lead, use_case=world.use_case, plan=plan(**changes))


def budget_holder(world: Any) -> Any:
    """Somebody who pays."""
    user = people.create_user(actor=actors.system("test"), username="payer", name="Payer", email="payer@example.com")
    people.grant_role(actor=world.lead, user=user, role="budget_holder", scope=world.use_case.public_id)
    return actors.person(user)


def put_up(world: Any, snapshot: Snapshot, actor: Any = None) -> Any:
    return requests.open_request(
        actor=actor or world.lead,
        subject_type="economics_snapshot",
        subject_id=snapshot.public_id,
        purpose="baseline",
        environment=None,
        comment="",
    )


def agreed(world: Any, snapshot: Snapshot, payer: Any) -> Baseline:
    """Put up and approved by who pays and who wants it."""
    request = put_up(world, snapshot)
    cast_vote(payer, request, "money")
    cast_vote(world.business, request, "worth")
    return Baseline.objects.get(snapshot=snapshot, ended_at=None)


def said(world: Any, baseline: Baseline, key: str, *amounts: int | str, since: int = 0) -> list[Actual]:
    """Each month's amount of a line, written down by the lead a year later."""
    with later():
        return [
            record_actual(
                actor=world.lead, use_case=world.use_case, line=key, month=month(baseline, since + at), amount=str(amount)
            )
            for at, amount in enumerate(amounts)
        ]
