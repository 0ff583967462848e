"""What changed between two definitions, for somebody who knew the older one. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from foundation.canonical import decimal_text

TEXTS = (
    "business_problem",
    "affected",
    "ml_problem",
    "intended_use",
    "limits",
    "risk_tier",
    "assumptions",
    "framework",
    "containers",
    "language",
    "regulation",
    "latency",
    "throughput",
    "volume",
    "availability",
)
KPI_FIELDS = (
    "unit",
    "direction",
    "baseline",
    "target",
    "tolerance",
    "how",
    "kind",
    "measured_on",
    "cadence",
    "readers",
    "population",
    "population_label",
    "outcome",
    "metric",
    "driven_by",
)
# The lists of named things in a definition: what each says besides its name, and which of it stands for the whole when one
# comes or goes ("name" where there is nothing better).
PARTS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "data_sources": (("note",), "name"),
    "consumers": (("kind", "purpose"), "name"),
    "kpis": (KPI_FIELDS, "target"),
}
UNSAID = {"kind": "business"}  # what a KPI's body leaves out because it is the usual


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. `field` is a text's name, or a field of the thing called `name` in the list `part`; `change` is
    added, removed or changed."""

    field: str
    before: str
    after: str
    change: str
    name: str = ""
    part: str = ""

    @property
    def kpi(self) -> str:
        """The KPI this is about, or nothing."""
        return self.name if self.part == "kpis" else ""

    @property
    def path(self) -> str:
        """Where it stands: `ml_problem`, or `kpis[Found].target`."""
        return f"{self.part}[{self.name}].{self.field}" if self.part else self.field

    def as_mapping(self) -> dict[str, str]:
        return {"field": self.path, "before": self.before, "after": self.after, "change": self.change}


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Change]:
    """Texts first, then data, consumers and KPIs by name: one that was renamed is one that went and one that came. Their order
    counts for nothing."""
    before = before or {}
    found = [
        Change(name, str(old), str(new), _kind(str(old), str(new)))
        for name in TEXTS
        if (old := before.get(name, "")) != (new := after.get(name, ""))
    ]
    for part, (fields, head) in PARTS.items():
        found += _between(part, fields, head, before.get(part, ()), after.get(part, ()))
    return found


def _between(
    part: str, fields: tuple[str, ...], head: str, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> list[Change]:
    found = []
    olds, news = ({item["name"]: item for item in items} for items in (before, after))
    for name in [*olds, *(name for name in news if name not in olds)]:
        old, new = olds.get(name), news.get(name)
        if old is None or new is None:
            kind = "added" if old is None else "removed"
            found.append(Change(head, told(part, old, head), told(part, new, head), kind, name, part))
            continue
        found += [
            Change(field, was, now, _kind(was, now), name, part)
            for field in fields
            if (was := told(part, old, field)) != (now := told(part, new, field))
        ]
    return found


def told(part: str, item: Mapping[str, Any] | None, field: str) -> str:
    """What a named thing says in one field, as text; nothing where it is not there or says nothing."""
    value = None if item is None else item.get(field)
    if item is not None and part == "kpis" and not value and field in UNSAID:
        return UNSAID[field]
    if value is None:
        return ""
    return decimal_text(value) if isinstance(value, Decimal) else str(value)


def _kind(old: str, new: str) -> str:
    return "added" if not old else "changed" if new else "removed"
