"""What ships to begin a case with: figures against their sources, and templates that can be filled in."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from governance.economics.drivers import WrongInput, bounds_of
from governance.economics.shipped import (
    categories,
    in_words,
    line_of,
    line_template,
    line_templates,
    shipped_biases,
    shipped_rate,
    shipped_rates,
)
from governance.economics.shipped.formula import NotAFormula, evaluate, names_of
from tests.economics.test_classification import churn, d
from tests.economics.test_regression import bikes

CHINESE = re.compile("[\u4e00-\u9fff]")
COMPUTED = [item for item in line_templates() if not item.driver]


def all_words():
    for item in line_templates():
        yield from (item.title, item.explain, item.unit)
        for question in item.questions:
            yield from (question.ask, question.unit)
    yield from categories().values()
    for rate in shipped_rates():
        yield from (rate.title, rate.note)
    for bias in shipped_biases():
        yield from (bias.title, bias.note)


# Texts ---------------------------------------------------------------------------------------------------------------


def test_every_text_stands_in_english_and_in_chinese():
    for words in all_words():
        assert set(words) == {"en", "zh-hans"}, words
        assert not CHINESE.search(words["en"])
        assert CHINESE.search(words["zh-hans"]) or words["en"] == words["zh-hans"] == "GB", words


def test_a_reader_of_another_language_gets_english():
    words = {"en": "Storage", "zh-hans": "存储"}

    assert [in_words(words, language) for language in ("en", "zh-hans", "zh-Hans", "de")] == [
        "Storage",
        "存储",
        "存储",
        "Storage",
    ]


# Lines ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "answers", "quantity", "unit_price"),
    [
        ("labelling", {"labels": 10_000, "price": "0.08", "checked_again": "0.25"}, 10_000, "0.1"),
        ("data_licences", {"licences": 2, "price": 12_000}, 2, 12_000),
        ("training", {"hours": 40, "runs": 5, "failed_runs": 15, "price": "2.5"}, 800, "2.5"),
        ("storage", {"gigabytes": 500, "copies": 2, "price": "0.023"}, 1000, "0.023"),
        ("inference", {"predictions": 2_500_000, "price": "0.4"}, 2500, "0.4"),
        ("monitoring", {"hours": 6, "wage": 90}, 6, 90),
        ("retraining", {"runs": 4, "computing": 300, "labels": 500, "work": 1200}, 4, 2000),
        ("human_review", {"cases": 4000, "minutes": 3, "wage": 45}, 200, 45),
        ("security_review", {"packages": 30, "hours": 2, "wage": 90}, 60, 90),
        ("dependency_upkeep", {"hours": 40, "wage": 90}, 40, 90),
        ("governance", {"people": 5, "hours": 12, "wage": 100}, 60, 100),
        ("decommissioning", {"hours": 80, "wage": 90, "fees": 5000}, 1, 12_200),
        ("incident_reserve", {"probability": "0.05", "impact": 400_000}, "0.05", 400_000),
        ("more_revenue", {"sales": 100_000, "increase": "0.02", "margin": 7}, 2000, 7),
        ("time_saved", {"cases": 5000, "minutes": 12, "saved": "0.4", "wage": 50}, 400, 50),
        ("loss_avoided", {"events": 120, "prevented": "0.3", "loss": 2500}, 36, 2500),
    ],
)
def test_quantity_and_price_follow_from_the_answers(key, answers, quantity, unit_price):
    template = line_template(key)

    line = line_of(template, {name: d(value) for name, value in answers.items()}, horizon=5)

    assert (line.quantity, line.unit_price) == (d(quantity), d(unit_price))
    assert (line.kind, line.category, line.every) == (template.kind, template.category, template.every)
    assert line.driver is None


def test_each_computed_template_is_tried_above():
    tried = test_quantity_and_price_follow_from_the_answers.pytestmark[0].args[1]

    assert {item.key for item in COMPUTED} == {case[0] for case in tried}


def test_a_template_asks_for_all_that_its_formulae_need_and_for_nothing_else():
    for item in COMPUTED:
        assert names_of(item.quantity) | names_of(item.unit_price) == {question.key for question in item.questions}, item.key


def test_a_template_with_a_driver_asks_for_every_input_of_that_driver():
    for item in line_templates():
        if item.driver:
            assert {question.key for question in item.questions} == set(bounds_of(item.driver))
            assert all(question.bound == bounds_of(item.driver)[question.key] for question in item.questions)


def test_templates_say_only_what_a_line_knows():
    for item in line_templates():
        assert item.kind in ("cost", "benefit")
        assert item.category in categories()
        assert item.every in ("period", "month", "quarter", "year", "once")
        assert {item.starts, item.ends} <= {"now", "first", "last"}
    assert len({item.key for item in line_templates()}) == len(line_templates())


def test_lines_fall_where_they_usually_do():
    once = line_of(line_template("training"), {name: d(1) for name in ("hours", "runs", "failed_runs", "price")}, horizon=5)
    yearly = line_of(line_template("dependency_upkeep"), {"hours": d(1), "wage": d(1)}, horizon=5)
    last = line_of(line_template("decommissioning"), {name: d(1) for name in ("hours", "wage", "fees")}, horizon=5)

    assert [(line.from_period, line.to_period) for line in (once, yearly, last)] == [(0, 0), (1, 5), (5, 5)]


def test_a_case_of_one_period_has_its_lines_now():
    line = line_of(line_template("dependency_upkeep"), {"hours": d(1), "wage": d(1)}, horizon=0)

    assert (line.from_period, line.to_period) == (0, 0)


def test_a_line_speaks_the_language_of_who_writes_it():
    line = line_of(line_template("dependency_upkeep"), {"hours": d(1), "wage": d(1)}, horizon=1, language="zh-hans", key="upkeep")

    assert (line.key, line.title, line.unit) == ("upkeep", "依赖项维护", "小时")


def test_a_driven_line_has_its_driver_and_a_quantity_of_one():
    line = line_of(line_template("classifier"), {}, horizon=3, driver=churn())

    assert (line.quantity, line.unit_price, line.driver) == (1, 1, churn())
    assert line_of(line_template("forecast"), {}, horizon=3, driver=bikes()).driver == bikes()


@pytest.mark.parametrize(
    ("key", "answers", "code", "where"),
    [
        ("monitoring", {"hours": d(6)}, "missing", "wage"),
        ("monitoring", {"hours": d(6), "wage": d(90), "tools": d(1)}, "unknown_input", "tools"),
        ("monitoring", {"hours": d(6), "wage": d(-90)}, "out_of_bounds", "wage"),
        ("storage", {"gigabytes": d(5), "copies": d(0), "price": d(1)}, "out_of_bounds", "copies"),
        ("incident_reserve", {"probability": d(5), "impact": d(1)}, "share_or_percent", "probability"),
        ("classifier", {}, "missing", "driver"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_by_its_question(key, answers, code, where):
    with pytest.raises(WrongInput) as error:
        line_of(line_template(key), answers, horizon=3)
    assert (error.value.code, error.value.where) == (code, where)


def test_a_driver_of_another_kind_is_refused():
    with pytest.raises(WrongInput) as error:
        line_of(line_template("classifier"), {}, horizon=3, driver=bikes())
    assert error.value.code == "unknown_kind"


@pytest.mark.parametrize(
    "formula", ["__import__('os')", "a ** b", "a.b", "1.5 * a", "a if b else a", "a +", "-a", "a[0]", "True"]
)
def test_a_formula_is_nothing_but_arithmetic(formula):
    with pytest.raises(NotAFormula):
        evaluate(formula, {"a": Decimal(1), "b": Decimal(2)})


# Rates and bias ------------------------------------------------------------------------------------------------------


def test_the_discount_rates_are_those_of_their_sources():
    # Department for Transport, Forthcoming change: Green Book updates (16 April 2026), table of Green Book discount rates:
    # https://www.gov.uk/government/publications/tag-forthcoming-changes/forthcoming-change-green-book-updates
    table = {
        "green-book-2026": "3.5 3.0 2.5 2.0 1.5 1.0",
        "green-book-2022": "3.5 3.0 2.5 2.0 1.5 1.0",
        "green-book-2026-health": "1.5 1.29 1.07 0.86 0.64 0.43",
        "green-book-2026-long-term": "3.0 2.57 2.14 1.71 1.29 0.86",
    }
    for key, rates in table.items():
        expected = zip((0, 31, 76, 126, 201, 301), rates.split(), strict=True)
        assert shipped_rate(key).steps == tuple((year, d(rate) / 100) for year, rate in expected)
    # OMB Circular A-94 of 29 October 1992 (https://nepis.epa.gov, OSWER Directive 9355.3-20 reprints it) and its 2023 revision
    assert shipped_rate("omb-a94-1992").steps == ((0, d("0.07")),)
    assert shipped_rate("omb-a94-2023").steps == ((0, d("0.031")),)


def test_the_american_rate_changed_hands_on_8_april_2025():
    # OMB M-25-23, Rescission and Reinstatement of Circular No. A-94
    def in_force(at):
        return {rate.key for rate in shipped_rates() if rate.key.startswith("omb") and rate.in_force(at)}

    assert in_force(date(2023, 11, 8)) == {"omb-a94-1992"}
    assert in_force(date(2023, 11, 9)) == {"omb-a94-2023"}
    assert in_force(date(2025, 4, 7)) == {"omb-a94-2023"}
    assert in_force(date(2025, 4, 8)) == {"omb-a94-1992"}
    assert shipped_rate("omb-a94-2023").rescinded_on == date(2025, 4, 8)
    assert shipped_rate("omb-a94-1992").rescinded_on is None


def test_a_rate_is_taken_over_with_its_source_and_its_day():
    discount = shipped_rate("green-book-2026").discount()

    assert discount.steps[0] == (0, d("0.035"))
    assert discount.prices == "real"
    assert "Green Book (2026)" in discount.source
    assert discount.dated == date(2026, 2, 12)


def test_steps_begin_now_and_go_on_in_order():
    for rate in shipped_rates():
        years = [year for year, _share in rate.steps]
        assert years[0] == 0
        assert years == sorted(set(years))
        assert rate.url.startswith("https://")
        assert rate.dated == rate.periods[0][0]
    assert len({rate.key for rate in shipped_rates()}) == len(shipped_rates())


def test_the_optimism_bias_is_that_of_its_source():
    # Mott MacDonald, Review of Large Public Procurement in the UK (2002), table 2, in per cent, upper and lower: duration, cost
    # https://ppponline.affinitext.com/public/book?id=1343&toc_id=444193
    table = {
        "non_standard_buildings": ((39, 2), (51, 4)),
        "standard_buildings": ((4, 1), (24, 2)),
        "non_standard_civil_engineering": ((25, 3), (66, 6)),
        "standard_civil_engineering": ((20, 1), (44, 3)),
        "equipment_and_development": ((54, 10), (200, 10)),
        "outsourcing": (None, (41, 0)),
    }
    found = {item.key: item for item in shipped_biases()}

    assert found.keys() == table.keys()
    for key, (duration, cost) in table.items():
        assert (found[key].upper * 100, found[key].lower * 100) == cost
        assert (found[key].duration and tuple(share * 100 for share in found[key].duration)) == duration


def test_a_bias_is_taken_over_without_mitigation():
    bias = shipped_biases()[0].bias()

    assert (bias.key, bias.upper, bias.lower, bias.mitigations) == ("equipment_and_development", 2, d("0.1"), ())
    assert bias.source
