from __future__ import annotations

import hashlib

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction

from foundation import sealing, verification
from foundation.actor import system
from foundation.errors import Conflict, Invalid, NotAllowed, TooLarge
from foundation.models import AuditEvent
from governance.people import services as people
from governance.usecases import media, services
from governance.usecases.models import Definition, Document
from tests.usecases.papers import PDF, added, decision_over, linked, upload


def stored() -> list[str]:
    """Every file in storage."""
    found, folders = [], [""]
    while folders:
        folder = folders.pop()
        inside, files = default_storage.listdir(folder)
        found += [f"{folder}/{name}" for name in files]
        folders += [f"{folder}/{name}".strip("/") for name in inside]
    return found


def test_a_file_is_kept_with_its_digest_under_a_name_that_nobody_typed(world):
    row = added(world, name="../../Plan\u202e.pdf", note=" First draft. ")

    assert (row.number, row.title, row.name, row.note) == (1, "Test plan", "Plan.pdf", "First draft.")
    assert (row.size, row.media_type) == (len(PDF), "application/pdf")
    assert row.sha256 == "sha256:" + hashlib.sha256(PDF).hexdigest()
    assert row.file.name.endswith(f"/{row.public_id}.pdf")
    assert "Plan" not in row.file.name
    assert row.file.open().read() == PDF
    event = AuditEvent.objects.get(kind="usecases.document.added")
    assert event.subject_id == row.public_id
    assert b"Plan" not in bytes(event.body)


def test_the_next_version_supersedes_and_keeps_title(world):
    first = added(world)
    second = added(world, PDF + b"2", title="")
    third = linked(world, title="Plan in the wiki")

    assert [row.number for row in (first, second, third)] == [1, 2, 3]
    assert second.title == "Test plan"
    assert third.title == "Plan in the wiki"


def test_the_same_bytes_again_are_the_same_version(world):
    first = added(world)
    events = AuditEvent.objects.count()

    assert added(world) == first
    assert added(world, name="Copy of plan.pdf", note="again") == first
    assert AuditEvent.objects.count() == events
    assert len(stored()) == 1


def test_bytes_that_come_back_later_are_a_new_version(world):
    added(world)
    added(world, PDF + b"2")

    assert added(world).number == 3


def test_a_link_is_kept_with_what_it_led_to_and_is_never_followed(world, monkeypatch):
    import socket

    monkeypatch.setattr(socket, "socket", None)
    row = linked(world, sha256="A" * 64)

    assert (row.url, row.sha256, row.size) == ("https://wiki.example.com/plan", "sha256:" + "a" * 64, None)
    assert not row.file
    assert linked(world, sha256="sha256:" + "a" * 64) == row
    assert linked(world, sha256="b" * 64).number == 2


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.com/x",
        "//example.com",
        "plan",
        "https://",
        "https://a b",
        "https://example.com/\nx",
    ],
)
def test_an_address_is_one_of_the_web(world, url):
    with pytest.raises(Invalid) as refused:
        linked(world, url)
    assert [item.field for item in refused.value.errors] == ["url"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"slug": "Not a slug"}, "slug"),
        ({"slug": "add"}, "slug"),
        ({"slug": "../x"}, "slug"),
        ({"title": " "}, "title"),
        ({"title": "t" * 201}, "title"),
        ({"note": "n" * 2001}, "note"),
        ({"content": b""}, "file"),
        ({"content": b"MZ\x90\x00"}, "file"),
        ({"url": "https://example.com"}, "url"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_field_and_leaves_nothing(world, values, field):
    with pytest.raises(Invalid) as refused:
        added(world, **values)
    assert [item.field for item in refused.value.errors] == [field]
    assert not Document.objects.exists()
    assert stored() == []


def test_neither_file_nor_link_is_nothing(world):
    with pytest.raises(Invalid, match="Choose a file"):
        services.add_document(actor=world.lead, use_case=world.use_case, slug="plan", title="Plan")
    with pytest.raises(Invalid, match="64 hex"):
        linked(world, sha256="abc")


def test_a_file_has_a_limit(world, monkeypatch):
    monkeypatch.setattr(media, "LARGEST", len(PDF) - 1)
    with pytest.raises(TooLarge):
        added(world)
    assert stored() == []


def test_a_race_for_a_number_is_a_conflict_and_leaves_no_file(world, monkeypatch):
    added(world)
    plain = Document.save

    def late(self, **kwargs):
        self.number = 1
        plain(self, **kwargs)

    monkeypatch.setattr(Document, "save", late)
    with pytest.raises(Conflict):
        added(world, PDF + b"2")
    assert len(stored()) == 1


def test_who_works_there_and_the_client_add_documents(world):
    people.grant_role(
        actor=system("test"), user=world.stranger.user, role="client_representative", scope=world.use_case.public_id
    )

    for number, actor in enumerate((world.business, world.security, world.stranger), start=1):
        assert added(world, PDF + bytes([number]), actor=actor).number == number
    for actor in (world.auditor, world.ci):
        with pytest.raises(NotAllowed):
            added(world, actor=actor)


def test_documents_are_seen_through_their_use_case(world):
    row = added(world)

    assert list(Document.objects.visible_to(world.security)) == [row]
    assert not Document.objects.visible_to(world.stranger).exists()


def test_a_version_is_never_changed(world):
    row = added(world)
    for field in ("title", "sha256", "digest", "url"):
        with pytest.raises(DatabaseError), transaction.atomic():
            Document(**{**{f.attname: getattr(row, f.attname) for f in Document._meta.fields}, field: "x"}).save()
    with pytest.raises(TypeError):
        Document.objects.update(title="x")


# Signing -------------------------------------------------------------------------------------------------------------


def test_a_document_is_signed_once_by_a_decision_about_its_content(world):
    row = added(world)
    decision = decision_over("document", row)

    signed = services.sign_document(actor=world.business, document=row, decision=decision)
    assert (signed.approval, signed.approved_at) == ("dc_test", decision.decided_at)
    event = AuditEvent.objects.get(kind="usecases.document.signed")
    assert event.subject_id == row.public_id

    other = decision_over("document", row)
    other.public_id = "dc_other"
    assert services.sign_document(actor=world.business, document=row, decision=other).approval == "dc_test"
    assert AuditEvent.objects.filter(kind="usecases.document.signed").count() == 1


@pytest.mark.parametrize("manifest", [{}, {"document": "sha256:" + "0" * 64}, {"use_case": "x"}])
def test_a_decision_about_other_content_signs_nothing(world, manifest):
    row = added(world)
    decision = decision_over("document", row)
    decision.manifest = manifest

    with pytest.raises(Conflict):
        services.sign_document(actor=world.business, document=row, decision=decision)
    row.refresh_from_db()
    assert row.approval is None


def test_a_definition_is_signed_and_its_change_is_another_version(world):
    row = world.use_case.current_definition()
    services.sign_definition(actor=world.business, definition=row, decision=decision_over("use_case", row))
    changed = services.define(
        actor=world.lead, use_case=world.use_case, business_problem="Other.", ml_problem="Other.", risk_tier="high"
    )

    row.refresh_from_db()
    assert row.approval == "dc_test"
    assert (changed.number, changed.approval, changed.risk_tier) == (2, None, "high")
    with pytest.raises(DatabaseError), transaction.atomic():
        Definition._base_manager.filter(pk=row.pk).update(approval="dc_other")


def test_a_definition_that_was_renamed_since_is_other_content(world):
    row = world.use_case.current_definition()
    decision = decision_over("use_case", row)
    services.change_use_case(actor=world.lead, use_case=world.use_case, title="Leavers")

    with pytest.raises(Conflict):
        services.sign_definition(actor=world.business, definition=row, decision=decision)


def test_a_signed_record_still_agrees_with_the_log(world):
    row = added(world)
    services.sign_document(actor=world.business, document=row, decision=decision_over("document", row))
    definition = world.use_case.current_definition()
    services.sign_definition(actor=world.business, definition=definition, decision=decision_over("use_case", definition))

    sealing.seal()
    assert list(verification.verify()) == []


def test_the_file_is_read_from_its_beginning(world):
    file = upload()
    file.read(10)
    row = services.add_document(actor=world.lead, use_case=world.use_case, slug="plan", title="Plan", file=file)

    assert row.file.open().read() == PDF
