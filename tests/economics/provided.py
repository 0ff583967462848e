"""A budget, who holds it, and things that the use case asks for out of it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from approvals.models import Request
from approvals.selectors.standing import standing_of
from approvals.services.ballots import cast_ballot
from approvals.services.requests import open_request
from foundation import actor as actors
from foundation import clock
from governance.economics import services
from governance.economics.models import Budget, ProvisionRequest
from governance.people import services as people


def today() -> date:
    return clock.now().date()


def payer_of(name: str = "payer", *, trained: str = "") -> actors.Actor:
    """A budget holder of the whole organisation, who can show a training where the role asks for one."""
    setup = actors.system("test")
    user = people.create_user(actor=setup, username=name, name=name.title(), email=f"{name}@example.com")
    if trained:
        evidence = "https://wiki.example.com/trained"
        people.record_training(actor=setup, user=user, training=trained, completed_on=today(), evidence=evidence)
    people.grant_role(actor=setup, user=user, role="budget_holder")
    return actors.person(user)


def budget_of(payer: actors.Actor, amount: str = "10000", **over: Any) -> Budget:
    said = {
        "team": "Data science",
        "title": "Computing",
        "currency": "EUR",
        "amount": Decimal(amount),
        "from_date": today() - timedelta(days=100),
        "to_date": today() + timedelta(days=300),
        "holder": payer.user,
    }
    return services.open_budget(actor=payer, **{**said, **over})


def said_of(budget: Budget, **over: Any) -> dict[str, Any]:
    """What `ask_provision` is told: 100 GPU hours a month at 2 EUR, in as many months as lie between the dates."""
    said = {
        "kind": "gpu",
        "title": "GPU hours for retraining",
        "need": "Retraining every week instead of every month.",
        "lines": [{"title": "GPU hours", "quantity": "100", "unit": "GPU hour", "unit_price": "2"}],
        "alternatives": [{"title": "Retrain each month", "cost": "100", "why_not": "It drifts within two weeks."}],
        "without": {"days": "30", "a_year": "0", "because": "We wait for a free machine."},
        "budget": budget,
        "from_date": today(),
        "until_date": today() + timedelta(days=60),
    }
    return {**said, **over}


def asked_of(world: Any, budget: Budget, **over: Any) -> ProvisionRequest:
    return services.ask_provision(actor=world.scientist, use_case=world.use_case, **said_of(budget, **over))


def costing(world: Any, budget: Budget, total: str, **over: Any) -> ProvisionRequest:
    """Something that costs exactly that much, in one month."""
    month = today().replace(day=1)
    line = {"title": "All of it", "quantity": "1", "unit": "", "unit_price": total, "from_month": month, "to_month": month}
    return asked_of(world, budget, lines=[line], alternatives=[], no_cheaper="This is the least.", **over)


def put_up(world: Any, row: ProvisionRequest) -> Request:
    return open_request(
        actor=world.scientist,
        subject_type="provision_request",
        subject_id=row.public_id,
        purpose="provision",
        environment=None,
    )


def say(actor: actors.Actor, request: Request, step: str, verdict: str = "approve", comment: str = "") -> Request:
    request.refresh_from_db()
    cast_ballot(
        actor=actor, request=request, step=step, verdict=verdict, digest=standing_of(request).digest, comment=comment or "Yes."
    )
    request.refresh_from_db()
    return request


def approved(world: Any, payer: actors.Actor, row: ProvisionRequest) -> ProvisionRequest:
    """Put up, and agreed to by the lead and by who holds the budget."""
    request = put_up(world, row)
    say(world.lead, request, "need")
    say(payer, request, "budget")
    row.refresh_from_db()
    return row
