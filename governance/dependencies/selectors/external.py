"""Reads over what use cases rest on that is no package."""

from __future__ import annotations

from foundation.actor import Actor
from governance.dependencies.models import ExternalService, ExternalServiceQuerySet
from governance.usecases.models import UseCase


def external_of(actor: Actor, use_case: UseCase) -> ExternalServiceQuerySet:
    """All that the use case ever rested on, to be put in an order by who shows it."""
    rows: ExternalServiceQuerySet = ExternalService.objects.visible_to(actor).filter(use_case=use_case)
    return rows.select_related("use_case", "replaces", "created_by")
