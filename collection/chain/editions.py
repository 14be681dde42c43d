"""Editions: copies of a set's images by ERC-1155, through a contract of their own, and as Python sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from collection.chain.addresses import checksummed
from collection.chain.companions import deploy_companion
from collection.chain.compiled import artifact
from collection.chain.connection import Chain
from collection.chain.contract import TokenSettings
from collection.chain.transactions import Account, carry_out
from collection.store.records import Companion
from collection.store.store import Store
from collection.values import Progress, silent


@dataclass(frozen=True, slots=True)
class EditionSettings:
    """What the contract is deployed with, in the order of its Settings struct; nobody can change any of it."""

    name: str
    symbol: str
    owner: str
    images: int
    copies: int
    """Most of each image; 0: any number."""
    closes_at: int
    """Seconds of the Unix epoch; 0: no such moment."""
    base_uri: str
    contract_uri: str
    provenance: str
    """32 bytes, 64 hex digits."""
    royalty_receiver: str
    royalty_basis_points: int

    @classmethod
    def of(cls, token: TokenSettings, copies: int, closes_at: int) -> EditionSettings:
        """Those of the editions of a set whose tokens would be deployed with `token`."""
        return cls(
            token.name, token.symbol, checksummed(token.owner), token.max_supply, copies, closes_at, token.base_uri,
            token.contract_uri, token.provenance, checksummed(token.royalty_receiver), token.royalty_basis_points,
        )  # fmt: skip

    def as_argument(self) -> tuple[Any, ...]:
        """The constructor's one argument."""
        return tuple(bytes.fromhex(value) if name == "provenance" else value for name, value in asdict(self).items())


_READS = {
    "name": "name", "symbol": "symbol", "images": "images", "copies": "copies", "closes_at": "closesAt",
    "base_uri": "baseURI", "contract_uri": "contractURI", "provenance": "provenanceHash",
}  # fmt: skip
"""The function that tells each setting; owner and royalties are asked for by themselves."""


def deploy_editions(store: Store, chain: Chain, account: Account, settings: EditionSettings) -> tuple[Companion, int]:
    """Deploy the editions with these settings, unless they are there; returns them and the gas."""
    return deploy_companion(store, chain, account, "editions", asdict(settings), [settings.as_argument()])


def editions_of(store: Store, chain_id: int, base_uri: str) -> Companion | None:
    """The newest editions of the set whose metadata lies at `base_uri`, by the records."""
    known = store.companions(chain_id, "editions")
    return next((each for each in reversed(known) if each.settings["base_uri"] == base_uri), None)


class EditionsContract:
    """Deployed editions. Every method asks the chain, and raises ChainError where it refuses."""

    def __init__(self, chain: Chain, address: str) -> None:
        self.chain, self.address = chain, checksummed(address)
        self._abi = artifact("Editions").abi
        self._contract = chain.web3.eth.contract(address=self.address, abi=self._abi)

    def _read(self, function: str, *arguments: Any) -> Any:
        with self.chain.translated(self._abi):
            return self._contract.functions[function](*arguments).call()

    def told(self) -> Mapping[str, Any]:
        """The settings as the contract tells them, by the fields of EditionSettings; owner is the present one."""
        found = {field: self._read(function) for field, function in _READS.items()}
        receiver, amount = self._read("royaltyInfo", 1, 10_000)
        return {
            **found, "provenance": bytes(found["provenance"]).hex(), "owner": str(self._read("owner")),
            "royalty_receiver": str(receiver), "royalty_basis_points": int(amount),
        }  # fmt: skip

    def supply(self, image: int) -> int:
        """Copies of an image that exist."""
        return int(self._read("totalSupply", image))

    def balance(self, owner: str, image: int) -> int:
        """Copies of an image that an account has."""
        return int(self._read("balanceOf", checksummed(owner), image))

    def uri(self, image: int) -> str:
        """Where the metadata of an image lies."""
        return str(self._read("uri", image))

    def closed(self) -> bool:
        """Whether nothing can be minted any more."""
        return bool(self._read("closed"))

    def carry_out(self, account: Account, function: str, *arguments: Any) -> int:
        """Send a call and wait until it is mined; returns the gas."""
        call = self._contract.functions[function](*arguments)
        return int(carry_out(self.chain, account, call, self._abi, f"{function} of the editions")["gasUsed"])


def mint_up_to(
    contract: EditionsContract,
    account: Account,
    images: Sequence[int],
    copies: int,
    to: str,
    progress: Progress = silent,
) -> tuple[int, int]:
    """Mint until `copies` of each of these images exist; returns how many were made, and the gas.

    What exists is asked of the chain, and the contract refuses a call that was made for another number of copies, so a
    run that was killed goes on where it was, and nothing is minted twice.
    """
    made, gas = 0, 0
    for done, image in enumerate(images, start=1):
        there = contract.supply(image)
        if there < copies:
            gas += contract.carry_out(account, "mint", checksummed(to), image, there, copies - there)
            made += copies - there
        progress(done, len(images))
    return made, gas
