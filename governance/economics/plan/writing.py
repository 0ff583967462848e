"""A plan as plain values that can be stored, hashed and sent. Pure.

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

FORMAT = "countersign/economics/2"


def plan_as_mapping(plan: Plan) -> dict[str, Any]:
    """The plan as canonical JSON takes it. Plans that differ in the order of their lines, rates or scenarios give the same."""
    return {"format": FORMAT, **_mapping(plan)}


def line_as_mapping(line: Line) -> dict[str, Any]:
    """One line as it stands in a plan that is written."""
    return _mapping(line)


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
