"""How long one verdict takes. `python -m bench.evaluate`.

Small: 3 steps, 7 ballots, full semantics; the target is 60 µs (median). In `separate` nobody could fill two steps; in `shared` the
roles overlap, and the request is complete only because people are matched to steps; in `explained` most ballots do not count, and
each has to be told why; `absent` has a delegation, a condition, an escalation, a dismissed objection and a step left out.
Big: 200 steps, 1,000 ballots, 300 eligible people; the target is 50 ms. In `plain` everybody has one role; in `adversarial` there are
as many places as people, nearly everybody may fill nearly all of them and nobody two, so that people have to be moved along long
chains; in `chained` the last steps want those whom the first ones took; in `open` most is missing, so that all who could help are
named; `stood in` has delegations as well.
"""

from __future__ import annotations

import platform
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from approvals.evaluation import Ballot, Eligibility, Verdict, evaluate
from approvals.policy import Policy, Step
from approvals.policy.conditions import Condition
from approvals.policy.model import WorkingTime

SMALL_US = 60.0
BIG_MS = 50.0
NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
MANIFEST = {name: f"sha256:{name:0>64}" for name in ("use_case", "code", "model", "data", "dependencies", "runtime", "economics")}
POLICY = Policy(
    title="Production release",
    steps=(
        Step("validation", "Model validation", "model_validator", 2, (), ("code", "model", "data", "runtime")),
        Step("security", "Security review", "security_reviewer", 1, (), ("code", "dependencies", "runtime")),
        Step("business", "Business sign-off", "business_owner", 2, ("validation",), ("use_case", "model", "economics")),
    ),
)
CONDITIONAL = Policy(
    title="Production release",
    steps=(
        Step(
            "validation", "Model validation", "model_validator", 2, (), ("code", "model", "data", "runtime"),
            applies_if=(Condition("risk_tier", "equals", "high"),),
            escalate_after=WorkingTime(1, "days"), escalate_to="project_lead",
        ),
        Step(
            "security", "Security review", "security_reviewer", 1, (), ("code", "dependencies", "runtime"),
            applies_if=(Condition("changed", "any", ("dependencies",)),),
        ),
        Step(
            "business", "Business sign-off", "business_owner", 2, ("validation", "security"), ("use_case", "model", "economics"),
            exclude=("contributors", "step:validation"),
        ),
    ),
)  # fmt: skip
FACTS = {"risk_tier": "high", "changed": frozenset({"code", "model"})}
MAKERS = frozenset({"us_dan", "us_eve"})
CONTRIBUTORS = {"code": MAKERS, "model": MAKERS, "data": frozenset({"us_eve"})}

Question = tuple[Policy, dict[str, str], list[Ballot], Eligibility, dict[str, Any], str]


def ballot(
    number: int, asked: Step, human: str, verdict: str = "approve", of: dict[str, str] = MANIFEST, **fields: Any
) -> Ballot:
    components = {name: of[name] for name in asked.covers}
    return Ballot(f"ba_{number}", asked.key, human, verdict, components, asked.digest, NOW, 1, number, **fields)  # type: ignore[arg-type]


def small() -> dict[str, Question]:
    validation, security, business = POLICY.steps
    separate = {
        "model_validator": frozenset({"us_ada", "us_bob", "us_cyd"}),
        "security_reviewer": frozenset({"us_sam", "us_tim"}),
        "business_owner": frozenset({"us_uma", "us_vic", "us_wes"}),
    }
    shared = {
        "model_validator": frozenset({"us_ada", "us_bob", "us_cyd", "us_uma"}),
        "security_reviewer": frozenset({"us_ada", "us_sam", "us_tim"}),
        "business_owner": frozenset({"us_uma", "us_vic", "us_wes", "us_bob"}),
    }
    plain = [
        ballot(1, validation, "us_ada"), ballot(2, validation, "us_bob"), ballot(3, validation, "us_cyd", "abstain"),
        ballot(4, security, "us_sam"), ballot(5, security, "us_tim"), ballot(6, business, "us_uma"),
        ballot(7, business, "us_vic"),
    ]  # fmt: skip
    crossing = [
        ballot(1, validation, "us_ada"), ballot(2, validation, "us_bob"), ballot(3, validation, "us_cyd"),
        ballot(4, security, "us_ada"), ballot(5, business, "us_bob"), ballot(6, business, "us_uma"),
        ballot(7, business, "us_vic"),
    ]  # fmt: skip
    mixed = [
        ballot(1, validation, "us_ada", of=MANIFEST | {"code": "sha256:old"}), ballot(2, validation, "us_bob", "request_changes"),
        ballot(3, validation, "us_bob"), ballot(4, validation, "us_dan"), ballot(5, security, "us_gone"),
        ballot(6, security, "us_sam"), ballot(7, security, "us_sam", "retract"),
    ]  # fmt: skip
    validation, security, business = CONDITIONAL.steps
    away = [
        ballot(1, validation, "us_bob", "request_changes", dismissed=True), ballot(2, validation, "us_ada"),
        ballot(3, validation, "us_lea", role="project_lead"), ballot(4, security, "us_sam"),
        ballot(5, business, "us_wes", principal="us_uma"), ballot(6, business, "us_vic", of=MANIFEST | {"model": "sha256:old"}),
        ballot(7, business, "us_vic"),
    ]  # fmt: skip
    holders = shared | {"project_lead": frozenset({"us_lea"})}
    lent = {"us_wes": frozenset({("us_uma", "business_owner")}), "us_tim": frozenset({("us_ada", None)})}
    absent = Eligibility(holders, CONTRIBUTORS, "us_dan", lent, frozenset({"validation"}))
    return {
        "separate": (POLICY, MANIFEST, plain, Eligibility(separate, CONTRIBUTORS, "us_dan"), {}, "approved"),
        "shared": (POLICY, MANIFEST, crossing, Eligibility(shared, CONTRIBUTORS, "us_dan"), {}, "approved"),
        "explained": (POLICY, MANIFEST, mixed, Eligibility(shared, CONTRIBUTORS, "us_dan"), {}, "open"),
        "absent": (CONDITIONAL, MANIFEST, away, absent, FACTS, "approved"),
    }


def big() -> dict[str, Question]:
    """200 steps; a step waits for the one ten before it. 300 people, 1,000 ballots."""
    people = [f"us_{number:03}" for number in range(300)]
    drawn = random.Random(3)

    def policy(role: Callable[[int], str], quorum: Callable[[int], int], *, waits: bool = True) -> Policy:
        steps = [
            Step(
                f"s{at}", f"Step {at}", role(at), quorum(at), (f"s{at - 10}",) if waits and at >= 10 else (), ("code", "model", "data")
            )
            for at in range(200)
        ]  # fmt: skip
        return Policy(title="Big", steps=tuple(steps))

    def votes(asked: Policy, sits: Callable[[int], list[str]]) -> list[Ballot]:
        return [ballot(1000 * at + nth, step, human) for at, step in enumerate(asked.steps) for nth, human in enumerate(sits(at))]

    def one(at: int) -> int:
        return 1

    def two(at: int) -> int:
        return 2

    plain = policy(lambda at: f"role{at}", one)
    own = {f"role{at}": frozenset({people[at], people[(at + 200) % 300]}) for at in range(200)}
    turns = [ballot(at, plain.steps[at // 5], people[at // 5]) for at in range(1000)]
    chained = policy(lambda at: f"role{at}", one, waits=False)
    links = {at: people[at : at + 5] if at < 150 else people[:5] for at in range(200)}
    chain = {f"role{at}": frozenset(names) for at, names in links.items()}
    tangled = policy(lambda at: f"role{at % 7}", lambda at: 1 + at % 2, waits=False)
    crowd = {f"role{number}": frozenset(drawn.sample(people, 280)) for number in range(7)}
    sitting = {at: sorted(drawn.sample(sorted(crowd[f"role{at % 7}"]), 5)) for at in range(200)}
    opened = policy(lambda at: f"role{at % 7}", two)
    few = {at: sorted(drawn.sample(sorted(crowd[f"role{at % 7}"])[:60], 5)) for at in range(200)}
    lent = {people[250 + number]: frozenset({(people[number], None)}) for number in range(20)}
    stood_in = votes(tangled, sitting.__getitem__)
    for at in range(0, 1000, 50):
        stood_in[at].human, stood_in[at].principal = people[250 + at // 50], people[at // 50]

    def who(holders: dict[str, frozenset[str]], **fields: Any) -> Eligibility:
        return Eligibility(holders, {"code": frozenset({"us_maker"})}, "us_maker", **fields)

    return {
        "plain": (plain, MANIFEST, turns, who(own), {}, "approved"),
        "chained": (chained, MANIFEST, votes(chained, links.__getitem__), who(chain), {}, "open"),
        "adversarial": (tangled, MANIFEST, votes(tangled, sitting.__getitem__), who(crowd), {}, "open"),
        "open": (opened, MANIFEST, votes(opened, few.__getitem__), who(crowd), {}, "open"),
        "stood in": (tangled, MANIFEST, stood_in, who(crowd, delegations=lent), {}, "open"),
    }


def median_us(call: Callable[[], Verdict], *, batches: int, size: int) -> float:
    """The median over batches of the mean of a batch, in microseconds of processor time: waiting for a turn is not counted."""
    times = []
    for _ in range(batches):
        start = time.thread_time()
        for _ in range(size):
            call()
        times.append((time.thread_time() - start) / size * 1e6)
    return statistics.median(times)


def measure(questions: dict[str, Question], *, target: float, unit: str, per_unit: float, batches: int, size: int) -> bool:
    worst = 0.0
    for name, (policy, manifest, ballots, who, facts, expected) in questions.items():
        call = partial(evaluate, policy, manifest, ballots, who, NOW, facts=facts)
        verdict = call()
        if expected and verdict.state != expected:
            raise SystemExit(f"{name}: the verdict is {verdict.state}, not {expected}; the time of a wrong answer means nothing")
        took = median_us(call, batches=batches, size=size) / per_unit
        worst = max(worst, took)
        print(f"{name:>12}: median {took:6.1f} {unit}, ratio to target {took / target:.2f}")
    met = worst <= target
    print(f"{'worst':>12}: median {worst:6.1f} {unit}, ratio to target {worst / target:.2f}: {'met' if met else 'missed'}")
    return met


def main() -> int:
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"evaluate(), 3 steps, 7 ballots, {python}, target {SMALL_US:.0f} µs")
    met = measure(small(), target=SMALL_US, unit="µs", per_unit=1, batches=200, size=50)
    print(f"evaluate(), 200 steps, 1,000 ballots, 300 eligible people, target {BIG_MS:.0f} ms")
    return 0 if measure(big(), target=BIG_MS, unit="ms", per_unit=1000, batches=15, size=1) and met else 1


if __name__ == "__main__":
    raise SystemExit(main())
