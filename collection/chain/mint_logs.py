"""First owners of tokens: the Transfer logs of ERC-721 that come from the zero address, and what a sale logs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from collection.chain.addresses import checksummed

if TYPE_CHECKING:
    from web3.types import FilterParams, LogReceipt

    from collection.chain.connection import Chain

_TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""keccak256 of Transfer(address,address,uint256)."""
_CONSECUTIVE = "0xdeaa91b6123d068f5821d0fb0678463d1a8a6079fe8af5de3ce5e896dcf9133d"
"""keccak256 of ConsecutiveTransfer(uint256,uint256,address,address), of ERC-2309."""
_TRANSFER_SINGLE = "0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62"
"""keccak256 of TransferSingle(address,address,address,uint256,uint256)."""
_NOBODY = "0x" + "00" * 32
_SOLD = "0xe029f26dbcf8c42dd2f352c10214a7fc26773dc62482c6241334a0402ac09a80"
"""keccak256 of Sold(address,uint256,uint256,uint256), by which a sale says what it sold."""

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
    return _until_found(
        chain, address, [_TRANSFER, _NOBODY], token_ids, from_block, lambda logs: mints_in(logs, address)
    )


def find_sales(chain: Chain, sale: str, token_ids: Collection[int], from_block: int) -> dict[int, str]:
    """The buyers of these tokens, by the events of a sale, read as `find_mints` does; a token not sold is left out."""
    return _until_found(chain, sale, [_SOLD], token_ids, from_block, lambda logs: _sales_in(logs, sale))


def _sales_in(logs: Iterable[Mapping[str, Any]], sale: str) -> dict[int, str]:
    """Token ids and buyers, of those logs that are sales of the contract at `sale`."""
    from hexbytes import HexBytes

    found: dict[int, str] = {}
    for log in logs:
        topics, data = [HexBytes(topic).to_0x_hex() for topic in log["topics"]], bytes(HexBytes(log["data"]))
        if len(topics) == 2 and topics[0] == _SOLD and log["address"].lower() == sale.lower():
            first, quantity = int.from_bytes(data[:32], "big"), int.from_bytes(data[32:64], "big")
            found.update(dict.fromkeys(range(first, first + quantity), str(checksummed("0x" + topics[1][-40:]))))
    return found


def all_mints(chain: Chain, address: str, from_block: int) -> Iterator[dict[int, str]]:
    """Every token id that was minted since a block, with its first owner, window by window of blocks."""
    for logs in _windows(chain, address, [_TRANSFER, _NOBODY], from_block):
        yield mints_in(logs, address)


def consecutive_mints(chain: Chain, address: str, from_block: int) -> Iterator[range]:
    """The ids that were minted since a block by one log for many (ERC-2309), run by run. They may be any number."""
    from hexbytes import HexBytes

    for logs in _windows(chain, address, [_CONSECUTIVE, None, _NOBODY], from_block):
        for log in logs:
            topics, data = [HexBytes(topic).to_0x_hex() for topic in log["topics"]], bytes(HexBytes(log["data"]))
            minted = len(topics) == 4 and (topics[0], topics[2]) == (_CONSECUTIVE, _NOBODY) and len(data) >= 32
            if minted and log["address"].lower() == address.lower():
                yield range(int(topics[1], 16), int.from_bytes(data[:32], "big") + 1)


def copies_minted(chain: Chain, address: str, from_block: int) -> Iterator[tuple[int, str, int]]:
    """Every minting of copies (ERC-1155) since a block, in order: image, who got them, how many.

    Only what `_mint` of this product's editions logs is read: one image a log.
    """
    from hexbytes import HexBytes

    for logs in _windows(chain, address, [_TRANSFER_SINGLE, None, _NOBODY], from_block):
        for log in sorted(logs, key=lambda log: (log["blockNumber"], log["logIndex"])):
            topics, data = [HexBytes(topic).to_0x_hex() for topic in log["topics"]], bytes(HexBytes(log["data"]))
            minted = len(topics) == 4 and (topics[0], topics[2]) == (_TRANSFER_SINGLE, _NOBODY) and len(data) == 64
            if minted and log["address"].lower() == address.lower():
                owner = str(checksummed("0x" + topics[3][-40:]))
                yield int.from_bytes(data[:32], "big"), owner, int.from_bytes(data[32:], "big")


def _until_found(
    chain: Chain,
    address: str,
    topics: list[str],
    token_ids: Collection[int],
    from_block: int,
    read: Callable[[Iterable[Mapping[str, Any]]], dict[int, str]],
) -> dict[int, str]:
    found: dict[int, str] = {}
    missing = set(token_ids)
    for logs in _windows(chain, address, topics, from_block) if missing else ():
        told = {token_id: to for token_id, to in read(logs).items() if token_id in missing}
        found |= told
        missing -= told.keys()
        if not missing:
            break
    return found


def _windows(chain: Chain, address: str, topics: Sequence[str | None], from_block: int) -> Iterator[list[LogReceipt]]:
    """The logs of a contract that begin with `topics`, in windows of blocks that shrink for a node that takes fewer."""
    with chain.translated():
        last = chain.web3.eth.block_number
    first, window = from_block, WINDOW
    while first <= last:
        logs = _logs(chain, address, topics, first, min(first + window - 1, last), alone=window == 1)
        if logs is None:
            window //= 2
            continue
        yield logs
        first += window


def _logs(
    chain: Chain, address: str, topics: Sequence[str | None], first: int, last: int, *, alone: bool
) -> list[LogReceipt] | None:
    """The logs of some blocks that begin with `topics`; None if the node finds them too many, unless it is one."""
    from requests import HTTPError
    from web3.exceptions import Web3RPCError

    wanted: FilterParams = {
        "address": checksummed(address),
        "topics": cast("Any", topics),
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
