"""What conditions of steps speak of: gathered from the subject and the request, and kept as JSON with what was decided.

Every fact follows from the digests that are judged, from what never changes, and from the last approval of the line. So what was
recorded at the last command is true as long as those digests are the same; lists rely on it. Only whom a change touches (`AFFECTED`)
may be others by then: lists ask again once something has happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from approvals import subjects
from approvals.models import Decision, Request
from approvals.policy import EACH, FACTS, FactValue, Policy
from approvals.subjects import Judged

Facts = Mapping[str, FactValue]
AFFECTED = tuple(EACH.values())  # facts of which no condition speaks: whom to ask where a step is asked of each of them
STANDARD_CHANGE = "standard_change"  # beside the facts in the record: which one was found to hold


def matter_to(policy: Policy) -> bool:
    """Whether anything in the policy asks for a fact; most do not, and then none has to be gathered."""
    return policy.asks_each or bool(policy.standard_changes) or any(step.applies_if for step in policy.steps)


def facts_of(
    request: Request, subject: Any, digests: Mapping[str, str], since: Sequence[Decision], judged: Judged | None = None
) -> dict[str, FactValue]:
    """Every fact there is about a request now. `since`: the approvals of its line, newest first.

    `judged`, where the subject was judged just now, spares reading the same rows again.
    """
    adapter = subjects.adapter_for(request.subject_type)
    environment = request.environment
    found = adapter.facts(subject, environment) if judged is None else adapter.facts_over(subject, environment, judged)
    return facts_with(found, request, digests, since)


def facts_with(
    found: Mapping[str, Any], request: Request, digests: Mapping[str, str], since: Sequence[Decision]
) -> dict[str, FactValue]:
    """What the subject's adapter found, and what follows from the request itself."""
    return {
        **{name: found.get(name) for name in FACTS},
        **{name: found[name] for name in AFFECTED if name in found},
        "environment": request.environment.slug if request.environment else None,
        "purpose": request.purpose,
        "scope": "organisation" if request.use_case_id is None else "use_case",
        "changed": changed_since(digests, since[0] if since else None),
    }


def changed_since(digests: Mapping[str, str], before: Decision | None) -> frozenset[str]:
    """The components that differ from what was approved; all of them where nothing was."""
    known = before.manifest if before is not None else {}
    return frozenset(name for name in {*digests, *known} if digests.get(name) != known.get(name))


def standard_change_of(
    request: Request, policy: Policy, subject: Any, digests: Mapping[str, str], since: Sequence[Decision]
) -> str | None:
    """The first standard change of the policy that this is: it touches nothing else, and its limits are kept.

    Both are measured from the last approval that was asked of everybody, not from one that was a standard change itself: many
    small steps must not add up to what nobody looked at. What was never approved in full, or does not differ, is none.
    """
    if not policy.standard_changes:
        return None
    full = next((row for row in since if STANDARD_CHANGE not in row.facts), None)
    changed = changed_since(digests, full)
    within = [change for change in policy.standard_changes if changed and changed <= set(change.touches)]
    if full is None or not within:
        return None
    adapter = subjects.adapter_for(request.subject_type)
    before = adapter.gather([full.request.subject_id]).get(full.request.subject_id)
    if before is None:
        return None
    return next((change.key for change in within if adapter.within(subject, before[0], change.limits)), None)


def as_json(facts: Facts, standard_change: str | None) -> dict[str, Any]:
    """Facts as they are kept: decimals as text, sets as sorted lists. What nobody knows is kept as null."""
    plain = {name: _plain(value) for name, value in facts.items()}
    return {**plain, STANDARD_CHANGE: standard_change} if standard_change else plain


def _plain(value: FactValue) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return str(value) if isinstance(value, Decimal) else value


def from_json(kept: Mapping[str, Any]) -> tuple[dict[str, FactValue], str | None]:
    """What was recorded: the facts, and the standard change if there was one."""
    read = {"set": frozenset, "decimal": Decimal}
    facts = {
        name: kept[name] if kept[name] is None else read.get(fact.kind, str)(kept[name])
        for name, fact in FACTS.items()
        if name in kept
    }
    affected = {name: frozenset(kept[name]) for name in AFFECTED if kept.get(name) is not None}
    return {**facts, **affected}, kept.get(STANDARD_CHANGE)
