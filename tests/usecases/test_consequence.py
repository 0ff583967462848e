from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from governance.usecases.consequence import consequence
from governance.usecases.figures import figure_of
from governance.usecases.forms import KpiForm
from governance.usecases.wording_kpis import sentence_of
from tests.usecases.test_comparison import calm

LEAVERS = {
    "unit": "%",
    "direction": "up",
    "baseline": Decimal(42),
    "target": Decimal(56),
    "population": Decimal(1000),
    "population_label": "customers who would leave",
    "outcome": "are kept",
}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({}, "Of 1,000 customers who would leave, 140 more are kept: 560 instead of 420."),
        (
            {"tolerance": Decimal(3)},
            "Of 1,000 customers who would leave, 140 more are kept: 560 instead of 420; 530 is tolerated.",
        ),
        ({"outcome": ""}, "Of 1,000 customers who would leave, 140 more than now: 560 instead of 420."),
        ({"population_label": ""}, "Of 1,000, 140 more are kept: 560 instead of 420."),
        ({"baseline": None}, "Of 1,000 customers who would leave, 560 or more are kept."),
        ({"baseline": Decimal(56)}, "Of 1,000 customers who would leave, as many as now are kept: 560."),
        (
            {"direction": "down", "outcome": "are lost", "baseline": Decimal(58), "target": Decimal(44)},
            "Of 1,000 customers who would leave, 140 fewer are lost: 440 instead of 580.",
        ),
        (
            {"baseline": Decimal("0.42"), "target": Decimal("0.56"), "unit": ""},
            "Of 1,000 customers who would leave, 140 more are kept: 560 instead of 420.",
        ),
        (
            {"baseline": Decimal(420), "target": Decimal(560), "unit": ""},
            "Of 1,000 customers who would leave, 140 more are kept: 560 instead of 420.",
        ),
        ({"target": Decimal("56.04")}, "Of 1,000 customers who would leave, about 140 more are kept: 560 instead of 420."),
        (
            {"unit": "days", "direction": "down", "baseline": Decimal(12), "target": Decimal(7), "population_label": "claims"},
            "For 1,000 claims, 5,000 days less in all: 7,000 instead of 12,000.",
        ),
        ({"population": None}, "Up from 42 to 56 % or more."),
        ({"population": None, "baseline": None, "tolerance": Decimal(2)}, "56 % or more; 54 is tolerated."),
        ({"baseline": Decimal(142), "target": Decimal(156)}, "Up from 142 to 156 % or more."),
    ],
)
def test_a_kpi_is_one_sentence_of_consequence(changed, sentence):
    assert sentence_of({**LEAVERS, **changed}) == sentence


def test_the_sentence_is_told_in_the_readers_language():
    with override("zh-hans"):
        said = sentence_of({**LEAVERS, "population_label": "名会流失的客户", "outcome": "被挽留"})
    assert "140" in said
    assert "名会流失的客户" in said


figures = st.decimals(0, 100, places=2)


@pytest.mark.parametrize("direction", ["up", "down"])
def test_the_largest_figures_that_can_be_kept_are_told(direction):
    """A page that shows them has to stay readable, whatever somebody wrote down."""
    most = Decimal("99999999999999.999999")
    kpi = {
        **LEAVERS,
        "unit": "EUR",
        "direction": direction,
        "baseline": -most,
        "target": most,
        "tolerance": most,
        "population": most,
    }

    found = consequence(kpi)

    assert found is not None
    assert found.step == found.wanted * 2
    assert "19,999,999,999,999,999,999,600,000,000" in sentence_of(kpi)


@calm
@given(figures, figures, st.integers(1, 10**6).map(Decimal))
def test_a_share_never_comes_to_more_than_there_are(baseline, target, population):
    found = consequence({"unit": "%", "baseline": baseline, "target": target, "population": population})

    assert found is not None
    assert found.now is not None
    assert found.step is not None
    assert -1 <= found.wanted <= population + 1
    assert abs((found.wanted - found.now) - found.step) <= Decimal("1.5")
    if target > baseline:
        assert found.step >= 0


@calm
@given(figures, figures, st.integers(1, 10**4).map(Decimal))
def test_a_sum_over_each_is_exact_where_it_is_whole(baseline, target, population):
    whole = {"unit": "days", "baseline": round(baseline), "target": round(target), "population": population}
    found = consequence({**whole, "baseline": Decimal(whole["baseline"]), "target": Decimal(whole["target"])})

    assert found is not None
    assert found.exact
    assert found.step == (Decimal(whole["target"]) - Decimal(whole["baseline"])) * population


@pytest.mark.parametrize(
    ("typed", "number", "unit"),
    [
        ("42", "42", ""),
        (" 42 % ", "42", "%"),
        ("42%", "42", "%"),
        ("1,200 EUR", "1200", "EUR"),
        ("1 200,5", "1200.5", ""),
        ("1,234,567.89", "1234567.89", ""),
        ("0,7", "0.7", ""),
        ("-3.5 days", "-3.5", "days"),
        ("−3", "-3", ""),
        ("€ 40", "40", "€"),
        ("４２％", "42", "％"),
        ("12 天", "12", "天"),
        ("1'000", "1000", ""),
    ],
)
def test_a_figure_is_read_as_people_write_it(typed, number, unit):
    found = figure_of(typed)

    assert found is not None
    assert (found.number, found.unit) == (Decimal(number), unit)


@pytest.mark.parametrize("typed", ["", "many", "about 42", "1.2.3", "1,2,3", "9" * 30, "42 " + "x" * 41, "NaN", "1e5e5", "½"])
def test_what_is_no_figure_is_none(typed):
    found = figure_of(typed)

    assert found is None or found.unit  # 1e5e5 is a 1 with an odd unit: the page shows it, nothing is guessed


@calm
@given(st.decimals(-(10**9), 10**9, places=3))
def test_a_figure_that_we_wrote_is_read_back(number):
    found = figure_of(f"{number:,f} units")

    assert found is not None
    assert (found.number, found.unit) == (number, "units")


@pytest.mark.parametrize(
    ("typed", "unit", "direction"),
    [
        ({"baseline": "42 %", "target": "56 %"}, "%", "up"),
        ({"baseline": "12 days", "target": "7"}, "days", "down"),
        ({"baseline": "", "target": "7", "unit": "days"}, "days", "up"),
        ({"baseline": "12", "target": "7", "direction": "up"}, "", "up"),
    ],
)
def test_three_fields_say_unit_and_direction_by_themselves(typed, unit, direction):
    form = KpiForm({"name": "Matched", **typed})

    assert form.is_valid(), form.errors
    assert (form.cleaned_data["unit"], form.cleaned_data["direction"]) == (unit, direction)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"target": "56 %", "baseline": "42 EUR"}, "target"),
        ({"target": "56 %", "unit": "days"}, "target"),
        ({"target": "many"}, "target"),
        ({"target": "1.1234567"}, "target"),
        ({"target": "5", "tolerance": "-1"}, "tolerance"),
    ],
)
def test_figures_that_do_not_fit_are_said_at_their_field(typed, field):
    assert field in KpiForm({"name": "Matched", **typed}).errors
