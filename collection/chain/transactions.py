"""The account that sends, and the way of a transaction onto the chain: signed where the key is, sent, waited for."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from collection.chain.addresses import checksummed
from collection.chain.bids import Bids
from collection.chain.connection import Chain
from collection.chain.fees import price_of
from collection.chain.keys import Prompt, Signer, find_key
from collection.errors import ChainError, KeyMissingError, ReplacedError
from collection.values import amount

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress
    from web3.types import TxParams

GAS_MARGIN = 1.1  # of the estimate; what is not used is not paid
_MINING_TIMEOUT = 300.0  # seconds until a transaction is left to the next run
_LOOKS = 3  # for a receipt after the nonce has passed: behind one address there may be several nodes, one of them late


@dataclass(frozen=True, slots=True)
class Account:
    """An account that sends. Without a key, the node signs: it knows its development accounts."""

    address: ChecksumAddress
    key: Signer | None = None


@dataclass(frozen=True, slots=True)
class Mined:
    """What became of a transaction that is in a block."""

    tx_hash: str
    succeeded: bool
    """False: it was reverted."""
    gas: int
    """What it used."""
    block: int


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


def wait_for_pending(chain: Chain, account: Account, ours: Sequence[str] = ()) -> int:
    """Wait until no transaction of the account is on its way; returns the nonce that comes next.

    `ours` are the hashes of those that this project sent: they are sent again with a higher fee where gas became
    dearer. Raises ChainError where one is not mined in time.
    """
    deadline = time.monotonic() + _MINING_TIMEOUT
    bids = [Bids(chain, account, tx_hash) for tx_hash in ours]
    while (waiting := _nonce(chain, account, "pending")) > (mined := _nonce(chain, account, "latest")):
        if time.monotonic() > deadline:
            raise ChainError(
                f"{amount(waiting - mined, 'transaction')} of {account.address} not mined yet",
                hint="run this again later: nothing is sent twice",
            )
        for bid in bids:
            bid.raised()
        time.sleep(chain.poll_seconds)
    return mined


def _nonce(chain: Chain, account: Account, block: Any) -> int:
    with chain.translated():
        return chain.web3.eth.get_transaction_count(account.address, block)


def prepared(
    chain: Chain, account: Account, call: Any, abi: Sequence[Any], what: str, nonce: int, value: int = 0
) -> Mapping[str, Any]:
    """The transaction of a contract call or a deployment, its gas and fees asked of the node; `what` it is for.

    `value` is paid with it, in wei. Raises ChainError where the contract refuses, or the account cannot pay.
    """
    try:
        with chain.translated(abi):
            gas = min(int(call.estimate_gas({"from": account.address, "value": value}) * GAS_MARGIN), chain.gas_limit())
            told = {"from": account.address, "nonce": nonce, "gas": gas, "chainId": chain.id, "value": value}
            price = price_of(chain)
            transaction: Mapping[str, Any] = call.build_transaction({**told, **price.fields})
    except ChainError as error:
        if re.search("funds|afford", error.message):
            raise _poor(chain, account, what, None) from error
        raise
    if balance_of(chain, account) < gas * price.most + value:
        raise _poor(chain, account, what, gas * price.most + value)
    return transaction


def balance_of(chain: Chain, account: Account) -> int:
    """What an account has, in wei."""
    with chain.translated():
        return chain.web3.eth.get_balance(account.address)


def _poor(chain: Chain, account: Account, what: str, need: int | None) -> ChainError:
    """That an account cannot pay a transaction; `need` is in wei, None if the node did not tell."""
    return not_enough(chain, account.address, balance_of(chain, account), need, f"the gas to {what}")


def not_enough(chain: Chain, address: str, balance: int, need: int | None, what: str) -> ChainError:
    """That an account cannot pay, with what it has, what it takes (wei), what is missing, and what helps."""
    network, unit = chain.network, chain.network.currency
    takes = "more" if need is None else f"up to {ether(need)} {unit}: {ether(need - balance)} {unit} are missing"
    help_of = {
        "test": f"a faucet of {network.name} gives {unit} for nothing: send it to {address}",
        "embedded": "leave chain.key out: the accounts of this chain have enough",
        "local": "leave chain.key out: the accounts of this chain have enough",
    }
    return ChainError(
        f"not enough funds: {address} has {ether(balance)} {unit} on {network.name}, and {what} takes {takes}",
        help_of.get(network.kind, f"send {unit} to {address}, then run this again"),
    )


def ether(wei: int) -> str:
    """An amount of wei in units of 10**18, as short as six decimals are."""
    return f"{wei / 10**18:.6f}".rstrip("0").rstrip(".")


def send(chain: Chain, account: Account, transaction: Mapping[str, Any]) -> str:
    """Send a complete transaction; returns its hash, 0x hex. Raises ChainError where it is refused."""
    signed = account.key.sign(transaction) if account.key else None
    with chain.translated():
        if signed is None:
            return chain.web3.eth.send_transaction(cast("TxParams", dict(transaction))).to_0x_hex()
        return chain.web3.eth.send_raw_transaction(signed).to_0x_hex()


def receipt(
    chain: Chain,
    account: Account,
    tx_hash: str,
    transaction: Mapping[str, Any],
    sent: Callable[[str], None] = lambda _: None,
) -> Mined:
    """Wait until a transaction of `account` is mined. Where gas became dearer, or the node dropped it, it is sent again
    with a higher fee.

    `sent` is told the hash of each that is sent in its place; the receipt is that of the one that was mined. It counts
    once so many blocks hold it as `chain.confirmations` says; one that a reorganisation takes back is waited for again.

    Raises ReplacedError where another transaction took its nonce, ChainError where it is not mined in time.
    """
    deadline, passed, held = time.monotonic() + _MINING_TIMEOUT, 0, 0
    bids, nonce = Bids(chain, account, tx_hash, transaction), transaction["nonce"]
    while True:
        if (found := _mined(chain, bids.hashes)) is not None:
            if (now := _holding(chain, found)) >= chain.confirmations:
                return found
            if now > held:
                deadline, held = time.monotonic() + _MINING_TIMEOUT, now
        passed = passed + 1 if found is None and _nonce(chain, account, "latest") > nonce else 0
        if passed > _LOOKS:
            raise ReplacedError(
                f"another transaction of {account.address} took the place of {tx_hash}",
                hint="run this again: nothing is sent twice",
            )
        if time.monotonic() > deadline:
            done = f"holds the transaction {tx_hash} by {held} of {chain.confirmations} blocks"
            raise ChainError(
                f"{chain.network.name} {done if found else f'has not mined the transaction {tx_hash} yet'}",
                hint="run this again later: nothing is sent twice",
            )
        if found is None and (instead := bids.raised()) is not None:
            sent(instead)
        time.sleep(chain.poll_seconds)


def _mined(chain: Chain, hashes: Sequence[str]) -> Mined | None:
    """Which of several transactions, of which one alone can be mined, is in a block."""
    return next(filter(None, (_receipt(chain, each) for each in hashes)), None)


def _holding(chain: Chain, done: Mined) -> int:
    """The blocks that hold a transaction: its own and those after it."""
    if chain.confirmations == 1:
        return 1
    with chain.translated():
        return chain.web3.eth.block_number - done.block + 1


def _receipt(chain: Chain, tx_hash: str) -> Mined | None:
    [told] = chain.ask_all([("eth_getTransactionReceipt", [tx_hash])])  # web3 would work on each of its logs
    if not told:
        return None
    status, gas, block = (number_of(told[name]) for name in ("status", "gasUsed", "blockNumber"))
    return Mined(tx_hash, status == 1, gas, block)


def number_of(told: str | int) -> int:
    """A number as a node writes it, in hex, or as the embedded chain gives it."""
    return int(told, 16) if isinstance(told, str) else int(told)


def carry_out(chain: Chain, account: Account, call: Any, abi: Sequence[Any], what: str, value: int = 0) -> Mined:
    """Send a contract call after everything that the account has on its way, and wait until it is mined.

    `what` says what it is for; `value` is paid with it, in wei. Raises ChainError where the contract refuses it, on the
    way or when it is mined.
    """
    nonce = wait_for_pending(chain, account)
    chain.ask_before_sending()
    transaction = prepared(chain, account, call, abi, what, nonce, value)
    done = receipt(chain, account, send(chain, account, transaction), transaction)
    if not done.succeeded:
        raise ChainError(f"{chain.network.name} did not {what}: transaction {done.tx_hash} was reverted")
    return done
