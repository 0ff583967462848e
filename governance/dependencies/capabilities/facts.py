"""A scan as plain values for JSON, and back. Pure. What is stored today is compared with next year's release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from .comparing import Comparison, Pair
from .model import FileFact, Native, Point, Scan

FORMAT = "countersign/capabilities/1"


def to_facts(scan: Scan) -> dict[str, Any]:
    return {"format": FORMAT, **asdict(scan), "points": [point_facts(point) for point in scan.points]}


def point_facts(point: Point) -> dict[str, Any]:
    return {"key": point.key, **asdict(point)}


def from_facts(facts: Mapping[str, Any]) -> Scan:
    """Raises ValueError for another format, KeyError or TypeError for one that is not whole."""
    if facts.get("format") != FORMAT:
        raise ValueError(f"not a scan of the format {FORMAT}")
    return Scan(
        **{
            name: facts[name]
            for name in ("kind", "name", "version", "sha256", "source_digest", "native_digest", "complete", "scanner")
        },
        points=tuple(_made(Point, point) for point in facts["points"]),
        files=tuple(_made(FileFact, fact) for fact in facts["files"]),
        natives=tuple(_made(Native, native) for native in facts["natives"]),
    )


def comparison_facts(comparison: Comparison) -> dict[str, Any]:
    def pairs(found: tuple[Pair, ...]) -> list[dict[str, Any]]:
        return [{"before": point_facts(pair.before), "after": point_facts(pair.after)} for pair in found]

    return {
        "format": FORMAT,
        "new": [point_facts(point) for point in comparison.new],
        "changed": pairs(comparison.changed),
        "moved": pairs(comparison.moved),
        "gone": [point_facts(point) for point in comparison.gone],
        "same": comparison.same,
        "new_capabilities": list(comparison.new_capabilities),
        "gone_capabilities": list(comparison.gone_capabilities),
        "new_symbols": [list(pair) for pair in comparison.new_symbols],
        "gone_symbols": [list(pair) for pair in comparison.gone_symbols],
    }


def _made(kind: Any, values: Mapping[str, Any]) -> Any:
    """JSON knows no tuples, and a key is computed."""
    wanted = {field.name for field in fields(kind)}
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items() if name in wanted})
