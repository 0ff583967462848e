"""Every figure can be opened to its formula and inputs, and following them leads back to it."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest

from governance.economics import cashflow
from governance.economics.cashflow import MEASURES, Refused, explained
from governance.economics.plan import Bias, Discount, Exchange
from tests.economics.cashflow_plans import line, money, plan, plan_of_flows

CLOSE = Decimal("1e-60")


@pytest.fixture
def found():
    return cashflow.evaluate(
        plan(
            line(
                "gpu", "cost", 100, 0, 2, currency="USD", risk=Decimal("0.1"), growth=Decimal("0.05"), bias="new", every="month"
            ),
            line("saved", "benefit", 9000, 1, 3, risk=Decimal("0.2")),
            exchange=(Exchange("USD", Decimal("0.9")),),
            biases=(Bias("new", "New", Decimal("0.5"), Decimal(0)),),
            finance_rate=Decimal("0.07"),
        )
    )


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_opens_to_the_same_value_with_formula_and_terms(found, measure):
    opened = explained(found, measure)

    assert opened.measure == measure
    # `irr` are the rates as they are told, to ten digits; what is opened is rounded once, from the rate itself.
    assert opened.value == (found.roots.yearly if measure == "irr" else getattr(found, measure))
    assert opened.formula
    assert opened.terms
    assert len(dict(opened.terms)) == len(opened.terms)


def test_present_values_add_up_from_their_terms(found):
    for measure, name in (("pv_costs", "costs"), ("pv_benefits", "benefits")):
        opened = explained(found, measure)
        terms = dict(opened.terms)
        with localcontext(prec=80):
            again = sum(
                terms[f"{name}.{period}"] * terms[f"factor.{period}"] for period in range(4) if f"{name}.{period}" in terms
            )
            assert abs(again - opened.value) < CLOSE


def test_the_modified_rate_follows_from_its_terms(found):
    opened = explained(found, "mirr")
    terms = dict(opened.terms)

    assert terms["finance_rate"] == Decimal("0.07")
    assert terms["reinvestment_rate"] == Decimal("0.1")
    with localcontext(prec=80):
        again = (terms["future_value_in"] / terms["present_value_out"]) ** (Decimal(1) / 3) - 1
        assert abs(again - opened.value) < CLOSE


def test_a_line_opens_to_what_it_is_made_of(found):
    opened = explained(found, "line.gpu")

    assert opened.formula == "Σ q·p·k·e·(1+b)·(1+ρ)·(1+g)^y"
    assert dict(opened.terms) == {
        "quantity": 1,
        "unit_price": 100,
        "times": 12,
        "exchange": Decimal("0.9"),
        "bias": Decimal("0.5"),
        "risk": Decimal("0.1"),
        "growth": Decimal("0.05"),
        "from_period": 0,
        "to_period": 2,
        "falls": 3,
    }
    assert opened.value == sum(found.flows.costs) == Decimal("1782") * Decimal("3.1525")


def test_a_period_opens_to_its_lines_and_its_factor(found):
    assert explained(found, "costs.1").terms == (("line.gpu", found.flows.costs[1]),)
    assert explained(found, "benefits.0").terms == ()
    assert dict(explained(found, "net.2").terms) == {"benefits.2": found.flows.benefits[2], "costs.2": found.flows.costs[2]}
    assert dict(explained(found, "factor.3").terms) == {"rate": Decimal("0.1"), "years": 3}


def test_terms_that_are_figures_can_be_opened_in_turn(found):
    keys = [key for measure in MEASURES for key, _ in explained(found, measure).terms]
    keys = [key for key in keys if key in MEASURES or key.partition(".")[0] in ("costs", "benefits", "net", "factor", "line")]

    assert keys
    for key in keys:
        assert explained(found, key).measure == key


def test_rates_in_steps_are_all_named():
    steps = Discount(((0, Decimal("0.035")), (2, Decimal("0.03"))))
    opened = explained(cashflow.evaluate(plan(line("a", "cost", 1, 3), discount=steps)), "npv")

    assert opened.terms[-2:] == (("rate.0", Decimal("0.035")), ("rate.2", Decimal("0.03")))


def test_why_there_is_no_rate_of_return_is_among_the_terms():
    assert dict(explained(cashflow.evaluate(plan_of_flows(money(1, 2))), "irr").terms)["reason"] == "none_no_sign_change"


@pytest.mark.parametrize("measure", ["wealth", "costs.4", "costs.-1", "costs.x", "factor.", "line.unknown", ""])
def test_a_figure_that_there_is_not_cannot_be_opened(found, measure):
    with pytest.raises(Refused, match=r"measure\.unknown"):
        explained(found, measure)
