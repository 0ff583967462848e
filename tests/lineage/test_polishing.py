"""When versions are polished while nothing runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.polishing import DAYS, SMALL, VERSIONS, Try, polished, spread

NOW = datetime(2026, 11, 20, tzinfo=UTC)
RECALL = ("recall", "test")


def tries(*values: str, days: int = 3) -> list[Try]:
    """One version every few days, the last one today."""
    last = len(values) - 1
    return [
        Try(f"m@{place}", NOW - timedelta(days=days * (last - place)), {RECALL: Decimal(value)})
        for place, value in enumerate(values)
    ]


def test_many_versions_that_hardly_differ_are_pointed_out() -> None:
    found = polished(tries("0.700", "0.702", "0.699", "0.703", "0.704"), now=NOW)

    assert found is not None
    assert (found.versions, found.metric) == (5, RECALL)
    assert Decimal("0.005") < found.moved < Decimal("0.01")


def test_a_few_versions_are_work_in_progress() -> None:
    assert polished(tries(*["0.7"] * (VERSIONS - 1)), now=NOW) is None


def test_a_step_that_counts_is_no_polish() -> None:
    assert polished(tries("0.70", "0.70", "0.70", "0.70", "0.75"), now=NOW) is None


def test_versions_of_long_ago_do_not_count() -> None:
    assert polished(tries(*["0.7"] * VERSIONS, days=DAYS), now=NOW) is None


def test_what_shares_no_metric_is_not_judged() -> None:
    one, two, *rest = tries(*["0.7"] * VERSIONS)

    assert polished([Try(one.label, one.at, {("gini", ""): Decimal(1)}), two, *rest], now=NOW) is None
    assert polished([Try(item.label, item.at, {}) for item in (one, two, *rest)], now=NOW) is None


def test_one_metric_that_moved_is_enough_to_go_on() -> None:
    made = tries(*["0.7"] * VERSIONS)
    better = [
        Try(item.label, item.at, {**item.figures, ("latency", "test"): Decimal(100 - 10 * n)}) for n, item in enumerate(made)
    ]

    assert polished(better, now=NOW) is None


@settings(deadline=None)
@given(st.lists(st.decimals(min_value="0.5", max_value=1, places=4), min_size=VERSIONS, max_size=12))
def test_the_order_of_the_versions_does_not_count_and_the_threshold_is_the_spread(values: list[Decimal]) -> None:
    made = tries(*[str(value) for value in values])

    assert polished(made, now=NOW) == polished(made[::-1], now=NOW)
    assert (polished(made, now=NOW) is not None) == (spread(values) <= SMALL)


@given(
    st.lists(
        st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=1000), min_size=1, max_size=9
    )
)
def test_a_spread_is_a_share_that_no_unit_changes(values: list[Decimal]) -> None:
    assert 0 <= spread(values) <= 2
    assert spread(values) == spread([value * 1000 for value in values])
