from __future__ import annotations

import fcntl
import hashlib
import itertools
import json
import threading
import uuid

import pytest
from django.conf import settings
from django.db import connection, transaction

from foundation import clock, keys, merkle, notes, sealing
from foundation.actor import system
from foundation.canonical import canonical_json, timestamp
from foundation.models import AuditCheckpoint, AuditEvent, AuditHash, AuditLeaf
from foundation.verification import verify
from governance.people import services as people
from tests.conftest import lift_triggers, restore_triggers


def event(number: int | None = None) -> AuditEvent:
    """An event as `audit.record` writes it, perhaps with a number of its own: an early one may be committed late."""
    uid, at = uuid.uuid4(), clock.now()
    body = canonical_json(
        {
            "v": 1,
            "id": str(uid),
            "at": timestamp(at),
            "kind": "test.thing.happened",
            "actor": {"kind": "system", "id": "system:test", "auth": "system"},
            "scope": "",
            "subject": {"type": "thing", "id": "th_1", "state": ""},
            "data": {},
            "personal": {},
            "corr": "",
        }
    )
    return AuditEvent.objects.create(
        pk=number, uid=uid, at=at, kind="test.thing.happened", actor_id="system:test", actor_label="Test", subject_type="thing",
        subject_id="th_1", body=body, leaf_hash=merkle.leaf_hash(body),
    )  # fmt: skip


def sealed() -> list[tuple[int, int]]:
    return list(AuditLeaf.objects.order_by("index").values_list("index", "event_id"))


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def leaves() -> list[bytes]:
    return [bytes(value) for value in AuditLeaf.objects.order_by("index").values_list("event__leaf_hash", flat=True)]


def check_the_log() -> None:
    """Every event once, contiguous, and each checkpoint signed over the naive root of its prefix."""
    found = sealed()
    assert [index for index, _event in found] == list(range(len(found)))
    assert sorted(pk for _index, pk in found) == list(AuditEvent.objects.order_by("pk").values_list("pk", flat=True))
    known = leaves()
    for checkpoint in AuditCheckpoint.objects.all():
        said = notes.parse_checkpoint(notes.verify(checkpoint.note, [keys.log_key().vkey]))
        assert (said.size, said.root) == (checkpoint.size, bytes(checkpoint.root))
        assert said.root == naive_root(known[: said.size])
    assert not [item for item in verify() if item.code.startswith(("log.", "event."))]


@pytest.mark.django_db
def test_nothing_to_seal_signs_nothing():
    assert sealing.seal() == 0
    assert sealing.latest_checkpoint() is None


@pytest.mark.django_db
@pytest.mark.parametrize("batches", [(1,), (2, 1), (3, 4, 1), (7, 1, 1, 8, 16, 5)])
def test_places_are_contiguous_and_each_root_is_the_one_of_the_rfc(batches):
    for count in batches:
        for _i in range(count):
            event()
        assert sealing.seal() == count
        check_the_log()
    assert sealing.log_size() == sum(batches)
    assert AuditCheckpoint.objects.count() == len(batches)


@pytest.mark.django_db
def test_many_events_are_sealed_in_batches_without_a_gap(monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 3)
    for _i in range(8):
        event()

    assert sealing.seal() == 8
    assert list(AuditCheckpoint.objects.order_by("size").values_list("size", flat=True)) == [3, 6, 8]
    check_the_log()


@pytest.mark.django_db
def test_an_early_number_that_commits_late_is_sealed_all_the_same():
    event(1000)
    event(1002)
    sealing.seal()
    event(500)
    event(1001)
    sealing.seal()

    assert [pk for _index, pk in sealed()] == [1000, 1002, 500, 1001]
    check_the_log()


def test_a_transaction_that_is_open_while_others_are_sealed_loses_nothing(transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    recorded, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            event()
            recorded.set()
            may_commit.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert recorded.wait(20)
    event()
    assert sealing.seal() == 1
    may_commit.set()
    thread.join(20)
    assert sealing.seal() == 1
    assert sealed()[0][1] > sealed()[1][1]
    check_the_log()


class Killed(BaseException):
    """The process is gone in the middle of something."""


def killed(*args, **kwargs):
    raise Killed


STEPS = {
    "reading the events": lambda patch: patch.setattr(AuditEvent.objects, "filter", killed),
    "hashing": lambda patch: patch.setattr(merkle, "append", killed),
    "writing leaves": lambda patch: patch.setattr(AuditLeaf.objects, "bulk_create", killed),
    "writing hashes": lambda patch: patch.setattr(AuditHash.objects, "bulk_create", killed),
    "reading the key": lambda patch: patch.setattr(keys, "ensure_log_key", killed),
    "asking the memory": lambda patch: patch.setattr(sealing, "last_signed", killed),
    "signing": lambda patch: patch.setattr(keys.LogKey, "sign", killed),
    "writing the checkpoint": lambda patch: patch.setattr(AuditCheckpoint.objects, "create", killed),
    "remembering": lambda patch: patch.setattr(sealing, "write_whole", killed),
}


@pytest.mark.django_db
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_neither_loses_nor_doubles_an_event(step):
    for _i in range(5):
        event()
    sealing.seal()
    for _i in range(4):
        event()

    with pytest.MonkeyPatch.context() as patch:
        STEPS[step](patch)
        with pytest.raises(Killed):
            sealing.seal()
    event()
    sealing.seal()

    assert sealing.log_size() == 10
    check_the_log()
    assert json.loads((settings.KEYS / "last_checkpoint.json").read_text())["size"] == 10


@pytest.mark.django_db
def test_each_checkpoint_is_consistent_with_all_older_ones():
    for count in (1, 3, 2, 6, 1):
        for _i in range(count):
            event()
        sealing.seal()
    checkpoints = list(AuditCheckpoint.objects.order_by("size"))

    for old, new in itertools.combinations(checkpoints, 2):
        proof = merkle.consistency_proof(old.size, new.size, sealing.stored_hash)
        assert merkle.verify_consistency(old.size, new.size, bytes(old.root), bytes(new.root), proof)


@pytest.mark.django_db
def test_a_second_sealer_on_the_host_leaves_the_work_to_the_first():
    event()
    settings.KEYS.mkdir(parents=True, exist_ok=True)
    with open(settings.KEYS / "sealer.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert sealing.seal() == 0
    assert sealing.seal() == 1


def roll_back_to(size: int) -> None:
    """What restoring an old backup of the database does."""
    connection.check_constraints()
    statements = lift_triggers()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM foundation_auditcheckpoint WHERE size > %s", [size])
        cursor.execute('DELETE FROM foundation_auditleaf WHERE "index" >= %s', [size])
        cursor.execute("DELETE FROM foundation_auditevent WHERE id NOT IN (SELECT event_id FROM foundation_auditleaf)")
        cursor.execute("DELETE FROM foundation_audithash")
    connection.check_constraints()  # PostgreSQL alters no table while checks are due
    restore_triggers(statements)
    AuditHash.objects.bulk_create(
        [
            AuditHash(level=level, index=index, hash=value)
            for (level, index), value in merkle.append(0, leaves(), sealing.stored_hash).nodes
        ]
    )


@pytest.mark.django_db
@pytest.mark.parametrize("since", [1, 2, 9])
def test_the_sealer_refuses_a_database_that_was_rolled_back(since):
    for _i in range(3):
        event()
    sealing.seal()
    for _i in range(2):
        event()
    sealing.seal()
    roll_back_to(3)
    for _i in range(since):  # fewer, as many and more than were lost
        event()

    with pytest.raises(sealing.LogRewritten):
        sealing.seal()

    assert sealing.log_size() == 3
    assert AuditCheckpoint.objects.count() == 1


@pytest.mark.django_db
def test_a_rolled_back_database_is_found_by_the_verifier_too():
    for _i in range(2):
        event()
        sealing.seal()
    roll_back_to(1)

    assert [item.code for item in verify() if item.code.startswith("log.")] == ["log.rolled_back"]


@pytest.mark.django_db
def test_the_sealer_refuses_to_build_on_events_that_were_exchanged():
    for _i in range(3):
        event()
    sealing.seal()
    connection.check_constraints()
    statements = lift_triggers()
    with connection.cursor() as cursor:
        cursor.execute('UPDATE foundation_audithash SET hash = %s WHERE level = 0 AND "index" = 2', [b"\x07" * 32])
    restore_triggers(statements)
    event()

    with pytest.raises(sealing.LogRewritten, match="not those that were signed"):
        sealing.seal()


@pytest.mark.django_db
def test_the_key_is_readable_by_its_owner_only_and_stays_the_same():
    event()
    sealing.seal()
    first = keys.log_key().vkey
    event()
    sealing.seal()

    assert (settings.KEYS / keys.LOG_KEY).stat().st_mode & 0o777 == 0o600
    assert set(AuditCheckpoint.objects.values_list("vkey", flat=True)) == {first}


def test_real_commands_are_sealed_and_verified(transactional_db):
    for number in range(3):
        people.create_user(actor=system("test"), username=f"u{number}", name="U", email=f"u{number}@example.com")

    assert sealing.seal() == 3
    assert list(verify()) == []
