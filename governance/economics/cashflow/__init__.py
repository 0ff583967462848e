"""Cost against benefit over time: a plan laid out over its periods, discounted, and what it comes to. Pure, in Decimal."""

from foundation.rounding import rounded
from governance.economics.cashflow.discounting import discount_factors, nominal_rate, period_rate, real_rate, yearly_rate
from governance.economics.cashflow.explaining import MEASURES, Explanation, explained
from governance.economics.cashflow.laying import Flows, flows_of
from governance.economics.cashflow.measures import Evaluation, evaluate, npv, payback, payback_last
from governance.economics.cashflow.precision import CENTS, PRECISION
from governance.economics.cashflow.refusal import Refused
from governance.economics.cashflow.roots import Roots, roots_of

__all__ = [
    "CENTS",
    "MEASURES",
    "PRECISION",
    "Evaluation",
    "Explanation",
    "Flows",
    "Refused",
    "Roots",
    "discount_factors",
    "evaluate",
    "explained",
    "flows_of",
    "nominal_rate",
    "npv",
    "payback",
    "payback_last",
    "period_rate",
    "real_rate",
    "roots_of",
    "rounded",
    "yearly_rate",
]
