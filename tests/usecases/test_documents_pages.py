from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from governance.people import services as people
from governance.usecases import media, services
from governance.usecases.models import Document
from tests.usecases.papers import PDF, added, decision_over, linked, upload

ADD = "/use-cases/churn/documents/add/"


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_document_is_added_by_form_and_shown(world):
    client = world.client("lead")
    answer = client.post(ADD, {"title": "Test plan", "file": upload(), "note": "First draft."}, follow=True)

    assert answer.redirect_chain == [("/use-cases/churn/documents/test-plan/", 302)]
    shown = text_of(answer)
    row = Document.objects.get()
    assert "version 1 is on record" in shown
    assert "First draft." in shown
    assert f'href="/documents/{row.public_id}/file/"' in shown
    listed = text_of(client.get("/use-cases/churn/documents/"))
    assert 'href="/use-cases/churn/documents/test-plan/"' in listed
    assert "not signed" in listed


def test_the_next_version_is_added_on_its_page(world):
    added(world)
    answer = world.client("lead").post(
        "/use-cases/churn/documents/plan/versions/", {"title": "Test plan", "file": upload(PDF + b"2")}, follow=True
    )

    shown = text_of(answer)
    assert "Version 2" in shown
    assert "Earlier versions" in shown
    assert 'id="version-1"' in shown


def test_a_link_is_shown_as_one(world):
    linked(world, sha256="a" * 64)
    shown = text_of(world.client("lead").get("/use-cases/churn/documents/plan/"))

    assert 'href="https://wiki.example.com/plan" rel="noopener noreferrer nofollow"' in shown
    assert "Download" not in shown


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"title": "Plan"}, "Choose a file"),
        ({"title": "", "url": "https://example.com"}, "This field is required"),
        ({"title": "计划", "url": "https://example.com"}, "Latin letters"),
        ({"title": "Plan", "url": "javascript:alert(1)"}, "begins with https://"),
        ({"title": "Plan", "url": "https://example.com", "sha256": "abc"}, "64 hex digits"),
        ({"title": "Add", "url": "https://example.com"}, "taken by the portal"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field_and_kept(world, data, said):
    answer = world.client("lead").post(ADD, data)

    assert answer.status_code == 400
    assert said in text_of(answer)
    assert not Document.objects.exists()


@pytest.mark.parametrize(("content", "said"), [(b"", "The file is empty"), (b"MZ\x90\x00", "none of the kinds")])
def test_a_file_that_cannot_be_taken_is_refused_on_the_page(world, content, said):
    answer = world.client("lead").post(ADD, {"title": "Plan", "file": upload(content)})

    assert answer.status_code == 400
    assert said in text_of(answer)


def test_a_file_that_is_too_large_never_reaches_the_disk(world, monkeypatch):
    from governance.usecases import uploads

    monkeypatch.setattr(uploads, "LARGEST", 1000)
    answer = world.client("lead").post(ADD, {"title": "Plan", "file": upload(PDF * 10)})

    assert answer.status_code == 413
    assert "at most 25 MiB" in text_of(answer)
    assert not Document.objects.exists()


def test_many_files_count_together(world, monkeypatch):
    from governance.usecases import uploads

    monkeypatch.setattr(uploads, "LARGEST", len(PDF) + 10)
    answer = world.client("lead").post(ADD, {"title": "Plan", "other": upload(), "file": upload()})

    assert answer.status_code == 413


def test_a_file_is_only_ever_a_download(world):
    row = added(world, b"# <script>alert(1)</script>\n", 'a"b\r\nX-Evil: 1.md', slug="notes")
    answer = world.client("security").get(f"/documents/{row.public_id}/file/")

    assert b"".join(answer.streaming_content) == b"# <script>alert(1)</script>\n"
    assert answer["Content-Disposition"] == 'attachment; filename="churn-notes-1.md"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "text/markdown"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "X-Evil" not in answer


def test_a_link_has_no_file_and_a_lost_file_says_so(world):
    client = world.client("lead")
    link = linked(world)
    assert client.get(f"/documents/{link.public_id}/file/").status_code == 404
    row = added(world, slug="lost")
    row.file.storage.delete(row.file.name)
    assert client.get(f"/documents/{row.public_id}/file/").status_code == 404


def test_what_people_typed_is_shown_as_text(world):
    added(world, name="<img src=x onerror=alert(1)>.pdf", title="<script>alert(1)</script>", note="<b>bold</b>")
    client = world.client("lead")

    for path in ("documents/", "documents/plan/"):
        page = client.get(f"/use-cases/churn/{path}").content.decode()
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page
        assert "<b>bold" not in page


def test_a_stranger_finds_no_document(world):
    row = added(world)
    client = world.client("stranger")

    for path in ("/use-cases/churn/documents/", "/use-cases/churn/documents/plan/", f"/documents/{row.public_id}/file/"):
        assert client.get(path).status_code == 404
    assert client.post(ADD, {"title": "Plan", "url": "https://example.com"}).status_code == 404
    assert world.client("lead").get("/use-cases/churn/documents/none/").status_code == 404


def test_a_document_is_found_under_its_own_use_case_only(world):
    added(world)
    services.open_use_case(actor=world.lead, slug="other", title="Other")

    assert world.client("lead").get("/use-cases/other/documents/plan/").status_code == 404


def test_who_only_reads_is_told_why_there_is_no_form(world):
    added(world)
    client = world.client("auditor")

    assert "You do not work on this use case" in text_of(client.get("/use-cases/churn/documents/"))
    assert client.post(ADD, {"title": "Plan", "url": "https://example.com"}).status_code == 403


def test_the_client_representative_adds_documents(world):
    people.grant_role(actor=world.lead, user=world.stranger.user, role="client_representative", scope=world.use_case.public_id)

    assert world.client("stranger").post(ADD, {"title": "Plan", "url": "https://example.com"}).status_code == 302


def test_the_list_costs_the_same_for_one_and_for_many(world, django_assert_max_num_queries):
    client = world.client("lead")
    added(world)
    with django_assert_max_num_queries(40) as first:
        client.get("/use-cases/churn/documents/")
    cost = len(first)
    for number in range(12):
        added(world, PDF + bytes([number]), slug=f"plan-{number}")
    with django_assert_max_num_queries(cost):
        client.get("/use-cases/churn/documents/")


def test_the_limit_is_the_one_that_the_form_promises():
    assert media.LARGEST == 25 * 1024 * 1024


# Definitions ---------------------------------------------------------------------------------------------------------


def test_a_definition_has_a_page_of_its_own(world):
    services.define(
        actor=world.lead,
        use_case=world.use_case,
        business_problem="Leavers cost money.",
        ml_problem="Who leaves?",
        risk_tier="high",
        kpis=[{"name": "Found", "target": 70, "unit": "%"}],
    )
    client = world.client("business")
    shown = text_of(client.get("/use-cases/churn/definitions/2/"))

    assert "Leavers cost money." in shown
    assert "High" in shown
    assert "Found" in shown
    old = text_of(client.get("/use-cases/churn/definitions/1/"))
    assert "Version 2 took its place." in old
    assert client.get("/use-cases/churn/definitions/3/").status_code == 404
    assert world.client("stranger").get("/use-cases/churn/definitions/2/").status_code == 404


def test_a_signed_definition_says_so_wherever_it_is_changed(world):
    row = world.use_case.current_definition()
    services.sign_definition(actor=world.business, definition=row, decision=decision_over("use_case", row))
    client = world.client("lead")

    assert "It cannot be changed any more" in text_of(client.get("/use-cases/churn/definitions/1/"))
    assert "Version 1 is signed and stays as it is." in text_of(client.get("/use-cases/churn/definition/"))
    assert "Signed: see by whom" in text_of(client.get("/use-cases/churn/"))
    assert "It cannot be changed any more" in text_of(client.get("/use-cases/churn/definitions/"))


def test_the_risk_tier_is_chosen_in_the_form_and_told_as_a_change(world):
    client = world.client("lead")
    data = {
        "business_problem": "Leavers.",
        "ml_problem": "Who?",
        "risk_tier": "high",
        "kpis-TOTAL_FORMS": "0",
        "kpis-INITIAL_FORMS": "0",
        "based_on": "1",
    }
    looked = text_of(client.post("/use-cases/churn/definition/", {**data, "look": "1"}))
    assert "Risk tier" in looked
    assert "<ins>High</ins>" in looked
    assert client.post("/use-cases/churn/definition/", data).status_code == 302
    assert world.use_case.current_definition().risk_tier == "high"
    assert client.post("/use-cases/churn/definition/", {**data, "risk_tier": "extreme", "based_on": "2"}).status_code == 400


def test_a_file_is_sent_with_a_csrf_token_or_not_at_all(world):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(world.lead.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert client.post(ADD, {"title": "Plan", "file": SimpleUploadedFile("x.pdf", PDF)}).status_code == 403
