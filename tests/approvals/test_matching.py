from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.matching import assign, augment, fill, place, reachable, releasing

HUMANS = ("ada", "bob", "cyd", "dan", "eve", "fay")


@st.composite
def small_assignments(draw):
    slots = [f"slot{at}" for at in range(draw(st.integers(0, 5)))]
    return slots, {slot: draw(st.frozensets(st.sampled_from(HUMANS), max_size=4)) for slot in slots}


def brute_force(slots, willing):
    for humans in permutations(HUMANS, len(slots)):
        if all(human in willing[slot] for slot, human in zip(slots, humans, strict=True)):
            return dict(zip(slots, humans, strict=True))
    return None


def most(slots, willing):
    """The size of the largest part of `slots` that can be filled, found by trying everything."""
    if not slots:
        return 0
    best = most(slots[1:], willing)
    for human in willing[slots[0]]:
        rest = {slot: names - {human} for slot, names in willing.items()}
        best = max(best, 1 + most(slots[1:], rest))
    return best


@settings(deadline=None)
@given(small_assignments())
def test_assign_finds_a_solution_exactly_when_one_exists(case):
    assert (assign(*case) is None) == (brute_force(*case) is None)


@settings(deadline=None)
@given(small_assignments())
def test_what_assign_returns_is_a_solution(case):
    slots, willing = case
    found = assign(slots, willing)
    if found is not None:
        assert found.keys() == set(slots)
        assert all(human in willing[slot] for slot, human in found.items())
        assert len(set(found.values())) == len(slots)


@settings(deadline=None)
@given(small_assignments(), st.randoms(use_true_random=False))
def test_whether_it_can_be_done_does_not_depend_on_the_order_of_the_slots(case, random):
    slots, willing = case
    shuffled = random.sample(slots, len(slots))
    assert (assign(slots, willing) is None) == (assign(shuffled, willing) is None)


@settings(deadline=None)
@given(small_assignments(), st.lists(st.integers(1, 3), min_size=5, max_size=5))
def test_filling_in_order_gives_each_place_the_most_that_the_earlier_ones_leave(case, wanted):
    places, willing = case
    owner = {}
    slots = []
    for place_, number in zip(places, wanted, strict=False):
        got = fill(place_, number, willing, owner)
        before = most(slots, {slot: willing[slot[0]] for slot in slots})
        slots += [(place_, nth) for nth in range(number)]
        assert got == most(slots, {slot: willing[slot[0]] for slot in slots}) - before
    assert all(human in willing[place_] for human, place_ in owner.items())


@settings(deadline=None)
@given(small_assignments())
def test_a_place_that_finds_nobody_leaves_the_others_as_they_were(case):
    slots, willing = case
    owner = {}
    for slot in slots:
        before = dict(owner)
        if not augment(slot, willing, owner):
            assert owner == before


@settings(deadline=None)
@given(small_assignments(), st.sampled_from(HUMANS))
def test_a_place_can_release_a_human_exactly_when_it_is_whole_again_without_one_of_its_own(case, newcomer):
    slots, willing = case
    owner = {}
    placed = [slot for slot in slots if augment(slot, willing, owner)]
    able = releasing(placed, willing, owner)
    for slot in placed:
        extended = {**willing, "extra": frozenset(human for human, held in owner.items() if held == slot)}
        assert (slot in able) == (most([*placed, "extra"], extended) == len(placed) + 1)


def test_first_come_first_served_would_refuse_what_is_complete():
    assert assign(["security", "business"], {"security": {"ada", "bob"}, "business": {"ada"}}) == {
        "security": "bob",
        "business": "ada",
    }


def test_a_chain_of_moves_is_followed_to_its_end():
    willing = {1: {"ada", "bob"}, 2: {"bob", "cyd"}, 3: {"cyd", "dan"}, 4: {"ada"}}
    assert assign([1, 2, 3, 4], willing) == {1: "bob", 2: "cyd", 3: "dan", 4: "ada"}
    assert reachable(4, willing, {"ada": 1, "bob": 2, "cyd": 3}) == [4, 1, 2, 3]


def test_a_slot_that_nobody_was_named_for_cannot_be_filled():
    assert assign(["security"], {}) is None
    assert assign([], {}) == {}


def test_a_slot_named_twice_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="twice"):
        assign(["security", "security"], {"security": {"ada", "bob"}})


def test_equals_are_chosen_by_name_and_not_by_the_order_of_a_set():
    assert assign(["one"], {"one": {"cyd", "ada", "bob"}}) == {"one": "ada"}


def test_who_is_left_over_joins_the_first_step_that_he_approved():
    approved = [{"ada": 1, "bob": 1, "cyd": 1}, {"bob": 1, "cyd": 1}]
    placed = place(
        order=(0, 1), before=((), ()), quorums=[1, 1], approved=approved, eligible=[frozenset(a) for a in approved],
        sound=[True, True], distinct=True,
    )  # fmt: skip
    assert placed.counted == [["ada", "cyd"], ["bob"]]
    assert placed.met == [True, True]
