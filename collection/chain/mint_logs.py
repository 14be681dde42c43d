"""First owners of tokens: the Transfer logs of ERC-721 that come from the zero address."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from collection.chain.addresses import checksummed

if TYPE_CHECKING:
    from web3.types import FilterParams, LogReceipt

    from collection.chain.connection import Chain

_TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""keccak256 of Transfer(address,address,uint256)."""
_NOBODY = "0x" + "00" * 32

WINDOW = 10_000
"""Blocks in one request for logs, at most; a node that takes fewer is asked for fewer."""


def mints_in(logs: Iterable[Mapping[str, Any]], address: str) -> dict[int, str]:
    """Token ids and first owners, of those logs that are a mint of the contract at `address`."""
    from hexbytes import HexBytes

    found: dict[int, str] = {}
    for log in logs:
        topics = [HexBytes(topic).to_0x_hex() for topic in log["topics"]]
        if len(topics) == 4 and topics[:2] == [_TRANSFER, _NOBODY] and log["address"].lower() == address.lower():
            found[int(topics[3], 16)] = checksummed("0x" + topics[2][-40:])
    return found


def find_mints(chain: Chain, address: str, token_ids: Collection[int], from_block: int) -> dict[int, str]:
    """The first owners of these tokens; logs are read in windows of blocks from `from_block` until all are found.

    A token that no log mints is left out. Raises ChainError where the node gives no logs, however few blocks they are.
    """
    found: dict[int, str] = {}
    missing = set(token_ids)
    for minted in all_mints(chain, address, from_block):
        found |= {token_id: to for token_id, to in minted.items() if token_id in missing}
        missing -= minted.keys()
        if not missing:
            break
    return found


def all_mints(chain: Chain, address: str, from_block: int) -> Iterator[dict[int, str]]:
    """Every token id that was minted since a block, with its first owner, window by window of blocks."""
    with chain.translated():
        last = chain.web3.eth.block_number
    first, window = from_block, WINDOW
    while first <= last:
        logs = _logs(chain, address, first, min(first + window - 1, last), alone=window == 1)
        if logs is None:
            window //= 2
            continue
        yield mints_in(logs, address)
        first += window


def _logs(chain: Chain, address: str, first: int, last: int, *, alone: bool) -> list[LogReceipt] | None:
    """The mint logs of some blocks; None if the node finds them too many, unless it is one block `alone`."""
    from requests import HTTPError
    from web3.exceptions import Web3RPCError

    wanted: FilterParams = {
        "address": checksummed(address),
        "topics": [_TRANSFER, _NOBODY],
        "fromBlock": first,
        "toBlock": last,
    }
    with chain.translated():
        try:
            return chain.web3.eth.get_logs(wanted)
        except (Web3RPCError, HTTPError):
            if alone:
                raise
            return None
