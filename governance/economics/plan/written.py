"""A plan as plain values, and back: `writing` makes them, and here they are read, in the second format and the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from governance.economics.cashflow.discounting import yearly_rate
from governance.economics.plan.model import Plan
from governance.economics.plan.problems import NotWritten
from governance.economics.plan.reading import Reader
from governance.economics.plan.writing import FORMAT, line_as_mapping, plan_as_mapping

__all__ = ["FORMAT", "line_as_mapping", "plan_as_mapping", "plan_from_mapping", "read_plan"]

_FIRST_FORMAT = "countersign/economics/1"
_OF_FIRST_FORMAT = {"discount_rate", "real_or_nominal"}


def plan_from_mapping(mapping: Mapping[str, Any]) -> Plan:
    """The plan that was written, also in the first format (lines of quantity, price and periods; one rate).

    Raises NotWritten with each path and reason. Lines, rates and scenarios keep the order that they have in the mapping.
    """
    reader = Reader()
    plan = read_plan(mapping, reader)
    if reader.problems:
        raise NotWritten(tuple(reader.problems))
    return plan


def read_plan(mapping: Any, reader: Reader) -> Plan:
    """The plan with what can be read of it; in place of all else stands something harmless, and `reader` says where that is."""
    said, first = _in_second_format(mapping, reader)
    plan = reader.plan(said)
    return _with_yearly_rate(plan) if first and plan.period == "month" else plan


def _with_yearly_rate(plan: Plan) -> Plan:
    """The first format states its rate a period, a plan states it a year. What is no rate stays, for the checks to tell."""
    steps = tuple((since, yearly_rate(rate, 12) if rate > -1 else rate) for since, rate in plan.discount.steps)
    return replace(plan, discount=replace(plan.discount, steps=steps))


def _in_second_format(mapping: Any, reader: Reader) -> tuple[Any, bool]:
    """The mapping with the names of today, and whether it was in the first format."""
    if not isinstance(mapping, Mapping):
        return mapping, False
    found = mapping.get("format", _FIRST_FORMAT if _OF_FIRST_FORMAT & set(mapping) else FORMAT)
    rest = {name: value for name, value in mapping.items() if name != "format"}
    if found == FORMAT:
        return rest, False
    if found != _FIRST_FORMAT:
        reader.tell("format", "format", found=found, wanted=FORMAT)
        return rest, False
    if isinstance(rest.get("case"), Mapping):  # as it lies in the component of a manifest
        rest = dict(rest["case"])
    prices = rest.pop("real_or_nominal", None)
    if prices is not None:
        rest["prices"] = prices
    if "discount_rate" in rest:
        rest["discount"] = {"steps": [[0, rest.pop("discount_rate")]]} | ({"prices": prices} if prices is not None else {})
    return rest, True
