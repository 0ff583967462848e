"""What a model is worth at each trial, where inputs of its driver are uncertain. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import product

import numpy as np

from governance.economics.cashflow import Refused
from governance.economics.plan import Driver
from governance.economics.simulation.interpolation import ENOUGH, SIZES, Points, tabulated
from governance.economics.simulation.pert import Floats, Pert

LARGEST = 4096  # entries of a table over several inputs
TRIED = 24  # points inside the ranges at which such a table is compared with the driver itself


class Worth:
    """The worth of one driver as a function of its uncertain inputs.

    Mostly a table over all of them together: a worth is linear in counts, prices and recall, for which two points do, and smooth
    in precision. The table is compared with the driver at points in between, and where it is out by more than ten digits, or
    would be too large, the driver is asked at each trial: right in any case, and slower.
    """

    def __init__(self, where: str, driver: Driver, ranges: Mapping[str, Pert]) -> None:
        """`ranges` by the name of the input in the driver, none of them a certainty; `where` is how the driver is named in a
        refusal.

        Raises Refused (`range.driver`) where the driver does not accept some of what the ranges allow together.
        """
        self.where, self.driver, self.ranges = where, driver, dict(ranges)
        self.points: dict[str, Points] = {}
        self.table: Floats | None = None
        sizes = {name: self._size(name) for name in ranges}
        if np.prod([float(size or LARGEST + 1) for size in sizes.values()]) > LARGEST:
            return
        # The input with most points first: the table shrinks most where it is first multiplied.
        for name in sorted(sizes, key=lambda name: (-(sizes[name] or 0), name)):
            pert = self.ranges[name]
            self.points[name] = Points.between(float(pert.low), float(pert.high), sizes[name] or 2)
        entries = [self._asked(self.points, corner) for corner in product(*(points.at for points in self.points.values()))]
        self.table = np.array(entries).reshape([len(points.at) for points in self.points.values()])
        if not self._holds():
            self.table = None

    def __call__(self, draws: Mapping[str, Floats]) -> Floats:
        """The worth at each trial; `draws` has an array for each of the ranges."""
        if self.table is None:
            names = list(self.ranges)
            return np.array([self._asked(names, values) for values in zip(*(draws[name] for name in names), strict=True)])
        found: Floats | None = None
        for name, points in self.points.items():
            basis = points.basis(draws[name])
            if found is None:
                found = basis @ self.table.reshape(len(points.at), -1)
            else:
                found = np.einsum("tp,tpr->tr", basis, found.reshape(len(basis), len(points.at), -1))
        return np.asarray(found, dtype=np.float64).reshape(-1)

    def _size(self, name: str) -> int | None:
        """How many points the input needs, with the others likely, low and high; None where no table does."""
        pert, most = self.ranges[name], SIZES[0]
        for end in ("likely", "low", "high"):
            others = {other: float(getattr(around, end)) for other, around in self.ranges.items() if other != name}

            def along(value: float, others: Mapping[str, float] = others) -> Floats:
                return np.array([self._asked([name, *others], [value, *others.values()])])

            table = tabulated(along, float(pert.low), float(pert.high))
            if table is None:
                return None
            most = max(most, len(table.points.at))
        return most

    def _holds(self) -> bool:
        chosen = np.random.Generator(np.random.PCG64(0))  # always the same points, for the same plan
        names = list(self.points)
        places = {name: self.ranges[name].scaled(chosen.random(TRIED)) for name in names}
        wanted = np.array([self._asked(names, values) for values in zip(*places.values(), strict=True)])
        return (
            bool(np.abs(self(places) - wanted).max() <= 10 * ENOUGH * np.abs(self.table).max())
            if self.table is not None
            else False
        )

    def _asked(self, names: Sequence[str] | Mapping[str, object], values: Sequence[float]) -> float:
        changed = {name: Decimal(repr(float(value))) for name, value in zip(names, values, strict=True)}
        try:
            return float(self.driver.with_inputs(changed).worth())
        except (ValueError, ArithmeticError) as refusal:
            raise Refused("range.driver", self.where, {"reason": str(refusal), "values": changed}) from refusal
