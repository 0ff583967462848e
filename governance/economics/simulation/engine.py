"""Drawing: many trials of a plan whose inputs are uncertain. Pure; the seed is given, and kept with the result."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from foundation.canonical import digest
from governance.economics.cashflow import Refused
from governance.economics.plan import Correlation, Plan, Range
from governance.economics.plan.writing import plan_as_mapping
from governance.economics.scenarios import inputs_of
from governance.economics.simulation import summary
from governance.economics.simulation.correlation import correlated, factor
from governance.economics.simulation.pert import Floats, Pert
from governance.economics.simulation.result import Check, Drawn, Simulation
from governance.economics.simulation.trials import Trials
from governance.economics.simulation.uncertain import uncertain

FORMAT = "countersign/simulation/2"  # 2: payback is that for good; the same inputs came to another result before
GENERATOR = "PCG64"
TRIALS = 100_000
FEWEST, MOST = 100, 1_000_000
HIGHEST_SEED = 2**63 - 1  # what a database keeps
AT_ONCE = 4096  # trials; their present values by period fit into the cache of a processor
RANKED = 10_000  # trials that are ranked for correlations, which are right to 0.01 by so many
RANKED_FIGURES = 4_000_000  # and at most so many figures kept for that
CHECKED = 3
RIGHT = 1e-8  # of all that flows: by more than that floats cannot be out


def simulate(
    plan: Plan,
    *,
    seed: int,
    trials: int = TRIALS,
    ranges: Mapping[str, Range] | None = None,
    reached: Callable[[int], None] | None = None,
) -> Simulation:
    """The net present value with every uncertain input drawn from the PERT distribution of its range, `trials` times.

    `ranges` are for inputs without one in the plan (`rate`, `inflation`, `exchange.USD`, `line.gpu.risk`,
    `line.caught.driver.recall`), or take the place of it. Inputs are independent unless the plan states a correlation of their
    ranks. `reached` is told how many trials are done, some thousand at a time; what it raises ends the simulation.

    The first trials are reckoned again in exact arithmetic, through the plan with the drawn values written into it. Raises
    Refused for a seed that is no whole number from 0 to 2^63 - 1, for fewer than 100 or more than a million trials, where nothing
    has a range, and for what `uncertain`, `correlated`, `factor` and `Trials` refuse; ArithmeticError if the check fails, which
    is a defect of ours.
    """
    _check_whole("seed", seed, 0, HIGHEST_SEED)
    _check_whole("trials", trials, FEWEST, MOST)
    inputs = inputs_of(plan)
    drawn = uncertain(inputs, ranges or {})
    if not drawn:
        raise Refused("simulation.nothing_uncertain", "simulation")
    made = Trials(plan, inputs, {name: pert for name, pert in drawn.items() if not pert.certain})
    slack = float(np.abs(made.base_by_period).sum()) * summary.NO_SPREAD
    ranked = min(trials, RANKED, max(FEWEST, RANKED_FIGURES // len(drawn)))
    columns: dict[str, list[Floats]] = {name: [] for name in drawn}
    differs, paybacks = np.empty(trials), np.empty(trials)
    check, done = Check(0, 0.0), 0
    for draws in _draws(drawn, plan.correlations, seed, trials):
        by_period = made.by_period(draws)
        now = slice(done, done + len(by_period))
        differs[now] = by_period.sum(axis=1)
        if not np.isfinite(differs[now]).all():
            raise Refused("simulation.too_large", "simulation")
        if not done:
            check = _checked(made, draws, differs)
        by_period += made.base_by_period
        paybacks[now] = summary.paybacks(by_period, slack)
        for name, values in draws.items():
            columns[name].append(values[: max(0, ranked - done)])
        done = now.stop
        if reached is not None:
            reached(done)
    npvs = made.base + differs
    deviation = float(differs.std(ddof=1))
    related = summary.rank_correlations((np.concatenate(columns[name]) for name in drawn), differs[:ranked])
    return Simulation(
        digest=_digest(plan, ranges or {}, seed, trials),
        seed=seed,
        trials=trials,
        generator=GENERATOR,
        numpy=np.__version__,
        base=made.base,
        mean=made.base + float(differs.mean()),
        standard_deviation=deviation,
        standard_error=deviation / math.sqrt(trials),
        percentiles=summary.percentiles(npvs),
        below_zero=float((npvs < 0).mean()),
        convergence=summary.convergence(made.base, differs),
        histogram=summary.histogram(npvs),
        inputs=tuple(
            Drawn(name, pert.low, pert.likely, pert.high, pert.mean, pert.variance, found)
            for (name, pert), found in zip(drawn.items(), related, strict=True)
        ),
        ranked=ranked,
        discounted_payback=summary.payback_distribution(paybacks),
        check=check,
    )


def _draws(drawn: Mapping[str, Pert], correlations: Sequence[Correlation], seed: int, trials: int) -> Iterator[dict[str, Floats]]:
    """An array for each input, some thousand trials at a time. The first trials do not depend on how many follow, in whole
    portions.

    First those that are independent in the order of their names, then the normal variables of those that are correlated.
    """
    together = correlated(correlations, drawn)
    turned = factor(correlations, together) if together else None
    generator = np.random.Generator(np.random.PCG64(seed))
    for start in range(0, trials, AT_ONCE):
        size = min(AT_ONCE, trials - start)
        draws = {name: pert.draw(generator, size) for name, pert in drawn.items() if name not in together}
        if turned is not None:
            normal = turned @ generator.standard_normal((len(together), size))
            draws |= {name: drawn[name].of_normal(values) for name, values in zip(together, normal, strict=True)}
        yield draws


def _checked(made: Trials, draws: Mapping[str, Floats], differs: Floats) -> Check:
    size = min(CHECKED, len(differs))
    whole = float(np.abs(made.base_by_period).sum())
    worst = 0.0
    for trial in range(size):
        exact = made.exactly({name: float(values[trial]) for name, values in draws.items() if name in made.ranges})
        worst = max(worst, abs(made.base + float(differs[trial]) - exact) / max(whole, abs(exact), 1e-300))
    if worst > RIGHT:
        raise ArithmeticError(f"trials differ from exact arithmetic by {worst:.1e} of all that flows")
    return Check(size, worst)


def _check_whole(where: str, value: int, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Refused("simulation.out_of_bounds", f"simulation.{where}", {"value": value, "least": least, "most": most})


def _digest(plan: Plan, ranges: Mapping[str, Range], seed: int, trials: int) -> str:
    stated = {name: {"low": around.low, "high": around.high} for name, around in ranges.items()}
    body = {"format": FORMAT, "plan": plan_as_mapping(plan), "ranges": stated}
    return digest({**body, "seed": seed, "trials": trials, "generator": GENERATOR})
