"""Allowlists: the tree of OpenZeppelin's library, its proofs, and the lists that are refused."""

from __future__ import annotations

import pytest
from eth_utils.crypto import keccak

from collection.chain.allowlist import Allowlist, Entry, read_allowlist
from collection.errors import UsageError

ACCOUNTS = [f"0x{number:040x}" for number in range(0xABC0ABC0, 0xABC0ABC0 + 13)]


def proven(root, leaf, proof):
    for sibling in proof:
        leaf = keccak(min(leaf, sibling) + max(leaf, sibling))
    return leaf == root


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 13])
def test_every_line_leads_to_the_root(count):
    listed = Allowlist([Entry(account, number) for number, account in enumerate(ACCOUNTS[:count], start=1)])
    told = listed.as_json()
    for index, account in enumerate(ACCOUNTS[:count]):
        line = listed.line(account)
        assert (line.index, line.account.lower(), line.allowed) == (index, account, index + 1)
        leaf = bytes.fromhex(told["tree"][told["values"][index]["treeIndex"]][2:])
        assert proven(listed.root, leaf, line.proof)
        assert not line.proof or not proven(listed.root, leaf, [bytes(32), *line.proof[1:]])
    with pytest.raises(UsageError, match="is not on the list"):
        listed.line("0x" + "77" * 20)


def test_the_root_is_that_of_the_reference():
    """By @openzeppelin/merkle-tree's definition, worked out by hand for two leaves."""
    from eth_abi.abi import encode

    leaves = [
        keccak(keccak(encode(("uint256", "address", "uint256"), (index, account, 2))))
        for index, account in enumerate(ACCOUNTS[:2])
    ]
    assert Allowlist([Entry(account, 2) for account in ACCOUNTS[:2]]).root == keccak(b"".join(sorted(leaves)))
    assert Allowlist([Entry(ACCOUNTS[0], 2)]).root == leaves[0]


def test_lists_are_read_and_wrong_ones_refused():
    text = f"address,count\n{ACCOUNTS[0]},2\n{ACCOUNTS[1]},1\n"
    assert [entry.allowed for entry in read_allowlist(text, "list.csv").entries] == [2, 1]
    with pytest.raises(UsageError, match=r"line 3: .* is in line 2 already"):
        read_allowlist(f"address,count\n{ACCOUNTS[0]},2\n{ACCOUNTS[0].upper().replace('X', 'x')},1\n", "list.csv")
    with pytest.raises(UsageError, match="not which tokens"):
        read_allowlist(f"address,token\n{ACCOUNTS[0]},2\n", "list.csv")
