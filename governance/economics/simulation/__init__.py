"""Monte Carlo over the uncertain inputs of a case: drawn, laid out, summed up, and reproducible. Pure, in floats."""

from governance.economics.simulation.engine import FEWEST, GENERATOR, MOST, TRIALS, simulate
from governance.economics.simulation.pert import Pert
from governance.economics.simulation.result import Bin, Check, Checkpoint, Drawn, PaybackDistribution, Simulation
from governance.economics.simulation.uncertain import uncertain

__all__ = [
    "FEWEST",
    "GENERATOR",
    "MOST",
    "TRIALS",
    "Bin",
    "Check",
    "Checkpoint",
    "Drawn",
    "PaybackDistribution",
    "Pert",
    "Simulation",
    "simulate",
    "uncertain",
]
