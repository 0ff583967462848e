"""A case under other assumptions: with a version's metrics, in one of its scenarios, with other values for some inputs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from governance.economics.cashflow import Evaluation, Refused, evaluate
from governance.economics.plan import Plan
from governance.economics.revaluing import worth_of
from governance.economics.scenarios import BASE, DO_NOTHING, overridden


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a case comes to in one scenario. `title` is empty for `do_nothing` and `base`, whose names are the page's."""

    key: str
    title: str
    overrides: Mapping[str, Decimal]
    evaluation: Evaluation


def outcomes_of(
    plan: Plan, *, overrides: Mapping[str, Decimal] | None = None, metrics: Mapping[str, Decimal] | None = None, only: str = ""
) -> tuple[Outcome, ...]:
    """Every scenario, or the one of that key: `do_nothing` and `base` first, then those of the plan in their order.

    A version's metrics come first, then what a scenario says, then `overrides`, which hold in all scenarios. Raises Refused
    (`scenario.unknown` for a key that there is not; see `overridden` for the rest, in a scenario at `scenario.low.line.gpu.quantity`),
    and WrongInput for metrics that do not fit.
    """
    own = dict(overrides or {})
    measured = with_version(plan, metrics) if metrics is not None else plan
    overridden(measured, own)  # what is wrong for all is told as such, not as wrong in a scenario
    known: dict[str, tuple[str, Mapping[str, Decimal]]] = {DO_NOTHING: ("", {}), BASE: ("", {})}
    known |= {row.key: (row.title, row.overrides) for row in plan.scenarios}
    if only and only not in known:
        raise Refused("scenario.unknown", "scenario", {"key": only})
    return tuple(
        Outcome(key, title, said, _evaluated(measured, key, {**said, **own}))
        for key, (title, said) in known.items()
        if not only or key == only
    )


def plan_in_scenario(plan: Plan, key: str) -> Plan:
    """The plan as a scenario has it; `base` and an empty key leave it as it is. Raises Refused: `scenario.unknown`;
    `scenario.certain` for doing nothing, in which nothing can be drawn."""
    if key in ("", BASE):
        return plan
    if key == DO_NOTHING:
        raise Refused("scenario.certain", "scenario", {"key": key})
    found = next((row for row in plan.scenarios if row.key == key), None)
    if found is None:
        raise Refused("scenario.unknown", "scenario", {"key": key})
    return _in_scenario(plan, key, found.overrides)


def with_version(plan: Plan, metrics: Mapping[str, Decimal]) -> Plan:
    """The plan with a version's metrics in the lines that take them. Raises WrongInput or Refused for the first for which that cannot
    be done."""
    worth = worth_of(plan, metrics)
    for item in worth.unknown:
        raise item.why
    return worth.plan


def _evaluated(plan: Plan, key: str, overrides: Mapping[str, Decimal]) -> Evaluation:
    if key == DO_NOTHING:
        return evaluate(replace(plan, lines=()))
    return evaluate(_in_scenario(plan, key, overrides) if key != BASE else overridden(plan, overrides))


def _in_scenario(plan: Plan, key: str, overrides: Mapping[str, Decimal]) -> Plan:
    try:
        return overridden(plan, overrides)
    except Refused as refusal:
        raise Refused(refusal.code, f"scenario.{key}.{refusal.where}", refusal.params) from refusal
