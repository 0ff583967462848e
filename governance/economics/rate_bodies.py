"""A rate that was written down as the value that a plan has, and what is wrong with one. Pure.

A record is checked by the rules of plans, in a plan that has nothing but it: what can be recorded can be taken over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from governance.economics.plan import ALWAYS, Bias, Discount, Exchange, Inflation, Plan
from governance.economics.plan.checked import problems_of
from governance.economics.plan.problems import Problem
from governance.economics.plan.reading import Reader
from governance.economics.plan.texts import currency_problems, key_problems
from governance.economics.plan.written import plan_as_mapping, read_plan

KINDS = ("discount", "inflation", "exchange", "bias")
_PLACES = {"discount": "discount", "inflation": "inflation", "exchange": "exchange.0", "bias": "biases.0"}
_OWN = {"source", "dated"}  # of the record, wherever the kind has them
_OF_RECORD = {"bias": {"key", "title", "mitigations"}, "exchange": {"currency"}}  # said elsewhere, or not for all cases

Rate = Discount | Inflation | Exchange | Bias


class RecordLike(Protocol):
    """What the pure functions want of a record."""

    @property
    def kind(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def body(self) -> Mapping[str, Any]: ...
    @property
    def source(self) -> str: ...
    @property
    def dated(self) -> date: ...


@dataclass(frozen=True, slots=True)
class Draft:
    """A record that is not one yet."""

    kind: str
    key: str
    title: str
    body: Mapping[str, Any]
    source: str
    dated: date


def currencies_of(key: str) -> tuple[str, str]:
    """Of `USD/EUR` what is exchanged and what it is stated in; empty where the key is none."""
    one, _slash, other = key.partition("/")
    return one, other


def rate_of(record: RecordLike) -> Rate:
    """The rate as a plan has it, with its source and day."""
    plan = read_plan(_mapping(record), Reader())
    if record.kind == "discount":
        return plan.discount
    if record.kind == "exchange":
        return plan.exchange[0]
    if record.kind == "bias":
        return plan.biases[0]
    return plan.inflation or Inflation(plan.tolerance)  # what was recorded has one


def body_of(rate: Rate) -> dict[str, Any]:
    """What a record keeps of a rate: canonical, without what the record says itself. A discount rate always says its prices."""
    plan = plan_as_mapping(_with(_blank("EUR"), rate))
    if isinstance(rate, Discount):
        return {"prices": "real", **_without(plan["discount"], "discount")}
    if isinstance(rate, Inflation):
        return _without(plan["inflation"], "inflation")
    if isinstance(rate, Exchange):
        return _without(plan["exchange"][0], "exchange")
    return _without(plan["biases"][0], "bias")


def problems_with(record: RecordLike) -> list[tuple[str, Problem]]:
    """All that is wrong with a record, each with the field of the record: kind, key, title, body or below it, source, dated."""
    if record.kind not in KINDS:
        return [("kind", Problem("kind", "choice", {"choices": ", ".join(KINDS)}))]
    if not isinstance(record.body, Mapping):
        return [("body", Problem("body", "not_a_mapping"))]
    extra = {*_OWN, *_OF_RECORD.get(record.kind, ())} & set(record.body)
    found = [(f"body.{name}", Problem(f"body.{name}", "unknown")) for name in sorted(extra)]
    found += [("key", problem) for problem in _key_problems(record)]
    if found and extra:
        return found
    place = _PLACES[record.kind]
    for problem in problems_of(_mapping(record)):
        if problem.path == place or problem.path.startswith(f"{place}."):
            field = _field(record.kind, problem.path.removeprefix(place).removeprefix("."))
            if not any(known == field for known, _problem in found):
                found.append((field, problem))
    return found


def fits(record: RecordLike, currency: str) -> bool:
    """Whether a case in that currency can take the record over."""
    return record.kind != "exchange" or currencies_of(record.key)[1] == currency


def taken_over(plan: Plan, records: Iterable[RecordLike]) -> Plan:
    """The plan with the records in it, each with its source and day. What the plan had of the same currency or kind of project gives
    way; what was done about a bias in this case stays."""
    for record in records:
        plan = _with(plan, rate_of(record))
    return plan


def without(plan: Plan, name: str) -> Plan:
    """The plan without `exchange.USD`, `bias.software` or `inflation`; any other name takes nothing out."""
    part, _dot, key = name.partition(".")
    if part == "exchange":
        return replace(plan, exchange=tuple(rate for rate in plan.exchange if rate.currency != key))
    if part == "bias":
        return replace(plan, biases=tuple(bias for bias in plan.biases if bias.key != key))
    return replace(plan, inflation=None) if name == "inflation" else plan


def _with(plan: Plan, rate: Rate) -> Plan:
    if isinstance(rate, Discount):
        return replace(plan, discount=rate)
    if isinstance(rate, Inflation):
        return replace(plan, inflation=rate)
    if isinstance(rate, Exchange):
        return replace(plan, exchange=(*(old for old in plan.exchange if old.currency != rate.currency), rate))
    before = next((old for old in plan.biases if old.key == rate.key), None)
    kept = replace(rate, mitigations=before.mitigations if before else rate.mitigations)
    if before is None:
        return replace(plan, biases=(*plan.biases, kept))
    return replace(plan, biases=tuple(kept if old.key == rate.key else old for old in plan.biases))


def _blank(currency: str) -> Plan:
    return Plan(currency, "year", 1, "real", Discount(()))


def _mapping(record: RecordLike) -> dict[str, Any]:
    """A plan that has nothing but this record, as it is written."""
    said = {**record.body, "source": record.source, "dated": record.dated}
    plan: dict[str, Any] = {"currency": "EUR", "period": "year", "horizon": 1, "prices": "real", "lines": []}
    plan["discount"] = {"steps": [[0, 0]]}
    if record.kind == "discount":
        return plan | {"discount": said, "prices": said.get("prices", "real")}
    if record.kind == "inflation":
        return plan | {"inflation": said}
    if record.kind == "exchange":
        one, other = currencies_of(record.key)
        return plan | {"currency": other, "exchange": [{"currency": one, **said}]}
    return plan | {"biases": [{"key": record.key, "title": record.title, **said}]}


def _key_problems(record: RecordLike) -> Iterator[Problem]:
    if record.kind == "exchange":
        one, other = currencies_of(record.key)
        yield from [*currency_problems("key", one), *currency_problems("key", other)][:1]
    else:
        yield from key_problems("key", record.key)


def _field(kind: str, path: str) -> str:
    """Where in the record the value of a plan at this path stands."""
    if path in ("source", "dated", "key", "title"):
        return path
    if kind == "exchange" and path == "currency":
        return "key"
    return f"body.{path}" if path else "body"


def _without(mapping: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {name: value for name, value in mapping.items() if name not in _OWN | _OF_RECORD.get(kind, set())}


__all__ = [
    "ALWAYS",
    "KINDS",
    "Draft",
    "Rate",
    "body_of",
    "currencies_of",
    "fits",
    "problems_with",
    "rate_of",
    "taken_over",
    "without",
]
