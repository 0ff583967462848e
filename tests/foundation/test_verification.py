# ruff: noqa: S608 - table and column names come from the models

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection

from approvals.models import Ballot, Decision, Request
from foundation import keys, merkle, notes, sealing
from foundation.canonical import canonical_json
from foundation.models import AuditCheckpoint, AuditEvent, AuditHash, AuditLeaf, AuditPersonal
from foundation.verification import verify
from governance.people.models import RoleGrant, Team, User
from governance.usecases.models import Definition, UseCase
from lineage.models import Metric, ModelVersion
from tests.conftest import lift_triggers, restore_triggers

VOTES = (("validator", "validation"), ("governance", "data"), ("security", "security"), ("business", "business"))


@pytest.fixture
def lived_in(world, push, ask, vote):
    """A world in which something was pushed, asked for and approved, sealed, and whose database defends itself no more."""
    request = ask(push())
    for part, step in VOTES:
        vote(getattr(world, part), request, step, comment=f"{part} has looked")
    sealing.seal()
    assert list(verify()) == []
    connection.check_constraints()  # PostgreSQL alters no table while checks are due
    statements = lift_triggers()
    yield world
    connection.check_constraints()
    restore_triggers(statements)


def codes() -> set[str]:
    found = list(verify())
    assert all(item.altered for item in found), found
    return {item.code for item in found}


def some_event(kind: str = "approvals.ballot.cast") -> AuditEvent:
    return AuditEvent.objects.filter(kind=kind).order_by("pk").first()


def sql(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount > 0, "nothing was tampered with"


def test_an_intact_world_has_no_findings(lived_in):
    assert list(verify()) == []


def test_a_body_that_was_edited_is_found(lived_in):
    event = some_event()
    sql(
        "UPDATE foundation_auditevent SET body = %s WHERE id = %s",
        bytes(event.body).replace(b'"approve"', b'"abstain"'),
        event.pk,
    )

    assert codes() == {"event.hash"}


def test_a_body_edited_together_with_its_hash_is_found_in_the_tree(lived_in):
    event = some_event()
    body = json.loads(bytes(event.body))
    body["data"]["verdict"] = "reject"
    raw = canonical_json(body)
    sql("UPDATE foundation_auditevent SET body = %s, leaf_hash = %s WHERE id = %s", raw, merkle.leaf_hash(raw), event.pk)

    assert {"log.hash", "log.root"} <= codes()


def rewrite_the_tree() -> None:
    """What somebody does who has the whole database but not the key: a tree that fits the forged events, up to the roots."""
    connection.cursor().execute("DELETE FROM foundation_audithash")
    rows = list(AuditLeaf.objects.order_by("index").values_list("event__leaf_hash", flat=True))
    nodes = merkle.append(0, [bytes(row) for row in rows], sealing.stored_hash).nodes
    AuditHash.objects.bulk_create([AuditHash(level=level, index=index, hash=value) for (level, index), value in nodes])
    for checkpoint in AuditCheckpoint.objects.all():
        sql(
            "UPDATE foundation_auditcheckpoint SET root = %s WHERE size = %s",
            merkle.root(checkpoint.size, sealing.stored_hash),
            checkpoint.size,
        )


def forge() -> None:
    event = some_event()
    body = json.loads(bytes(event.body))
    body["data"]["verdict"] = "reject"
    raw = canonical_json(body)
    sql("UPDATE foundation_auditevent SET body = %s, leaf_hash = %s WHERE id = %s", raw, merkle.leaf_hash(raw), event.pk)
    rewrite_the_tree()


def test_a_log_that_was_rewritten_up_to_its_roots_contradicts_its_signed_notes_and_the_signers_memory(lived_in):
    forge()

    assert codes() == {"log.note", "log.rewritten"}


def test_a_log_that_was_rewritten_and_signed_with_another_key_is_found(lived_in):
    forge()
    other = keys.LogKey(Ed25519PrivateKey.generate(), settings.LOG_ORIGIN)
    for checkpoint in AuditCheckpoint.objects.all():
        note = other.sign(notes.checkpoint_text(other.origin, checkpoint.size, bytes(checkpoint.root)))
        sql("UPDATE foundation_auditcheckpoint SET note = %s, vkey = %s WHERE size = %s", note, other.vkey, checkpoint.size)

    assert codes() == {"log.other_key", "log.rewritten"}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "approvals.request.withdrawn"),
        ("scope", "uc_other"),
        ("request_id", "req-other"),
        ("actor_id", "us_somebody_else"),
        ("subject_id", "rq_other"),
        ("subject_type", "user"),
        ("uid", uuid.UUID(int=7)),
    ],
)
def test_an_index_column_that_was_edited_is_found(lived_in, column, value):
    event = some_event()
    if column == "uid" and connection.vendor == "sqlite":
        value = value.hex
    sql(f'UPDATE foundation_auditevent SET "{column}" = %s WHERE id = %s', value, event.pk)

    assert "event.columns" in codes()


def test_a_time_that_was_edited_is_found(lived_in):
    event = some_event()
    sql("UPDATE foundation_auditevent SET at = %s WHERE id = %s", event.at - timedelta(days=1), event.pk)

    assert codes() == {"event.columns"}


def test_a_leaf_that_was_exchanged_is_found(lived_in):
    first, second = AuditLeaf.objects.order_by("index")[:2]
    one, two = first.event_id, second.event_id
    sql('DELETE FROM foundation_auditleaf WHERE "index" IN (0, 1)')
    AuditLeaf.objects.bulk_create([AuditLeaf(index=0, event_id=two), AuditLeaf(index=1, event_id=one)])

    assert {"log.hash", "log.root"} <= codes()


def test_a_gap_in_the_leaves_is_found(lived_in):
    sql('DELETE FROM foundation_auditleaf WHERE "index" = 3')

    assert "log.gap" in codes()


def test_a_missing_end_of_the_log_is_found(lived_in):
    sql('DELETE FROM foundation_auditleaf WHERE "index" = %s', sealing.log_size() - 1)

    found = list(verify())
    assert {"log.hash", "log.shorter", "log.rolled_back"} <= {item.code for item in found if item.altered}


def test_a_stored_hash_that_was_edited_is_found(lived_in):
    sql('UPDATE foundation_audithash SET hash = %s WHERE level = 1 AND "index" = 0', b"\x01" * 32)

    assert codes() == {"log.hash"}


def test_a_stored_hash_that_is_gone_is_found(lived_in):
    sql('DELETE FROM foundation_audithash WHERE level = 1 AND "index" = 0')

    assert codes() == {"log.hash"}


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [("root", b"\x01" * 32, "log.root"), ("note", "not a note", "log.signature"), ("vkey", "a+00000000+AQ==", "log.note")],
)
def test_a_checkpoint_that_was_edited_is_found(lived_in, column, value, code):
    sql(f"UPDATE foundation_auditcheckpoint SET {column} = %s", value)

    assert code in codes()


def test_a_note_with_another_size_under_the_old_signature_is_found(lived_in):
    checkpoint = sealing.latest_checkpoint()
    note = checkpoint.note.replace(f"\n{checkpoint.size}\n", f"\n{checkpoint.size + 1}\n", 1)
    sql("UPDATE foundation_auditcheckpoint SET note = %s", note)

    assert codes() == {"log.signature"}


def test_without_the_key_the_answer_is_incomplete_not_wrong(lived_in):
    (settings.KEYS / keys.LOG_KEY).unlink()

    assert [(item.altered, item.code) for item in verify()] == [(False, "log.no_key")]


def test_a_text_that_is_not_the_recorded_one_is_found(lived_in):
    sql("UPDATE foundation_auditpersonal SET value = %s WHERE value = %s", "security has slept", "security has looked")

    assert codes() == {"event.personal"}


def test_a_text_that_was_slipped_in_is_found(lived_in):
    AuditPersonal.objects.create(
        event=some_event("lineage.model_version.registered"), field="comment", salt=b"0" * 16, value="ok"
    )

    assert codes() == {"event.personal"}


def test_an_erased_text_breaks_nothing(lived_in):
    sql("DELETE FROM foundation_auditpersonal WHERE value = %s", "security has looked")

    assert list(verify()) == []


ROWS: list[tuple[str, type, dict, str, object]] = [
    ("a ballot's verdict", Ballot, {"step": "security"}, "verdict", "abstain"),
    ("a ballot's human", Ballot, {"step": "security"}, "comment", "all is well"),
    ("a decision's commit", Decision, {}, "commit", "f" * 40),
    ("the digest that was agreed to", Decision, {}, "manifest_digest", "sha256:" + "0" * 64),
    ("a request's state", Request, {}, "state", "rejected"),
    ("a role", RoleGrant, {"role": "auditor"}, "role", "administrator"),
    ("where a role holds", RoleGrant, {"role": "security_reviewer"}, "scope", ""),
    ("an account", User, {"username": "security"}, "is_active", False),
    ("a use case's title", UseCase, {}, "title", "Something else"),
    ("a definition's text", Definition, {}, "business_problem", "None."),
    ("a figure", Metric, {}, "value", 99),
    ("a version's identity", ModelVersion, {}, "identity", "sha256:" + "0" * 64),
]


@pytest.mark.parametrize(("model", "where", "column", "value"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_register_row_that_was_edited_is_found(lived_in, model, where, column, value):
    row = model._base_manager.filter(**where).first()
    sql(f'UPDATE {model._meta.db_table} SET "{column}" = %s WHERE id = %s', value, row.pk)

    assert codes() == {"register.differs"}


def test_a_row_nobody_recorded_is_found(lived_in):
    RoleGrant.objects.create(user=lived_in.stranger.user, role="security_reviewer", scope="", starts_at=some_event().at)

    assert codes() == {"register.unrecorded"}


def test_a_ballot_that_was_slipped_in_is_found(lived_in):
    ballot = Ballot.objects.order_by("pk").first()
    ballot.pk, ballot.public_id, ballot._state.adding = None, "bl_" + "0" * 26, True
    ballot.save(force_insert=True)

    assert codes() == {"register.unrecorded"}


def test_a_row_that_is_gone_is_found(lived_in):
    from foundation.actor import system
    from governance.people import services as people

    people.create_team(actor=system("test"), slug="gone", title="Gone")
    sealing.seal()
    sql("DELETE FROM people_team WHERE slug = %s", "gone")

    assert not Team.objects.exists()
    assert codes() == {"register.gone"}


def test_an_event_that_is_gone_is_found(lived_in):
    event = some_event()
    sql("DELETE FROM foundation_auditpersonal WHERE event_id = %s", event.pk)
    sql("DELETE FROM foundation_auditleaf WHERE event_id = %s", event.pk)
    sql("DELETE FROM foundation_auditevent WHERE id = %s", event.pk)

    assert {"log.gap", "register.unrecorded"} <= codes()


def test_an_event_that_was_slipped_in_is_found_by_what_it_claims(lived_in):
    event = some_event("usecases.use_case.opened")
    body = {**json.loads(bytes(event.body)), "id": str(uuid.UUID(int=9))}
    body["subject"]["state"] = "sha256:" + "0" * 64
    raw = canonical_json(body)
    AuditEvent.objects.create(
        uid=uuid.UUID(int=9),
        at=event.at,
        kind=event.kind,
        actor_id=event.actor_id,
        actor_label="x",
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        scope=event.scope,
        request_id=event.request_id,
        body=raw,
        leaf_hash=merkle.leaf_hash(raw),
    )

    found = {item.code: item.altered for item in verify()}
    assert found == {"log.unsealed": False, "register.differs": True}


def test_events_that_wait_for_the_sealer_make_the_answer_incomplete_not_wrong(world):
    found = list(verify())

    assert [(item.altered, item.code) for item in found] == [(False, "log.unsealed")]
