"""The Merkle log against the recursive definition of RFC 6962 and against its published roots."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import merkle

# The eight inputs and the roots of the reference implementation of Certificate Transparency.
INPUTS = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {  # (leaf, size): audit path; from the same reference
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
CONSISTENCY = {
    (1, 1): [],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


class Store:
    """Stored subtrees as the database keeps them: written once each."""

    def __init__(self, leaves: Sequence[bytes] = (), batch: int = 3) -> None:
        self.nodes: dict[merkle.Node, bytes] = {}
        self.size, self.root = 0, merkle.EMPTY_ROOT
        for start in range(0, len(leaves), batch):
            self.append(leaves[start : start + batch])

    def append(self, leaves: Sequence[bytes]) -> None:
        result = merkle.append(self.size, leaves, self.get)
        for node, value in result.nodes:
            assert node not in self.nodes, "a stored hash was written twice"
            self.nodes[node] = value
        self.size, self.root = result.size, result.root

    def get(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]


def naive_root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


def leaves_of(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(number).encode()) for number in range(count)]


REFERENCE = Store([merkle.leaf_hash(item) for item in INPUTS])


def test_the_roots_are_those_of_the_reference_implementation():
    assert [merkle.root(size, REFERENCE.get).hex() for size in range(1, 9)] == ROOTS
    assert merkle.root(0, REFERENCE.get).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_an_inclusion_proof_is_the_published_path(index, size):
    assert [item.hex() for item in merkle.inclusion_proof(index, size, REFERENCE.get)] == PATHS[index, size]


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_a_consistency_proof_is_the_published_one(old, new):
    assert [item.hex() for item in merkle.consistency_proof(old, new, REFERENCE.get)] == CONSISTENCY[old, new]


@given(st.integers(0, 300), st.integers(1, 40))
def test_appending_in_batches_gives_the_recursive_root_whatever_the_batches(count, batch):
    leaves = leaves_of(count)
    store = Store(leaves, batch)

    assert store.root == naive_root(leaves) == merkle.root(count, store.get)
    assert len(store.nodes) == sum(count >> level for level in range(count.bit_length()))


@given(st.data())
def test_every_leaf_is_proven_and_no_other_leaf_place_or_root_is(data):
    size = data.draw(st.integers(1, 130))
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    store = Store(leaves)
    proof = merkle.inclusion_proof(index, size, store.get)

    assert merkle.verify_inclusion(leaves[index], index, size, proof, store.root)
    assert not merkle.verify_inclusion(merkle.leaf_hash(b"another"), index, size, proof, store.root)
    assert not merkle.verify_inclusion(leaves[index], index, size, proof, merkle.EMPTY_ROOT)
    assert not merkle.verify_inclusion(leaves[index], index, size, [*proof, merkle.EMPTY_ROOT], store.root)
    assert not merkle.verify_inclusion(leaves[index], size, size, proof, store.root)
    if proof:
        assert not merkle.verify_inclusion(leaves[index], index, size, proof[:-1], store.root)
        other = data.draw(st.integers(0, size - 1).filter(lambda place: place != index))
        assert not merkle.verify_inclusion(leaves[index], other, size, proof, store.root)


@given(st.data())
def test_a_log_that_only_grew_is_proven_consistent_and_a_rewritten_one_is_not(data):
    new = data.draw(st.integers(1, 130))
    old = data.draw(st.integers(1, new))
    leaves = leaves_of(new)
    store = Store(leaves)
    proof = merkle.consistency_proof(old, new, store.get)
    old_root = naive_root(leaves[:old])

    assert merkle.verify_consistency(old, new, old_root, store.root, proof)

    rewritten = list(leaves)
    rewritten[data.draw(st.integers(0, old - 1))] = merkle.leaf_hash(b"rewritten")
    forged = Store(rewritten)
    assert not merkle.verify_consistency(old, new, old_root, forged.root, merkle.consistency_proof(old, new, forged.get))
    for place in range(len(proof)):
        bent = [*proof[:place], merkle.EMPTY_ROOT, *proof[place + 1 :]]
        assert not merkle.verify_consistency(old, new, old_root, store.root, bent)
    assert not merkle.verify_consistency(old, new, old_root, store.root, [*proof, merkle.EMPTY_ROOT])


def test_the_empty_log_is_a_prefix_of_every_log():
    assert merkle.consistency_proof(0, 8, REFERENCE.get) == []
    assert merkle.verify_consistency(0, 8, merkle.EMPTY_ROOT, REFERENCE.root, [])
    assert not merkle.verify_consistency(0, 8, REFERENCE.root, REFERENCE.root, [])


def test_a_longer_log_is_never_a_prefix_of_a_shorter_one():
    assert not merkle.verify_consistency(8, 6, REFERENCE.root, REFERENCE.root, [])
    with pytest.raises(ValueError, match="prefix"):
        merkle.consistency_proof(9, 8, REFERENCE.get)


def test_asking_for_a_leaf_that_is_not_there_says_so():
    with pytest.raises(ValueError, match="no leaf 8"):
        merkle.inclusion_proof(8, 8, REFERENCE.get)


def test_a_range_that_is_no_subtree_of_the_tree_is_refused():
    with pytest.raises(ValueError, match="cannot start"):
        merkle.subtrees(2, 6)


def test_a_proof_in_a_million_leaves_reads_few_hashes():
    asked: list[merkle.Node] = []

    def get(level: int, index: int) -> bytes:
        asked.append((level, index))
        return merkle.EMPTY_ROOT

    proof = merkle.inclusion_proof(123_456, 1_000_003, get)

    assert len(proof) == 20
    assert len(asked) <= 40
