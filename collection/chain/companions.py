"""Contracts beside the token: put on the chain once for what they are told, and recognised there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from collection.chain.addresses import checksummed, created_address
from collection.chain.compiled import artifact, artifact_of
from collection.chain.connection import Chain
from collection.chain.transactions import Account, prepared, receipt, send, wait_for_pending
from collection.errors import ChainError
from collection.store.records import Companion
from collection.store.store import Store

CONTRACTS = {"splitter": "Splitter", "sale": "Sale", "editions": "Editions"}
"""The compiled contract of each kind of companion."""


def known_companion(store: Store, chain: Chain, kind: str, settings: Mapping[str, Any]) -> Companion | None:
    """The contract of that kind that was told just these settings and is on the chain; it is confirmed then."""
    for known in reversed(store.companions(chain.id, kind)):
        if known.settings == settings and is_genuine(chain, known):
            if known.status != "confirmed" and not store.read_only:
                store.update_companion(known.id, tx_hash=known.tx_hash, status="confirmed")
            return known
    return None


def is_genuine(chain: Chain, companion: Companion) -> bool:
    """Whether the code at its address is that of the contract that was deployed there."""
    compiled = artifact_of(companion.artifact_sha256)
    return compiled is not None and compiled.made(code_of(chain, companion.address))


def code_of(chain: Chain, address: str) -> bytes:
    """The code at an address; empty where there is none."""
    with chain.translated():
        return bytes(chain.web3.eth.get_code(checksummed(address)))


def deploy_companion(
    store: Store, chain: Chain, account: Account, kind: str, settings: Mapping[str, Any], arguments: Sequence[Any]
) -> tuple[Companion, int]:
    """Deploy a contract of that kind, unless one with these settings is there; returns it and the gas, 0 if it was.

    `settings` are what the constructor's `arguments` say, in JSON values. The intent, with the address to be, is
    written before anything is sent. Raises ChainError where the chain refuses.
    """
    nonce = wait_for_pending(chain, account)
    known = known_companion(store, chain, kind, settings)
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
    tx_hash = send(chain, account, prepared(chain, account, call, compiled.abi, f"deploy the {kind}", nonce))
    store.update_companion(intent.id, tx_hash=tx_hash, status="intended")
    done = receipt(chain, account, tx_hash, nonce)
    if done["status"] != 1 or not is_genuine(chain, intent):
        raise ChainError(f"{chain.network.name} did not create the {kind} (transaction {tx_hash})")
    store.update_companion(intent.id, tx_hash=tx_hash, status="confirmed")
    return intent, int(done["gasUsed"])
