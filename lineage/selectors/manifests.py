"""The manifest digests of many versions at once, for lists: what `manifest_of` says, without the bodies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Exists, OuterRef, Subquery

from foundation.canonical import digest
from governance.dictionary.bindings import Meaning
from governance.dictionary.bindings import component_body as dictionary_body
from governance.dictionary.selectors import Place, meanings
from governance.economics.components import component_body as economics_body
from governance.economics.models import Snapshot
from governance.usecases.models import Definition, Kpi
from lineage.models import Component, DatasetInput, ModelVersion
from lineage.selectors.manifest import COMPONENTS


def manifest_digests(versions: Sequence[ModelVersion]) -> dict[int, dict[str, str]]:
    """For each version (by primary key) component → digest, as `manifest_of` computes them. Seven queries, however many."""
    stored: dict[int, dict[str, str]] = defaultdict(dict)
    rows = Component.objects.filter(model_version__in=versions).order_by("pk")
    for pk, name, content in rows.values_list("model_version_id", "name", "content_id"):
        stored[pk][name] = content
    cases = {version.use_case_id for version in versions}
    definitions = _definitions(cases)
    economics = _economics(cases)
    dictionary = _dictionaries(versions)
    found = {}
    for version in versions:
        digests = {"code": digest({"unseen_commit": version.commit}), **stored[version.pk]}
        digests["use_case"] = definitions[version.use_case_id]
        digests["economics"] = economics[version.use_case_id]
        digests["dictionary"] = dictionary[version.pk]
        found[version.pk] = {name: digests[name] for name in COMPONENTS}
    return found


def _definitions(cases: Iterable[int]) -> dict[int, str]:
    """One query where each newest definition has KPIs, as it nearly always does."""
    later = Definition.objects.filter(use_case=OuterRef("use_case"), number__gt=OuterRef("number"))
    newest = Definition.objects.filter(~Exists(later), use_case__in=cases)
    measured: dict[Definition, list[Kpi]] = defaultdict(list)
    for kpi in Kpi.objects.filter(definition__in=newest.values("pk")).select_related("definition__use_case"):
        measured[kpi.definition].append(kpi)
    found = {row.use_case_id: digest(row.content(kpis)) for row, kpis in measured.items()}
    rest = set(cases) - set(found)
    if rest:
        nothing = digest({"definition": None})
        rows = newest.filter(use_case__in=rest).select_related("use_case")
        found |= dict.fromkeys(rest, nothing) | {row.use_case_id: digest(row.content([])) for row in rows}
    return found


def _economics(cases: Iterable[int]) -> dict[int, str]:
    newest = Snapshot.objects.filter(case=OuterRef("case")).order_by("-number").values("number")[:1]
    rows = Snapshot.objects.filter(case__use_case__in=cases, number=Subquery(newest)).select_related("case")
    nothing = digest(economics_body(None))
    return dict.fromkeys(cases, nothing) | {row.case.use_case_id: digest(economics_body(row)) for row in rows}


def _dictionaries(versions: Sequence[ModelVersion]) -> dict[int, str]:
    columns: dict[int, dict[str, set[str]]] = {version.pk: defaultdict(set) for version in versions}
    everything: dict[str, set[str]] = defaultdict(set)
    for version, name, names in DatasetInput.objects.filter(model_version__in=versions).values_list(
        "model_version_id", "name", "columns"
    ):
        columns[version][name].update(names)
        everything[name].update(names)
    said: Mapping[Place, tuple[Meaning, ...]] = meanings(everything)
    return {version: digest(dictionary_body(names, said)) for version, names in columns.items()}
