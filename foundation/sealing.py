"""Seals events into the Merkle log and signs checkpoints. The worker alone does this, one at a time.

Events are found by "has no leaf yet", never by a watermark: a transaction that commits late carries an early number.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from foundation import clock, keys, merkle, notes
from foundation.errors import CountersignError
from foundation.models import AuditCheckpoint, AuditEvent, AuditHash, AuditLeaf
from foundation.secret_files import write_whole

BATCH = 5000
LOCK_NUMBER = 0x636F756E  # PostgreSQL advisory lock: "coun"


class LogRewritten(CountersignError):
    """The log in the database is not a continuation of what this signer signed before."""

    default_code = "audit.rewritten"


def seal() -> int:
    """Give every unsealed event its place and sign a checkpoint; how many were sealed.

    Losing the race against another sealer means that there is nothing to do. Raises LogRewritten rather than sign a
    log that contradicts an earlier checkpoint.
    """
    total = 0
    with _only_sealer() as mine:
        if not mine:
            return 0
        while sealed := _seal_batch():
            total += sealed
    return total


def _seal_batch() -> int:
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK_NUMBER])
                if not cursor.fetchone()[0]:
                    return 0
        events = list(AuditEvent.objects.filter(leaf=None).order_by("pk").values_list("pk", "leaf_hash")[:BATCH])
        if not events:
            return 0
        size = log_size()
        appended = merkle.append(size, [bytes(leaf) for _, leaf in events], stored_hash)
        AuditLeaf.objects.bulk_create([AuditLeaf(index=size + offset, event_id=pk) for offset, (pk, _) in enumerate(events)])
        AuditHash.objects.bulk_create(
            [AuditHash(level=level, index=index, hash=value) for (level, index), value in appended.nodes]
        )
        checkpoint = _sign(appended.size, appended.root)
    _remember(checkpoint)
    return len(events)


def _sign(size: int, root: bytes) -> AuditCheckpoint:
    key = keys.ensure_log_key()
    previous = last_signed()
    if previous:
        if previous["size"] > size:
            raise LogRewritten(
                f"The log was signed with {previous['size']} events and now has {size}. If a backup was restored, see docs/operations.md."
            )
        if merkle.root(previous["size"], stored_hash).hex() != previous["root"]:
            raise LogRewritten(
                f"The first {previous['size']} events are not those that were signed. Nothing is signed until this is explained."
            )
    return AuditCheckpoint.objects.create(
        size=size, root=root, note=key.sign(notes.checkpoint_text(key.origin, size, root)), vkey=key.vkey, at=clock.now()
    )


def _memory() -> Any:
    return settings.KEYS / "last_checkpoint.json"


def last_signed() -> dict[str, Any] | None:
    """Size and root of the last checkpoint as the signer remembers them outside the database."""
    try:
        return json.loads(_memory().read_text())
    except FileNotFoundError:
        return None


def _remember(checkpoint: AuditCheckpoint) -> None:
    """Keep size and root outside the database, so that a database that was rolled back is noticed."""
    write_whole(_memory(), json.dumps({"size": checkpoint.size, "root": bytes(checkpoint.root).hex()}).encode())


@contextmanager
def _only_sealer() -> Iterator[bool]:
    """One sealer on this host; the database's own lock keeps other hosts out."""
    settings.KEYS.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(settings.KEYS / "sealer.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def stored_hash(level: int, index: int) -> bytes:
    """The stored hash of a complete subtree; the getter that the Merkle functions ask."""
    return bytes(AuditHash.objects.values_list("hash", flat=True).get(level=level, index=index))


def log_size() -> int:
    """How many events are sealed."""
    last = AuditLeaf.objects.aggregate(last=Max("index"))["last"]
    return 0 if last is None else last + 1


def latest_checkpoint() -> AuditCheckpoint | None:
    return AuditCheckpoint.objects.order_by("-size").first()
