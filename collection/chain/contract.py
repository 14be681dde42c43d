"""The token contract, as Python sees it: what is decided at deployment, reads and calls."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collection.chain.addresses import NOBODY, checksummed
from collection.chain.compiled import Artifact, artifact
from collection.chain.connection import Chain
from collection.chain.mint_logs import find_mints, mints_in
from collection.chain.set_contract import SetContract

if TYPE_CHECKING:
    from web3.contract.contract import ContractFunction


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """The settings that a contract is deployed with, in the order of its Settings struct."""

    name: str
    symbol: str
    owner: str
    """Address that may mint."""
    max_supply: int
    """Tokens."""
    base_uri: str
    """A token's URI is this, its id, ".json"; ends with a slash."""
    contract_uri: str
    provenance: str
    """32 bytes, 64 hex digits."""
    royalty_receiver: str
    """Address."""
    royalty_basis_points: int
    """Hundredths of a percent, 0 to 10000 (ERC-2981)."""

    def as_argument(self) -> tuple[Any, ...]:
        """The constructor's one argument."""
        return (
            self.name,
            self.symbol,
            checksummed(self.owner),
            self.max_supply,
            self.base_uri,
            self.contract_uri,
            bytes.fromhex(self.provenance.removeprefix("0x")),
            checksummed(self.royalty_receiver),
            self.royalty_basis_points,
        )


class TokenContract(SetContract):
    """A deployed token contract. Every method asks the chain, and raises ChainError where it refuses."""

    def __init__(self, chain: Chain, address: str, compiled: Artifact | None = None) -> None:
        """`compiled` is what was deployed at the address; None: the present version."""
        super().__init__(chain, address, compiled or artifact())

    def metadata_frozen(self) -> bool:
        """Whether no URI of the contract can change any more."""
        return bool(self._read("metadataFrozen"))

    def max_supply(self) -> int:
        """Most tokens there can be."""
        return int(self._read("maxSupply"))

    def next_token_id(self) -> int:
        """The id that the next minted token gets; all below exist."""
        return int(self._read("nextTokenId"))

    def existing(self, token_ids: Sequence[int]) -> list[int]:
        """Those tokens that were minted."""
        end = self.next_token_id()
        return [token_id for token_id in token_ids if token_id < end]

    def burned(self, token_ids: Sequence[int]) -> list[int]:
        """Those tokens that were burned; of a contract that burns none, none are."""
        if not self.artifact.has("burned"):
            return []
        told = self._read_each("burned", "bool", token_ids)
        return [token_id for token_id in token_ids if told[token_id]]

    def validator(self) -> str | None:
        """The contract that is asked before each transfer; None: none is."""
        if not self.artifact.has("getTransferValidator"):
            return None
        found = checksummed(self._read("getTransferValidator"))
        return None if found == NOBODY else found

    def owner_of(self, token_id: int) -> str:
        """The owner of a token."""
        return str(self._read("ownerOf", token_id))

    def owners_of(self, token_ids: Sequence[int]) -> dict[int, str]:
        """The owners of many tokens, by token id; all of them must exist, and none be burned."""
        found = self._read_each("ownerOf", "address", token_ids)
        return {token_id: checksummed(address) for token_id, address in found.items()}

    def token_uris(self, token_ids: Sequence[int]) -> dict[int, str]:
        """The URIs of many tokens' metadata, by token id; all of them must exist, and none be burned."""
        return self._read_each("tokenURI", "string", token_ids)

    def minted_in(self, tx_hashes: Sequence[str]) -> dict[str, dict[int, str]]:
        """The tokens that some transactions minted, by their receipts: for each hash, token id and first owner.

        A transaction that the node does not know, or that minted nothing here, has no tokens.
        """
        receipts = self.chain.ask_all([("eth_getTransactionReceipt", [tx_hash]) for tx_hash in tx_hashes])
        minted = [mints_in(receipt["logs"] if receipt else (), self.address) for receipt in receipts]
        return dict(zip(tx_hashes, minted, strict=True))

    def minted_to(self, token_ids: Collection[int], from_block: int) -> dict[int, str]:
        """The first owners of some tokens, by the logs from a block on, which are read until all are found."""
        return find_mints(self.chain, self.address, token_ids, from_block)

    def mint_batch(self, to: str, first_token_id: int, quantity: int) -> ContractFunction:
        """The call that mints; refused by the contract unless `first_token_id` is the next one."""
        return self._contract.functions.mintBatch(checksummed(to), first_token_id, quantity)

    def airdrop(self, first_token_id: int, owners: Sequence[str]) -> ContractFunction:
        """The call that mints the next tokens to these owners, one each; refused as that of `mint_batch` is."""
        return self._contract.functions.airdrop(first_token_id, [checksummed(owner) for owner in owners])

    def offer_to(self, address: str) -> ContractFunction:
        """The call that offers the contract to another owner, who must accept it."""
        return self._contract.functions.transferOwnership(checksummed(address))

    def accept(self) -> ContractFunction:
        """The call by which the account that sends it takes over a contract that was offered to it."""
        return self._contract.functions.acceptOwnership()

    def freeze_metadata(self) -> ContractFunction:
        """The call after which no URI can change any more; the contract refuses it a second time."""
        return self._contract.functions.freezeMetadata()

    def created_by(self, tx_hash: str) -> tuple[str, str] | None:
        """(sender, address of the new contract) of a transaction, by its receipt; None: the node does not know it, or
        it created nothing."""
        [receipt] = self.chain.ask_all([("eth_getTransactionReceipt", [tx_hash])])
        if not receipt or not receipt["contractAddress"]:
            return None
        return checksummed(receipt["from"]), checksummed(receipt["contractAddress"])
