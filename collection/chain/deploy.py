"""The stage that puts the contract on the chain, once for each frozen set and chain."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from collection.chain.addresses import created_address
from collection.chain.compiled import artifact_of
from collection.chain.connection import Chain
from collection.chain.contract import TokenContract, TokenSettings
from collection.chain.token_kind import BARE, TokenKind
from collection.chain.transactions import Account, prepared, receipt, send, wait_for_pending
from collection.errors import ChainError
from collection.store.publication_records import Deployment, Freeze
from collection.store.store import Store

_TOLD = ("name", "symbol", "max_supply", "provenance", "base_uri", "contract_uri")
"""Settings that a contract tells."""


@dataclass(frozen=True, slots=True)
class DeployReport:
    """Where the contract is; `gas` is 0 where it was there already."""

    address: str
    symbol: str
    tx_hash: str | None
    gas: int


def frozen_set(store: Store) -> Freeze:
    """The frozen set; raises ChainError where there is none."""
    freeze = store.frozen()
    if freeze is None:
        raise ChainError("nothing is frozen yet", hint="collection freeze")
    return freeze


def is_there(chain: Chain, known: Deployment) -> bool:
    """Whether the contract of a deployment, and no other, lies at its address.

    An address follows from account and nonce. So the contract of another project may lie there, where this one was
    stopped before it sent anything, or where a development chain began anew. The receipt on record tells, and without
    one the code and what the contract was told.
    """
    if not chain.has_code(known.address):
        return False
    compiled = artifact_of(known.artifact_sha256)
    contract = TokenContract(chain, known.address, compiled)
    if known.tx_hash and contract.created_by(known.tx_hash) == (known.deployer, contract.address):
        return True
    if compiled is None or not contract.is_genuine():
        return False
    settings = known.settings or {}
    return all(getattr(contract, field)() == settings[field] for field in _TOLD if field in settings)


def has_contract(store: Store, chain: Chain, known: Deployment) -> bool:
    """Whether a contract is on the chain; a development chain that began anew has lost it, and `deploy` is due."""
    there = chain.has_code(known.address)
    if not there:
        lost(store, chain, known)
    return there


def lost(store: Store, chain: Chain, known: Deployment) -> bool:
    """Note that a contract is gone, where that can be: on a development chain that began anew. Whether it can be."""
    if chain.network.is_development and known.status == "confirmed" and not store.read_only:
        store.update_deployment(known.id, tx_hash=known.tx_hash, status="intended")
    return chain.network.is_development


def pending(store: Store, chain_id: int) -> bool:
    """Whether the frozen set still lacks its contract on this chain, as far as the store knows."""
    known = store.deployment(chain_id, frozen_set(store).root_cid)
    return known is None or known.status != "confirmed"


def deploy(
    store: Store, chain: Chain, account: Account, settings: TokenSettings, kind: TokenKind = BARE
) -> DeployReport:
    """Deploy the contract of the frozen set, of a kind, unless it is on this chain already.

    The intent, with the address that the contract will have and the settings that it is told, is written before
    anything is sent: a killed run is followed by one that looks there first. Raises ChainError where the chain refuses,
    or has lost a contract that it once confirmed.
    """
    known = store.deployment(chain.id, frozen_set(store).root_cid)
    waiting = [known.tx_hash] if known and known.tx_hash and known.status != "confirmed" else []
    nonce = wait_for_pending(chain, account, waiting)
    if known is not None and is_there(chain, known):
        tx_hash = _creation(chain, known)
        store.update_deployment(known.id, tx_hash=tx_hash, status="confirmed")
        return DeployReport(known.address, settings.symbol, tx_hash, 0)
    chain.ask_before_sending()
    if known is not None:
        _forget(store, chain, known)
    intent = store.add_deployment(_intent(store, chain, account, settings, kind, nonce))
    return _send(store, chain, account, settings, kind, intent)


def _creation(chain: Chain, known: Deployment) -> str | None:
    """The transaction on record, if it created the contract: another of the same nonce may have taken its place."""
    if known.tx_hash is None or known.status == "confirmed":
        return known.tx_hash
    return known.tx_hash if TokenContract(chain, known.address).created_by(known.tx_hash) else None


def _forget(store: Store, chain: Chain, known: Deployment) -> None:
    """Drop a deployment that the chain does not have: it was never sent, or a development chain began anew."""
    if known.status == "confirmed" and not chain.network.is_development:
        raise ChainError(
            f"{chain.network.name} once confirmed the contract {known.address} and now has another one there, or none",
            hint="is the node in step with its network? check chain.rpc",
        )
    store.drop_deployment(known.id)


def _intent(
    store: Store, chain: Chain, account: Account, settings: TokenSettings, kind: TokenKind, nonce: int
) -> Deployment:
    with chain.translated():
        block = chain.web3.eth.block_number
    return Deployment(
        id=0,
        network=chain.network.name,
        chain_id=chain.id,
        address=created_address(account.address, nonce),
        deployer=account.address,
        nonce=nonce,
        artifact_sha256=kind.artifact.sha256,
        root_cid=frozen_set(store).root_cid,
        tx_hash=None,
        status="intended",
        settings={**asdict(settings), **kind.recorded()},
        block=block,
    )


def _send(
    store: Store, chain: Chain, account: Account, settings: TokenSettings, kind: TokenKind, intent: Deployment
) -> DeployReport:
    compiled = kind.artifact
    factory = chain.web3.eth.contract(abi=compiled.abi, bytecode=compiled.bytecode)
    call = factory.constructor(settings.as_argument(), *kind.arguments())
    transaction = prepared(chain, account, call, compiled.abi, "deploy", intent.nonce)
    tx_hash = send(chain, account, transaction)

    def sent(tx_hash: str) -> None:
        store.update_deployment(intent.id, tx_hash=tx_hash, status="intended")

    sent(tx_hash)
    done = receipt(chain, account, tx_hash, transaction, sent)
    if not done.succeeded or not TokenContract(chain, intent.address, compiled).is_genuine():
        raise ChainError(f"{chain.network.name} did not create the contract (transaction {done.tx_hash})")
    store.update_deployment(intent.id, tx_hash=done.tx_hash, status="confirmed", block=done.block)
    return DeployReport(intent.address, settings.symbol, done.tx_hash, done.gas)
