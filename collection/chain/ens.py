"""Names of ENS: what the registry of a network and a name's resolver say of it, all read at one block.

The registry is that of ERC-137, at the address that it has wherever ENS is. Neither a server (EIP-3668) nor the
resolver of a parent (ENSIP-10) is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from collection.chain.addresses import NOBODY, checksummed
from collection.chain.batches import Request
from collection.chain.connection import Chain, open_chain
from collection.chain.networks import NETWORKS, Network
from collection.config.accounts import is_name, wrong_account
from collection.errors import ChainError
from collection.store.publication_records import ResolvedName

REGISTRY = "0x00000000000C2E074eC69A0dFb2997BA6C7d2e1e"
_DEFAULT_COIN = 0x8000_0000  # ENSIP-11 and ENSIP-19: the chain id is added; 0: every chain that runs EVM code
_REFUSED = re.compile("revert|invalid|out of gas", re.IGNORECASE)
"""In the words with which nodes say that a contract ended a call."""
_BY_SERVER = "556f1830"  # OffchainLookup, the error of EIP-3668


def asked_for(target: Network) -> Network:
    """The network whose names stand for accounts of `target`, where that has no ENS of its own."""
    return NETWORKS["sepolia" if target.kind == "test" else "ethereum-mainnet"]


def has_ens(chain: Chain) -> bool:
    """Whether there is a registry on this network."""
    return chain.has_code(REGISTRY)


def namehash(name: str) -> bytes:
    """The 32 bytes by which contracts know a name in its normal form (ERC-137)."""
    from eth_utils.crypto import keccak

    node = bytes(32)
    for label in reversed(name.split(".")) if name else ():
        node = keccak(node + keccak(label.encode()))
    return node


def resolve(chain: Chain, names: Iterable[str], target: Network) -> dict[str, ResolvedName | str]:
    """Where names lead to on `target`, by the ENS of `chain`; a text says why a name leads nowhere.

    On the network of the names itself and on chains of this machine that is the name's Ethereum address (ERC-137).
    Elsewhere it is the address for that chain, or for all chains (ENSIP-9, 11, 19), and the Ethereum address only where
    that is an account of a key: a contract is not the same on another chain. Names are in their normal form.
    Raises ChainError where the network cannot be asked.
    """
    unique = list(dict.fromkeys(names))
    asking = _Asking(chain)
    found: dict[str, ResolvedName | str] = {}
    resolvers = asking.addresses([(REGISTRY, "resolver(bytes32)", (namehash(name),)) for name in unique])
    there = {}
    for name, resolver in zip(unique, resolvers, strict=True):
        if resolver is None or resolver == NOBODY:
            found[name] = f"it leads nowhere on {chain.network.name}: nobody registered it, or gave it a resolver"
        elif not resolver.startswith("0x"):
            found[name] = resolver
        else:
            there[name] = resolver
    for name, led in _led_to(asking, there, target).items():
        found[name] = led
        if led.startswith("0x"):
            found[name] = ResolvedName(name, target.chain_id, checksummed(led), chain.network.name, asking.block)
    return {name: found[name] for name in unique}


def _led_to(asking: _Asking, resolvers: Mapping[str, str], target: Network) -> dict[str, str]:
    """The address that each name leads to, or why it leads to none."""
    chain = asking.chain
    found: dict[str, str] = {}
    elsewhere = chain.id != target.chain_id and not target.is_development
    coins = [_DEFAULT_COIN | target.chain_id, _DEFAULT_COIN] if elsewhere and target.chain_id < _DEFAULT_COIN else []
    for coin in coins:
        for name, address in asking.of_coin(resolvers, coin).items():
            found.setdefault(name, address)
    left = {name: resolver for name, resolver in resolvers.items() if name not in found}
    answers = asking.addresses([(each, "addr(bytes32)", (namehash(name),)) for name, each in left.items()])
    for name, answer in zip(left, answers, strict=True):
        if answer is None or answer == NOBODY:
            found[name] = f"it has no address on {chain.network.name}: its resolver names none"
        elif answer.startswith("0x") and elsewhere and chain.has_code(answer):
            found[name] = (
                f"it leads to a contract of {chain.network.name}, {answer}, and to no address of {target.name}"
            )
        else:
            found[name] = answer
    return found


@contextmanager
def registry_of(
    chain: Chain, folder: Path = Path(), ens_rpc: str | None = None, key: str = "chain.ens_rpc"
) -> Iterator[Chain]:
    """The chain whose names count on an open one: itself if it has ENS, else that of the node in `ens_rpc`."""
    if has_ens(chain):
        yield chain
        return
    with registry_beside(chain.network, folder, ens_rpc, key) as registry:
        yield registry


@contextmanager
def registry_beside(network: Network, folder: Path, ens_rpc: str | None, key: str = "chain.ens_rpc") -> Iterator[Chain]:
    """The chain whose names count on a network without ENS: that of the node in `ens_rpc`.

    `key` is what people call that. Raises ChainError where it names no node, or cannot be reached.
    """
    asked = asked_for(network)
    if ens_rpc is None:
        hint = f"{key} https://... or {key} env:NAME"
        if not key.startswith("-"):
            hint = 'ens_rpc = "https://..." under [chain], or ens_rpc = "env:NAME"'
        why = f"{network.name} has no ENS, and {key} names no node of {asked.name}"
        raise ChainError(why, f"{hint}: a node of {asked.name}")
    with open_chain(asked, folder, ens_rpc, "ens_rpc") as registry:
        yield registry


def resolve_one(
    chain: Chain,
    account: str,
    what: str,
    folder: Path = Path(),
    ens_rpc: str | None = None,
    key: str = "chain.ens_rpc",
) -> str:
    """The address of an account of this network, which is an address itself or a name; `what` is what errors call it.

    A network without ENS needs the node in `ens_rpc`, as for `registry_of`. Raises ChainError for a name that leads
    nowhere here, and where nobody can be asked.
    """
    if not is_name(account):
        return account
    try:
        with registry_of(chain, folder, ens_rpc, key) as registry:
            found = resolve(registry, [account], chain.network)[account]
    except ChainError as error:
        raise ChainError(f'{what}: where "{account}" leads to is not known: {error.message}', error.hint) from error
    if isinstance(found, str):
        raise ChainError(f'{what}: "{account}": {found}', "correct the name, or write the address: 0x and 40 digits")
    return found.address


def reverse(chain: Chain, address: str) -> str | None:
    """The name that an account says it has, if that name leads to it; else it is anybody's claim."""
    asking = _Asking(chain)
    node = namehash(f"{address[2:].lower()}.addr.reverse")
    [resolver] = asking.addresses([(REGISTRY, "resolver(bytes32)", (node,))])
    if resolver is None or resolver == NOBODY or not resolver.startswith("0x"):
        return None
    [answer] = asking.ask([(resolver, "name(bytes32)", (node,))])
    name = _decoded("string", answer)
    if not isinstance(name, str) or not is_name(name) or wrong_account(name):
        return None
    found = resolve(chain, [name], chain.network)[name]
    return name if not isinstance(found, str) and found.address.lower() == address.lower() else None


Call = tuple[str, str, Sequence[Any]]
"""A contract, a function by its signature, and the arguments."""


class _Asking:
    """Calls of contracts at one block, many at once."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        with chain.translated():
            self.block = int(chain.web3.eth.block_number)

    def ask(self, calls: Sequence[Call]) -> list[Any]:
        """What each call gives, or the error with which the contract ends it."""
        from eth_abi.abi import encode
        from eth_utils.abi import function_signature_to_4byte_selector

        requests: list[Request] = []
        for to, signature, arguments in calls:
            types = signature.partition("(")[2].rstrip(")").split(",")
            data = function_signature_to_4byte_selector(signature) + encode(types, arguments)
            requests.append(("eth_call", [{"to": to, "data": f"0x{data.hex()}"}, hex(self.block)]))
        answers = self.chain.ask_each(requests)
        for answer in answers:
            if isinstance(answer, Exception) and not _by_contract(answer):
                with self.chain.translated():
                    raise answer  # the node did not do it: nothing is known of the name
        return answers

    def addresses(self, calls: Sequence[Call]) -> list[str | None]:
        """The address that each call gives; None: it gives none; other words say why that is not known."""
        found: list[str | None] = []
        for answer in self.ask(calls):
            if isinstance(answer, Exception):
                by_server = _BY_SERVER in f"{answer} {getattr(answer, 'data', '')}"
                found.append("a server answers for it (EIP-3668), which is not asked" if by_server else None)
            else:
                found.append(_decoded("address", answer))
        return found

    def of_coin(self, resolvers: Mapping[str, str], coin: int) -> dict[str, str]:
        """The address for a coin of those names that have one (ENSIP-9)."""
        calls: list[Call] = [
            (each, "addr(bytes32,uint256)", (namehash(name), coin)) for name, each in resolvers.items()
        ]
        answers = [_decoded("bytes", answer) for answer in self.ask(calls)]
        named = {name: answer for name, answer in zip(resolvers, answers, strict=True) if isinstance(answer, bytes)}
        return {name: f"0x{value.hex()}" for name, value in named.items() if len(value) == 20 and any(value)}


def _by_contract(error: Exception) -> bool:
    """Whether it was the contract that ended a call with an error, and not the node."""
    from web3.exceptions import ContractLogicError

    return isinstance(error, ContractLogicError) or _REFUSED.search(str(error)) is not None


def _decoded(kind: str, answer: Any) -> Any:
    """A value that a contract gave; None where it gave none of this kind."""
    from eth_abi.abi import decode
    from eth_abi.exceptions import DecodingError
    from hexbytes import HexBytes

    if isinstance(answer, Exception) or not answer:
        return None
    try:
        return decode([kind], bytes(HexBytes(answer)))[0]
    except (DecodingError, UnicodeDecodeError):
        return None
