"""What a KPI comes to in people or things: `of 1,000 customers who would leave, 140 more are kept`. Pure.

A share says nothing to somebody who does not know of what. Where a KPI says out of how many it is meant, the distance between
now and wanted becomes a number that everybody can picture. Words are made elsewhere (`wording.py`), by language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

HUNDRED = Decimal(100)
DIGITS = 60  # a figure has up to 20, a population too: what they come to has more than the usual 28
# What a share is written as, and how many make a whole.
WHOLES = {
    "%": HUNDRED,
    "％": HUNDRED,
    "percent": HUNDRED,
    "per cent": HUNDRED,
    "百分比": HUNDRED,
    "‰": Decimal(1000),
    "per mille": Decimal(1000),
    "share": Decimal(1),
    "rate": Decimal(1),
}


@dataclass(frozen=True, slots=True)
class Consequence:
    """What reaching the target means for `population` of something.

    `shape` says how figure and population belong together: `share` and `count` are so many out of the population, `each` is
    so much for every one of it. `now`, `wanted` and `edge` are in people or things (for `each`: over all of them); `step` is
    how many more than now, negative for fewer, None where nobody said how much it is now. `exact` is false where a number
    was rounded.
    """

    shape: str
    population: Decimal
    wanted: Decimal
    now: Decimal | None
    step: Decimal | None
    edge: Decimal | None
    exact: bool


def consequence(kpi: Mapping[str, Any]) -> Consequence | None:
    """What a KPI comes to, or None where it does not say out of how many, or where its figures cannot be meant so."""
    with localcontext(prec=DIGITS):
        return _consequence(kpi)


def _consequence(kpi: Mapping[str, Any]) -> Consequence | None:
    population, target = kpi.get("population"), kpi.get("target")
    if population is None or target is None or population <= 0:
        return None
    baseline, tolerance = kpi.get("baseline"), kpi.get("tolerance")
    said = [value for value in (target, baseline) if value is not None]
    shape, factor = _shape(str(kpi.get("unit") or ""), population, said)
    if shape != "each" and any(value < 0 or value * factor > population for value in said):
        return None  # no share of a thing is below nothing or above the whole
    edge = None
    if tolerance:
        edge = target + tolerance if kpi.get("direction") == "down" else target - tolerance
        edge = max(edge, Decimal(0)) if shape != "each" else edge
    exact = [None if value is None else value * factor for value in (target, baseline, edge)]
    step = None if exact[1] is None or exact[0] is None else exact[0] - exact[1]
    shown = [_round(value) for value in (*exact, step)]
    return Consequence(
        shape=shape,
        population=population,
        wanted=shown[0] or Decimal(0),
        now=shown[1],
        edge=shown[2],
        step=shown[3],
        exact=all(is_ == was for is_, was in zip(shown, (*exact, step), strict=True)),
    )


def _shape(unit: str, population: Decimal, said: list[Decimal]) -> tuple[str, Decimal]:
    """How the figures belong to the population, and what one of them is worth in it."""
    whole = WHOLES.get(unit.strip().casefold())
    if whole is not None:
        return "share", population / whole
    if unit.strip():
        return "each", population
    if all(0 <= value <= 1 for value in said):
        return "share", population
    return "count", Decimal(1)


def _round(value: Decimal | None) -> Decimal | None:
    """Whole people and things from ten on, one digit behind the point below."""
    if value is None:
        return None
    return value.quantize(Decimal(1) if abs(value) >= 10 else Decimal("0.1")).normalize() + 0
