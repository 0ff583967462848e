"""Where a budget stands, decided once."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from governance.economics.budget_figures import Draw, figures_of

amounts = st.decimals(min_value=0, max_value=10**9, places=2)


def draw(number: int, total: str, spent: str = "0", *, held: bool = False, asked: bool = False) -> Draw:
    return Draw(number, Decimal(total), Decimal(spent), held, asked)


def test_what_is_approved_is_committed_less_what_of_it_is_spent():
    found = figures_of(Decimal(1000), [draw(1, "400", "150", held=True)])

    assert (found.spent, found.committed, found.left) == (150, 250, 600)


def test_what_is_over_stays_spent_and_commits_nothing():
    found = figures_of(Decimal(1000), [draw(1, "400", "150")])

    assert (found.spent, found.committed, found.left) == (150, 0, 850)


def test_open_requests_are_shown_and_never_subtracted():
    found = figures_of(Decimal(1000), [draw(1, "5000", asked=True)])

    assert (found.asked, found.left) == (5000, 1000)


def test_more_used_than_was_approved_takes_from_what_is_left():
    found = figures_of(Decimal(1000), [draw(1, "400", "700", held=True)])

    assert (found.committed, found.left) == (0, 300)


def test_a_request_is_compared_with_what_is_left_without_it():
    draws = [draw(1, "400", held=True), draw(2, "600", held=True)]

    assert figures_of(Decimal(1000), draws).left == 0
    assert figures_of(Decimal(1000), draws, without=2).fits(Decimal(600))
    assert not figures_of(Decimal(1000), draws, without=2).fits(Decimal("600.01"))


@given(amounts, st.lists(st.tuples(amounts, amounts, st.booleans(), st.booleans()), max_size=6))
def test_amount_is_always_spent_committed_and_left_together(amount, rows):
    draws = [Draw(number, total, spent, held, asked) for number, (total, spent, held, asked) in enumerate(rows)]
    found = figures_of(amount, draws)

    assert found.spent + found.committed + found.left == amount
    assert found.committed >= 0
