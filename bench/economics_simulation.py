"""How long a simulation of a case takes, and in how much memory: `python -m bench.economics_simulation [--trials 100000]`.

40 lines over 60 months, quantity and price of each uncertain: 80 inputs. Targets for 100,000 trials: 2 s and 500 MB, with
percentiles, payback of each trial, correlations of ranks and the check in exact arithmetic. `correlated` and `all kinds` are told
beside it: with a copula over a quarter of the inputs, and with an uncertain rate, exchange rate, growth and model.

Rivals in the same run, both of them a loop over months and lines in plain numpy that comes to a net present value and nothing
else: `each month` draws everything anew for each month, as a sheet with a random cell in each column does (whose months cancel
each other out, so that its spread is too small as well); it gets a tenth of the trials. `once` draws once for each trial, as we
do. Each has a process of its own. Seconds are of processor time, in which waiting for a turn does not count; those of the clock
are told beside.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import numpy as np

from governance.economics.drivers.classification import Classification, Incumbent, Quality
from governance.economics.plan import Correlation, Discount, Exchange, Line, Plan, Range
from governance.economics.simulation import Pert, simulate

TRIALS, LINES, MONTHS, RUNS = 100_000, 40, 60, 3
SECONDS, MEGABYTES = 2.0, 500
SEED = 20260303
RATE = Decimal("0.035")
FEWER = 10  # by how much the slowest rival gets less to do


def around(value: Decimal, low: str, high: str) -> Range:
    return Range(value * Decimal(low), value * Decimal(high))


def line(number: int) -> Line:
    quantity, price = Decimal(10 + number), Decimal(100 + 7 * number)
    return Line(
        f"l{number:02}",
        f"Line {number}",
        "cost" if number < LINES // 2 else "benefit",
        quantity,
        "hour",
        price,
        number % 6,
        MONTHS,
        risk=Decimal("0.1"),
        quantity_range=around(quantity, "0.8", "1.5"),
        unit_price_range=around(price, "0.7", "1.2"),
    )


def plan() -> Plan:
    lines = tuple(line(number) for number in range(LINES))
    return Plan("EUR", "month", MONTHS, "real", Discount(((0, RATE),)), lines)


def correlated() -> tuple[Plan, dict[str, Range]]:
    pairs = [(f"line.l{number:02}.quantity", f"line.l{number + 1:02}.quantity") for number in range(0, LINES // 2, 2)]
    return replace(plan(), correlations=tuple(Correlation(*pair, Decimal("0.6")) for pair in pairs)), {}


def all_kinds() -> tuple[Plan, dict[str, Range]]:
    model = Classification(
        cases=Decimal(8000),
        prevalence=Decimal("0.02"),
        model=Quality(Decimal("0.7"), Decimal("0.35")),
        incumbent=Incumbent("nothing"),
        value_true_positive=Decimal(180),
        cost_false_negative=Decimal(200),
        cost_false_positive=Decimal(12),
    )
    caught = Line("caught", "Caught", "benefit", Decimal(1), "", Decimal(1), 6, MONTHS, driver=model)
    lines = [replace(item, currency="USD" if at % 4 == 0 else "") for at, item in enumerate(plan().lines[:-1])]
    ranges = {
        "rate": Range(Decimal("0.02"), Decimal("0.07")),
        "exchange.USD": Range(Decimal("0.8"), Decimal("1.1")),
        "line.l03.growth": Range(Decimal(0), Decimal("0.1")),
        "line.caught.driver.recall": Range(Decimal("0.5"), Decimal("0.8")),
        "line.caught.driver.precision": Range(Decimal("0.2"), Decimal("0.5")),
    }
    return replace(plan(), lines=(*lines, caught), exchange=(Exchange("USD", Decimal("0.9")),)), ranges


def loop(trials: int, *, anew: bool) -> float:
    """The mean net present value by a loop over months and lines, where each month draws anew or takes what was drawn for all."""
    generator = np.random.Generator(np.random.PCG64(SEED))
    total = np.zeros(trials)
    lines = plan().lines
    ranges = [(_pert(item.quantity, item.quantity_range), _pert(item.unit_price, item.unit_price_range)) for item in lines]
    drawn = [] if anew else [[pert.draw(generator, trials) for pert in pair] for pair in ranges]
    for month in range(MONTHS + 1):
        factor = (1 + float(RATE)) ** (-month / 12)
        for at, item in enumerate(lines):
            if item.from_period <= month <= item.to_period:
                quantity, price = [pert.draw(generator, trials) for pert in ranges[at]] if anew else drawn[at]
                total += quantity * price * (1 + float(item.risk) * -item.sign) * item.sign * factor
    return float(total.mean())


def _pert(likely: Decimal, around: Range | None) -> Pert:
    assert around is not None
    return Pert(around.low, likely, around.high)


def measure(who: str, trials: int) -> dict[str, float]:
    """In this process: seconds of the best run, the mean that came out, the peak of memory over all runs."""
    ways: dict[str, Callable[[], float]] = {
        "countersign": lambda: simulate(plan(), seed=SEED, trials=trials).mean,
        "correlated": lambda: simulate(correlated()[0], seed=SEED, trials=trials).mean,
        "all kinds": lambda: simulate(all_kinds()[0], seed=SEED, trials=trials, ranges=all_kinds()[1]).mean,
        "each month": lambda: loop(trials, anew=True),
        "once": lambda: loop(trials, anew=False),
    }
    times, mean = [], 0.0
    for _run in range(RUNS if who != "each month" else 1):
        started, clock = time.process_time(), time.perf_counter()
        mean = ways[who]()
        times.append((time.process_time() - started, time.perf_counter() - clock))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds, clock = min(times)
    return {"trials": trials, "seconds": seconds, "clock": clock, "megabytes": peak, "mean": mean}


def in_a_process(who: str, trials: int) -> dict[str, float]:
    """The same, in a fresh process: memory of one is not that of another."""
    command = [sys.executable, "-m", "bench.economics_simulation", "--measure", who, "--trials", str(trials)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    took = f"{result['seconds']:>7.2f} s ({result['clock']:.2f} by the clock) {result['megabytes']:>6,.0f} MB"
    print(f"{who:<14}{trials:>9,} trials {took}   mean net present value {result['mean']:>14,.0f}", flush=True)
    return result


def main() -> int:
    """Measure, print, and exit 1 when a target is missed."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--trials", type=int, default=TRIALS)
    arguments.add_argument("--measure", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure, given.trials)))
        return 0
    print(f"{LINES} lines, {MONTHS} months, quantity and price of each uncertain")
    ours = in_a_process("countersign", given.trials)
    fast, small = ours["seconds"] <= SECONDS, ours["megabytes"] <= MEGABYTES
    print(f"  target {SECONDS:.0f} s: {'met' if fast else 'MISSED'}; target {MEGABYTES} MB: {'met' if small else 'MISSED'}")
    for who in ("correlated", "all kinds"):
        in_a_process(who, given.trials)
    for who, trials in (("each month", max(1000, given.trials // FEWER)), ("once", given.trials)):
        rival = in_a_process(who, trials)
        ratio = rival["seconds"] / trials * given.trials / ours["seconds"]
        print(f"  a trial takes it {ratio:,.2f} × as long as countersign")
    return 0 if fast and small else 1


if __name__ == "__main__":
    sys.exit(main())
