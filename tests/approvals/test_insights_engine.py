"""Percentiles, stretches of time and the critical path, against definitions that are slow and plain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.insights import (
    Span,
    chain,
    clipped,
    critical_path,
    figures,
    finish,
    length,
    percentile,
    savings,
    union,
    waiting_intervals,
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = START + timedelta(days=400)
hours = st.integers(0, 200)


def at(hour: float) -> datetime:
    return START + timedelta(hours=hour)


def span(step: str, start: float, end: float | None, *after: str, **fields) -> Span:
    return Span(step, at(start), None if end is None else at(end), after, **fields)


# Percentiles ---------------------------------------------------------------------------------------------------------


def test_the_median_of_an_even_number_is_the_mean_of_the_middle_two():
    assert percentile([1, 2, 10, 20], 0.5) == 6
    assert percentile([7], 0.9) == 7


def test_the_ninetieth_percentile_lies_between_the_two_closest_ranks():
    assert percentile(list(range(11)), 0.9) == 9
    assert percentile([0, 10], 0.9) == pytest.approx(9)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.floats(0, 1))
def test_a_percentile_lies_within_the_values_and_leaves_its_share_below_it(values, share):
    found = percentile(values, share)

    assert min(values) <= found <= max(values)
    below = sum(value < found for value in values)
    above = sum(value > found for value in values)
    assert below <= (len(values) - 1) * share + 1
    assert above <= (len(values) - 1) * (1 - share) + 1


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=20), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_is_never_a_smaller_value(values, one, other):
    low, high = sorted((one, other))

    assert percentile(values, low) <= percentile(values, high)


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1], 1.1), ([1], -0.1)])
def test_no_percentile_of_nothing_or_beyond_all(values, share):
    with pytest.raises(ValueError, match=r"percentile of nothing|does not lie"):
        percentile(values, share)


def test_few_values_are_said_to_be_few():
    assert figures([]).median is None
    assert figures([1, 2, 3, 4]).too_few
    assert not figures([1, 2, 3, 4, 5]).too_few


# Stretches of time ---------------------------------------------------------------------------------------------------

stretches = st.lists(st.tuples(hours, hours), max_size=12)


@given(stretches)
def test_time_that_several_share_is_counted_once(pairs):
    merged = union((at(start), at(end)) for start, end in pairs)

    covered = {hour for start, end in pairs for hour in range(start, end)}
    assert length((at(start), at(end)) for start, end in pairs) == timedelta(hours=len(covered))
    assert all(earlier[1] < later[0] for earlier, later in pairwise(merged))


@given(stretches, hours, hours)
def test_what_lies_within_a_window_is_what_the_window_and_the_stretches_share(pairs, start, end):
    inside = clipped([(at(one), at(other)) for one, other in pairs], (at(start), at(end)))

    covered = {hour for one, other in pairs for hour in range(one, other)} & set(range(start, end))
    assert length(inside) == timedelta(hours=len(covered))


# The critical path ---------------------------------------------------------------------------------------------------


def test_the_path_goes_back_from_the_last_end_over_the_later_forerunner():
    spans = [
        span("validation", 0, 10),
        span("data", 0, 30),
        span("security", 0, 35),
        span("business", 30, 40, "validation", "data"),
    ]

    assert [item.step for item in critical_path(spans, now=LATER)] == ["data", "business"]


def test_a_forerunner_that_took_no_part_ends_the_walk():
    spans = [span("business", 5, 9, "validation")]

    assert [item.step for item in critical_path(spans, now=LATER)] == ["business"]


def test_what_still_runs_ends_now():
    spans = [span("validation", 0, 2), span("security", 0, None)]

    assert [item.step for item in critical_path(spans, now=LATER)] == ["security"]


def test_each_round_has_a_path_of_its_own():
    spans = [span("validation", 0, 5), span("data", 0, 9, met=False), span("data", 20, 22, round=2)]

    assert [(item.round, item.step) for item in chain(spans, now=LATER)] == [(1, "data"), (2, "data")]


@st.composite
def rounds(draw: st.DrawFn) -> list[Span]:
    """A round as it runs: each step begins when the last of those before it has ended, perhaps a little later."""
    spans: list[Span] = []
    for key in ("a", "b", "c", "d", "e")[: draw(st.integers(1, 5))]:
        after = tuple(draw(st.sets(st.sampled_from([other.step for other in spans]), max_size=3))) if spans else ()
        ended = [other.ended_at for other in spans if other.step in after]
        start = max(ended, default=START) + timedelta(hours=draw(st.sampled_from((0, 0, 0, 3))))
        spans.append(Span(key, start, start + timedelta(hours=draw(st.integers(0, 40))), after))
    return draw(st.permutations(spans))


@given(rounds())
def test_the_path_ends_last_and_each_of_its_steps_waited_for_the_one_before(spans):
    path = critical_path(spans, now=LATER)

    assert path[-1].ended_at == max(item.ended_at for item in spans)
    for earlier, later in pairwise(path):
        assert earlier.step in later.after
        assert all(other.ended_at <= earlier.ended_at for other in spans if other.step in later.after)
    assert not path[0].after


@given(rounds())
def test_the_path_does_not_depend_on_the_order_of_the_rows(spans):
    assert critical_path(spans, now=LATER) == critical_path(spans[::-1], now=LATER)


@given(rounds())
def test_without_a_change_a_round_ends_when_it_ended(spans):
    assert finish(spans) == max(item.ended_at for item in spans)


@given(rounds())
def test_taking_an_edge_away_never_costs_time_and_helps_only_on_the_path(spans):
    found = savings(spans)

    path = [item.step for item in critical_path(spans, now=LATER)]
    joined = {(earlier, later) for earlier, later in pairwise(path)}
    for edge, saved in found.items():
        assert saved >= timedelta()
        if saved:
            assert edge in joined


@given(rounds())
def test_what_an_edge_costs_is_never_more_than_the_step_that_was_waited_for(spans):
    ends = {item.step: item.ended_at for item in spans}
    for (first, _second), saved in savings(spans).items():
        assert saved <= ends[first] - START


def test_two_steps_that_could_have_run_side_by_side_save_the_shorter_of_them():
    spans = [span("validation", 0, 48), span("business", 48, 72, "validation")]

    assert savings(spans) == {("validation", "business"): timedelta(hours=24)}


def test_a_round_that_still_runs_saves_nothing_yet():
    assert savings([span("validation", 0, 48), span("business", 48, None, "validation")]) == {}


# Waiting and working -------------------------------------------------------------------------------------------------


def test_waiting_ends_with_the_first_look_and_working_leaves_out_what_was_paused():
    item = span("security", 0, 10, looked_at=at(4), paused=timedelta(hours=2))

    assert item.waiting == timedelta(hours=4)
    assert item.working == timedelta(hours=4)


def test_without_a_look_nobody_knows_where_waiting_ended():
    item = span("security", 0, 10)

    assert (item.waiting, item.working) == (None, None)
    assert waiting_intervals([item], now=LATER) == [(at(0), at(10))]


@given(st.lists(st.tuples(hours, hours, hours), min_size=1, max_size=5))
def test_waiting_and_working_are_the_whole_span(times):
    for row in times:
        start, look, end = sorted(row)
        item = span("a", start, end, looked_at=at(look))
        assert item.waiting + item.working == item.ended_at - item.started_at


def test_every_pair_of_parallel_steps_waits_at_the_same_time_and_is_counted_once():
    items = [span(key, 0, 10, looked_at=at(6)) for key in ("a", "b", "c")]

    assert all(length(waiting_intervals(pair, now=LATER)) == timedelta(hours=6) for pair in combinations(items, 2))
