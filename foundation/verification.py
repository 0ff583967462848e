"""Recompute the log from its bytes and hold the registers against it: what `manage.py verify_audit` runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from foundation import keys, merkle, notes, objects, sealing
from foundation.audit import STATES, commitment
from foundation.canonical import canonical_json, digest, timestamp
from foundation.models import AuditCheckpoint, AuditEvent, AuditHash, AuditLeaf, AuditPersonal

_MANY = f'"{STATES}":{{'.encode()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not fit. `altered` contradicts the log; otherwise something is missing for a full answer."""

    altered: bool
    code: str
    subject: str
    detail: str


def verify() -> Iterator[Finding]:
    """Everything that is wrong with the log or with the registers it vouches for; nothing when all is intact."""
    yield from _events()
    yield from _tree()
    yield from _signatures()
    yield from _personal()
    yield from _registers()


def _events() -> Iterator[Finding]:
    """The bytes hash to the stored leaf, and the index columns say what the bytes say."""
    for event in AuditEvent.objects.order_by("pk").iterator(2000):
        name = str(event.uid)
        raw = bytes(event.body)
        if merkle.leaf_hash(raw) != bytes(event.leaf_hash):
            yield Finding(True, "event.hash", name, "the bytes of the event do not give its leaf hash")
            continue
        body = json.loads(raw)
        index = {
            "id": name,
            "at": timestamp(event.at),
            "kind": event.kind,
            "scope": event.scope,
            "corr": event.request_id,
        }
        differing = [key for key, value in index.items() if body[key] != value]
        if body["subject"]["id"] != event.subject_id or body["subject"]["type"] != event.subject_type:
            differing.append("subject")
        if body["actor"]["id"] != event.actor_id:
            differing.append("actor")
        if canonical_json(body) != raw:
            differing.append("canonical form")
        if differing:
            yield Finding(True, "event.columns", name, f"columns say something else than the bytes: {', '.join(differing)}")


def _tree() -> Iterator[Finding]:
    """Leaves are contiguous, inner hashes follow from them, and each checkpoint's root is the root of its prefix."""
    hashes: dict[tuple[int, int], bytes] = {}
    frontier = merkle.Frontier()
    size = 0
    for index, leaf in AuditLeaf.objects.order_by("index").values_list("index", "event__leaf_hash").iterator(5000):
        if index != size:
            yield Finding(True, "log.gap", str(index), f"the log goes from index {size - 1} to {index}")
            return
        hashes.update(frontier.append(bytes(leaf)))
        size += 1
    stored = {
        (level, index): bytes(value)
        for level, index, value in AuditHash.objects.values_list("level", "index", "hash").iterator(5000)
    }
    for key in sorted(hashes.keys() | stored.keys()):
        if hashes.get(key) != stored.get(key):
            yield Finding(True, "log.hash", f"{key[0]}/{key[1]}", "a stored subtree hash does not follow from the events")
    for checkpoint in AuditCheckpoint.objects.order_by("size"):
        if checkpoint.size > size:
            yield Finding(
                True,
                "log.shorter",
                str(checkpoint.size),
                f"a checkpoint was signed for {checkpoint.size} events; {size} are there",
            )
        elif merkle.root(checkpoint.size, lambda level, at: hashes[level, at]) != bytes(checkpoint.root):
            yield Finding(True, "log.root", str(checkpoint.size), "the root that was signed is not the root of these events")
    remembered = sealing.last_signed()
    if remembered and remembered["size"] > size:
        yield Finding(
            True,
            "log.rolled_back",
            str(remembered["size"]),
            f"the signer remembers {remembered['size']} events; {size} are there",
        )
    elif remembered and merkle.root(remembered["size"], lambda level, at: hashes[level, at]).hex() != remembered["root"]:
        yield Finding(True, "log.rewritten", str(remembered["size"]), "the signer remembers another root for that many events")
    waiting = AuditEvent.objects.filter(leaf=None).count()
    if waiting:
        yield Finding(
            False, "log.unsealed", str(waiting), f"{waiting} events are not sealed yet; a running worker seals within seconds"
        )


def _signatures() -> Iterator[Finding]:
    """Each checkpoint's note says what the columns say, and the log's key signed it. Without the key the answer is incomplete."""
    known = ""
    try:
        known = keys.log_key().vkey
    except keys.NoKey as error:
        if AuditCheckpoint.objects.exists():
            said = f"signatures were checked against the keys that the database names: {error.detail}"
            yield Finding(False, "log.no_key", "", said)
    for checkpoint in AuditCheckpoint.objects.order_by("size"):
        name = str(checkpoint.size)
        try:
            note = notes.parse_checkpoint(notes.verify(checkpoint.note, [known or checkpoint.vkey]))
        except notes.UnknownKey:
            yield Finding(True, "log.other_key", name, "the checkpoint was signed with another key than the log's")
        except notes.NoteError as error:
            yield Finding(True, "log.signature", name, f"the checkpoint's note does not hold: {error}")
        else:
            if (note.size, note.root, known or checkpoint.vkey) != (checkpoint.size, bytes(checkpoint.root), checkpoint.vkey):
                yield Finding(True, "log.note", name, "the signed note says something else than the columns beside it")


def _personal() -> Iterator[Finding]:
    for row in AuditPersonal.objects.select_related("event").iterator(2000):
        if json.loads(bytes(row.event.body))["personal"].get(row.field) != commitment(bytes(row.salt), row.value):
            yield Finding(
                True, "event.personal", str(row.event.uid), f"the text kept for {row.field} is not the one that was recorded"
            )


def _registers() -> Iterator[Finding]:
    """Each row that the log vouches for is in the state its last event left it in; none appeared or vanished unrecorded."""
    last: dict[tuple[str, str], bytes | str] = {}  # the body of the last event, or the state that an event of many rows names
    for subject_type, subject_id, raw in (
        AuditEvent.objects.order_by("pk").values_list("subject_type", "subject_id", "body").iterator(2000)
    ):
        last[subject_type, subject_id] = body = bytes(raw)
        if _MANY in body:
            for name, states in json.loads(body)["data"].get(STATES, {}).items():
                last.update(((name, public_id), state) for public_id, state in states.items())
    for kind in objects.all_types():
        rows: Any = kind.model._base_manager
        for row in rows.order_by("pk").iterator(500):
            told = last.pop((kind.name, row.public_id), b"")
            if not told:
                yield Finding(
                    True,
                    "register.unrecorded",
                    row.public_id,
                    f"this {kind.name} stands in the database, but no event tells of it",
                )
            elif (told if isinstance(told, str) else json.loads(told)["subject"]["state"]) != digest(row.audit_state()):
                yield Finding(
                    True, "register.differs", row.public_id, f"this {kind.name} was changed after its last recorded command"
                )
    for name, public_id in last:
        yield Finding(True, "register.gone", public_id, f"this {name} is in the log, but no longer in the database")
