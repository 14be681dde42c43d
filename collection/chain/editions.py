"""Editions: copies of a set's images by ERC-1155, through a contract of their own, and as Python sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from collection.chain.addresses import checksummed
from collection.chain.companions import deploy_companion
from collection.chain.compiled import Artifact, artifact
from collection.chain.connection import Chain
from collection.chain.contract import TokenSettings
from collection.chain.set_contract import SetContract
from collection.chain.transactions import Account, carry_out
from collection.errors import ChainError
from collection.store.publication_records import Companion
from collection.store.store import Store

if TYPE_CHECKING:
    from web3.contract.contract import ContractFunction

_ERC1155 = bytes.fromhex("d9b67a26")
"""The interface id of ERC-1155."""
Run = tuple[str, int]
"""Copies that follow one another: who is to get them, and how many."""


def copies_in(runs: Iterable[Run]) -> int:
    """How many copies some runs are."""
    return sum(count for _, count in runs)


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


def deploy_editions(store: Store, chain: Chain, account: Account, settings: EditionSettings) -> tuple[Companion, int]:
    """Deploy the editions with these settings, unless they are there; returns them and the gas."""
    told = asdict(settings)
    return deploy_companion(
        store, chain, account, "editions", told, [settings.as_argument()],
        lambda address: EditionsContract(chain, address).told(),
    )  # fmt: skip


def editions_of(store: Store, chain_id: int, base_uri: str) -> Companion | None:
    """The newest editions of the set whose metadata lies at `base_uri`, by the records."""
    known = store.companions(chain_id, "editions")
    return next((each for each in reversed(known) if each.settings["base_uri"] == base_uri), None)


class EditionsContract(SetContract):
    """Deployed editions. Every method asks the chain, and raises ChainError where it refuses."""

    def __init__(self, chain: Chain, address: str, compiled: Artifact | None = None) -> None:
        """`compiled` is what was deployed at the address; None: the present version."""
        super().__init__(chain, address, compiled or artifact("Editions"))

    def told(self) -> Mapping[str, Any]:
        """The settings as the contract tells them, by the fields of EditionSettings; owner is the present one."""
        receiver, points = self.royalty_info(1, 10_000)
        return {
            "name": self.name(), "symbol": self.symbol(), "owner": self.owner(), "images": self.max_supply(),
            "copies": self.copies(), "closes_at": int(self._read("closesAt")), "base_uri": self.base_uri(),
            "contract_uri": self.contract_uri(), "provenance": self.provenance(), "royalty_receiver": receiver,
            "royalty_basis_points": points,
        }  # fmt: skip

    def max_supply(self) -> int:
        """How many images there are."""
        return int(self._read("images"))

    def copies(self) -> int:
        """Most copies of each image; 0: any number."""
        return int(self._read("copies"))

    def metadata_frozen(self) -> bool:
        """Whether no URI can change any more: none ever could."""
        return True

    def supply(self, image: int) -> int:
        """Copies of an image that exist."""
        return self.supplies([image])[image]

    def supplies(self, images: Sequence[int]) -> dict[int, int]:
        """Copies that exist of each image."""
        return {image: int(count) for image, count in self._read_each("totalSupply", "uint256", images).items()}

    def existing(self, images: Sequence[int]) -> list[int]:
        """Those images of which there are copies."""
        return [image for image, count in self.supplies(images).items() if count]

    def balance(self, owner: str, image: int) -> int:
        """Copies of an image that an account has."""
        return int(self._read("balanceOf", checksummed(owner), image))

    def uri(self, image: int) -> str:
        """Where the metadata of an image lies."""
        return self.token_uris([image])[image]

    def token_uris(self, images: Sequence[int]) -> dict[int, str]:
        """Where the metadata of each image lies."""
        return self._read_each("uri", "string", images)

    def closed(self) -> bool:
        """Whether nothing can be minted any more."""
        return bool(self._read("closed"))

    def minting(self, image: int, there: int, runs: Sequence[Run]) -> ContractFunction:
        """The call that mints the next copies of an image, run by run; refused unless just `there` copies exist."""
        if len(runs) == 1:
            ((owner, count),) = runs
            return self._contract.functions.mint(checksummed(owner), image, there, count)
        owners = [checksummed(owner) for owner, count in runs for _ in range(count)]
        return self._contract.functions.airdrop(image, there, owners)

    def try_minting(self, account: Account, image: int, there: int, runs: Sequence[Run]) -> None:
        """Raise ChainError where the contract would refuse that; nothing is sent."""
        with self.chain.translated(self.artifact.abi):
            self.minting(image, there, runs).call({"from": account.address})

    def claims_copies(self) -> bool:
        """Whether the code at the address says that it is of ERC-1155 (ERC-165)."""
        try:
            return bool(self._read("supportsInterface", _ERC1155))
        except ChainError:
            return False

    def carry_out(self, account: Account, call: ContractFunction, what: str) -> int:
        """Send a call and wait until it is mined; returns the gas."""
        return carry_out(self.chain, account, call, self.artifact.abi, what).gas

    def closing(self) -> ContractFunction:
        """The call after which nothing can be minted any more."""
        return self._contract.functions.close()
