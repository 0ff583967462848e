from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.economics.cashflow import evaluate
from governance.economics.cashflow.precision import total
from governance.economics.plan import Inflation
from governance.economics.results import Said, month_after, months_between, results_of, spread
from tests.economics.cashflow_plans import line, plan

START = date(2026, 3, 1)
CLOSE = Decimal("1e-30")


def months(key: str, *amounts: str | int | None, since: int = 0) -> list[Said]:
    """What a line came to from month `since` on, one amount a month; None: nobody said."""
    return [
        Said(key, month_after(START, since + at), Decimal(str(amount))) for at, amount in enumerate(amounts) if amount is not None
    ]


def monthly(*lines, horizon: int = 11, rate: str = "0.1", **more):
    return plan(*lines, horizon=horizon, rate=rate, period="month", **more)


BUILD = line("build", "cost", 6000, 0)
RUN = line("run", "cost", 100, 0, 11)
KEPT = line("kept", "benefit", 900, 0, 11)
CASE = monthly(BUILD, RUN, KEPT)


def test_without_actuals_everything_stays_as_planned():
    found = results_of(CASE, START, [])

    assert found.expected_npv == found.planned_npv
    assert abs(found.planned_npv - evaluate(CASE).npv) < CLOSE
    assert (found.last, found.complete_until, found.share, found.exceeded) == (None, None, 0, False)


def test_a_line_goes_on_at_the_pace_of_its_last_six_months():
    said = [*months("run", 100, 100, *[150] * 6), *months("kept", *[900] * 8), *months("build", 6000)]
    run = results_of(CASE, START, said).lines[1]

    assert (run.method, run.pace, run.last) == ("pace", Decimal("1.5"), 7)
    assert (run.planned_to_date, run.actual_to_date, run.worse_by) == (800, 1100, 300)
    assert run.at_completion == 1100 + 4 * 150


def test_what_falls_once_and_was_paid_is_not_expected_again():
    yearly = plan(line("build", "cost", 12000, 0), line("kept", "benefit", 24000, 1), horizon=1)
    found = results_of(yearly, START, months("build", 12000))

    assert found.lines[0].at_completion == 12000
    assert not any(found.lines[0].expected)
    assert found.cost_overrun == 11000  # to date: a twelfth was planned for the first month
    assert abs(found.difference) < 1e-9  # and yet it ends where it was to end


def test_what_falls_once_and_was_paid_in_part_is_still_expected_for_the_rest():
    yearly = plan(line("build", "cost", 12000, 0), horizon=1)

    assert results_of(yearly, START, months("build", 2000, 1000)).lines[0].at_completion == 12000
    assert results_of(yearly, START, months("build", 9000, 5000)).lines[0].at_completion == 14000


def test_one_month_alone_shows_no_pace():
    yearly = plan(line("licence", "cost", 1200, 0, 2), horizon=2)
    found = results_of(yearly, START, months("licence", 1200)).lines[0]  # a year's licence, paid at once

    assert (found.method, found.pace) == ("rest", None)
    assert found.at_completion == 3600


FIVE_YEARS = plan(line("run", "cost", 12000, 0, 4), line("kept", "benefit", 30000, 0, 4), horizon=4)


def in_months(key: str, amounts: dict[int, int]) -> list[Said]:
    return [Said(key, month_after(START, at), Decimal(amount)) for at, amount in amounts.items()]


@pytest.mark.parametrize(
    "billed",
    [{0: 1, 12: 1}, {11: 1, 23: 1}, {2: 1, 14: 1}, {0: 1, 1: 0}, {0: 1} | dict.fromkeys(range(1, 12), 0)],
    ids=["first months", "last months", "third months", "a month of nothing after it", "eleven months of nothing after it"],
)
@pytest.mark.parametrize(("key", "a_year"), [("run", 12000), ("kept", 30000)])
def test_in_a_case_by_years_one_bill_a_year_exactly_on_plan_ends_on_plan(key, a_year, billed):
    found = results_of(FIVE_YEARS, START, in_months(key, {at: share * a_year for at, share in billed.items()}))
    row = next(row for row in found.lines if row.key == key)

    assert abs(row.at_completion - 5 * a_year) < CLOSE
    assert abs(found.difference) < CLOSE
    assert round(found.expected_npv) == 75058
    assert not found.exceeded


@pytest.mark.parametrize("every", [1, 2, 3, 4, 6, 12])
@pytest.mark.parametrize("silent", [True, False], ids=["silence between", "nothing between"])
@pytest.mark.parametrize("share", [Decimal(1), Decimal("1.2")])
def test_by_years_bills_in_advance_end_on_plan_however_seldom_and_a_dearer_one_shows_after_a_year(every, silent, share):
    bill = 1000 * every * share
    for last in range(40):
        known = {at: Decimal(0) if at % every else bill for at in range(last + 1) if not (silent and at % every)}
        found = results_of(FIVE_YEARS, START, [Said("run", month_after(START, at), amount) for at, amount in known.items()])
        at_completion = found.lines[0].at_completion
        if share == 1 or max(known) >= 11:
            assert abs(at_completion - 60000 * share) < CLOSE, last
        else:
            assert 60000 <= round(at_completion, 20) <= 60000 * share, last


@pytest.mark.parametrize(("every", "first"), [(3, 1), (3, 2), (6, 3), (6, 5)])
def test_by_years_a_benefit_in_arrears_ends_on_plan_from_its_second_half_year_on(every, first):
    for last in range(5, 40):
        known = {at: 2500 * every if at % every == first else 0 for at in range(last + 1)}
        found = results_of(FIVE_YEARS, START, in_months("kept", known)).lines[1]

        assert abs(found.at_completion - 150_000) < CLOSE, last


def test_by_years_a_steady_pace_is_held_from_the_second_month_on():
    for last in range(1, 40):
        run = results_of(FIVE_YEARS, START, months("run", *[1200] * (last + 1))).lines[0]

        assert abs(run.at_completion - 72000) < CLOSE, last
        assert (run.method, run.pace) == ("pace" if any(run.planned[last + 1 :]) else "done", Decimal("1.2"))


def test_by_years_a_small_amount_beside_the_bill_of_the_year_shows_no_pace():
    assert results_of(FIVE_YEARS, START, months("run", 12000, 50)).lines[0].at_completion == 60050


def test_by_years_a_benefit_that_begins_late_is_held_against_its_last_six_months():
    kept = results_of(FIVE_YEARS, START, months("kept", *[0] * 6, *[2500] * 7)).lines[1]

    assert kept.pace == 1  # over twelve months it is 7/12
    assert kept.at_completion == 150_000 - 6 * 2500


def test_by_years_a_pace_off_the_plan_counts_as_far_as_six_and_twelve_months_show_it():
    risen = results_of(FIVE_YEARS, START, months("run", *[1000] * 12, *[2000] * 6)).lines[0]
    fallen = results_of(FIVE_YEARS, START, months("kept", *[2500] * 8, 0, 0, 0, 0)).lines[1]

    assert risen.pace == Decimal("1.5")  # the last six alone: 2
    assert risen.at_completion == 12000 + 3 * 18000 + 18000
    assert round(fallen.pace * 12, 20) == 8  # the last six alone: 1/3


def test_by_years_months_before_the_first_word_are_not_made_up_for():
    assert abs(results_of(FIVE_YEARS, START, months("run", 1000, 1000, since=6)).lines[0].at_completion - 54000) < CLOSE


def test_by_years_a_refund_is_not_spent_again():
    assert results_of(FIVE_YEARS, START, months("run", 100, -400)).lines[0].at_completion == -300
    after_a_year = results_of(FIVE_YEARS, START, months("run", *[1000] * 12, -500)).lines[0]
    assert after_a_year.pace == Decimal("0.875")
    assert abs(after_a_year.at_completion - (12000 - 500 + 4 * 12000 * Decimal("0.875"))) < CLOSE


def test_by_months_a_yearly_bill_is_paid_as_planned():
    licence = monthly(line("run", "cost", 12000, 0, 59, every="year"), horizon=59)

    assert results_of(licence, START, in_months("run", {0: 12000, 12: 12000})).lines[0].at_completion == 60000
    early = results_of(licence, START, in_months("run", {0: 12000, 11: 12000})).lines[0]
    assert early.at_completion > 60000  # docs/economics.md says so


def test_a_benefit_that_stays_away_is_expected_to_stay_away():
    found = results_of(CASE, START, months("kept", 0, 0, 0, 0))

    assert found.lines[2].at_completion == 0
    assert found.benefit_shortfall == 3600
    assert found.exceeded


def test_a_month_without_a_word_between_two_counts_as_nothing():
    kept = results_of(CASE, START, months("kept", 900, None, 900)).lines[2]

    assert (kept.planned_to_date, kept.actual_to_date, kept.actual[1]) == (2700, 1800, None)


def test_a_refund_larger_than_what_was_paid_does_not_turn_a_cost_into_an_income():
    run = results_of(CASE, START, months("run", 100, -400)).lines[1]

    assert (run.pace, run.at_completion) == (0, -300)


def test_at_the_edge_of_the_tolerance_nobody_is_asked_again():
    flat = replace(monthly(line("kept", "benefit", 100, 0, 11), rate="0"), tolerance=Decimal("0.1"))

    assert not results_of(flat, START, months("kept", *[90] * 12)).exceeded
    assert results_of(flat, START, months("kept", *[90] * 11, "89.99")).exceeded


def test_a_baseline_worth_nothing_is_passed_by_any_loss():
    nothing = monthly(line("run", "cost", 100, 0, 11), line("kept", "benefit", 100, 0, 11), rate="0")
    found = results_of(nothing, START, months("run", *[101] * 12))

    assert (found.planned_npv, found.share, found.exceeded) == (0, None, True)


def test_amounts_before_the_beginning_are_left_out_and_told():
    early = Said("run", date(2026, 2, 1), Decimal(999))
    found = results_of(CASE, START, [early, *months("run", 100, 100)])

    assert found.left_out == (early,)
    assert found.lines[1].actual_to_date == 200


def test_amounts_after_the_end_count_in_periods_added_to_it():
    found = results_of(CASE, START, months("run", *[100] * 12, 50))

    assert len(found.months) == 13
    assert found.lines[1].at_completion == 1250
    assert found.expected_npv < found.planned_npv


def test_a_line_of_a_later_version_was_planned_for_with_nothing():
    found = results_of(CASE, START, months("audit", 70), others=[line("audit", "cost", 5, 0)])
    audit = found.lines[3]

    assert (audit.planned_in_all, audit.at_completion, audit.worse_by) == (0, 70, 70)


def test_a_line_that_nobody_knows_is_an_error():
    with pytest.raises(ValueError, match="audit"):
        results_of(CASE, START, months("audit", 70))


def test_all_reported_lines_are_complete_until_the_first_that_is_late():
    found = results_of(CASE, START, [*months("build", 6000), *months("run", 100, 100, 100), *months("kept", 900, 900)])

    assert (found.last, found.complete_until) == (2, 1)
    assert [row.key for row in found.late] == ["kept"]  # the cost of the first month alone is not late


def test_years_are_spread_evenly_and_lose_no_cent():
    assert spread(Decimal(100), 12)[:2] == [Decimal("8.33"), Decimal("8.34")]
    assert sum(spread(Decimal("100.001"), 12)) == Decimal("100.001")


def test_a_plan_in_real_prices_is_shown_in_the_money_of_each_year_and_is_worth_the_same():
    real = plan(line("kept", "benefit", 1200, 0, 2), horizon=2, inflation=Inflation(Decimal("0.02")))
    found = results_of(real, START, [])

    assert sum(found.lines[0].planned[12:24]) == Decimal("1224")
    assert abs(found.planned_npv - evaluate(real).npv) < CLOSE


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.integers(0, 700))
def test_months_are_counted_there_and_back(day, count):
    first = day.replace(day=1)

    assert months_between(first, month_after(first, count)) == count


amounts = st.integers(-20_000, 500_000).map(lambda cents: Decimal(cents) / 100)
positive = st.integers(1, 500_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def plans(draw):
    period = draw(st.sampled_from(["year", "month"]))
    horizon = draw(st.integers(0, 3 if period == "year" else 14))
    lines = []
    for number in range(draw(st.integers(1, 4))):
        first = draw(st.integers(0, horizon))
        lines.append(
            line(
                f"line{number}",
                draw(st.sampled_from(["cost", "benefit"])),
                draw(positive),
                first,
                draw(st.integers(first, horizon)),
                growth=draw(st.sampled_from([Decimal(0), Decimal("0.03")])),
            )
        )
    more = {"inflation": Inflation(Decimal("0.02"))} if draw(st.booleans()) else {}
    return plan(
        *lines, horizon=horizon, rate=draw(st.sampled_from(["0", "0.08", "-0.1"])), period=period,
        mid_period=draw(st.booleans()), prices="real", **more,
    )  # fmt: skip


@st.composite
def cases(draw):
    case = draw(plans())
    keys = [row.key for row in case.lines]
    said = [
        Said(draw(st.sampled_from(keys)), month_after(START, draw(st.integers(-2, 40))), draw(amounts))
        for _one in range(draw(st.integers(0, 25)))
    ]
    return case, said


@given(plans())
def test_the_months_of_a_plan_are_worth_what_the_plan_is(case):
    found = results_of(case, START, [])

    assert abs(found.planned_npv - evaluate(case).npv) < CLOSE


@given(plans(), st.integers(1, 50))
def test_results_exactly_as_planned_end_exactly_as_planned(case, upto):
    laid = results_of(case, START, [])
    said = [Said(row.key, laid.months[at], amount) for row in laid.lines for at, amount in enumerate(row.planned[:upto])]
    found = results_of(case, START, said)

    assert abs(found.difference) < CLOSE
    assert all(abs(row.at_completion - row.planned_in_all) < CLOSE for row in found.lines)


@given(cases(), st.randoms())
def test_the_order_and_the_pieces_of_actuals_do_not_matter(case, chance):
    given_plan, said = case
    mixed = [
        piece for one in said for piece in (Said(one.line, one.month, one.amount - 1), Said(one.line, one.month, Decimal(1)))
    ]
    chance.shuffle(mixed)

    whole, pieces = results_of(given_plan, START, said), results_of(given_plan, START, mixed)
    assert pieces == replace(whole, left_out=pieces.left_out)


@given(cases())
def test_sums_are_exact_and_nothing_is_lost(case):
    given_plan, said = case
    found = results_of(given_plan, START, said)

    told = sum((row.actual_to_date for row in found.lines), Decimal(0)) + sum((one.amount for one in found.left_out), Decimal(0))
    assert told == sum((one.amount for one in said), Decimal(0))
    for row in found.lines:
        by_month = total(row.amount(month) for month in range(len(found.months)))
        assert abs(by_month - row.at_completion) < CLOSE
        assert row.last is None or not any(row.expected[: row.last + 1])
    assert abs(total((found.cost_overrun, found.benefit_shortfall)) - total(row.worse_by for row in found.lines)) < CLOSE


@given(cases(), st.integers(0, 24), positive)
def test_a_line_of_which_more_is_realised_never_ends_with_less(case, at, more):
    """Of a month of which something came already: a first report, or a first amount, may also end a gap, which is another thing."""
    given_plan, said = case
    sums = Counter()
    for one in said:
        sums[one.line, one.month] += one.amount
    known = [one for one in said if one.month >= START and sums[one.line, one.month]]
    if not known:
        return
    one = known[at % len(known)]
    before, after = results_of(given_plan, START, said), results_of(given_plan, START, [*said, Said(one.line, one.month, more)])

    for row, then in zip(before.lines, after.lines, strict=True):
        assert row.at_completion - then.at_completion < CLOSE if row.key == one.line else then == row


@given(cases())
def test_it_is_exceeded_exactly_when_the_share_is_below_the_tolerance(case):
    found = results_of(case[0], START, case[1])

    if found.share is not None:
        assert found.exceeded == (found.share < -found.tolerance)
