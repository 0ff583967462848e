"""The passages of closed requests, out of clocks, looks and ballots: what `approvals.insights` computes from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q

from approvals.facts import Facts, from_json
from approvals.foresight import History
from approvals.insights import Passage, Span, chain
from approvals.models import Ballot, Clock, Look, Request
from approvals.policy import Policy, expanded
from approvals.policy.conditions import applies
from approvals.selectors.history import History as Around
from approvals.selectors.roles_then import history_of
from approvals.selectors.seats import seats_of
from approvals.selectors.standing import Standing, policy_of
from foundation import clock
from foundation.actor import Actor
from governance.economics.models import CaseFigures
from governance.people.models import Calendar
from governance.people.selectors import calendar_for, hours_of
from governance.people.working_time import Hours, working_time_between
from governance.usecases.models import UseCase

MOST = 2_000  # closed requests of one look
RELEASES = frozenset({Request.Purpose.DEPLOYMENT})


@dataclass(frozen=True, slots=True)
class Passed:
    """The passages of a period. `still_open`: requests opened by its end that are not closed. `left_out`: closed ones of which the
    records do not say how long their steps took. `cut`: there were more than are looked at; the newest are.
    """

    passages: tuple[Passage, ...]
    policies: Mapping[str, Policy]
    use_cases: Mapping[str, UseCase]
    benefits: Mapping[str, tuple[Decimal, str]]  # use case → amount a month, currency
    hours: WorkingHours
    closed: int
    still_open: int
    left_out: int
    cut: bool


class WorkingHours:
    """Working time between two instants, by the calendar of a clock, else that of a step's role."""

    def __init__(self, calendars: Sequence[Calendar], by_clock: Mapping[tuple[str, int, str], str]) -> None:
        self._calendars = calendars
        self._by_clock = by_clock
        self._known: dict[tuple[str, str], Hours] = {}

    def __call__(self, passage: Passage, span: Span, start: datetime, end: datetime) -> timedelta:
        key = (passage.roles.get(span.step, ""), self._by_clock.get((passage.id, span.round, span.step), ""))
        if key not in self._known:
            self._known[key] = hours_of(calendar_for(*key, among=self._calendars))
        return working_time_between(start, end, self._known[key])


def passed(actor: Actor, *, since: datetime, until: datetime, use_case: UseCase | None = None) -> Passed:
    """What was closed in [since, until) of what the actor may see. About ten queries, however many requests."""
    visible = Request.objects.visible_to(actor)
    if use_case is not None:
        visible = visible.filter(use_case=use_case)
    wanted = visible.filter(closed_at__gte=since, closed_at__lt=until)
    rows = list(wanted.select_related("use_case", "policy_version__policy", "decision").order_by("-closed_at", "-pk")[: MOST + 1])
    cut = len(rows) > MOST
    rows = rows[:MOST]
    material = _material(rows)
    passages = [found for row in rows if (found := passage_of(row, material)) is not None]
    use_cases = {row.use_case.public_id: row.use_case for row in rows if row.use_case is not None}
    return Passed(
        passages=tuple(passages),
        policies=_newest_policies(rows),
        use_cases=use_cases,
        benefits=_benefits(use_cases.values()),
        hours=WorkingHours(list(Calendar.objects.order_by("pk")), material.calendars),
        closed=len(rows),
        still_open=visible.filter(opened_at__lt=until, closed_at=None).count(),
        left_out=len(rows) - len(passages),
        cut=cut,
    )


@dataclass(frozen=True)
class Material:
    """What the spans of requests are made of, by primary key of the request. `scopes`: where people held roles. `facts`: what was
    recorded of those that ask each whom a change touches."""

    clocks: Mapping[int, Sequence[Clock]]
    looks: Mapping[int, Sequence[tuple[int, str, datetime]]]  # (round, person, when)
    ballots: Mapping[int, Sequence[Ballot]]
    scopes: frozenset[str]
    calendars: Mapping[tuple[str, int, str], str]
    facts: Sequence[Facts] = ()

    @cached_property
    def people(self) -> History:
        """Asked for when somebody looked at something: who could act then."""
        return history_of(self.scopes, self.facts)


def _material(rows: Sequence[Request]) -> Material:
    clocks: dict[int, list[Clock]] = defaultdict(list)
    calendars = {}
    ids = {row.pk: row.public_id for row in rows}
    for item in Clock.objects.filter(request__in=rows).order_by("pk"):
        clocks[item.request_id].append(item)
        calendars[ids[item.request_id], item.round, item.step] = item.calendar
    looks: dict[int, list[tuple[int, str, datetime]]] = defaultdict(list)
    for request, round_, person, at in Look.objects.filter(request__in=rows).values_list(
        "request_id", "round", "user__public_id", "at"
    ):
        looks[request].append((round_, person, at))
    ballots: dict[int, list[Ballot]] = defaultdict(list)
    for ballot in Ballot.objects.filter(request__in=rows).order_by("pk"):
        ballots[ballot.request_id].append(ballot)
    return Material(clocks, looks, ballots, frozenset(row.scope for row in rows), calendars, _touched(rows))


def _touched(rows: Iterable[Request]) -> list[Facts]:
    return [from_json(row.facts)[0] for row in rows if policy_of(row.policy_version).asks_each]


# One request ---------------------------------------------------------------------------------------------------------


def passage_of(row: Request, material: Material) -> Passage | None:
    """One request as spans; None when nothing says how long its steps took: no clocks, and more than one round."""
    policy = expanded(policy_of(row.policy_version), from_json(row.facts)[0])
    clocks = material.clocks.get(row.pk, ())
    ballots = material.ballots.get(row.pk, ())
    if not clocks and row.round > 1:
        return None
    carried, without = _not_worked_on(row, policy)
    spans = _measured(row, policy, clocks) if clocks else _derived(row, policy, ballots, {*carried, *without})
    return Passage(
        id=row.public_id,
        use_case=row.scope,
        policy=row.policy_version.policy.key,
        state=row.state,
        opened_at=row.opened_at,
        closed_at=row.closed_at or clock.now(),
        spans=tuple(_looked_at(span, row, policy, material) for span in spans),
        reworked=row.round > 1 or any(ballot.verdict == Ballot.Verdict.REQUEST_CHANGES for ballot in ballots),
        roles={step.key: step.role for step in policy.steps},
        covers={step.key: frozenset(step.covers) for step in policy.steps},
        carried=carried,
        without=without,
        is_release=row.purpose in RELEASES,
    )


def _not_worked_on(row: Request, policy: Policy) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of an approved request: the steps whose approvals were all given before, and those that a standard change did without."""
    decision = getattr(row, "decision", None)
    if decision is None:
        return (), ()
    given: dict[str, list[bool]] = defaultdict(list)
    for item in decision.ballots:
        given[item["step"]].append(bool(item.get("inherited_from")))
    _facts, standard_change = from_json(decision.facts or row.facts)
    without = next((change.without for change in policy.standard_changes if change.key == standard_change), ())
    return tuple(step for step, inherited in given.items() if all(inherited)), tuple(without)


def _measured(row: Request, policy: Policy, clocks: Iterable[Clock]) -> list[Span]:
    after = {step.key: step.after for step in policy.steps}
    return [
        Span(
            step=item.step,
            started_at=item.started_at,
            ended_at=item.stopped_at or row.closed_at,
            after=after.get(item.step, ()),
            round=item.round,
            met=item.met,
            paused=timedelta(seconds=item.paused_seconds),
        )
        for item in clocks
    ]


def _derived(row: Request, policy: Policy, ballots: Sequence[Ballot], skipped: set[str]) -> list[Span]:
    """The spans of a request that no clock measured: a step begins when those before it were met, and is met with the last approval
    that its quorum needed. A step without enough approvals lasted to the end."""
    facts, _standard_change = from_json(row.facts)
    ends: dict[str, datetime] = {}
    spans = []
    for at in policy.order:
        step = policy.steps[at]
        if step.key in skipped or (step.applies_if and applies(step.applies_if, facts) is not True):
            continue
        before = [ends[name] for name in step.after if name in ends]
        if any(name not in ends and name not in skipped for name in step.after):
            continue  # it never began
        start = max([row.opened_at, *before])
        given: dict[int, datetime] = {}
        for ballot in ballots:
            if ballot.step == step.key and ballot.verdict == Ballot.Verdict.APPROVE:
                given.setdefault(ballot.principal_id or ballot.human_id, ballot.at)
        met = len(given) >= step.quorum
        end = sorted(given.values())[step.quorum - 1] if met else row.closed_at
        if met and end is not None:
            ends[step.key] = max(end, start)
        spans.append(Span(step.key, start, max(end or start, start), step.after, met=met, estimated=True))
    return spans


def _looked_at(span: Span, row: Request, policy: Policy, material: Material) -> Span:
    """The span with the first sign of somebody who could act on it: that they opened the request while it ran, else a ballot.

    Somebody is noted once in a round, so who had looked before the step began leaves no second trace: then the ballot is the first
    sign, and the span says that it is estimated.
    """
    step = policy.step(span.step)
    end = span.ended_at or row.closed_at
    signs = [
        ballot.at
        for ballot in material.ballots.get(row.pk, ())
        if ballot.step == span.step
        and ballot.round == span.round
        and span.started_at <= ballot.at
        and (end is None or ballot.at <= end)
    ]
    first = min(signs, default=None)
    looks = [
        at
        for round_, person, at in material.looks.get(row.pk, ())
        if round_ == span.round
        and span.started_at <= at
        and (end is None or at <= end)
        and step is not None
        and could_act(person, {step.role, step.escalate_to} - {""}, row.scope, at, material.people)
    ]
    look = min(looks, default=None)
    if look is not None and (first is None or look <= first):
        return replace(span, looked_at=look)
    return replace(span, looked_at=first, estimated=span.estimated or first is not None)


def could_act(person: str, roles: Iterable[str], scope: str, at: datetime, people: History) -> bool:
    """Whether somebody held one of the roles then, or stood in for somebody who did."""
    then = people.at(scope, at)
    for role in roles:
        holders = then.holders.get(role, frozenset())
        if person in holders:
            return True
        if any(principal in holders and lent in (None, role) for principal, lent in then.delegations.get(person, ())):
            return True
    return False


def material_from(standing: Standing, history: Around, fresh: Look | None = None) -> Material:
    """The same for one request whose page has read it all already. `fresh`: a look that was noted since."""
    row = standing.request
    looks = [*history.looks, *([fresh] if fresh is not None else [])]
    return Material(
        clocks={row.pk: sorted(history.clocks, key=lambda item: item.pk)},
        looks={row.pk: [(look.round, look.user.public_id, look.at) for look in looks]},
        ballots={row.pk: [ballot for ballot in standing.ballots.values() if ballot.request_id == row.pk]},
        scopes=frozenset({row.scope}),
        calendars={(row.public_id, item.round, item.step): item.calendar for item in history.clocks},
        facts=_touched([row]),
    )


def critical_path_of(request: Request, material: Material | None = None) -> list[tuple[str, Span]]:
    """The titles and spans of the steps that decided how long a request took, or has taken so far; nothing when no records say.

    Seven queries: clocks, looks, ballots, and the decision and policy where they are not at hand; grants and delegations where
    somebody looked. With `material` (`material_from`) the last two at most.
    """
    policy = _as_asked(request)
    found = passage_of(request, material or _material([request]))
    titles = {step.key: step.title for step in policy.steps}
    spans = chain(found.spans, now=request.closed_at or clock.now()) if found is not None else []
    return [(titles.get(span.step, span.step), span) for span in spans]


def _as_asked(request: Request) -> Policy:
    """The policy with a step for each whom the request was found to touch, under their names. No query where it asks for none."""
    policy = policy_of(request.policy_version)
    if not policy.asks_each:
        return policy
    facts, _change = from_json(request.facts)
    return expanded(policy, facts, seats_of([facts], request.closed_at or clock.now()).names)


# Around them ---------------------------------------------------------------------------------------------------------


def _newest_policies(rows: Sequence[Request]) -> dict[str, Policy]:
    """By key, the newest version among those that the requests ran under: it names the steps."""
    newest: dict[str, Any] = {}
    for row in rows:
        version = row.policy_version
        known = newest.get(version.policy.key)
        if known is None or version.number > known.number:
            newest[version.policy.key] = version
    return {key: policy_of(version) for key, version in newest.items()}


def _benefits(use_cases: Iterable[UseCase]) -> dict[str, tuple[Decimal, str]]:
    """What each use case is expected to bring in a month, by its approved case, else by the newest: the figure of the portfolio, where the
    same release waits. One query."""
    rows = CaseFigures.objects.standing().filter(case__use_case__in=list(use_cases)).exclude(benefit_a_month="")
    told = rows.values_list("case__use_case__public_id", "benefit_a_month", "case__currency")
    found = {key: (Decimal(amount), currency) for key, amount, currency in told}
    return {key: (amount, currency) for key, (amount, currency) in found.items() if amount}


def visible_use_cases(actor: Actor) -> Any:
    """Those the actor may filter by."""
    return UseCase.objects.visible_to(actor).filter(Q(requests__isnull=False)).distinct().order_by("title", "pk")
