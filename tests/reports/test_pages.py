"""Pages of reports, without a script."""

from __future__ import annotations

import pytest

from foundation import jobs
from foundation.models import Job
from reports import rendering
from reports.models import Report
from reports.services import request_report


def ask(client, **more):
    return client.post("/reports/", {"about": "use_case:churn", "language": "en", "as_of": "", **more})


def test_the_form_asks_for_a_report_and_leads_to_its_page(world):
    client = world.client("lead")

    answer = ask(client, language="zh-hans")

    report = Report.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/reports/{report.public_id}/"
    assert report.language == "zh-hans"


def test_a_running_report_shows_how_far_it_is_and_loads_again_without_a_script(world):
    client = world.client("lead")
    ask(client)
    report = Report.objects.get()
    Job.objects.filter(pk=report.job_id).update(state="running", done_steps=40, total_steps=100, message="Proving the events")

    page = client.get(f"/reports/{report.public_id}/").content.decode()

    assert "Proving the events" in page
    assert "40 %" in page
    assert '<meta http-equiv="refresh"' in page
    assert f"/reports/{report.public_id}/progress/" in page


def test_the_progress_loads_the_page_again_once_it_is_over(told, make):
    report = make(told.auditor)

    answer = told.world.client("auditor").get(f"/reports/{report.public_id}/progress/")

    assert answer["HX-Refresh"] == "true"


def test_a_finished_report_offers_its_files_its_digests_and_how_to_verify(told, make):
    report = make(told.auditor)
    client = told.world.client("auditor")

    page = client.get(f"/reports/{report.public_id}/").content.decode()

    for text in (report.file_sha256, report.content_sha256, report.inputs_digest, "countersign verify", "somewhere else"):
        assert text in page
    for form in ("pdf", "html", "bundle"):
        assert f'href="/reports/{report.public_id}/files/{form}/"' in page
        assert client.get(f"/reports/{report.public_id}/files/{form}/").status_code == 200


def test_the_html_report_is_read_under_a_policy_that_runs_nothing(told, make):
    report = make(told.auditor)

    answer = told.world.client("auditor").get(f"/reports/{report.public_id}/files/html/?read")

    assert answer["Content-Disposition"].startswith("inline")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_failure_is_shown_with_its_reason_and_a_way_to_try_again(world, monkeypatch):
    client = world.client("lead")
    ask(client)
    report = Report.objects.get()
    with monkeypatch.context() as patch:
        patch.setattr(rendering.pdf, "render", lambda *args, **more: 1 // 0)
        jobs.run(report.job_id)

    page = client.get(f"/reports/{report.public_id}/").content.decode()
    assert "ZeroDivisionError" in page
    assert "Try again" in page

    answer = client.post(f"/reports/{report.public_id}/again/")
    assert answer.status_code == 302
    assert Report.objects.count() == 2


def test_a_future_date_is_refused_at_its_field_and_what_was_typed_stays(world):
    answer = ask(world.client("lead"), as_of="2999-01-01T00:00")

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "cannot show the future" in page
    assert "2999-01-01T00:00" in page


def test_a_report_can_be_cancelled_by_who_asked_and_by_nobody_else(world):
    ask(world.client("lead"))
    report = Report.objects.get()

    assert world.client("auditor").post(f"/reports/{report.public_id}/cancel/").status_code == 409
    assert world.client("lead").post(f"/reports/{report.public_id}/cancel/").status_code == 302
    report.job.refresh_from_db()
    assert report.job.state == Job.State.CANCELLED


def test_strangers_find_nothing(told, make):
    report = make(told.auditor)
    client = told.world.client("stranger")

    assert report.title not in client.get("/reports/").content.decode()
    for path in ("", "progress/", "files/pdf/"):
        assert client.get(f"/reports/{report.public_id}/{path}").status_code == 404
    assert client.post(f"/reports/{report.public_id}/again/").status_code == 404
    assert ask(client).status_code == 400


def test_the_whole_log_is_offered_to_those_who_may_read_it(world):
    assert "The whole audit log" in world.client("auditor").get("/reports/").content.decode()
    assert "The whole audit log" not in world.client("lead").get("/reports/").content.decode()


def test_other_pages_lead_here_with_what_they_are_about(told):
    page = told.world.client("auditor").get(f"/reports/?about=request:{told.request.public_id}").content.decode()

    assert f'<option value="request:{told.request.public_id}" selected>' in page


def test_nobody_signed_in_is_led_to_the_login(client, db):
    assert client.get("/reports/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_costs_the_same_however_long_it_is(world, django_assert_max_num_queries, count):
    for _time in range(count):
        request_report(actor=world.lead, kind="use_case", scope="churn")
    client = world.client("lead")

    with django_assert_max_num_queries(20):
        assert client.get("/reports/").content.decode().count("list__row") == count
