"""The stage that mints the frozen tokens, in batches, each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from collection.chain.compiled import artifact_of
from collection.chain.connection import Chain
from collection.chain.contract import TokenContract
from collection.chain.deploy import frozen_set, has_contract, is_there, lost
from collection.chain.gas import MINT_BATCH
from collection.chain.mint_batches import BatchSize, affordable, minting, next_batch
from collection.chain.mint_logs import find_sales
from collection.chain.sale import sale_of
from collection.chain.transactions import Account, prepared, receipt, send, wait_for_pending
from collection.errors import ChainError, ReplacedError
from collection.store.publication_records import Deployment, Mint
from collection.store.store import Store
from collection.values import Progress, silent

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
    none = ChainError(f"the frozen set has no contract on {chain.network.name}", hint="collection deploy")
    if known is None or known.status != "confirmed" or not has_contract(store, chain, known):
        raise none
    if not is_there(chain, known):
        if lost(store, chain, known):
            raise none
        raise ChainError(
            f"the contract at {known.address} on {chain.network.name} is not that of the frozen set",
            hint="is the node one of that network? check chain.rpc; collection verify names all that differs",
        )
    return known


def pending(store: Store, chain_id: int) -> list[int]:
    """The ids of the frozen tokens that the store does not know as minted on this chain."""
    known = store.deployment(chain_id, frozen_set(store).root_cid)
    mints = store.mints(known.id) if known else []
    minted = {mint.token_id for mint in mints if mint.status == "confirmed"}
    return [token_id for token_id in store.token_ids() if token_id not in minted]


def mint(
    store: Store,
    chain: Chain,
    account: Account,
    recipient: str,
    batch: int = MINT_BATCH,
    progress: Progress = silent,
    last: int | None = None,
) -> MintReport:
    """Mint every frozen token that does not exist yet, up to token `last`, `batch` at a time or as the gas allows.

    A token goes to whom a list of the project says (`Store.recipients`), and to `recipient` where none does. Each batch
    is intended in the store, sent, and confirmed. The contract refuses a batch that does not begin with the next id, so
    that nothing is minted twice, even if a batch is sent twice. Raises ChainError where it refuses.
    """
    deployment = deployed(store, chain)
    contract = TokenContract(chain, deployment.address, artifact_of(deployment.artifact_sha256))
    to = {id_: owner for id_, owner in planned_owners(store, recipient).items() if last is None or id_ <= last}
    _refuse_itself(contract, to.values())
    intended = {each.tx_hash for each in store.mints(deployment.id) if each.tx_hash and each.status != "confirmed"}
    wait_for_pending(chain, account, sorted(intended))
    _reconcile(store, deployment, contract, to)
    remaining, total = _open(store, chain, last), len(to)
    if remaining:
        chain.ask_before_sending()
    size = BatchSize(lambda ids: affordable(contract, account, ids, to))
    report, replaced = MintReport(0, 0, 0), 0
    while remaining:
        ids = size.cut(next_batch(remaining, to, batch), to)
        try:
            gas = _mint_batch(store, deployment.id, contract, account, to, ids)
        except ReplacedError:  # the account did something else meanwhile, or sent the same with a higher fee
            replaced += 1
            if replaced > _MOST_REPLACED:
                raise
            _reconcile(store, deployment, contract, to)
            remaining = _open(store, chain, last)
            continue
        remaining = remaining[len(ids) :]
        report = MintReport(report.tokens + len(ids), report.transactions + 1, report.gas + gas)
        progress(total - len(remaining), total)
    return report


def planned_owners(store: Store, recipient: str) -> dict[int, str]:
    """To whom each frozen token is to be minted, by id: whom a list says, or else `recipient`."""
    planned = store.recipients(frozen_set(store))
    return {token_id: planned.get(token_id, recipient) for token_id in store.token_ids()}


def _open(store: Store, chain: Chain, last: int | None) -> list[int]:
    """The tokens that are to be minted now, by id."""
    return [token_id for token_id in pending(store, chain.id) if last is None or token_id <= last]


def _refuse_itself(contract: TokenContract, owners: Iterable[str]) -> None:
    if any(owner.lower() == contract.address.lower() for owner in owners):
        raise ChainError(
            f"the recipient is the contract itself, {contract.address}: what goes there can never be moved",
            hint="chain.recipient, or the list, must name the account that is to hold the tokens",
        )


def _reconcile(store: Store, deployment: Deployment, contract: TokenContract, to: Mapping[int, str]) -> None:
    """Bring the store into step with the chain: tokens that exist there are minted, the others are not.

    Every batch is in the store before it is sent. A transaction that did not mint its tokens, because another of the
    same nonce took its place, is forgotten. A token that exists without such a record was minted by another
    program: what is recorded of it is to whom this one would have minted it, so that `verify` can tell; unless the sale
    of the set sold it: then that is its buyer.
    """
    known = {mint.token_id: mint for mint in store.mints(deployment.id)}
    next_id = contract.next_token_id()
    bought = _bought(store, deployment, contract, [id_ for id_ in to if id_ < next_id and id_ not in known])
    changed = []
    for token_id, owner in {**to, **bought}.items():
        record = known.get(token_id, Mint(token_id, owner, None, ""))
        exists = token_id < next_id
        if exists and record.status != "confirmed":
            changed.append(replace(record, status="confirmed"))
        elif not exists and record.status == "confirmed":
            changed.append(replace(record, tx_hash=None, status="intended"))
    minted = contract.minted_in(sorted({record.tx_hash for record in changed if record.tx_hash}))
    store.record_mints(deployment.id, [
        record if record.tx_hash is None or record.token_id in minted[record.tx_hash] else replace(record, tx_hash=None)
        for record in changed
    ])  # fmt: skip


def _bought(store: Store, deployment: Deployment, contract: TokenContract, token_ids: Sequence[int]) -> dict[int, str]:
    """The buyers of those tokens that the sale of the contract sold."""
    sale = sale_of(store, deployment)
    if sale is None or not token_ids:
        return {}
    return find_sales(contract.chain, sale.address, token_ids, deployment.block or 0)


def _mint_batch(
    store: Store,
    deployment_id: int,
    contract: TokenContract,
    account: Account,
    to: Mapping[int, str],
    ids: Sequence[int],
) -> int:
    """Mint consecutive ids; returns the gas used."""

    def follow(tx_hash: str, status: str = "intended") -> None:
        store.follow_mints(deployment_id, ids, tx_hash, status)

    chain = contract.chain
    store.record_mints(deployment_id, [Mint(token_id, to[token_id], None, "intended") for token_id in ids])
    call = minting(contract, ids, to)
    with chain.translated():
        nonce = chain.web3.eth.get_transaction_count(account.address, "pending")
    transaction = prepared(chain, account, call, contract.artifact.abi, "mint", nonce)
    tx_hash = send(chain, account, transaction)
    follow(tx_hash)
    done = receipt(chain, account, tx_hash, transaction, follow)
    if not done.succeeded:
        raise ChainError(f"tokens {ids[0]} to {ids[-1]} were not minted: transaction {done.tx_hash} was reverted")
    follow(done.tx_hash, "confirmed")
    return done.gas
