"""What versions of a model are worth to the case of their use case: their metrics put into the approved plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from foundation.actor import Actor
from governance.economics.cashflow import Refused
from governance.economics.drivers import metrics_by_name
from governance.economics.model_versions import Version
from governance.economics.plan.problems import NotWritten
from governance.economics.revaluing import Worth, worth_of
from governance.economics.selectors.worth import Against, against_of
from governance.usecases.models import UseCase
from lineage.models import Metric, ModelVersion


@dataclass(frozen=True, slots=True)
class VersionWorth:
    """A version beside a case. Without `worth` the case cannot be reckoned at all."""

    version: ModelVersion
    against: Against
    worth: Worth | None

    @property
    def approved(self) -> bool:
        return self.against.baseline is not None


def metrics_of(rows: Sequence[Metric]) -> dict[str, Decimal]:
    """The metrics of one version, by name and by `name@dataset`."""
    return metrics_by_name(rows)


def worth_of_version(version: ModelVersion, metrics: Sequence[Metric] | None = None) -> VersionWorth | None:
    """What a version is worth to the approved case, else to the newest one; None where there is none. Three statements at most, one
    less where its `metrics` are at hand."""
    against = against_of(version.use_case)
    if against is None:
        return None
    rows = list(version.metrics.all()) if metrics is None else metrics
    return VersionWorth(version, against, _worth(against, rows))


def worths_of(use_case: UseCase, versions: Sequence[ModelVersion]) -> tuple[Against | None, list[VersionWorth]]:
    """The same of many versions with their metrics prefetched. Two statements at most."""
    against = against_of(use_case)
    if against is None:
        return None, []
    return against, [worth_beside(against, version) for version in versions]


def worth_beside(against: Against, version: ModelVersion) -> VersionWorth:
    """The same of a version whose metrics are prefetched, against a case that is at hand. No statement."""
    return VersionWorth(version, against, _worth(against, list(version.metrics.all())))


def _worth(against: Against, rows: Sequence[Metric]) -> Worth | None:
    try:
        return worth_of(against.plan, metrics_of(rows))
    except (NotWritten, Refused):
        return None


def versions_known(actor: Actor, use_case: UseCase, public_id: str, most: int) -> list[Version]:
    """What the room of costs and benefits asks: versions of a use case with their metrics, newest first. Two statements."""
    rows = ModelVersion.objects.visible_to(actor).filter(use_case=use_case)
    if public_id:
        rows = rows.filter(public_id=public_id)
    return [
        Version(row.public_id, row.label, f"/models/{row.public_id}/", metrics_of(list(row.metrics.all())))
        for row in rows.order_by("-pk").prefetch_related("metrics")[:most]
    ]


def newest_of(use_case_id: int, running: Mapping[int, Sequence[str]]) -> list[ModelVersion]:
    """The newest version of each model of a use case, and those of it that run somewhere, with their metrics. Three statements."""
    rows = ModelVersion.objects.filter(use_case=use_case_id)
    newest: dict[str, int] = {}
    for pk, name in rows.order_by("pk").values_list("pk", "name"):
        newest[name] = pk
    wanted = {*newest.values(), *running}
    return list(rows.filter(pk__in=wanted).select_related("use_case").prefetch_related("metrics").order_by("pk"))
