"""Definitions and their differences in words for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from governance.usecases.comparison import Change
from governance.usecases.models import Definition, Kpi
from governance.usecases.wording_kpis import kpi_sentence as kpi_sentence
from governance.usecases.wording_kpis import told_kpis as told_kpis


def field_label(name: str) -> str:
    """A field of a definition or of a KPI, by the name people know."""
    labels = {
        "business_problem": _("Business problem"),
        "affected": _("Who is affected"),
        "ml_problem": _("Machine-learning problem"),
        "intended_use": _("Intended use"),
        "limits": _("Limits"),
        "risk_tier": _("Risk tier"),
        "assumptions": _("Assumptions"),
        "data_sources": _("Data that is expected"),
        "consumers": _("Who may use the output"),
        "framework": _("Company framework"),
        "containers": _("Containers"),
        "language": _("Programming language"),
        "regulation": _("Laws and rules that apply"),
        "latency": _("How fast an answer is needed"),
        "throughput": _("How many answers at once"),
        "volume": _("How much data"),
        "availability": _("How often it may be down"),
        "unit": _("Unit"),
        "direction": _("Direction"),
        "baseline": _("Now"),
        "target": _("Wanted"),
        "tolerance": _("Tolerance"),
        "how": _("How it is measured"),
        "kind": _("Kind"),
        "measured_on": _("On which data"),
        "cadence": _("How often"),
        "readers": _("Who reads it"),
        "population": _("Out of how many"),
        "population_label": _("Of whom or what"),
        "outcome": _("What happens to them"),
        "metric": _("Metric of the model"),
        "driven_by": _("Driven by"),
        "note": _("What is in it"),
        "purpose": _("What for"),
    }
    return labels.get(name, name)


def part_label(part: str, name: str, field: str = "") -> str:
    """A named thing in a definition, or a field of it: `KPI “Leavers found”: Wanted`."""
    words = {"name": name, "field": field_label(field)}
    if part == "kpis":
        return _("KPI “%(name)s”: %(field)s") % words if field else _("KPI “%(name)s”") % words
    if part == "data_sources":
        return _("Data “%(name)s”: %(field)s") % words if field else _("Data “%(name)s”") % words
    return _("User of the output “%(name)s”: %(field)s") % words if field else _("User of the output “%(name)s”") % words


def value_label(part: str, field: str, text: str) -> str:
    """What a field says, with the word people know for a choice."""
    choices: dict[tuple[str, str], dict[str, Any]] = {
        ("", "risk_tier"): dict(Definition.RiskTier.choices),
        ("consumers", "kind"): dict(Definition.Consumer.choices),
        ("kpis", "direction"): dict(Kpi.Direction.choices),
        ("kpis", "kind"): dict(Kpi.Kind.choices),
    }
    return str(choices.get((part, field), {}).get(text, text))


def told_changes(changes: Iterable[Change]) -> list[Mapping[str, str]]:
    """Changes as `components/diff.html` takes them."""
    return [
        {
            "path": part_label(change.part, change.name, "" if change.field == "name" else change.field)
            if change.part
            else field_label(change.field),
            "before": value_label(change.part, change.field, change.before),
            "after": value_label(change.part, change.field, change.after),
            "change": change.change,
        }
        for change in changes
    ]
