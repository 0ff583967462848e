"""Which data a use case may use now, what it asked for, and what it reads without anybody having agreed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from foundation import clock
from foundation.actor import Actor
from governance.dictionary.models import Binding, Dataset, DataUse, DataUseQuerySet, ElementVersion
from governance.usecases.models import UseCase

Input = tuple[str, str]  # name of a data set, digest of the bytes that were read


@dataclass(frozen=True, slots=True)
class Permission:
    """One data set that a version reads: the use that allows it, else the ask that waits, else the last that is over."""

    name: str
    digest: str
    allowed: DataUse | None = None
    waiting: DataUse | None = None
    over: DataUse | None = None
    other_version: bool = False  # another state of the data set is allowed, and this one is not


def uses_in(actor: Actor, use_case: UseCase) -> DataUseQuerySet:
    """Everything that was asked for a use case, newest first."""
    rows = DataUse.objects.visible_to(actor).filter(use_case=use_case)
    return rows.select_related("dataset", "version__dataset", "use_case", "created_by").order_by("-pk")


def permissions_of(use_case_id: int, inputs: Iterable[Input], at: datetime | None = None) -> list[Permission]:
    """For each data set whether the use case may use it at `at` (now). One query.

    A use without version allows every state of its data set; one with a version allows the bytes of that version alone.
    """
    at = at or clock.now()
    wanted = list(dict.fromkeys(inputs))
    by_name: dict[str, list[DataUse]] = defaultdict(list)
    for row in _uses_of(use_case_id, (name for name, _digest in wanted)):
        by_name[row.dataset.name].append(row)
    return [_permission(name, digest, by_name[name], at) for name, digest in wanted]


def permissions_by_name(use_case_id: int, names: Iterable[str], at: datetime | None = None) -> list[Permission]:
    """The same where only names are known: then a use of any version of a data set allows it. One query."""
    at = at or clock.now()
    wanted = list(dict.fromkeys(names))
    by_name: dict[str, list[DataUse]] = defaultdict(list)
    for row in _uses_of(use_case_id, wanted):
        by_name[row.dataset.name].append(row)
    return [_chosen(name, "", by_name[name], by_name[name], at) for name in wanted]


def _uses_of(use_case_id: int, names: Iterable[str]) -> QuerySet[DataUse]:
    rows = DataUse.objects.filter(use_case=use_case_id, dataset__name__in=set(names), withdrawn_at=None)
    return rows.select_related("dataset", "version", "use_case").order_by("-pk")


def _permission(name: str, digest: str, rows: list[DataUse], at: datetime) -> Permission:
    fitting = [row for row in rows if row.version is None or row.version.digest == digest]
    return _chosen(name, digest, rows, fitting, at)


def _chosen(name: str, digest: str, rows: list[DataUse], fitting: list[DataUse], at: datetime) -> Permission:
    states = {row.pk: row.state(at) for row in rows}
    active = [row for row in fitting if states[row.pk] == "active"]
    return Permission(
        name,
        digest,
        allowed=max(active, key=lambda row: (row.holds_until, row.pk), default=None),
        waiting=next((row for row in fitting if states[row.pk] == "proposed"), None),
        over=next((row for row in fitting if states[row.pk] in ("expired", "ended") and row.approved_at is not None), None),
        other_version=any(states[row.pk] == "active" for row in rows if row not in fitting),
    )


def sensitivity_of(dataset: Dataset) -> str:
    """The highest sensitivity among the elements that its columns hold now; empty where none is stated. One query."""
    held = Binding.objects.live().filter(dataset=dataset).values("element")
    said = set(ElementVersion.objects.filter(element__in=held).in_force().values_list("sensitivity", flat=True)) - {""}
    order = ElementVersion.Sensitivity.values
    return max(said, key=order.index) if said else ""
