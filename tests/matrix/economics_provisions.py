"""Budgets and provisions. On the stage a budget holder of the whole organisation, who is none of the callers, holds two budgets; out
of one of them the scientist asked for two things, and has one of them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from foundation import clock
from tests.economics.provided import approved, asked_of, budget_of, payer_of
from tests.matrix.row import ADMIN, CASE, HIDDEN, INSIDE, MEMBERS, NOBODY, READ, Row, Stage, body, of, on, tokens

BUDGET, FREE = of(public_id="budget"), of(public_id="budget_free")
ASKED, HELD = of(public_id="provision_asked"), of(public_id="provision_held")


def day(ahead: int) -> Any:
    return lambda stage, caller: (clock.now().date() + timedelta(days=ahead)).isoformat()


def this_month(stage: Stage, caller: str) -> str:
    return f"{clock.now():%Y-%m}"


def a_file(stage: Stage, caller: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("uses.csv", f"month,amount\n{clock.now():%Y-%m},5\n".encode())


NEW_BUDGET = body(
    team="Sales", title="Licences", currency="EUR", amount="100", from_date=day(0), to_date=day(90), holder=on("budget_holder")
)
NEW_BUDGET_FORM = body(
    team="Sales", title="Licences", currency="EUR", amount="100", from_date=day(0), to_date=day(90), holder=on("budget_holder_id")
)
NEW = body(
    kind="gpu",
    title="GPU hours",
    need="To train.",
    lines=[{"title": "GPU hours", "quantity": "10", "unit_price": "2"}],
    alternatives=[{"title": "Fewer", "cost": "1", "why_not": "Too slow."}],
    without={"days": "1", "because": "We wait."},
    budget=on("budget"),
    from_date=day(0),
    until_date=day(30),
)
NEW_FORM = body(
    **{
        "kind": "gpu",
        "title": "GPU hours",
        "need": "To train.",
        "budget": on("budget"),
        "from_date": day(0),
        "until_date": day(30),
        "days": "1",
        "a_year": "0",
        "because": "We wait.",
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0",
        "lines-0-title": "GPU hours",
        "lines-0-quantity": "10",
        "lines-0-unit_price": "2",
        "alternatives-TOTAL_FORMS": "1",
        "alternatives-INITIAL_FORMS": "0",
        "alternatives-0-title": "Fewer",
        "alternatives-0-cost": "1",
        "alternatives-0-why_not": "Too slow.",
    }
)

PROVISION_API = [
    Row("api_budgets", "GET", tokens=READ),
    Row("api_budgets", "POST", 201, ADMIN, data=NEW_BUDGET, tokens=tokens(403, 403)),
    Row("api_budget", "GET", args=BUDGET, tokens=READ),
    Row("api_budget", "PATCH", 200, ADMIN, args=BUDGET, data=body(amount="7", reason="Less."), tokens=tokens(403, 403)),
    Row("api_provisions", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_provisions", "POST", 201, MEMBERS, INSIDE, CASE, NEW, tokens(403, 404)),
    Row("api_provision", "GET", may=INSIDE, sees=NOBODY, args=ASKED, tokens=HIDDEN),
    Row("api_provision_uses", "POST", 201, MEMBERS, INSIDE, HELD, body(month=this_month, amount="5"), tokens(403, 404)),
    Row("api_provision_end", "POST", 200, MEMBERS, INSIDE, HELD, body(because="Done."), tokens(403, 404)),
    Row("api_provision_file", "GET", may=INSIDE, sees=NOBODY, args=ASKED, tokens=HIDDEN),
]
PROVISION_PAGES = [
    Row("budgets", "GET"),
    Row("budget_new", "GET"),
    Row("budget_new", "POST", 302, ADMIN, data=NEW_BUDGET_FORM),
    Row("budget", "GET", args=BUDGET),
    Row("budget_change", "POST", 302, ADMIN, args=BUDGET, data=body(**{"change-amount": "7", "change-reason": "Less."})),
    Row(
        "budget_hand_over", "POST", 302, ADMIN, args=BUDGET,
        data=body(**{"hand-holder": lambda stage, caller: stage.world.admin.user.public_id, "hand-reason": "Away."}),
    ),
    Row("budget_end", "POST", 302, ADMIN, args=FREE, data=body(**{"end-reason": "Over."})),
    Row("provisions", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("provision_new", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("provision_new", "POST", 302, MEMBERS, INSIDE, CASE, NEW_FORM),
    Row("provision", "GET", may=INSIDE, sees=NOBODY, args=ASKED),
    Row("provision", "POST", 302, MEMBERS, INSIDE, ASKED, body(**{"ask-comment": "Please."})),
    Row("provision_end", "POST", 302, MEMBERS, INSIDE, ASKED, body(**{"end-because": "Not needed."})),
    Row("provision_use", "POST", 302, MEMBERS, INSIDE, HELD, body(**{"use-month": this_month, "use-amount": "5"})),
    Row("provision_uses", "POST", 302, MEMBERS, INSIDE, HELD, body(**{"uses-file": a_file})),
    Row("provision_file", "GET", may=INSIDE, sees=NOBODY, args=ASKED),
]  # fmt: skip


def set_up(world: Any) -> dict[str, Any]:
    """Two budgets, something that is asked for, and something that was approved and partly used."""
    from governance.economics import services

    payer = payer_of("treasurer", trained="budgets")
    budget, free = budget_of(payer), budget_of(payer, title="Licences")
    services.change_budget(actor=payer, budget=budget, amount=budget.amount + 1000, reason="More teams.")
    held = approved(world, payer, asked_of(world, budget))
    services.record_use(actor=world.engineer, provision=held, month=clock.now().date(), amount=held.total / 10, reference="r1")
    return {
        "budget": budget.public_id,
        "budget_free": free.public_id,
        "budget_holder": payer.user.username,
        "budget_holder_id": payer.user.public_id,
        "provision_asked": asked_of(world, budget, title="More of it").public_id,
        "provision_held": held.public_id,
    }
