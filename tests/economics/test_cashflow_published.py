"""The engine against figures that others have published. Each case says where it is from; the figures are theirs, to their digits."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest

from governance.economics import cashflow
from governance.economics.cashflow import discounting, roots_of
from governance.economics.plan import Bias, Discount, Inflation, Mitigation
from tests.economics.cashflow_plans import line, money, plan, plan_of_flows

TINY = Decimal("1e-60")
GREEN_BOOK = ((0, "0.035"), (31, "0.03"), (76, "0.025"), (126, "0.02"), (201, "0.015"), (301, "0.01"))


def near(value: Decimal | None, expected: str) -> bool:
    """Equal to as many digits after the point as are stated."""
    assert value is not None
    places = len(expected.partition(".")[2])
    return cashflow.rounded(value, places) == Decimal(expected)


def test_omb_circular_a94_of_2023_appendix_b():
    costs = (10, 20, 30, 30, 20, 10, 5, 5, 5, 5)
    benefits = (0, 0, 5, 10, 30, 40, 40, 40, 40, 25)
    lines = [line(f"cost-{year}", "cost", amount, year) for year, amount in enumerate(costs, 1)]
    lines += [line(f"benefit-{year}", "benefit", amount, year) for year, amount in enumerate(benefits, 1)]

    found = cashflow.evaluate(plan(*lines, rate="0.031", horizon=10))

    assert near(found.pv_costs, "123.37")
    assert near(found.pv_benefits, "184.92")
    assert near(found.npv, "61.55")
    assert near(found.bcr, "1.4989")


def test_the_textbook_sheet_of_a_purchase_of_42500():
    """Scribd 458350072 and 73576200, "Cost-benefit analysis" sheet of a systems-analysis textbook."""
    found = cashflow.evaluate(
        plan(
            line("machine", "cost", 42_500, 0),
            line("use", "benefit", 50_000, 1, 5),
            line("upkeep", "cost", 28_500, 1, 5),
            rate="0.12",
            horizon=5,
        )
    )

    assert near(found.npv, "35002.69")
    assert near(found.pv_benefits, "180239")
    assert near(found.pv_costs, "145236")
    assert near(found.roi, "0.241")
    assert near(found.payback, "1.977")
    assert near(found.discounted_payback, "2.403")
    assert [near(rate, "0.41748") for rate in found.irr] == [True]
    assert [round(value) for value in found.discounted_cumulative[1:5]] == [-23_304, -6_164, 9_139, 22_803]


@pytest.mark.parametrize(
    ("flows", "finance", "reinvestment", "expected"),
    [
        # Microsoft's example of MIRR, also in tests/test_financial.py of numpy-financial
        (money(-120000, 39000, 30000, 21000, 37000, 46000), "0.1", "0.12", "0.126094"),
        (money(-120000, 39000, 30000, 21000, 37000, 46000), "0.1", "0.14", "0.134759"),
        (money(-120000, 39000, 30000, 21000), "0.1", "0.12", "-0.048045"),
        (money(-4500, -800, 800, 800, 600, 600, 800, 800, 700, 3000), "0.08", "0.055", "0.066597"),
        # numpy-financial, test_mirr and test_mirr_broadcast (there "found using Google sheets")
        (money(100, 200, -50, 300, -200), "0.05", "0.06", "0.3428"),
        (money(-4500, -800, 800, 800, 600), "0.05", "0.08", "-0.1784449"),
        (money(-4500, -800, 800, 800, 600), "0.08", "0.1", "-0.17328716"),
        (money(-120000, 39000, 30000, 21000, 37000), "0.05", "0.08", "0.04627293"),
        (money(-120000, 39000, 30000, 21000, 37000), "0.1", "0.12", "0.06252201"),
        (money(100, 200, -50, 300, -200), "0.05", "0.08", "0.35712458"),
        (money(100, 200, -50, 300, -200), "0.1", "0.12", "0.44435295"),
        # LibreOffice Help, Basic function MIRR
        (money(-5, 10, 15, 8), "0.5", "0.1", "0.9416"),
    ],
)
def test_modified_rates_of_return_of_spreadsheets(flows, finance, reinvestment, expected):
    found = cashflow.evaluate(
        plan_of_flows(flows, finance_rate=Decimal(finance), reinvestment_rate=Decimal(reinvestment)),
    )

    assert near(found.mirr, expected)


@pytest.mark.parametrize(
    ("flows", "expected"),
    [
        # numpy-financial, TestIrr.test_basic_values, to the digits it states
        (money(-150000, 15000, 25000, 35000, 45000, 60000), "0.0524"),
        (money(-100, 0, 0, 74), "-0.0955"),
        (money(-100, 39, 59, 55, 20), "0.28095"),
        (money(-100, 100, 0, -7), "-0.0833"),
        (money(-100, 100, 0, 7), "0.06206"),
        (money(-5, "10.5", 1, -8, 1), "0.0886"),
        # pyxirr, docs/functions.md, IRR
        (money(-100, 39, 59, 55, 20), "0.280948421"),
        # Microsoft's example of IRR, after four and after five years
        (money(-70000, 12000, 15000, 18000, 21000), "-0.0212"),
        (money(-70000, 12000, 15000, 18000, 21000, 26000), "0.0866"),
        # Cellworks manual, Irr: the same to four digits; SS user guide (greytrout.com), IRR
        (money(-80, 90, 67, 72, -90), "-0.32606171"),
        (money(-700, 750, 900, 600, 850), "1.0462142"),
    ],
)
def test_a_rate_of_return_that_others_state_is_among_ours(flows, expected):
    assert any(near(rate, expected) for rate in roots_of(flows).rates)


def test_the_flows_of_numpy_financial_issue_39_return_twelve_percent():
    """Straight lines down from a project of two outlays; TestIrr.test_gh_39 gives the 27 flows, which these formulae make."""
    first, step = Decimal("108466.80462450592"), Decimal("-7336.84046024153")
    flows = [Decimal("-217500"), Decimal("-217500"), *(first + step * year for year in range(25))]

    assert any(near(rate, "0.12000") for rate in roots_of(flows).rates)


def test_both_rates_of_numpy_financial_issue_44_are_found():
    flows = money("-1678.87", "771.96", "1814.05", "3520.30", "3552.95", "3584.99", "4789.91", -1)

    low, high = roots_of(flows).rates

    assert near(low, "-0.999791")
    assert near(high, "1.00427")


def test_flows_that_fade_to_nothing_as_in_numpy_financial_issue_15():
    flows = money(-3000, "2.3926932267015667e-07", "4.1672087103345505e-16", "5.3965110036378706e-25", "5.1962551071806174e-34")

    (rate,) = roots_of(flows).rates

    assert rate > -1
    assert abs(rate - Decimal("-0.9999999990596069")) < Decimal("1e-9")


@pytest.mark.parametrize(
    ("rate", "flows", "expected"),
    [
        # pyxirr, docs/functions.md and tests/test_periodic.rs: first flow at 0, and (Excel) first flow at 1
        ("0.08", money(-40000, 5000, 8000, 12000, 30000), "3065.2226681795"),
        ("0.08", money(0, -40000, 5000, 8000, 12000, 30000), "2838.1691372033"),
        ("0", money(0, -40000, 5000, 8000, 12000, 30000), "15000"),
        # Adobe LiveCycle FormCalc reference, NPV (first flow at 1)
        ("0.065", money(0, 5000), "4694.83568075117"),
        ("0.1", money(0, 500, 1500, 4000, 10000), "11529.6086332901"),
        # README of the Rust crate `financial` (first flow at 1)
        ("0.1", money(0, -1000, 500, 500, 500), "221.29635953828"),
        # SS user guide (greytrout.com), NPV: six times 65 at 9.5 %
        ("0.095", money(0, 65, 65, 65, 65, 65, 65), "287.29"),
    ],
)
def test_net_present_values_of_spreadsheets_and_libraries(rate, flows, expected):
    assert near(cashflow.evaluate(plan_of_flows(flows, rate)).npv, expected)
    assert near(cashflow.npv(flows, Decimal(rate)), expected)


@pytest.mark.parametrize(
    ("outlay", "back", "years", "rate", "npv", "irr", "index", "payback"),
    [
        (200, 80, 4, "0.11", "48.20", "0.2186", "0.2410", "2.5"),
        (200, 100, 3, "0.11", "44.37", "0.2338", "0.2219", "2"),
        (200, 80, 4, "0.16", "23.85", "0.2186", None, "2.5"),
        (200, 100, 3, "0.16", "24.59", "0.2338", None, "2"),
    ],
)
def test_solutions_to_brealey_myers_marcus_chapter_8(outlay, back, years, rate, npv, irr, index, payback):
    """Fundamentals of Corporate Finance, solutions to chapter 8, problems 1 to 7 (scribd 215223658)."""
    found = cashflow.evaluate(
        plan(line("out", "cost", outlay, 0), line("in", "benefit", back, 1, years), rate=rate, horizon=years)
    )

    assert near(found.npv, npv)
    assert near(found.irr[0], irr)
    assert index is None or near(found.roi, index)
    assert near(found.payback, payback)


def test_four_rates_of_return_in_a_problem_made_for_testing_software():
    """Ross, Westerfield and Jaffe, Corporate Finance, "Multiple IRRs"; the flows also at brainmass.com 39308."""
    found = roots_of(money(-252, 1431, -3035, 2850, -1000))

    assert found.reason == "many"
    assert [
        near(rate, expected) for rate, expected in zip(found.rates, ("0.25", "0.333333", "0.428571", "0.666667"), strict=True)
    ]
    assert [round(1 / rate, 10) for rate in found.rates] == [4, 3, round(Decimal(7) / 3, 10), Decimal("1.5")]


def test_half_a_year_earlier_as_worked_out_for_a_spreadsheet():
    """pcreview.co.uk 2587936, "Mid period discounting with the NPV function": value and rate at the end and in the middle of a year."""
    flows = money(-985, 75, 120, 100, 1200)
    end = cashflow.evaluate(plan_of_flows(flows, "0.1"))
    middle = cashflow.evaluate(plan_of_flows(flows, "0.1", mid_period=True))

    assert near(end.npv, "77.10")
    assert near(end.irr[0], "0.1237")
    assert near(middle.npv, "128.94")
    assert near(middle.irr[0], "0.1455")


def test_one_flow_in_the_middle_of_its_year():
    """mbaskool.com, "Mid-Year Discounting": 1,000 of the fifth year at 10 %."""
    assert near(cashflow.evaluate(plan(line("flow", "benefit", 1000, 5), horizon=5, mid_period=True)).npv, "651.23")


def test_an_equivalent_annual_cost():
    """justaaa.com 111961: 5,000 over eight years at 12 %."""
    assert near(cashflow.evaluate(plan(line("cost", "cost", 5000, 0), rate="0.12", horizon=8)).equivalent_annual, "-1006.51")


def test_fishers_equation():
    """Manac Finance, ITC Summarised Notes, page 112: 20 % real and 10 % inflation; the note's 8 % nominal and 2.5 %."""
    assert cashflow.nominal_rate(Decimal("0.2"), Decimal("0.1")) == Decimal("0.32")
    assert near(cashflow.real_rate(Decimal("0.08"), Decimal("0.025")), "0.053659")


def test_nominal_flows_at_a_nominal_rate_are_worth_what_real_ones_are_at_a_real_one():
    """coursehero.com p197jua3: 20 % nominal, 10 % inflation, hence 9.1 % real."""
    inflation = Inflation(Decimal("0.1"))
    nominal = money(-15000, 9000, 8000, 7000)
    real = [flow / Decimal("1.1") ** year for year, flow in enumerate(nominal)]
    stated = Discount(((0, Decimal("0.2")),), prices="nominal")

    one = cashflow.evaluate(plan_of_flows(nominal, prices="nominal", discount=stated))
    other = cashflow.evaluate(plan_of_flows(real, prices="real", discount=stated, inflation=inflation))

    assert near(other.curve.rate(1), "0.091")
    assert abs(one.npv - other.npv) < Decimal("1e-20")


# The Green Book, as the tests of the R package `greenbook` (charlescoverdale/greenbook, tests/testthat) state it -------------


def green_book_plan(*lines, horizon: int, **more):
    steps = tuple((year, Decimal(rate)) for year, rate in GREEN_BOOK)
    return plan(*lines, horizon=horizon, discount=Discount(steps, source="Green Book, annex A6"), **more)


def test_the_discount_factors_of_the_green_book_bend_at_years_31_and_76():
    """test-discounting.R; the 30th, 31st, 75th and 76th factor."""
    factors = cashflow.discount_factors(green_book_plan(horizon=301))

    with localcontext(prec=80):
        assert factors[0] == 1
        assert near(factors[1], "0.966183575")
        assert near(factors[30], "0.356278411")
        assert abs(factors[31] * Decimal("1.03") - factors[30]) < TINY
        assert abs(factors[75] * Decimal("1.035") ** 30 * Decimal("1.03") ** 45 - 1) < TINY
        assert abs(factors[76] * Decimal("1.025") - factors[75]) < TINY
        assert abs(factors[301] * Decimal("1.01") - factors[300]) < TINY


def test_a_year_each_for_a_century_under_the_green_book():
    """test-invariants.R: the sum of 100 factors against the product of the yearly rates."""
    found = cashflow.evaluate(green_book_plan(line("flat", "benefit", 1, 1, 100), horizon=100))
    benchmark, growth = Decimal(0), Decimal(1)
    with localcontext(prec=80):
        for rate in ["0.035"] * 30 + ["0.03"] * 45 + ["0.025"] * 25:
            growth *= 1 + Decimal(rate)
            benchmark += 1 / growth

        assert abs(found.npv - benchmark) < TINY
        assert abs(found.equivalent_annual - 1) < TINY  # gb_eanc: the value over the sum of the factors


def test_the_appraisal_of_thirty_years_with_optimism_bias():
    """test-invariants.R, without its tax burden: costs of 100 with a bias of 20 %, half of it mitigated, become 110."""
    bias = Bias("build", "Building", Decimal("0.2"), Decimal(0), (Mitigation("Fixed price", Decimal("0.5"), "quote"),))
    found = cashflow.evaluate(
        green_book_plan(
            line("build", "cost", 100, 0, bias="build"), line("use", "benefit", 10, 1, 29), horizon=29, biases=(bias,)
        )
    )

    assert found.flows.costs[0] == 110
    assert near(found.pv_benefits, "180.357670")  # 10 · (1 − 1.035⁻²⁹) / 0.035


@pytest.mark.parametrize(
    ("upper", "lower", "shares", "expected"),
    [
        ("0.51", "0.04", (), "0.51"),  # non-standard buildings, nothing done: 100 becomes 151
        ("0.5", "0", ("0.5",), "0.25"),
        ("0.5", "0", ("1",), "0"),
        ("2", "0.1", ("0.4", "0.35"), "0.5"),  # equipment and development
        ("2", "0.1", ("0.6", "0.4"), "0.1"),  # never under the lower bound
    ],
)
def test_optimism_bias_of_mott_macdonald(upper, lower, shares, expected):
    """Bounds: Review of Large Public Procurement in the UK (2002), as in test-optimism_bias.R."""
    bias = Bias("b", "B", Decimal(upper), Decimal(lower), tuple(Mitigation("m", Decimal(share), "") for share in shares))

    found = cashflow.flows_of(plan(line("work", "cost", 100, 0, bias="b"), biases=(bias,)))

    assert found.costs[0] == 100 * (1 + Decimal(expected))


def test_a_month_is_the_twelfth_root_of_a_year():
    """The effective rate of 12 % a year is 0.948879 % a month: any table of compound interest."""
    assert near(discounting.period_rate(Decimal("0.12"), 12), "0.00948879")
    assert abs(discounting.yearly_rate(discounting.period_rate(Decimal("0.12"), 12), 12) - Decimal("0.12")) < Decimal("1e-70")
