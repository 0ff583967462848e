"""Reads over verified sources."""

from __future__ import annotations

from datetime import datetime

from foundation.actor import Actor
from governance.dependencies.models import Source, SourceQuerySet
from governance.dependencies.selectors.licences import licence_policy
from governance.dependencies.trust import MIRROR

__all__ = ["licence_policy", "live_sources", "mirrors_of", "sources_seen_by"]


def live_sources(at: datetime | None = None) -> list[Source]:
    """All that hold at `at` (now), mirrors among them, oldest first. One query; `trust.source_edges` takes them."""
    return list(Source.objects.live(at).order_by("pk"))


def sources_seen_by(actor: Actor) -> SourceQuerySet:
    rows: SourceQuerySet = Source.objects.visible_to(actor).select_related("owner", "created_by", "confirmed_by")
    return rows


def mirrors_of(source: Source, at: datetime | None = None) -> list[Source]:
    """The mirrors through which it counts too. One query."""
    return list(Source.objects.live(at).filter(kind=MIRROR, ecosystem=source.ecosystem, mirror_of=source.index).order_by("pk"))
