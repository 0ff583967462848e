"""Files of actuals that are wrong, damaged or meant to do harm: told with the cell and the reason, and nothing is lost."""

from __future__ import annotations

import io
import time
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from foundation import jobs
from foundation.models import Job
from governance.economics.actual_files import Rule, read_bill, read_rows, rules_of
from governance.economics.api.actuals import present_import
from governance.economics.models import Actual
from governance.economics.services import actual_imports
from governance.usecases import uploads
from governance.usecases.intake.reading import read
from governance.usecases.intake.table import Unreadable
from tests.economics.realised import written
from tests.economics.test_actual_files import BILL, KNOWN, ROWS, TODAY, table, tried
from tests.together import together


@pytest.fixture
def case(world):
    return written(world).case


def test_what_nobody_sees_is_refused_and_kept_in_no_text():
    """PostgreSQL cannot hold a NUL, nor JSON half a character; and who reads a reference has to see what it says."""
    (row,) = read_rows(table("line,month,amount,reference,note\nrun,2026-01,5,A\0B,turned\u202e\n"), KNOWN, TODAY)

    assert [(problem.column, problem.code, problem.params) for problem in row.problems] == [
        ("reference", "hidden", {"code": "0000"}),
        ("note", "hidden", {"code": "202E"}),
    ]
    assert (row.reference, row.note) == ("A\ufffdB", "turned\ufffd")


@pytest.mark.parametrize("name", ["line", "month", "amount", "currency"])
def test_a_nul_in_any_cell_is_told_and_never_kept(name):
    said = {"line": "run", "month": "2026-01", "amount": "5", "currency": "EUR"} | {name: "5\0"}
    (row,) = read_rows(table(f"{','.join(said)}\n{','.join(said.values())}\n"), KNOWN, TODAY)

    assert [problem.column for problem in row.problems] == [name]
    assert "\0" not in repr(row)


@pytest.mark.parametrize(("month", "code"), [("2026-02-31", "no_day"), ("2026-02-00", "no_day"), ("2026-03-01Tsoon", "no_month")])
def test_a_day_that_there_is_not_names_no_month(month, code):
    (row,) = read_rows(table(f"line,month,amount\nrun,{month},5\n"), KNOWN, TODAY)

    assert [(problem.column, problem.code) for problem in row.problems] == [("month", code)]


def test_a_time_of_day_may_follow_a_day():
    rows = read_rows(table("line,month,amount\nrun,2026-03-31 23:59:59,5\nrun,2026-03-31T10:00Z,5\n"), KNOWN, TODAY)

    assert [(row.month, row.problems) for row in rows] == [(date(2026, 3, 1), ())] * 2


def test_nothing_has_no_sign():
    (row,) = read_rows(table("line,month,amount\nrun,2026-01,-0.00\n"), KNOWN, TODAY)

    assert str(row.amount) == "0.00"


def test_what_a_failed_formula_gives_is_no_reference():
    (row,) = read_rows(table("line,month,amount,reference\nrun,2026-01,5,#N/A\n"), KNOWN, TODAY)

    assert [(problem.column, problem.code) for problem in row.problems] == [("reference", "error_value")]


def test_a_column_that_is_there_twice_is_refused():
    with pytest.raises(Unreadable) as caught:
        read_rows(table("line,month,amount,Amount\nrun,2026-01,5,6\n"), KNOWN, TODAY)

    assert (caught.value.code, caught.value.params["columns"]) == ("column_twice", "amount")


def test_lost_characters_are_refused():
    with pytest.raises(Unreadable) as caught:
        read_rows(read(b"line,month,amount,reference\nrun,2026-01,5,A\x81\n"), KNOWN, TODAY)

    assert caught.value.code == "lost_characters"


def sheet(*rows, merged=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return read(buffer.getvalue(), "a.xlsx")


HEADING = ("line", "month", "amount", "currency")


def test_a_formula_without_a_saved_value_is_no_empty_cell():
    """Read as empty it would turn dollars into the case's currency."""
    with pytest.raises(Unreadable) as caught:
        read_rows(sheet(HEADING, ("run", "2026-01", 5, '="USD"')), KNOWN, TODAY)

    assert (caught.value.code, caught.value.params["cells"]) == ("unsaved", "D2")


def test_merged_cells_are_refused_among_rows_and_not_above_them():
    rows = (HEADING, ("run", "2026-01", 5, "USD"), ("run", "2026-02", 5, None))
    with pytest.raises(Unreadable) as caught:
        read_rows(sheet(*rows, merged=["D2:D3"]), KNOWN, TODAY)
    assert (caught.value.code, caught.value.params["cells"]) == ("merged", "D2:D3")

    titled = sheet(("What came of it",), *rows, merged=["A1:D1"])
    assert [row.problems for row in read_rows(titled, KNOWN, TODAY)] == [(), ()]


@pytest.mark.parametrize("tags", ['{"a": "\\u0000"}', '{"\\ud800": "a"}'])
def test_a_bill_with_what_nobody_sees_is_told(tags):
    quoted = tags.replace('"', '""')
    text = f'{BILL}1,1,EUR,2026-01-01,2026-01-01,Cl\0oud,I-1,Compute,x,"{quoted}"\n'
    bill = read_bill(table(text), [], "BilledCost", TODAY)

    (wrong,) = [row for row in bill.entries if row.place == "6"]
    assert [(problem.column, problem.code) for problem in wrong.problems] == [("ProviderName", "hidden"), ("Tags", "hidden")]
    assert "\0" not in repr(bill)


def test_a_rule_with_what_nobody_sees_is_refused():
    found, problems = rules_of([{"by": "service", "value": "a\ud800", "line": "run"}])

    assert (found, [(problem.column, problem.code) for problem in problems]) == ([], [("rules[0]", "hidden")])


def test_a_small_file_of_many_rows_is_a_job_too(world, case, monkeypatch):
    monkeypatch.setattr(actual_imports, "ROWS_AT_ONCE", 2)
    run = tried(world, ROWS)
    assert (run.checked_at, run.rows.count(), run.job.kind) == (None, 0, actual_imports.JOB)

    jobs.run(run.job.pk)
    run.refresh_from_db()
    assert (run.counts["new"], run.rows.count(), Actual.objects.count()) == (3, 3, 0)


@pytest.mark.parametrize("address", ["economics/import", "economics/{case}/actuals/import"])
def test_a_file_that_was_dropped_for_its_size_is_told_as_such(world, case, monkeypatch, address):
    monkeypatch.setattr(uploads, "LARGEST", 1000)
    url = f"/api/v1/use-cases/churn/{address.format(case=case.public_id)}?dry_run=1"
    answer = world.api("lead").post(url, {"file": SimpleUploadedFile("a.csv", b"x" * 5000)})

    assert (answer.status_code, answer.json()["code"]) == (413, "document.too_large")


def test_a_title_that_two_lines_share_names_neither():
    rows = "line,month,amount\nLicences,2026-01,5\nlic_a,2026-01,6\n"
    first, second = read_rows(table(rows), {"lic_a": "Licences", "lic_b": "licences"}, TODAY)

    assert [problem.code for problem in first.problems] == ["line_ambiguous"]
    assert (second.line, second.problems) == ("lic_a", ())


@pytest.mark.parametrize(("text", "month"), [("2026.1", None), ("2026.01", 1), ("2026.1.5", 1), ("2026/1", 1), ("2026-01", 1)])
def test_what_a_spreadsheet_made_of_october_is_not_january(text, month):
    (row,) = read_rows(table(f"line,month,amount\nrun,{text},5\n"), KNOWN, TODAY)

    assert (row.month.month if row.month else None) == month


def test_a_bill_with_a_column_twice_or_with_cells_too_many_is_not_guessed_at():
    head = "ServiceName,BilledCost,BillingCurrency,ChargePeriodStart"
    with pytest.raises(Unreadable) as caught:
        read_bill(table(f"{head},BilledCost\nS3,1,EUR,2026-01-01,2\n"), [], "BilledCost", TODAY)
    assert caught.value.code == "column_twice"

    (row,) = read_bill(
        table(f"{head}\nS3,5,EUR,2026-01-01,zzz\n"), [Rule("service", "", "S3", "run")], "BilledCost", TODAY
    ).entries
    assert [problem.code for problem in row.problems] == ["surplus"]


def test_a_file_whose_job_was_given_up_can_be_taken_in_again(world, case):
    run = tried(world)
    begun = actual_imports._begin_taking(world.lead, run, False)
    assert actual_imports._begin_taking(world.lead, run, False).job == begun.job
    Job.objects.filter(pk=begun.job_id).update(state=Job.State.CANCELLED)

    again = actual_imports._begin_taking(world.lead, run, False)
    assert again.job != begun.job
    assert again.job.state == Job.State.QUEUED


def test_a_file_whose_job_was_given_up_says_the_same_to_programs_as_on_its_page(world, case, monkeypatch):
    monkeypatch.setattr(actual_imports, "ROWS_AT_ONCE", 2)
    run = tried(world, ROWS)
    assert present_import(run, "churn")["state"] == "running"

    Job.objects.filter(pk=run.job_id).update(state=Job.State.CANCELLED)
    run.refresh_from_db()
    assert present_import(run, "churn")["state"] == "failed"
    page = world.client("lead").get(f"/use-cases/churn/cost-benefit/actuals/files/{run.public_id}/")
    assert page.context["state"] == "failed"


def test_two_presses_of_take_it_in_begin_one_job(transactional_db, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write at a time")
    from tests.conftest import make_world

    world = make_world()
    written(world)
    run = tried(world)
    submit = actual_imports.jobs.submit

    def slowly(**said):
        time.sleep(0.5)  # long enough for the other to wait for the row
        return submit(**said)

    monkeypatch.setattr(actual_imports.jobs, "submit", slowly)

    assert together([lambda: actual_imports._begin_taking(world.lead, run, False)] * 2) == ["done", "done"]
    assert Job.objects.filter(kind=actual_imports.JOB).count() == 1
