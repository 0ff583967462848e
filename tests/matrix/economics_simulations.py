"""The case under other assumptions. On the stage a version with ranges was simulated."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from governance.economics import services
from governance.economics.components import plan_of
from governance.economics.models import Snapshot
from governance.economics.plan import Range
from governance.economics.services.simulations import ask_simulation
from tests.matrix.row import CASE, HIDDEN, INSIDE, MEMBERS, NOBODY, Row, body, of, tokens

OF_CASE = of(slug="slug", public_id="simulated")

SCENARIO = body(revision="2", key="dear", title="Dear", input="rate", value="9 %")

SIMULATION_API = [
    Row("api_economics_evaluate", "GET", may=INSIDE, sees=NOBODY, args=OF_CASE, tokens=HIDDEN),
    Row("api_economics_evaluate", "POST", may=INSIDE, sees=NOBODY, args=OF_CASE, data=body(scenario="base"), tokens=HIDDEN),
    Row("api_economics_simulate", "POST", 201, MEMBERS, INSIDE, OF_CASE, body(trials=100), tokens(403, 404)),
    Row("api_economics_simulations", "GET", may=INSIDE, sees=NOBODY, args=OF_CASE, tokens=HIDDEN),
    Row(
        "api_economics_simulation", "GET", may=INSIDE, sees=NOBODY,
        args=of(slug="slug", public_id="simulated", simulation="simulation"), tokens=HIDDEN,
    ),
]  # fmt: skip
SIMULATION_PAGES = [
    Row("case_scenarios", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("case_sensitivity", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("draft_scenarios", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("draft_scenarios", "POST", 302, MEMBERS, INSIDE, CASE, SCENARIO),
    Row("case_simulation", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("case_simulation", "POST", 302, MEMBERS, INSIDE, CASE, body(trials="100")),
]


def set_up(world: Any) -> dict[str, Any]:
    """The newest version with a range around its first price, simulated once."""
    newest = Snapshot.objects.filter(case__use_case=world.use_case).order_by("-number").first()
    plan = plan_of(newest)
    first = plan.lines[0]
    around = Range(first.unit_price * Decimal("0.5"), first.unit_price * 2)
    changed = replace(plan, lines=(replace(first, unit_price_range=around), *plan.lines[1:]))
    snapshot = services.write_snapshot(actor=world.lead, use_case=world.use_case, plan=changed)
    run, _new = ask_simulation(actor=world.lead, snapshot=snapshot, trials=100, seed=1)
    return {"simulated": snapshot.public_id, "simulation": run.public_id}
