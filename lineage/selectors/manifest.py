"""The manifest of a model version: eight components, each with its content and its digest, as they are now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Subquery

from foundation.canonical import digest
from governance.dictionary.bindings import component_body as dictionary_body
from governance.dictionary.selectors import BoundColumn, Place, bound_columns
from governance.economics.components import component_body as economics_body
from governance.economics.models import Snapshot
from governance.economics.selectors.worth import Agreed, newest_and_agreed
from governance.usecases.models import Definition, Kpi, UseCase
from lineage.models import Component, ModelVersion

COMPONENTS = ("use_case", "code", "model", "data", "dictionary", "dependencies", "runtime", "economics")


@dataclass(frozen=True, slots=True)
class Sources:
    """The rows that the live components were computed from, for whoever asks more of the same."""

    definition: Definition | None
    snapshot: Snapshot | None
    columns: Mapping[Place, tuple[BoundColumn, ...]]
    agreed: Agreed | None = None  # the case that was approved and holds, which is no component


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a person judges. `digests` has every component; `bodies` what each digest is taken over, or shown for."""

    digests: Mapping[str, str]
    bodies: Mapping[str, Any]
    digest: str = field(default="")
    sources: Sources | None = field(default=None, compare=False)

    @classmethod
    def of(cls, bodies: Mapping[str, Any], digests: Mapping[str, str], sources: Sources | None = None) -> Manifest:
        return cls(digests=digests, bodies=bodies, digest=digest(dict(digests)), sources=sources)


def manifest_of(model_version: ModelVersion) -> Manifest:
    """Compute the manifest from the records. A tree that nobody has seen yet stands as "unseen commit": it is no content
    that an approval could carry over from."""
    bodies: dict[str, Any] = {}
    digests: dict[str, str] = {}
    for component in Component.objects.filter(model_version=model_version).select_related("content").order_by("pk"):
        bodies[component.name] = component.content.body
        digests[component.name] = component.content_id
    if "code" not in digests:
        bodies["code"] = {"unseen_commit": model_version.commit}
        digests["code"] = digest(bodies["code"])
    datasets = bodies["data"]["datasets"]
    definition, kpis = _definition(model_version.use_case)
    columns = _columns(datasets)
    snapshot, agreed = newest_and_agreed(model_version.use_case)
    sources = Sources(definition, snapshot, bound_columns(columns), agreed)
    said = {place: tuple(item.meaning for item in found) for place, found in sources.columns.items()}
    live = {
        "use_case": definition.content(kpis) if definition is not None else {"definition": None},
        "dictionary": dictionary_body(columns, said),
        "economics": economics_body(sources.snapshot),
    }
    for name, body in live.items():
        bodies[name] = body
        digests[name] = digest(body)
    return Manifest.of({name: bodies[name] for name in COMPONENTS}, {name: digests[name] for name in COMPONENTS}, sources)


def _definition(use_case: UseCase) -> tuple[Definition | None, list[Kpi]]:
    """The newest definition with its KPIs. One query where it has any, as it nearly always does."""
    newest = use_case.definitions.order_by("-number").values("pk")[:1]
    kpis = list(Kpi.objects.filter(definition=Subquery(newest)).select_related("definition"))
    if not kpis:
        return use_case.current_definition(), []
    newest_one: Definition = kpis[0].definition
    newest_one.use_case = use_case
    return newest_one, kpis


def _columns(datasets: list[dict[str, Any]]) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for item in datasets:
        known = columns.setdefault(item["name"], [])
        known += [column for column in item["columns"] if column not in known]
    return columns
