"""Addresses of accounts and contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collection.errors import ChainError

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress


def checksummed(address: str) -> ChecksumAddress:
    """An address with its checksum (ERC-55); raises ChainError for what is none."""
    from eth_utils.address import is_address, to_checksum_address

    if not is_address(address):
        raise ChainError(f'"{address}" is not an address', hint="0x and 40 hex digits")
    return to_checksum_address(address)


def created_address(sender: str, nonce: int) -> ChecksumAddress:
    """The address of the contract that `sender` creates with transaction `nonce` (yellow paper, section 7: CREATE)."""
    import rlp  # type: ignore[import-untyped]
    from eth_utils.crypto import keccak

    return checksummed("0x" + keccak(rlp.encode([bytes.fromhex(sender[2:]), nonce]))[12:].hex())
