"""The manifest of a model version: eight components, each with its content and its digest, as they are now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Subquery

from foundation.canonical import digest
from governance.dictionary.bindings import component_body as dictionary_body
from governance.dictionary.selectors import meanings
from governance.economics.components import component_body as economics_body
from governance.economics.selectors import current_snapshot
from governance.usecases.models import Definition, Kpi, UseCase
from lineage.models import Component, ModelVersion

COMPONENTS = ("use_case", "code", "model", "data", "dictionary", "dependencies", "runtime", "economics")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a person judges. `digests` has every component; `bodies` what each digest is taken over, or shown for."""

    digests: Mapping[str, str]
    bodies: Mapping[str, Any]
    digest: str = field(default="")

    @classmethod
    def of(cls, bodies: Mapping[str, Any], digests: Mapping[str, str]) -> Manifest:
        return cls(digests=digests, bodies=bodies, digest=digest(dict(digests)))


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
    snapshot = current_snapshot(model_version.use_case)
    live = {
        "use_case": _definition(model_version.use_case),
        "dictionary": _dictionary(datasets),
        "economics": economics_body(snapshot),
    }
    for name, body in live.items():
        bodies[name] = body
        digests[name] = digest(body)
    return Manifest.of({name: bodies[name] for name in COMPONENTS}, {name: digests[name] for name in COMPONENTS})


def _definition(use_case: UseCase) -> dict[str, Any]:
    """What the newest definition says. One query where it has KPIs, as it nearly always does."""
    newest = use_case.definitions.order_by("-number").values("pk")[:1]
    kpis = list(Kpi.objects.filter(definition=Subquery(newest)).select_related("definition"))
    if kpis:
        newest_one: Definition = kpis[0].definition
        newest_one.use_case = use_case
        return newest_one.content(kpis)
    definition = use_case.current_definition()
    return definition.content() if definition else {"definition": None}


def _dictionary(datasets: list[dict[str, Any]]) -> dict[str, Any]:
    columns: dict[str, list[str]] = {}
    for item in datasets:
        known = columns.setdefault(item["name"], [])
        known += [column for column in item["columns"] if column not in known]
    return dictionary_body(columns, meanings(columns))
