"""The self-test of responsibilities: what cannot work with the people as they are, found before it happens.

Everything here is a pure function of a `Situation`. Who holds what, who is away and what policies ask for is put together by
`governance.people.situations`; the words are in `governance.people.telling`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal

Severity = Literal["fault", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("fault", "warning", "note")
PERSON = "us_"  # public ids of people; any other party of a matrix is a role


def is_person(party: str) -> bool:
    return party.startswith(PERSON)


@dataclass(frozen=True, slots=True)
class Activity:
    """One row of the matrix: which roles or people do it, answer for it, are asked before and told after.

    `ahead`: it belongs to a stage that the use case has not come to; who is still to be found for it is no fault yet.
    """

    key: str
    stage: str
    responsible: tuple[str, ...] = ()
    accountable: tuple[str, ...] = ()
    consulted: tuple[str, ...] = ()
    informed: tuple[str, ...] = ()
    ahead: bool = False

    def parties(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.accountable, *self.responsible, *self.consulted, *self.informed)))


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody holds a role that reaches the use case. `ends_at`: when it is planned to end."""

    person: str
    role: str
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deputy:
    """Who acts for somebody who is away; `role` blank: in everything they hold."""

    person: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Colleague:
    """What is known of one person. Somebody with deputies is away."""

    id: str
    closed: bool = False
    deputies: tuple[Deputy, ...] = ()
    open_items: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """A judgement that a policy asks for. `apart`: keys of steps that need other people than this one.

    `makers`: who made what is judged now; they count only where `makers_may`. `sometimes`: it is asked only where a condition holds.
    """

    key: str
    role: str
    quorum: int = 1
    makers: frozenset[str] = frozenset()
    makers_may: bool = False
    sometimes: bool = False
    apart: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Training:
    """A role asks for evidence of a training."""

    role: str
    training: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Somebody can show a training; `expires_on` is the first day on which it counts no more, None is for good."""

    person: str
    training: str
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on something is a finding."""

    open_items: int = 15
    soon: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Situation:
    """One use case as it stands at `now`."""

    now: datetime
    activities: tuple[Activity, ...] = ()
    held: tuple[Held, ...] = ()
    people: Mapping[str, Colleague] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    trainings: tuple[Training, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    limits: Limits = Limits()

    def is_closed(self, person: str) -> bool:
        return person in self.people and self.people[person].closed

    def ever(self, role: str) -> frozenset[str]:
        """Who has been given the role, closed accounts too."""
        return frozenset(item.person for item in self.held if item.role == role)

    def holders(self, role: str) -> frozenset[str]:
        """Who holds the role and can still sign in."""
        return frozenset(person for person in self.ever(role) if not self.is_closed(person))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not work: what it is about (an activity, step, role or person, by its key), whom and which role it names."""

    code: str
    severity: Severity
    about: Literal["activity", "step", "role", "person"]
    key: str
    role: str = ""
    people: tuple[str, ...] = ()
    count: int = 0
    when: date | None = None
    other: str = ""  # the other step, or the training


def check(situation: Situation) -> tuple[Finding, ...]:
    """Everything that does not work, faults first; within that by what it is about, in the order of the matrix and the steps."""
    found = [
        *(finding for activity in situation.activities for finding in _activity(situation, activity)),
        *(finding for step in situation.steps for finding in _step(situation, step)),
        *_apart(situation),
        *_roles(situation),
        *_people(situation),
        *_trainings(situation),
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: SEVERITIES.index(finding.severity)))


def leaving(situation: Situation, person: str) -> Situation:
    """The same use case after somebody left: their grants hold nothing, and whoever they stood in for has nobody."""
    others = {
        key: replace(one, deputies=tuple(item for item in one.deputies if item.person != person))
        for key, one in situation.people.items()
        if key != person
    }
    gone = replace(situation.people.get(person, Colleague(person)), closed=True, deputies=(), open_items=0)
    return replace(situation, people={**others, person: gone})


def broken_by(situation: Situation, person: str) -> tuple[Finding, ...]:
    """What would not work any more if somebody left, and does now. A role that only they held is told by what needs it."""
    before = {(item.code, item.about, item.key) for item in check(situation)}
    return tuple(item for item in check(leaving(situation, person)) if (item.code, item.about, item.key) not in before)


# Activities of the matrix -------------------------------------------------------------------------------------------


def _activity(situation: Situation, activity: Activity) -> Iterator[Finding]:
    if not activity.accountable:
        yield Finding("no_accountable", "fault", "activity", activity.key)
    elif len(activity.accountable) > 1:
        yield Finding("several_accountable", "fault", "activity", activity.key, count=len(activity.accountable))
    elif not is_person(activity.accountable[0]):
        role = activity.accountable[0]
        people = situation.holders(role)
        if len(people) > 1:
            yield Finding("accountable_shared", "warning", "activity", activity.key, role, tuple(sorted(people)), len(people))
    if not activity.responsible:
        yield Finding("no_responsible", "fault", "activity", activity.key)
    for party in dict.fromkeys((*activity.accountable, *activity.responsible)):
        if not is_person(party):
            if not situation.ever(party):
                yield Finding("role_unheld", "warning" if activity.ahead else "fault", "activity", activity.key, party)
        elif situation.is_closed(party):
            yield Finding("named_left", "fault", "activity", activity.key, people=(party,))
        elif all(item.person != party for item in situation.held):
            yield Finding("named_without_role", "fault", "activity", activity.key, people=(party,))


# Steps of policies ----------------------------------------------------------------------------------------------------


def _able(situation: Situation, step: Step) -> frozenset[str]:
    people = situation.holders(step.role)
    return people if step.makers_may else people - step.makers


def _step(situation: Situation, step: Step) -> Iterator[Finding]:
    people, able = situation.holders(step.role), _able(situation, step)
    severity: Severity = "warning" if step.sometimes else "fault"
    if not people:
        if not situation.ever(step.role):
            yield Finding("step_empty", severity, "step", step.key, step.role)
    elif people <= step.makers:
        yield Finding("self_approval", severity, "step", step.key, step.role, tuple(sorted(people)))
    elif len(able) < step.quorum:
        yield Finding("step_short", severity, "step", step.key, step.role, tuple(sorted(able)), step.quorum)


def _apart(situation: Situation) -> Iterator[Finding]:
    """Steps that would each find somebody, but not somebody else each."""
    steps = {step.key: step for step in situation.steps}
    told: set[str] = set()
    for step in situation.steps:
        group = [step, *(steps[key] for key in sorted(step.apart) if key in steps)]
        slots = [(item.key, _able(situation, item)) for item in group for _ in range(item.quorum)]
        if len(group) < 2 or any(len(_able(situation, item)) < item.quorum for item in group) or step.key in told:
            continue
        left = unplaced([able for _key, able in slots])
        if left:
            others = [key for key, able in slots if key != step.key and able & _able(situation, step)]
            told |= {step.key, *others}
            people = frozenset().union(*(able for key, able in slots if key in (step.key, *others)))
            other = others[0] if others else ""
            severity: Severity = "warning" if any(steps[key].sometimes for key in (step.key, *others)) else "fault"
            yield Finding("same_person", severity, "step", step.key, step.role, tuple(sorted(people)), other=other)


def unplaced(slots: Sequence[AbstractSet[str]]) -> int:
    """How many slots stay empty when each is given a different person who could fill it, at best: augmenting paths."""
    seat: dict[str, int] = {}

    def place(slot: int, tried: set[str]) -> bool:
        for person in sorted(slots[slot]):
            if person not in tried:
                tried.add(person)
                if person not in seat or place(seat[person], tried):
                    seat[person] = slot
                    return True
        return False

    return sum(not place(slot, set()) for slot in range(len(slots)))


# Roles ----------------------------------------------------------------------------------------------------------------


def _needed(situation: Situation) -> list[str]:
    """The roles that somebody has to fill: of steps, and of whoever does or answers for an activity."""
    named = [party for activity in situation.activities for party in (*activity.accountable, *activity.responsible)]
    return list(dict.fromkeys([*(step.role for step in situation.steps), *(party for party in named if not is_person(party))]))


def _roles(situation: Situation) -> Iterator[Finding]:
    for role in _needed(situation):
        ever, people = situation.ever(role), situation.holders(role)
        if ever and not people:
            yield Finding("only_closed", "fault", "role", role, role, tuple(sorted(ever)))
            continue
        ends = [_last_day(situation, person, role) for person in people]
        known = [end for end in ends if end is not None]
        if ends and len(known) == len(ends) and max(known) <= situation.now + situation.limits.soon:
            yield Finding("grant_ending", "warning", "role", role, role, tuple(sorted(people)), when=max(known).date())


def _last_day(situation: Situation, person: str, role: str) -> datetime | None:
    """When somebody's last grant of the role is planned to end; None is never."""
    ends = [item.ends_at for item in situation.held if item.person == person and item.role == role]
    return None if None in ends else max(end for end in ends if end is not None)


# People ---------------------------------------------------------------------------------------------------------------


def _people(situation: Situation) -> Iterator[Finding]:
    roles: dict[str, list[str]] = defaultdict(list)
    for item in situation.held:
        roles[item.person].append(item.role)
    needed = _needed(situation)
    for key in sorted(roles):
        person = situation.people.get(key, Colleague(key))
        if person.closed:
            continue
        if person.open_items > situation.limits.open_items:
            yield Finding("overloaded", "warning", "person", key, people=(key,), count=person.open_items)
        if person.deputies:
            yield from _away(situation, person, [role for role in needed if role in roles[key]])


def _away(situation: Situation, person: Colleague, roles: Iterable[str]) -> Iterator[Finding]:
    """Somebody who is away: who acts for them, in each role that is needed here."""
    covered = False
    for role in roles:
        here = [item.person for item in person.deputies if item.role in ("", role) and not situation.is_closed(item.person)]
        others = [item for item in situation.holders(role) - {person.id} if not _is_away(situation, item)]
        severity: Severity = "warning" if others else "fault"
        if not here:
            yield Finding("away_alone", severity, "person", person.id, role, (person.id,))
        elif all(_is_away(situation, item) for item in here):
            yield Finding("deputy_away", severity, "person", person.id, role, (person.id, *here))
        else:
            covered = True
    if covered:
        here = [item.person for item in person.deputies]
        yield Finding("away_covered", "note", "person", person.id, people=(person.id, *dict.fromkeys(here)))


def _is_away(situation: Situation, person: str) -> bool:
    return person in situation.people and bool(situation.people[person].deputies)


# Training -------------------------------------------------------------------------------------------------------------


def _trainings(situation: Situation) -> Iterator[Finding]:
    shown: dict[tuple[str, str], list[date | None]] = defaultdict(list)
    for item in situation.evidence:
        shown[item.person, item.training].append(item.expires_on)
    today, soon = situation.now.date(), (situation.now + situation.limits.soon).date()
    for rule in situation.trainings:
        for person in sorted(situation.holders(rule.role)):
            ends = shown[person, rule.training]
            if None in ends:
                continue
            last = max((end for end in ends if end is not None), default=None)
            if last is None or last <= today:
                yield Finding("training_missing", "fault", "person", person, rule.role, (person,), when=last, other=rule.training)
            elif last <= soon:
                yield Finding(
                    "training_ending", "warning", "person", person, rule.role, (person,), when=last, other=rule.training
                )
