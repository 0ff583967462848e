"""What changed between two definitions, for somebody who knew the older one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from foundation.canonical import decimal_text

TEXTS = ("business_problem", "affected", "ml_problem", "intended_use", "limits")
KPI_FIELDS = ("unit", "direction", "baseline", "target", "tolerance", "how")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. `field` is a text's name, or a KPI's field with `kpi` naming which; `change` is added, removed or
    changed."""

    field: str
    before: str
    after: str
    change: str
    kpi: str = ""


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Change]:
    """Texts first, then KPIs by name: one that was renamed is one that went and one that came. Their order counts for nothing."""
    before = before or {}
    found = [
        Change(name, str(old), str(new), _kind(str(old), str(new)))
        for name in TEXTS
        if (old := before.get(name, "")) != (new := after.get(name, ""))
    ]
    old_kpis = {kpi["name"]: kpi for kpi in before.get("kpis", ())}
    new_kpis = {kpi["name"]: kpi for kpi in after.get("kpis", ())}
    for name in [*old_kpis, *(name for name in new_kpis if name not in old_kpis)]:
        old, new = old_kpis.get(name), new_kpis.get(name)
        if old is None or new is None:
            found.append(
                Change("target", _told(old, "target"), _told(new, "target"), "added" if old is None else "removed", name)
            )
            continue
        found += [
            Change(field, _told(old, field), _told(new, field), _kind(_told(old, field), _told(new, field)), name)
            for field in KPI_FIELDS
            if _told(old, field) != _told(new, field)
        ]
    return found


def _told(kpi: Mapping[str, Any] | None, field: str) -> str:
    value = None if kpi is None else kpi.get(field)
    if value is None:
        return ""
    return decimal_text(value) if isinstance(value, Decimal) else str(value)


def _kind(old: str, new: str) -> str:
    return "added" if not old else "changed" if new else "removed"
