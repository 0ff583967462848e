"""Whole dictionaries compared, versions counted on, and the digest by which readers know a version."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.dictionary.compatibility import (
    Change,
    bump_between,
    bump_suffices,
    compare,
    compare_books,
    may_break_a_consumer,
    minimum_bump,
    next_version,
    reads_as,
)
from governance.dictionary.elements import Alias, Domain, Element, Formula, PermissibleValue, Reference, content_digest
from tests.dictionary.worlds import elements, says


def book(*said: Element) -> dict[str, Element]:
    return {element.key: element for element in said}


def kinds(changes: tuple[Change, ...]) -> list[str]:
    return [change.kind for change in changes]


AGE, NAME, CITY = says(), says(key="customer.name", name="Name"), says(key="city", name="City")
OLD_NAME = Alias(term="customer.age")


# Whole dictionaries -------------------------------------------------------------------------------------------------------


def test_elements_are_added_removed_changed_and_left_alone() -> None:
    found = compare_books(book(AGE, NAME), book(replace(AGE, unit="a"), CITY))
    assert {key: kinds(changes) for key, changes in found.changes.items()} == {
        "customer.age": ["unit"],
        "customer.name": ["element_removed"],
        "city": ["element_added"],
    }
    assert found.bump == "major"
    assert [change.element for change in found.all] == ["customer.age", "customer.name", "city"]


def test_two_equal_dictionaries_need_no_version() -> None:
    assert compare_books(book(AGE), book(replace(AGE))).bump is None
    assert compare_books({}, {}).changes == {}


@pytest.mark.parametrize(
    ("new", "renames", "expected"),
    [
        (says(key="years", replaces="customer.age", aliases=(OLD_NAME,)), None, ["key_renamed"]),
        (says(key="years", replaces="customer.age"), None, ["key_replaced"]),
        (says(key="years", aliases=(OLD_NAME,)), {"customer.age": "years"}, ["key_renamed"]),
        (says(key="years"), {"customer.age": "years"}, ["key_replaced"]),
        (says(key="years", replaces="customer.age", aliases=(OLD_NAME,), unit="a"), None, ["key_renamed", "unit"]),
    ],
)
def test_an_element_is_called_otherwise(new: Element, renames: dict[str, str] | None, expected: list[str]) -> None:
    found = compare_books(book(AGE, NAME), book(NAME, new), renames=renames)
    assert {key: kinds(changes) for key, changes in found.changes.items()} == {"years": expected}
    assert found.renamed == {"customer.age": "years"}
    assert {change.element for change in found.all} == {"years"}
    (rename, *_) = found.changes["years"]
    assert (rename.path, rename.before, rename.after) == ("key", "customer.age", "years")


def test_an_element_that_is_split_is_removed() -> None:
    halves = says(key="years", replaces="customer.age"), says(key="months", replaces="customer.age")
    found = compare_books(book(AGE), book(*halves))
    assert {key: kinds(changes) for key, changes in found.changes.items()} == {
        "customer.age": ["element_removed"], "years": ["element_added"], "months": ["element_added"],
    }  # fmt: skip


def test_what_takes_the_place_of_an_element_that_stays_is_added() -> None:
    found = compare_books(book(AGE), book(AGE, says(key="years", replaces="customer.age")))
    assert {key: kinds(changes) for key, changes in found.changes.items()} == {"years": ["element_added"]}


@pytest.mark.parametrize(
    "renames",
    [
        {"nowhere": "years"},
        {"customer.age": "nowhere"},
        {"customer.name": "years"},  # still there
        {"customer.age": "customer.name"},  # was there before
        {"customer.age": "years", "city": "years"},
    ],
)
def test_a_rename_that_cannot_be_is_refused(renames: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="renamed"):
        compare_books(book(AGE, NAME, CITY), book(NAME, says(key="years")), renames=renames)


def test_who_refers_to_a_renamed_element_means_the_same() -> None:
    before = book(
        AGE,
        says(key="order.age", references=Reference(element="customer.age")),
        says(key="twice", formula=Formula(expression="2 * age", sources=("customer.age", "city"))),
        says(key="other", references=Reference(element="customer.age")),
    )
    after = book(
        says(key="years", replaces="customer.age", aliases=(OLD_NAME,)),
        says(key="order.age", references=Reference(element="years")),
        says(key="twice", formula=Formula(expression="2 * age", sources=("city", "years"))),
        says(key="other", references=Reference(element="city")),
    )
    found = compare_books(before, after).changes
    assert {key: kinds(changes) for key, changes in found.items()} == {
        "years": ["key_renamed"], "order.age": ["target_renamed"], "twice": ["target_renamed"], "other": ["key_target"],
    }  # fmt: skip
    assert not any(may_break_a_consumer(change) for change in found["order.age"] + found["twice"])


@pytest.mark.parametrize("answered", ["customer.age", "years"])
def test_that_the_meaning_changed_is_answered_by_the_old_key_or_the_new_one(answered: str) -> None:
    new = says(key="years", replaces="customer.age", aliases=(OLD_NAME,), definition="Age at signup.")
    assert kinds(compare_books(book(AGE), book(new), meaning_changed=[answered]).changes["years"]) == ["key_renamed", "meaning"]
    assert kinds(compare_books(book(AGE), book(new)).changes["years"]) == ["key_renamed", "wording"]


@settings(max_examples=50)
@given(
    st.lists(elements(), max_size=3, unique_by=lambda item: item.key),
    st.lists(elements(), max_size=3, unique_by=lambda item: item.key),
)
def test_a_book_changes_where_its_elements_do(old: list[Element], new: list[Element]) -> None:
    before, after = book(*old), book(*new)
    found = compare_books(before, after)
    gone = set(before) - set(after) - set(found.renamed)
    come = set(after) - set(before) - set(found.renamed.values())
    changed = {key for key in before.keys() & after.keys() if compare(before[key], after[key], meaning_changed=False)}
    assert set(found.changes) == gone | come | changed | set(found.renamed.values())
    assert found.bump == (minimum_bump(found.all) if found.changes else None)


# Versions -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("bump", "expected"), [("patch", "1.4.3"), ("minor", "1.5.0"), ("major", "2.0.0")])
def test_the_next_version(bump: Any, expected: str) -> None:
    assert next_version("1.4.2", bump) == expected


@pytest.mark.parametrize(
    "version", ["", "1", "1.2", "1.2.3.4", "v1.2.3", "1.2.3-rc1", "01.2.3", "1.2.x", "1.2.-3", "１.2.3", "1" * 99 + ".0.0"]
)
def test_what_is_no_version_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match="no version"):
        next_version(version, "patch")


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        ("1.4.2", "1.4.2", "none"),
        ("1.4.2", "1.4.3", "patch"),
        ("1.4.2", "1.5.0", "minor"),
        ("1.4.2", "2.0.0", "major"),
        ("1.4.2", "2.4.2", "major"),
        ("1.9.9", "1.10.0", "minor"),
        ("2.0.0", "1.4.2", "major"),  # back again
        ("1.5.0", "1.4.9", "minor"),
    ],
)
def test_the_step_between_two_versions(old: str, new: str, step: str) -> None:
    assert bump_between(old, new) == step


@pytest.mark.parametrize("bump", ["patch", "minor", "major"])
@pytest.mark.parametrize("version", ["0.0.0", "1.4.2", "9.99.999"])
def test_the_next_version_is_one_step_away(version: str, bump: Any) -> None:
    assert bump_between(version, next_version(version, bump)) == bump


@pytest.mark.parametrize(("old", "new"), [("", "1.0.0"), ("1.0.0", "None"), ("1.0", "1.0")])
def test_no_step_leads_to_what_is_no_version(old: str, new: str) -> None:
    with pytest.raises(ValueError, match="no version"):
        bump_between(old, new)


def test_a_step_that_is_none_is_refused() -> None:
    step: Any = "huge"
    with pytest.raises(ValueError, match="huge"):
        next_version("1.0.0", step)


@pytest.mark.parametrize(
    ("after", "new", "suffices"),
    [
        ({"name": "Years"}, "1.4.3", True),
        ({"name": "Years"}, "1.4.2", False),
        ({"unit": "a"}, "2.0.0", True),
        ({"unit": "a"}, "1.9.9", False),
        ({"unit": "a"}, "3.1.0", True),
        ({"format": "i32"}, "1.5.0", False),
        ({"effective_until": None}, "1.4.3", True),  # nothing changes, yet it is another version
    ],
)
def test_whether_a_step_is_enough(after: dict[str, Any], new: str, suffices: bool) -> None:
    assert bump_suffices("1.4.2", new, compare(says(), says(**after), meaning_changed=False)) is suffices


def test_of_several_changes_the_largest_step_counts() -> None:
    changes = compare(says(), says(name="Years", aliases=(OLD_NAME,), unit="a"), meaning_changed=False)
    assert [change.bump for change in changes] == ["patch", "major", "patch"]
    assert minimum_bump(changes) == "major"
    assert minimum_bump([]) == "patch"


# The digest of readers ----------------------------------------------------------------------------------------------------

History = list[tuple[Element, str]]


def approved(*versions: Element, meaning_changed: bool = False) -> History:
    history: History = []
    for version in versions:
        history.append((version, reads_as(history, version, meaning_changed=meaning_changed)))
    return history


@pytest.mark.parametrize(
    ("before", "after", "breaks"),
    [
        ({}, {"name": "Years"}, False),
        ({}, {"definition": "Age in years."}, False),
        ({}, {"unique": True}, False),
        ({}, {"sensitivity": "personal"}, False),
        ({"aliases": (OLD_NAME,)}, {"tags": ("x",)}, False),
        ({}, {"unit": "a"}, True),
        ({"unique": True}, {}, True),
        ({"format": "i32"}, {"format": "i64"}, True),
        ({"domain": Domain(pattern="(a)+")}, {"domain": Domain(pattern="(b)+")}, True),
        ({"domain": Domain(values=(PermissibleValue(code="1"),))}, {"domain": Domain()}, True),
    ],
)
def test_readers_know_a_version_by_what_could_break_them(before: dict[str, Any], after: dict[str, Any], breaks: bool) -> None:
    (old, first), (new, second) = approved(says(**before), says(**after))
    assert first == content_digest(old)
    assert second == (content_digest(new) if breaks else first)


def test_an_answered_change_of_meaning_is_one_for_readers() -> None:
    history = approved(says())
    assert reads_as(history, says(definition="Else."), meaning_changed=True) != history[0][1]
    assert reads_as(history, says(definition="Else."), meaning_changed=False) == history[0][1]


VERSIONS = st.lists(
    st.builds(
        says,
        name=st.sampled_from(["Age", "Years"]),
        unit=st.sampled_from(["", "a", "mo"]),
        unique=st.booleans(),
        null_policy=st.sampled_from(["", "never", "allowed"]),
    ),
    min_size=1,
    max_size=6,
)


@given(VERSIONS, st.booleans())
def test_going_back_gives_back_the_digest(versions: list[Element], meaning_changed: bool) -> None:
    history = approved(*versions, meaning_changed=meaning_changed)
    for version, digest in history:
        assert reads_as(history, version, meaning_changed=True) == digest
        assert reads_as(history, replace(version, key="renamed", aliases=(OLD_NAME,)), meaning_changed=False) == digest


@given(VERSIONS, st.sampled_from(["Age in full", "Years lived"]))
def test_wording_changes_nothing_for_a_reader(versions: list[Element], name: str) -> None:
    history = approved(*versions)
    newest, digest = history[-1]
    assert reads_as(history, replace(newest, name=name, tags=("said otherwise",)), meaning_changed=False) == digest


@given(VERSIONS)
def test_the_digest_is_that_of_a_version_and_new_where_something_breaks(versions: list[Element]) -> None:
    history: History = []
    for version in versions:
        digest = reads_as(history, version, meaning_changed=False)
        if history and content_digest(version) not in {content_digest(earlier) for earlier, _ in history}:
            changes = compare(history[-1][0], version, meaning_changed=False)
            assert (digest == history[-1][1]) == (not any(may_break_a_consumer(change) for change in changes))
        history.append((version, digest))
        assert digest in {content_digest(earlier) for earlier, _ in history}
