"""The gate says what a version costs a year against the approved case, and why; who pays for it is told."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.models import Gate
from approvals.selectors.worth import is_tolerated
from approvals.services import gates, policies
from foundation import outbox
from foundation.canonical import digest
from foundation.models import AuditEvent
from governance.economics.models import Baseline, Revaluation
from governance.people import services as people
from governance.people.models import Notice
from governance.people.notices import text_of
from tests.approvals.asking import publish_policy
from tests.approvals.calling import COMMIT, GATE, post, statements
from tests.approvals.pages import text_of as text_of_page
from tests.conftest import POLICY
from tests.economics.test_classification import churn
from tests.economics.worths import agreed_plan, approve_case, measured, write_case

pytestmark = pytest.mark.django_db
CODE = "economics.not_below_approved"


def answered(world, gate, version) -> dict:
    asked = gates.evaluate_gate(actor=world.ci, gate=gate, model_version=version, commit=COMMIT)
    [found] = [item for item in asked.answer.body["checks"] if item["code"] == CODE]
    return found


def tolerating(world, gate, text: str) -> Gate:
    publish_policy(world, POLICY + f"worth_tolerance: {text}\n")
    return gate


# The answer --------------------------------------------------------------------------------------------------------


def test_a_better_version_passes_and_says_what_it_brings(world, gate, push):
    baseline = approve_case(world)
    found = answered(world, gate, push(metrics=measured("0.73")))

    assert (found["status"], found["blocking"]) == ("pass", False)
    assert found["title"] == "+21,463 EUR a year against the approved case"  # 60 · 380 − 111.43 · 12
    assert found["detail"] == "Because recall rose from 0.7 to 0.73 (+21,463)."
    assert {"type": "baseline", "id": baseline.public_id} in found["evidence"]


def test_a_worse_version_fails_with_what_it_costs_a_year_and_which_metric_that_is_due_to(world, gate, push):
    approve_case(world)
    found = answered(world, gate, push(metrics=measured("0.64", "0.37")))

    assert found["status"] == "fail"
    assert found["title"] == "−40,554 EUR a year against the approved case"
    assert found["detail"] == "Because recall fell from 0.7 to 0.64 (−42,926), precision rose from 0.35 to 0.37 (+2,372)."
    assert {actor["display"] for actor in found["actors"]} == {"Lead", "Business"}
    assert found["action"]["url"].split("/models/")[1]
    assert "stuck" not in found
    assert {item["type"] for item in found["evidence"]} == {"baseline", "snapshot", "worth"}


def test_the_same_metrics_pass(world, gate, push):
    approve_case(world)
    found = answered(world, gate, push(metrics=measured()))

    assert (found["status"], found["title"]) == ("pass", "As much a year as in the approved case")


@pytest.mark.parametrize(
    ("tolerance", "status"),
    [("45000 EUR", "pass"), ("40000 EUR", "fail"), ("9 %", "pass"), ("8 %", "fail"), ("45000 USD", "fail"), ("0 %", "fail")],
)
def test_a_policy_says_how_much_less_will_do(world, gate, push, tolerance, status):
    approve_case(world)  # 500,800 a year; 40,554 of it are 8.1 per cent
    found = answered(world, tolerating(world, gate, tolerance), push(metrics=measured("0.64", "0.37")))

    assert found["status"] == status
    if status == "pass":
        assert "The policy tolerates" in found["detail"]
    if "USD" in tolerance:
        assert "another currency" in found["detail"]


@pytest.mark.parametrize(
    ("recall", "status", "title"),
    [
        ("0.6999995", "fail", "Less than 1 EUR a year below the approved case"),  # 36 cents
        ("0.699999999", "pass", "As much a year as in the approved case"),
    ],
)
def test_less_is_less_to_the_cent_and_no_further(world, gate, push, recall, status, title):
    approve_case(world)
    version = push(metrics=measured(recall))
    found = answered(world, gate, version)

    assert (found["status"], found["title"]) == (status, title)
    assert "tolerates" not in found["detail"]
    page = text_of_page(world.client("lead").get(f"/models/{version.public_id}/"))
    assert f"{title}" in page


def test_an_amount_that_is_tolerated_to_its_half_cent_passes():
    assert is_tolerated(Decimal("-50.005"), Decimal("50.005"))  # 5 per cent of 1,000.10
    assert is_tolerated(Decimal("-61.728"), Decimal("61.72835"))
    assert not is_tolerated(Decimal("-61.74"), Decimal("61.72835"))


def test_a_policy_can_make_it_block(world, gate, push):
    publish_policy(world, POLICY + f"checks: {{{CODE}: blocking}}\n")
    approve_case(world)
    version = push(metrics=measured("0.64"))

    asked = gates.evaluate_gate(actor=world.ci, gate=gate, model_version=version, commit=COMMIT)
    assert asked.answer.decision == "deny"


def test_a_metric_that_is_missing_is_unknown_and_names_it(world, gate, push):
    approve_case(world)
    found = answered(world, gate, push(metrics=measured("0.7", None)))

    assert found["status"] == "unknown"
    assert "no metric precision" in found["detail"]
    assert found["actors"]
    assert found["action"]


def test_a_metric_of_two_data_sets_is_unknown_until_the_case_says_which(world, gate, push):
    approve_case(world)
    row = push(metrics=measured())
    push(metrics=measured(dataset="holdout"))

    found = answered(world, gate, row)
    assert found["status"] == "unknown"
    assert "precision@holdout, precision@test" in found["detail"]


def test_without_an_approved_case_somebody_has_to_approve_one(world, gate, push):
    row = push()
    assert answered(world, gate, row)["status"] == "unknown"

    write_case(world)
    found = answered(world, gate, row)
    assert (found["status"], found["title"]) == ("pending", "The cost-benefit case was not approved")
    assert "cost-benefit" in found["action"]["url"]


def test_a_case_that_follows_from_no_model_cannot_be_told(world, gate, push):
    plan = agreed_plan()
    stated = plan.lines[1].__class__(
        **{name: getattr(plan.lines[1], name) for name in plan.lines[1].__slots__} | {"driver": churn()}
    )
    approve_case(world, agreed_plan(lines=(plan.lines[0], stated)))

    found = answered(world, gate, push(metrics=measured()))
    assert (found["status"], found["title"]) == ("unknown", "Nothing in the approved case follows from the model")


def test_what_is_written_later_is_not_what_was_approved(world, gate, push):
    approve_case(world)
    write_case(world, agreed_plan(horizon=6))
    found = answered(world, gate, push(metrics=measured("0.64", "0.37")))

    assert found["title"] == "−40,554 EUR a year against the approved case"


def test_another_baseline_gives_another_answer_although_the_status_is_the_same(world, gate, push):
    approve_case(world)
    row = push(metrics=measured("0.64", "0.37"))
    first = answered(world, gate, row)
    plan = agreed_plan()
    from dataclasses import replace

    smaller = replace(plan.lines[1], driver=churn(cases=churn().cases / 2, takes=plan.lines[1].driver.takes))
    approve_case(world, agreed_plan(lines=(plan.lines[0], smaller)))
    second = answered(world, gate, row)

    assert (first["status"], second["status"]) == ("fail", "fail")
    assert second["title"] == "−20,277 EUR a year against the approved case"


def test_it_costs_the_gate_no_statement(world, gate, push, ask):
    row = push(metrics=measured("0.64", "0.37"))
    ask(row)
    client = world.api("ci")
    question = {"model_version": {"name": row.name, "version": row.version}, "commit": COMMIT}

    def again() -> int:
        client.post(GATE, question, content_type="application/json")
        with CaptureQueriesContext(connection) as captured:
            answer = client.post(GATE, question, content_type="application/json")
        assert any(item["code"] == CODE for item in answer.json()["checks"])
        return len(statements(captured))

    without = again()
    approve_case(world)
    with_one = again()
    write_case(world, agreed_plan(horizon=6))

    assert again() == with_one == without <= 12


def test_ci_reads_it_over_http(world, gate, push):
    approve_case(world)
    row = push(metrics=measured("0.64", "0.37"))

    body = post(world, "ci", GATE, {"model_version": {"name": row.name, "version": row.version}, "commit": COMMIT}).json()
    [found] = [item for item in body["checks"] if item["code"] == CODE]
    assert found["title"].startswith("−40,554 EUR")


# News --------------------------------------------------------------------------------------------------------------


def data_of(event: AuditEvent) -> dict:
    return json.loads(bytes(event.body))["data"]


def delivered() -> None:
    while outbox.deliver():
        pass


def notices() -> list[tuple[str, str]]:
    return [(row.user.username, text_of(row)) for row in Notice.objects.filter(kind="economics.worth_below").order_by("pk")]


def test_a_version_that_is_worth_less_is_kept_once_and_those_who_pay_are_told(world, gate, push):
    people.grant_role(actor=world.lead, user=world.scientist.user, role="budget_holder", scope=world.use_case.public_id)
    approve_case(world)
    row = push(metrics=measured("0.64", "0.37"))
    delivered()

    [found] = Revaluation.objects.all()
    assert (found.model_version, found.after - found.before) == (row.public_id, round(found.after - found.before, 2))
    assert found.parts[0]["input"] == "recall"
    event = AuditEvent.objects.get(kind="economics.worth.changed")
    assert data_of(event)["a_year"] == "-40553.51"
    said = "churn-model@7 of Customer churn would bring 40,553.51 EUR a year less than the approved case counts on."
    assert sorted(notices()) == [("business", said), ("scientist", said)]

    push(metrics=measured("0.64", "0.37"))
    push(metrics={**measured("0.64", "0.37"), "auc": {"value": 1, "dataset": "test"}})  # measured anew, the same in what counts
    delivered()
    assert Revaluation.objects.count() == 1
    assert len(notices()) == 2


def test_what_is_tolerated_or_better_is_kept_and_nobody_is_told(world, gate, push):
    tolerating(world, gate, "10 %")
    approve_case(world)
    push("7", metrics=measured("0.64", "0.37"))
    push("8", metrics=measured("0.75"))
    push("9", metrics=measured())
    push("10", metrics={})
    delivered()

    assert [row.label for row in Revaluation.objects.order_by("pk")] == ["churn-model@7", "churn-model@8"]
    assert notices() == []


def test_when_a_case_is_approved_the_newest_version_is_looked_at(world, gate, push):
    push("6", metrics=measured("0.5"))
    push("7", metrics=measured("0.64", "0.37"))
    delivered()
    approve_case(world)
    delivered()

    assert [row.label for row in Revaluation.objects.all()] == ["churn-model@7"]


def test_metrics_that_come_later_are_looked_at_when_they_come(world, gate, push):
    approve_case(world)
    push(metrics=measured("0.64", None))
    delivered()
    assert not Revaluation.objects.exists()

    push(metrics=measured("0.64", "0.37"))
    delivered()
    assert Revaluation.objects.count() == 1


def test_a_case_that_does_not_hold_any_more_is_nobodys_news(world, gate, push):
    baseline = approve_case(world)
    push(metrics=measured("0.64", "0.37"))
    outbox_first = Baseline.objects.get(pk=baseline.pk)
    approve_case(world, agreed_plan(horizon=6))
    delivered()

    assert outbox_first.pk not in Revaluation.objects.values_list("baseline_id", flat=True)
    assert len(notices()) == 1


def test_nobody_writes_what_a_version_is_worth_by_hand(world, push):
    from foundation.errors import NotAllowed
    from governance.economics.services.worth import note_worth

    baseline = approve_case(world)
    with pytest.raises(NotAllowed, match="nobody writes it"):
        note_worth(actor=world.lead, baseline=baseline, model_version="mv_1", label="x@1", metrics={})


def test_two_workers_that_find_the_same_keep_it_once(world, push):
    from foundation import actor
    from governance.economics.drivers import metrics_by_name
    from governance.economics.services.worth import note_worth

    baseline, row = approve_case(world), push(metrics=measured("0.64", "0.37"))
    said = {
        "actor": actor.system("economics"), "baseline": baseline, "model_version": row.public_id, "label": row.label,
        "metrics": metrics_by_name(list(row.metrics.all())),
    }  # fmt: skip

    first, second = note_worth(**said), note_worth(**said)

    assert first == second
    assert first.metrics_digest == digest(first.taken)


def test_a_tolerance_that_cannot_be_read_is_told_with_its_place(world):
    from foundation.errors import Invalid

    for text in ("5", "about 5 %", "101 %", "-1 EUR", "5 euro"):
        with pytest.raises(Invalid) as error:
            policies.write_policy(actor=world.admin, key="production-release", source=POLICY + f"worth_tolerance: {text}\n")
        assert "is not a tolerance" in str(error.value)
