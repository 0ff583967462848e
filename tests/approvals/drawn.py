"""Policies and requests drawn at random, small enough to be tried out in every way and odd enough to hit every rule."""

from __future__ import annotations

from hypothesis import strategies as st

from approvals.evaluation import Ballot, Eligibility
from approvals.policy import Policy, Step
from approvals.policy.conditions import Condition
from approvals.policy.model import StandardChange, WorkingTime
from tests.approvals.ballots import ballot

HUMANS = ("ada", "bob", "cyd", "dan", "eve")
ROLES = ("judge", "owner", "chief")
COMPONENTS = ("code", "data", "model")
KEYS = ("one", "two", "three")
VOTES = ("approve", "approve", "approve", "abstain", "request_changes", "reject")
TIERS = ("high", "high", "low", None)

humans = st.sampled_from(HUMANS)
components = st.sampled_from(COMPONENTS)
keys = st.sampled_from(KEYS)
roles = st.sampled_from(ROLES)
lent_roles = st.sampled_from((None, None, *ROLES))

EXCLUDE = (("contributors",), ("contributors",), ("submitter",), ())
HIGH = (Condition("risk_tier", "equals", "high"),)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    names = KEYS[: draw(st.integers(1, 3))]
    steps: list[Step] = []
    for key in names:
        apart = [f"step:{other}" for other in names if other != key and draw(st.integers(0, 4)) == 0]
        escalate_to = draw(st.sampled_from(("", "", *ROLES)))
        steps.append(
            Step(
                key=key,
                title=key,
                role=draw(st.sampled_from(ROLES[:2])),
                quorum=draw(st.sampled_from((1, 1, 2))),
                after=tuple(draw(st.sets(st.sampled_from([other.key for other in steps]), max_size=1))) if steps else (),
                covers=tuple(draw(st.sets(components, min_size=1, max_size=2))),
                exclude=(*draw(st.sampled_from(EXCLUDE)), *apart),
                applies_if=draw(st.sampled_from(((), (), (), HIGH))),
                escalate_after=WorkingTime(1, "days") if escalate_to else None,
                escalate_to=escalate_to,
            )
        )
    spared = draw(st.sets(st.sampled_from(names), min_size=1, max_size=2))
    patch = StandardChange("patch", "Patch", ("code",), tuple(spared))
    return Policy(
        title="Drawn",
        steps=tuple(draw(st.permutations(steps))),
        distinct_humans=draw(st.sampled_from((True, True, False))),
        standard_changes=(patch,) if draw(st.booleans()) else (),
    )


Case = tuple[Policy, dict[str, str], list[Ballot], Eligibility]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A policy with ballots of any kind, valid when cast or not, on any bytes, some of them in another's place."""
    drawn = draw(policies())
    manifest = {name: f"{name}-1" for name in COMPONENTS}
    casts = []
    for number in range(draw(st.integers(0, 10))):
        asked = draw(st.sampled_from(drawn.steps))
        of = {name: draw(st.sampled_from((value, value, value, "old"))) for name, value in manifest.items()}
        human = draw(humans)
        principal = draw(st.sampled_from((None, None, None, *HUMANS)))
        cast = ballot(
            asked,
            human,
            draw(st.sampled_from((*VOTES, "retract"))),
            of=of,
            sequence=number,
            eligible_when_cast=draw(st.sampled_from((True, True, True, False))),
            principal=None if principal == human else principal,
            role=draw(st.sampled_from((None, None, asked.role, asked.escalate_to or None))),
            dismissed=draw(st.sampled_from((False, False, False, True))),
        )
        casts.append(cast)
    held = {role: frozenset(draw(st.sets(humans))) for role in ROLES}
    made = {name: frozenset(draw(st.sets(humans, max_size=1))) for name in COMPONENTS}
    lent = {
        human: frozenset((principal, draw(lent_roles)) for principal in draw(st.sets(humans, max_size=2)) if principal != human)
        for human in draw(st.sets(humans, max_size=2))
    }
    escalated = frozenset(draw(st.sets(keys, max_size=2)))
    return drawn, manifest, casts, Eligibility(held, made, draw(humans), lent, escalated)
