"""Cases as tests write them: one with everything a line may have, and how people work on one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from governance.economics import services
from governance.economics.models import CaseDraft
from governance.economics.plan import Bias, Discount, Exchange, Line, Mitigation, Plan, Range, Scenario

TEN = Discount(((0, Decimal("0.1")),), source="Finance handbook 4.2", dated=date(2026, 1, 1))


def line(key: str = "gpu", **changes: Any) -> Line:
    return replace(
        Line(key, key.capitalize(), "cost", Decimal(100), "GPU hour", Decimal("2.5"), 0, 2, category="computing"), **changes
    )


def rich_plan(**changes: Any) -> Plan:
    """Ranges, risks with reasons, evidence, another currency, optimism bias and a scenario."""
    gpu = line(
        quantity_range=Range(Decimal(80), Decimal(150)),
        unit_price_range=Range(Decimal(2), Decimal(4)),
        risk=Decimal("0.1"),
        risk_reason="Failed runs.",
        evidence="Bill of 2025: https://bills.example.com/7",
        growth=Decimal("0.02"),
        bias="software",
    )
    data = line(
        "data",
        title="Data licence",
        unit="licence",
        unit_price=Decimal(900),
        quantity=Decimal(1),
        category="data",
        currency="USD",
    )
    kept = line("kept", title="Customers kept", kind="benefit", quantity=Decimal(40), unit="customer", unit_price=Decimal(62),
                from_period=1, to_period=3, category="revenue")  # fmt: skip
    plan = Plan(
        "EUR",
        "year",
        3,
        "real",
        TEN,
        (kept, gpu, data),
        exchange=(Exchange("USD", Decimal("0.92"), "ECB", date(2026, 6, 30)),),
        biases=(
            Bias(
                "software",
                "Development",
                Decimal(2),
                Decimal("0.1"),
                (Mitigation("Pilot", Decimal("0.9"), "Report of the pilot"),),
            ),
        ),
        scenarios=(Scenario("low", "Fewer stay", {"line.kept.quantity": Decimal(20)}),),
    )
    return replace(plan, **changes)


def simple_plan(**changes: Any) -> Plan:
    """What the first format holds: build once, keep customers for two years."""
    build = Line("build", "Build", "cost", Decimal(1), "", Decimal(1000), 0, 0)
    kept = Line("kept", "Kept", "benefit", Decimal(1), "", Decimal(1100), 1, 2)
    return replace(Plan("EUR", "year", 2, "real", Discount(((0, Decimal("0.1")),)), (build, kept)), **changes)


def begun(world: Any, plan: Plan | None = None) -> CaseDraft:
    """A draft of the lead's: from a first version, or from nothing where `plan` is left out."""
    if plan is not None:
        services.write_snapshot(actor=world.lead, use_case=world.use_case, plan=plan)
        return services.begin_draft(actor=world.lead, use_case=world.use_case)
    return services.begin_draft(actor=world.lead, use_case=world.use_case, currency="EUR")
