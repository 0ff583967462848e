"""Plans with something uncertain in them, small enough to be checked by hand."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

from governance.economics.drivers.classification import Classification, Incumbent, Quality
from governance.economics.plan import Bias, Discount, Exchange, Inflation, Line, Mitigation, Plan, Range, Scenario

FLAT = Discount(((0, D("0.1")),))


def line(
    key: str, kind: str = "cost", quantity: str = "1", price: str = "1", periods: tuple[int, int] = (0, 0), **fields: Any
) -> Line:
    return Line(key, key.title(), kind, D(quantity), "unit", D(price), *periods, **fields)


def around(low: str, high: str) -> Range:
    return Range(D(low), D(high))


def plan(*lines: Line, **fields: Any) -> Plan:
    given = {"currency": "EUR", "period": "year", "horizon": 3, "prices": "real", "discount": FLAT, "lines": lines}
    return Plan(**{**given, **fields})


def simple() -> Plan:
    """Out 1,000 at once, in 400 a year for three years; at 10 % that is worth -5.26 (-1000 + 400 × 2.48685...)."""
    return plan(
        line("build", "cost", "10", "100", quantity_range=around("8", "15")),
        line("saved", "benefit", "40", "10", (1, 3), quantity_range=around("20", "70"), unit_price_range=around("8", "13")),
    )


def classification(**fields: Any) -> Classification:
    """The case of the textbook: 100,000 cases, 2 % positive, recall 0.7, precision 0.35, against doing nothing: worth 500,800."""
    given: dict[str, Any] = {
        "cases": D(100_000),
        "prevalence": D("0.02"),
        "model": Quality(D("0.7"), D("0.35")),
        "incumbent": Incumbent("nothing"),
        "value_true_positive": D(180),
        "cost_false_negative": D(200),
        "cost_false_positive": D(12),
    }
    return Classification(**{**given, **fields})


def rich() -> Plan:
    """One of everything: months, steps, inflation, currencies, bias, growth, risk, a driver, a line whose key begins with
    another's."""
    bias = Bias("software", "Software", D(2), D("0.1"), (Mitigation("Pilot", D("0.6"), "pilot.pdf"),))
    return plan(
        line(
            "gpu",
            "cost",
            "300",
            "2.5",
            (0, 30),
            every="month",
            currency="USD",
            growth=D("0.05"),
            quantity_range=around("200", "500"),
        ),
        line("gpu.spot", "cost", "20", "1.5", (3, 30), every="quarter", risk=D("0.2"), unit_price_range=around("1", "4")),
        line("team", "cost", "2", "4000", (0, 11), bias="software", risk=D("0.1"), risk_reason="new"),
        line("saved", "benefit", "90", "45", (6, 36), risk=D("0.15"), growth=D("0.02"), quantity_range=around("50", "140")),
        line("caught", "benefit", periods=(6, 36), every="year", driver=classification(), risk=D("0.3")),
        period="month",
        horizon=36,
        prices="nominal",
        discount=Discount(((0, D("0.035")), (2, D("0.03")))),
        inflation=Inflation(D("0.025")),
        exchange=(Exchange("USD", D("0.9")),),
        biases=(bias,),
        mid_period=True,
        scenarios=(Scenario("low", "Low", {"line.saved.quantity": D(60), "rate": D("0.05")}),),
    )
