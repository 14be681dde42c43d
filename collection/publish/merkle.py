"""The Merkle tree of certificate logs: SHA-256, one byte before leaves (0) and nodes (1), nothing doubled.

The last node of an odd row goes up as it is. Nobody can pass a node off as a leaf, and any number of leaves has one
root. Source: RFC 9162, section 2.1 (the same tree as in RFC 6962).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf's content."""
    return hashlib.sha256(b"\0" + leaf).digest()


class MerkleTree:
    """The tree over some leaves, one or more; all of its rows are kept."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._rows = [[leaf_hash(leaf) for leaf in leaves]]
        while len(row := self._rows[-1]) > 1:
            pairs = [_node(row[place], row[place + 1]) for place in range(0, len(row) - 1, 2)]
            self._rows.append(pairs + row[len(row) - len(row) % 2 :])

    @property
    def root(self) -> bytes:
        """The root; of no leaves at all, the hash of nothing."""
        return self._rows[-1][0] if self._rows[-1] else hashlib.sha256().digest()

    def path(self, index: int) -> list[bytes]:
        """The inclusion proof of a leaf: its siblings from the lowest row up."""
        found = []
        for row in self._rows[:-1]:
            if index ^ 1 < len(row):
                found.append(row[index ^ 1])
            index >>= 1
        return found


def includes(root: bytes, leaves: int, index: int, leaf: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that `leaf` is number `index`, from 0, of the so many `leaves` below `root`."""
    if not 0 <= index < leaves:
        return False
    node, last, left = leaf_hash(leaf), leaves - 1, list(path)
    while last:
        if index % 2 or index < last:
            if not left:
                return False
            sibling = left.pop(0)
            node = _node(sibling, node) if index % 2 else _node(node, sibling)
        index, last = index >> 1, last >> 1
    return node == root and not left


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
