from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.canonical import digest
from lineage.components import code_digest_body


@dataclass(frozen=True)
class Entry:
    path: str
    blob: str = "a" * 40
    mode: str = "100644"


TREE = [Entry("src/train.py"), Entry("README.md"), Entry("requirements.txt"), Entry("params.yaml"), Entry("locks/gpu.lock")]


def code(entries, owned=()):
    return digest(code_digest_body(entries, set(owned)))


def with_blob(path, blob):
    return [Entry(entry.path, blob if entry.path == path else entry.blob, entry.mode) for entry in TREE]


def test_a_version_that_changes_only_the_lock_file_it_pushed_has_the_same_code():
    changed = with_blob("requirements.txt", "b" * 40)

    assert code(changed, {"requirements.txt"}) == code(TREE, {"requirements.txt"})


def test_a_lock_file_that_nobody_pushed_is_judged_as_code():
    assert code(with_blob("requirements.txt", "b" * 40)) != code(TREE)


def test_a_version_that_changes_a_line_of_code_has_other_code():
    assert code(with_blob("src/train.py", "b" * 40)) != code(TREE)


def test_a_lock_under_an_uncommon_name_is_left_out_when_it_was_pushed():
    changed = with_blob("locks/gpu.lock", "b" * 40)

    assert code(changed) != code(TREE)
    assert code(changed, {"locks/gpu.lock"}) == code(TREE, {"locks/gpu.lock"})


def test_a_script_made_executable_and_a_submodule_moved_are_changes_of_code():
    script, module = Entry("run.sh"), Entry("vendored", mode="160000")

    assert code([script]) != code([Entry("run.sh", mode="100755")])
    assert code([module]) != code([Entry("vendored", "b" * 40, "160000")])


def test_moving_a_file_is_a_change_of_code():
    assert code([Entry("a.py")]) != code([Entry("b.py")])


def test_a_path_that_comes_twice_is_no_tree():
    with pytest.raises(ValueError, match="comes twice"):
        code_digest_body([Entry("a"), Entry("a", "b" * 40)], set())


@given(st.lists(st.text(min_size=1), unique=True), st.randoms(use_true_random=False))
def test_the_order_in_which_a_tree_is_listed_does_not_matter(paths, chance):
    entries = [Entry(path) for path in paths]
    shuffled = entries[:]
    chance.shuffle(shuffled)

    assert code_digest_body(shuffled, set()) == code_digest_body(entries, set())
