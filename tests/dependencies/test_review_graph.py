"""The graph of reviews: what counts, what covers, and the least work, against brute force over random graphs."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.dependencies.review_graph import (
    NOTHING,
    SHIPPED,
    Caveat,
    Criteria,
    Edge,
    FileFacts,
    NewReview,
    Size,
    Work,
    backlog,
    coverage,
    dead_because,
    failed_releases,
    least_lines,
    live_edges,
    offer,
    one_new_review,
    reached_from_nothing,
    smallest_work,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DEPLOY = frozenset({"safe-to-deploy"})
DIGESTS = {name: f"sha256:{name}" for name in "abcdefghij"}


def edge(base: str, target: str, **other) -> Edge:
    return replace(
        Edge(
            id=f"{base or '0'}>{target}", base=base, target=target, criteria=DEPLOY, prepared_by="dev", confirmed_by="sec",
            base_digest=DIGESTS.get(base, ""), target_digest=DIGESTS.get(target, ""),
        ),
        **other,
    )  # fmt: skip


def live(*edges: Edge, wanted=("safe-to-deploy",), now=NOW, digests=DIGESTS, criteria=SHIPPED) -> list[str]:
    return [found.id for found in live_edges(edges, now=now, digests=digests, criteria=criteria, wanted=wanted)]


def line(*places: int):
    """Releases on a line: the distance is how far apart they are, and NOTHING is at nought."""
    at = dict(zip("abcdefghij", places, strict=False)) | {NOTHING: 0}
    return lambda base, target: Size(abs(at[base] - at[target]))


# What counts.


def test_a_review_for_more_answers_for_what_it_implies_and_not_the_other_way_round():
    assert live(edge("", "a"), wanted=("safe-to-run",)) == ["0>a"]
    assert live(edge("", "a", criteria={"safe-to-run"})) == []
    assert live(edge("", "a"), wanted=("safe-to-run", "io-verified")) == []
    assert live(edge("", "a", criteria={"safe-to-deploy", "io-verified"}), wanted=("safe-to-run", "io-verified")) == ["0>a"]


def test_implication_goes_on_and_may_go_round():
    found = Criteria({"a": ["b"], "b": ["c"], "c": ["b"], "d": []})

    assert found.implied_by("a") == {"a", "b", "c"}
    assert found.implied_by("c") == {"b", "c"}
    assert found.minimal(["a", "b", "c", "d"]) == {"a", "d"}
    assert found.minimal(["b", "c"]) == {"b"}
    assert found.implied_by("retired") == {"retired"}


def test_what_is_implied_has_to_be_a_criterion():
    with pytest.raises(ValueError, match="nowhere"):
        Criteria({"a": ["nowhere"]})


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, ""),
        ({"withdrawn": True}, "withdrawn"),
        ({"ends_at": NOW}, "ended"),
        ({"ends_at": NOW + timedelta(microseconds=1)}, ""),
        ({"confirmed_by": "dev"}, "same_person"),
        ({"confirmed_by": ""}, "same_person"),
        ({"target_digest": "sha256:other"}, "other_bytes"),
        ({"base_digest": "sha256:other"}, "other_bytes"),
        ({"target_digest": ""}, "other_bytes"),
        ({"caveat": Caveat.IMPORTED, "target_digest": "sha256:other"}, "other_bytes"),
        ({"caveat": Caveat.EXEMPTION, "target_digest": "", "base_digest": "", "confirmed_by": ""}, ""),
        ({"caveat": Caveat.SOURCE, "target_digest": "", "base_digest": "", "ends_at": NOW}, "ended"),
    ],
)
def test_an_edge_counts_only_while_everything_about_it_holds(change, why):
    found = edge("a", "b", **change)

    assert dead_because(found, NOW, DIGESTS) == why
    assert (live(found) == []) == bool(why)


def test_a_failed_release_takes_with_it_what_was_reviewed_against_it():
    fail = edge("", "b", id="no", verdict="fail", confirmed_by="", criteria={"safe-to-run"})

    assert live(edge("", "a"), edge("a", "b"), edge("b", "c"), fail) == ["0>a"]
    assert failed_releases([fail], now=NOW, digests=DIGESTS, criteria=SHIPPED, wanted=DEPLOY) == {"b"}


def test_what_is_only_not_fit_to_deploy_may_still_run():
    fail = edge("", "b", id="no", verdict="fail")

    assert live(edge("", "b"), fail, wanted=("safe-to-run",)) == ["0>b"]
    assert live(edge("", "b"), fail) == []


def test_a_withdrawn_failure_and_one_about_other_bytes_do_not_count():
    assert live(edge("", "b"), edge("", "b", id="no", verdict="fail", withdrawn=True)) == ["0>b"]
    assert live(edge("", "b"), edge("", "b", id="no", verdict="fail", target_digest="sha256:x")) == ["0>b"]


# What is covered.


def test_a_release_is_covered_by_a_chain_that_begins_with_nothing_also_backwards_in_time():
    found = coverage([edge("", "c"), edge("c", "a"), edge("x", "b")], "a")

    assert [step.id for step in found.path] == ["0>c", "c>a"]
    assert coverage([edge("x", "b")], "b") is None
    assert coverage([edge("a", "b"), edge("b", "a")], "a") is None


def test_the_explanation_prefers_what_rests_on_reviews_then_what_is_short():
    exempt = edge("", "c", id="exempt", caveat=Caveat.EXEMPTION)
    chain = [edge("", "a"), edge("a", "b"), edge("b", "c")]

    assert [step.id for step in coverage([exempt, *chain], "c").path] == ["0>a", "a>b", "b>c"]
    assert coverage([exempt, *chain], "c").caveat == Caveat.REVIEW
    assert coverage([exempt, *chain[:2]], "c").caveat == Caveat.EXEMPTION
    assert [step.id for step in coverage([*chain, edge("", "b")], "c").path] == ["0>b", "b>c"]


def test_a_path_that_looks_worse_on_the_way_may_be_the_shorter_one_in_the_end():
    """To c there are a long way without a caveat and a short one with; behind c the caveat is there anyway."""
    long_way = [edge("", "a"), edge("a", "b"), edge("b", "c")]
    short_way = edge("", "c", id="source", caveat=Caveat.SOURCE)
    behind = edge("c", "d", id="exempt", caveat=Caveat.EXEMPTION)

    assert [step.id for step in coverage([*long_way, short_way, behind], "d").path] == ["source", "exempt"]


# The least work.


def test_nothing_is_to_be_done_where_the_release_is_covered():
    assert smallest_work([edge("", "a"), edge("a", "b")], "b", line(100, 110)) == Work()


def test_without_reviews_all_of_the_release_is_to_be_read():
    assert smallest_work([], "a", line(100)).reviews == (NewReview("", "a", Size(100)),)


def test_an_island_of_reviews_joined_to_neither_side_is_used():
    """joblib 1.2.0, 1.3.2, 1.4.2, 1.5.1, 1.5.3 with the measured distances; the reviews are made up."""
    lines = {
        ("", "1.5.3"): 15819, ("", "1.5.1"): 15703, ("1.2.0", "1.3.2"): 4358, ("1.4.2", "1.5.1"): 4528,
        ("1.2.0", "1.5.1"): 10835, ("1.2.0", "1.5.3"): 11067, ("1.4.2", "1.5.3"): 4816, ("1.3.2", "1.5.1"): 7263,
    }  # fmt: skip
    reviews = [edge("", "1.2.0"), edge("1.3.2", "1.4.2"), edge("1.5.1", "1.5.3")]

    def distance(base: str, target: str) -> Size:
        return Size(lines.get((base, target), lines.get((target, base), 20000)))

    best, single = smallest_work(reviews, "1.5.3", distance), one_new_review(reviews, "1.5.3", distance)

    assert [(step.base, step.target) for step in best.reviews] == [("1.2.0", "1.3.2"), ("1.4.2", "1.5.1")]
    assert (best.size.lines, single.size.lines) == (8886, 10835)
    assert [(step.base, step.target) for step in single.reviews] == [("1.2.0", "1.5.1")]
    assert smallest_work([*reviews, edge("1.2.0", "1.3.2")], "1.5.3", distance).size.lines == 4528


def test_equal_work_goes_to_fewer_reviews_and_then_to_the_newer_base():
    apart = {("", "a"): 5, ("a", "c"): 5, ("", "c"): 10, ("b", "c"): 5}

    def distance(base: str, target: str) -> Size:
        return Size(apart.get((base, target), 50))

    assert [step.base for step in smallest_work([edge("c", "a")], "c", distance).reviews] == [""]
    far = {("z", "a"): 5, ("a", "c"): 5, ("z", "c"): 10}
    reviews = [edge("", "z"), edge("c", "a")]
    one = smallest_work(reviews, "c", lambda base, target: Size(far.get((base, target), 50)))
    assert [step.base for step in one.reviews] == ["z"]
    both = [edge("", "a"), edge("", "b")]
    assert smallest_work(both, "c", distance, newest_first=["c", "b", "a"]).reviews[0].base == "b"
    assert smallest_work(both, "c", distance, newest_first=["c", "a", "b"]).reviews[0].base == "a"


def test_no_way_leads_over_what_failed_or_is_not_at_hand():
    reviews = [edge("", "a"), edge("a", "b")]

    assert smallest_work(reviews, "c", line(100, 101, 102), excluded={"b"}).reviews == (NewReview("a", "c", Size(2)),)
    assert smallest_work(reviews, "c", line(100, 101, 102), excluded={"c"}) is None
    assert smallest_work(reviews, "c", lambda base, target: None) is None
    assert one_new_review(reviews, "c", line(100, 101, 102), excluded={"c"}) is None


def test_few_distances_are_computed_where_a_bound_is_known():
    asked: list[tuple[str, str]] = []
    exact = line(100, 200, 300, 400, 410)

    def distance(base: str, target: str) -> Size:
        asked.append((base, target))
        return exact(base, target)

    reviews = [edge("", name) for name in "abcd"]
    found = smallest_work(reviews, "e", distance, least=lambda base, target: exact(base, target).lines - 1)

    assert found.reviews == (NewReview("d", "e", Size(10)),)
    assert asked == [("d", "e")]


def test_the_bound_of_two_lists_of_files():
    base = {"same": FileFacts("1", 50), "gone": FileFacts("2", 7), "changed": FileFacts("3", 10), "turned": FileFacts("4", 5)}
    target = {"same": FileFacts("1", 50), "new": FileFacts("5", 3), "changed": FileFacts("6", 14), "turned": FileFacts("7", 5)}

    assert least_lines(base, target) == least_lines(target, base) == 7 + 3 + 4 + 1
    assert least_lines({}, target) == 72


def test_what_settles_all_criteria_at_once_is_offered_beside_what_is_cheaper_for_each():
    run, io = edge("", "a", criteria={"safe-to-deploy"}), edge("", "b", criteria={"io-verified"})

    def edges_for(wanted):
        return live_edges([run, io], now=NOW, digests=DIGESTS, criteria=SHIPPED, wanted=wanted)

    found = offer(edges_for, "c", ["safe-to-deploy", "io-verified"], line(1000, 1001, 1002))
    assert found.best.reviews == (NewReview("", "c", Size(1002)),)
    assert {name: work.size.lines for name, work in found.separate.items()} == {"io-verified": 1, "safe-to-deploy": 2}

    one = offer(edges_for, "c", ["safe-to-deploy"], line(1000, 1001, 1002))
    assert (one.best, one.separate) == (one.single, None)


def test_the_backlog_names_each_review_once_and_first_what_most_wait_for():
    shared, small, first = NewReview("a", "b", Size(90, 1, 4)), NewReview("", "x", Size(5)), NewReview("b", "c", Size(7))
    steps, total = backlog([
        ("joblib", "churn", Work((shared,))), ("joblib", "fraud", Work((shared, first))), ("six", "fraud", Work((small,))),
    ])  # fmt: skip

    assert [(step.package, step.review, step.waiting) for step in steps] == [
        ("joblib", shared, ("churn", "fraud")), ("six", small, ("fraud",)), ("joblib", first, ("fraud",)),
    ]  # fmt: skip
    assert total == Size(102, 1, 4)


# Against brute force: 3,000 random graphs.


def random_case(seed: int):
    """Releases in a plane (so that distances are a metric), and random edges among them."""
    source = random.Random(seed)
    releases = [chr(97 + number) for number in range(source.randint(2, 6))]
    places = {name: (source.randint(0, 60), source.randint(0, 60)) for name in releases} | {NOTHING: (-200, -200)}

    def distance(base: str, target: str) -> Size:
        (x, y), (u, v) = places[base], places[target]
        return Size(abs(x - u) + abs(y - v))

    pairs = [(base, target) for base in [NOTHING, *releases] for target in releases if base != target]
    # As in life: full reviews are rare and old, deltas are many; some of them join nothing.
    edges = [edge(*pair) for pair in pairs if source.random() < (0.15 if pair[0] == NOTHING else 0.12)]
    return releases, edges, distance, releases[-1]


def brute_force(releases, edges, distance, target) -> int:
    """The least sum over all orders of all subsets of all releases, not only of those at the ends of edges."""
    free = {(found.base, found.target) for found in edges}
    others = [name for name in releases if name != target]
    best = distance(NOTHING, target).lines
    for count in range(len(others) + 1):
        for middle in permutations(others, count):
            path = [NOTHING, *middle, target]
            cost = sum(0 if step in free else distance(*step).lines for step in pairwise(path))
            best = min(best, cost)
    return best


def every_pair(releases, edges, distance, target) -> int:
    """As brute force, for many graphs: Floyd and Warshall over all releases."""
    free = {(found.base, found.target) for found in edges}
    nodes = [NOTHING, *releases]
    cost = {pair: 0 if pair in free else distance(*pair).lines for pair in product(nodes, releases)}
    for middle, base, end in product(releases, nodes, releases):
        cost[base, end] = min(cost[base, end], cost[base, middle] + cost[middle, end])
    return cost[NOTHING, target]


@pytest.mark.slow
def test_the_least_work_is_that_of_brute_force_and_beats_one_new_review_where_islands_are():
    islands = 0
    for seed in range(3000):
        releases, edges, distance, target = random_case(seed)
        found = smallest_work(edges, target, distance)
        single = one_new_review(edges, target, distance)
        bound = smallest_work(edges, target, distance, least=lambda a, b, d=distance: d(a, b).lines // 2)

        assert found.size.lines == every_pair(releases, edges, distance, target), seed
        assert seed % 10 or found.size.lines == brute_force(releases, edges, distance, target), seed
        assert bound.size == found.size, seed
        assert single.size.lines >= found.size.lines, seed
        assert (found.reviews == ()) == (coverage(edges, target) is not None), seed
        islands += single.size.lines > found.size.lines
    assert 15 < islands < 600


@given(st.integers(0, 10**9))
@settings(max_examples=100, deadline=None)
def test_after_the_work_is_done_the_release_is_covered(seed):
    _releases, edges, distance, target = random_case(seed)
    work = smallest_work(edges, target, distance)
    done = [edge(review.base, review.target) for review in work.reviews]

    assert coverage([*edges, *done], target) is not None
    for left_out in done:
        assert coverage([*edges, *(one for one in done if one is not left_out)], target) is None
    assert target in reached_from_nothing([*edges, *done])
