"""Proofs of RFC 9162, checked against the recursive definitions of RFC 6962."""

from __future__ import annotations

from countersign import merkle
from hypothesis import given
from hypothesis import strategies as st

from tests.client import samples

LEAVES = [samples.leaf(str(number).encode()) for number in range(40)]
sizes = st.integers(1, 40)


@given(st.integers(0, 40))
def test_the_root_is_that_of_the_recursive_definition(size):
    assert merkle.root(LEAVES[:size]) == samples.root(LEAVES[:size])


def test_the_known_root_of_the_reference_vectors_comes_out():
    # the eight leaves of the certificate-transparency test data
    bodies = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [merkle.leaf_hash(bytes.fromhex(body)) for body in bodies]

    assert merkle.root(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(sizes, st.data())
def test_an_inclusion_proof_holds_for_its_own_leaf_and_place_only(size, data):
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, 39).filter(lambda number: number != index))
    leaves = LEAVES[:size]
    proof, root = samples.path(index, leaves), samples.root(leaves)

    assert merkle.inclusion_holds(leaves[index], index, size, proof, root)
    assert not merkle.inclusion_holds(LEAVES[other], index, size, proof, root)
    assert not merkle.inclusion_holds(leaves[index], other, size, proof, root)
    assert not merkle.inclusion_holds(leaves[index], index, size, [*proof, root], root)
    if proof:
        assert not merkle.inclusion_holds(leaves[index], index, size, proof[:-1], root)


@given(sizes, st.data())
def test_a_consistency_proof_holds_for_its_own_sizes_and_roots_only(size, data):
    old = data.draw(st.integers(1, size))
    leaves = LEAVES[:size]
    proof, before, after = samples.consistency(old, leaves), samples.root(leaves[:old]), samples.root(leaves)

    assert merkle.consistency_holds(old, size, before, after, proof)
    assert not merkle.consistency_holds(old, size, bytes(32), after, proof)
    assert not merkle.consistency_holds(old, size, before, bytes(32), proof)
    assert not merkle.consistency_holds(old, size, before, after, [*proof, bytes(32)])


def test_the_empty_log_is_a_prefix_of_every_log_without_proof():
    root = samples.root(LEAVES)

    assert merkle.consistency_holds(0, 40, merkle.EMPTY_ROOT, root, [])
    assert not merkle.consistency_holds(0, 40, root, root, [])
    assert not merkle.consistency_holds(0, 40, merkle.EMPTY_ROOT, root, [root])
