"""What a policy that can be read will not do as it was meant: steps that nobody can reach, quorums that nobody can give."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet

from approvals.matching import Human, Seating
from approvals.policy.asking_each import EACH
from approvals.policy.conditions import can_hold
from approvals.policy.findings import Finding, Severity
from approvals.policy.model import Policy, Reminder, StandardChange, Step, WorkingTime

MINUTES_OF_A_DAY = 24 * 60


def lint(policy: Policy, holders: Mapping[str, Collection[Human]], *, authors: Collection[Human] = ()) -> tuple[Finding, ...]:
    """Everything that is doubtful, errors first, else in the order of the steps.

    `holders`: who holds which role where the policy is to be used; a role without an entry has nobody. `authors`: people who are
    known to submit or to make what is judged; steps that exclude contributors cannot count on them.
    """
    able = {step.key: _able(step, holders, authors) for step in policy.steps}
    found = [
        *_reach(policy),
        *(finding for step in policy.steps for finding in _people(step, holders, authors, able[step.key])),
        *_together(policy, able),
        *(finding for step in policy.steps for finding in _times(step, holders)),
        *_spans(policy),
        *(finding for change in policy.standard_changes for finding in _change(policy, change)),
        *_glass(policy, holders),
    ]
    where = {key: at for at, key in enumerate(["", *(step.key for step in policy.steps)])}
    return tuple(sorted(found, key=lambda finding: (finding.severity, where[finding.step])))


def _able(step: Step, holders: Mapping[str, Collection[Human]], authors: Collection[Human]) -> frozenset[Human]:
    people = frozenset(holders.get(step.role, ()))
    return people - frozenset(authors) if "contributors" in step.exclude else people


def _finding(code: str, severity: Severity, step: Step, **params: object) -> Finding:
    return Finding(code, severity, step.key, {"title": step.title, **{name: str(value) for name, value in params.items()}})


def _reach(policy: Policy) -> Iterator[Finding]:
    for step in policy.steps:
        if not can_hold(step.applies_if):
            yield _finding("never_applies", "error", step)
            continue
        for other in (item for item in policy.steps if item.key in step.after):
            if not can_hold(other.applies_if):
                yield _finding("after_never", "warning", step, other=other.title)
            elif not can_hold((*step.applies_if, *other.applies_if)):
                yield _finding("after_apart", "warning", step, other=other.title)
    if all(step.applies_if or step.role in EACH for step in policy.steps):
        yield Finding("nothing_applies", "warning")


def _people(
    step: Step, holders: Mapping[str, Collection[Human]], authors: Collection[Human], able: AbstractSet[Human]
) -> Iterator[Finding]:
    if step.role in EACH:
        return  # who they are is known once there is something to judge
    everybody = frozenset(holders.get(step.role, ()))
    severity: Severity = "warning" if step.applies_if else "error"
    if not everybody:
        yield _finding("no_holder", severity, step, role=step.role)
    elif not able:
        yield _finding("all_excluded", severity, step, role=step.role)
    elif len(able) < step.quorum:
        yield _finding("too_few", severity, step, role=step.role, quorum=step.quorum, count=len(able))
    elif "contributors" not in step.exclude and (able <= frozenset(authors) if authors else len(able) == 1):
        yield _finding("own_work", "error", step, role=step.role)


def _together(policy: Policy, able: Mapping[str, AbstractSet[Human]]) -> Iterator[Finding]:
    """Steps that have enough people of their own, and too few once everybody counts for one step only.

    Only steps that can be asked at the same time compete: first those that always are, then each of the others with them.
    """
    enough = [step for step in _in_order(policy) if len(able[step.key]) >= step.quorum and can_hold(step.applies_if)]
    told: set[str] = set()
    always = [step for step in enough if not step.applies_if]
    groups: list[tuple[Severity, list[Step]]] = [("error", always)]
    groups += [("warning", _asked_with(step, enough)) for step in enough if step.applies_if]
    if not policy.distinct_humans:
        groups = [
            ("warning" if step.applies_if or other.applies_if else "error", [other, step])
            for step in enough
            for other in enough
            if other.key in step.excluded_steps and can_hold((*step.applies_if, *other.applies_if))
        ]
    for severity, group in groups:
        seating = Seating([able[step.key] for step in group])
        for at, step in enumerate(group):
            if seating.fill(at, step.quorum) < step.quorum and step.key not in told:
                told.add(step.key)
                yield _finding("needed_elsewhere", severity, step, role=step.role)


def _asked_with(step: Step, steps: list[Step]) -> list[Step]:
    """Steps that can all be asked when `step` is, those without conditions first, in the order of the policy."""
    group, conditions = [step], step.applies_if
    for other in sorted(steps, key=lambda item: bool(item.applies_if)):
        if other is not step and can_hold((*conditions, *other.applies_if)):
            group.append(other)
            conditions = (*conditions, *other.applies_if)
    return [item for item in steps if item in group]


def _in_order(policy: Policy) -> list[Step]:
    return [policy.steps[at] for at in policy.order]


def _times(step: Step, holders: Mapping[str, Collection[Human]]) -> Iterator[Finding]:
    for reminder in step.remind:
        if reminder.before and step.sla is not None and _surely_as_long(reminder.time, step.sla):
            yield _finding("early_reminder", "warning", step, reminder=reminder)
        if _after_escalation(reminder, step.escalate_after):
            yield _finding("late_reminder", "warning", step, reminder=reminder)
    if not step.escalate_to:
        return
    if step.escalate_to == step.role:
        yield _finding("escalates_to_same", "warning", step, other=step.escalate_to)
    elif set(holders.get(step.escalate_to, ())) <= set(holders.get(step.role, ())):
        yield _finding("escalates_to_nobody", "warning", step, other=step.escalate_to)


def _after_escalation(reminder: Reminder, escalation: WorkingTime | None) -> bool:
    return escalation is not None and not reminder.before and _surely_as_long(reminder.time, escalation)


def _surely_as_long(one: WorkingTime, other: WorkingTime) -> bool:
    """Whether it is at least as long by any calendar: a working day may have any number of hours up to 24."""
    if one.days and other.days:
        return one.days >= other.days
    if other.days:
        return one.minutes >= other.days * MINUTES_OF_A_DAY
    return not one.days and one.minutes >= other.minutes


def _spans(policy: Policy) -> Iterator[Finding]:
    if policy.grace_days and policy.valid_for_days is not None and policy.grace_days >= policy.valid_for_days:
        yield Finding("grace_too_long", "warning", "", {"days": str(policy.grace_days)})
    if policy.open_for_days is None:
        return
    needs: dict[str, int] = {}  # minutes of the calendar that have to pass at least until the step is due
    for step in _in_order(policy):
        own = step.sla.days * MINUTES_OF_A_DAY + step.sla.minutes if step.sla is not None else 0
        needs[step.key] = own + max((needs[key] for key in step.after), default=0)
        before = max((needs[key] for key in step.after), default=0)
        if needs[step.key] > policy.open_for_days * MINUTES_OF_A_DAY >= before:
            yield _finding("lapses_first", "warning", step, days=policy.open_for_days)


def _change(policy: Policy, change: StandardChange) -> Iterator[Finding]:
    left = [step for step in policy.steps if step.key not in change.without]
    if not left:
        yield Finding("skips_everything", "error", "", {"change": change.title})
        return
    if all(step.applies_if for step in left) and not all(step.applies_if for step in policy.steps):
        yield Finding("may_skip_everything", "warning", "", {"change": change.title})
    unjudged = sorted(set(change.touches) - {name for step in left for name in step.covers})
    if unjudged and not change.limits:
        yield Finding("change_unjudged", "warning", "", {"change": change.title, "components": ", ".join(unjudged)})


def _glass(policy: Policy, holders: Mapping[str, Collection[Human]]) -> Iterator[Finding]:
    glass = policy.break_glass
    if glass is not None and not any(holders.get(role) for role in glass.roles):
        yield Finding("glass_without_holder", "warning", "", {"role": ", ".join(glass.roles)})
