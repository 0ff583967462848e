"""The engine's codes in words for people. The engine itself speaks no language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.evaluation import Hint, Ignored, StepResult
from approvals.policy.writing import conditions_mapping
from governance.people.roles import role_label


def people_text(users: Iterable[Any]) -> str:
    return ", ".join(str(user) for user in users)


def reason_text(step: StepResult, standing: Any) -> str:
    """Why a step is not met, in one sentence; nothing for a step that simply waits for somebody."""
    reason = step.reason
    if reason is None:
        return ""
    if reason.code in ("condition", "standard_change", "nobody_affected"):
        return not_asked_text(step, standing)
    if reason.code == "withdrawn":
        return _("The version of the policy was withdrawn as unsafe: nothing is approved under it.")
    if reason.code == "missing_fact":
        return _("Whether this is asked depends on what nobody has recorded: %(facts)s.") % {"facts": facts_text(reason.facts)}
    role = role_label(step.role)
    if reason.code == "after":
        titles = {result.key: result.title for result in standing.verdict.steps}
        return _("Opens after: %(steps)s.") % {"steps": ", ".join(titles[key] for key in reason.steps)}
    if reason.code == "missing_component":
        return _("Nothing to judge: %(components)s is missing.") % {"components": ", ".join(reason.components)}
    excluded = people_text(standing.names(reason.excluded))
    if reason.code == "no_holder":
        said = _("Nobody holds the role %(role)s here who may approve this.") % {"role": role}
        return _with_excluded(said, excluded)
    if reason.code == "needed_elsewhere":
        return _("Those who could approve this are needed by other steps, and nobody counts twice.")
    if not reason.eligible:
        said = _("Nobody of those who hold the role %(role)s here may approve this.") % {"role": role}
        return _with_excluded(said, excluded)
    said = ngettext(
        "%(quorum)s approvals are needed; %(count)s person could give one.",
        "%(quorum)s approvals are needed; %(count)s people could give one.",
        len(reason.eligible),
    ) % {"quorum": reason.quorum, "count": len(reason.eligible)}
    return _with_excluded(said, excluded)


def _with_excluded(said: str, people: str) -> str:
    return f"{said} " + _("Excluded, because they made part of it: %(people)s.") % {"people": people} if people else said


def not_asked_text(step: StepResult, standing: Any) -> str:
    """Why a step is left out here: the condition it has, or the standard change that does without it."""
    if step.reason is not None and step.reason.code == "standard_change":
        change = standing.policy.standard_change(standing.standard_change or "")
        title = change.title if change is not None else _("standard change")
        return _("Not asked: %(title)s.") % {"title": title}
    if step.reason is not None and step.reason.code == "nobody_affected":
        return nobody_affected_text(step.role)
    found = standing.policy.step(step.key)
    conditions = condition_text(conditions_mapping(found.applies_if)) if found is not None else ""
    return _("Asked only when: %(conditions)s.") % {"conditions": conditions}


def nobody_affected_text(role: str) -> str:
    """Why a step is left out that asks each of those whom a change touches."""
    if role == "each_steward":
        return _("Not asked: nobody but the proposer is named steward of what this changes.")
    return _("Not asked: no team is known to read something that this would break.")


def fact_label(name: str) -> str:
    """What a condition speaks of, in the reader's language."""
    labels = {
        "risk_tier": _("risk tier"),
        "environment": _("environment"),
        "purpose": _("purpose"),
        "kind": _("kind"),
        "changed": _("what changed"),
        "cost": _("cost"),
        "sensitivity": _("sensitivity"),
        "scope": _("whom it is for"),
        "provision.kind": _("what is to be provided"),
        "provision.total": _("what it costs in all"),
        "provision.within_budget": _("within the budget"),
        "stewards": _("whose stewards it touches"),
        "reading_teams": _("which teams read what it changes"),
    }
    return labels.get(name, name)


def facts_text(names: Iterable[str]) -> str:
    return ", ".join(fact_label(name) for name in names)


def condition_text(conditions: Mapping[str, Any]) -> str:
    """`risk tier is high; cost at least 10000`: every one of them has to hold. From a policy's canonical body."""
    return "; ".join(_condition(fact, value) for fact, value in conditions.items())


def _condition(fact: str, value: Any) -> str:
    name = fact_label(fact)
    if not isinstance(value, Mapping):
        return _("%(fact)s is %(value)s") % {"fact": name, "value": _bound(fact, value)}
    texts = {
        "equals": _("%(fact)s is %(value)s"),
        "in": _("%(fact)s is one of %(value)s"),
        "at_least": _("%(fact)s at least %(value)s"),
        "at_most": _("%(fact)s at most %(value)s"),
        "more_than": _("%(fact)s more than %(value)s"),
        "less_than": _("%(fact)s less than %(value)s"),
        "any": _("%(fact)s has any of %(value)s"),
        "all": _("%(fact)s has all of %(value)s"),
        "none": _("%(fact)s has none of %(value)s"),
    }
    return "; ".join(
        texts.get(op, f"%(fact)s {op} %(value)s") % {"fact": name, "value": _bound(fact, bound)} for op, bound in value.items()
    )


def _bound(fact: str, value: Any) -> str:
    values = value if isinstance(value, list | tuple) else [value]
    return ", ".join(component_label(item) if fact == "changed" else str(item) for item in values)


def component_label(name: str) -> str:
    """A manifest component's name in the reader's language."""
    labels = {
        "use_case": _("use case"),
        "code": _("code"),
        "model": _("model"),
        "data": _("data"),
        "dictionary": _("column meanings"),
        "dependencies": _("dependencies"),
        "runtime": _("runtime"),
        "economics": _("cost and benefit"),
        "document": _("document"),
        "policy": _("policy"),
        "envelope": _("envelope"),
        "dictionary_change": _("changes of meaning"),
        "data_use": _("use of data"),
        "ruling": _("ruling on a package"),
        "provision": _("provision"),
        "budget": _("budget"),
    }
    return labels.get(name, name)


def components_text(names: Iterable[str]) -> str:
    return ", ".join(component_label(name) for name in names)


def ignored_text(row: Ignored) -> str:
    """Why a ballot does not count."""
    texts = {
        "stale": _("Judged an earlier version; changed since: %(components)s.") % {"components": components_text(row.components)},
        "policy_changed": _("Answered a step that the policy has changed since."),
        "role_lost": _("Does not hold the role any more."),
        "contributor": _("Made part of what is judged."),
        "superseded": _("A later ballot took its place."),
        "retracted": _("Taken back."),
        "earlier_round": _("Belongs to an earlier round."),
        "not_eligible_when_cast": _("Was not entitled when voting."),
        "abstained": _("Abstained: recorded, and counts for nothing."),
        "unknown_step": _("The policy has no such step any more."),
        "counted_elsewhere": _("Counts for another step: nobody counts twice."),
        "one_vote": _("Another ballot of the same person counts here: nobody counts twice."),
        "dismissed": _("Set aside."),
        "delegation_ended": _("Nobody acts in that place any more, so the approval ended with the absence."),
        "principal_contributor": _("The person in whose place it was given made part of what is judged."),
        "not_applicable": _("The step is not asked here."),
    }
    return texts.get(row.why, row.why)


def hint_text(hint: Hint, standing: Any) -> str:
    """One thing that would bring the request forward."""
    people = people_text(standing.names(hint.people))
    titles = {result.key: result.title for result in standing.verdict.steps}
    words = {
        "people": people,
        "step": titles.get(hint.step or "", hint.step or ""),
        "role": role_label(hint.role or ""),
        "left": hint.quorum_left,
        "components": components_text(hint.components),
        "facts": facts_text(hint.facts),
    }
    texts = {
        "approve": _("%(step)s: %(people)s can approve."),
        "review_again": _("%(step)s: %(people)s approved an earlier version and can look at the difference (%(components)s)."),
        "take_over": _("%(step)s: if %(people)s approved it, somebody would be free for another step."),
        "grant_role": ngettext(
            "%(step)s: %(left)s more person needs the role %(role)s.",
            "%(step)s: %(left)s more people need the role %(role)s.",
            hint.quorum_left,
        ),
        "provide_component": _("%(step)s: %(components)s has to be provided."),
        "retract_or_resubmit": _(
            "%(people)s asked for changes: they take it back, or the submitter puts the request forward again."
        ),
        "resubmit": _("It was rejected. A new version or a new request is needed."),
        "provide_fact": _("%(step)s: somebody has to record the %(facts)s."),
        "migrate": _("An administrator moves this request to another version of the policy."),
    }
    return texts.get(hint.code, hint.code) % words


def why_you(turn: Any) -> str:
    """Why a step is in somebody's inbox."""
    use_case = turn.standing.request.use_case
    if turn.why == "asked_for_changes":
        return _("You asked for this approval, and somebody wants changes.")
    if turn.why == "review_again":
        return _("You approved an earlier version; %(components)s changed since.") % {"components": components_text(turn.changed)}
    words = {"role": role_label(turn.role), "use_case": use_case, "name": turn.principal}
    if turn.why == "acting_for":
        return _("You act for %(name)s, who holds the role %(role)s.") % words
    if turn.why == "escalated":
        return _("Nobody has answered in time, so it came to you as %(role)s.") % words
    if turn.role.startswith("each_steward"):
        return _("You are the steward of something that this changes.")
    if turn.role.startswith("each_reading_team"):
        return _("Your team reads something that this would break.")
    if use_case is None:
        return _("You hold the role %(role)s for the whole organisation.") % words
    return _("You hold the role %(role)s for %(use_case)s.") % words
