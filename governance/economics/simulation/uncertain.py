"""Which inputs of a case are uncertain, and how. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from governance.economics.cashflow import Refused
from governance.economics.plan import Range
from governance.economics.scenarios import Input, checked, input_named
from governance.economics.simulation.pert import Pert


def uncertain(inputs: Mapping[str, Input], ranges: Mapping[str, Range]) -> dict[str, Pert]:
    """Every input with a range, by name and in that order: those that the plan states, and `ranges` besides or in their place.

    Raises Refused at the name of the input: `input.unknown`; `range.whole` for periods and `included`, between whose values there
    is nothing; `range.no_effect` for rates that the net present value does not depend on; `range.order` where it is not low <=
    likely <= high; `range.not_a_number`; `input.out_of_bounds` where an end is not allowed.
    """
    stated = {name: Range(item.low, item.high) for name, item in inputs.items() if item.low is not None and item.high is not None}
    found: dict[str, Pert] = {}
    for name, around in sorted({**stated, **ranges}.items()):
        item = input_named(inputs, name)
        if item.whole:
            raise Refused("range.whole", name, {})
        if name in ("finance_rate", "reinvestment_rate"):
            raise Refused("range.no_effect", name, {})
        found[name] = Pert.checked(name, around.low, item.value, around.high)
        for end in (around.low, around.high):
            checked(inputs, name, end)
    return found
