"""The delayed reveal: who has what is drawn after the last token is minted, from a block that nobody could know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from collection.chain.addresses import checksummed
from collection.chain.block_header import header_of
from collection.chain.compiled import artifact
from collection.chain.connection import Chain
from collection.chain.contract import TokenContract
from collection.chain.networks import Network
from collection.chain.transactions import Account, carry_out

if TYPE_CHECKING:
    from web3.types import RPCEndpoint

CONTRACT = "RevealToken"
"""The compiled contract of a token whose documents are moved by a drawn offset."""
KNOWN_BLOCKS = 256
"""Blocks whose hash a contract can still ask for."""

_CONSTANT = ("arbitrum", "zksync", "abstract", "apechain")
_SEQUENCED = (
    "base", "optimism", "zora", "linea", "scroll", "blast", "mantle", "celo", "polygon", "bnb", "avalanche", "fantom",
    "cronos", "ronin",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hiding:
    """What a token shows before the reveal, and until when its owner may leave tokens unminted."""

    placeholder_uri: str
    deadline: int
    """Seconds of the Unix epoch."""

    def as_argument(self) -> tuple[Any, ...]:
        """The struct of the contract."""
        return (self.placeholder_uri, self.deadline)


@dataclass(frozen=True, slots=True)
class Draw:
    """How far the draw is; `offset` is None until it is done, `block` 0 until one is fixed, `gas` that of this run."""

    offset: int | None
    block: int
    missing: int
    """Blocks that the chain must still make."""
    gas: int


class RevealContract:
    """The draw of a token contract. Every method asks the chain, and raises ChainError where it refuses."""

    def __init__(self, chain: Chain, address: str) -> None:
        self.chain, self.address = chain, checksummed(address)
        self._abi = artifact(CONTRACT).abi
        self._contract = chain.web3.eth.contract(address=self.address, abi=self._abi)

    def _read(self, function: str) -> Any:
        with self.chain.translated(self._abi):
            return self._contract.functions[function]().call()

    def hiding(self) -> Hiding:
        """What it was deployed with."""
        return Hiding(str(self._read("placeholderURI")), int(self._read("deadline")))

    def offset(self) -> int | None:
        """How many places the documents are moved by; None until the reveal."""
        return int(self._read("offset")) if self._read("revealed") else None

    def draw_block(self) -> int:
        """The block that decides; 0: none is fixed."""
        return int(self._read("drawBlock"))

    def carry_out(self, account: Account, function: str, *arguments: Any) -> int:
        """Send a call and wait until it is mined; returns the gas."""
        call = self._contract.functions[function](*arguments)
        return carry_out(self.chain, account, call, self._abi, f"{function} of the reveal").gas


def document_of(token_id: int, offset: int, supply: int) -> int:
    """The number of the document that a token shows, by the contract's rule."""
    return (token_id - 1 + offset) % supply + 1


def token_of(document: int, offset: int, supply: int) -> int:
    """The token that shows a document."""
    return (document - 1 - offset) % supply + 1


def offset_of(contract: TokenContract) -> int | None:
    """How many places the documents of a token contract are moved by: 0 where nothing was ever hidden, None until the
    reveal."""
    return RevealContract(contract.chain, contract.address).offset() if contract.artifact.name == CONTRACT else 0


def expected_uris(
    contract: TokenContract, base_uri: str, token_ids: Sequence[int], placeholder: str | None = None
) -> dict[int, str]:
    """The URI that each token must show now. `placeholder` is what was recorded of a hidden set's; None: what its
    contract says."""
    offset = offset_of(contract)
    if offset is None:
        hidden = placeholder or RevealContract(contract.chain, contract.address).hiding().placeholder_uri
        return dict.fromkeys(token_ids, hidden)
    supply = contract.max_supply()
    return {number: f"{base_uri}{document_of(number, offset, supply)}.json" for number in token_ids}


def draw(chain: Chain, account: Account, address: str) -> Draw:
    """Take the draw as far as it goes now: fix the block, or draw the offset from it; what was done is not done again.

    A development chain makes the blocks between at once. Anybody's account will do. Raises ChainError where the
    contract refuses, above all because tokens are left and the deadline is not over.
    """
    contract, gas = RevealContract(chain, address), 0
    block = contract.draw_block()
    if (offset := contract.offset()) is not None:
        return Draw(offset, block, 0, 0)
    if block == 0 or _height(chain) > block + KNOWN_BLOCKS:
        gas += contract.carry_out(account, "requestDraw")
        block = contract.draw_block()
    if chain.network.is_development:
        _mine(chain, block - _height(chain) + 1)
    missing = max(0, block + 1 - _height(chain))
    if missing:
        return Draw(None, block, missing, gas)
    gas += contract.carry_out(account, "reveal", header_of(chain, block))
    return Draw(contract.offset(), block, 0, gas)


def _height(chain: Chain) -> int:
    with chain.translated():
        return int(chain.web3.eth.block_number)


def _mine(chain: Chain, count: int) -> None:
    for _ in range(count):
        chain.web3.provider.make_request(cast("RPCEndpoint", "evm_mine"), [])


def weakness_of(network: Network) -> str | None:
    """Why the random number of this network's blocks is a weak draw; None: it is as good as Ethereum's.

    Of a chain that is not known here nothing is said but that.
    """
    first = network.name.partition("-")[0]
    if first in _CONSTANT:
        return (
            f"blocks of {network.name} carry no random number of their own (prevrandao): its operator can steer a draw"
        )
    if first in _SEQUENCED:
        return f"the operators of {network.name} make its blocks, and can know or steer the number that a draw takes"
    if network.is_development:
        return f"{network.name} is a chain of this machine: whoever runs it can steer a draw"
    if network.kind == "custom":
        return f"nothing is known here of the random numbers of {network.name}"
    return None
