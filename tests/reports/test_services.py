"""Asking for reports, and the work on them: whoever may, whatever dies, one result."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone, translation

from approvals.services.gates import evaluate_gate
from foundation import clock, jobs, keys, sealing
from foundation.canonical import digest_bytes
from foundation.errors import Conflict, Invalid, Missing, NotAllowed
from foundation.models import AuditEvent, Job
from foundation.verification import verify
from reports import files, rendering
from reports.models import Report
from reports.rendering import make as draw
from reports.services import request_again, request_report
from reports.signer import signer

CLIENT = Path(settings.BASE_DIR) / "client"


class Killed(BaseException):
    """What a worker feels when it is killed: no handler runs."""


def events(kind: str, report: Report) -> int:
    return AuditEvent.objects.filter(kind=kind, subject_id=report.public_id).count()


def verified(path, vkey: str, *more: str) -> int:
    """The exit code of `countersign verify`, in a process of its own."""
    command = [sys.executable, "-m", "countersign", "verify", str(path), "--key", vkey, *more]
    return subprocess.run(command, cwd=CLIENT, capture_output=True, check=False).returncode


def test_asking_queues_the_work_and_tells_the_log(world):
    report = request_report(actor=world.auditor, kind="use_case", scope="churn", language="zh-hans")

    assert report.job.state == Job.State.QUEUED
    assert (report.title, report.use_case, report.requested_by) == ("Customer churn", world.use_case, world.auditor.user)
    assert events("reports.report.requested", report) == 1


def test_the_public_id_of_a_use_case_serves_as_well_as_its_slug(world):
    assert request_report(actor=world.lead, kind="use_case", scope=world.use_case.public_id).scope == "churn"


def test_the_title_is_in_the_language_of_the_report_and_not_of_whoever_asks(world):
    with translation.override("en"):
        row = request_report(actor=world.lead, kind="portfolio", scope="", language="zh-hans")

    assert row.title.endswith("能看到的所有用例")


def test_who_does_not_see_the_use_case_learns_nothing_of_it(world):
    with pytest.raises(Missing):
        request_report(actor=world.stranger, kind="use_case", scope="churn")


def test_the_whole_log_is_for_auditors_and_administrators(world):
    with pytest.raises(NotAllowed, match="auditors and administrators"):
        request_report(actor=world.lead, kind="audit_log", scope="")

    report = request_report(actor=world.auditor, kind="audit_log", scope="")
    assert report in Report.objects.visible_to(world.admin)
    assert report not in Report.objects.visible_to(world.lead)
    assert report not in Report.objects.visible_to(world.ci)


def test_a_service_token_needs_the_scope(world):
    assert request_report(actor=world.ci, kind="use_case", scope="churn").requested_by == world.engineer.user

    world.ci.token.scopes.remove("reports:write")
    with pytest.raises(NotAllowed, match="reports:write"):
        request_report(actor=world.ci, kind="use_case", scope="churn")


@pytest.mark.parametrize("kind", ["access_review"])
def test_kinds_that_come_later_are_refused_by_name(world, kind):
    with pytest.raises(Invalid, match="not available yet") as refused:
        request_report(actor=world.lead, kind=kind, scope="churn")

    assert refused.value.code == "report.kind"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"kind": "novel"}, "report.kind"),
        ({"language": "tlh"}, "report.language"),
        ({"as_of": timezone.now() + timedelta(days=1)}, "report.as_of"),
        ({"kind": "audit_log", "scope": "churn"}, "report.scope"),
    ],
)
def test_what_cannot_be_reported_is_refused_with_a_code(world, more, code):
    with pytest.raises(Invalid) as refused:
        request_report(**{"actor": world.auditor, "kind": "use_case", "scope": "churn", **more})

    assert refused.value.code == code


def test_the_finished_report_verifies_with_the_key_of_the_log_and_nothing_else(told, make):
    report = make(told.auditor)

    assert report.job.state == Job.State.DONE, report.job.error
    vkey = keys.log_key().vkey
    for form in (files.FORMATS["pdf"], files.FORMATS["bundle"]):
        path = files.path_of(report, form)
        assert verified(path, vkey) == 0
        content = bytearray(path.read_bytes())
        content[len(content) // 3] ^= 1
        broken = path.with_name(f"broken.{form.ending}")
        broken.write_bytes(content)
        assert verified(broken, vkey) == 1


def test_a_checkpoint_that_a_gate_gave_out_is_proven_to_be_how_the_log_began(told, make, gate):
    sealing.seal()
    version = told.world.use_case.model_versions.get()
    asked = evaluate_gate(actor=told.world.ci, gate=gate, model_version=version, commit=version.commit)
    checkpoint = asked.answer.body["checkpoint"]

    path = files.path_of(make(told.auditor), files.FORMATS["pdf"])

    assert sealing.log_size() > int(checkpoint.split("\n")[1])
    assert verified(path, keys.log_key().vkey, "--since", checkpoint) == 0


@pytest.mark.parametrize("kind", ["model_version", "request", "audit_log"])
def test_every_kind_verifies(told, make, kind):
    scope = {"model_version": told.request.subject_id, "request": told.request.public_id, "audit_log": ""}[kind]

    report = make(told.auditor, kind=kind, scope=scope)

    assert report.job.state == Job.State.DONE, report.job.error
    assert verified(files.path_of(report, files.FORMATS["pdf"]), keys.log_key().vkey) == 0


def test_the_digests_are_those_of_the_files(told, make):
    report = make(told.auditor)
    pdf = files.path_of(report, files.FORMATS["pdf"]).read_bytes()

    assert digest_bytes(pdf) == report.file_sha256
    assert digest_bytes(pdf[: report.content_bytes]) == report.content_sha256
    assert len(list(files.folder(report).iterdir())) == 3


def test_the_same_records_give_the_same_bytes(told):
    report = request_report(actor=told.auditor, kind="use_case", scope="churn")
    at = clock.now()

    first, second = (draw(report, made_at=at, tell=lambda percent, said: None) for _time in range(2))

    assert first.unsigned == second.unsigned
    assert first.html == second.html
    assert first.bundle == second.bundle
    assert first.inputs_digest == second.inputs_digest


def test_another_ballot_gives_another_inputs_digest(told, vote):
    report = request_report(actor=told.auditor, kind="use_case", scope="churn")
    before = draw(report, made_at=clock.now(), tell=lambda percent, said: None)
    vote(told.security, told.request, "security")

    after = draw(report, made_at=clock.now(), tell=lambda percent, said: None)

    assert before.inputs_digest != after.inputs_digest


def test_doing_a_finished_job_again_changes_nothing(told, make):
    report = make(told.auditor)
    Job.objects.filter(pk=report.job_id).update(state=Job.State.QUEUED)

    jobs.run(report.job_id)

    again = Report.objects.get(pk=report.pk)
    assert again.file_sha256 == report.file_sha256
    assert events("reports.report.finished", report) == 1
    assert Job.objects.get(pk=report.job_id).state == Job.State.DONE


def test_a_finished_report_cannot_be_given_other_digests(told, make):
    report = make(told.auditor)
    report.file_sha256 = "sha256:" + "0" * 64

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        report.save()


PLACES = [
    *((jobs.Run, "step", number) for number in (1, 2, 4, 12, 13, 15, 20, 26, 27, 28)),
    (sealing, "seal", 1),
    (rendering, "signer", 1),
    (rendering.bundle, "build", 1),
    (rendering.pdf, "render", 1),
    (rendering.html, "render", 1),
    (rendering, "attach_and_sign", 1),
    (files, "write", 1),
    (files, "write", 3),
    (rendering.audit, "record", 1),
    (files, "sweep", 1),
]


LATE = [place for place in PLACES if place[1] in ("write", "record", "sweep")]
DEATHS = [(*place, True) for place in PLACES] + [(*place, False) for place in LATE]


@pytest.mark.parametrize(("where", "name", "number", "before"), DEATHS)
def test_killed_anywhere_and_run_again_there_is_one_result(told, monkeypatch, where, name, number, before):
    """The worker dies at the n-th call of something, before or after it; the reaper gives the job back; it is done once."""
    report = request_report(actor=told.auditor, kind="use_case", scope="churn")
    calls, real = [], getattr(where, name)

    def deadly(*args, **kwargs):
        calls.append(1)
        if len(calls) == number and before:
            raise Killed
        result = real(*args, **kwargs)
        if len(calls) == number:
            raise Killed
        return result

    with monkeypatch.context() as patch:
        patch.setattr(where, name, deadly)
        with pytest.raises(Killed):
            jobs.run(report.job_id)
    Job.objects.filter(pk=report.job_id).update(lease_until=clock.now() - timedelta(seconds=1))
    jobs.reap()

    assert jobs.run(report.job_id)
    report = Report.objects.select_related("job").get(pk=report.pk)
    assert report.job.state == Job.State.DONE, report.job.error
    assert events("reports.report.finished", report) == 1
    assert {file.name for file in files.folder(report).iterdir()} == {
        files.path_of(report, files.FORMATS[key]).name for key in report.files
    }
    sealing.seal()
    assert list(verify()) == []


def test_a_run_whose_job_was_taken_over_leaves_the_other_result_alone(told, monkeypatch):
    report = request_report(actor=told.auditor, kind="use_case", scope="churn")
    real = rendering.attach_and_sign

    def slow(*args, **kwargs):
        """While this run signs, its lease ends, and another worker does the whole job."""
        monkeypatch.setattr(rendering, "attach_and_sign", real)
        Job.objects.filter(pk=report.job_id).update(lease_until=clock.now() - timedelta(seconds=1))
        jobs.reap()
        assert jobs.run(report.job_id)
        return real(*args, **kwargs)

    monkeypatch.setattr(rendering, "attach_and_sign", slow)
    assert not jobs.run(report.job_id)

    finished = Report.objects.get(pk=report.pk)
    assert events("reports.report.finished", report) == 1
    assert digest_bytes(files.path_of(finished, files.FORMATS["pdf"]).read_bytes()) == finished.file_sha256


def test_a_cancelled_report_leaves_no_trace_but_the_asking(told, monkeypatch):
    report = request_report(actor=told.auditor, kind="use_case", scope="churn")
    real = rendering.html.render

    def cancelled(*args, **kwargs):
        jobs.cancel(actor=told.auditor, job=report.job)
        return real(*args, **kwargs)

    monkeypatch.setattr(rendering.html, "render", cancelled)
    jobs.run(report.job_id)

    report = Report.objects.select_related("job").get(pk=report.pk)
    assert report.job.state == Job.State.CANCELLED
    assert not report.is_finished
    assert events("reports.report.finished", report) == 0
    assert not files.folder(report).exists()


def test_a_failure_is_told_and_can_be_tried_again_as_a_new_report(told, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(rendering, "signer", lambda **more: keys.log_key().no_such_thing)
        report = request_report(actor=told.auditor, kind="use_case", scope="churn", language="zh-hans")
        jobs.run(report.job_id)
    report.job.refresh_from_db()
    assert report.job.state == Job.State.FAILED
    assert "no_such_thing" in report.job.error

    again = request_again(actor=told.auditor, report=report)
    jobs.run(again.job_id)

    assert again.public_id != report.public_id
    assert Report.objects.get(pk=again.pk).language == "zh-hans"
    with pytest.raises(Conflict, match="has not failed"):
        request_again(actor=told.auditor, report=Report.objects.get(pk=again.pk))


def test_a_log_that_was_rewritten_is_not_reported_on(told, make):
    sealing.seal()
    sealing._remember(type("Checkpoint", (), {"size": 3, "root": b"\x00" * 32}))

    report = make(told.auditor)

    assert report.job.state == Job.State.FAILED
    assert "not those that were signed" in report.job.error


def test_the_signer_keeps_its_certificate_until_the_key_changes(db):
    first = signer(at=clock.now())

    assert signer(at=clock.now()).certificate == first.certificate
    (settings.KEYS / keys.LOG_KEY).unlink()
    assert signer(at=clock.now()).certificate != first.certificate
    assert signer(at=clock.now()).key.public_key() == first.key.public_key()
