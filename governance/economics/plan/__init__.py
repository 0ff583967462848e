"""A case as values: lines, rates, scenarios. What it comes to is reckoned in `cashflow`, `simulation` and `drivers`. Pure."""

from governance.economics.plan.model import (
    ALWAYS,
    Bias,
    Correlation,
    Discount,
    Driver,
    Exchange,
    Inflation,
    Line,
    Mitigation,
    Plan,
    Range,
    Scenario,
)

__all__ = [
    "ALWAYS",
    "Bias",
    "Correlation",
    "Discount",
    "Driver",
    "Exchange",
    "Inflation",
    "Line",
    "Mitigation",
    "Plan",
    "Range",
    "Scenario",
]
