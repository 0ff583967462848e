"""The list of mutants stays usable while the engine changes. `scripts/mutants` tries them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.listed import MUTANTS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_still_matches_the_source_exactly_once(mutant):
    source = (ROOT / mutant.file).read_text()
    assert source.count(mutant.old) == 1
    compile(source.replace(mutant.old, mutant.new), mutant.file, "exec")
    assert all((ROOT / name).exists() for name in mutant.tests)


def test_mutants_have_names_of_their_own_and_are_enough():
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 14
