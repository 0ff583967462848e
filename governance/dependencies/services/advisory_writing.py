"""Records into their tables: only what changed is written anew, and what held before stays to be found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from foundation import audit, bulk, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict
from governance.dependencies import advisories as engine
from governance.dependencies.advisories.feeds import Feed, Held, Place, Plan, Record, oldest, plan, within
from governance.dependencies.models import Advisory, AdvisoryImport, AdvisorySnapshot, AdvisorySpan, Requirement
from governance.dependencies.selectors.advisories import newest_snapshot
from governance.dependencies.services.advisory_files import Read, told

IMPORTED = audit.kind("dependencies.advisories.imported", _("Known flaws imported"))
AT_ONCE = 5000  # rows of one statement
LONGEST_FIXED = 200


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is to be written, found out while nothing is locked; `before` is the state that it was compared with."""

    before: AdvisorySnapshot | None
    scope: frozenset[str] | None
    plan: Plan


def prepare(run: AdvisoryImport, read: Read) -> Prepared:
    """Compare a file with the records that hold now.

    Raises Conflict where far fewer records came than there are, and nobody said that this is meant.
    """
    before = newest_snapshot()
    held = _held()
    scope = frozenset[str]() if read.adds else read.feed.scope()
    if not read.adds and not run.confirmed:
        _check_size(read.feed, scope, held)
    return Prepared(before, scope, plan(read.feed, scope, held))


def write(actor: Actor, run: AdvisoryImport, read: Read, prepared: Prepared) -> AdvisorySnapshot:
    """Everything that a file changes, in the caller's transaction, with the one event of the import. Raises Conflict as `prepare`."""
    list(AdvisoryImport.objects.select_for_update().order_by("pk").values_list("pk", flat=True)[:1])  # one import at a time
    if newest_snapshot() != prepared.before:
        prepared = prepare(run, read)  # another import came in between
    before, found = prepared.before, prepared.plan
    snapshot = _snapshot(actor, run, read, found, prepared.scope, before)
    snapshot.save(force_insert=True)
    for some in _pieces(found.ended):
        Advisory.objects.filter(pk__in=some).update(until=snapshot)
        AdvisorySpan.objects.filter(advisory__in=some).update(until=snapshot)
    written = _write_rows(found, snapshot)
    run.sha256, run.snapshot, run.finished_at = read.sha256, snapshot, snapshot.imported_at
    run.failure = run.failure_code = ""
    run.save(update_fields=["sha256", "snapshot", "finished_at", "failure", "failure_code"])
    counts = {
        "count": snapshot.count,
        "added": found.added,
        "changed": found.changed,
        "gone": found.gone,
        "refused": snapshot.refused,
    }
    states = {"advisory_snapshot": {snapshot.public_id: digest(snapshot.audit_state())}}
    audit.record(actor, IMPORTED, run, {"digest": read.sha256, "newest": snapshot.newest, **counts}, states=states)
    news = {
        "import": run.public_id,
        "before": before.public_id if before is not None else "",
        "packages": [list(pair) for pair in _in_use(written)],
    }
    outbox.publish(actor, IMPORTED.code, snapshot, news)
    return snapshot


def _held() -> list[Held]:
    """The records that hold now, without their spans."""
    rows = Advisory.objects.filter(until=None).values_list(
        "pk", "identifier", "said_aliases", "summary", "modified", "published", "withdrawn", "severity", "ecosystems", "digest",
        "group", "aliases", "worst", "leads",
    )  # fmt: skip
    found = []
    for key, name, said, summary, modified, published, withdrawn, severity, ecosystems, mark, group, names, worst, leads in rows:
        advisory = engine.Advisory(name, tuple(said), summary, modified, published, withdrawn, severity)
        record = Record(advisory, tuple(ecosystems), None, mark)
        found.append(Held(key, record, Place(group, tuple(names), worst, leads)))
    return found


def _check_size(feed: Feed, scope: frozenset[str] | None, held: list[Held]) -> None:
    before = sum(1 for item in held if within(item.record, scope))
    now = clock.now()
    was = engine.Snapshot("", before, "", 0, now) if before else None
    if not engine.shrinks(was, engine.Snapshot("", len(feed.records), "", 0, now)):
        return
    said = ngettext(
        "It has %(after)d record, and there are %(before)d now. Nothing was changed. Say so if this is meant.",
        "It has %(after)d records, and there are %(before)d now. Nothing was changed. Say so if this is meant.",
        len(feed.records),
    ) % {"after": len(feed.records), "before": before}
    raise Conflict(said, code="advisories.shrinks", extra={"before": before, "after": len(feed.records)})


def _snapshot(
    actor: Actor, run: AdvisoryImport, read: Read, found: Plan, scope: frozenset[str] | None, before: AdvisorySnapshot | None
) -> AdvisorySnapshot:
    now = clock.now()
    ecosystems: dict[str, dict[str, Any]] = {name: dict(entry) for name, entry in (before.ecosystems if before else {}).items()}
    brought = {name for record in read.feed.records.values() for name in record.ecosystems} if scope is None else scope
    for name in brought:
        ecosystems[name] = {"newest": read.feed.newest, "imported_at": now.isoformat()}
    ecosystems = {
        name: {**entry, "count": found.by_ecosystem[name]}
        for name, entry in sorted(ecosystems.items())
        if found.by_ecosystem.get(name)
    }
    return AdvisorySnapshot(
        digest=read.sha256,
        source=run.source,
        count=found.count,
        newest=oldest(entry["newest"] for entry in ecosystems.values()),
        ecosystems=ecosystems,
        refused=len(read.feed.refused),
        told=told(read.feed.refused),
        added=found.added,
        changed=found.changed,
        gone=found.gone,
        imported_by=actor.user,
        imported_at=now,
    )


def _write_rows(found: Plan, snapshot: AdvisorySnapshot) -> set[tuple[str, str]]:
    """The records that are new or changed, with their spans; the packages that these are about."""
    rows = [_row(record, place, snapshot) for record, place, _old in found.written]
    bulk.insert(rows)
    spans: list[AdvisorySpan] = []
    kept: dict[int, Advisory] = {}  # row before → row now, of records that stand elsewhere but say the same
    for row, (record, _place, old) in zip(rows, found.written, strict=True):
        if record.spans is None:
            kept[old] = row
        else:
            spans += [_span(row, span) for span in record.spans]
    for some in _pieces(list(kept)):
        for span in AdvisorySpan.objects.filter(advisory__in=some).order_by("pk"):
            spans.append(_copy(span, kept[span.advisory_id]))
    bulk.insert(spans)
    return {(span.ecosystem, span.name) for span in spans}


def _row(record: Record, place: Place, snapshot: AdvisorySnapshot) -> Advisory:
    said = record.advisory
    return Advisory(
        identifier=said.id,
        group=place.group,
        aliases=list(place.names),
        said_aliases=list(said.aliases),
        leads=place.leads,
        ecosystems=list(record.ecosystems),
        summary=said.summary,
        severity=said.severity,
        worst=place.worst,
        published=said.published,
        modified=said.modified,
        withdrawn=said.withdrawn,
        digest=record.digest,
        since=snapshot,
    )


def _span(row: Advisory, span: engine.Span) -> AdvisorySpan:
    return AdvisorySpan(
        **_of_record(row),
        ecosystem=span.ecosystem,
        name=span.name,
        low=span.low,
        high=span.high,
        high_included=span.high_included,
        fixed=span.fixed[:LONGEST_FIXED],
        commits=span.commits,
    )


def _copy(span: AdvisorySpan, row: Advisory) -> AdvisorySpan:
    span.pk, span.until_id = None, None
    for name, value in _of_record(row).items():
        setattr(span, name, value)
    return span


def _of_record(row: Advisory) -> dict[str, Any]:
    """What a span has of its record, so that nobody has to read that too."""
    return {"advisory_id": row.pk, "identifier": row.identifier, "group": row.group, "since_id": row.since_id}


def _in_use(packages: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of the packages that some lock file asks for."""
    locked = Requirement.objects.order_by().values_list("ecosystem", "name").distinct()
    return sorted(
        {(ecosystem, name) for ecosystem, name in locked if (ecosystem, engine.comparable_name(ecosystem, name)) in packages}
    )


def _pieces(keys: list[int]) -> Iterable[list[int]]:
    return (keys[at : at + AT_ONCE] for at in range(0, len(keys), AT_ONCE))
