"""The Merkle tree of RFC 9162: equal to its definition, and its proofs prove nothing else."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.publish.merkle import MerkleTree, includes

LEAVES = st.lists(st.binary(max_size=4), min_size=1, max_size=40)


def defined(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162, section 2.1.1, word by word."""
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\1" + defined(leaves[:split]) + defined(leaves[split:])).digest()


@given(LEAVES)
def test_the_root_is_the_defined_one(leaves: list[bytes]) -> None:
    assert MerkleTree(leaves).root == defined(leaves)


@given(LEAVES, st.data())
def test_each_leaf_is_proven_in_its_place_alone(leaves: list[bytes], data: st.DataObject) -> None:
    tree = MerkleTree(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = tree.path(index)
    assert includes(tree.root, len(leaves), index, leaves[index], path)
    assert not includes(tree.root, len(leaves), index, leaves[index] + b"!", path)
    assert not includes(tree.root, len(leaves), index, leaves[index], [*path, b"x" * 32])
    assert not includes(tree.root, len(leaves), len(leaves), leaves[index], path)
    if path:
        assert not includes(tree.root, len(leaves), index, leaves[index], path[:-1])
        assert not includes(tree.root, len(leaves), index, leaves[index], [b"x" * 32, *path[1:]])


def test_nothing_and_one() -> None:
    assert MerkleTree([]).root == sha256().digest()
    assert MerkleTree([b"a"]).path(0) == []


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 1000])
def test_a_path_is_no_longer_than_the_tree_is_high(size: int) -> None:
    tree = MerkleTree([b"%d" % number for number in range(size)])
    assert max(len(tree.path(index)) for index in range(size)) == (size - 1).bit_length()
