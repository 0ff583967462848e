"""Limits compared with what they permit, tried value by value; patterns with what they match."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from governance.dictionary.compatibility.limits import bound_kind, digits_kind, length_kind, multiple_kind
from governance.dictionary.compatibility.logical import format_kind
from governance.dictionary.compatibility.patterns import pattern_answer

SMALL = st.sampled_from(["", "0", "1", "1.5", "2", "-1", "2.5"])
GRID = [Fraction(n, 4) for n in range(-12, 25)]


def by_trying(old: Callable[[Any], bool], new: Callable[[Any], bool], tried: Iterable[Any]) -> str | None:
    """What an answer should be, by the values that either permits."""
    said = [(old(value), new(value)) for value in tried]
    gone, come = (True, False) in said, (False, True) in said
    return {(False, False): None, (True, False): "narrowed", (False, True): "widened", (True, True): "shifted"}[gone, come]


def above(bound: str, excluded: bool) -> Callable[[Fraction], bool]:
    return lambda value: bound == "" or (value > Fraction(bound) if excluded else value >= Fraction(bound))


@given(SMALL, st.booleans(), SMALL, st.booleans(), st.sampled_from(["integer", "number"]))
def test_bounds_are_compared_by_what_they_permit(
    old: str, old_excluded: bool, new: str, new_excluded: bool, logical: str
) -> None:
    tried = [value for value in GRID if logical == "number" or value.denominator == 1]
    expected = by_trying(above(old, old_excluded), above(new, new_excluded), tried)
    assert bound_kind((old, old_excluded, logical), (new, new_excluded, logical), "minimum") == expected


@given(SMALL, st.booleans(), SMALL, st.booleans(), st.sampled_from(["integer", "number"]))
def test_an_upper_bound_mirrors_a_lower_one(old: str, old_excluded: bool, new: str, new_excluded: bool, logical: str) -> None:
    def other_way(bound: str) -> str:
        return str(-Fraction(bound)) if bound and Fraction(bound).denominator == 1 else (f"{-float(bound)}" if bound else "")

    assert bound_kind((old, old_excluded, logical), (new, new_excluded, logical), "minimum") == bound_kind(
        (other_way(old), old_excluded, logical), (other_way(new), new_excluded, logical), "maximum"
    )


@given(st.dates(date(2000, 1, 1), date(2000, 1, 9)), st.booleans(), st.dates(date(2000, 1, 1), date(2000, 1, 9)), st.booleans())
def test_bounds_of_dates_are_days(old: date, old_excluded: bool, new: date, new_excluded: bool) -> None:
    kind = bound_kind((old.isoformat(), old_excluded, "date"), (new.isoformat(), new_excluded, "date"), "maximum")
    if old_excluded == new_excluded:
        days = [date(1999, 12, 30) + timedelta(n) for n in range(15)]
        assert kind == by_trying(lambda day: day <= old, lambda day: day <= new, days)
    elif old == new:
        assert kind == ("narrowed" if new_excluded else "widened")


@pytest.mark.parametrize(
    ("old", "new", "logical", "expected"),
    [
        ("2020-01-01T00:00:00", "2020-01-01T00:00:00.500000", "timestamp", "narrowed"),
        ("2020-01-01T00:00:00Z", "2019-12-31T23:00:00Z", "timestamp", "widened"),
        ("2020-01-01T00:00:00", "2020-01-01T00:00:00Z", "timestamp", "shifted"),
        ("08:00:00", "09:00:00", "time", "narrowed"),
        ("9" * 60, "1" + "0" * 60, "number", "narrowed"),  # more digits than decimals are reckoned with
        ("0." + "0" * 40 + "1", "0", "number", "widened"),
    ],
)
def test_bounds_of_times_and_long_numbers(old: str, new: str, logical: str, expected: str) -> None:
    assert bound_kind((old, False, logical), (new, False, logical), "minimum") == expected


LENGTH = st.none() | st.integers(0, 6)


@given(LENGTH, LENGTH)
def test_lengths_are_compared_by_what_they_permit(old: int | None, new: int | None) -> None:
    assert length_kind(old, new, "min") == by_trying(lambda n: n >= (old or 0), lambda n: n >= (new or 0), range(9))
    most, least = (99 if old is None else old), (99 if new is None else new)
    assert length_kind(old, new, "max") == by_trying(lambda n: n <= most, lambda n: n <= least, range(9))


DIGITS = st.tuples(st.none() | st.integers(1, 4), st.none() | st.integers(0, 4)).filter(
    lambda said: None in said or said[0] >= said[1]
)
NUMBERS_OF_DIGITS = [(before, behind) for before in range(9) for behind in range(9)]


def fits(precision: int | None, scale: int | None) -> Callable[[tuple[int, int]], bool]:
    """Whether a number with so many digits before and behind the point can be written."""

    def permitted(number: tuple[int, int]) -> bool:
        before, behind = number
        if scale is not None and behind > scale:
            return False
        if precision is None:
            return True
        return before + behind <= precision if scale is None else before <= precision - scale

    return permitted


@given(DIGITS, DIGITS)
def test_digits_are_compared_by_the_numbers_that_fit(
    old: tuple[int | None, int | None], new: tuple[int | None, int | None]
) -> None:
    assert digits_kind(old, new) == by_trying(fits(*old), fits(*new), NUMBERS_OF_DIGITS)


STEP = st.sampled_from(["", "0.5", "1", "1.5", "2", "3", "4", "6"])


@given(STEP, STEP)
def test_multiples_are_compared_by_what_they_permit(old: str, new: str) -> None:
    def multiple(step: str) -> Callable[[Fraction], bool]:
        return lambda value: step == "" or (value / Fraction(step)).denominator == 1

    assert multiple_kind(old, new) == by_trying(multiple(old), multiple(new), [Fraction(n, 4) for n in range(100)])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("i32", "i64", "type_widened"), ("i64", "i32", "type_narrowed"), ("u8", "i16", "type_widened"), ("u32", "i32", "type_changed"),
        ("f32", "f64", "type_widened"), ("i32", "f64", "type_widened"), ("i64", "f64", "type_changed"), ("f64", "i128", "type_changed"),
        ("i32", "I32", None), ("int", "i32", None), ("double", "float64", None), ("", "email", "type_narrowed"),
        ("email", "", "type_widened"), ("email", "uuid", "type_changed"), ("yyyy-MM", "yyyy-mm", "type_changed"),
    ],
)  # fmt: skip
def test_formats(old: str, new: str, expected: str | None) -> None:
    assert format_kind(old, new) == expected


# Patterns -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "a", "narrowed"),
        ("a", "", "widened"),
        ("a", "^a$", "same"),
        ("^a|b$", "(a|b)", "same"),
        ("[A-Z]{2}", "[A-Z]{2,3}", "widened"),
        ("[A-Z]{2,3}", "[A-Z][A-Z]", "narrowed"),
        ("[A-Z]{2}[0-9]{4}", "[A-Z]{2}[0-9]{4,6}", "widened"),
        ("[a-z]{3}", "[a-z][a-z0-9]+", "widened"),
        ("DE|AT", "DE|AT|CH", "widened"),
        ("DE|AT|CH", "^(?:AT|DE)$", "narrowed"),
        ("DE|AT", "DE|CH", "shifted"),
        ("DE|AT", "[A-Z]{2}", "widened"),
        ("(DE|AT)[0-9]", "[A-Z]{2}[0-9]", "widened"),
        ("a(b|c)?", "a|ab|ac", "same"),
        ("[0-9]+", r"\d+", "widened"),
        (r"\d+", r"\w+", "widened"),
        (r"\d+", r"[0-9]+", "narrowed"),  # engines differ in what else is a digit
        (r"[^,]+", r"[^,;]+", "narrowed"),
        (r"[^\s,]{1,5}", r"[^\s,]+", "widened"),
        (r"\S{2}", r"\S+", "widened"),
        ("[a-z]+", ".+", "widened"),
        ("[\n]", ".", "undetermined"),
        ("[一-鿿]{2}", "[一-鿿]{2,4}", "widened"),
        (r"a\.b", "a.b", "widened"),
        ("a+?", "a+", "same"),
        ("[a-z]{64}", "[0-9a-z]{64}", "widened"),
        ("[ab]c", "a[cd]", "undetermined"),
        ("(ab)+", "(ab)*", "undetermined"),
        ("(?i)a", "a", "undetermined"),
        ("(?=a)a", "a", "undetermined"),
        (r"\bab", "ab", "undetermined"),
        ("[[:alpha:]]", "[a-z]", "undetermined"),
        ("[a-z&&[aeiou]]", "[a-z]", "undetermined"),
        ("a++", "a+", "undetermined"),
        ("a{,3}", "a{0,3}", "undetermined"),
        ("a{9999}{9999}", "a", "undetermined"),
        ("a^b", "a", "undetermined"),
        ("(", "a", "undetermined"),
        ("[", "a", "undetermined"),
        ("[a", "a", "undetermined"),
        ("a\\", "a", "undetermined"),
        ("[z-a]", "a", "undetermined"),
        ("(" * 400, ")" * 400, "undetermined"),
    ],
)
def test_patterns(old: str, new: str, expected: str) -> None:
    assert pattern_answer(old, new) == expected
    turned = {"narrowed": "widened", "widened": "narrowed"}.get(expected, expected)
    assert pattern_answer(new, old) == turned


CHARS = st.sampled_from(["a", "b", "[ab]", "[a-c]", r"\d", "[0-9]", r"\w", "[^a]", ".", r"\.", r"[\d.]", "(?:a|bc)", "(b)"])
TIMES = st.sampled_from(["", "", "?", "*", "+", "{2}", "{1,3}", "{2,}", "+?"])
SIMPLE = st.lists(st.tuples(CHARS, TIMES).map("".join), min_size=1, max_size=4).map("".join)
ANY = st.lists(SIMPLE, min_size=1, max_size=3).map("|".join) | SIMPLE.map("^{}$".format)


WIDER = st.tuples(SIMPLE, SIMPLE).map(lambda pair: (pair[0], "|".join(pair)))
PAIRS = st.tuples(ANY, ANY) | WIDER | WIDER.map(lambda pair: pair[::-1])  # of those that have nothing in common, little is proven


@settings(max_examples=80)
@given(PAIRS, st.data())
def test_what_is_proven_of_patterns_is_true(pair: tuple[str, str], data: st.DataObject) -> None:
    old, new = pair
    answer = pattern_answer(old, new)
    if answer in ("same", "widened"):
        value = data.draw(st.from_regex(f"(?:{old})", fullmatch=True))
        assert re.fullmatch(new, value), value
    if answer in ("same", "narrowed"):
        value = data.draw(st.from_regex(f"(?:{new})", fullmatch=True))
        assert re.fullmatch(old, value), value


@given(SIMPLE, SIMPLE)
def test_an_alternative_more_is_always_proven_to_permit_as_much(one: str, other: str) -> None:
    assume(pattern_answer(one, one + "|") != "undetermined")  # both can be taken apart
    assert pattern_answer(one, f"{one}|{other}") in ("same", "widened", "undetermined")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(a+)+$", "(a|a)*b"),
        ("a*[ab]?" * 70, "[ab]?a*" * 70),
        ("|".join(f"[a-z]{{{n}}}" for n in range(60)), "|".join(f"[a-y]{{{n}}}" for n in range(60))),
        ("(a|b)" * 200, "(a|c)" * 200),
        ("a{9999}" * 60, "[ab]{9999}" * 50),
        ("x" * 5000, "y" * 5000),
    ],
)
def test_hostile_patterns_take_no_time(old: str, new: str) -> None:
    started = time.process_time()
    assert pattern_answer(old, new) in ("undetermined", "shifted", "narrowed")
    assert time.process_time() - started < 1
