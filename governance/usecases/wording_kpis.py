"""KPIs in sentences for people: what reaching them comes to, and how those of the business and of the model hang together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from foundation.templatetags.countersign import figure
from governance.usecases.consequence import Consequence, consequence
from governance.usecases.models import Kpi


def with_unit(value: Any, unit: str) -> str:
    """A figure and what it counts: `42 %`."""
    return _("%(value)s %(unit)s") % {"value": figure(value), "unit": unit} if unit else figure(value)


def kpi_sentence(kpi: Kpi) -> str:
    """What a KPI comes to, in one sentence."""
    return sentence_of(kpi.content())


def sentence_of(kpi: Mapping[str, Any]) -> str:
    """In people or things where the KPI says out of how many: `Of 1,000 customers who would leave, 140 more are kept: 560 instead
    of 420.` Else what is promised: `Up from 42 to 70 % or more; 67 is tolerated.`"""
    found = consequence(kpi)
    return _comes_to(kpi, found) if found else _promised(kpi)


def _comes_to(kpi: Mapping[str, Any], found: Consequence) -> str:
    whom = str(kpi.get("population_label") or "")
    words = {
        "of": _("%(population)s %(whom)s") % {"population": figure(found.population), "whom": whom}
        if whom
        else figure(found.population),
        "step": _("about %(number)s") % {"number": figure((found.step or Decimal(0)).copy_abs())}
        if not found.exact
        else figure((found.step or Decimal(0)).copy_abs()),
        "wanted": figure(found.wanted),
        "now": figure(found.now),
        "unit": kpi.get("unit", ""),
        "outcome": kpi.get("outcome", ""),
    }
    down = kpi.get("direction") == Kpi.Direction.DOWN
    core = (_each(found, down) if found.shape == "each" else _out_of(found, down, bool(words["outcome"]))) % words
    if found.edge is not None:
        return _("%(said)s; %(edge)s is tolerated.") % {"said": core, "edge": figure(found.edge)}
    return _("%(said)s.") % {"said": core}


def _out_of(found: Consequence, down: bool, outcome: bool) -> str:
    """Whole sentences, because other languages put the parts in another order."""
    if found.step is None:
        if down:
            return _("Of %(of)s, %(wanted)s or fewer %(outcome)s") if outcome else _("Of %(of)s, %(wanted)s or fewer")
        return _("Of %(of)s, %(wanted)s or more %(outcome)s") if outcome else _("Of %(of)s, %(wanted)s or more")
    if found.step > 0:
        if outcome:
            return _("Of %(of)s, %(step)s more %(outcome)s: %(wanted)s instead of %(now)s")
        return _("Of %(of)s, %(step)s more than now: %(wanted)s instead of %(now)s")
    if found.step < 0:
        if outcome:
            return _("Of %(of)s, %(step)s fewer %(outcome)s: %(wanted)s instead of %(now)s")
        return _("Of %(of)s, %(step)s fewer than now: %(wanted)s instead of %(now)s")
    return _("Of %(of)s, as many as now %(outcome)s: %(now)s") if outcome else _("Of %(of)s, as many as now: %(now)s")


def _each(found: Consequence, down: bool) -> str:
    if found.step is None:
        return (
            _("For %(of)s, %(wanted)s %(unit)s or less in all") if down else _("For %(of)s, %(wanted)s %(unit)s or more in all")
        )
    if found.step > 0:
        return _("For %(of)s, %(step)s %(unit)s more in all: %(wanted)s instead of %(now)s")
    if found.step < 0:
        return _("For %(of)s, %(step)s %(unit)s less in all: %(wanted)s instead of %(now)s")
    return _("For %(of)s, as much as now: %(now)s %(unit)s in all")


def _promised(kpi: Mapping[str, Any]) -> str:
    up = kpi.get("direction") != Kpi.Direction.DOWN
    target, tolerance, baseline = kpi["target"], kpi.get("tolerance"), kpi.get("baseline")
    words = {"wanted": with_unit(target, kpi.get("unit", "")), "now": figure(baseline), "edge": ""}
    if tolerance:
        words["edge"] = figure(target - tolerance if up else target + tolerance)
    return _promise(up, baseline is not None, bool(tolerance)) % words


def _promise(up: bool, from_now: bool, tolerant: bool) -> str:
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


@dataclass(frozen=True, slots=True)
class Told:
    """A KPI for a page: its sentence, what it is tied to, and the facts behind it."""

    kpi: Kpi
    sentence: str
    drives: list[str]  # names of the business's KPIs that rest on this one of the model
    facts: list[tuple[str, str]]


def told_kpis(kpis: Iterable[Kpi]) -> list[Told]:
    """Those of the business first, each followed by the one of the model that drives it; the others after them."""
    rows = list(kpis)
    business = [row for row in rows if row.kind != Kpi.Kind.MODEL]
    models = {row.name: row for row in rows if row.kind == Kpi.Kind.MODEL}
    ordered: list[Kpi] = []
    for row in business:
        ordered.append(row)
        if row.driven_by in models:
            ordered.append(models.pop(row.driven_by))
    ordered += models.values()
    return [
        Told(
            row,
            kpi_sentence(row),
            [other.name for other in business if row.kind == Kpi.Kind.MODEL and other.driven_by == row.name],
            _facts(row),
        )
        for row in ordered
    ]


def _facts(kpi: Kpi) -> list[tuple[str, str]]:
    said = [
        (_("How it is measured"), kpi.how),
        (_("On which data"), kpi.measured_on),
        (_("How often"), kpi.cadence),
        (_("Who reads it"), kpi.readers),
        (_("Metric of the model"), kpi.metric),
    ]
    return [(label, text) for label, text in said if text]
