"""What conditions of steps ask about model versions, for one or many at a constant number of queries.

Each of them follows from a component of the manifest or never changes: as long as the digests are the same, so are the facts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery

from governance.dictionary.models import ElementVersion
from governance.dictionary.selectors import bound_columns
from governance.economics.cashflow import flows_of
from governance.economics.components import plan_of
from governance.economics.models import Snapshot
from governance.usecases.models import Definition
from lineage.models import DatasetInput, ModelVersion
from lineage.selectors.manifest import Sources

SENSITIVITIES = tuple(ElementVersion.Sensitivity.values)  # from the least sensitive to the most


def version_facts(versions: Sequence[ModelVersion]) -> dict[str, dict[str, Any]]:
    """Facts by public id. Five queries, however many versions."""
    cases = {version.use_case_id for version in versions}
    tiers, costs, sensitive = risk_tiers(cases), total_costs(cases), sensitivities(versions)
    return {
        version.public_id: {
            "risk_tier": tiers.get(version.use_case_id),
            "kind": version.kind,
            "cost": costs.get(version.use_case_id),
            "sensitivity": sensitive.get(version.pk),
        }
        for version in versions
    }


def facts_from(version: ModelVersion, sources: Sources) -> dict[str, Any]:
    """The same of one version, out of the rows that its manifest was computed from just now: no query."""
    definition, snapshot = sources.definition, sources.snapshot
    said = [item.version.sensitivity for found in sources.columns.values() for item in found if item.version]
    return {
        "risk_tier": (definition.risk_tier or None) if definition is not None else None,
        "kind": version.kind,
        "cost": total_cost(snapshot) if snapshot is not None else None,
        "sensitivity": _highest(said) if said else None,
    }


def risk_tiers(use_cases: Collection[int]) -> dict[int, str]:
    """The tier that the newest definition names, by primary key of the use case; those that name none are left out."""
    newest = Definition.objects.filter(use_case=OuterRef("use_case")).order_by("-number").values("number")[:1]
    rows = Definition.objects.filter(use_case__in=use_cases, number=Subquery(newest)).exclude(risk_tier="")
    return dict(rows.values_list("use_case_id", "risk_tier"))


def total_costs(use_cases: Collection[int]) -> dict[int, Decimal]:
    """All costs of the newest snapshot, undiscounted and in its currency, by primary key of the use case."""
    newest = Snapshot.objects.filter(case=OuterRef("case")).order_by("-number").values("number")[:1]
    rows = Snapshot.objects.filter(case__use_case__in=use_cases, number=Subquery(newest)).select_related("case")
    return {row.case.use_case_id: total_cost(row) for row in rows}


def total_cost(snapshot: Snapshot) -> Decimal:
    return sum(flows_of(plan_of(snapshot)).costs, Decimal(0))


def sensitivities(versions: Sequence[ModelVersion]) -> dict[int, str]:
    """The highest sensitivity among the elements that a version's columns are bound to, by primary key; none bound is left out."""
    columns: dict[int, set[tuple[str, str]]] = defaultdict(set)
    everything: dict[str, set[str]] = defaultdict(set)
    inputs = DatasetInput.objects.filter(model_version__in=versions)
    for version, name, names in inputs.values_list("model_version_id", "name", "columns"):
        columns[version].update((name, column) for column in names)
        everything[name].update(names)
    bound = bound_columns(everything)
    said = {
        version: [item.version.sensitivity for place in places for item in bound[place] if item.version]
        for version, places in columns.items()
    }
    return {version: _highest(sensitive) for version, sensitive in said.items() if sensitive}


def _highest(values: Iterable[str]) -> str:
    return max(values, key=("", *SENSITIVITIES).index)
