"""Recorded requests under a draft of their policy: one of them side by side, or all of a period."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from approvals.evaluation import StepResult, Verdict
from approvals.foresight import Moment, Replayed, Summary, replay, summary, verdict_at
from approvals.models import Policy as PolicyRow
from approvals.models import PolicyVersion, Request
from approvals.policy import Policy, as_mapping, dump
from approvals.selectors.records import records_of
from approvals.selectors.standing import Standing, standing_of
from foundation import clock
from foundation.actor import Actor
from foundation.canonical import canonical_json
from foundation.errors import FieldError, Invalid
from governance.usecases.models import UseCase

MOST = 2_000  # requests of one replay


def unsaved_version(policy: PolicyRow, draft: Policy, *, number: int = 0) -> PolicyVersion:
    """The draft as a version that is not stored, for whoever wants one."""
    body = json.loads(canonical_json(as_mapping(draft)))
    return PolicyVersion(policy=policy, number=number, text=dump(draft), body=body, digest=draft.digest, created_at=clock.now())


# One request ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SideBySide:
    """One step under both versions; None where a version does not have it."""

    key: str
    title: str
    then: StepResult | None
    now: StepResult | None

    @property
    def changed(self) -> bool:
        return (self.then.state if self.then else None) != (self.now.state if self.now else None)


@dataclass(frozen=True, slots=True)
class Tried:
    """One request under the version that it has and under a draft. A closed request is as of its closing."""

    standing: Standing
    draft: Policy
    then: Verdict
    now: Verdict
    steps: Sequence[SideBySide]


def try_on(request: Request, draft: Policy) -> Tried:
    """Both verdicts on one request. Nothing is written. The actor's right to see the request is its caller's business."""
    standing = standing_of(request, complete=True)
    found = records_of([request])
    recorded = replace(found.rows[0], manifest=standing.digests, policy=standing.policy)
    if standing.is_open:
        recorded = replace(recorded, facts=standing.facts, standard_change=standing.standard_change)
    at = standing.at or clock.now()
    moment = Moment(at, len(recorded.own), request.round, last=True)
    now = verdict_at(recorded, draft, moment, found.people)
    return Tried(standing, draft, standing.verdict, now, side_by_side(standing.verdict, now))


def side_by_side(then: Verdict, now: Verdict) -> list[SideBySide]:
    """The steps of both verdicts: in the order of the draft, then those that it does not have any more."""
    before = {step.key: step for step in then.steps}
    after = {step.key: step for step in now.steps}
    keys = [*after, *(key for key in before if key not in after)]
    return [
        SideBySide(key, (after.get(key) or before[key]).title, before.get(key), after.get(key)) for key in dict.fromkeys(keys)
    ]


# All requests of a period --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Replay:
    """`rows` by request, newest first. `hidden`: requests of the period that the actor may not see, and that are not in it."""

    draft: Policy
    since: datetime
    until: datetime
    rows: Sequence[tuple[Request, Replayed]]
    summary: Summary
    hidden: int


def replay_period(
    actor: Actor, policy: PolicyRow, draft: Policy, *, since: datetime, until: datetime, use_case: UseCase | None = None
) -> Replay:
    """What the draft would have made of the requests that were opened under the policy in [since, until).

    Reads recorded rows only, in a constant number of queries. Raises Invalid for more than `MOST` requests, and for a period
    that ends before it begins.
    """
    if until <= since:
        raise Invalid(
            _("The period ends before it begins."),
            code="replay.period",
            errors=[FieldError("to", "order", _("Choose a later day."))],
        )
    wanted = Request.objects.filter(policy_version__policy=policy, opened_at__gte=since, opened_at__lt=until)
    if use_case is not None:
        wanted = wanted.filter(use_case=use_case)
    visible = wanted.filter(pk__in=Request.objects.visible_to(actor).values("pk"))
    requests = list(
        visible.select_related("use_case", "submitter", "environment", "policy_version__policy", "decision").order_by("-pk")[
            : MOST + 1
        ]
    )
    if len(requests) > MOST:
        said = _("A replay takes at most %(most)s requests. Choose a shorter period or one use case.") % {"most": MOST}
        raise Invalid(said, code="replay.too_many", errors=[FieldError("from", "too_many", said)])
    found = records_of(requests)
    now = clock.now()
    rows = [replay(row, draft, found.people, now) for row in found.rows]
    return Replay(
        draft=draft,
        since=since,
        until=until,
        rows=list(zip(requests, rows, strict=True)),
        summary=summary(rows),
        hidden=wanted.count() - len(requests),
    )
