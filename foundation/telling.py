"""Audit events told to people: who did what to which thing, in the reader's language. The log itself stays in codes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from foundation import audit, objects
from foundation.actor import Actor
from foundation.models import AuditEvent, AuditPersonal

# What people wrote in their own words, if anything; the other personal values are names that the thing's title shows.
WORDS = ("comment", "reason", "note", "deviation")


def told(events: Iterable[AuditEvent], actor: Actor) -> list[dict[str, Any]]:
    """Events as `components/timeline.html` takes them. One query for each type of thing among them, however many events.

    A thing that the actor may not see, or that is gone, is called by its type.
    """
    events = list(events)
    things = _things(events, actor)
    words = _words(events)
    items = []
    for event in events:
        kind = objects.by_prefix(event.subject_id)
        thing = things.get(event.subject_id)
        name = (
            kind.title(thing)
            if kind is not None and thing is not None
            else str(kind.label)
            if kind is not None
            else event.subject_type
        )
        items.append(
            {
                "actor": event.actor_label,
                "text": f"{audit.label_of(event.kind)}: {name}",
                "url": kind.url(thing) if kind is not None and thing is not None else "",
                "at": event.at,
                "comment": words.get(event.pk, ""),
                "kind": event.kind,
            }
        )
    return items


def _things(events: Sequence[AuditEvent], actor: Actor) -> dict[str, Any]:
    by_prefix: dict[str, set[str]] = defaultdict(set)
    for event in events:
        by_prefix[event.subject_id.partition("_")[0]].add(event.subject_id)
    found: dict[str, Any] = {}
    for prefix, ids in by_prefix.items():
        kind = objects.by_prefix(f"{prefix}_")
        if kind is None:
            continue
        rows: Any = kind.model._default_manager
        seen = rows.visible_to(actor).filter(public_id__in=ids)
        for row in seen.select_related(*kind.related) if kind.related else seen:
            found[row.public_id] = row
    return found


def _words(events: Sequence[AuditEvent]) -> dict[int, str]:
    rows = AuditPersonal.objects.filter(event__in=events, field__in=WORDS).exclude(value="").order_by("pk")
    return {row.event_id: row.value for row in rows}
