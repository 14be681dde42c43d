"""The account that sends, and the way of a transaction onto the chain: signed where the key is, sent, waited for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from collection.chain.addresses import checksummed
from collection.chain.connection import Chain
from collection.chain.keys import PrivateKey, Prompt, find_key
from collection.errors import ChainError, KeyMissingError
from collection.values import amount

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress
    from web3.types import TxParams, TxReceipt

_MINING_TIMEOUT = 300.0  # seconds until a transaction is left to the next run


@dataclass(frozen=True, slots=True)
class Account:
    """An account that sends. Without a key, the node signs: it knows its development accounts."""

    address: ChecksumAddress
    key: PrivateKey | None = None


def find_account(chain: Chain, key: str | None, folder: Path = Path(), prompt: Prompt | None = None) -> Account:
    """The account of the configured key; on a development chain without one, the node's first.

    Raises KeyMissingError where a key is needed and none is configured, and the errors of `find_key`.
    """
    if key is not None:
        found = find_key(key, folder, prompt)
        return Account(checksummed(found.address), found)
    if not chain.network.is_development:
        raise KeyMissingError(f"{chain.network.name} needs a private key", hint='key = "env:NAME" under [chain]')
    with chain.translated():
        accounts = chain.web3.eth.accounts
    if not accounts:
        raise KeyMissingError(f"{chain.network.name} has no account of its own", hint='key = "env:NAME" under [chain]')
    return Account(accounts[0])


def wait_for_pending(chain: Chain, account: Account) -> int:
    """Wait until no transaction of the account is on its way; returns the nonce that comes next.

    Raises ChainError where one is not mined in time.
    """
    deadline = time.monotonic() + _MINING_TIMEOUT
    while (waiting := _nonce(chain, account, "pending")) > (mined := _nonce(chain, account, "latest")):
        if time.monotonic() > deadline:
            raise ChainError(
                f"{amount(waiting - mined, 'transaction')} of {account.address} not mined yet",
                hint="run this again later: nothing is sent twice",
            )
        time.sleep(chain.poll_seconds)
    return mined


def _nonce(chain: Chain, account: Account, block: Any) -> int:
    with chain.translated():
        return chain.web3.eth.get_transaction_count(account.address, block)


def send(chain: Chain, account: Account, transaction: Mapping[str, Any]) -> str:
    """Send a complete transaction; returns its hash, 0x hex. Raises ChainError where it is refused."""
    signed = account.key.sign(transaction) if account.key else None
    with chain.translated():
        if signed is None:
            return chain.web3.eth.send_transaction(cast("TxParams", dict(transaction))).to_0x_hex()
        return chain.web3.eth.send_raw_transaction(signed).to_0x_hex()


def receipt(chain: Chain, tx_hash: str) -> TxReceipt:
    """Wait until a transaction is mined; raises ChainError where it is not in time."""
    from hexbytes import HexBytes

    with chain.translated():
        return chain.web3.eth.wait_for_transaction_receipt(
            HexBytes(tx_hash), timeout=_MINING_TIMEOUT, poll_latency=chain.poll_seconds
        )
