"""How long one verdict takes: 3 steps, 7 ballots, full semantics. `python -m bench.evaluate`; the target is 60 µs (median).

Three requests of the same size: in `separate` nobody could fill two steps; in `shared` the roles overlap, and the request is
complete only because people are matched to steps; in `explained` most ballots do not count, and each has to be told why.
"""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from approvals.evaluation import Ballot, Eligibility, Verdict, evaluate
from approvals.policy import Policy, Step

TARGET_US = 60.0
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
MAKERS = frozenset({"us_dan", "us_eve"})
CONTRIBUTORS = {"code": MAKERS, "model": MAKERS, "data": frozenset({"us_eve"})}


def ballot(number: int, step: str, human: str, verdict: str = "approve", **changes: str) -> Ballot:
    asked = POLICY.step(step)
    components = {name: changes.get(name, MANIFEST[name]) for name in asked.covers}
    return Ballot(f"ba_{number}", step, human, verdict, components, asked.digest, NOW, 1, number)


def requests() -> dict[str, tuple[list[Ballot], Eligibility, str]]:
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
        ballot(1, "validation", "us_ada"), ballot(2, "validation", "us_bob"), ballot(3, "validation", "us_cyd", "abstain"),
        ballot(4, "security", "us_sam"), ballot(5, "security", "us_tim"), ballot(6, "business", "us_uma"),
        ballot(7, "business", "us_vic"),
    ]  # fmt: skip
    crossing = [
        ballot(1, "validation", "us_ada"), ballot(2, "validation", "us_bob"), ballot(3, "validation", "us_cyd"),
        ballot(4, "security", "us_ada"), ballot(5, "business", "us_bob"), ballot(6, "business", "us_uma"),
        ballot(7, "business", "us_vic"),
    ]  # fmt: skip
    mixed = [
        ballot(1, "validation", "us_ada", code="sha256:old"), ballot(2, "validation", "us_bob", "request_changes"),
        ballot(3, "validation", "us_bob"), ballot(4, "validation", "us_dan"), ballot(5, "security", "us_gone"),
        ballot(6, "security", "us_sam"), ballot(7, "security", "us_sam", "retract"),
    ]  # fmt: skip
    return {
        "separate": (plain, Eligibility(separate, CONTRIBUTORS, "us_dan"), "approved"),
        "shared": (crossing, Eligibility(shared, CONTRIBUTORS, "us_dan"), "approved"),
        "explained": (mixed, Eligibility(shared, CONTRIBUTORS, "us_dan"), "open"),
    }


def median_us(call: Callable[[], Verdict], *, batches: int = 200, size: int = 50) -> float:
    """The median over batches of the mean of a batch, in microseconds of processor time: waiting for a turn is not counted."""
    times = []
    for _ in range(batches):
        start = time.thread_time()
        for _ in range(size):
            call()
        times.append((time.thread_time() - start) / size * 1e6)
    return statistics.median(times)


def main() -> int:
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"evaluate(), 3 steps, 7 ballots, {python}, target {TARGET_US:.0f} µs")
    worst = 0.0
    for name, (ballots, eligibility, expected) in requests().items():
        verdict = evaluate(POLICY, MANIFEST, ballots, eligibility, NOW)
        if verdict.state != expected:
            raise SystemExit(f"{name}: the verdict is {verdict.state}, not {expected}; the time of a wrong answer means nothing")
        took = median_us(partial(evaluate, POLICY, MANIFEST, ballots, eligibility, NOW))
        worst = max(worst, took)
        print(f"{name:>10}: median {took:6.1f} µs, ratio to target {took / TARGET_US:.2f}")
    outcome = "met" if worst <= TARGET_US else "missed"
    print(f"     worst: median {worst:6.1f} µs, ratio to target {worst / TARGET_US:.2f}: {outcome}")
    return 0 if worst <= TARGET_US else 1


if __name__ == "__main__":
    raise SystemExit(main())
