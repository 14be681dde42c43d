"""Freezing the metadata of a contract: from then on nobody can move it, not even the owner."""

from __future__ import annotations

from dataclasses import dataclass

from collection.chain.connection import Chain
from collection.chain.contract import TokenContract, artifact_of
from collection.chain.mint import deployed
from collection.chain.transactions import Account, prepared, receipt, send, wait_for_pending
from collection.errors import ChainError
from collection.store.store import Store


@dataclass(frozen=True, slots=True)
class FrozenMetadata:
    """The contract whose metadata is frozen; `gas` is 0 where it was frozen before."""

    address: str
    tx_hash: str | None
    gas: int


def freeze_metadata(store: Store, chain: Chain, account: Account) -> FrozenMetadata:
    """Freeze the metadata of the frozen set's contract for ever, unless it is frozen already.

    Raises ChainError where the contract does not point at the frozen set: that could never be put right.
    """
    known = deployed(store, chain)
    contract = TokenContract(chain, known.address, artifact_of(known.artifact_sha256))
    result = FrozenMetadata(known.address, None, 0)
    if not contract.metadata_frozen():
        wanted = (known.settings or {}).get("base_uri")
        if wanted and contract.base_uri() != wanted:
            raise ChainError(
                f"the contract points at {contract.base_uri()}, and the frozen set lies at {wanted}",
                hint="collection verify names all that differs",
            )
        nonce = wait_for_pending(chain, account)
        chain.ask_before_sending()
        call = contract.freeze_metadata()
        tx_hash = send(
            chain, account, prepared(chain, account, call, contract.artifact.abi, "freeze the metadata", nonce)
        )
        done = receipt(chain, account, tx_hash, nonce)
        if done["status"] != 1:
            raise ChainError(f"the metadata was not frozen: transaction {tx_hash} was reverted")
        result = FrozenMetadata(known.address, tx_hash, int(done["gasUsed"]))
    store.record_metadata_frozen(known, frozen=True)
    return result
