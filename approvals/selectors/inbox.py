"""Whose move it is: computed from open requests every time, so that no task can be orphaned.

Nobody reads thousands of lines, so one look evaluates the most urgent requests within somebody's reach, and says that there are more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from approvals.evaluation import StepResult
from approvals.models import Ballot, Clock, PolicyVersion, Request
from approvals.policy import EACH, Step, for_each
from approvals.selectors.seats import teams_of
from approvals.selectors.standing import Standing, policy_of
from approvals.selectors.standings import Listed, standings_of, titles_of
from foundation import clock
from foundation.actor import Actor
from foundation.models import AuditEvent
from governance.people.models import Delegation, RoleGrant, User
from governance.people.selectors import delegations_in_force

ONE_LOOK = 150  # requests that are evaluated for one page
COUNT_LASTS = 20  # seconds
DECIDED = 10  # requests that were closed lately, on one page
MOST_COUNTS = 10_000  # people whose count one process remembers
_counts: dict[str, tuple[tuple[UUID | None, int], int]] = {}


@dataclass(frozen=True, slots=True)
class Turn:
    """A step that waits for this person, and why it is them.

    `principal`: in whose place they would act, if not in their own, and `delegation` what lets them. `due_at`: of the step, if it
    has a time limit; `still_since`: from when on its time stands still because changes are asked for.
    """

    standing: Standing
    step: StepResult
    title: str
    why: str  # "role", "review_again", "asked_for_changes", "acting_for" or "escalated"
    role: str
    changed: tuple[str, ...]
    principal: User | None = None
    since: datetime | None = None
    due_at: datetime | None = None
    still_since: datetime | None = None
    delegation: Delegation | None = None

    @property
    def overdue(self) -> bool:
        return self.due_at is not None and self.due_at <= (self.still_since or clock.now())

    @property
    def policy_step(self) -> Step | None:
        return self.standing.policy.step(self.step.key)

    @property
    def in_bulk(self) -> bool:
        """Whether it may be approved among others on one page."""
        step = self.policy_step
        return step is not None and step.bulk and step.signature == "click" and self.why != "asked_for_changes"


def requests_with_people(actor: Actor) -> Any:
    return Request.objects.visible_to(actor).select_related(
        "use_case", "submitter", "policy_version__policy", "environment", "predecessor"
    )


@dataclass(frozen=True, slots=True)
class Reach:
    """Which roles a person could act in, by scope (blank: everywhere), in their own name or in another's place."""

    roles: Mapping[str, frozenset[str]]
    absences: Sequence[Delegation] = ()  # in force now: of theirs, and those in which they stand in

    @classmethod
    def of(cls, actor: Actor) -> Reach:
        """One query, and one more for somebody who is away or stands in for others."""
        held: dict[str, set[str]] = defaultdict(set)
        user = actor.user
        if user is None:
            return cls({})
        lent, away = delegations_in_force().filter(delegate=user), delegations_in_force().filter(principal=user)
        grants = list(
            RoleGrant.objects.live()
            .filter(Q(user=user) | Q(user__in=lent.values("principal")))
            .annotate(any=Q(Exists(lent)) | Q(Exists(away)))
            .values_list("user_id", "role", "scope", "any")
        )
        for holder, role, scope, _any in grants:
            if holder == user.pk:
                held[scope].add(role)
        absences = list((lent | away).order_by("ends_at", "pk")) if any(found[3] for found in grants) else []
        for row in absences:
            for holder, role, scope, _any in grants if row.delegate_id == user.pk else ():
                if holder == row.principal_id and row.role in ("", role) and (not row.scope or scope in ("", row.scope)):
                    held[row.scope or scope].add(role)
        return cls({scope: frozenset(roles) for scope, roles in held.items()}, absences)

    def scopes_for(self, roles: set[str]) -> list[str] | None:
        """The use cases where one of `roles` is within reach; None: everywhere."""
        if roles & self.roles.get("", frozenset()):
            return None
        return [scope for scope, held in self.roles.items() if scope and roles & held]


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Open requests in which this person could have a move, the likely and urgent ones first."""

    requests: list[Request]
    more: bool
    all: Any = None  # every one of them, however many, as a query
    absences: Sequence[Delegation] = ()


def _candidates(
    actor: Actor, start: int = 0, limit: int | None = None, *, also: Q | None = None, narrowed: Q | None = None
) -> _Candidates:
    """Requests where they asked, or could act in a role that a step of the policy wants, or that `also` names. Three queries.

    Who merely sees everything, such as an auditor, reaches none of them, and nothing has to be evaluated. That a step of theirs is
    running is what the clocks say; it only decides what comes first, since the verdict is computed anew.
    """
    if actor.user is None:
        return _Candidates([], more=False)
    held = Reach.of(actor)
    reach = Q(submitter=actor.user) if also is None else Q(submitter=actor.user) | also
    theirs: set[str] = set()
    for version in (
        PolicyVersion.objects.filter(requests__closed_at=None, requests__isnull=False).select_related("policy").distinct()
    ):
        policy = policy_of(version)
        steps = policy.steps
        if policy.asks_each:
            seats = _seats(steps, [actor.id, *teams_of(actor.user, clock.now())])
            theirs |= seats
            asked = Clock.objects.filter(step__in=seats, stopped_at=None, request__policy_version=version)
            reach |= Q(pk__in=asked.values("request"))
        wanted = {role for step in steps for role in (step.role, step.escalate_to) if role}
        scopes = held.scopes_for(wanted)
        if scopes == []:
            continue
        mine = set().union(*held.roles.values())
        theirs |= {step.key for step in steps if step.role in mine or step.escalate_to in mine}
        reach |= Q(policy_version=version) if scopes is None else Q(policy_version=version, use_case__public_id__in=scopes)
    running = Clock.objects.filter(
        request=OuterRef("pk"), round=OuterRef("round"), stopped_at=None, paused_at=None, step__in=theirs
    )
    theirs_all = requests_with_people(actor).open().filter(reach)
    rows = (
        theirs_all.filter(narrowed or Q())
        .annotate(running=Exists(running))
        .order_by("-running", F("due_at").asc(nulls_last=True), "opened_at", "pk")
    )
    found = list(rows[start:] if limit is None else rows[start : start + limit + 1])
    more = limit is not None and len(found) > limit
    return _Candidates(found[:limit], more, theirs_all, held.absences)


def _seats(steps: Sequence[Step], ones: Iterable[str]) -> set[str]:
    """Keys of the steps that are asked of these people or teams because a change touches them."""
    found = [step for step in steps if step.role in EACH]
    return {item.key for step in found for one in ones for item in for_each(step, [one])}


def your_turn(actor: Actor, limit: int | None = None) -> list[Turn]:
    """Steps of open requests on which this person could act now, the most urgent first. A constant number of queries.

    With `limit`, only so many requests are looked at.
    """
    return [turn for listed in standings_of(_candidates(actor, limit=limit).requests) for turn in turns_in(listed, actor)]


def turns_in(listed: Listed, actor: Actor) -> Iterator[Turn]:
    """The steps of one request that wait for this person."""
    standing = listed.standing
    again = {
        hint.step: hint.components for hint in standing.verdict.unblock if hint.code == "review_again" and actor.id in hint.people
    }
    for step in standing.verdict.steps:
        times = times_of(standing, step.key)
        objected = {speaker for block in step.blocked_by for speaker in (block.human, block.principal)}
        if actor.id in objected:
            continue  # they have spoken: the next move is the submitter's
        if actor.id in step.waiting_on:
            role = _acted_in(standing, step, actor.id)
            why = "review_again" if step.key in again else "role" if role == step.role else "escalated"
            yield Turn(standing, step, listed.title, why, role, tuple(again.get(step.key, ())), None, *times)
            continue
        for delegate, principal in step.delegates:
            if delegate == actor.id:
                role = _acted_in(standing, step, principal)
                lent = standing.delegation(delegate, principal, step.roles or (step.role,))
                yield Turn(standing, step, listed.title, "acting_for", role, (), standing.person(principal), *times, lent)
    if standing.verdict.substate == "changes_requested" and actor.user == standing.request.submitter:
        blocked = next(step for step in standing.verdict.steps if step.blocked_by)
        since = max(ballot.at for ballot in blocked.blocked_by)
        yield Turn(standing, blocked, listed.title, "asked_for_changes", blocked.role, (), None, since)


def times_of(standing: Standing, step: str) -> tuple[datetime, datetime | None, datetime | None]:
    """Since when a step waits, when it is due, and from when on its time stands still, if it does.

    A clock that was stopped belongs to an answer that does not hold any more: it starts anew with the next sweep.
    """
    timer = standing.clocks.get(step)
    if timer is None:
        return standing.request.opened_at, None, None
    if timer.stopped_at is not None:
        return timer.stopped_at, None, None
    return timer.started_at, timer.due_at, timer.paused_at


def _acted_in(standing: Standing, step: StepResult, human: str) -> str:
    """The role in which somebody would act on a step: its own, else the one it was escalated to."""
    held = [role for role in step.roles if human in standing.eligibility.holders.get(role, ())]
    return held[0] if held else step.role


def turn_count(actor: Actor, newest: UUID | None = None) -> int:
    """How many steps wait for this person, for the navigation of every page: one query while nothing has happened anywhere.

    Nothing that a verdict follows from changes without an event, so the count is kept until the next one; and for a few seconds
    at most, since time changes things too. `newest`: the last event of the log, from a caller that has just asked for it.
    """
    last = newest or AuditEvent.objects.order_by("-pk").values_list("uid", flat=True).first()
    moment = (last, int(clock.now().timestamp()) // COUNT_LASTS)
    known = _counts.get(actor.id)
    if known is None or known[0] != moment:
        if len(_counts) >= MOST_COUNTS:
            _counts.clear()
        known = _counts[actor.id] = (moment, len(your_turn(actor, limit=ONE_LOOK)))
    return known[1]


@dataclass(frozen=True, slots=True)
class Inbox:
    """What a person finds: their move, what they wait for, what was decided lately.

    `use_cases`: the slug and title of each in which they find something, for narrowing the list. `absences`: in force now, of theirs
    and those in which they stand in.
    """

    turns: list[Turn]
    waiting: list[Listed]
    decided: list[tuple[Request, str]]
    next_start: int | None = None  # where the next page of the open requests begins, if there are more than one look takes
    use_cases: list[tuple[str, str]] = field(default_factory=list)
    absences: Sequence[Delegation] = ()


def inbox_of(actor: Actor, start: int = 0, *, use_case: str = "", overdue: bool = False) -> Inbox:
    """All three at once, with each request read and evaluated once: about a dozen queries, however many requests are open.

    `use_case` (a slug) and `overdue` narrow what is open; what was decided is narrowed by the use case alone.
    """
    here = Q(use_case__slug=use_case) if use_case else Q()
    late = Q(Exists(_late_clocks())) if overdue else Q()
    found = _candidates(actor, start, ONE_LOOK, also=_voted(actor), narrowed=here & late)
    closed = _closed_lately(requests_with_people(actor).filter(here), actor)
    titles = titles_of([*found.requests, *closed])
    turns: list[Turn] = []
    waiting: list[Listed] = []
    for listed in standings_of(found.requests, titles):
        theirs = list(turns_in(listed, actor))
        turns += [turn for turn in theirs if turn.overdue or not overdue]
        if not theirs and _involves(listed.standing, actor):
            waiting.append(listed)
    turns.sort(key=lambda turn: (not turn.overdue, turn.due_at is None, turn.due_at or turn.since or clock.now()))
    complete = start == 0 and not found.more and not use_case and not overdue
    return Inbox(
        turns,
        waiting,
        [(row, titles[row.pk]) for row in closed],
        start + ONE_LOOK if found.more else None,
        _use_cases(found.requests if complete else None, found.all),
        found.absences,
    )


def _late_clocks() -> Any:
    """Clocks of a request's round that have run past their time; what stands still is as late as when it stopped."""
    running = Clock.objects.filter(request=OuterRef("pk"), round=OuterRef("round"), stopped_at=None)
    return running.filter(due_at__lte=Coalesce("paused_at", Value(clock.now(), output_field=DateTimeField())))


def _use_cases(rows: list[Request] | None, rest: Any) -> list[tuple[str, str]]:
    """Those of `rows`, if these are all there are; else a query says."""
    if rows is None:
        known = rest.exclude(use_case=None).order_by() if rest is not None else Request.objects.none()
        found = set(known.values_list("use_case__slug", "use_case__title").distinct())
    else:
        found = {(row.use_case.slug, row.use_case.title) for row in rows if row.use_case is not None}
    return sorted(found, key=lambda item: item[1].casefold())


def _voted(actor: Actor) -> Q:
    """Requests on which they said something, or somebody did in their place."""
    return Q(pk__in=Ballot.objects.filter(Q(human=actor.user) | Q(principal=actor.user)).values("request"))


def _involves(standing: Standing, actor: Actor) -> bool:
    """Whether this person asked, or said something in this very request, or somebody did in their place."""
    request, person = standing.request, actor.user
    if request.submitter == person:
        return True
    return any(
        ballot.request_id == request.pk and person.pk in (ballot.human_id, ballot.principal_id)
        for ballot in standing.ballots.values()
    )


def movers(standing: Standing) -> list[Any]:
    """The people whose move it is now, by name; the submitter when somebody asked for changes."""
    if standing.verdict.substate == "changes_requested":
        return [standing.request.submitter]
    return standing.names({person for step in standing.verdict.steps for person in step.waiting_on})


def _closed_lately(rows: Any, actor: Actor, limit: int = DECIDED) -> list[Request]:
    """What they asked for or took part in and was closed, newest first."""
    theirs = rows.filter(Q(submitter=actor.user) | _voted(actor)) if actor.user is not None else rows.none()
    return list(theirs.exclude(state=Request.State.OPEN).order_by("-closed_at", "-pk")[:limit])
