"""An open chain: web3 on the network that the configuration names, checked to be that one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from collection.chain.addresses import checksummed
from collection.chain.batches import Request, ask_all, ask_each
from collection.chain.error_translation import translated
from collection.chain.networks import Network, check_chain_id, refuse_main, rpc_address
from collection.errors import ChainError

if TYPE_CHECKING:
    from web3 import Web3

    from collection.chain.embedded import BlockTable

CHAIN_FILE = "chain.db"

# EIP-7825 (Osaka): no transaction may use more, however large the block.
_TRANSACTION_GAS_CAP = 2**24
_RPC_TIMEOUT = 30.0  # seconds for one answer


class Chain:
    """A chain that is open; close it, or use it in a `with`, for the embedded one is locked meanwhile."""

    consent: Callable[[Network], None] = staticmethod(refuse_main)
    """Called before anything is sent; raises UsageError where nobody agrees to that."""
    confirmations: int = 1
    """Blocks that must hold a transaction, its own and those after it, before it counts as done."""

    def __init__(self, network: Network, web3: Web3, address: str = "", table: BlockTable | None = None) -> None:
        self.network = network
        self.web3 = web3
        self._address = address
        self._table = table

    @property
    def id(self) -> int:
        """The chain id (EIP-155); the node was asked."""
        return self.network.chain_id

    @property
    def poll_seconds(self) -> float:
        """How long to wait between two looks at a transaction that is on its way."""
        return 0.02 if self.network.is_development else 2.0

    def translated(self, abi: Sequence[Any] = ()) -> AbstractContextManager[None]:
        """Inside, what this chain refuses is a ChainError; `abi` names the errors of a contract."""
        return translated(self.network, self._address, abi)

    def ask_all(self, requests: Sequence[Request]) -> list[Any]:
        """The results of many JSON-RPC calls, in their order, with few requests to the node."""
        with self.translated():
            return ask_all(self.web3, requests)

    def ask_each(self, requests: Sequence[Request]) -> list[Any]:
        """The same, with an exception in the place of each call that is refused."""
        with self.translated():
            return ask_each(self.web3, requests)

    def has_code(self, address: str) -> bool:
        """Whether there is a contract at an address."""
        with self.translated():
            return len(self.web3.eth.get_code(checksummed(address))) > 0

    def gas_limit(self) -> int:
        """The most gas that one transaction may use: that of a block, and of EIP-7825."""
        with self.translated():
            return min(self.web3.eth.get_block("latest")["gasLimit"], _TRANSACTION_GAS_CAP)

    def ask_before_sending(self) -> None:
        """Raise UsageError unless something may be sent to this chain: a main network needs somebody's word."""
        self.consent(self.network)

    def close(self) -> None:
        """Give the chain back."""
        if self._table is not None:
            self._table.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_chain(network: Network, folder: Path, rpc: str | None = None, key: str = "rpc") -> Chain:
    """Open the chain of a network: the embedded one in `folder`, any other by its RPC address (http or https).

    `key` is that of [chain] where the address stands.

    Raises ChainError where it cannot be reached, is in use, or answers with another chain id; ConfigError where no
    address is known.
    """
    chain = (
        _open_embedded(network, folder)
        if network.kind == "embedded"
        else _open_rpc(network, rpc_address(network, rpc, key))
    )
    try:
        with chain.translated():
            check_chain_id(network, chain.web3.eth.chain_id)
    except BaseException:
        chain.close()
        raise
    return chain


def refuse_behind(chain: Chain) -> None:
    """Raise ChainError while a node still reads the blocks of its network: what it says of it is of some day before.

    Chains of this machine are never behind.
    """
    from web3.types import RPCEndpoint

    if chain.network.is_development:
        return
    with chain.translated():
        told = chain.web3.provider.make_request(RPCEndpoint("eth_syncing"), []).get("result")
    if not isinstance(told, dict) or not {"currentBlock", "highestBlock"} <= told.keys():
        return  # in step, or it does not say
    current, highest = (int(told[name], 16) for name in ("currentBlock", "highestBlock"))
    if current < highest:
        raise ChainError(
            f"the node of {chain.network.name} is at block {current} of {highest} and still catching up",
            "wait until it is in step, or name another in chain.rpc",
        )


def _open_embedded(network: Network, folder: Path) -> Chain:
    from web3 import Web3

    from collection.chain.embedded import open_embedded

    provider, table = open_embedded(folder / CHAIN_FILE)
    web3 = Web3(provider)
    web3.eth.default_account = web3.eth.accounts[0]  # web3 would ask for all accounts before each call
    return Chain(network, web3, table=table)


def _open_rpc(network: Network, address: str) -> Chain:
    from web3 import HTTPProvider, Web3
    from web3.middleware import ExtraDataToPOAMiddleware
    from web3.types import RPCEndpoint

    provider = HTTPProvider(
        address,
        request_kwargs={"timeout": _RPC_TIMEOUT},
        exception_retry_configuration=None,
        cache_allowed_requests=True,  # web3 asks for the chain id before every call
        cacheable_requests={RPCEndpoint("eth_chainId")},
    )
    web3 = Web3(provider)
    # Some test and side chains put their signers into a header field that web3 otherwise finds too long.
    web3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
    return Chain(network, web3, address)
