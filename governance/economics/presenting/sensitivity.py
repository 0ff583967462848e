"""The tornado of a case: every input with a range moved alone, and what was assumed of those without one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from foundation.drawing.tornado import Swing
from governance.economics.baseline import Baseline
from governance.economics.cashflow import Refused
from governance.economics.pictures import sensitivity_picture
from governance.economics.plan import Plan, Range
from governance.economics.scenarios import Input
from governance.economics.sensitivity import Bar, tornado
from governance.economics.wording.inputs import input_told, roughly_told, short_told

ZERO, ONE = Decimal(0), Decimal(1)
AROUND = (0, 10, 20, 30, 50)  # per cent that an input without a range may be given
RATES = ("rate", "inflation")


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Bars, widest first; `assumed` are the inputs that have no range of their own and were given one, `turning` those whose worst or
    best outcome lies between the ends of their bar."""

    picture: dict[str, Any]
    bars: tuple[Bar, ...]
    stated: int
    assumed: list[str]
    turning: list[str]


def sensitivity_told(plan: Plan, around: int) -> Sensitivity:
    """Inputs without a range go `around` per cent up and down; with 0 they stay as they are. Raises Refused as `tornado` does."""
    baseline = Baseline.of(plan)
    ranges = dict(assumed_ranges(baseline, Decimal(around) / 100)) if around else {}
    bars = tornado(plan, ranges)
    swings = swings_of(plan, baseline.inputs, bars)
    label = {bar.name: input_told(plan, baseline.inputs[bar.name]) for bar in bars}
    return Sensitivity(
        picture=sensitivity_picture(swings, baseline.npv, currency=plan.currency).for_page("tornado"),
        bars=bars,
        stated=sum(1 for bar in bars if bar.name not in ranges),
        assumed=[label[bar.name] for bar in bars if bar.name in ranges],
        turning=[label[bar.name] for bar in bars if not bar.monotone],
    )


def assumed_ranges(baseline: Baseline, share: Decimal) -> Iterator[tuple[str, Range]]:
    """For each quantity, price, rate and input of a model without a range one of that share of it up and down, as far as it is allowed
    and the model can be so."""
    for item in baseline.inputs.values():
        if item.low is not None or item.whole or not item.value or not _is_usual(item):
            continue
        size = abs(item.value) * share
        low, high = item.value - size, item.value + size
        if item.field.startswith("driver.") and ZERO <= item.value <= ONE:
            high = min(high, ONE)  # mostly a share, and where it is none a part of the range does
        found = Range(low if item.least is None else max(low, item.least), high if item.most is None else min(high, item.most))
        if all(_can_be(baseline, item.name, end) for end in (found.low, found.high)):
            yield item.name, found


def _is_usual(item: Input) -> bool:
    return item.field in ("quantity", "unit_price") or item.field.startswith(("driver.", "exchange.")) or item.name in RATES


def _can_be(baseline: Baseline, name: str, value: Decimal) -> bool:
    try:
        baseline.npv_with(name, value)
    except Refused:
        return False
    return True


def swings_of(plan: Plan, inputs: Mapping[str, Input], bars: Iterable[Bar]) -> list[Swing]:
    """The bars in words, for page and paper alike."""
    return [
        Swing(short_told(plan, item), roughly_told(item, bar.low), roughly_told(item, bar.high), bar.npv_at_low, bar.npv_at_high)
        for bar in bars
        for item in (inputs[bar.name],)
    ]
