"""The stage that mints the frozen tokens, in batches, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from collection.chain.connection import Chain
from collection.chain.contract import TokenContract, artifact_of
from collection.chain.deploy import frozen_set, has_contract
from collection.chain.gas import MINT_BATCH
from collection.chain.transactions import GAS_MARGIN, Account, prepared, receipt, send, wait_for_pending
from collection.errors import ChainError, ReplacedError
from collection.store.records import Deployment, Mint
from collection.store.store import Store
from collection.values import Progress, amount, silent

_PROBES = (4, 64)  # tokens of the batches whose gas tells how many fit; one token alone is minted in another way
_MOST_REPLACED = 5  # batches in one run whose place another transaction of the account may take


@dataclass(frozen=True, slots=True)
class MintReport:
    """The tokens, transactions and gas of one run."""

    tokens: int
    transactions: int
    gas: int


def deployed(store: Store, chain: Chain) -> Deployment:
    """The confirmed contract of the frozen set on this chain; raises ChainError where there is none."""
    known = store.deployment(chain.id, frozen_set(store).root_cid)
    if known is None or known.status != "confirmed" or not has_contract(store, chain, known):
        raise ChainError(f"the frozen set has no contract on {chain.network.name}", hint="collection deploy")
    return known


def pending(store: Store, chain_id: int) -> list[int]:
    """The ids of the frozen tokens that the store does not know as minted on this chain."""
    known = store.deployment(chain_id, frozen_set(store).root_cid)
    mints = store.mints(known.id) if known else []
    minted = {mint.token_id for mint in mints if mint.status == "confirmed"}
    return [token.token_id for token in store.tokens() if token.token_id not in minted]


def mint(
    store: Store, chain: Chain, account: Account, recipient: str, batch: int = MINT_BATCH, progress: Progress = silent
) -> MintReport:
    """Mint every frozen token that does not exist yet to `recipient`, `batch` at a time or as many as the gas allows.

    Each batch is intended in the store, sent, and confirmed. The contract refuses a batch that does not begin with
    the next id, so that nothing is minted twice, even if a batch is sent twice. Raises ChainError where it refuses.
    """
    deployment = deployed(store, chain)
    contract = TokenContract(chain, deployment.address, artifact_of(deployment.artifact_sha256))
    if recipient.lower() == contract.address.lower():
        raise ChainError(
            f"chain.recipient is the contract itself, {recipient}: what goes there can never be moved",
            hint="name the account that is to hold the tokens",
        )
    wait_for_pending(chain, account)
    _reconcile(store, deployment, contract, recipient)
    remaining, total = pending(store, chain.id), len(store.tokens())
    if remaining:
        chain.ask_before_sending()
    size = min(batch, _affordable(contract, account, recipient, remaining)) if remaining else batch
    report, replaced = MintReport(0, 0, 0), 0
    while remaining:
        ids = remaining[:size]
        try:
            gas = _mint_batch(store, deployment.id, contract, account, recipient, ids)
        except ReplacedError:  # the account did something else meanwhile, or sent the same with a higher fee
            replaced += 1
            if replaced > _MOST_REPLACED:
                raise
            _reconcile(store, deployment, contract, recipient)
            remaining = pending(store, chain.id)
            continue
        remaining = remaining[size:]
        report = MintReport(report.tokens + len(ids), report.transactions + 1, report.gas + gas)
        progress(total - len(remaining), total)
    return report


def _reconcile(store: Store, deployment: Deployment, contract: TokenContract, recipient: str) -> None:
    """Bring the store into step with the chain: tokens that exist there are minted, the others are not.

    Every batch is in the store before it is sent. A transaction that did not mint its tokens, because another of the
    same nonce took its place, is forgotten. A token that exists without such a record was minted by another
    program: what is recorded of it is to whom this one would have minted it, so that `verify` can tell.
    """
    known = {mint.token_id: mint for mint in store.mints(deployment.id)}
    next_id = contract.next_token_id()
    changed = []
    for token in store.tokens():
        record = known.get(token.token_id, Mint(token.token_id, recipient, None, ""))
        exists = token.token_id < next_id
        if exists and record.status != "confirmed":
            changed.append(replace(record, status="confirmed"))
        elif not exists and record.status == "confirmed":
            changed.append(replace(record, tx_hash=None, status="intended"))
    minted = contract.minted_in(sorted({record.tx_hash for record in changed if record.tx_hash}))
    store.record_mints(deployment.id, [
        record if record.tx_hash is None or record.token_id in minted[record.tx_hash] else replace(record, tx_hash=None)
        for record in changed
    ])  # fmt: skip


def _affordable(contract: TokenContract, account: Account, recipient: str, remaining: Sequence[int]) -> int:
    """How many tokens fit into one transaction, by the gas of two small batches: what a token adds, and the rest."""
    small, large = (min(probe, len(remaining)) for probe in _PROBES)
    with contract.chain.translated(contract.artifact.abi):
        first, second = (
            contract.mint_batch(recipient, remaining[0], probe).estimate_gas({"from": account.address}) * GAS_MARGIN
            for probe in (small, large)
        )
    limit = contract.chain.gas_limit()
    if second > limit:
        raise ChainError(
            f"the gas of {amount(large, 'token')} is {second:.0f}, but a transaction on this chain may use {limit}"
        )
    if small == large:
        return large
    return large + int((limit - second) / max((second - first) / (large - small), 1))


def _mint_batch(
    store: Store, deployment_id: int, contract: TokenContract, account: Account, recipient: str, ids: Sequence[int]
) -> int:
    """Mint consecutive ids; returns the gas used."""

    def record(tx_hash: str | None, status: str) -> None:
        store.record_mints(deployment_id, [Mint(token_id, recipient, tx_hash, status) for token_id in ids])

    chain = contract.chain
    record(None, "intended")
    call = contract.mint_batch(recipient, ids[0], len(ids))
    with chain.translated():
        nonce = chain.web3.eth.get_transaction_count(account.address, "pending")
    tx_hash = send(chain, account, prepared(chain, account, call, contract.artifact.abi, "mint", nonce))
    record(tx_hash, "intended")
    done = receipt(chain, account, tx_hash, nonce)
    if done["status"] != 1:
        raise ChainError(f"tokens {ids[0]} to {ids[-1]} were not minted: transaction {tx_hash} was reverted")
    record(tx_hash, "confirmed")
    return int(done["gasUsed"])
