"""The audit log's front door: `record` writes one event in the transaction of the change it tells of.

Sealing into the Merkle log happens afterwards (`sealing.py`), so no caller waits for a lock here.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from foundation import clock, merkle, objects, search
from foundation.actor import Actor
from foundation.canonical import canonical_json, digest, timestamp
from foundation.models import AuditEvent, AuditPersonal, PublicIdModel

VERSION = 1
STATES = "states"  # of an event's data: the rows that were written along with its subject


@dataclass(frozen=True, slots=True)
class EventKind:
    """What happened: a dotted code in the past tense, and how it is told in the reader's language."""

    code: str
    label: Any


_kinds: dict[str, EventKind] = {}


def kind(code: str, label: Any) -> EventKind:
    """Declare an event kind. Two with the same code are a programming error."""
    if code in _kinds:
        raise ValueError(f"the event kind {code} is declared twice")
    _kinds[code] = EventKind(code, label)
    return _kinds[code]


def label_of(code: str) -> str:
    known = _kinds.get(code)
    return str(known.label) if known else code


def all_kinds() -> list[EventKind]:
    return sorted(_kinds.values(), key=lambda item: item.code)


def record(
    actor: Actor,
    what: EventKind,
    subject: PublicIdModel,
    data: Mapping[str, Any] | None = None,
    *,
    personal: Mapping[str, str] | None = None,
    states: Mapping[str, Mapping[str, str]] | None = None,
) -> AuditEvent:
    """Append the one event of a command, with the digest of the subject's state after it.

    `data` holds integers, strings, booleans, decimals, times, lists and maps of them. Values in `personal` (free text,
    names) stand in the log only as salted commitments, so that they can be erased without breaking it.
    `states` is for commands that write many rows at once, such as imports: type → public id → digest of `audit_state()`. The event
    vouches for these rows as one of their own would; they are found by `search.index_many`.
    Raises RuntimeError outside a transaction: an event without its change, or the reverse, must not survive.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an audit event belongs into the transaction of its change")
    at = clock.now()
    if states:
        data = {**(data or {}), STATES: {name: dict(rows) for name, rows in states.items() if rows}}
    event, kept = event_of(actor, what, subject, data, personal=personal, at=at)
    event.save(force_insert=True)
    for row in kept:
        row.save(force_insert=True)
    search.index(subject, at)
    return event


def event_of(
    actor: Actor,
    what: EventKind,
    subject: PublicIdModel,
    data: Mapping[str, Any] | None = None,
    *,
    personal: Mapping[str, str] | None = None,
    at: datetime,
) -> tuple[AuditEvent, list[AuditPersonal]]:
    """The event and the personal values that belong to it, not stored yet. Commands call `record`, which does."""
    uid = uuid.uuid4()
    salts = {name: secrets.token_bytes(16) for name in (personal or {})}
    name, scope = objects.type_of(subject).name, subject.audit_scope()
    body = canonical_json(
        {
            "v": VERSION,
            "id": str(uid),
            "at": timestamp(at),
            "kind": what.code,
            "actor": {"kind": actor.kind, "id": actor.id, "auth": actor.auth},
            "scope": scope,
            "subject": {"type": name, "id": subject.public_id, "state": digest(subject.audit_state())},
            "data": dict(data or {}),
            "personal": {field: commitment(salts[field], value) for field, value in (personal or {}).items()},
            "corr": actor.request_id,
        }
    )
    event = AuditEvent(
        uid=uid,
        at=at,
        kind=what.code,
        actor_id=actor.id,
        actor_label=actor.label[:200],
        subject_type=name,
        subject_id=subject.public_id,
        scope=scope,
        request_id=actor.request_id,
        body=body,
        leaf_hash=merkle.leaf_hash(body),
    )
    kept = [AuditPersonal(event=event, field=field, salt=salts[field], value=value) for field, value in (personal or {}).items()]
    return event, kept


def commitment(salt: bytes, value: str) -> str:
    """SHA-256 over salt and value, in hex: says nothing without the salt, and cannot be opened to another value."""
    return hashlib.sha256(salt + value.encode("utf-8")).hexdigest()
