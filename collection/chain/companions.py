"""Contracts beside the token: put on the chain once for what they are told, and recognised there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from collection.chain.addresses import checksummed, created_address
from collection.chain.compiled import artifact, artifact_of
from collection.chain.connection import Chain
from collection.chain.transactions import Account, prepared, receipt, send, wait_for_pending
from collection.errors import ChainError
from collection.store.publication_records import Companion
from collection.store.store import Store

CONTRACTS = {"splitter": "Splitter", "sale": "Sale", "editions": "Editions"}
"""The compiled contract of each kind of companion."""


Told = Callable[[str], Mapping[str, Any]]
"""What the contract at an address was told, in JSON values, as the contract says it."""


def known_companion(store: Store, chain: Chain, kind: str, settings: Mapping[str, Any], told: Told) -> Companion | None:
    """The contract of that kind that was told just these settings and is on the chain; it is confirmed then."""
    for known in reversed(store.companions(chain.id, kind)):
        if known.settings == settings and is_there(chain, known, told):
            if known.status != "confirmed" and not store.read_only:
                store.update_companion(known.id, tx_hash=known.tx_hash, status="confirmed")
            return known
    return None


def is_there(chain: Chain, companion: Companion, told: Told) -> bool:
    """Whether that contract, and not another of its kind, lies at its address: by its receipt, or by what it says."""
    if not is_genuine(chain, companion):
        return False
    if companion.tx_hash:
        [receipt] = chain.ask_all([("eth_getTransactionReceipt", [companion.tx_hash])])
        if receipt and str(receipt["contractAddress"]).lower() == companion.address.lower():
            return True
    return told(companion.address) == companion.settings


def is_genuine(chain: Chain, companion: Companion) -> bool:
    """Whether the code at its address is that of the contract that was deployed there."""
    compiled = artifact_of(companion.artifact_sha256)
    return compiled is not None and compiled.made(code_of(chain, companion.address))


def code_of(chain: Chain, address: str) -> bytes:
    """The code at an address; empty where there is none."""
    with chain.translated():
        return bytes(chain.web3.eth.get_code(checksummed(address)))


def deploy_companion(
    store: Store,
    chain: Chain,
    account: Account,
    kind: str,
    settings: Mapping[str, Any],
    arguments: Sequence[Any],
    told: Told,
) -> tuple[Companion, int]:
    """Deploy a contract of that kind, unless one with these settings is there; returns it and the gas, 0 if it was.

    `settings` are what the constructor's `arguments` say, in JSON values; `told` reads them from a contract.
    The intent, with the address to be, is written before anything is sent. Raises ChainError where the chain refuses.
    """
    waiting = [each.tx_hash for each in store.companions(chain.id, kind) if each.status != "confirmed" and each.tx_hash]
    nonce = wait_for_pending(chain, account, waiting)
    known = known_companion(store, chain, kind, settings, told)
    if known is not None:
        return known, 0
    chain.ask_before_sending()
    compiled = artifact(CONTRACTS[kind])
    intent = store.add_companion(
        Companion(
            0, kind, chain.network.name, chain.id, created_address(account.address, nonce), account.address, nonce,
            compiled.sha256, settings, None, "intended",
        )
    )  # fmt: skip
    call = chain.web3.eth.contract(abi=compiled.abi, bytecode=compiled.bytecode).constructor(*arguments)
    transaction = prepared(chain, account, call, compiled.abi, f"deploy the {kind}", nonce)
    tx_hash = send(chain, account, transaction)

    def sent(tx_hash: str) -> None:
        store.update_companion(intent.id, tx_hash=tx_hash, status="intended")

    sent(tx_hash)
    done = receipt(chain, account, tx_hash, transaction, sent)
    if not done.succeeded or not is_genuine(chain, intent):
        raise ChainError(f"{chain.network.name} did not create the {kind} (transaction {done.tx_hash})")
    store.update_companion(intent.id, tx_hash=done.tx_hash, status="confirmed")
    return intent, done.gas
