"""Limits and membership: what must hold for every version there can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.envelopes import COMPONENTS, Limits, MetricLimit, VersionFacts, as_mapping, kept, lines, parse_limits
from approvals.envelopes.facts import Dataset
from foundation.canonical import digest

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

small = st.integers(-20, 20).map(lambda n: Decimal(n) / 10)
distance = st.integers(0, 20).map(lambda n: Decimal(n) / 10)
names = st.sampled_from(["recall", "loss", "recall@test"])
metric_limits = st.builds(
    lambda low, span, fall, rise: MetricLimit(low, None if low is None or span is None else low + span, fall, rise),
    st.none() | small,
    st.none() | distance,
    st.none() | distance,
    st.none() | distance,
)
limits = st.builds(
    Limits,
    moves=st.frozensets(st.sampled_from(COMPONENTS)),
    metrics=st.dictionaries(names, metric_limits, max_size=2),
    same_columns=st.booleans(),
    params_may_change=st.sets(st.sampled_from(["a", "b", "b*", "*"])).map(lambda found: tuple(sorted(found))),
    names=st.sets(st.sampled_from(["x", "y", "z*"])).map(lambda found: tuple(sorted(found))),
    min_rows=st.none() | st.integers(0, 20),
    max_rows=st.none() | st.integers(20, 40),
    rows_may_change_by=st.none() | distance,
    max_age_days=st.none() | st.integers(0, 5),
)
datasets = st.lists(
    st.builds(
        Dataset,
        role=st.sampled_from(["train", "test"]),
        name=st.sampled_from(["x", "y", "zz"]),
        rows=st.none() | st.integers(0, 40),
        columns=st.none() | st.frozensets(st.sampled_from(["p", "q"]), min_size=1),
    ),
    max_size=3,
    unique_by=lambda item: (item.role, item.name),
).map(tuple)
versions = st.builds(
    VersionFacts,
    components=st.fixed_dictionaries({name: st.sampled_from(["1", "2"]) for name in COMPONENTS}),
    metrics=st.dictionaries(st.tuples(st.sampled_from(["recall", "loss"]), st.sampled_from(["", "test"])), small),
    datasets=datasets,
    params=st.dictionaries(st.sampled_from(["a", "b", "bb"]), st.integers(0, 1)),
    kind=st.sampled_from(["model", "pipeline"]),
    serialization=st.sampled_from(["", "skops"]),
    created_at=st.integers(0, 6).map(lambda days: NOW - timedelta(days=days)),
)


def consistent(facts: VersionFacts) -> VersionFacts:
    """With digests that follow from the contents, as they do outside of tests."""
    metrics = [[*place, value] for place, value in sorted(facts.metrics.items())]
    sets = sorted([item.role, item.name, item.rows, sorted(item.columns or ())] for item in facts.datasets)
    model = digest([facts.kind, facts.serialization, dict(facts.params), metrics])
    return replace(facts, components={**facts.components, "model": model, "data": digest(sets)})


FIELDS = ("components", "metrics", "datasets", "params", "kind", "serialization", "created_at")


@st.composite
def two_versions(draw):
    """A baseline, and a version that took over some of it, as versions do."""
    baseline, other = draw(versions), draw(versions)
    taken = draw(st.sets(st.sampled_from(FIELDS)))
    return consistent(baseline), consistent(replace(other, **{name: getattr(baseline, name) for name in taken}))


def inside(limits: Limits, baseline: VersionFacts, candidate: VersionFacts) -> bool:
    return kept(limits, None, baseline, candidate, NOW)


def tighter(draw, loose: Limits) -> Limits:
    """The same limits with some of them tightened."""

    def less(items):
        return type(items)(item for item in items if draw(st.booleans()))

    bounds = {}
    for name, limit in loose.metrics.items():
        low = limit.min if limit.min is None else limit.min + draw(distance)
        high = limit.max if limit.max is None else limit.max - draw(distance)
        fall = limit.may_fall if limit.may_fall is None else min(limit.may_fall, draw(distance))
        rise = limit.may_rise if limit.may_rise is None else min(limit.may_rise, draw(distance))
        bounds[name] = MetricLimit(low, high, fall, rise)
    if draw(st.booleans()):
        bounds.setdefault(draw(names), draw(metric_limits))
    share = loose.rows_may_change_by
    return Limits(
        moves=less(loose.moves),
        metrics=bounds,
        same_columns=loose.same_columns or draw(st.booleans()),
        params_may_change=less(loose.params_may_change),
        names=less(loose.names),
        min_rows=draw(st.integers(0, 40)) if loose.min_rows is None else loose.min_rows + draw(st.integers(0, 5)),
        max_rows=draw(st.integers(0, 40)) if loose.max_rows is None else loose.max_rows - draw(st.integers(0, 5)),
        rows_may_change_by=draw(st.none() | distance) if share is None else min(share, draw(distance)),
        max_age_days=draw(st.none() | st.integers(0, 5)) if loose.max_age_days is None else max(0, loose.max_age_days - 1),
    )


@st.composite
def two_limits(draw):
    loose = draw(limits)
    return loose, tighter(draw, loose)


@settings(max_examples=400)
@given(two_limits(), two_versions())
def test_a_tighter_limit_never_lets_in_more(pair, both):
    (loose, tight), (baseline, candidate) = pair, both
    if inside(tight, baseline, candidate):
        assert inside(loose, baseline, candidate)


@given(limits, versions)
def test_the_baseline_is_inside_of_what_is_relative_to_it(limits, baseline):
    """It can only be outside by an absolute bound, its age, or because something about it is not known."""
    for line in lines(limits, baseline, baseline, NOW):
        if line.ok is False:
            assert line.code in ("metric.min", "metric.max", "data.min_rows", "data.max_rows", "data.age")
        if line.ok is None:
            assert line.code.startswith(("metric.", "data."))


@given(limits, two_versions(), st.randoms())
def test_the_order_of_data_sets_and_columns_means_nothing(limits, both, random):
    baseline, candidate = both

    def shuffled(facts: VersionFacts) -> VersionFacts:
        rows = list(facts.datasets)
        random.shuffle(rows)
        columns = [replace(row, columns=None if row.columns is None else frozenset(sorted(row.columns)[::-1])) for row in rows]
        return replace(facts, datasets=tuple(columns))

    assert lines(limits, baseline, candidate, NOW) == lines(limits, shuffled(baseline), shuffled(candidate), NOW)


@given(limits, two_versions(), st.sets(st.sampled_from(COMPONENTS)))
def test_moving_more_never_lets_in_less(limits, both, more):
    if inside(limits, *both):
        assert inside(replace(limits, moves=limits.moves | more), *both)


@given(limits)
def test_every_limit_reads_back(limits):
    if all(limit != MetricLimit() for limit in limits.metrics.values()):
        assert parse_limits(as_mapping(limits)) == limits
