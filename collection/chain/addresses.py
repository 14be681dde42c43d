"""Addresses of accounts and contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collection.config.accounts import wrong_address
from collection.errors import ChainError

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

NOBODY = "0x" + "00" * 20
"""The zero address, from which tokens are minted, and who owns what was given up."""


def checksummed(address: str) -> ChecksumAddress:
    """An address with its checksum (EIP-55).

    Raises ChainError for what is none, and for one in mixed case whose checksum does not fit.
    """
    from eth_utils.address import to_checksum_address

    if (wrong := wrong_address(address)) and address != NOBODY:
        raise ChainError(f'"{address}" is no address', hint=wrong)
    return to_checksum_address(address)


def created_address(sender: str, nonce: int) -> ChecksumAddress:
    """The address of the contract that `sender` creates with transaction `nonce` (yellow paper, section 7: CREATE)."""
    import rlp
    from eth_utils.crypto import keccak

    return checksummed("0x" + keccak(rlp.encode([bytes.fromhex(sender[2:]), nonce]))[12:].hex())
