"""What a simulation found as it is kept: texts of exact decimals, so that its digest is the same wherever it is reckoned. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from foundation.canonical import decimal_text
from governance.economics.simulation import Simulation

FORMAT = "countersign/simulation-result/1"


def result_as_mapping(found: Simulation) -> dict[str, Any]:
    """Amounts in the plan's currency, shares from 0 to 1, payback in periods. `inputs_digest` is over what it was reckoned from."""
    payback = found.discounted_payback
    return {
        "format": FORMAT,
        "inputs_digest": found.digest,
        "seed": found.seed,
        "trials": found.trials,
        "generator": found.generator,
        "numpy": found.numpy,
        "base": _text(found.base),
        "mean": _text(found.mean),
        "standard_deviation": _text(found.standard_deviation),
        "standard_error": _text(found.standard_error),
        "percentiles": {str(share): _text(value) for share, value in found.percentiles.items()},
        "below_zero": _text(found.below_zero),
        "convergence": [
            {"trials": point.trials, "mean": _text(point.mean), "standard_error": _text(point.standard_error)}
            for point in found.convergence
        ],
        "histogram": [{"low": _text(bin_.low), "high": _text(bin_.high), "count": bin_.count} for bin_ in found.histogram],
        "inputs": [
            {
                "name": item.name,
                "low": decimal_text(item.low),
                "likely": decimal_text(item.likely),
                "high": decimal_text(item.high),
                "rank_correlation": _maybe(item.rank_correlation),
            }
            for item in found.inputs
        ],
        "ranked": found.ranked,
        "discounted_payback": {
            "never": _text(payback.never),
            "percentiles": {str(share): _maybe(value) for share, value in payback.percentiles.items()},
        },
        "check": {"trials": found.check.trials, "difference": _text(found.check.difference)},
    }


def figure_of(result: Mapping[str, Any], *path: str) -> Decimal:
    """A figure of what was kept, such as `figure_of(result, "percentiles", "50")`."""
    value: Any = result
    for name in path:
        value = value[name]
    return Decimal(value)


def _text(value: float) -> str:
    """The shortest text that gives the same float again."""
    return decimal_text(Decimal(repr(float(value))))


def _maybe(value: float | None) -> str | None:
    return None if value is None else _text(value)
