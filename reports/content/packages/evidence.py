"""What the answer follows from, as records that can be verified offline."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from governance.dependencies.models import LicenceRule, Review, Ruling, Source
from governance.dependencies.selectors.status import facts_digest
from governance.dependencies.status import as_mapping
from governance.people.models import User
from reports.bundle import Record
from reports.content.packages.judged import Judged


def subjects(found: Judged) -> set[str]:
    """Public ids of everything whose events belong to the report although it belongs to everybody."""
    grounds = found.grounds
    data = {grounds.snapshot.public_id} if grounds.snapshot is not None else set()
    lapsed = {item.ruling.public_id for item in grounds.lapsed}
    rules = {rule.public_id for rule in grounds.licence_rules}
    return {*grounds.reviews, *grounds.sources, *grounds.rulings} | data | lapsed | rules


def records(found: Judged) -> list[Record]:
    """The answer with all facts that it follows from, and each review, source and ruling as it stood at that instant."""
    status, grounds = found.status, found.grounds
    at = status.facts.at
    answer = {
        "verdict": status.verdict,
        "until": status.until,
        "facts_digest": facts_digest(status.facts),
        "facts": as_mapping(status.facts),
    }
    rulings = {**grounds.rulings, **{item.ruling.public_id: item.ruling for item in grounds.lapsed}}
    found_records = [Record("dependency answer", answer)]
    found_records += [Record(f"review {key}", _review_body(row, at)) for key, row in sorted(grounds.reviews.items())]
    found_records += [Record(f"source {key}", _source_body(row, at)) for key, row in sorted(grounds.sources.items())]
    found_records += [Record(f"ruling {key}", _ruling_body(row, at)) for key, row in sorted(rulings.items())]
    if (snapshot := grounds.snapshot) is not None:
        names = ("public_id", "digest", "source", "count", "newest", "ecosystems", "imported_at")
        found_records.append(Record(f"advisories {snapshot.public_id}", {name: getattr(snapshot, name) for name in names}))
    if grounds.licence_rules:
        found_records.append(Record("licence rules", {"rules": [_rule_body(row) for row in grounds.licence_rules]}))
    return found_records


def _review_body(row: Review, at: datetime) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "content": row.content(),
        "content_digest": row.content_digest,
        "prepared_by": _id(row.prepared_by),
        "prepared_at": row.prepared_at,
        "confirmed_by": _id(row.confirmed_by) if _by_then(row.confirmed_at, at) else None,
        "confirmed_at": _by_then(row.confirmed_at, at),
        "withdrawn_at": _by_then(row.withdrawn_at, at),
        "superseded_at": _by_then(row.superseded_at, at),
    }


def _source_body(row: Source, at: datetime) -> dict[str, Any]:
    names = ("kind", "title", "ecosystem", "index", "publisher", "packages", "criteria", "reason", "starts_at", "ends_at")
    people = {"owner": _id(row.owner), "created_by": _id(row.created_by), "confirmed_by": _id(row.confirmed_by)}
    mirror = {"operator": row.operator, "mirror_of": row.mirror_of, "terms": row.terms}
    ended = {"confirmed_at": _by_then(row.confirmed_at, at), "ended_at": _by_then(row.ended_at, at)}
    return {"id": row.public_id, **{name: getattr(row, name) for name in names}, **mirror, **people, **ended}


def _ruling_body(row: Ruling, at: datetime) -> dict[str, Any]:
    names = (
        "effect", "ecosystem", "name", "specifier", "advisory", "aliases", "criteria", "scope", "reason", "justification",
        "expires_at", "until_fix", "created_at", "recommendation", "recommended_at", "recommended_because", "decision",
        "decided_at", "decided_because",
    )  # fmt: skip
    people = {name: _id(getattr(row, name)) for name in ("created_by", "recommended_by", "decided_by")}
    said = {name: getattr(row, name) for name in names}
    return {"id": row.public_id, **said, **people, "revoked_at": _by_then(row.revoked_at, at)}


def _rule_body(row: LicenceRule) -> dict[str, Any]:
    return {"id": row.public_id, "licence": row.licence, "answer": row.answer, "reason": row.reason, "since": row.created_at}


def _by_then(value: datetime | None, at: datetime) -> datetime | None:
    """What happened later had not happened."""
    return value if value is not None and value <= at else None


def _id(user: User | None) -> str | None:
    return user.public_id if user is not None else None
