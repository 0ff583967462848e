"""The two written forms of a policy: the canonical mapping, which its digest is over, and YAML. `parse` reads both back."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from foundation.canonical import decimal_text

if TYPE_CHECKING:
    from approvals.policy.conditions import Condition
    from approvals.policy.model import BreakGlass, Policy, StandardChange, Step

PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 :_-]*")
SHORT = ("equals", "in")  # written as the bare value, if it is all that is said about the fact


def as_mapping(policy: Policy) -> dict[str, Any]:
    """The canonical body, which `parse` reads back.

    What the first policies could already say is written out, defaults too; whatever came later is written only where it departs
    from its default, so that no digest changes because the language has grown.
    """
    return {
        **({"key": policy.key} if policy.key else {}),
        "title": policy.title,
        "distinct_humans": policy.distinct_humans,
        **({"open_for": _days_text(policy.open_for_days)} if policy.open_for_days is not None else {}),
        **({"valid_for": _days_text(policy.valid_for_days)} if policy.valid_for_days is not None else {}),
        **({"grace": _days_text(policy.grace_days)} if policy.grace_days else {}),
        **({} if policy.conditional else {"conditional": False}),
        **_break_glass(policy.break_glass),
        "steps": [step_mapping(step) for step in policy.steps],
        **(
            {"standard_changes": [change_mapping(change) for change in policy.standard_changes]}
            if policy.standard_changes
            else {}
        ),
        "checks": dict(sorted(policy.checks.items())),
        **({"reviewed_for": list(policy.reviewed_for)} if policy.reviewed_for else {}),
        **({"worth_tolerance": str(policy.worth_tolerance)} if policy.worth_tolerance is not None else {}),
    }


def step_mapping(step: Step) -> dict[str, Any]:
    """One step as it stands in the canonical body."""
    escalate = {"after": str(step.escalate_after), "to": step.escalate_to} if step.escalate_after is not None else {}
    return {
        "key": step.key,
        "title": step.title,
        **({"description": step.description} if step.description else {}),
        "role": step.role,
        "quorum": step.quorum,
        "after": list(step.after),
        "covers": list(step.covers),
        "exclude": list(step.exclude),
        **({"applies_if": conditions_mapping(step.applies_if)} if step.applies_if else {}),
        **({"signature": step.signature} if step.signature != "click" else {}),
        **({"sla": str(step.sla)} if step.sla is not None else {}),
        **({"calendar": step.calendar} if step.calendar else {}),
        **({"remind": [str(reminder) for reminder in step.remind]} if step.remind else {}),
        **({"escalate": escalate} if escalate else {}),
        **({"bulk": True} if step.bulk else {}),
    }


def conditions_mapping(conditions: Iterable[Condition]) -> dict[str, Any]:
    """Conditions by fact: the bare value, or a mapping from the comparison to what is compared with."""
    by_fact: dict[str, dict[str, Any]] = {}
    for condition in conditions:
        value = condition.value
        plain = _number(value) if isinstance(value, Decimal) else value if isinstance(value, str) else list(value)
        by_fact.setdefault(condition.fact, {})[condition.op] = plain
    return {
        fact: next(iter(said.values())) if len(said) == 1 and next(iter(said)) in SHORT else said
        for fact, said in by_fact.items()
    }


def change_mapping(change: StandardChange) -> dict[str, Any]:
    """One standard change as it stands in the canonical body."""
    return {
        "key": change.key,
        "title": change.title,
        "touches": list(change.touches),
        **({"limits": _plain(change.limits)} if change.limits else {}),
        "without": list(change.without),
    }


def dump(policy: Policy) -> str:
    """The policy as YAML. `parse(dump(policy)) == policy`."""
    yaml = YAML(typ="rt", pure=True)
    yaml.default_flow_style = False
    yaml.width = 120
    out = io.StringIO()
    yaml.dump(with_inline_lists(as_mapping(policy)), out)
    return out.getvalue()


def with_inline_lists(value: Any) -> Any:
    """A copy for the YAML writer, in which short lists of names stay on their line."""
    if isinstance(value, Mapping):
        return CommentedMap((key, with_inline_lists(item)) for key, item in value.items())
    if not isinstance(value, list | tuple):
        return value
    items = CommentedSeq([with_inline_lists(item) for item in value])
    if all(isinstance(item, str) and PLAIN_NAME.fullmatch(item) for item in items):
        items.fa.set_flow_style()
    return items


def _break_glass(value: BreakGlass | None) -> dict[str, Any]:
    if value is None:
        return {"break_glass": False}
    if value == type(value)():
        return {}
    return {"break_glass": {"roles": list(value.roles), "hours": value.hours, "review_within": str(value.review_within)}}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in sorted(value.items())}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return decimal_text(value) if isinstance(value, Decimal) else value


def _number(value: Decimal) -> int | str:
    """Whole numbers as such, if a reader of YAML cannot mistake them; others as text."""
    text = decimal_text(value)
    return int(text) if "." not in text and len(text) < 10 else text


def _days_text(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"
