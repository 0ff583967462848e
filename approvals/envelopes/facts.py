"""What of a version limits speak of, read from the bodies of its components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set that a version was made from. `rows` and `columns` are None where nobody said."""

    role: str
    name: str
    digest: str = ""
    rows: int | None = None
    columns: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """One version, as far as limits speak of it. `metrics` by (name, data set); `params` by name, as plain values.

    What is None is not known, and no limit holds over it.
    """

    components: Mapping[str, str]
    metrics: Mapping[tuple[str, str], Decimal] | None = field(default_factory=dict)
    datasets: tuple[Dataset, ...] | None = ()
    params: Mapping[str, Any] | None = field(default_factory=dict)
    kind: str | None = ""
    serialization: str | None = ""
    created_at: datetime | None = None


def facts_of(components: Mapping[str, str], bodies: Mapping[str, Any], created_at: datetime | None) -> VersionFacts:
    """The facts behind a manifest: `components` are its digests, `bodies` the contents of `model` and `data`.

    The bodies are what the digests are over, so nobody can add a figure to a baseline after it was agreed to.
    """
    model, data = bodies.get("model"), bodies.get("data")
    return VersionFacts(
        components=dict(components),
        metrics=None if model is None else {_place(item): Decimal(str(item["value"])) for item in model["metrics"]},
        datasets=None if data is None else tuple(_dataset(item) for item in data["datasets"]),
        params=None if model is None else dict(model["params"]),
        kind=None if model is None else str(model["kind"]),
        serialization=None if model is None else str(model["serialization"]),
        created_at=created_at,
    )


def _place(item: Mapping[str, Any]) -> tuple[str, str]:
    return str(item["name"]), str(item["dataset"])


def _dataset(item: Mapping[str, Any]) -> Dataset:
    columns = frozenset(item["columns"]) if item["columns"] else None
    return Dataset(str(item["role"]), str(item["name"]), str(item["digest"]), item["rows"], columns)
