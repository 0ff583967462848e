from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from foundation.verification import verify
from governance.economics.models import Actual, RateRecord
from governance.economics.selectors.baselines import said_of
from governance.economics.services.actuals import correct_actual, record_actual, record_actuals
from tests.economics.realised import agreed, budget_holder, later, month, said, written


@pytest.fixture
def case(world):
    return written(world).case


def say(world, actor=None, **changes):
    told = {"line": "run", "month": "2026-01", "amount": "99.50", **changes}
    return record_actual(actor=actor or world.lead, use_case=world.use_case, **told)


def test_an_amount_is_written_down_once_with_who_and_when(world, case):
    row = say(world, reference="INV-7", note="First month")

    assert (row.line, row.month, row.amount, row.currency, row.source) == (
        "run",
        date(2026, 1, 1),
        Decimal("99.50"),
        "EUR",
        "entered",
    )
    assert row.recorded_by == world.lead.user
    assert AuditEvent.objects.get(kind="economics.actual.recorded").subject_id == row.public_id


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"line": "rum"}, "line", "no line of this case"),
        ({"month": "2026-13"}, "month", "is no month"),
        ({"month": "tomorrow"}, "month", "is no month"),
        ({"month": "9999-01"}, "month", "has not begun"),
        ({"amount": "1,5"}, "amount", "a comma"),
        ({"amount": "1e3"}, "amount", "is no number"),
        ({"amount": "NaN"}, "amount", "is no number"),
        ({"amount": "1.234"}, "amount", "two digits after the point"),
        ({"amount": "9" * 17}, "amount", "digits before the point"),
        ({"amount": ""}, "amount", "is empty"),
        ({"currency": "EURO"}, "currency", "is no currency"),
        ({"currency": "JPY"}, "currency", "No rate says what one JPY was in EUR"),
        ({"reference": "x" * 201}, "reference", "more than 200"),
        ({"reference": "turned\u202e"}, "reference", "U+202E"),
        ({"note": "no\0thing"}, "note", "U+0000"),
    ],
)
def test_what_cannot_be_used_is_told_field_by_field(world, case, changes, field, words):
    with pytest.raises(Invalid) as caught:
        say(world, **changes)

    assert [(error.field, words in str(error.message)) for error in caught.value.errors] == [(field, True)]
    assert not Actual.objects.exists()


def test_everything_that_is_wrong_is_told_at_once(world, case):
    with pytest.raises(Invalid) as caught:
        say(world, line="x", month="x", amount="x")

    assert {error.field for error in caught.value.errors} == {"line", "month", "amount"}


def test_the_same_reference_is_not_said_twice(world, case):
    say(world, reference="INV-7")

    with pytest.raises(Conflict, match="stands there already"):
        say(world, reference="INV-7")
    say(world, reference="INV-7", line="build")  # another line of the same invoice


def test_readers_and_strangers_say_nothing(world, case):
    for actor in (world.auditor, world.stranger, world.ci):
        with pytest.raises(NotAllowed):
            say(world, actor)


def test_without_a_case_there_is_no_line_to_speak_of(world):
    with pytest.raises(Conflict, match="not written down"):
        say(world)


# Currencies --------------------------------------------------------------------------------------------------------------


def test_the_rate_of_the_plan_is_taken_first(world, case):
    rate_of("USD/EUR", "0.5", date(2025, 12, 1))

    assert say(world, amount="100", currency="USD").amount == 90


def rate_of(key, rate, dated):
    return RateRecord.objects.create(
        kind="exchange", key=key, title=key, body={"rate": rate}, source="ECB", dated=dated, created_at=clock.now()
    )


def test_else_the_newest_record_that_is_not_later_than_the_month(world, case):
    rate_of("GBP/EUR", "1.10", date(2025, 11, 30))
    rate_of("GBP/EUR", "1.15", date(2026, 1, 31))
    rate_of("GBP/EUR", "1.20", date(2026, 2, 1))
    row = say(world, amount="10.05", currency="GBP")

    assert (row.amount, row.original, row.currency) == (Decimal("11.56"), Decimal("10.05"), "GBP")
    with pytest.raises(Invalid, match="errors"):
        say(world, currency="GBP", month="2025-10")


def test_a_record_that_was_ended_counts_no_more(world, case):
    RateRecord.objects.filter(pk=rate_of("GBP/EUR", "1.1", date(2025, 1, 1)).pk).update(ended_at=clock.now())

    with pytest.raises(Invalid):
        say(world, currency="GBP")


# Corrections -------------------------------------------------------------------------------------------------------------


def test_a_correction_takes_the_place_and_both_stay(world, case):
    first = say(world, amount="90")
    second = correct_actual(actor=world.scientist, actual=first, amount="110", because="The invoice says 110.")

    assert said_of(case) == [type(said_of(case)[0])("run", date(2026, 1, 1), Decimal(110))]
    assert (second.replaces, second.note, second.recorded_by) == (first, "The invoice says 110.", world.scientist.user)
    assert Actual.objects.count() == 2
    assert AuditEvent.objects.filter(kind="economics.actual.corrected").count() == 1


def test_what_somebody_corrected_meanwhile_is_not_corrected_again(world, case):
    first = say(world, amount="90")
    correct_actual(actor=world.lead, actual=first, amount="110", because="Mistyped.")

    with pytest.raises(Conflict, match="meanwhile"):
        correct_actual(actor=world.lead, actual=first, amount="120", because="Mistyped.")


def test_a_correction_says_why_and_changes_something(world, case):
    first = say(world, amount="90")

    with pytest.raises(Invalid):
        correct_actual(actor=world.lead, actual=first, amount="91", because=" ")
    with pytest.raises(Conflict, match="already"):
        correct_actual(actor=world.lead, actual=first, amount="90.00", because="Why not.")


def test_the_database_keeps_what_was_said(world, case):
    row = say(world)

    with pytest.raises(DatabaseError), transaction.atomic():
        Actual._base_manager.filter(pk=row.pk).update(amount=1)


def test_a_line_that_a_later_version_dropped_keeps_what_was_said_of_it(world):
    baseline = agreed(world, written(world), budget_holder(world))
    from governance.economics.selectors.baselines import results
    from tests.economics.realised import line

    with later():
        written(world, lines=(line("run", "cost", "90"), line("new", "cost", "1")))
    said(world, baseline, "build", 6000)
    said(world, baseline, "new", 5)

    assert {row.key: row.actual_to_date for row in results(baseline).reported} == {"build": 6000, "new": 5}


# Many at once ------------------------------------------------------------------------------------------------------------


def sent(*rows, **more):
    return [
        {"line": "run", "month": "2026-01", "amount": "10", "reference": f"run-{number}", **row}
        for number, row in enumerate(rows)
    ]


def take(world, rows, **more):
    return record_actuals(actor=world.lead, use_case=world.use_case, entries=rows, **more)


def test_many_are_taken_in_at_once_and_the_same_again_changes_nothing(world, case):
    rows = sent({}, {"amount": "20"}, {"line": "build", "amount": "5000"})
    first, again = take(world, rows), take(world, rows)

    assert (first.counts["new"], again.counts["new"], again.counts["same"]) == (3, 0, 3)
    assert [row.public_id for row in again.rows] == [row.public_id for row in first.rows]
    assert Actual.objects.filter(source="ci").count() == 3
    assert AuditEvent.objects.filter(kind="economics.actuals.taken_in").count() == 1
    assert [finding for finding in verify() if finding.altered] == []


def test_one_that_is_wrong_stops_all(world, case):
    with pytest.raises(Invalid) as caught:
        take(world, sent({}, {"month": "x"}, {"line": "x", "reference": ""}))

    assert {error.field for error in caught.value.errors} == {"actuals[1].month", "actuals[2].line", "actuals[2].reference"}
    assert not Actual.objects.exists()


def test_another_amount_under_a_known_reference_is_refused_or_corrects(world, case):
    take(world, sent({}))

    with pytest.raises(Invalid, match="errors"):
        take(world, sent({"amount": "12"}))
    found = take(world, sent({"amount": "12"}), corrections=True)
    assert found.counts["corrected"] == 1
    assert take(world, sent({}), corrections=True).counts["same"] == 1  # what was taken in before undoes no correction
    assert said_of(case)[0].amount == 12


def test_a_try_writes_nothing(world, case):
    assert take(world, sent({}), dry_run=True).counts["new"] == 1
    assert not Actual.objects.exists()


def test_too_many_are_a_file(world, case):
    with pytest.raises(Invalid, match="into a file"):
        take(world, sent(*[{}] * 501))


# Over HTTP ---------------------------------------------------------------------------------------------------------------


def address(case, more="actuals"):
    return f"/api/v1/use-cases/churn/economics/{case.public_id}/{more}"


def post(client, url, body):
    return client.post(url, json.dumps(body), content_type="application/json")


def test_ci_sends_what_its_runs_cost(world, case):
    from foundation import tokens
    from foundation.models import Token

    _token, secret = tokens.create(
        actor=world.engineer, name="Costs", owner=world.engineer.user, kind=Token.Kind.SERVICE, scopes=["measurements:write"],
        scope=world.use_case.public_id,
    )  # fmt: skip
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    body = {"actuals": sent({"currency": "USD"})}
    made = post(client, address(case), body)
    again = post(client, address(case), body)

    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json()["counts"] == {"new": 1, "corrected": 0, "same": 0}
    assert made.json()["results"][0]["id"] == again.json()["results"][0]["id"]
    assert post(world.api("ci"), address(case), body).status_code == 403  # without the scope


def test_an_amount_may_be_a_number_of_json_as_it_was_sent(world, case):
    """Digit by digit: 0.1 is no binary fraction here."""
    body = json.dumps({"actuals": sent({"amount": "AMOUNT"})})
    for number, status in (("12345678901.25", 201), ("1e400", 400), ("0.125", 400), ("true", 400)):
        raw = body.replace('"AMOUNT"', number)
        answer = world.api("lead").post(address(case), raw, content_type="application/json")
        assert answer.status_code == status, number
    assert [row.original for row in Actual.objects.all()] == [Decimal("12345678901.25")]


def test_actuals_are_listed_and_filtered(world, case):
    first = say(world, amount="90")
    say(world, line="build", amount="6000", month="2026-02")
    correct_actual(actor=world.lead, actual=first, amount="95", because="Mistyped.")
    client = world.api("auditor")
    snapshot = case.snapshots.get()

    everything = client.get(address(case)).json()["results"]
    assert [(row["line"], row["amount"]) for row in everything] == [("run", "95"), ("build", "6000"), ("run", "90")]
    assert everything[2]["replaced_by"] == everything[0]["id"]
    assert len(client.get(address(case) + "?line=run&standing=1").json()["results"]) == 1
    assert len(client.get(address(snapshot) + "?month=2026-02").json()["results"]) == 1
    assert client.get(address(case) + "?month=x").status_code == 400
    assert client.get(address(case) + "?limit=1").json()["next"]
    assert world.api("stranger").get(address(case)).status_code == 404
    assert client.get("/api/v1/use-cases/churn/economics/ec_none/actuals").status_code == 404


def test_an_actual_is_corrected_over_http(world, case):
    row = say(world, amount="90")
    url = address(case, f"actuals/{row.public_id}/correct")

    assert post(world.api("lead"), url, {"amount": "95", "because": "Mistyped."}).json()["replaces"] == row.public_id
    assert post(world.api("lead"), url, {"amount": "96", "because": "Mistyped."}).status_code == 409


def test_results_and_baselines_over_http(world, case):
    assert world.api("lead").get(address(case, "results")).status_code == 404
    baseline = agreed(world, case.snapshots.get(), budget_holder(world))
    said(world, baseline, "kept", 1000, 500)
    found = world.api("auditor").get(address(case, "results")).json()

    assert (found["planned_npv"], found["until"], found["benefit_shortfall"]) == ("15600.00", month(baseline, 1), "500.00")
    assert (found["exceeded"], found["lines"][2]["pace"]) == (True, "0.750000")
    assert found["cumulative_expected"][-1] == found["expected_npv"]  # nothing is discounted here
    listed = world.api("auditor").get(address(case, "baselines")).json()["results"]
    assert [(row["snapshot_number"], row["ended_at"]) for row in listed] == [(1, None)]
