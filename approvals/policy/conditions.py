"""When a step applies: comparisons of facts that have a type. No expressions, no code, nothing but comparisons.

A condition speaks of one fact. What is not known makes it neither true nor false, and the caller has to refuse.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any, Literal

Kind = Literal["text", "ordered", "set", "decimal"]
FactValue = str | Decimal | frozenset[str] | None
Value = str | tuple[str, ...] | Decimal

EQUALITIES = ("equals", "in")
COMPARISONS = ("at_least", "at_most", "more_than", "less_than")
CONTAINMENTS = ("any", "all", "none")
OPS = (*EQUALITIES, *COMPARISONS, *CONTAINMENTS)
OPS_OF: Mapping[Kind, tuple[str, ...]] = {
    "text": EQUALITIES,
    "ordered": (*EQUALITIES, *COMPARISONS),
    "set": CONTAINMENTS,
    "decimal": COMPARISONS,
}
MANY = ("in", *CONTAINMENTS)  # whose value is a list of names


@dataclass(frozen=True, slots=True)
class Fact:
    """What a condition may speak of. `values`: those that it may have, the lowest first if it is ordered; empty for any."""

    kind: Kind
    values: tuple[str, ...] = ()

    @property
    def ops(self) -> tuple[str, ...]:
        return OPS_OF[self.kind]


FACTS: Mapping[str, Fact] = {
    "risk_tier": Fact("ordered", ("low", "medium", "high")),
    "environment": Fact("text"),
    "purpose": Fact(
        "text",
        (
            "deployment", "rollback", "definition", "change", "use", "baseline", "provision", "exception", "signoff", "publish",
        ),
    ),
    "kind": Fact("text", ("model", "rule_baseline", "data_product", "pipeline", "configuration", "external_service")),
    "changed": Fact("set"),
    "cost": Fact("decimal"),
    "sensitivity": Fact("ordered", ("public", "internal", "personal", "sensitive")),
    "scope": Fact("text", ("use_case", "organisation")),
    "provision.kind": Fact("text", ("gpu", "storage", "licence", "environment", "exception", "other")),
    "provision.total": Fact("decimal"),
    "provision.within_budget": Fact("text", ("yes", "no")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison: `fact` `op` `value`. `value` is a name, a list of names (`in`, `any`, `all`, `none`) or a Decimal.

    The order within a list means nothing. Raises ValueError for an unknown fact, a comparison that the fact does not have, and a
    value that can never be compared with it.
    """

    fact: str
    op: str
    value: Value

    def __post_init__(self) -> None:
        fact = FACTS.get(self.fact)
        if fact is None:
            raise ValueError(f"there is no fact {self.fact}")
        if self.op not in fact.ops:
            raise ValueError(f"{self.fact} cannot be compared by {self.op}")
        if self.op in MANY:
            if isinstance(self.value, str | Decimal) or not self.value:
                raise ValueError(f"{self.fact} {self.op} needs a list of names")
            object.__setattr__(self, "value", tuple(sorted(set(self.value))))
        elif fact.kind == "decimal":
            if not isinstance(self.value, Decimal) or not self.value.is_finite():
                raise ValueError(f"{self.fact} {self.op} needs a number")
        elif not isinstance(self.value, str) or not self.value:
            raise ValueError(f"{self.fact} {self.op} needs a name")
        odd = [name for name in self.names() if fact.values and name not in fact.values]
        if odd:
            raise ValueError(f"{self.fact} is never {', '.join(odd)}")

    def names(self) -> tuple[str, ...]:
        """The names that it compares with."""
        if isinstance(self.value, Decimal):
            return ()
        return (self.value,) if isinstance(self.value, str) else self.value

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        """Whether it holds; None if the fact is absent, None, or nothing that it could be."""
        kind = FACTS[self.fact].kind
        found = facts.get(self.fact)
        if found is None:
            return None
        if kind == "set":
            return self._contains(found)
        if kind == "decimal":
            number = _decimal(found)
            return None if number is None or not isinstance(self.value, Decimal) else _compare(self.op, number, self.value)
        if not isinstance(found, str):
            return None
        order = FACTS[self.fact].values
        if order and found not in order:
            return None
        if self.op in EQUALITIES:
            return found in self.names()
        return _compare(self.op, order.index(found), order.index(str(self.value)))

    def _contains(self, found: Any) -> bool | None:
        if not isinstance(found, AbstractSet | list | tuple) or not all(isinstance(name, str) for name in found):
            return None
        wanted = set(self.names())
        if self.op == "all":
            return wanted <= set(found)
        return wanted.isdisjoint(found) is (self.op == "none")


def applies(conditions: Iterable[Condition], facts: Mapping[str, Any]) -> bool | None:
    """Whether all of them hold; None as soon as one fact that is spoken of is not known, whatever the others say."""
    held = [condition.holds(facts) for condition in conditions]
    return None if None in held else all(held)


def missing_facts(conditions: Iterable[Condition], facts: Mapping[str, Any]) -> tuple[str, ...]:
    """The facts that are spoken of and not known, each once."""
    return tuple(dict.fromkeys(condition.fact for condition in conditions if condition.holds(facts) is None))


def can_hold(conditions: Collection[Condition]) -> bool:
    """Whether there are facts for which all of them hold. False is certain; conditions on the same fact may contradict."""
    return all(
        _satisfiable([item for item in conditions if item.fact == name], FACTS[name]) for name in {c.fact for c in conditions}
    )


def _satisfiable(conditions: list[Condition], fact: Fact) -> bool:
    name = conditions[0].fact
    if fact.kind == "set":
        wanted = {item for condition in conditions if condition.op == "all" for item in condition.names()}
        barred = {item for condition in conditions if condition.op == "none" for item in condition.names()}
        alternatives = [set(condition.names()) for condition in conditions if condition.op == "any"]
        return wanted.isdisjoint(barred) and all(names - barred for names in alternatives)
    if fact.kind == "decimal":
        # A linear order: if anything holds, then one of the bounds, or a point beside or between them.
        bounds = sorted(condition.value for condition in conditions if isinstance(condition.value, Decimal))
        points = [
            bounds[0] - 1,
            *bounds,
            *((low + high) / 2 for low, high in pairwise(bounds)),
            bounds[-1] + 1,
        ]
        return any(applies(conditions, {name: point}) for point in points)
    values = fact.values or tuple({item for condition in conditions for item in condition.names()})
    return any(applies(conditions, {name: value}) for value in values)


def _compare(op: str, found: Any, bound: Any) -> bool:
    if op == "at_least":
        return bool(found >= bound)
    if op == "at_most":
        return bool(found <= bound)
    return bool(found > bound) if op == "more_than" else bool(found < bound)


def _decimal(value: Any) -> Decimal | None:
    """A finite number, also out of a record that keeps decimals as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
