from __future__ import annotations

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from governance.economics.models import Actual, ActualImport
from governance.economics.services.actuals import correct_actual
from tests.economics.realised import agreed, budget_holder, later, line, month, put_up, said, written
from tests.economics.test_actual_files import BILL, ROWS
from tests.statements import asked_by


def text_of(answer):
    """What somebody reads: without tags."""
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split()))


PAGE = "/use-cases/churn/cost-benefit/actuals/"
CASE = "/use-cases/churn/cost-benefit/"


@pytest.fixture
def payer(world):
    return budget_holder(world)


def shown(world, url, part="lead"):
    found = world.client(part).get(url)
    assert found.status_code == 200
    return text_of(found)


def test_without_a_case_there_are_no_results(world):
    assert world.client("lead").get(PAGE).status_code == 404


def test_without_a_baseline_the_page_says_what_to_do(world):
    written(world)
    said_there = shown(world, PAGE)

    assert "No baseline yet" in said_there
    assert "Put up for approval" in said_there


def test_the_case_says_that_it_is_the_baseline(world, payer):
    snapshot = written(world)
    assert "No version is the baseline yet" in shown(world, CASE)
    put_up(world, snapshot)
    assert "waits for" in shown(world, CASE)


def test_results_stand_beside_the_plan_by_line_and_month(world, payer):
    baseline = agreed(world, written(world), payer)
    said(world, baseline, "build", 6000)
    said(world, baseline, "run", 100, 130, 130)
    said(world, baseline, "kept", 1000, 1000, 1000)
    with later():
        found = shown(world, PAGE)

    assert "Within what was agreed" in found
    assert "Benefits less costs: planned and realised" in found
    assert "Cost overrun to date +60" in found
    assert "known until" in found


def test_the_page_says_plainly_when_it_has_to_be_approved_again(world, payer):
    baseline = agreed(world, written(world), payer)
    said(world, baseline, "kept", 200, 200, 200)
    with later():
        found, case = shown(world, PAGE), shown(world, CASE)

    assert "The case has to be approved again" in found
    assert "Write a new version" in found
    assert "The case has to be approved again" in case


def test_an_amount_is_written_down_on_the_page_and_a_wrong_one_keeps_what_was_typed(world, payer):
    agreed(world, written(world), payer)
    client = world.client("lead")
    wrong = client.post(PAGE, {"line": "run", "month": "2026-01", "amount": "1,5"})
    assert wrong.status_code == 400
    assert "has a comma" in text_of(wrong)
    assert 'value="1,5"' in wrong.content.decode()
    assert client.post(PAGE, {"line": "run", "month": "2026-01", "amount": "1.5"}).status_code == 302
    assert Actual.objects.get().amount == 1.5


def test_a_reader_sees_why_they_cannot_write(world, payer):
    agreed(world, written(world), payer)

    assert "You do not work on this use case" in shown(world, PAGE, "auditor")
    assert world.client("auditor").post(PAGE, {"line": "run", "month": "2026-01", "amount": "1"}).status_code == 403


def test_a_correction_shows_both_amounts_with_who_said_them(world, payer):
    baseline = agreed(world, written(world), payer)
    row = said(world, baseline, "run", 100)[0]
    client = world.client("scientist")
    done = client.post(f"{PAGE}{row.public_id}/", {"amount": "120", "because": "The invoice says 120."})
    assert done.status_code == 302
    found = shown(world, f"{PAGE}{row.public_id}/")

    assert "120 EUR" in found and "100 EUR" in found and "Scientist" in found and "The invoice says 120." in found  # noqa: PT018
    assert "corrects 100 EUR" in shown(world, PAGE)
    overtaken = client.post(f"{PAGE}{row.public_id}/", {"amount": "130", "because": "No, 130."})
    assert overtaken.status_code == 409


def test_a_file_goes_from_trial_to_taken_in(world, payer):
    agreed(world, written(world), payer)
    client = world.client("lead")
    sent = client.post(f"{PAGE}files/", {"file": SimpleUploadedFile("march.csv", ROWS.encode()), "kind": "rows"})
    run = ActualImport.objects.get()
    assert sent["Location"] == f"{PAGE}files/{run.public_id}/"
    report = shown(world, sent["Location"])
    assert "What would happen" in report
    assert "INV-1" in report
    assert client.post(sent["Location"], {"command": "take"}).status_code == 302
    assert "What was taken in" in shown(world, sent["Location"])
    assert Actual.objects.count() == 3


def test_a_bill_is_given_to_lines_on_its_page_and_the_next_one_remembers(world, payer):
    agreed(world, written(world), payer)
    client = world.client("lead")
    file = {"file": SimpleUploadedFile("bill.csv", BILL.encode()), "kind": "bill"}
    first = client.post(f"{PAGE}files/", file)["Location"]
    run = ActualImport.objects.get()
    at = next(number for number, one in enumerate(run.found) if one["value"] == "Compute")
    second = client.post(first, {"command": "rules", "cost": "BilledCost", f"rule{at}": "run"})["Location"]
    assert "Belong to no line 1" in shown(world, second)
    client.post(second, {"command": "take"})
    assert Actual.objects.count() == 2

    file["file"] = SimpleUploadedFile("bill.csv", BILL.encode())
    third = client.post(f"{PAGE}files/", file)["Location"]
    assert ActualImport.objects.order_by("pk").last().counts["same"] == 2
    assert "Everything" in shown(world, third) or "Say below" in shown(world, third)


def test_the_newest_version_is_put_up_from_its_page(world, payer):
    snapshot = written(world)
    client = world.client("lead")
    page = client.get(f"{CASE}approval/")
    assert "Put version 1 up for approval" in text_of(page)
    done = client.post(f"{CASE}approval/", {"ask-comment": "Reckoned with finance."})
    assert done.status_code == 302
    assert "/requests/" in done["Location"]
    request = shown(world, done["Location"], "business")
    assert "Net present value" in request
    assert snapshot.public_id not in request


def test_the_request_shows_the_difference_to_the_baseline(world, payer):
    agreed(world, written(world), payer)
    snapshot = written(world, lines=(line("run", "cost", "90"), line("kept", "benefit", "800")))
    found = shown(world, f"/requests/{put_up(world, snapshot).public_id}/", "business")

    assert "Before: 15,600 EUR" in found


def test_the_pages_ask_few_questions_however_much_there_is(world, payer):
    baseline = agreed(world, written(world), payer)
    said(world, baseline, "run", *[100] * 8)
    row = said(world, baseline, "kept", *[1000] * 8)[0]
    with later():
        correct_actual(actor=world.lead, actual=row, amount="900", because="Mistyped.")
        told = asked_by(world.client("lead"), PAGE)
    assert len(told) <= 20, "\n".join(told)


def test_months_are_paged(world, payer):
    baseline = agreed(world, written(world), payer)
    said(world, baseline, "run", 1)
    with later():
        assert "Months after" in shown(world, PAGE)
        assert "Months before" in shown(world, PAGE + "?from=6")
        assert shown(world, PAGE + "?from=999999")
    assert month(baseline, 0)
