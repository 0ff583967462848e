"""`manage.py verify_audit`: three answers, told by the exit code."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from foundation import jobs, sealing
from governance.usecases.models import UseCase
from reports import files
from reports.models import Report
from reports.services import request_report


def answer(capsys) -> tuple[int, str]:
    with pytest.raises(SystemExit) as end:
        call_command("verify_audit")
    return end.value.code, capsys.readouterr().out


@pytest.fixture
def report(world):
    row = request_report(actor=world.auditor, kind="use_case", scope="churn")
    jobs.run(row.job_id)
    sealing.seal()
    return Report.objects.get(pk=row.pk)


def test_what_was_left_alone_is_intact(report, capsys):
    code, said = answer(capsys)

    assert code == 0, said
    assert said.startswith("INTACT.")


def test_events_that_are_not_sealed_are_missing_and_not_altered(world, capsys):
    code, said = answer(capsys)

    assert code == 2
    assert "log.unsealed" in said


def test_a_register_that_was_changed_past_the_log_is_altered(report, capsys):
    UseCase.objects.update(title="Something else")

    code, said = answer(capsys)

    assert code == 1
    assert "register.differs" in said


def test_an_event_that_was_changed_is_altered(report, capsys, without_triggers):
    from foundation.models import AuditEvent

    row = AuditEvent.objects.order_by("pk").first()
    row.body = bytes(row.body).replace(b"people", b"peoplf", 1)
    row.save()

    code, said = answer(capsys)

    assert code == 1
    assert "event.hash" in said


def test_altered_weighs_more_than_missing(world, capsys):
    UseCase.objects.update(title="Something else")

    assert answer(capsys)[0] == 1


def test_a_report_file_that_was_changed_is_altered(report, capsys):
    path = files.path_of(report, files.FORMATS["pdf"])
    path.write_bytes(path.read_bytes() + b"\n")

    code, said = answer(capsys)

    assert code == 1
    assert f"report.file          {report.public_id}" in said


def test_a_report_file_that_is_gone_is_missing(report, capsys):
    files.path_of(report, files.FORMATS["html"]).unlink()

    code, said = answer(capsys)

    assert code == 2
    assert "the html is missing from storage" in said


def test_quiet_answers_by_the_exit_code_alone(world, capsys):
    with pytest.raises(SystemExit) as end:
        call_command("verify_audit", "--quiet")

    assert end.value.code == 2
    assert capsys.readouterr().out == ""
