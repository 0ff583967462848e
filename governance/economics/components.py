"""The lines of a case, and what the component `economics` of a manifest consists of. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

_FORMAT = "countersign/economics/1"


@dataclass(frozen=True, slots=True)
class Line:
    """A cost or a benefit: `quantity` times `unit_price` in each period from `from_period` to `to_period`, both included.

    Amounts are never negative: `kind` (cost or benefit) says which way the money goes.
    """

    key: str
    title: str
    kind: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    from_period: int
    to_period: int

    @classmethod
    def stored(cls, line: Mapping[str, Any]) -> Line:
        """A line as it lies in a snapshot, where decimals are texts."""
        return cls(**{**line, "quantity": Decimal(line["quantity"]), "unit_price": Decimal(line["unit_price"])})


class SnapshotLike(Protocol):
    """What the pure functions want of a snapshot."""

    @property
    def currency(self) -> str: ...
    @property
    def period(self) -> str: ...
    @property
    def horizon(self) -> int: ...
    @property
    def discount_rate(self) -> Decimal: ...
    @property
    def real_or_nominal(self) -> str: ...
    @property
    def lines(self) -> Sequence[Mapping[str, Any]]: ...


def lines_of(snapshot: SnapshotLike) -> list[Line]:
    return [Line.stored(line) for line in snapshot.lines]


def component_body(snapshot: SnapshotLike | None) -> dict[str, Any]:
    """The canonical body of `economics`: what the money rests on, with no number, date, author or note.

    Lines are in the order of their keys, so that sorting them on a page changes nothing. `case` is null while nothing was
    written down, which is a state a person can judge too.
    """
    if snapshot is None:
        return {"format": _FORMAT, "case": None}
    return {
        "format": _FORMAT,
        "case": {
            "currency": snapshot.currency,
            "period": snapshot.period,
            "horizon": snapshot.horizon,
            "discount_rate": snapshot.discount_rate,
            "real_or_nominal": snapshot.real_or_nominal,
            "lines": sorted((dict(line) for line in snapshot.lines), key=lambda line: str(line["key"])),
        },
    }
