"""A plan as plain values that can be stored, hashed and sent, and back. Pure.

Canonical: decimals as texts, days as ISO 8601, what has keys in their order. A field that has its default is left out, so that a field
which is added later changes no digest of a plan that does not use it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from foundation.canonical import decimal_text
from governance.economics import drivers
from governance.economics.plan.model import Bias, Correlation, Exchange, Line, Plan, Scenario
from governance.economics.plan.problems import NotWritten
from governance.economics.plan.reading import Reader

FORMAT = "countersign/economics/2"
_FIRST_FORMAT = "countersign/economics/1"
_OF_FIRST_FORMAT = {"discount_rate", "real_or_nominal"}


def plan_as_mapping(plan: Plan) -> dict[str, Any]:
    """The plan as canonical JSON takes it. Plans that differ in the order of their lines, rates or scenarios give the same."""
    return {"format": FORMAT, **_mapping(plan)}


def line_as_mapping(line: Line) -> dict[str, Any]:
    """One line as it stands in a plan that is written."""
    return _mapping(line)


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
    return reader.plan(_in_second_format(mapping, reader))


def _in_second_format(mapping: Any, reader: Reader) -> Any:
    if not isinstance(mapping, Mapping):
        return mapping
    found = mapping.get("format", _FIRST_FORMAT if _OF_FIRST_FORMAT & set(mapping) else FORMAT)
    rest = {name: value for name, value in mapping.items() if name != "format"}
    if found == FORMAT:
        return rest
    if found != _FIRST_FORMAT:
        reader.tell("format", "format", found=found, wanted=FORMAT)
        return rest
    if isinstance(rest.get("case"), Mapping):  # as it lies in the component of a manifest
        rest = dict(rest["case"])
    prices = rest.pop("real_or_nominal", None)
    if prices is not None:
        rest["prices"] = prices
    if "discount_rate" in rest:
        rest["discount"] = {"steps": [[0, rest.pop("discount_rate")]]} | ({"prices": prices} if prices is not None else {})
    return rest


def _mapping(value: Any) -> dict[str, Any]:
    """A value of the plan: its fields by name, without those that have their default."""
    return {item.name: _plain(told) for item in fields(value) if (told := getattr(value, item.name)) != _default(item)}


def _default(item: Any) -> Any:
    return item.default_factory() if item.default_factory is not MISSING else item.default


_ORDER: dict[type, Callable[[Any], Any]] = {
    Line: lambda line: line.key,
    Exchange: lambda rate: rate.currency,
    Bias: lambda bias: bias.key,
    Scenario: lambda scenario: scenario.key,
    Correlation: lambda pair: (pair.one, pair.other),
}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(value[name]) for name in sorted(value)}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in _ordered(value)]
    if is_dataclass(value) and type(value).__module__ == Plan.__module__:
        return _mapping(value)
    if value is None or isinstance(value, str | int):
        return value
    return dict(drivers.as_mapping(value))


def _ordered(items: Sequence[Any]) -> Iterable[Any]:
    order = _ORDER.get(type(items[0])) if items else None
    return sorted(items, key=order) if order else items
