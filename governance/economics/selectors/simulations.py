"""Simulations that were asked for, and the snapshots that an address may name."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.errors import Missing
from governance.economics.models import Simulation, Snapshot
from governance.usecases.models import UseCase


def snapshot_named(actor: Actor, use_case: UseCase, public_id: str) -> Snapshot:
    """The snapshot of that id, or the newest one of the case of that id. Raises Missing. One statement."""
    rows = Snapshot.objects.visible_to(actor).filter(case__use_case=use_case).select_related("case__use_case")
    if public_id.startswith(f"{Snapshot.public_id_prefix}_"):
        rows = rows.filter(public_id=public_id)
    else:
        rows = rows.filter(case__public_id=public_id)
    found = rows.order_by("-number").first()
    if found is None:
        raise Missing(_("There is no such thing, or you may not see it."))
    return found


def simulations_of(use_case: UseCase) -> QuerySet[Simulation]:
    """All of a use case, newest first, without what they found: a list needs none of that."""
    rows = Simulation.objects.filter(snapshot__case__use_case=use_case)
    return (
        rows.select_related("snapshot", "created_by", "job").defer("result", "snapshot__plan", "snapshot__lines").order_by("-pk")
    )


def simulation_named(use_case: UseCase, public_id: str) -> Simulation | None:
    """One with what it found, or None. One statement."""
    rows = Simulation.objects.filter(snapshot__case__use_case=use_case, public_id=public_id)
    return rows.select_related("snapshot__case__use_case", "created_by", "job").first()
