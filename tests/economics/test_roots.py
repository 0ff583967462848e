"""All internal rates of return, how often each counts, and why there is none."""

from __future__ import annotations

from decimal import Decimal, localcontext
from itertools import pairwise
from math import comb
from random import Random
from time import perf_counter

import pytest
import pyxirr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from governance.economics import cashflow
from governance.economics.cashflow import Refused, roots, roots_of
from tests.economics.cashflow_plans import money


@pytest.mark.parametrize(
    ("flows", "rates"),
    [
        (money(-1, 3, -2), money(0, 1)),
        (money(-100, 230, -132), money("0.1", "0.2")),
        (money(-1000, 3600, -4310, 1716), money("0.1", "0.2", "0.3")),
        (money(-1, 20), money(19)),
        (money(-1, 101), money(100)),
        (money(-4000, 25000, -25000), money("0.25", 4)),
        (money(0, 0, -1, 3, -2, 0), money(0, 1)),
        (money(-1, 0, 0, 0, "1.4641"), money("0.1")),
        (money(1, 0, "-2.21", 0, "1.2100"), money(0, "0.1")),
    ],
)
def test_all_rates_of_return_are_found_not_just_one(flows, rates):
    found = roots_of(flows)

    assert list(found.rates) == rates
    assert found.reason == ("one" if len(rates) == 1 else "many")
    assert found.method == "exact"
    assert found.touching == ()


@pytest.mark.parametrize("flows", [money(1, 2, 3), money(-5, -5), money(0, 0), []])
def test_flows_that_all_go_one_way_have_no_rate_for_that_reason(flows):
    assert roots_of(flows).rates == ()
    assert roots_of(flows).reason == "none_no_sign_change"


@pytest.mark.parametrize("flows", [money(100, -300, 250), money(1, -1, 1)])
def test_flows_that_change_their_sign_and_still_never_break_even_are_told_apart(flows):
    assert roots_of(flows).rates == ()
    assert roots_of(flows).reason == "none"


@pytest.mark.parametrize(
    ("flows", "rate", "multiplicity", "touches"),
    [
        (money(-1, 2, -1), 0, 2, True),
        (money(-1, 3, -3, 1), 0, 3, False),
        (money(-100, 210, "-110.25"), "0.05", 2, True),
        (money(1, 0, -2, 0, 1), 0, 2, True),
    ],
)
def test_a_rate_at_which_the_value_only_touches_zero_is_told_with_its_multiplicity(flows, rate, multiplicity, touches):
    found = roots_of(flows)

    assert found.rates == (Decimal(rate),)
    assert found.multiplicity == (multiplicity,)
    assert found.touching == ((Decimal(rate),) if touches else ())
    assert found.reason == "one"


def test_a_touching_rate_beside_a_crossing_one():
    """(1 - 1.05 x)^2 (1 - 1.2 x)"""
    found = roots_of(money(1, "-3.3", "3.6225", "-1.323"))

    assert found.rates == tuple(money("0.05", "0.2"))
    assert found.multiplicity == (2, 1)
    assert found.touching == tuple(money("0.05"))


def test_a_hair_beside_touching_is_two_rates_or_none():
    assert len(roots_of(money(-100, "210.0000000001", "-110.25")).rates) == 2
    assert roots_of(money(-100, "209.9999999999", "-110.25")).reason == "none"


def test_a_rate_above_ten_thousand_percent_is_not_reported_but_told():
    found = roots_of(money(-1, 102))

    assert found.rates == ()
    assert found.reason == "none"
    assert found.beyond


def test_monthly_flows_have_their_rate_a_month_and_a_year():
    found = roots_of([Decimal(-1), Decimal("1.01")], periods_a_year=12)

    assert found.rates == (Decimal("0.01"),)
    assert found.yearly == (Decimal("1.01") ** 12 - 1,)
    assert found.shown == (Decimal("0.1268250301"),)


def test_in_the_middle_of_the_period_the_rate_solves_the_earlier_flows():
    """-100 now and 121 after half a year: 1.21 squared, less one."""
    assert roots_of(money(-100, 121), mid_period=True).rates == (Decimal("0.4641"),)


def test_flows_that_are_not_finite_are_refused():
    with pytest.raises(Refused, match=r"flows\.size"):
        roots_of([Decimal(-1), Decimal("Infinity")])


def random_flows(count: int, seed: int = 1) -> list[Decimal]:
    random = Random(seed)
    return [Decimal(random.randint(-(10**7), 10**7)) / 100 for _ in range(count)]


MONTHS = 600
USUAL = {
    "an outlay and income": [Decimal(-100_000), *[Decimal("500.11")] * MONTHS],
    "two years of building": [*[Decimal(-5000)] * 24, *[Decimal("900.11")] * (MONTHS - 24)],
    "closing down costs too": [Decimal(-100_000), *[Decimal("1500.11")] * MONTHS, Decimal(-50_000)],
    "a licence each year": [Decimal(-10_000), *(Decimal("1500.11") if month % 12 else Decimal(-9000) for month in range(MONTHS))],
}


@pytest.mark.parametrize("name", USUAL)
@pytest.mark.parametrize("mid_period", [False, True])
def test_fifty_years_of_months_are_exact_and_quick(name, mid_period):
    start = perf_counter()
    found = roots_of(USUAL[name], mid_period=mid_period)

    assert perf_counter() - start < 4  # well under one second on a machine that does nothing else
    assert found.method == "exact"
    assert found.rates


@pytest.mark.parametrize(
    "flows",
    [
        random_flows(1_201),
        [Decimal((-1) ** power * comb(900, power)) for power in range(901)],
        [Decimal(1), *[Decimal(0)] * 50, Decimal(-2 * 10**20), Decimal(4 * 10**10), Decimal(-2)],
    ],
    ids=["random", "one rate nine hundred times", "two rates that nearly meet"],
)
def test_hostile_flows_end_soon_and_say_when_they_were_only_looked_through(flows):
    start = perf_counter()
    found = roots_of(flows)

    assert perf_counter() - start < 20  # some three seconds on a machine that does nothing else
    assert found.method in ("exact", "scanned")
    for rate in found.rates:
        assert relative_value(flows, rate) < Decimal("1e-20")


def test_what_is_only_looked_through_finds_the_rates_that_cross(monkeypatch):
    flows = random_flows(61)
    exact = roots_of(flows)
    monkeypatch.setattr(roots, "WORK", 1)

    found = roots_of(flows)

    assert found.method == "scanned"
    assert found.rates == exact.rates
    assert set(found.multiplicity) == {0}
    assert found.touching == ()


# Laws --------------------------------------------------------------------------------------------------------------------

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)


def relative_value(flows: list[Decimal], rate: Decimal, mid_period: bool = False) -> Decimal:
    """The present value at `rate` beside the sum of what it is added up from."""
    with localcontext(prec=120):
        moments = [max(Decimal(0), period - Decimal("0.5") * mid_period) for period in range(len(flows))]
        worth = [flow / (1 + rate) ** when for flow, when in zip(flows, moments, strict=True)]
        return abs(sum(worth)) / sum(map(abs, worth))


@given(st.lists(amounts, max_size=12), st.booleans())
@settings(deadline=None, max_examples=150)
def test_the_value_is_nothing_at_every_rate_of_return(flows, mid_period):
    for rate in roots_of(flows, mid_period=mid_period).rates:
        assert relative_value(flows, rate, mid_period) <= Decimal("1e-20")


@given(st.lists(amounts, min_size=2, max_size=12))
@settings(deadline=None, max_examples=150)
def test_the_rate_that_pyxirr_finds_is_among_ours(flows):
    assume(any(flow > 0 for flow in flows) and any(flow < 0 for flow in flows))
    theirs = pyxirr.irr([float(flow) for flow in flows])
    assume(theirs is not None and -0.99 < theirs < 99)
    # A float may come out where the curve is flat and only near zero: there it is no root.
    exact = Decimal(theirs)
    assume(relative_value(flows, exact) < Decimal("1e-13"))

    closest = min((abs(rate - exact) for rate in roots_of(flows).rates), default=None)

    assert closest is not None
    assert closest < Decimal("1e-6") * (1 + abs(exact))


@given(st.lists(st.integers(min_value=-90, max_value=900), min_size=1, max_size=6))
@settings(deadline=None, max_examples=100)
def test_flows_built_from_rates_give_exactly_these_rates_as_often(percents):
    """(1 - x(1 + a))(1 - x(1 + b))… is zero at the rates a, b, … and nowhere else."""
    flows = [Decimal(1)]
    with localcontext(prec=80):
        for percent in percents:
            factor = 1 + Decimal(percent) / 100
            flows = [a - factor * b for a, b in zip([*flows, Decimal(0)], [Decimal(0), *flows], strict=True)]

    found = roots_of(flows)

    assert found.rates == tuple(sorted({Decimal(percent) / 100 for percent in percents}))
    assert found.multiplicity == tuple(percents.count(int(rate * 100)) for rate in found.rates)
    assert found.touching == tuple(rate for rate, count in zip(found.rates, found.multiplicity, strict=True) if count % 2 == 0)


def test_forty_rates_side_by_side_are_told_apart_to_all_digits():
    """1 % to 40 %: the worse conditioned, the more digits have to be worked with."""
    flows = [Decimal(1)]
    with localcontext(prec=200):
        for percent in range(1, 41):
            flows = [
                a - (1 + Decimal(percent) / 100) * b for a, b in zip([*flows, Decimal(0)], [Decimal(0), *flows], strict=True)
            ]

    assert roots_of(flows).rates == tuple(Decimal(percent) / 100 for percent in range(1, 41))


@given(st.lists(amounts, min_size=1, max_size=10), st.integers(min_value=1, max_value=30))
@settings(deadline=None, max_examples=60)
def test_rates_do_not_depend_on_the_unit_of_money(flows, scale):
    assert roots_of([flow * scale for flow in flows]) == roots_of(flows)


@given(st.lists(amounts, min_size=2, max_size=12))
@settings(deadline=None, max_examples=100)
def test_there_are_never_more_rates_than_changes_of_sign_and_their_numbers_differ_by_an_even_one(flows):
    """Descartes' rule, where no rate is out of reach."""
    signs = [flow > 0 for flow in flows if flow]
    changes = sum(a != b for a, b in pairwise(signs))
    found = roots_of(flows)

    assert sum(found.multiplicity) <= changes
    assert found.beyond or (changes - sum(found.multiplicity)) % 2 == 0


def test_the_engine_does_not_read_the_callers_precision():
    with localcontext(prec=3):
        assert cashflow.roots_of(money(-100, 230, -132)).rates == tuple(money("0.1", "0.2"))


def test_one_of_two_rates_is_not_the_only_one_because_the_other_lies_far_above():
    found = roots_of([Decimal(-1), Decimal("202.1"), Decimal("-221.1")])

    assert ([float(rate) for rate in found.rates], found.reason, found.beyond) == ([0.1], "many", True)


@pytest.mark.parametrize("mid_period", [False, True])
def test_two_rates_far_above_ten_thousand_percent_do_not_vanish(mid_period):
    """(g - 1.1)(g - 1000)(g - 2000): both others lie in the interval that is not looked at closely."""
    found = roots_of(money(-1, "3001.1", "-2003300", 2200000), mid_period=mid_period)

    assert (len(found.rates), found.reason, found.beyond, found.method) == (1, "many", True, "exact")


def test_rates_that_nobody_can_tell_and_no_other_are_told_as_beyond():
    found = roots_of(money(1, -3000, 2000000))

    assert (found.rates, found.reason, found.beyond) == ((), "none", True)


def test_what_comes_close_to_zero_far_above_is_not_taken_for_a_rate():
    """(g - 1.1)((g - 1000)^2 + 1)"""
    found = roots_of(money(-1, "2001.1", "-1002201", "1100001.1"))

    assert (found.rates, found.reason, found.beyond) == ((Decimal("0.1"),), "one", False)


@pytest.mark.parametrize("work", [roots.WORK, 0])
def test_flows_with_gaps_lose_no_rate_inside_the_range(monkeypatch, work):
    """By every other period; the limits hold of a rate a period, and not of the root that stands for two."""
    monkeypatch.setattr(roots, "WORK", work)
    found = roots_of(money(-1, 0, "7001.21", 0, -12008470, 0, 14520000))

    assert [round(rate, 4) for rate in found.rates] == money("0.1", "53.7723", "62.2456")
    assert (found.reason, found.beyond) == ("many", False)


def test_yearly_flows_in_a_case_by_months_lose_no_rate_either():
    """(h - 1.1)(h - 50^12)(h - 60^12), h being the growth of a year."""
    one, two = 50**12, 60**12
    flows = [*money(-1, one + two, -one * two), Decimal(0)]
    with localcontext(prec=80):
        flows = [a - Decimal("1.1") * b for a, b in zip(flows, [Decimal(0), *flows], strict=False)]
    months = [flow for year in flows for flow in (year, *[Decimal(0)] * 11)]

    found = roots_of(months, periods_a_year=12)

    assert [round(rate, 9) for rate in found.rates[1:]] == money(49, 59)
    assert round(found.yearly[0], 9) == Decimal("0.1")
    assert (found.reason, found.beyond, found.method) == ("many", False, "exact")


def test_a_rate_far_above_is_told_where_flows_are_only_looked_through(monkeypatch):
    monkeypatch.setattr(roots, "WORK", 0)
    found = roots_of(money(-1, "202.1", "-221.1"))

    assert ([float(rate) for rate in found.rates], found.reason, found.beyond, found.method) == ([0.1], "many", True, "scanned")


@given(
    st.sets(st.integers(min_value=-90, max_value=9_000), max_size=3),
    st.lists(st.integers(min_value=10_001, max_value=10_000_000), max_size=3),
    st.integers(min_value=1, max_value=3),
)
@settings(deadline=None, max_examples=150)
def test_whatever_lies_far_above_is_told_once_and_changes_no_rate_below(percents, far, gap):
    """Rates over `gap` periods, so all but those far above are inside the range whatever the gap."""
    flows = [Decimal(1)]
    with localcontext(prec=300):
        for percent in (*percents, *(-100 + (100 + percent) ** gap // 100 ** (gap - 1) for percent in far)):
            factor = 1 + Decimal(percent) / 100
            flows = [a - factor * b for a, b in zip([*flows, Decimal(0)], [Decimal(0), *flows], strict=True)]
    spread = [amount for flow in flows for amount in (flow, *[Decimal(0)] * (gap - 1))]

    found = roots_of(spread)

    assert len(found.rates) == len(percents)
    assert found.beyond == bool(far)
    assert found.method == "exact"
    if percents:
        assert found.reason == ("one" if len(percents) == 1 and not far else "many")
