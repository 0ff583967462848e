"""The Merkle tree of RFC 6962: append, prove, verify. Hashes in, hashes out; where they are stored is not known here.

Only *complete* subtrees are ever stored, addressed as (level, index): level 0 holds the leaves, and (l, i) covers the leaves
[i·2^l, (i+1)·2^l). Such a hash never changes again, so the store is insert-only. Everything else, the root included, is folded
from at most 2·log2(n) of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

Node = tuple[int, int]  # (level, index) of a complete subtree
Get = Callable[[int, int], bytes]  # its stored hash

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(body: bytes) -> bytes:
    """SHA-256(0x00 ‖ body). The prefix keeps a leaf from ever passing for a node."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def subtrees(start: int, end: int) -> list[Node]:
    """The complete subtrees that tile [start, end), from left to right: largest first when `start` is 0.

    `start` must be a multiple of the largest power of two below the length, as every range of an RFC 6962 proof is;
    ValueError otherwise, because the fold of such a range would be another hash than the RFC's.
    """
    if not 0 <= start <= end:
        raise ValueError(f"[{start}, {end}) is not a range")
    tiles = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start & ((1 << level) - 1):
            raise ValueError(f"a subtree of level {level} cannot start at leaf {start}")
        tiles.append((level, start >> level))
        start += 1 << level
    return tiles


@dataclass
class Frontier:
    """The right edge of a log: what is needed to append to it, and no more (at most 64 hashes)."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)  # of `subtrees(0, size)`

    @classmethod
    def load(cls, size: int, get: Get) -> Frontier:
        """The frontier of a stored log of `size` leaves."""
        return cls(size, [get(*node) for node in subtrees(0, size)])

    def append(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        """Add one leaf hash; return every subtree that became complete with it, the leaf first."""
        level, index, digest = 0, self.size, leaf
        completed = [((level, index), digest)]
        while index & 1:
            level, index, digest = level + 1, index >> 1, node_hash(self.hashes.pop(), digest)
            completed.append(((level, index), digest))
        self.hashes.append(digest)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return _fold(self.hashes)


@dataclass(frozen=True)
class Appended:
    """What one batch of leaves does to a log."""

    size: int
    root: bytes
    nodes: list[tuple[Node, bytes]]  # to be stored, new subtrees only, in the order in which they became complete


def append(size: int, leaves: Iterable[bytes], get: Get) -> Appended:
    """Append leaf hashes to a stored log of `size` leaves. Reads at most log2(size) hashes; writes nothing."""
    frontier = Frontier.load(size, get)
    nodes = [node for leaf in leaves for node in frontier.append(leaf)]
    return Appended(frontier.size, frontier.root(), nodes)


def root(size: int, get: Get) -> bytes:
    """The root of the first `size` leaves."""
    return _range_hash(0, size, get)


def inclusion_proof(index: int, size: int, get: Get) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves, lowest sibling first (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"a log of {size} leaves has no leaf {index}")
    return [_range_hash(start, end, get) for start, end in _siblings(index, size)]


def consistency_proof(old: int, new: int, get: Get) -> list[bytes]:
    """Proof that the first `old` leaves of the tree of `new` leaves have the root they had then (RFC 6962, 2.1.2).

    Empty when there is nothing to prove: `old` is 0 or equal to `new`.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a log of {new} leaves has no prefix of {old}")
    if old in (0, new):
        return []
    start, end, ranges = 0, new, []
    while old != end:  # walk down to the subtree that ends where the old tree ended
        split = start + _split(end - start)
        if old <= split:
            ranges.append((split, end))
            end = split
        else:
            ranges.append((start, split))
            start = split
    if start:  # otherwise the old tree is itself one complete subtree, whose root the verifier already has
        ranges.append((start, end))
    return [_range_hash(*part, get) for part in reversed(ranges)]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes) -> bool:
    """Whether `proof` leads from the leaf hash at `index` to the root of `size` leaves (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, digest = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            digest = node_hash(sibling, digest)
            while not node & 1 and node:  # a right edge without sibling is lifted as it stands
                node, last = node >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and digest == expected_root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `old` leaves is a prefix of the tree of `new` leaves (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof)
    if old & (old - 1) == 0:  # a power of two is one complete subtree: the proof leaves its root out
        path.insert(0, old_root)
    if not path:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def _split(size: int) -> int:
    """The largest power of two smaller than `size`, for a size of at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def _siblings(index: int, size: int) -> list[tuple[int, int]]:
    """The leaf ranges whose hashes make up the audit path of `index`, lowest first."""
    start, end, ranges = 0, size, []
    while end - start > 1:
        split = start + _split(end - start)
        if index < split:
            ranges.append((split, end))
            end = split
        else:
            ranges.append((start, split))
            start = split
    return ranges[::-1]


def _range_hash(start: int, end: int, get: Get) -> bytes:
    return _fold([get(*node) for node in subtrees(start, end)])


def _fold(hashes: Sequence[bytes]) -> bytes:
    """The hash over subtrees that shrink to the right: combined from the right, as the recursive definition does."""
    if not hashes:
        return EMPTY_ROOT
    digest = hashes[-1]
    for left in reversed(hashes[:-1]):
        digest = node_hash(left, digest)
    return digest
