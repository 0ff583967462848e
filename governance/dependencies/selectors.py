"""Reads over lock files."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from foundation.actor import Actor
from governance.dependencies.models import DependencySet


def sets_seen_by(actor: Actor) -> QuerySet[DependencySet]:
    """Lock files for a list: with the number of their requirements, without their text."""
    return DependencySet.objects.visible_to(actor).defer("raw").annotate(requirement_count=Count("requirements"))
