"""Freezing the metadata of a contract: from then on nobody can move it, not even the owner."""

from __future__ import annotations

from dataclasses import dataclass

from collection.chain.compiled import artifact_of
from collection.chain.connection import Chain
from collection.chain.contract import TokenContract
from collection.chain.mint import deployed
from collection.chain.transactions import Account, carry_out
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
        done = carry_out(chain, account, contract.freeze_metadata(), contract.artifact.abi, "freeze the metadata")
        result = FrozenMetadata(known.address, done.tx_hash, done.gas)
    store.record_metadata_frozen(known, frozen=True)
    return result
