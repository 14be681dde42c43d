"""The header of a block in the form that its hash is made of, put together from what a node says of the block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collection.chain.connection import Chain
from collection.errors import ChainError

_FIELDS = (
    "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty",
    "number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas", "withdrawalsRoot",
    "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash", "blockAccessListHash",
)  # fmt: skip
"""Those of the specification, in order; what came with a later fork stands at the end, and may be missing."""
_LENGTHS = {"logsBloom": 256, "nonce": 8}
"""Bytes of those that some nodes shorten."""


def header_of(chain: Chain, number: int) -> bytes:
    """The RLP of a block's header; its keccak is the block's hash.

    Raises ChainError where what the node says does not give that hash: on some chains headers have other fields.
    """
    from eth_utils.crypto import keccak

    with chain.translated():
        block: Mapping[str, Any] = dict(chain.web3.eth.get_block(number))
    extra = bytes(block.get("extraData", block.get("proofOfAuthorityData", b"")))
    for each in (extra, extra.rstrip(b"\0")):  # eth-tester fills it up to 32 bytes
        header = _encoded({**block, "extraData": each})
        if keccak(header) == bytes(block["hash"]):
            return header
    raise ChainError(
        f"the header of block {number} cannot be put together from what {chain.network.name} says of it",
        "a reveal needs a chain with headers of Ethereum's form",
    )


def _encoded(block: Mapping[str, Any]) -> bytes:
    import rlp

    encoded: bytes = rlp.encode([_bytes(name, block[name]) for name in _FIELDS if block.get(name) is not None])
    return encoded


def _bytes(name: str, value: Any) -> bytes:
    """A number without leading zeros; all else as it is, or filled up to its length."""
    from hexbytes import HexBytes

    if isinstance(value, int):
        return value.to_bytes((value.bit_length() + 7) // 8, "big")
    return bytes(HexBytes(value)).rjust(_LENGTHS.get(name, 0), b"\0")
