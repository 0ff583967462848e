"""Whether what a request recorded of its subject is still how the subject is, without computing it again.

Every change of what is judged has its event. A request remembers up to which event it had looked (`Request.judged_event`); as long
as no later one is about its use case, its subject or the shared dictionaries, what it recorded is what would be computed. That is
for lists, where hundreds are shown at once; a page, a ballot and a gate compute it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db.models import Case, CharField, F, Max, Q, Value, When

from approvals import subjects
from approvals.models import Request
from foundation import clock
from foundation.models import AuditEvent

# No command takes half as long: what began to be written before then was there when the command read it, and whatever comes to
# light later has a higher number or is newer than that.
SETTLED = timedelta(seconds=10)


def stamp() -> int:
    """The number of the newest event that none with a lower number can still join."""
    settled = AuditEvent.objects.filter(at__lt=clock.now() - SETTLED)
    return settled.order_by("-pk").values_list("pk", flat=True).first() or 0


def still_as_recorded(requests: Sequence[Request]) -> set[int]:
    """Primary keys of those open requests whose `manifest` is what would be computed now. One query, or none."""
    known: list[tuple[Request, int, tuple[str, ...]]] = []
    for request in requests:
        moved_by = subjects.adapter_for(request.subject_type).moved_by
        if moved_by is not None and request.judged_event is not None:
            known.append((request, request.judged_event, moved_by))
    kinds = sorted({kind for _request, _stamp, moved_by in known for kind in moved_by})
    if not kinds:
        return {request.pk for request, _stamp, _moved_by in known}
    last = _last_changes(
        kinds, {request.scope for request, _stamp, _moved_by in known}, min(seen for _request, seen, _by in known)
    )
    return {
        request.pk
        for request, seen, moved_by in known
        if all(
            last.get((kind, scope, about), 0) <= seen
            for kind in moved_by
            for scope in {request.scope, ""}
            for about in ("", request.subject_id)
        )
    }


def _last_changes(kinds: Sequence[str], scopes: set[str], since: int) -> Mapping[tuple[str, str, str], int]:
    """(kind, scope, subject or nothing) → the newest event. What happens to one model version is no news for the others."""
    own = Q(kind__startswith="lineage.")
    rows = (
        AuditEvent.objects.filter(pk__gt=since, kind__in=kinds, scope__in={*scopes, ""})
        .annotate(about=Case(When(own, then=F("subject_id")), default=Value(""), output_field=CharField()))
        .order_by()
        .values_list("kind", "scope", "about")
        .annotate(last=Max("pk"))
    )
    return {(kind, scope, about): last for kind, scope, about, last in rows}
