"""The page on which a benefit is told which model is behind it."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from html import unescape

import pytest
from django.utils import translation

from governance.economics import services
from governance.economics.models import CaseDraft
from governance.economics.wording.cases import driver_told
from tests.economics.case_plans import begun, rich_plan
from tests.economics.test_classification import churn
from tests.economics.worths import TAKES, measured
from tests.usecases.test_pages import text_of

pytestmark = pytest.mark.django_db
MODEL = "/use-cases/churn/cost-benefit/draft/model/"
SAID = {
    "cases": "100000", "prevalence": "2", "recall": "70", "precision": "35", "value_true_positive": "180",
    "cost_false_negative": "200", "cost_false_positive": "12", "value_true_negative": "0", "incumbent_kind": "nothing",
    "takes_recall": "recall", "takes_precision": "precision",
}  # fmt: skip


@pytest.fixture
def draft(world):
    return services.begin_draft(actor=world.lead, use_case=world.use_case, currency="EUR")


def lines_of(draft) -> list:
    from governance.economics import drafting

    draft.refresh_from_db()
    return list(drafting.as_plan(draft.plan).lines)


def test_a_benefit_is_told_its_model_and_follows_from_it(world, draft):
    client = world.client("lead")
    assert "It says yes or no" in client.get(MODEL).content.decode()

    answer = client.post(MODEL + "?template=classifier", {**SAID, "revision": draft.revision})
    assert answer.status_code == 302, unescape(answer.content.decode())
    [line] = lines_of(draft)
    assert line.driver.worth() == 500_800
    assert line.driver.takes == TAKES

    draft.refresh_from_db()
    shown = unescape(client.get(f"{MODEL}?line={line.key}").content.decode())
    assert "+500,800" in shown
    assert "252,000" in shown
    changed = {**SAID, "incumbent_kind": "rule", "incumbent_name": "Overdue", "incumbent_recall": "40"}
    client.post(f"{MODEL}?line={line.key}", {**changed, "incumbent_false_positive_rate": "1", "revision": draft.revision})
    assert lines_of(draft)[0].driver.worth() == 208_560


def test_what_cannot_be_is_told_at_its_field_and_nothing_is_lost(world, draft):
    client = world.client("lead")
    for field, value, said in (
        ("recall", "700", "is 7"),
        ("precision", "", "give either"),
        ("cases", "many", "many"),
        ("incumbent_kind", "rule", "say which"),
    ):
        answer = client.post(MODEL + "?template=classifier", {**SAID, field: value, "revision": draft.revision})
        text = unescape(answer.content.decode())
        assert answer.status_code == 400
        assert said.lower() in text.lower(), field
        assert 'value="100000"' in text or field == "cases"
    assert lines_of(draft) == []


def test_a_model_can_be_taken_away_and_its_worth_stays_as_an_estimate(world, draft):
    client = world.client("lead")
    client.post(MODEL + "?template=classifier", {**SAID, "revision": draft.revision})
    [line] = lines_of(draft)
    client.post(f"{MODEL}?line={line.key}", {"act": "estimate", "revision": draft.revision})

    [line] = lines_of(draft)
    assert (line.driver, line.quantity, line.unit_price) == (None, 1, 500_800)


def test_somebody_who_was_overtaken_is_told(world, draft):
    client = world.client("lead")
    client.post(MODEL + "?template=classifier", {**SAID, "revision": draft.revision})
    answer = client.post(MODEL + "?template=classifier", {**SAID, "revision": 1})

    assert answer.status_code == 409
    assert len(lines_of(draft)) == 1


def test_a_forecast_can_be_behind_a_benefit_too(world, draft):
    said = {
        "forecasts": "1000", "mean_absolute_error": "3", "bias": "0", "cost_too_high": "2", "cost_too_low": "6", "unit": "bikes",
        "incumbent_kind": "naive", "incumbent_mean_absolute_error": "5", "incumbent_bias": "0", "takes_mean_absolute_error": "mae",
    }  # fmt: skip
    answer = world.client("lead").post(MODEL + "?template=forecast", {**said, "revision": draft.revision})

    assert answer.status_code == 302, unescape(answer.content.decode())
    assert lines_of(draft)[0].driver.worth() == 8000  # 1,000 · (5 − 3) · (2 + 6) / 2


def test_metrics_of_the_newest_version_are_offered(world, draft, push):
    push(metrics=measured())
    text = world.client("lead").get(MODEL + "?kind=classification").content.decode()

    assert '<option value="recall@test">' in text


def test_who_may_only_read_cannot_say_it(world, draft):
    answer = world.client("auditor").post(MODEL + "?template=classifier", {**SAID, "revision": draft.revision})

    assert answer.status_code == 403
    assert lines_of(draft) == []


def test_what_drives_a_line_is_told_in_the_language_of_the_page():
    with translation.override("zh-hans"):
        said = driver_told(churn())

    assert "召回率" in said
    assert not re.search("recall|prevalence|cases", said)


def test_a_model_that_loses_is_not_told_to_be_what_stays(world, draft):
    client = world.client("lead")
    client.post(MODEL + "?template=classifier", {**SAID, "revision": draft.revision, "value_true_positive": "-9000"})
    [line] = lines_of(draft)
    answer = client.post(f"{MODEL}?line={line.key}", {"act": "estimate", "revision": draft.revision}, follow=True)

    [line] = lines_of(draft)
    assert (line.driver, line.unit_price) == (None, 0)
    assert "is 0 now: the model came to -" in text_of(answer)


def test_a_model_is_asked_for_in_the_currency_of_its_line(world):
    """A line in dollars of a case in euros stays one: what is typed and what is shown are dollars too."""
    kept = replace(rich_plan().lines[0], key="dollars", kind="benefit", currency="USD", bias="", every="period")
    plan = rich_plan()
    begun(world, replace(plan, lines=(*plan.lines, kept), scenarios=(), correlations=()))
    client = world.client("lead")
    address = f"{MODEL}?line=dollars&kind=classification"
    form = unescape(client.get(address).content.decode())
    assert "USD" in form
    assert "EUR" not in form.split("<form", 2)[2]

    draft = CaseDraft.objects.get()
    assert client.post(address, {**SAID, "revision": draft.revision}).status_code == 302
    line = next(line for line in lines_of(draft) if line.key == "dollars")
    assert (line.currency, line.driver.worth()) == ("USD", Decimal(500_800))
    shown = client.get(f"{MODEL}?line=dollars")
    assert shown.context["currency"] == "USD"
    said = text_of(client.post(f"{MODEL}?line=dollars", {"act": "estimate", "revision": draft.revision}, follow=True))
    assert "is an estimate now" in said


def test_a_model_that_loses_some_cents_is_told_in_cents(world, draft):
    client = world.client("lead")
    some = {
        "cases": "1",
        "prevalence": "50",
        "recall": "50",
        "precision": "50",
        "value_true_positive": "-1",
        "cost_false_negative": "0",
    }
    client.post(MODEL + "?template=classifier", {**SAID, **some, "cost_false_positive": "0", "revision": draft.revision})
    [line] = lines_of(draft)
    assert line.driver.worth() == Decimal("-0.25")

    answer = client.post(f"{MODEL}?line={line.key}", {"act": "estimate", "revision": draft.revision}, follow=True)

    assert "the model came to -0.25 EUR" in text_of(answer)
