"""Definitions, KPIs and differences in sentences for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from foundation.templatetags.countersign import figure
from governance.usecases.comparison import Change
from governance.usecases.models import Kpi


def with_unit(value: Any, unit: str) -> str:
    """A figure and what it counts: `42 %`."""
    return _("%(value)s %(unit)s") % {"value": figure(value), "unit": unit} if unit else figure(value)


def kpi_sentence(kpi: Kpi) -> str:
    """What a KPI promises, in one sentence: `Up from 42 to 70 % or more; 67 is tolerated.`"""
    up = kpi.direction == Kpi.Direction.UP
    words = {"wanted": with_unit(kpi.target, kpi.unit), "now": figure(kpi.baseline), "edge": ""}
    if kpi.tolerance:
        words["edge"] = figure(kpi.target - kpi.tolerance if up else kpi.target + kpi.tolerance)
    return _promise(up, kpi.baseline is not None, bool(kpi.tolerance)) % words


def _promise(up: bool, from_now: bool, tolerant: bool) -> str:
    """Whole sentences, because other languages put the parts in another order."""
    if from_now and tolerant:
        return (
            _("Up from %(now)s to %(wanted)s or more; %(edge)s is tolerated.")
            if up
            else _("Down from %(now)s to %(wanted)s or less; %(edge)s is tolerated.")
        )
    if from_now:
        return _("Up from %(now)s to %(wanted)s or more.") if up else _("Down from %(now)s to %(wanted)s or less.")
    if tolerant:
        return _("%(wanted)s or more; %(edge)s is tolerated.") if up else _("%(wanted)s or less; %(edge)s is tolerated.")
    return _("%(wanted)s or more.") if up else _("%(wanted)s or less.")


def field_label(name: str) -> str:
    """A field of a definition or of a KPI, by the name people know."""
    labels = {
        "business_problem": _("Business problem"),
        "affected": _("Who is affected"),
        "ml_problem": _("Machine-learning problem"),
        "intended_use": _("Intended use"),
        "limits": _("Limits"),
        "unit": _("Unit"),
        "direction": _("Direction"),
        "baseline": _("Now"),
        "target": _("Wanted"),
        "tolerance": _("Tolerance"),
        "how": _("How it is measured"),
    }
    return labels.get(name, name)


def told_changes(changes: Iterable[Change]) -> list[Mapping[str, str]]:
    """Changes as `components/diff.html` takes them."""
    directions = dict(Kpi.Direction.choices)

    def value(change: Change, text: str) -> str:
        return str(directions.get(text, text)) if change.field == "direction" else text

    return [
        {
            "path": _("KPI “%(kpi)s”: %(field)s") % {"kpi": change.kpi, "field": field_label(change.field)}
            if change.kpi
            else field_label(change.field),
            "before": value(change, change.before),
            "after": value(change, change.after),
            "change": change.change,
        }
        for change in changes
    ]
