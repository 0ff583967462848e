from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.matching import Approvals, Seating, Steps, assign, place

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


def by_position(slots, willing):
    return [willing[slot] for slot in slots]


@settings(deadline=None)
@given(small_assignments(), st.lists(st.integers(1, 3), min_size=5, max_size=5))
def test_filling_in_order_gives_each_place_the_most_that_the_earlier_ones_leave(case, wanted):
    places, willing = case
    seating = Seating(by_position(*case))
    slots = []
    for at, (place_, number) in enumerate(zip(places, wanted, strict=False)):
        got = seating.fill(at, number)
        before = most(slots, {slot: willing[slot[0]] for slot in slots})
        slots += [(place_, nth) for nth in range(number)]
        assert got == most(slots, {slot: willing[slot[0]] for slot in slots}) - before
    assert all(human in willing[places[at]] for human, at in seating.owner.items())
    assert seating.free == set().union(*willing.values()) - seating.owner.keys()


@settings(deadline=None)
@given(small_assignments(), st.data())
def test_places_asked_again_in_any_order_still_reach_the_maximum(case, data):
    """What a search that found nobody remembers must not hide anybody from a later one."""
    slots, willing = case
    seating = Seating(by_position(*case))
    asked = data.draw(st.lists(st.sampled_from(range(len(slots))), max_size=12)) if slots else []
    for at in asked:
        seating.add(at)
    wanted = [(slots[at], nth) for nth, at in enumerate(asked)]
    assert len(seating.owner) == most(wanted, {slot: willing[slot[0]] for slot in wanted})


@settings(deadline=None)
@given(small_assignments())
def test_a_place_that_finds_nobody_leaves_the_others_as_they_were(case):
    seating = Seating(by_position(*case))
    for at in range(len(case[0])):
        before = dict(seating.owner)
        if not seating.add(at):
            assert seating.owner == before


@settings(deadline=None)
@given(small_assignments())
def test_a_place_can_release_a_human_exactly_when_it_is_whole_again_without_one_of_its_own(case):
    slots, willing = case
    seating = Seating(by_position(*case))
    placed = [at for at in range(len(slots)) if seating.add(at)]
    able = seating.releasing()
    for at in placed:
        extended = {**willing, "extra": frozenset(human for human, held in seating.owner.items() if held == at)}
        names = [slots[other] for other in placed]
        assert (at in able) == (most([*names, "extra"], extended) == len(placed) + 1)


@settings(deadline=None)
@given(small_assignments(), st.data())
def test_what_is_reachable_is_what_would_have_to_give_somebody_up(case, data):
    slots, willing = case
    if not slots:
        return
    seating = Seating(by_position(*case))
    for at in range(len(slots)):
        seating.add(at)
    start = data.draw(st.sampled_from(range(len(slots))))
    found = {start}
    for _ in slots:
        found |= {at for human, at in seating.owner.items() if any(human in willing[slots[other]] for other in found)}
    assert set(seating.reachable([start])) == found


def test_first_come_first_served_would_refuse_what_is_complete():
    assert assign(["security", "business"], {"security": {"ada", "bob"}, "business": {"ada"}}) == {
        "security": "bob",
        "business": "ada",
    }


def test_a_chain_of_moves_is_followed_to_its_end():
    willing = {1: {"ada", "bob"}, 2: {"bob", "cyd"}, 3: {"cyd", "dan"}, 4: {"ada"}}
    assert assign([1, 2, 3, 4], willing) == {1: "bob", 2: "cyd", 3: "dan", 4: "ada"}
    seating = Seating(by_position([1, 2, 3, 4], willing), {"ada": 0, "bob": 1, "cyd": 2})
    assert seating.reachable([3]) == [3, 0, 1, 2]


def test_a_place_that_gave_somebody_up_can_be_asked_again():
    seating = Seating([{"ada", "bob", "cyd", "dan"}, {"ada"}, {"bob"}])
    assert seating.fill(0, 2) == 2
    assert seating.add(1)
    assert seating.add(2)
    assert seating.owner == {"ada": 1, "bob": 2, "cyd": 0, "dan": 0}


def test_a_slot_that_nobody_was_named_for_cannot_be_filled():
    assert assign(["security"], {}) is None
    assert assign([], {}) == {}


def test_a_slot_named_twice_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="twice"):
        assign(["security", "security"], {"security": {"ada", "bob"}})


def test_equals_are_chosen_by_name_and_not_by_the_order_of_a_set():
    assert assign(["one"], {"one": {"cyd", "ada", "bob"}}) == {"one": "ada"}


def settle(approved, quorums=(1, 1), eligible=None):
    steps = Steps((0, 1), ((), ()), quorums, [frozenset(names) for names in eligible or approved], [True, True])
    said = [frozenset(names) for names in approved]
    return place(steps, Approvals(said, said, said, {}), distinct=True)


def test_who_is_left_over_joins_the_first_step_that_he_approved():
    placed = settle([{"ada", "bob", "cyd"}, {"bob", "cyd"}])
    assert placed.counted == [["ada", "cyd"], ["bob"]]
    assert placed.met == [True, True]


def test_nobody_alone_then_those_along_the_chain():
    placed = settle([{"ada"}, set()], eligible=[{"ada", "bob"}, {"ada"}])
    assert placed.met == [True, False]
    assert placed.wanted == [["bob"], ["ada"]]


def test_a_chain_through_two_hundred_places_is_one_search():
    names = [f"h{number:03}" for number in range(201)]
    seating = Seating([*[{names[at], names[at + 1]} for at in range(200)], {names[0]}, {names[0]}])
    assert all(seating.add(at) for at in range(200))
    assert seating.add(200)
    assert seating.owner[names[0]] == 200
    assert len(seating.owner) == 201
    assert not seating.add(201)
    assert seating.releasing() == set()
