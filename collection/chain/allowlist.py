"""Allowlists: who may buy how many tokens in a phase, as a Merkle tree that the sale's contract checks.

The tree is that of OpenZeppelin's `StandardMerkleTree` (npm @openzeppelin/merkle-tree, format "standard-v1") over the
values (index uint256, account address, allowed uint256): leaves are keccak256(keccak256(abi.encode(values))), sorted; a
node hashes its two children, the smaller first. Its JSON is what that library loads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from collection.chain.addresses import checksummed
from collection.chain.recipients import Addresses, Line, read_list, refuse_names, with_addresses
from collection.errors import UsageError

ENCODING = ("uint256", "address", "uint256")


@dataclass(frozen=True, slots=True)
class Entry:
    """An account, and how many tokens it may buy."""

    account: str
    allowed: int


@dataclass(frozen=True, slots=True)
class ProvenLine:
    """A line of a list with what proves it: `index` from 0, `proof` the siblings from the leaf up, 32 bytes each."""

    index: int
    account: str
    allowed: int
    proof: Sequence[bytes]


def read_allowlist(text: str, name: str, addresses: Addresses = refuse_names) -> Allowlist:
    """The allowlist of a CSV file with the columns address and count; `name` is what errors call it.

    `addresses` knows where names of ENS lead to.

    Raises UsageError for a wrong line, and for an account that is there twice.
    """
    lines: dict[str, Line] = {}
    for line in with_addresses(read_list(text, name), name, addresses):
        if line.token is not None or line.image is not None:
            raise UsageError(f"{name}: an allowlist says how many, not which tokens", "a first line `address,count`")
        if line.address in lines:
            first = lines[line.address].number
            raise UsageError(f"{name}, line {line.number}: {line.address} is in line {first} already", "add the counts")
        lines[line.address] = line
    return Allowlist([Entry(line.address, line.count) for line in lines.values()])


class Allowlist:
    """Entries in their order, as a Merkle tree; there is at least one."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = [Entry(str(checksummed(entry.account)), entry.allowed) for entry in entries]
        leaves = [_leaf(index, entry) for index, entry in enumerate(self.entries)]
        count = len(leaves)
        self._tree = [b""] * (2 * count - 1)
        self._places = [0] * count
        for place, index in enumerate(sorted(range(count), key=leaves.__getitem__)):
            self._places[index] = 2 * count - 2 - place
            self._tree[self._places[index]] = leaves[index]
        for place in reversed(range(count - 1)):
            self._tree[place] = _node(self._tree[2 * place + 1], self._tree[2 * place + 2])

    @property
    def root(self) -> bytes:
        """32 bytes that stand for the whole list."""
        return self._tree[0]

    @cached_property
    def _index(self) -> dict[str, int]:
        return {entry.account: index for index, entry in enumerate(self.entries)}

    def line(self, account: str) -> ProvenLine:
        """The line of an account with its proof; raises UsageError where it is not on the list."""
        index = self._index.get(str(checksummed(account)))
        if index is None:
            raise UsageError(f"{account} is not on the list", "collection allowlist build makes it anew")
        place, proof = self._places[index], []
        while place:
            proof.append(self._tree[place + 1 if place % 2 else place - 1])
            place = (place - 1) // 2
        return ProvenLine(index, self.entries[index].account, self.entries[index].allowed, proof)

    def as_json(self) -> dict[str, Any]:
        """What @openzeppelin/merkle-tree loads (`StandardMerkleTree.load`)."""
        return {
            "format": "standard-v1",
            "leafEncoding": list(ENCODING),
            "tree": ["0x" + node.hex() for node in self._tree],
            "values": [
                {"value": [str(index), entry.account, str(entry.allowed)], "treeIndex": place}
                for index, (entry, place) in enumerate(zip(self.entries, self._places, strict=True))
            ],
        }


def leads_to(line: ProvenLine, root: bytes) -> bool:
    """Whether a line and its proof lead to a root, as the contract works it out."""
    node = _leaf(line.index, Entry(line.account, line.allowed))
    for sibling in line.proof:
        node = _node(node, sibling)
    return node == root


def _leaf(index: int, entry: Entry) -> bytes:
    from eth_abi.abi import encode
    from eth_utils.crypto import keccak

    return keccak(keccak(encode(ENCODING, [index, entry.account, entry.allowed])))


def _node(left: bytes, right: bytes) -> bytes:
    from eth_utils.crypto import keccak

    return keccak(min(left, right) + max(left, right))
