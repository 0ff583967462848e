from __future__ import annotations

import io
import json
import threading
import time
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections

from foundation import jobs
from foundation.errors import Conflict, Invalid
from foundation.models import AuditEvent, Job
from foundation.verification import verify
from governance.economics.actual_files import Rule, read_bill, read_rows
from governance.economics.models import Actual, ActualImport
from governance.economics.selectors.baselines import said_of
from governance.economics.services import actual_imports
from governance.economics.services.actual_imports import take_in, try_actuals, try_again
from governance.economics.services.actuals import correct_actual
from governance.usecases.intake.reading import read
from governance.usecases.intake.table import Unreadable
from tests.economics.realised import written

TODAY = date(2026, 5, 1)
KNOWN = {"run": "Running it", "kept": "Customers kept"}
ROWS = "line,month,amount,currency,reference\nrun,2026-01,100.00,,INV-1\nRUN,2026-02,110,EUR,INV-2\nrun,03/2026,90,USD,INV-3\n"
BILL = (
    "BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ProviderName,InvoiceId,ServiceName,ResourceId,Tags\n"
    '0.3333333333,0.2,EUR,2026-01-01T00:00:00Z,2026-01-03T00:00:00Z,Cloud,I-1,Compute,vm-1,"{""project"": ""churn""}"\n'
    '0.6666666667,0.2,EUR,2026-01-01T00:00:00Z,2026-01-04T00:00:00Z,Cloud,I-1,Compute,vm-2,"{""project"": ""other""}"\n'
    "12.50,12.50,EUR,2026-01-01T00:00:00Z,2026-01-04T00:00:00Z,Cloud,I-1,Storage,disk,\n"
    "2E-3,1E-3,EUR,2026-02-01T00:00:00Z,2026-02-04T00:00:00Z,Cloud,I-2,Compute,vm-1,{}\n"
)


def table(text, name="a.csv"):
    return read(text.encode(), name)


# Rows, pure --------------------------------------------------------------------------------------------------------------


def test_rows_name_a_line_by_key_or_title_and_months_as_people_write_them():
    found = read_rows(table("Line;Month;Amount\nrunning IT;2026-01-31;5\nkept;2026/02;-7.5\n"), KNOWN, TODAY)

    assert [(row.line, row.month, row.amount, row.problems) for row in found] == [
        ("run", date(2026, 1, 1), Decimal(5), ()),
        ("kept", date(2026, 2, 1), Decimal("-7.50"), ()),
    ]


def test_chinese_headings_are_understood():
    assert read_rows(table("项目,月份,金额\nrun,2026-01,5\n"), KNOWN, TODAY)[0].amount == 5


def test_every_cell_that_cannot_be_used_is_told_with_its_row():
    text = 'line,month,amount,currency\nrum,2026-01,"1,5",EURO\nrun,2026-09,abc,\n,,,\nrun,2026-01,1.005,\n'
    found = read_rows(table(text), KNOWN, TODAY)

    assert [(row.place, [(problem.column, problem.code) for problem in row.problems]) for row in found] == [
        ("2", [("line", "no_line"), ("amount", "comma"), ("currency", "no_currency")]),
        ("3", [("month", "future"), ("amount", "no_number")]),
        ("5", [("amount", "cents")]),
    ]


def test_the_same_line_month_and_reference_twice_is_a_problem_of_the_second():
    text = "line,month,amount,reference\nrun,2026-01,1,A\nrun,2026-01,2,A\nkept,2026-01,2,A\n"
    found = read_rows(table(text), KNOWN, TODAY)

    assert [[problem.code for problem in row.problems] for row in found] == [[], ["repeated"], []]


def test_rows_without_a_reference_get_one_that_follows_from_what_they_say():
    text = "line,month,amount\nrun,2026-01,1\nrun,2026-01,1\nrun,2026-01,2\n"
    once, again = read_rows(table(text), KNOWN, TODAY), read_rows(table(text), KNOWN, TODAY)

    assert len({row.reference for row in once}) == 3
    assert [row.reference for row in once] == [row.reference for row in again]


def test_a_missing_column_is_told():
    with pytest.raises(Unreadable) as caught:
        read_rows(table("line,amount\nrun,1\n"), KNOWN, TODAY)

    assert (caught.value.code, caught.value.params["missing"]) == ("columns", "month")


# Bills, pure -------------------------------------------------------------------------------------------------------------


def test_charges_are_added_up_before_they_are_rounded():
    bill = read_bill(table(BILL), [Rule("service", "", "Compute", "run")], "BilledCost", TODAY)

    assert [(row.line, row.month, row.amount, row.reference) for row in bill.entries] == [
        ("run", date(2026, 1, 1), Decimal("1.00"), "Cloud/I-1"),
        ("run", date(2026, 2, 1), Decimal("0.00"), "Cloud/I-2"),
        ("", date(2026, 1, 1), Decimal("12.50"), "Storage"),
    ]
    assert bill.entries[2].problems[0].code == "unmatched"


def test_the_nearest_rule_counts():
    rules = [
        Rule("service", "", "Compute", "kept"),
        Rule("tag", "project", "churn", "run"),
        Rule("resource", "", "vm-2", "build"),
    ]
    found = read_bill(table(BILL), rules, "BilledCost", TODAY)

    assert [(row.line, row.place) for row in found.entries] == [("build", "×1"), ("kept", "×1"), ("run", "×1"), ("", "×1")]


def test_the_effective_cost_is_another_column():
    bill = read_bill(table(BILL), [Rule("service", "", "Compute", "run")], "EffectiveCost", TODAY)

    assert bill.entries[0].amount == Decimal("0.40")


def test_what_a_bill_has_is_told_for_whoever_writes_the_rules():
    found = read_bill(table(BILL), [], "BilledCost", TODAY).found

    assert [(one.by, one.name, one.value, one.count) for one in found] == [
        ("service", "", "Storage", 1),
        ("service", "", "Compute", 3),
        ("tag", "project", "other", 1),
        ("tag", "project", "churn", 1),
    ]


def test_a_charge_that_cannot_be_read_is_told_and_not_lost():
    text = (
        BILL + "abc,1,EUR,2026-01-01,2026-01-01,Cloud,I-1,Compute,x,\n1,1,,2026-01-01,2026-01-01,Cloud,I-1,Compute,x,nonsense\n"
    )
    wrong = [row for row in read_bill(table(text), [], "BilledCost", TODAY).entries if row.month is None]

    assert [(row.place, [problem.code for problem in row.problems]) for row in wrong] == [
        ("6", ["no_number"]),
        ("7", ["empty", "tags"]),
    ]


def test_a_file_that_is_no_bill_says_which_columns_are_missing():
    with pytest.raises(Unreadable) as caught:
        read_bill(table(ROWS), [], "BilledCost", TODAY)

    assert caught.value.params["missing"] == "BilledCost, BillingCurrency, ChargePeriodStart"


# Taken in ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def case(world):
    return written(world).case


def tried(world, text=ROWS, **more):
    data = text if isinstance(text, bytes) else text.encode()
    given = {"name": "march.csv", "kind": "rows", **more}
    return try_actuals(actor=world.lead, use_case=world.use_case, data=data, **given)


def test_a_file_is_tried_first_and_then_taken_in(world, case):
    run = tried(world)
    assert (run.counts["new"], Actual.objects.count(), run.rows.count()) == (3, 0, 3)

    done = take_in(actor=world.lead, checked=run)
    assert done.finished_at is not None
    assert {(row.month.month, row.amount) for row in Actual.objects.all()} == {(1, 100), (2, 110), (3, 81)}
    kinds = AuditEvent.objects.filter(kind__startswith="economics.").order_by("pk").values_list("kind", flat=True)
    assert list(kinds)[-3:] == ["economics.import.checked", "economics.actuals.taken_in", "economics.import.carried_out"]
    assert [finding for finding in verify() if finding.altered] == []


def test_the_same_file_again_takes_in_nothing(world, case):
    take_in(actor=world.lead, checked=tried(world))
    again = tried(world)

    assert (again.counts["same"], again.counts["new"]) == (3, 0)
    take_in(actor=world.lead, checked=again)
    assert Actual.objects.count() == 3
    with pytest.raises(Conflict, match="already"):
        take_in(actor=world.lead, checked=again)


def test_a_file_without_references_is_taken_in_once_too(world, case):
    text = "line,month,amount\nrun,2026-01,1\nrun,2026-01,1\n"
    take_in(actor=world.lead, checked=tried(world, text))

    assert tried(world, text + "run,2026-02,3\n").counts == {"new": 1, "corrected": 0, "same": 2, "unmatched": 0, "error": 0}


def test_a_workbook_is_read_like_a_file_of_separated_values(world, case):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["line", "month", "amount", "reference"], ["run", date(2026, 1, 1), 12.5, "A"], ["kept", "2026-02", 7, "B"]):
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    run = tried(world, stream.getvalue(), name="march.xlsx")

    assert run.counts["new"] == 2
    take_in(actor=world.lead, checked=run)
    assert {row.amount for row in Actual.objects.all()} == {Decimal("12.50"), Decimal(7)}


def test_rows_with_problems_hold_up_the_others_unless_they_are_left_out(world, case):
    run = tried(world, ROWS + "rum,2026-01,5,,X\n")

    with pytest.raises(Conflict, match="Rows with problems: 1"):
        take_in(actor=world.lead, checked=run)
    take_in(actor=world.lead, checked=run, only_good=True)
    assert Actual.objects.count() == 3


def test_another_amount_is_a_problem_or_a_correction_and_nobodys_correction_is_undone(world, case):
    take_in(actor=world.lead, checked=tried(world))
    higher = ROWS.replace("100.00", "130.00")

    assert tried(world, higher).counts["error"] == 1
    take_in(actor=world.lead, checked=tried(world, higher, corrections=True))
    assert Actual.objects.filter(replaced_by=None, month="2026-01-01").get().amount == 130
    correct_actual(
        actor=world.lead, actual=Actual.objects.get(replaced_by=None, month="2026-01-01"), amount="125", because="A credit note."
    )
    assert tried(world, higher, corrections=True).counts["same"] == 3


def test_a_bill_is_given_to_lines_and_what_belongs_to_none_is_told(world, case):
    run = tried(world, BILL, kind="bill", name="bill.csv")
    assert (run.counts["unmatched"], run.counts["new"]) == (3, 0)
    assert {one["value"] for one in run.found if one["by"] == "service"} == {"Compute", "Storage"}

    run = try_again(actor=world.lead, checked=run, rules=[{"by": "service", "name": "", "value": "Compute", "line": "run"}])
    take_in(actor=world.lead, checked=run)
    assert {(row.month.month, row.amount, row.source, row.reference) for row in Actual.objects.all()} == {
        (1, Decimal("1.00"), "cloud", "Cloud/I-1"),
        (2, Decimal("0.00"), "cloud", "Cloud/I-2"),
    }
    left = run.rows.get(outcome="unmatched")
    assert (left.line, left.amount) == ("Storage", "12.5 EUR")


def test_rules_that_are_none_are_told_with_their_place(world, case):
    with pytest.raises(Invalid) as caught:
        tried(
            world,
            BILL,
            kind="bill",
            rules=[{"by": "colour", "value": "x", "line": "run"}, {"by": "service", "value": "x", "line": "y"}],
        )

    assert [error.field for error in caught.value.errors] == ["rules[0]", "rules[0].line"]


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7", b"PK\x03\x04nonsense", b"\xff\xfe\x00", b"line,month\n", b'line,month,amount\n"x,1']
)
def test_files_that_cannot_be_read_say_why_and_leave_nothing(world, case, data):
    with pytest.raises(Invalid):
        tried(world, data)

    assert not ActualImport.objects.exists()


# Large files -------------------------------------------------------------------------------------------------------------


def many(count):
    return "line,month,amount,reference\n" + "".join(f"run,2026-0{1 + n % 4},1.{n % 100:02},R{n}\n" for n in range(count))


def test_a_large_file_is_a_job_that_can_be_killed_at_any_moment(world, case, monkeypatch):
    run = tried(world, many(3000))
    jobs.run(run.job.pk)
    run.refresh_from_db()
    began = take_in(actor=world.lead, checked=run)
    job = Job.objects.get(pk=began.job_id)
    assert (began.finished_at, Actual.objects.count()) == (None, 0)

    whole = actual_imports.write_planned

    def killed(*args, **more):
        whole(*args, **more)
        raise KeyboardInterrupt  # the worker dies after the rows, before the transaction ends

    monkeypatch.setattr(actual_imports, "write_planned", killed)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(job.pk)
    assert not Actual.objects.exists()

    monkeypatch.setattr(actual_imports, "write_planned", whole)
    jobs.release_all()
    assert jobs.run(job.pk)
    began.refresh_from_db()
    assert began.finished_at is not None
    assert (Actual.objects.count(), Job.objects.get(pk=job.pk).state) == (3000, "done")
    jobs.release_all()
    Job.objects.filter(pk=job.pk).update(state="queued")
    jobs.run(job.pk)  # rung once too often
    assert (Actual.objects.count(), Job.objects.get(pk=job.pk).state) == (3000, "done")
    assert [finding for finding in verify() if finding.altered] == []


def test_what_a_job_cannot_do_is_told_on_its_page(world, case):
    run = tried(world, many(3000))
    jobs.run(run.job.pk)
    run.refresh_from_db()
    take_in(actor=world.lead, checked=run)
    first = tried(world, many(3000).replace("1.00", "9.00"))
    jobs.run(first.job.pk)
    first.refresh_from_db()
    take_in(actor=world.lead, checked=first)
    for job in Job.objects.order_by("pk"):
        jobs.run(job.pk)
    first.refresh_from_db()

    assert first.failure.startswith("Rows with problems")
    assert Actual.objects.count() == 3000


def test_two_who_take_in_the_same_file_at_once_take_it_in_once(transactional_db, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write at a time")
    from tests.conftest import make_world

    world = make_world()
    written(world)
    runs = [tried(world), tried(world)]
    start, failures = threading.Barrier(2), []
    plan = actual_imports.planned_entries

    def slowly(*args, **more):
        found = plan(*args, **more)
        time.sleep(0.5)  # long enough for the other to plan the same, if nothing held them apart
        return found

    monkeypatch.setattr(actual_imports, "planned_entries", slowly)

    def taken(run):
        try:
            start.wait(10)
            take_in(actor=world.lead, checked=run)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=taken, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert failures == []
    assert Actual.objects.count() == 3
    assert sum(ActualImport.objects.get(pk=run.pk).counts["new"] for run in runs) == 3


# Over HTTP ---------------------------------------------------------------------------------------------------------------


def upload(client, case, text, query="", **more):
    file = SimpleUploadedFile("march.csv", text.encode(), "text/csv")
    return client.post(f"/api/v1/use-cases/churn/economics/{case.public_id}/actuals/import{query}", {"file": file, **more})


def test_a_file_is_tried_and_taken_in_over_http(world, case):
    dry = upload(world.api("lead"), case, ROWS, "?dry_run=1")
    assert (dry.status_code, dry.json()["counts"]["new"], Actual.objects.count()) == (200, 3, 0)
    assert dry.json()["rows"][0] == {
        "row": "2", "outcome": "new", "line": "run", "month": "2026-01", "amount": "100 EUR", "reference": "INV-1", "problems": [],
    }  # fmt: skip
    assert upload(world.api("lead"), case, ROWS).status_code == 201
    assert upload(world.api("lead"), case, ROWS + "x,1,1,,\n").status_code == 409
    assert upload(world.api("lead"), case, "nonsense").json()["errors"][0]["field"] == "file"
    assert Actual.objects.count() == 3


def test_a_bill_is_taken_in_over_http_with_its_rules(world, case):
    rules = json.dumps([{"by": "tag", "name": "project", "value": "churn", "line": "run"}])
    done = upload(world.api("lead"), case, BILL, kind="bill", rules=rules, cost="EffectiveCost")

    assert (done.status_code, done.json()["counts"]["unmatched"]) == (201, 3)
    assert [one.amount for one in said_of(case)] == [Decimal("0.20")]
    assert upload(world.api("lead"), case, BILL, kind="bill", rules="{").status_code == 400
