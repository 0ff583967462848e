"""What the planners in Shanghai may spend: a GPU that they have, a cluster that is more than is left, a licence that runs out."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from approvals.models import Request
from approvals.selectors.standing import standing_of
from approvals.services.ballots import cast_ballot
from approvals.services.requests import open_request
from config.demo_cast import Cast
from config.demo_time import Past, Story
from foundation import actor as actors
from foundation.actor import Actor
from governance.economics import services as economics
from governance.economics.models import Budget, ProvisionRequest
from governance.economics.provision_costs import month_of
from governance.people import services as people
from governance.usecases.models import UseCase

GPU = [
    {"title": "GPU hours, training", "quantity": "160", "unit": "GPU hour", "unit_price": "2.40"},
    {"title": "GPU hours of runs that fail", "quantity": "24", "unit": "GPU hour", "unit_price": "2.40"},
    {"title": "Storage of checkpoints", "quantity": "400", "unit": "GB month", "unit_price": "0.02"},
]
CLUSTER = [
    {"title": "Eight GPUs, reserved", "quantity": "5760", "unit": "GPU hour", "unit_price": "1.90"},
    {"title": "Somebody who runs them", "quantity": "40", "unit": "hour", "unit_price": "42"},
]
SEATS = [{"title": "Solver, seats", "quantity": "4", "unit": "seat month", "unit_price": "120"}]


def story(cast: Cast, past: Past) -> Story:
    """After the use case `demand-forecast` has its people and its case."""
    yield past(58, "10:05")
    setup = actors.system("setup")
    people.grant_role(actor=setup, user=cast.users["ada"], role="budget_holder", reason="Holds the budget of supply planning.")
    today = past.now.date()
    budget = economics.open_budget(
        actor=cast["ada"],
        team="Supply planning, Shanghai",
        title="Computing and licences",
        currency="EUR",
        amount=Decimal(9_000),
        from_date=today - timedelta(days=150),
        to_date=today + timedelta(days=210),
        holder=cast.users["ada"],
        note="Machines, storage and licences of what the planners build.",
    )
    case = UseCase.objects.get(slug="demand-forecast")
    asked = _gpu(cast["wei"], case, budget, today)
    request = _put_up(cast["wei"], asked)
    licence = _licence(cast["wei"], case, budget, today)
    seats = _put_up(cast["wei"], licence)
    yield past(57, "14:20")
    _agree(cast, request, "The festive weeks are decided by how fresh the model is.")
    _agree(cast, seats, "We plan with it every day.")
    yield past(30, "09:40")
    asked.refresh_from_db()
    economics.change_budget(
        actor=cast["ada"], budget=budget, amount=Decimal(10_500), reason="The festive season was moved into this budget."
    )
    for number, month in enumerate(_months(asked, until=today)):
        economics.record_use(
            actor=cast["marta"],
            provision=asked,
            month=month,
            amount=Decimal(405) + 28 * number,
            quantity=Decimal(155) + 8 * number,
            unit="GPU hour",
            source="cloud",
            reference=f"bill {month:%Y-%m}",
        )
    yield past(2, "11:15")
    _put_up(cast["wei"], _cluster(cast["wei"], case, budget, today))


def _gpu(actor: Actor, case: UseCase, budget: Budget, today: date) -> ProvisionRequest:
    """Within the budget."""
    return economics.ask_provision(
        actor=actor,
        use_case=case,
        kind="gpu",
        title="GPU hours for weekly retraining",
        need="Sales of the last week change what has to be ordered for the next one. Retrained once a month, the forecast is three "
        "weeks old when the festive orders are placed. With a GPU of its own the model is retrained each Sunday night.",
        lines=GPU,
        alternatives=[
            {"title": "Retrain on the CPUs of the office", "cost": "0", "why_not": "Takes 31 hours, and ends on Tuesday."},
            {"title": "Retrain once a month", "cost": "800", "why_not": "Three weeks late in the only season that counts."},
        ],
        without={
            "days": "20",
            "a_year": "0",
            "because": "The forecast goes live without the festive weeks, and is trusted later.",
        },
        budget=budget,
        from_date=today - timedelta(days=75),
        until_date=today + timedelta(days=100),
    )


def _licence(actor: Actor, case: UseCase, budget: Budget, today: date) -> ProvisionRequest:
    """Runs out in ten days."""
    return economics.ask_provision(
        actor=actor,
        use_case=case,
        kind="licence",
        title="Seats of the order solver",
        need="Four planners turn the forecast into orders with the solver. Without it they would do so by hand.",
        lines=SEATS,
        no_cheaper="The open solver was tried in March: it does not end within the night for 900 shops.",
        without={"days": "0", "a_year": "18000", "because": "Two planners would write the orders by hand."},
        budget=budget,
        from_date=today - timedelta(days=75),
        until_date=today + timedelta(days=10),
    )


def _cluster(actor: Actor, case: UseCase, budget: Budget, today: date) -> ProvisionRequest:
    """Far above what is left."""
    return economics.ask_provision(
        actor=actor,
        use_case=case,
        kind="environment",
        title="A cluster of eight GPUs",
        need="A model for each province instead of one for all of them. In the trial it halved the error in the south.",
        lines=CLUSTER,
        alternatives=[
            {"title": "Two GPUs at night", "cost": "9200", "why_not": "Enough for nine provinces of thirty-one."},
            {"title": "The cluster for one month", "cost": "12624", "why_not": "Trains once; the models age as before."},
        ],
        without={"days": "60", "a_year": "40000", "because": "The provinces are done one after the other, the last in summer."},
        budget=budget,
        from_date=today,
        until_date=today + timedelta(days=75),
    )


def _months(row: ProvisionRequest, *, until: date) -> list[date]:
    """The months that are over, or nearly: those that a bill came for."""
    found, day = [], month_of(row.from_date)
    while day < month_of(until):
        found.append(day)
        day = month_of(day + timedelta(days=32))
    return found


def _put_up(actor: Actor, row: ProvisionRequest) -> Request:
    return open_request(
        actor=actor, subject_type="provision_request", subject_id=row.public_id, purpose="provision", environment=None
    )


def _agree(cast: Cast, request: Request, why: str) -> None:
    """The lead says that it is needed, and who holds the budget that it is worth it."""
    said: list[tuple[str, str, Any]] = [("petra", "need", why), ("ada", "budget", "Within what we set aside for it.")]
    for name, step, comment in said:
        digest = standing_of(request).digest
        cast_ballot(actor=cast[name], request=request, step=step, verdict="approve", digest=digest, comment=comment)
        request.refresh_from_db()
