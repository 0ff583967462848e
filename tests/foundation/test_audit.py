from __future__ import annotations

import hashlib
import json
import uuid

import pytest
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import actor as actors
from foundation import audit, merkle
from foundation.canonical import canonical_json, digest
from foundation.models import AuditEvent, AuditPersonal
from governance.usecases.services import CHANGED


def test_an_event_is_refused_outside_the_transaction_of_its_change(transactional_db, world):
    with pytest.raises(RuntimeError, match="transaction of its change"):
        audit.record(world.lead, CHANGED, world.use_case)


def test_the_event_falls_with_the_change_it_tells_of(transactional_db, world):
    before = AuditEvent.objects.count()

    def act() -> None:
        with transaction.atomic():
            audit.record(world.lead, CHANGED, world.use_case)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()

    assert AuditEvent.objects.count() == before


def test_the_body_is_the_exact_canonical_bytes_of_what_the_columns_say(world):
    event = audit.record(world.lead.within("req-12345678"), CHANGED, world.use_case, {"b": 2, "a": ["ü", None]})
    event.refresh_from_db()
    body = json.loads(bytes(event.body))

    assert bytes(event.body) == canonical_json(body)
    assert bytes(event.leaf_hash) == hashlib.sha256(b"\x00" + bytes(event.body)).digest() == merkle.leaf_hash(bytes(event.body))
    assert set(body) == {"v", "id", "at", "kind", "actor", "scope", "subject", "data", "personal", "corr"}
    assert uuid.UUID(body["id"]) == event.uid
    assert body["kind"] == event.kind == "usecases.use_case.changed"
    assert body["actor"] == {"kind": "user", "id": world.lead.id, "auth": "session"}
    assert body["scope"] == event.scope == world.use_case.public_id
    assert body["subject"] == {"type": "use_case", "id": world.use_case.public_id, "state": digest(world.use_case.audit_state())}
    assert body["data"] == {"a": ["ü", None], "b": 2}
    assert (body["corr"], event.request_id) == ("req-12345678", "req-12345678")


def test_personal_texts_stand_in_the_log_as_salted_commitments_only(world):
    event = audit.record(world.lead, CHANGED, world.use_case, personal={"comment": "Frau Müller sagt nein"})
    kept = AuditPersonal.objects.get(event=event)

    assert "Müller" not in bytes(event.body).decode()
    assert (
        json.loads(bytes(event.body))["personal"]["comment"] == hashlib.sha256(bytes(kept.salt) + kept.value.encode()).hexdigest()
    )
    assert len(bytes(kept.salt)) == 16


def test_equal_texts_have_different_commitments(world):
    first, second = (audit.record(world.lead, CHANGED, world.use_case, personal={"comment": "no"}) for _i in range(2))

    def said(event):
        return json.loads(bytes(event.body))["personal"]["comment"]

    assert said(first) != said(second)


def test_a_service_token_is_recorded_in_its_own_name(world):
    body = json.loads(bytes(audit.record(world.ci, CHANGED, world.use_case).body))

    assert body["actor"] == {"kind": "service", "id": world.ci.token.public_id, "auth": "token"}


@pytest.mark.parametrize("value", [1.5, object(), {1: "x"}])
def test_what_has_no_canonical_form_is_no_event(world, value):
    before = AuditEvent.objects.count()

    with pytest.raises(TypeError):
        audit.record(world.lead, CHANGED, world.use_case, {"value": value})
    assert AuditEvent.objects.count() == before


def test_an_event_kind_is_declared_once():
    with pytest.raises(ValueError, match="declared twice"):
        audit.kind("usecases.use_case.changed", "again")


def test_every_kind_is_a_dotted_code_in_three_parts_with_a_label():
    kinds = audit.all_kinds()

    assert len(kinds) > 30
    for kind in kinds:
        assert kind.code.count(".") == 2, kind.code
        assert kind.code == kind.code.lower()
        assert str(kind.label), kind.code
    assert audit.label_of("no.such.kind") == "no.such.kind"
    assert audit.label_of("usecases.use_case.changed") == str(_("Use case renamed"))


def test_one_command_leaves_one_event_of_its_own(world, push, ask, vote):
    row = push()
    request = ask(row)
    before = AuditEvent.objects.count()

    vote(world.validator, request, "validation")

    assert AuditEvent.objects.count() == before + 1
    assert AuditEvent.objects.order_by("-pk").first().kind == "approvals.ballot.cast"


def test_events_are_seen_through_their_use_case_and_by_who_caused_them(world):
    from foundation.visibility import visible_events

    everything = AuditEvent.objects.count()
    assert visible_events(world.auditor).count() == everything
    assert visible_events(actors.system("test")).count() == everything
    seen = visible_events(world.lead)
    assert {event.scope for event in seen} == {world.use_case.public_id}
    assert not visible_events(world.stranger).exists()
    assert set(visible_events(world.ci).values_list("scope", flat=True)) == {world.use_case.public_id}
