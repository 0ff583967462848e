"""How uncertain inputs go together: a Gaussian copula with the stated correlations of ranks. Pure.

A correlation of ranks (Spearman's) of s belongs to one of 2 sin(π s / 6) between the normal variables of the copula. Source:
Pearson, "On further methods of determining correlation", Drapers' Company Research Memoirs, Biometric Series IV (1907).

Correlations that no set of numbers can have are refused, and not moved to the nearest ones that some have: the nearest differ
from what people agreed on in entries that nobody looked at, and the result would rest on figures that nobody stated.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from decimal import Decimal

import numpy as np

from governance.economics.cashflow import Refused
from governance.economics.plan import Correlation
from governance.economics.simulation.pert import Floats

ROUNDING = 1e-10  # an eigenvalue less than this below zero is one of zero


def pair(one: str, other: str) -> str:
    """Where a correlation is, for people: the names of both inputs."""
    return f"correlation.{one} ~ {other}"


def correlated(correlations: Sequence[Correlation], drawn: Collection[str]) -> list[str]:
    """The names of the inputs that are correlated, in order of their names.

    Raises Refused at `correlation.one ~ other`: `correlation.not_drawn` for an input that has no range (`drawn` are those that do),
    `correlation.itself`, `correlation.twice` for a pair that is stated twice, in whatever order (two values for one pair would make
    the matrix asymmetric), `correlation.out_of_bounds` for what is not between -1 and 1.
    """
    seen: set[frozenset[str]] = set()
    for item in correlations:
        where = pair(item.one, item.other)
        for name in (item.one, item.other):
            if name not in drawn:
                raise Refused("correlation.not_drawn", where, {"input": name})
        if item.one == item.other:
            raise Refused("correlation.itself", where, {"input": item.one})
        both = frozenset((item.one, item.other))
        if both in seen:
            raise Refused("correlation.twice", where, {"one": item.one, "other": item.other})
        seen.add(both)
        if not isinstance(item.value, Decimal) or not item.value.is_finite() or abs(item.value) > 1:
            raise Refused("correlation.out_of_bounds", where, {"value": str(item.value)})
    return sorted({name for both in seen for name in both})


def factor(correlations: Sequence[Correlation], names: Sequence[str]) -> Floats:
    """A matrix, one row for each of `names`, that turns independent normal variables (one column each) into correlated ones.

    Raises Refused (`correlation.impossible`) at the pair that contributes most to it if no variables can have these correlations,
    with the `least` and `most` that this pair could have while the others stay, or None where the others are impossible by
    themselves.
    """
    place = {name: index for index, name in enumerate(names)}
    matrix = np.eye(len(names))
    for item in correlations:
        row, column = place[item.one], place[item.other]
        matrix[row, column] = matrix[column, row] = 2 * math.sin(math.pi * float(item.value) / 6)
    values, vectors = np.linalg.eigh(matrix)
    if values[0] < -ROUNDING * len(names):
        worst = vectors[:, 0]
        blamed = min(correlations, key=lambda item: worst[place[item.one]] * worst[place[item.other]] * float(item.value))
        least, most = _possible(matrix, place[blamed.one], place[blamed.other])
        where = pair(blamed.one, blamed.other)
        raise Refused("correlation.impossible", where, {"value": blamed.value, "least": least, "most": most})
    # By eigenvalues and not by Cholesky, which needs all of them above zero: a correlation of 1 has one at zero.
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)), dtype=np.float64)


def _possible(matrix: Floats, row: int, column: int) -> tuple[Decimal | None, Decimal | None]:
    """Between what the correlation of ranks of one pair may lie, rounded inwards to two digits, while the others are as they are.

    Given the others, the two have partial correlations from -1 to 1.
    """
    rest = [index for index in range(len(matrix)) if index not in (row, column)]
    others = matrix[np.ix_(rest, rest)]
    if rest and np.linalg.eigvalsh(others)[0] <= ROUNDING:
        return None, None
    ends = matrix[np.ix_(rest, [row, column])]
    explained = ends.T @ np.linalg.solve(others, ends)
    left = (1 - explained[0, 0]) * (1 - explained[1, 1])
    if explained[0, 0] > 1 or explained[1, 1] > 1:
        return None, None
    bounds = [_of_ranks(explained[0, 1] + side * math.sqrt(left)) for side in (-1, 1)]
    least, most = math.ceil(bounds[0] * 100 - ROUNDING), math.floor(bounds[1] * 100 + ROUNDING)
    return (Decimal(least) / 100, Decimal(most) / 100) if least <= most else (None, None)


def _of_ranks(normal: float) -> float:
    return 6 / math.pi * math.asin(min(max(normal, -2.0), 2.0) / 2)
