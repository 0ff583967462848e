"""Model versions as CI pushes them: recorded once, compared ever after."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest, digest_bytes
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.dependencies.components import component_body as dependencies_body
from governance.dependencies.components import label_of
from governance.dependencies.first_party import is_first_party
from governance.dependencies.models import DependencySet
from governance.dependencies.services import record_set
from governance.usecases.models import UseCase
from lineage import formats, mirror, provenance
from lineage.models import DatasetInput, LockFile, Metric, ModelVersion, ProvenanceFact, Repository
from lineage.permissions import may_push
from lineage.provenance import Malformed, MetricValue, Provenance
from lineage.services.components import store_component
from lineage.services.pinned import FACT, check_pinned, pinned_release
from lineage.services.repositories import fetch_if_unseen
from lineage.services.verification import verify_version

log = structlog.get_logger(__name__)
REGISTERED = audit.kind("lineage.model_version.registered", _("Model version registered"))
MEASURED = audit.kind("lineage.model_version.measured", _("Metrics added to a model version"))


@dataclasses.dataclass(frozen=True, slots=True)
class Registered:
    """What a push came to: `created` for a new version, `changed` when metrics were added to a known one."""

    model_version: ModelVersion
    created: bool
    changed: bool


def register_model_version(*, actor: Actor, use_case: UseCase, data: Mapping[str, Any]) -> Registered:
    """Record what CI says about a version. The same again changes nothing; new metrics are added.

    `data` has the fields of `POST /model-versions`. Raises NotAllowed; Invalid with the path of each field that cannot
    be used; Conflict when name and version are taken by other bytes, or a metric was recorded with another value.
    """
    require(may_push(actor, use_case))
    try:
        with transaction.atomic():
            locks = [
                record_set(actor=actor, path=item["path"], content=item["content"]) for item in data.get("dependency_sets") or []
            ]
            pushed = _understand(data, locks)
            known = ModelVersion.objects.select_for_update().filter(name=data["name"], version=data["version"]).first()
            if known is not None:
                fetch_if_unseen(actor=actor, model_version=known)
                check_pinned(known, data)
                return _again(actor, use_case, known, _said_before(data, known, pushed))
            row = _create(actor, use_case, data, pushed, locks)
            audit.record(
                actor,
                REGISTERED,
                row,
                {
                    "name": row.name,
                    "version": row.version,
                    "commit": row.commit,
                    "identity": row.identity,
                    "artifact": row.artifact_sha256,
                },
            )
            outbox.publish(actor, "lineage.model_version.registered", row, {"use_case": use_case.public_id})
    except Malformed as error:
        raise Invalid(error.message, code=error.code, errors=[FieldError(error.field, error.code, error.message)]) from error
    except formats.FormatError as error:
        where = f"{error.file}, line {error.line}" if error.line else error.file
        raise Invalid(str(error), code="file.malformed", errors=[FieldError(where, "malformed", error.message)]) from error
    except IntegrityError as error:
        raise Conflict(
            _("This version was pushed at the same moment by somebody else. Push again."), code="model_version.race"
        ) from error
    try:
        verify_version(model_version=row)
    except mirror.MirrorError as error:
        # The version is registered; what the mirror could have added is asked again after its next synchronisation.
        log.warning("lineage.verification_failed", model_version=row.public_id, code=error.code)
    fetch_if_unseen(actor=actor, model_version=row)
    return Registered(row, created=True, changed=True)


def _understand(data: Mapping[str, Any], locks: Sequence[DependencySet]) -> Provenance:
    artifact = data.get("artifact") or {}
    params = provenance.flatten(data.get("params") or {})
    metrics = list(provenance.read_metric_values(data.get("metrics") or {}))
    sources = [_source(item["path"], item["content"], "dependencies") for item in data.get("dependency_sets") or []]
    datasets = list(provenance.read_datasets(data.get("datasets") or []))
    if data.get("params_file"):
        file = data["params_file"]
        params = {**params, **provenance.flatten(formats.read_params(file["content"].encode(), file["path"]), "params_file")}
        sources.append(_source(file["path"], file["content"], "model"))
    if data.get("metrics_file"):
        file = data["metrics_file"]
        read = formats.read_metrics(file["content"].encode(), file["path"])
        metrics += [
            MetricValue(name[:120], metric.dataset or "", provenance.figure(metric.value, f"metrics_file.{name}"))
            for name, metric in read.items()
        ]
        sources.append(_source(file["path"], file["content"], "model"))
    if data.get("dvc_lock"):
        file = data["dvc_lock"]
        stages = formats.read_dvc_lock(file["content"].encode(), file["path"])
        datasets += _dvc_inputs(stages)
        sources.append({**_source(file["path"], file["content"], "data"), "made": _dvc_made(stages)})
    if data.get("confusion"):
        metrics += provenance.confusion_metrics(data["confusion"])
    if data.get("confusion_file"):
        file = data["confusion_file"]
        metrics += provenance.confusion_metrics(_json_object(file["content"], file["path"]))
        sources.append(_source(file["path"], file["content"], "model"))
    return Provenance(
        kind=data.get("kind") or ModelVersion.Kind.MODEL,
        commit=provenance.full_sha(data["commit"]),
        dirty=data.get("dirty"),
        porcelain_sha256=provenance.sha256_text(data.get("porcelain_sha256") or "", "porcelain_sha256"),
        repository_url=data.get("repository") or "",
        params=params,
        metrics=tuple(metrics),
        artifact_uri=artifact.get("uri") or "",
        artifact_sha256=provenance.sha256_text(artifact.get("sha256") or "", "artifact.sha256"),
        artifact_size=artifact.get("size"),
        serialization=artifact.get("serialization") or _known_serialization(artifact.get("sha256") or ""),
        runtime={
            name: provenance.plain(value, f"runtime.{name}")
            for name, value in (data.get("runtime") or {}).items()
            if value not in (None, "", {})
        },
        datasets=provenance.read_datasets(datasets),
        lock_digests=tuple(sorted(f"{lock.path} {lock.digest}" for lock in locks)),
        sources=tuple(sources),
    )


def _known_serialization(sha256: str) -> str:
    """How the artifact is written, if somebody said so of the same bytes: who pushes only a digest means the same file."""
    try:
        stated = provenance.sha256_text(sha256, "artifact.sha256")
    except Malformed:
        return ""  # told where the digest itself is read
    if not stated:
        return ""
    known = ModelVersion.objects.filter(artifact_sha256=stated).exclude(serialization="").order_by("pk")
    return known.values_list("serialization", flat=True).first() or ""


def _said_before(data: Mapping[str, Any], known: ModelVersion, pushed: Provenance) -> Provenance:
    """The same bytes named by their digest alone: what the version says of them already still holds, whatever others say by now."""
    stated = data.get("artifact") or {}
    if not pushed.artifact_sha256 or pushed.artifact_sha256 != known.artifact_sha256:
        return pushed
    return dataclasses.replace(
        pushed,
        serialization=stated.get("serialization") or known.serialization,
        artifact_size=known.artifact_size if stated.get("size") is None else stated["size"],
    )


def _json_object(content: str, path: str) -> dict[str, Any]:
    try:
        value = json.loads(content.removeprefix("\ufeff"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise Malformed(path, "json", f"the file is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise Malformed(path, "json", "the file holds no object")
    return value


def _source(path: str, content: str, component: str) -> dict[str, Any]:
    return {"path": path, "sha256": digest_bytes(content.encode()), "component": component}


def _dvc_inputs(stages: Sequence[formats.DvcStage]) -> list[dict[str, Any]]:
    """The data that a DVC pipeline starts from: what stages depend on, no stage makes, and Git does not hold as code."""
    made = {out.path for stage in stages for out in stage.outs}
    found: dict[str, dict[str, Any]] = {}
    for stage in stages:
        for dep in stage.deps:
            if dep.path not in made and dep.digest and not dep.path.endswith(".py"):
                found[dep.path] = {
                    "role": "dvc",
                    "name": dep.path,
                    "digest": f"{dep.algorithm}:{dep.digest}",
                    "rows": None,
                    "columns": [],
                }
    return list(found.values())


def _dvc_made(stages: Sequence[formats.DvcStage]) -> dict[str, str]:
    """What a DVC pipeline made, and what each stage took of it, by stage and path.

    `dvc.lock` is left out of `code` and gives its inputs to `data`: without this, a model that was trained again would be a
    change in a file that nobody judges.
    """
    made = {out.path for stage in stages for out in stage.outs}
    files = [(stage.name, file) for stage in stages for file in (*stage.deps, *stage.outs) if file.path in made]
    return {f"{stage}: {file.path}": f"{file.algorithm}:{file.digest}" for stage, file in files if file.digest}


def _create(
    actor: Actor, use_case: UseCase, data: Mapping[str, Any], pushed: Provenance, locks: Sequence[DependencySet]
) -> ModelVersion:
    other = ModelVersion.objects.filter(name=data["name"]).exclude(use_case=use_case).exists()
    if other:
        raise Conflict(
            _("The name %(name)s is taken by another use case.") % {"name": data["name"]}, code="model_version.name_taken"
        )
    row = ModelVersion(
        use_case=use_case,
        kind=pushed.kind,
        registry=data.get("registry") or "ci",
        name=data["name"],
        version=data["version"],
        repository_url=pushed.repository_url,
        repository=Repository.objects.filter(url=pushed.repository_url, uses__use_case=use_case).first()
        if pushed.repository_url
        else None,
        commit=pushed.commit,
        dirty=pushed.dirty,
        porcelain_sha256=pushed.porcelain_sha256,
        params=dict(pushed.params),
        artifact_uri=pushed.artifact_uri,
        artifact_sha256=pushed.artifact_sha256,
        artifact_size=pushed.artifact_size,
        serialization=pushed.serialization,
        runtime=dict(pushed.runtime),
        sources=[dict(source) for source in pushed.sources],
        identity=pushed.identity(),
        created_by=actor.user,
        created_at=clock.now(),
    )
    validate(row)
    row.save(force_insert=True)
    _add_metrics(row, pushed.metrics)
    DatasetInput.objects.bulk_create([DatasetInput(model_version=row, **item) for item in pushed.datasets])
    LockFile.objects.bulk_create(
        [LockFile(model_version=row, dependency_set=lock) for lock in {lock.pk: lock for lock in locks}.values()]
    )
    _assert_facts(row, actor.kind, pinned_release(data))
    store_component(row, "model", model_body(row))
    store_component(row, "data", {"datasets": [item.content() for item in row.datasets.all()]})
    store_component(row, "dependencies", dependencies_body(locks), shown=dependencies_shown(locks))
    store_component(row, "runtime", {"runtime": row.runtime})
    return row


def model_body(row: ModelVersion) -> dict[str, Any]:
    """The component `model`: artifact, what the pipeline made, parameters and metrics, without any name."""
    made = {name: value for source in row.sources for name, value in source.get("made", {}).items()}
    return {
        "kind": row.kind,
        "artifact": row.artifact_sha256,
        "serialization": row.serialization,
        "params": row.params,
        "metrics": [metric.content() for metric in row.metrics.all()],
        **({"pipeline": made} if made else {}),
    }


def dependencies_shown(locks: Sequence[DependencySet]) -> dict[str, Any]:
    """What stands behind the digests of the component `dependencies`, short enough to compare line by line."""
    return {
        "sets": [
            {
                "path": lock.path,
                "digest": lock.digest,
                "problems": lock.problems,
                "requirements": [
                    {
                        "name": label_of(item.ecosystem, item.name),
                        "version": item.version,
                        "origin": item.origin,
                        "hashes": len(item.hashes),
                        "fixed": digest(item.hashes),
                        # Nothing is installed from elsewhere: code of the same repository, or what answers over a network.
                        **({"own": True} if item.ecosystem == "service" or is_first_party(item, lock.path) else {}),
                    }
                    for item in lock.requirements.all()
                ],
            }
            for lock in sorted(locks, key=lambda lock: lock.path)
        ]
    }


def _add_metrics(row: ModelVersion, metrics: Sequence[MetricValue]) -> int:
    """Add figures that are new; how many. Raises Conflict for one that is known with another value."""
    known = {(metric.name, metric.dataset): metric.value for metric in row.metrics.all()}
    fresh: dict[tuple[str, str], Decimal] = {}
    for metric in metrics:
        key = (metric.name, metric.dataset)
        before = known.get(key, fresh.get(key))
        if before is None:
            fresh[key] = metric.value
        elif before != metric.value:
            raise Conflict(
                _("The metric %(name)s is recorded with another value. Metrics are added, never changed.")
                % {"name": metric.name},
                code="model_version.metric_changed",
                errors=[FieldError(f"metrics.{metric.name}", "changed", f"{before} is recorded, {metric.value} was sent")],
            )
    rows = [Metric(model_version=row, name=name, dataset=dataset, value=value) for (name, dataset), value in fresh.items()]
    for metric_row in rows:
        validate(metric_row, exclude=("model_version",))
    Metric.objects.bulk_create(rows)
    return len(rows)


def _assert_facts(row: ModelVersion, origin: str, release: str) -> None:
    """Everything that was only said, as facts that say so."""
    tree = {True: "dirty", False: "clean", None: "not stated"}[row.dirty]
    said = [("commit", row.commit), ("working_tree", tree), ("repository", row.repository_url), ("artifact", row.artifact_sha256)]
    said += [(f"file:{source['path']}", source["sha256"]) for source in row.sources] + [(FACT, release)]
    ProvenanceFact.objects.bulk_create(
        [
            ProvenanceFact(
                model_version=row,
                key=key[:60],
                value=value,
                status=ProvenanceFact.Status.ASSERTED,
                how="",
                origin=origin,
                at=row.created_at,
            )
            for key, value in said
            if value
        ]
    )


def _again(actor: Actor, use_case: UseCase, known: ModelVersion, pushed: Provenance) -> Registered:
    if known.use_case_id != use_case.pk:
        raise Conflict(
            _("The name %(name)s is taken by another use case.") % {"name": known.name}, code="model_version.name_taken"
        )
    if known.identity != pushed.identity():
        differing = _differences(known, pushed)
        raise Conflict(
            _("%(label)s was registered with other content (%(what)s). Other bytes need another version.")
            % {"label": known.label, "what": ", ".join(differing)},
            code="model_version.differs",
            errors=[FieldError(name, "differs", _("not what was registered")) for name in differing],
        )
    added = _add_metrics(known, pushed.metrics)
    if added:
        known = ModelVersion.objects.get(pk=known.pk)
        store_component(known, "model", model_body(known))
        audit.record(actor, MEASURED, known, {"added": added})
        outbox.publish(actor, "lineage.model_version.measured", known)
    return Registered(known, created=False, changed=bool(added))


def _differences(known: ModelVersion, pushed: Provenance) -> list[str]:
    before = {
        "kind": known.kind,
        "commit": known.commit,
        "dirty": known.dirty,
        "porcelain_sha256": known.porcelain_sha256,
        "params": known.params,
        "artifact": [known.artifact_uri, known.artifact_sha256, known.artifact_size, known.serialization],
        "runtime": known.runtime,
        "datasets": [item.content() for item in known.datasets.all()],
        "dependency_sets": sorted(
            f"{lock.dependency_set.path} {lock.dependency_set.digest}" for lock in known.locks.select_related("dependency_set")
        ),
    }
    after = {
        "kind": pushed.kind,
        "commit": pushed.commit,
        "dirty": pushed.dirty,
        "porcelain_sha256": pushed.porcelain_sha256,
        "params": dict(pushed.params),
        "artifact": [pushed.artifact_uri, pushed.artifact_sha256, pushed.artifact_size, pushed.serialization],
        "runtime": dict(pushed.runtime),
        "datasets": [dict(item) for item in pushed.datasets],
        "dependency_sets": list(pushed.lock_digests),
    }
    return [name for name in before if before[name] != after[name]]
