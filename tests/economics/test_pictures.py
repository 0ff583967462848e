"""Pictures of costs and benefits: the sentence, the shapes and the table say the same."""

from __future__ import annotations

from decimal import Decimal
from itertools import accumulate
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from foundation.drawing.shapes import Words
from governance.economics.pictures import (
    Amount,
    Class,
    Outcomes,
    Payback,
    Swing,
    Told,
    Tracked,
    flows_picture,
    outcomes_picture,
    realised_picture,
    sensitivity_picture,
    worth_picture,
)
from governance.economics.pictures.words import duration, figure, percent, writer

money = st.decimals(0, 10**15, places=2)
NEVER = Payback(None, None, None)
HOSTILE = '<script>alert(1)</script> & "co" 客户'


def said(told: Told) -> list[str]:
    return [shape.whole for shape in told.wide.shapes if isinstance(shape, Words)]


def months(*rows: tuple[int, int | None, int | None]) -> list[Tracked]:
    def exact(value: int | None) -> Decimal | None:
        return None if value is None else Decimal(value)

    return [
        Tracked(f"2026-{number:02d}", Decimal(planned), exact(realised), exact(expected))
        for number, (planned, realised, expected) in enumerate(rows, 1)
    ]


def flows(*net: int) -> tuple[list[Decimal], list[Decimal], list[Decimal]]:
    """Costs, benefits and the cumulative sum of these net flows."""
    costs = [Decimal(max(-value, 0)) for value in net]
    benefits = [Decimal(max(value, 0)) for value in net]
    return costs, benefits, list(accumulate(map(Decimal, net)))


# From costs and benefits to the net present value ----------------------------------------------------------------------


@given(st.lists(money, max_size=20), st.lists(money, max_size=20))
def test_the_table_of_a_waterfall_adds_up_to_the_net_present_value_and_holds_every_category(costs, benefits):
    told = worth_picture(
        [Amount(f"c{place}", value) for place, value in enumerate(costs)],
        [Amount(f"b{place}", value) for place, value in enumerate(benefits)],
        currency="EUR",
        places=2,
    )
    if not costs and not benefits:
        assert told.wide is None
        assert told.rows == ()
        return
    *rows, last = told.rows
    amounts = [Decimal(row[1].replace(",", "")) for row in rows]

    assert len(rows) == len(costs) + len(benefits)
    assert Decimal(last[1].replace(",", "")) == sum(amounts) == sum(benefits) - sum(costs)
    assert [Decimal(row[2].replace(",", "")) for row in rows] == list(accumulate(amounts))


def test_the_figures_of_a_waterfall_are_those_of_its_table():
    told = worth_picture([Amount("GPU hours", Decimal("310000.5"))], [Amount("Avoided loss", Decimal(720000))], currency="EUR")

    assert told.rows == (
        ("GPU hours", "-310,001", "-310,001"),
        ("Avoided loss", "720,000", "410,000"),
        ("Net present value", "410,000", "410,000"),
    )
    assert {figure for row in told.rows for figure in row} <= set(said(told))
    assert told.summary == "Benefits of 720,000 EUR less costs of 310,001 EUR leave 410,000 EUR, all as worth today."


def test_many_small_categories_are_drawn_as_one_and_add_up_all_the_same():
    told = worth_picture([Amount(f"c{place}", Decimal(place)) for place in range(1, 21)], [], currency="EUR")

    assert "13 other costs" in said(told)
    assert "-91" in said(told)  # 1 + 2 + … + 13
    assert len(told.rows) == 21


@pytest.mark.parametrize(
    ("costs", "benefits", "sentence"),
    [
        ([100], [60], "Benefits of 60 EUR fall 40 EUR short of costs of 100 EUR, all as worth today."),
        ([100], [100], "Costs and benefits are worth the same today: 100 EUR each."),
        ([100], [], "There are costs of 100 EUR, as worth today, and no benefits."),
        ([], [100], "There are benefits of 100 EUR, as worth today, and no costs."),
        ([], [], "There are no costs and no benefits."),
        ([0], [0], "Costs and benefits are both worth nothing today."),
    ],
)
def test_what_is_left_is_said_in_a_sentence(costs, benefits, sentence):
    told = worth_picture(
        [Amount("c", Decimal(value)) for value in costs], [Amount("b", Decimal(value)) for value in benefits], currency="EUR"
    )

    assert told.summary == sentence


def test_figures_too_long_for_a_picture_stand_there_in_trillions_and_whole_in_the_table():
    told = worth_picture([Amount("c", Decimal(3 * 10**15))], [Amount("b", Decimal(75 * 10**14))], currency="EUR")

    assert {"-3,000", "7,500", "4,500", "EUR, trillions"} <= set(said(told))
    assert told.rows[-1][1] == "4,500,000,000,000,000"


# Flows -----------------------------------------------------------------------------------------------------------------


def test_the_table_of_flows_has_every_period_and_its_sums():
    costs, benefits, sums = flows(-420_000, 30_000, 450_000)
    payback = Payback(Decimal("1.87"), Decimal("1.87"), Decimal("1.95"))
    told = flows_picture(costs, benefits, sums, [value / 2 for value in sums], payback=payback, currency="EUR")

    assert told.rows[2] == ("2", "0", "450,000", "450,000", "60,000", "30,000")
    assert (
        told.summary
        == "At most 420,000 EUR is out at once, in year 0; it is paid back after 1.9 years, discounted after 2 years."
    )
    assert {"Paid back: 1.9 years", "Discounted: 2 years", "EUR, thousands"} <= set(said(told))


@pytest.mark.parametrize(
    ("net", "payback", "sentence"),
    [
        ((0, 0), Payback(Decimal(0), Decimal(0)), "In no period does more go out than comes in, or the other way round."),
        ((5, 1), Payback(Decimal(0), Decimal(0)), "The sum of all flows is never below zero: nothing has to be paid back."),
        ((-5, 1), NEVER, "At most 5 EUR is out at once, in year 0; it is never paid back."),
        (
            (-5, 10, -9),
            Payback(Decimal("0.5"), None),
            "At most 5 EUR is out at once, in year 0; it is paid back after 0.5 years, but later costs take that away again.",
        ),
        (
            (-5, 10, -9, 8),
            Payback(Decimal("0.5"), Decimal("2.5"), Decimal("2.6")),
            "At most 5 EUR is out at once, in year 0; it is paid back after 0.5 years, and for good after 2.5 years.",
        ),
        (
            (5, -9, 8),
            Payback(Decimal(0), Decimal("1.5"), None),
            "At most 4 EUR is out at once, in year 1; it is paid back after 1.5 years, but discounted it never is.",
        ),
    ],
)
def test_when_it_is_paid_back_is_said_in_a_sentence(net, payback, sentence):
    costs, benefits, sums = flows(*net)

    assert flows_picture(costs, benefits, sums, sums, payback=payback, currency="EUR").summary == sentence


def test_a_case_without_periods_has_a_sentence_and_no_picture():
    told = flows_picture([], [], [], [], payback=NEVER, currency="EUR")

    assert told.wide is None
    assert told.for_page("k") == {"title": told.title, "summary": "The case has no periods.", "svg": "", "table": None}


def test_flows_of_different_length_are_refused():
    with pytest.raises(ValueError, match=r"length|shorter|longer"):
        flows_picture([Decimal(1)], [Decimal(1)], [], [], payback=NEVER, currency="EUR")


# Sensitivity -----------------------------------------------------------------------------------------------------------


def swing(label: str, low: int, high: int) -> Swing:
    return Swing(label, "low", "high", Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    ("swings", "sentence"),
    [
        (
            [swing("Recall", 190_000, 200_000), swing("GPU hours", 310_000, 120_000)],
            "Most of the uncertainty comes from GPU hours: between 120,000 and 310,000 EUR.",
        ),
        (
            [swing("a", 150_000, 250_000), swing("b", 150_000, 240_000), swing("c", 150_000, 230_000)],
            "The largest uncertainty comes from a: between 150,000 and 250,000 EUR.",
        ),
        ([swing("Recall", 190_000, 210_000)], "Recall moves the net present value between 190,000 and 210,000 EUR."),
        ([swing("a", 200_000, 200_000)], "None of these inputs changes the net present value."),
        ([], "No input has a range, so none was varied."),
    ],
)
def test_the_input_that_moves_the_value_most_is_named(swings, sentence):
    assert sensitivity_picture(swings, Decimal(200_000), currency="EUR").summary == sentence


def test_most_is_said_of_more_than_half_only():
    even = [swing("a", 100, 120), swing("b", 100, 120)]

    assert sensitivity_picture(even, Decimal(100), currency="EUR").summary.startswith("The largest")


def test_inputs_that_are_not_drawn_are_counted_and_stand_in_the_table():
    told = sensitivity_picture([swing(f"i{n}", 100 - n, 100 + n) for n in range(15)], Decimal(100), currency="EUR")

    assert "3 more inputs move it less: see the table." in said(told)
    assert [row[0] for row in told.rows] == [f"i{n}" for n in reversed(range(15))]
    assert told.rows[0] == ("i14", "low", "high", "86", "114", "28")


# Outcomes --------------------------------------------------------------------------------------------------------------


def outcomes(below: str, **changed: int) -> Outcomes:
    classes = (Class(-50.0, 0.0, 10), Class(0.0, 50.0, 60), Class(50.0, 100.0, 30))
    return Outcomes(classes, *({"p10": 0, "p50": 40, "p90": 80} | changed).values(), Decimal(below), 100)


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            outcomes("0.1"),
            "Eight in ten of 100 trials end between 0 EUR and 80 EUR, half of all above 40 EUR; 10 % end below zero.",
        ),
        (
            outcomes("0"),
            "Eight in ten of 100 trials end between 0 EUR and 80 EUR, half of all above 40 EUR; none ends below zero.",
        ),
        (outcomes("1"), "Eight in ten of 100 trials end between 0 EUR and 80 EUR, half of all above 40 EUR; all end below zero."),
        (outcomes("0", p10=40, p90=40), "Eight in ten of 100 trials end at 40 EUR; 0 % of all end below zero."),
        (Outcomes((), 0, 0, 0, Decimal(0), 0), "No trial was run."),
    ],
)
def test_how_likely_a_loss_is_is_said_in_a_sentence(found, sentence):
    assert outcomes_picture(found, currency="EUR").summary == sentence


def test_the_table_of_outcomes_has_the_percentiles_and_every_class():
    rows = outcomes_picture(outcomes("0.1"), currency="EUR").rows

    assert [row[2] for row in rows[:3]] == ["0", "40", "80"]
    assert rows[3][3:] == ("10", "10 %")
    assert rows[4:] == (
        ("Class 1", "-50", "0", "10", "10 %"),
        ("Class 2", "0", "50", "60", "60 %"),
        ("Class 3", "50", "100", "30", "30 %"),
    )


def test_a_share_that_is_none_is_refused():
    with pytest.raises(ValueError, match="share"):
        outcomes_picture(outcomes("12"), currency="EUR")


# Plan and actual -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([(100, None, None), (100, None, None)], "Nothing has been realised yet; 200 EUR is planned by 2026-02."),
        ([(100, 88, None), (100, None, None)], "By 2026-01, 88 EUR was realised where 100 EUR was planned: 12 EUR (12 %) less."),
        ([(100, 112, None)], "By 2026-01, 112 EUR was realised where 100 EUR was planned: 12 EUR (12 %) more."),
        ([(100, 100, None)], "By 2026-01, 100 EUR was realised, as planned."),
        ([(-100, -88, None)], "By 2026-01, -88 EUR was realised where -100 EUR was planned: 12 EUR more."),
        (
            [(100, 88, None), (100, None, 90), (100, None, None)],
            "By 2026-01, 88 EUR was realised where 100 EUR was planned: 12 EUR (12 %) less. "
            "By 2026-02, 178 EUR is expected where 200 EUR was planned.",
        ),
        ([], "The plan has no months."),
    ],
)
def test_what_was_realised_is_said_against_what_was_planned(rows, sentence):
    assert realised_picture(months(*rows), name="Benefits", currency="EUR").summary == sentence


def test_the_table_of_months_has_sums_and_differences():
    told = realised_picture(months((100, 88, None), (100, None, 90), (100, None, None)), name="Benefits", currency="EUR")

    assert told.rows == (
        ("2026-01", "100", "88", "–", "100", "88", "-12"),
        ("2026-02", "100", "–", "90", "200", "178", "-22"),
        ("2026-03", "100", "–", "–", "300", "–", "–"),
    )


@pytest.mark.parametrize(
    "rows", [[(1, None, None), (1, 1, None)], [(1, 1, 1)], [(1, None, None), (1, None, 1)], [(1, None, 1), (1, 1, None)]]
)
def test_months_in_no_order_are_refused(rows):
    with pytest.raises(ValueError, match="month"):
        realised_picture(months(*rows), name="Costs", currency="EUR")


# Words -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("0.5", 0, "1"),
        ("-0.5", 0, "-1"),
        ("2.5", 0, "3"),
        ("-0.4", 0, "0"),
        ("1234567.005", 2, "1,234,567.01"),
        ("1E+3", None, "1,000"),
    ],
)
def test_figures_are_rounded_half_up(value, places, text):
    assert figure(Decimal(value), places) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        ("0", "0 %"),
        ("0.0001", "less than 0.1 %"),
        ("0.1234", "12.3 %"),
        ("0.9999", "more than 99.9 %"),
        ("1", "100 %"),
    ],
)
def test_a_share_that_is_neither_none_nor_all_is_not_rounded_to_that(share, text):
    assert percent(Decimal(share)) == text


def test_one_year_is_singular_and_a_rounded_one_too():
    assert duration(Decimal("1.04"), "year") == "1 year"
    assert duration(Decimal("1.06"), "month") == "1.1 months"


def test_chinese_counts_in_ten_thousands():
    with translation.override("zh-hans"):
        assert writer([Decimal(3_000_000)], "CNY").size == 10**4
    assert writer([Decimal(3_000_000)], "CNY").size == 10**3


# Pages -----------------------------------------------------------------------------------------------------------------

PICTURES = {
    "worth": lambda: worth_picture([Amount(HOSTILE, Decimal(10))], [Amount(HOSTILE, Decimal(30))], currency="EUR"),
    "flows": lambda: flows_picture(*flows(-5, 10), [Decimal(-5), Decimal(4)], payback=NEVER, currency="EUR"),
    "sensitivity": lambda: sensitivity_picture(
        [Swing(HOSTILE, HOSTILE, "1", Decimal(1), Decimal(9))], Decimal(5), currency="EUR"
    ),
    "outcomes": lambda: outcomes_picture(outcomes("0.1"), currency="EUR"),
    "realised": lambda: realised_picture([Tracked(HOSTILE, Decimal(5), Decimal(4))], name=HOSTILE, currency="EUR"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_page_shows_picture_sentence_and_table_and_what_people_wrote_is_text(name):
    told = PICTURES[name]()
    shown = told.for_page("k")
    root = ElementTree.fromstring(shown["svg"])  # noqa: S314 - our own markup, from the line above
    page = render_to_string("components/figure.html", shown)

    assert len(root.findall("svg")) == 2
    assert all(picture.find("desc").text == told.summary for picture in root.findall("svg"))
    assert "<script" not in page
    assert all(len(row) == len(told.columns) for row in told.rows)
    for row in told.rows:
        assert f'<td data-label="{told.columns[-1].label}" class="number">{row[-1]}</td>' in page


LEGENDS = {
    "worth": ["Takes away", "Brings", "What is left"],
    "flows": ["Out", "In", "Sum so far", "Sum so far, discounted"],
    "sensitivity": ["Input at its low value", "Input at its high value"],
    "outcomes": ["Below zero: 10 %", "Zero or above: 90 %"],
    "realised": ["Planned", "Realised", "Less than planned"],
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_legend_says_what_stripes_tones_and_dashes_mean(name):
    told = PICTURES[name]()

    for drawing in (told.wide, told.narrow):
        shown = [shape.whole for shape in drawing.shapes if isinstance(shape, Words)]
        assert shown[: len(LEGENDS[name])] == LEGENDS[name]
