from __future__ import annotations

from types import SimpleNamespace

from foundation.canonical import digest
from governance.dependencies.components import Change, component_body, difference
from governance.dependencies.lockfiles import parse
from governance.dependencies.pinning import Loose, not_pinned, without_sha256

A, B = "a" * 64, "b" * 64


def rows(text: str):
    return parse("requirements.txt", text).requirements


def test_the_difference_names_what_came_went_and_changed():
    found = difference(rows("gone==1\nsame==1\nbumped==1.0\nloose>=1"), rows("bumped==1.1\nsame==1\nnew==3\nloose>=2"))

    assert found.added == (("new", ("3",)),)
    assert found.removed == (("gone", ("1",)),)
    assert found.changed == (Change("bumped", "version", ("1.0",), ("1.1",)), Change("loose", "version", (">=1",), (">=2",)))


def test_other_bytes_under_the_same_version_are_a_change():
    found = difference(rows(f"a==1 --hash=sha256:{A}"), rows(f"a==1 --hash=sha256:{B}"))

    assert found.changed == (Change("a", "hashes", ("1",), ("1",)),)


def test_another_marker_is_a_change_of_details():
    assert difference(rows("a==1"), rows("a==1 ; sys_platform == 'linux'")).changed[0].kind == "details"


def test_a_package_with_a_version_per_platform_is_compared_as_a_whole():
    both = "a==1 ; sys_platform == 'linux'\na==2 ; sys_platform != 'linux'"

    assert not difference(rows(both), rows("\n".join(reversed(both.splitlines()))))
    assert difference(rows(both), rows("a==1 ; sys_platform == 'linux'")).changed == (Change("a", "version", ("1", "2"), ("1",)),)


def test_the_component_does_not_depend_on_the_order_of_locks():
    one, two = SimpleNamespace(path="a.txt", digest="sha256:1"), SimpleNamespace(path="b.txt", digest="sha256:2")

    assert digest(component_body([one, two])) == digest(component_body([two, one, one]))
    assert digest(component_body([one])) != digest(component_body([two]))
    assert component_body([])["locks"] == []


def test_what_leaves_open_what_is_installed_is_listed_in_order():
    found = rows(f"loose>=1\nbare==1\nfull==1 --hash=sha256:{A}\nweak==1 --hash=sha512:{A}{A}")

    assert not_pinned(found) == [Loose("loose", 1, "not_pinned")]
    assert without_sha256(found) == [Loose("loose", 1, "no_sha256"), Loose("bare", 2, "no_sha256"), Loose("weak", 4, "no_sha256")]
