"""Reports over HTTP, as programs meet them."""

from __future__ import annotations

import hashlib
import json

import pytest

from foundation import jobs
from foundation.models import Job
from reports import rendering
from reports.models import Report

URL = "/api/v1/reports"


def post(client, **body):
    return client.post(URL, json.dumps(body), content_type="application/json")


def test_asking_is_answered_at_once_with_the_job(world):
    client = world.api("ci")

    answer = post(client, kind="use_case", scope="churn")

    assert answer.status_code == 202
    body = answer.json()
    assert body["state"] == "queued"
    assert body["files"] == []
    job = Job.objects.get(public_id=body["job"])
    assert client.get(f"/api/v1/jobs/{job.public_id}").json()["state"] == "queued"
    assert client.get(f"{URL}/{body['id']}").json() == body


def test_a_finished_report_is_fetched_in_three_forms(told, make):
    report = make(told.auditor)
    client = told.world.api("auditor")
    listed = client.get(f"{URL}/{report.public_id}").json()

    assert listed["state"] == "done"
    for item, (media_type, start) in zip(
        listed["files"],
        [("application/pdf", b"%PDF-"), ("text/html; charset=utf-8", b"<!doctype html>"), ("application/jsonl", b"{")],
        strict=True,
    ):
        answer = client.get(item["url"].removeprefix("http://127.0.0.1:8000"))
        content = b"".join(answer.streaming_content)
        assert answer.status_code == 200
        assert answer["Content-Type"] == media_type
        assert content.startswith(start)
        assert "sha256:" + hashlib.sha256(content).hexdigest() == item["sha256"]


def test_the_file_has_a_plain_name_and_a_whole_one(told, make):
    report = make(told.auditor)
    report.title = "客户 流失/2026"

    from reports.downloads import answer
    from reports.files import FORMATS

    header = answer(report, FORMATS["pdf"])["Content-Disposition"]

    assert header.startswith('attachment; filename="countersign-')
    plain, whole = header.split("; ")[1:]
    assert plain.isascii()
    assert report.public_id in plain
    assert "filename*=UTF-8''countersign-%E5%AE%A2%E6%88%B7" in whole
    assert "/" not in whole


def test_a_file_before_the_end_is_a_conflict(world):
    client = world.api("lead")
    report = post(client, kind="use_case", scope="churn").json()["id"]

    answer = client.get(f"{URL}/{report}/file?format=pdf")

    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "report.unfinished"


def test_the_file_of_a_failed_report_says_why(world, monkeypatch):
    client = world.api("lead")
    report = post(client, kind="use_case", scope="churn").json()
    monkeypatch.setattr(rendering.pdf, "render", lambda *args, **more: 1 // 0)
    jobs.run(Job.objects.get(public_id=report["job"]).pk)

    answer = client.get(f"{URL}/{report['id']}/file?format=pdf")

    assert answer.status_code == 409
    assert answer.json()["code"] == "report.failed"
    assert "ZeroDivisionError" in answer.json()["detail"]


def test_an_unknown_format_is_refused_as_a_field(told, make):
    report = make(told.auditor)

    answer = told.world.api("auditor").get(f"{URL}/{report.public_id}/file?format=docx")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "format"


def test_a_file_that_is_gone_says_which_to_restore(told, make):
    report = make(told.auditor)
    from reports import files

    files.path_of(report, files.FORMATS["pdf"]).unlink()

    answer = told.world.api("auditor").get(f"{URL}/{report.public_id}/file")

    assert answer.status_code == 404
    assert answer.json()["code"] == "report.file_gone"
    assert report.file_sha256 in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"kind": "access_review"}, 400, "report.kind"),
        ({"kind": "use_case", "scope": "no-such"}, 404, "not_found"),
        ({"kind": "use_case", "scope": "churn", "language": "de"}, 400, "report.language"),
        ({"kind": "use_case", "scope": "churn", "as_of": "tomorrow"}, 400, None),
        ({"kind": "use_case", "scope": "churn", "color": "red"}, 400, None),
        ({"scope": "churn"}, 400, None),
        ({"kind": "audit_log"}, 403, "not_allowed"),
    ],
)
def test_what_is_refused_is_refused_as_a_problem(world, body, status, code):
    answer = post(world.api("lead"), **body)

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert code is None or answer.json()["code"] == code
    assert not Report.objects.exists()


def test_strangers_see_no_report(told, make):
    report = make(told.auditor)
    client = told.world.api("stranger")

    assert client.get(URL).json()["results"] == []
    for path in (f"{URL}/{report.public_id}", f"{URL}/{report.public_id}/file"):
        assert client.get(path).status_code == 404


def test_the_same_key_asks_once(world):
    client = world.api("ci")
    body = json.dumps({"kind": "use_case", "scope": "churn"})
    answers = [client.post(URL, body, content_type="application/json", headers={"Idempotency-Key": "a1"}) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert Report.objects.count() == 1


def test_the_list_costs_the_same_however_long_it_is(world, django_assert_max_num_queries):
    client = world.api("auditor")
    for _time in range(12):
        post(client, kind="use_case", scope="churn")

    with django_assert_max_num_queries(8):
        assert len(client.get(URL).json()["results"]) == 12
