"""Steps that are asked of each of those whom a change touches: one step per person or team, known only once there is something to judge.

Such a step names `each_steward` or `each_reading_team` instead of a role. Who they are is a fact about what is judged, gathered and
recorded as every other fact is: so the same policy and the same record always give the same steps. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from approvals.policy.model import Policy, Step

EACH: Mapping[str, str] = {"each_steward": "stewards", "each_reading_team": "reading_teams"}  # → the fact that names them
EACH_COVERS = "dictionary_change"  # nothing else that is judged has stewards and readers
LONGEST_KEY = 28  # leaves room for whom a step is asked of within the 60 characters of a ballot's step
_ASKED = "."  # between the key of a step and whom it is asked of: no key that somebody writes has one
_SEAT = ":"  # the same for its role


def expanded(policy: Policy, facts: Mapping[str, Any], names: Mapping[str, str] | None = None) -> Policy:
    """The policy as it is asked: one step for each whom the facts name, in the place of the step that asks for each of them.

    A step stays as it is where the facts name nobody, or do not say. It is the same policy and keeps its digest. Who else is asked
    changes nothing for a step that waits for them all: it keeps its digest as well. `names`: what they are called, for the titles.
    """
    if not policy.asks_each:
        return policy
    asked = {step.key: whom for step in policy.steps if (whom := _named(step, facts))}
    if not asked:
        return policy
    keys = {key: tuple(f"{key}{_ASKED}{one}" for one in whom) for key, whom in asked.items()}
    steps: list[Step] = []
    for step in policy.steps:
        if step.key in asked:
            steps += for_each(step, asked[step.key], names)
        else:
            steps.append(step)
    changes = tuple(
        replace(change, without=tuple(name for key in change.without for name in keys.get(key, (key,))))
        for change in policy.standard_changes
    )
    found = replace(policy, steps=tuple(_rewired(step, keys) for step in steps), standard_changes=changes)
    object.__setattr__(found, "digest", policy.digest)
    return found


def for_each(step: Step, whom: Iterable[str], names: Mapping[str, str] | None = None) -> list[Step]:
    """The step as it is asked of each of them."""
    return [_for_one(step, one, (names or {}).get(one, one)) for one in whom]


def seat_of(role: str, one: str) -> str:
    """The role of a step that is asked of one person or team alone: `each_steward:us_…`. Nobody is ever granted it."""
    return f"{role}{_SEAT}{one}"


def as_written(name: str) -> str:
    """The key or role of a step as the policy has it, without whom it is asked of."""
    return name.partition(_ASKED)[0].partition(_SEAT)[0]


def _named(step: Step, facts: Mapping[str, Any]) -> list[str]:
    fact = facts.get(EACH[step.role]) if step.role in EACH else None
    return sorted(fact) if isinstance(fact, frozenset) else []


def _for_one(step: Step, one: str, name: str) -> Step:
    return replace(step, key=f"{step.key}{_ASKED}{one}", role=seat_of(step.role, one), title=f"{step.title} · {name}")


def _rewired(step: Step, keys: Mapping[str, tuple[str, ...]]) -> Step:
    """The same step, waiting for each of those in whose place a step stood, and kept apart from each of them."""
    if not any(name.removeprefix("step:") in keys for name in (*step.after, *step.exclude)):
        return step
    after = tuple(new for name in step.after for new in keys.get(name, (name,)))
    exclude = [
        new
        for name in step.exclude
        for new in ([f"step:{key}" for key in keys.get(name.removeprefix("step:"), ())] if name.startswith("step:") else [])
        or [name]
    ]
    found = replace(step, after=after, exclude=tuple(exclude))
    object.__setattr__(found, "digest", step.digest)
    return found
