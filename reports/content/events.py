"""The audit events that belong to a report, and the proof that each stands in the signed log."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Set
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation import audit, merkle
from foundation.among import Among
from foundation.models import AuditEvent, AuditHash, AuditPersonal
from governance.dictionary.selectors import bound_columns
from governance.dictionary.selectors.import_report import imports_of
from reports.bundle import Consistency, Event, Opening
from reports.content.view import Frame, View
from reports.content.wording import instant
from reports.document import Block, Column, Section, Streamed, Table, Text, Value
from reports.models import Report

KEY = "events"
PAGE = 1024  # hashes that are read at a time
PAGES = 256  # and how many such pages are kept in memory


def title() -> str:
    return _("Event log extract")


def events_of(view: View, named: Set[str] = frozenset()) -> QuerySet[AuditEvent]:
    """Sealed events of the use case, and of what belongs to everybody and is printed here: policies, meanings, locks, and whatever the
    sections have `named` beside that."""
    shared = _shared(view) | named
    if view.report.kind == Report.Kind.USE_CASE:
        wanted = Q(scope=view.use_case.public_id) | Q(Among("subject_id", shared), scope="")
    else:
        wanted = Q(Among("subject_id", shared | _own(view)))
    return sealed(view.frame).filter(wanted)


def sealed(frame: Frame) -> QuerySet[AuditEvent]:
    """Every event up to the instant that the checkpoint covers, in the order of the log."""
    return (
        AuditEvent.objects.filter(at__lte=frame.at, leaf__index__lt=frame.checkpoint.size)
        .select_related("leaf")
        .order_by("leaf__index")
    )


def _shared(view: View) -> set[str]:
    """Public ids of what the report prints although it belongs to no use case."""
    found: set[str] = set()
    for standing in view.standings:
        found |= {standing.request.policy_version.public_id, standing.request.policy_version.policy.public_id}
        if standing.request.environment:
            found.add(standing.request.environment.public_id)
    for version in view.versions:
        found |= {lock.dependency_set.public_id for lock in version.locks.all()}
        if version.repository is not None:
            found.add(version.repository.public_id)
    for manifest in view.manifests.values():
        found |= _meanings(manifest.bodies.get("dictionary", {}), view)
    return found


def _meanings(body: dict[str, Any], view: View) -> set[str]:
    columns = {dataset: list(names) for dataset, names in body.get("datasets", {}).items()}
    bound = bound_columns(columns, at=view.at)
    found = imports_of(item.binding for items in bound.values() for item in items)
    for items in bound.values():
        for item in items:
            found |= {item.binding.public_id, item.binding.element.public_id, item.binding.element.dictionary.public_id}
            if item.version is not None:
                found.add(item.version.public_id)
    return found


def _own(view: View) -> set[str]:
    """Public ids of what a report on one version or request is about."""
    found = {view.report.public_id, view.use_case.public_id}
    found |= set(view.use_case.definitions.values_list("public_id", flat=True))
    for version in view.versions:
        found.add(version.public_id)
        found |= set(version.evaluations.values_list("public_id", flat=True))
    for standing in view.standings:
        found |= {standing.request.public_id, *standing.ballots}
        if (decision := getattr(standing.request, "decision", None)) is not None:
            found.add(decision.public_id)
    return found


def section(frame: Frame, rows: QuerySet[AuditEvent]) -> Section:
    """The extract as a table: what the log holds, in the log's order."""
    blocks: list[Block] = [
        Text(
            [
                _(
                    "Each line is one event as it was recorded in the transaction of its change. The hash is that of its "
                    "exact bytes; the evidence holds these bytes and the proof that leads from the hash to the signed "
                    "root of the log."
                ),
            ]
        )
    ]
    if frame.unsealed:
        said = ngettext(
            "%(count)s event of this time was not sealed yet when the report was made, and is not in it.",
            "%(count)s events of this time were not sealed yet when the report was made, and are not in it.",
            frame.unsealed,
        )
        blocks.append(Text([said % {"count": frame.unsealed}], style="warning"))
    return Section(KEY, title(), [*blocks, _table(rows)])


def _table(rows: QuerySet[AuditEvent]) -> Table:
    columns = [
        Column(_("No."), 0.5, align="right"),
        Column(_("When (UTC)"), 1.2),
        Column(_("What"), 1.9),
        Column(_("Who"), 1.5),
        Column(_("About, and hash of the event"), 3.6, mono=True),
    ]

    def lines() -> Iterator[list[Value]]:
        for row in rows.iterator(2000):
            proof = f"{row.subject_id}\n{bytes(row.leaf_hash).hex()}"
            yield [str(row.leaf.index), instant(row.at), audit.label_of(row.kind), row.actor_label, proof]

    return Table(columns, Streamed(lines), _("Events, in the order of the log"), _("The log holds no event about this."))


class Tree:
    """The stored hashes of the log, read a page at a time: neighbouring events share most of their proofs."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._pages: OrderedDict[tuple[int, int], dict[int, bytes]] = OrderedDict()

    def get(self, level: int, index: int) -> bytes:
        key = (level, index // PAGE)
        page = self._pages.get(key)
        if page is None:
            rows = AuditHash.objects.filter(level=level, index__gte=key[1] * PAGE, index__lt=(key[1] + 1) * PAGE)
            page = {at: bytes(value) for at, value in rows.values_list("index", "hash")}
            self._pages[key] = page
            if len(self._pages) > PAGES:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(key)
        return page[index]

    def proof(self, index: int) -> list[bytes]:
        """The path from the event's hash to the root of the checkpoint."""
        return merkle.inclusion_proof(index, self.size, self.get)

    def consistency(self, size: int) -> Consistency:
        """That the log of `size` events is how this one began."""
        return Consistency(size, merkle.root(size, self.get), merkle.consistency_proof(size, self.size, self.get))


def bundled(rows: QuerySet[AuditEvent], tree: Tree) -> Iterator[Event]:
    """The events with their bytes and proofs. The complete log needs no proofs: its root is computed from the events."""
    complete = rows.count() == tree.size
    for row in rows.iterator(2000):
        yield Event(row.leaf.index, bytes(row.body), () if complete else tree.proof(row.leaf.index))


def openings(rows: QuerySet[AuditEvent]) -> Iterator[Opening]:
    """What the commitments in these events stand for, as far as it has not been erased."""
    found = (
        AuditPersonal.objects.filter(event__in=rows.order_by().values("pk"))
        .select_related("event__leaf")
        .order_by("event__leaf__index", "field")
    )
    for row in found.iterator(2000):
        yield Opening(row.event.leaf.index, row.field, bytes(row.salt), row.value)


def events_digest(rows: QuerySet[AuditEvent]) -> dict[str, Any]:
    """How many events, and one hash over the hashes of all of them."""
    count, found = 0, hashlib.sha256()
    for leaf in rows.values_list("leaf_hash", flat=True).iterator(5000):
        count += 1
        found.update(bytes(leaf))
    return {"count": count, "sha256": found.hexdigest()}
