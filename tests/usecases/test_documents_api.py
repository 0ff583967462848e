from __future__ import annotations

import json

import pytest

from governance.usecases import uploads
from governance.usecases.models import Document
from tests.usecases.papers import PDF, added, linked, upload

LIST = "/api/v1/use-cases/churn/documents"
LINK = {"slug": "plan", "title": "Plan", "url": "https://wiki.example.com/plan"}


def post_json(client, data, **headers):
    return client.post(LIST, json.dumps(data), content_type="application/json", headers=headers)


def test_a_file_is_sent_as_a_form_and_read_back(world):
    api = world.api("lead")
    answer = api.post(LIST, {"slug": "plan", "title": "Plan", "note": "New.", "file": upload()})

    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert (said["number"], said["size"], said["media_type"], said["approval"]) == (1, len(PDF), "application/pdf", None)
    assert said["file_url"].endswith(f"/api/v1/documents/{said['id']}/file")
    assert api.get(f"/api/v1/documents/{said['id']}").json() == said
    assert [item["id"] for item in api.get(LIST).json()["results"]] == [said["id"]]
    file = api.get(f"/api/v1/documents/{said['id']}/file")
    assert b"".join(file.streaming_content) == PDF
    assert file["Content-Disposition"].startswith("attachment")


def test_a_link_is_sent_as_json(world):
    answer = post_json(world.api("lead"), {**LINK, "sha256": "a" * 64})

    assert answer.status_code == 201
    assert answer.json()["sha256"] == "sha256:" + "a" * 64
    assert answer.json()["file_url"] is None
    assert world.api("lead").get(f"/api/v1/documents/{answer.json()['id']}/file").status_code == 404


def test_the_same_again_is_200(world):
    api = world.api("lead")
    assert api.post(LIST, {"slug": "plan", "title": "Plan", "file": upload()}).status_code == 201
    assert api.post(LIST, {"slug": "plan", "title": "Plan", "file": upload()}).status_code == 200
    assert Document.objects.count() == 1


def test_an_idempotency_key_tells_uploads_apart_by_their_bytes(world):
    api, key = world.api("lead"), {"Idempotency-Key": "one-upload"}

    def send(content):
        return api.post(LIST, {"slug": "plan", "title": "Plan", "file": upload(content)}, headers=key)

    first = send(PDF)
    again = send(PDF)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert send(PDF + b"2").status_code == 422
    assert Document.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({**LINK, "slug": "No slug"}, "slug"),
        ({**LINK, "url": "javascript:x"}, "url"),
        ({**LINK, "sha256": "x"}, "sha256"),
        ({"slug": "plan", "title": "Plan"}, "file"),
        ({**LINK, "file": "x"}, "file"),
        ({**LINK, "colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_used_is_a_problem_with_its_field(world, data, field):
    answer = post_json(world.api("lead"), data)

    assert answer.status_code == 400
    assert field in [item["field"] for item in answer.json()["errors"]]


def test_too_large_is_413(world, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST", 1000)
    answer = world.api("lead").post(LIST, {"slug": "plan", "title": "Plan", "file": upload(PDF * 10)})

    assert answer.status_code == 413
    assert answer.json()["code"] == "document.too_large"


def test_a_broken_form_is_a_problem_and_no_crash(world):
    answer = world.api("lead").post(LIST, b"--x\r\nnot a form", content_type="multipart/form-data; boundary=y")

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_stranger_finds_nothing(world):
    row = added(world)
    for path in (LIST, f"/api/v1/documents/{row.public_id}", f"/api/v1/documents/{row.public_id}/file"):
        assert world.api("stranger").get(path).status_code == 404
    assert post_json(world.api("stranger"), LINK).status_code == 404
    assert post_json(world.api("auditor"), LINK).status_code == 403
    assert post_json(world.api("ci"), LINK).status_code == 403
    assert world.api("ci").get(f"/api/v1/documents/{row.public_id}").status_code == 200


def test_a_definition_has_a_risk_tier(world):
    api = world.api("lead")
    said = {"business_problem": "Leavers.", "ml_problem": "Who?", "risk_tier": "high"}
    answer = api.post("/api/v1/use-cases/churn/definitions", json.dumps(said), content_type="application/json")

    assert answer.status_code == 201
    assert (answer.json()["risk_tier"], answer.json()["approved_at"]) == ("high", None)
    wrong = json.dumps({**said, "risk_tier": "extreme"})
    assert api.post("/api/v1/use-cases/churn/definitions", wrong, content_type="application/json").status_code == 400


def test_links_and_files_are_versions_of_one_document(world):
    added(world)
    linked(world)

    numbers = [item["number"] for item in world.api("lead").get(LIST).json()["results"]]
    assert numbers == [2, 1]
