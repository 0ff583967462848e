"""What versions are worth on pages and over HTTP: the same figures, and a way on where something is missing."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest

from tests.economics.test_classification import churn, d
from tests.economics.test_regression import bikes
from tests.economics.worths import agreed_plan, approve_case, measured, write_case
from tests.statements import statements

pytestmark = pytest.mark.django_db
CURVE = {
    "recall.at.0.02": 0.92, "false_positive_rate.at.0.02": 0.3, "recall.at.0.03": 0.85, "false_positive_rate.at.0.03": 0.12,
}  # fmt: skip


def page(world, address: str, part: str = "business") -> str:
    answer = world.client(part).get(address)
    assert answer.status_code == 200, answer.status_code
    return " ".join(unescape(answer.content.decode()).split())


def of(version) -> str:
    return f"/models/{version.public_id}/"


def curve() -> dict:
    return {name: {"value": d(str(value)), "dataset": "test"} for name, value in CURVE.items()}


# The page of a version ----------------------------------------------------------------------------------------------


def test_the_page_of_a_version_says_what_it_is_worth_and_why(world, push):
    approve_case(world)
    text = page(world, of(push(metrics=measured("0.64", "0.37"))))

    assert "−40,554 EUR a year against the approved case, because recall fell from 0.7 to 0.64 (−42,926)" in text
    assert "What the version brings a year" in text  # the picture
    assert ">500,800<" in text
    assert ">460,246<" in text
    assert "one point (1 %) more of recall (precision as it is)" in text


def test_what_rounding_leaves_has_a_row_of_its_own(world, push):
    approve_case(world)
    text = page(world, of(push(metrics=measured("0.64", "0.371"))))

    shown = [int(part.replace(",", "").replace("−", "-").replace("+", "")) for part in _amounts(text)]
    *parts, total = shown
    assert sum(parts) == total


def _amounts(text: str) -> list[str]:
    table = text.split("Which metrics that is due to")[1].split("</table>")[0]
    rows = table.split("<tr>")[2:]
    found = [row.split("<td")[-1].split(">", 1)[1].split("</td>")[0] for row in rows]
    plain = [cell.split(">")[1].split("<")[0] if "<span" in cell else cell for cell in found]
    return plain[: next(i for i, row in enumerate(rows) if "All together" in row) + 1]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (None, "Costs and benefits were not written down"),
        ("written", "against the newest case, which nobody approved"),
        ("stated", "No line of the case follows from a metric"),
    ],
)
def test_where_nothing_is_approved_the_page_says_what_is_missing(world, push, made, said):
    if made == "written":
        write_case(world)
    if made == "stated":
        plan = agreed_plan()
        write_case(world, replace(plan, lines=(plan.lines[0], replace(plan.lines[1], driver=churn()))))

    assert said in page(world, of(push(metrics=measured("0.64", "0.37"))))


def test_a_missing_metric_is_named_with_what_to_do(world, push):
    approve_case(world)
    text = page(world, of(push(metrics=measured("0.64", None))))

    assert "What it is worth is not known" in text
    assert "the version has no metric precision" in text.lower()
    assert "Push the metric with the version" in text


def test_several_lines_are_told_by_their_titles(world, push):
    plan = agreed_plan()
    line = replace(plan.lines[1], key="bikes", title="Bikes moved", driver=bikes(takes={"mean_absolute_error": "mae"}))
    approve_case(world, replace(plan, lines=(*plan.lines, line)))
    metrics = {**measured("0.64", "0.35"), "mae": {"value": d(4), "dataset": "test"}}

    text = page(world, of(push(metrics=metrics)))
    assert "Leavers kept: recall fell from 0.7 to 0.64" in text
    assert "Bikes moved: mean absolute error rose" in text


def test_the_page_of_a_version_costs_two_statements_more_at_most(world, push):
    row = push(metrics=measured("0.64", "0.37"))
    client = world.client("business")
    without = statements(client, of(row))
    approve_case(world)

    assert statements(client, of(row)) <= without


def test_the_page_is_there_in_chinese(world, push):
    approve_case(world)
    row = push(metrics=measured("0.64", "0.37"))
    answer = world.client("business").get(of(row), headers={"Accept-Language": "zh-hans"})

    assert answer.status_code == 200
    assert "40,554" in answer.content.decode()


# All versions -------------------------------------------------------------------------------------------------------

VERSIONS = "/use-cases/churn/cost-benefit/versions/"


def test_all_versions_stand_with_what_they_bring_and_the_difference(world, push):
    approve_case(world)
    push("6", metrics=measured())
    push("7", metrics=measured("0.73"))
    push("8", metrics=measured("0.64", "0.37"))
    push("9", metrics=measured("0.64", None))

    text = page(world, VERSIONS)
    assert ">+21,463<" in text
    assert ">−40,554<" in text
    assert ">522,263<" in text
    assert "not known" in text
    assert "not measured" in text
    assert "It counts on 500,800 EUR a year from the model" in text
    assert "is worth −40,554 EUR a year against the case" in text  # the picture's sentence, of the newest that is known


def test_more_versions_cost_no_more(world, push):
    approve_case(world)
    push("1", metrics=measured())
    push("2", metrics=measured("0.72"))
    client = world.client("business")
    few = statements(client, VERSIONS)
    for number in range(3, 9):
        push(str(number), metrics=measured(f"0.7{number}"))

    assert statements(client, VERSIONS) == few <= 20


@pytest.mark.parametrize(("made", "said"), [("", "were not written down"), ("case", "No versions yet")])
def test_an_empty_page_says_what_will_be_there(world, made, said):
    if made:
        approve_case(world)
    assert said in page(world, VERSIONS)


def test_the_tab_tells_what_the_newest_version_is_worth(world, push):
    approve_case(world)
    push("7", metrics=measured("0.64", "0.37"))

    text = page(world, "/use-cases/churn/cost-benefit/")
    assert "The newest version, churn-model@7" in text
    assert "−40,554 EUR a year against the approved case" in text
    assert VERSIONS in text
    assert world.client("stranger").get(VERSIONS).status_code == 404


# Thresholds ----------------------------------------------------------------------------------------------------------


def test_points_that_came_with_the_version_are_priced_and_the_best_is_marked(world, push):
    plan = agreed_plan()
    driver = churn(takes={"recall": "recall@test", "precision": "precision@test"})
    approve_case(world, replace(plan, lines=(plan.lines[0], replace(plan.lines[1], driver=driver))))
    row = push(metrics={**measured(), **curve()})

    text = page(world, of(row) + "threshold/")
    assert (
        "At a threshold of 0.03 it would bring 504,880 EUR a year: where it was measured it gives away 4,080 EUR a year." in text
    )
    assert "These points came with the version" in text
    assert "from a probability of 0.030612 on" in text
    assert of(row) + "threshold/?line=caught" in page(world, of(row))


def test_points_can_be_typed_in_and_what_is_wrong_is_told_with_nothing_lost(world, push):
    approve_case(world)
    row = push(metrics=measured())
    client = world.client("business")

    right = client.get(of(row) + "threshold/", {"points": "0.03; 0.85; 0.12\n0.5; 0.2; 0", "third": "false_positive_rate"})
    assert "504,880" in right.content.decode()

    wrong = client.get(of(row) + "threshold/", {"points": "0.03; 0.85; 0.12\n0,5 x", "third": "false_positive_rate"})
    text = unescape(wrong.content.decode())
    assert wrong.status_code == 400
    assert "Line 2 (0,5 x): write three numbers with a decimal point" in text
    assert "0.03; 0.85; 0.12\n0,5 x" in text  # what was typed is still there
    assert "504,880" in text  # and what could be read was reckoned


def test_without_a_classifier_the_page_says_how_to_get_there(world, push):
    assert "No benefit follows from a classifier" in page(world, of(push()) + "threshold/")
    approve_case(world)
    assert world.client("business").get(of(push("8", metrics=measured())) + "threshold/?line=nope").status_code == 404


# Over HTTP -----------------------------------------------------------------------------------------------------------


def test_the_api_answers_the_same_figures(world, push):
    baseline = approve_case(world)
    row = push(metrics=measured("0.64", "0.37"))

    body = world.api("ci").get(f"/api/v1/model-versions/{row.public_id}/worth").json()
    assert body["status"] == "known"
    assert body["a_year"] == {"before": "500800", "after": "460246.49", "change": "-40553.51"}
    assert body["case"] | {"snapshot": ""} == {"snapshot": "", "number": 1, "currency": "EUR", "baseline": baseline.public_id}
    [line] = body["lines"]
    assert [(part["input"], part["metric"], part["after"]) for part in line["parts"]] == [
        ("recall", "recall", "0.64"), ("precision", "precision", "0.37"),
    ]  # fmt: skip
    assert {point["input"] for point in line["points"]} == {"recall", "precision", "false_positive_rate"}
    assert d(body["npv"]["change"]) < 0
    assert d(body["equivalent_annual"]["change"]) == d(body["a_year"]["change"])


def test_the_api_says_why_it_is_not_known(world, push):
    row = push(metrics=measured("0.64", None))
    address = f"/api/v1/model-versions/{row.public_id}/worth"
    assert world.api("ci").get(address).json()["status"] == "no_case"

    approve_case(world)
    body = world.api("ci").get(address).json()
    assert (body["status"], body["a_year"], body["npv"], body["lines"]) == ("unknown", None, None, [])
    assert body["unknown"][0]["code"] == "metric_missing"


def test_the_api_lists_all_versions(world, push):
    approve_case(world)
    push("7", metrics=measured("0.73"))
    push("8", metrics=measured("0.64", "0.37"))

    rows = world.api("ci").get("/api/v1/use-cases/churn/worth").json()["results"]
    assert [(row["label"], row["a_year"]["change"]) for row in rows] == [
        ("churn-model@8", "-40553.51"), ("churn-model@7", "21462.86"),
    ]  # fmt: skip


def test_the_api_prices_points(world, push):
    approve_case(world)
    row = push(metrics=measured())
    address = f"/api/v1/model-versions/{row.public_id}/threshold"

    body = world.api("ci").get(address, {"points": "0.03 0.85 0.12"}).json()
    assert (body["now"], body["given_away"], body["best"]["threshold"]) == ("500800", "4080", "0.03")
    assert body["advised"].startswith("0.030612244")
    wrong = world.api("ci").get(address, {"points": "0.03 0.85"})
    assert wrong.status_code == 400
    assert wrong.json()["errors"][0]["code"] == "numbers"
    assert world.api("ci").get(address, {"line": "team"}).status_code == 404
    assert world.api("stranger").get(address).status_code == 404
    assert world.api("business").get(address).status_code == 200
    assert world.api("ci").get(address, {"points": "0.1 0.1 0.1", "third": "auc"}).status_code == 400
