"""A policy as a value, its digest, and its two written forms: the canonical mapping and YAML."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq

from foundation.canonical import digest

CheckLevel = Literal["blocking", "advisory", "off"]

EXCLUSIONS = ("contributors",)


@dataclass(frozen=True, slots=True)
class Step:
    """One judgement that is asked for.

    `digest` covers what matters to the judgement (key, role, quorum, after, covers, exclude) and not the words around it: a
    ballot carries it, and a better title must not cost anybody an approval. The order within `after`, `covers` and `exclude`
    means nothing.
    """

    key: str
    title: str
    role: str
    quorum: int = 1
    after: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    exclude: tuple[str, ...] = EXCLUSIONS
    description: str = ""
    digest: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        if isinstance(self.quorum, bool) or self.quorum < 1:
            raise ValueError(f"the step {self.key} has a quorum of {self.quorum}: nobody would have to agree")
        if not self.covers:
            raise ValueError(f"the step {self.key} covers nothing: its approvals would outlive every change")
        for name in ("after", "covers", "exclude"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        judged = ("key", "role", "quorum", "after", "covers", "exclude")
        object.__setattr__(self, "digest", digest({name: getattr(self, name) for name in judged}))


@dataclass(frozen=True, slots=True)
class Policy:
    """Steps and what holds for all of them. Raises ValueError for steps that cannot be put in order.

    `open_for_days`: how long a request stays open; `valid_for_days`: how long its decision holds; None is without end.
    `order` has the positions of the steps, each behind those it waits for, else as written; `before` has, for each step, the
    positions of the steps that it waits for.
    """

    title: str
    steps: tuple[Step, ...]
    distinct_humans: bool = True
    open_for_days: int | None = None
    valid_for_days: int | None = None
    checks: Mapping[str, CheckLevel] = field(default_factory=dict)
    key: str = ""
    digest: str = field(init=False, compare=False)
    positions: dict[str, int] = field(init=False, compare=False, repr=False)
    before: tuple[tuple[int, ...], ...] = field(init=False, compare=False, repr=False)
    order: tuple[int, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        positions = {step.key: position for position, step in enumerate(self.steps)}
        if len(positions) != len(self.steps):
            raise ValueError("two steps have the same key")
        unknown = {name for step in self.steps for name in step.after} - positions.keys()
        if unknown:
            raise ValueError(f"there is no step {', '.join(sorted(unknown))}")
        cycles = find_cycles({step.key: step.after for step in self.steps})
        if cycles:
            raise ValueError(f"these steps wait for one another: {', '.join(cycles[0])}")
        before = tuple(tuple(positions[name] for name in step.after) for step in self.steps)
        object.__setattr__(self, "positions", positions)
        object.__setattr__(self, "before", before)
        object.__setattr__(self, "order", _in_order(before))
        object.__setattr__(self, "digest", digest(as_mapping(self)))

    def step(self, key: str) -> Step | None:
        position = self.positions.get(key)
        return None if position is None else self.steps[position]


def _in_order(before: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
    order: list[int] = []
    while len(order) < len(before):
        order.append(next(at for at, needs in enumerate(before) if at not in order and all(need in order for need in needs)))
    return tuple(order)


def find_cycles(after: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Each set of steps that wait for one another, as the way round. Steps that merely wait for such a set are not named."""
    left = {key: [name for name in names if name in after] for key, names in after.items()}
    cycles: list[list[str]] = []
    while True:
        while ready := [key for key, names in left.items() if not any(name in left for name in names)]:
            for key in ready:
                del left[key]
        if not left:
            return cycles
        way = [next(iter(left))]
        while way.count(way[-1]) < 2:
            way.append(next(name for name in left[way[-1]] if name in left))
        cycles.append(way[way.index(way[-1]) :])
        for key in cycles[-1][1:]:
            del left[key]


def as_mapping(policy: Policy) -> dict[str, Any]:
    """The canonical body, which `parse` reads back. Whatever was left to a default is written out, except what is absent."""
    steps = [
        {
            "key": step.key,
            "title": step.title,
            **({"description": step.description} if step.description else {}),
            "role": step.role,
            "quorum": step.quorum,
            "after": list(step.after),
            "covers": list(step.covers),
            "exclude": list(step.exclude),
        }
        for step in policy.steps
    ]
    return {
        **({"key": policy.key} if policy.key else {}),
        "title": policy.title,
        "distinct_humans": policy.distinct_humans,
        **({"open_for": _days_text(policy.open_for_days)} if policy.open_for_days is not None else {}),
        **({"valid_for": _days_text(policy.valid_for_days)} if policy.valid_for_days is not None else {}),
        "steps": steps,
        "checks": dict(sorted(policy.checks.items())),
    }


def dump(policy: Policy) -> str:
    """The policy as YAML. `parse(dump(policy)) == policy`."""
    yaml = YAML(typ="rt", pure=True)
    yaml.default_flow_style = False
    yaml.width = 120
    body = as_mapping(policy)
    for step in body["steps"]:
        for name in ("after", "covers", "exclude"):
            step[name] = CommentedSeq(step[name])
            step[name].fa.set_flow_style()
    out = io.StringIO()
    yaml.dump(body, out)
    return out.getvalue()


def _days_text(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"
