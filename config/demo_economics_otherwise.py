"""Before the case goes to those who pay, it is asked how it may turn out: twenty thousand times, and once more from another seed."""

from __future__ import annotations

from config.demo_cast import Cast
from governance.economics.models import Simulation
from governance.economics.selectors.cases import current_snapshot
from governance.economics.services.simulations import ask_simulation
from governance.usecases.models import UseCase

TRIALS = 20_000
SEED = 20_260_512


def simulated(cast: Cast, use_case: UseCase) -> list[Simulation]:
    """Petra simulates the newest version; Sofia does it again from another seed, to see whether the answer stays. Both are kept."""
    snapshot = current_snapshot(use_case)
    if snapshot is None:
        raise ValueError(f"{use_case} has no case to simulate")
    asked = (("petra", TRIALS, SEED), ("sofia", TRIALS // 4, SEED + 1))
    return [ask_simulation(actor=cast[name], snapshot=snapshot, trials=trials, seed=seed)[0] for name, trials, seed in asked]
