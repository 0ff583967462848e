"""What is different between two contents of a component."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from approvals.difference import PackageChange, Row, compare, compare_requirements
from foundation.canonical import canonical_json, digest

scalars = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "a", "b", "1", "3.1", "3.10", "a · b"])
names = st.sampled_from(["name", "dataset", "key", "path", "role", "value"])
bodies = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)


def canonical(value: Any) -> Any:
    return json.loads(canonical_json(value))


@given(bodies, bodies)
def test_there_are_no_rows_exactly_when_the_digests_are_equal(before: Any, after: Any) -> None:
    assert (compare(canonical(before), canonical(after)) == []) == (digest(before) == digest(after))


@given(bodies, bodies)
def test_the_other_way_round_what_was_added_is_removed(before: Any, after: Any) -> None:
    swap = {"added": "removed", "removed": "added", "changed": "changed"}
    there = {(row.path, row.before, row.after, row.change) for row in compare(before, after)}
    back = {(row.path, row.after, row.before, swap[row.change]) for row in compare(after, before)}

    assert there == back


def test_a_kpi_put_in_between_does_not_make_the_others_look_changed() -> None:
    found, kept = {"name": "Found", "target": "70"}, {"name": "Kept", "target": "5"}

    rows = compare({"kpis": [found, kept]}, {"kpis": [found, {"name": "New", "target": "1"}, kept]})

    assert rows == [Row(("kpis", "New"), "", "target: 1", "added")]


def test_a_changed_target_is_told_by_the_name_of_its_kpi() -> None:
    rows = compare({"kpis": [{"name": "Found", "target": "70"}]}, {"kpis": [{"name": "Found", "target": "75"}]})

    assert rows == [Row(("kpis", "Found", "target"), "70", "75", "changed")]


def test_another_order_is_a_difference() -> None:
    assert compare([{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}])


def lock(*packages: tuple[str, str, str]) -> dict[str, Any]:
    rows = [
        {"name": name, "version": version, "origin": "index", "hashes": 1, "fixed": fixed} for name, version, fixed in packages
    ]
    return {"sets": [{"path": "requirements.txt", "digest": "x", "problems": [], "requirements": rows}]}


def test_packages_come_go_and_change() -> None:
    rows = compare_requirements(
        lock(("numpy", "2.0", "a"), ("old", "1", "a"), ("same", "1", "a")),
        lock(("numpy", "2.1", "b"), ("new", "3", "a"), ("same", "1", "a")),
    )

    assert rows == [
        PackageChange("requirements.txt", "new", "", "3", "added"),
        PackageChange("requirements.txt", "numpy", "2.0", "2.1", "changed"),
        PackageChange("requirements.txt", "old", "1", "", "removed"),
    ]


def test_the_same_version_from_other_files_is_a_change_and_says_so() -> None:
    (row,) = compare_requirements(lock(("numpy", "2.0", "a")), lock(("numpy", "2.0", "b")))

    assert (row.before, row.after, row.same_version) == ("2.0", "2.0", True)
