"""Which chains there are, and the rule that keeps test runs off the ones where gas costs money.

A configuration names its network by one of the names below, or as `custom:<chain id>`:

- embedded, anvil, hardhat, ganache: on this machine; they have an address (or need none) and funded accounts;
- test networks: an RPC address is needed;
- main networks, each named in full (ethereum-mainnet): an RPC address is needed, and somebody who agrees;
- `custom:<chain id>`: any chain that is not listed here. A listed one must be called by its name.

The node must answer with the chain id of that name. A name never stands for two chains.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from collection.errors import ChainError, ConfigError, UsageError

if TYPE_CHECKING:
    from collection.config import Config
    from collection.config.reading import Refuse

EMBEDDED_CHAIN_ID = 131277322940537
"""The id that eth-tester gives its chain."""


@dataclass(frozen=True, slots=True)
class Network:
    """A chain: its name here, its id (EIP-155), and what it is: embedded, local, test, main or custom."""

    name: str
    chain_id: int
    kind: str

    @property
    def is_development(self) -> bool:
        """Whether it runs on this machine with accounts that anybody may use."""
        return self.kind in {"embedded", "local"}

    @property
    def currency(self) -> str:
        """What gas is paid with."""
        return _CURRENCIES.get(self.name.partition("-")[0], "ETH")


_CURRENCIES = {
    "bnb": "BNB", "polygon": "POL", "avalanche": "AVAX", "gnosis": "xDAI", "celo": "CELO", "fantom": "FTM",
    "cronos": "CRO", "mantle": "MNT", "ronin": "RON", "apechain": "APE",
}  # fmt: skip
"""The currencies that are not called ETH, by the first word of the networks' names."""


NETWORKS: Mapping[str, Network] = {
    name: Network(name, chain_id, kind)
    for kind, chains in {
        "embedded": {"embedded": EMBEDDED_CHAIN_ID},
        "local": {"anvil": 31337, "hardhat": 31337, "ganache": 1337},
        "test": {
            "sepolia": 11155111,
            "hoodi": 560048,
            "base-sepolia": 84532,
            "optimism-sepolia": 11155420,
            "arbitrum-sepolia": 421614,
            "polygon-amoy": 80002,
            "zora-sepolia": 999999999,
            "linea-sepolia": 59141,
            "scroll-sepolia": 534351,
            "bnb-testnet": 97,
            "avalanche-fuji": 43113,
            "gnosis-chiado": 10200,
        },
        "main": {
            "ethereum-mainnet": 1,
            "optimism-mainnet": 10,
            "bnb-mainnet": 56,
            "gnosis-mainnet": 100,
            "polygon-mainnet": 137,
            "base-mainnet": 8453,
            "arbitrum-mainnet": 42161,
            "celo-mainnet": 42220,
            "avalanche-mainnet": 43114,
            "linea-mainnet": 59144,
            "zora-mainnet": 7777777,
            "scroll-mainnet": 534352,
            "blast-mainnet": 81457,
            "fantom-mainnet": 250,
            "cronos-mainnet": 25,
            "mantle-mainnet": 5000,
            "zksync-mainnet": 324,
            "ronin-mainnet": 2020,
            "apechain-mainnet": 33139,
            "abstract-mainnet": 2741,
        },
    }.items()
    for name, chain_id in chains.items()
}

RETIRED = ("ropsten", "rinkeby", "kovan", "goerli", "holesky", "mumbai")
"""Test networks that were shut down, by the word in their names."""
_LOCAL_RPC = "http://127.0.0.1:8545"


def check_chain(config: Config, refuse: Refuse) -> None:
    """Call `refuse` for a network and a node's address that cannot be meant; nothing is contacted."""
    try:
        find_network(config.chain.network)
    except ConfigError as error:
        refuse(["chain", "network"], error.message, error.hint or "")
    for key in ("rpc", "ens_rpc"):
        rpc = getattr(config.chain, key)
        if rpc is not None and not re.match(rf"{_ADDRESS}|env:[A-Za-z_][A-Za-z0-9_]*$", rpc):
            # What was typed is not repeated: an address often holds a secret.
            refuse(["chain", key], "the address of a node begins with http:// or https://", _RPC_HINT.format(key))


_ADDRESS = r"https?://[^\s/]"
_RPC_HINT = '{0} = "https://...", or {0} = "env:NAME" for an environment variable that holds it'


def lacking(config: Config) -> list[str]:
    """What [chain] leaves out, or this machine lacks, although `deploy` and `mint` will ask for it; in words."""
    network, chain = find_network(config.chain.network), config.chain
    if network.is_development:
        return []
    found = []
    for key, example in (("rpc", "https://..."), ("key", "keystore:keys/NAME.json")):
        value = getattr(chain, key)
        if value is None:
            found.append(f'chain.{key} is missing, which {network.name} needs: {key} = "{example}" or "env:NAME"')
        elif value.startswith("env:") and not os.environ.get(value.removeprefix("env:"), "").strip():
            found.append(f'chain.{key} = "{value}", and that environment variable is not set')
    return found


def find_network(name: str) -> Network:
    """The network that a configuration means by `name`; raises ConfigError where that names none."""
    if name in NETWORKS:
        return NETWORKS[name]
    custom = re.fullmatch(r"custom:([1-9][0-9]{0,17})", name)
    if custom is None:
        if any(word in RETIRED for word in name.split("-")):
            tests = [network.name for network in NETWORKS.values() if network.kind == "test"]
            raise ConfigError(f'"{name}" is a test network that was shut down', f"there are {', '.join(tests)}")
        raise ConfigError(
            f'"{name}" is not a network',
            hint=f'{_suggestion(name)}known: {", ".join(NETWORKS)}, or "custom:<chain id>" for any other',
        )
    chain_id = int(custom[1])
    known = named(chain_id)
    if known:
        raise ConfigError(
            f'"{name}": chain id {chain_id} is {" or ".join(known)}', hint=f'write it in full: network = "{known[0]}"'
        )
    return Network(name, chain_id, "custom")


def _suggestion(name: str) -> str:
    """The network that is meant by a misspelt name, in words; nothing where that might be another chain.

    A name of two words keeps the first, which names the chain. A word that is missing is not guessed.
    """
    chain, dash, _ = name.partition("-")
    alike = [
        known for known in NETWORKS if known.startswith(chain + dash if dash else "") and ("-" in known) == bool(dash)
    ]
    near = get_close_matches(name, alike, n=1, cutoff=0.85)
    return f"did you mean {near[0]}? " if near else ""


def refuse_main(network: Network) -> None:
    """Raise UsageError for a main network, to which nothing is sent before somebody agreed."""
    if network.kind == "main":
        raise UsageError(
            f"{network.name} is a main network, where gas costs money: nothing was sent",
            f"--yes-mainnet {network.name} agrees to that",
        )


def named(chain_id: int) -> list[str]:
    """The names of the networks with this chain id."""
    return [network.name for network in NETWORKS.values() if network.chain_id == chain_id]


def check_chain_id(network: Network, answered: int) -> None:
    """Raise ChainError unless the node answered with the chain id of the network that was asked for."""
    if answered == network.chain_id:
        return
    names = named(answered)
    is_main = any(NETWORKS[name].kind == "main" for name in names)
    what = " or ".join(names) or "no network known here"
    hint = f'to mean that chain, write network = "{names[0] if names else f"custom:{answered}"}"'
    raise ChainError(
        f"the configuration says {network.name} (chain id {network.chain_id}), "
        f"but the node answers with chain id {answered}, which is {what}",
        hint=f"that is a main network, where gas costs money: {hint}" if is_main else hint,
    )


def rpc_address(network: Network, rpc: str | None, key: str = "rpc") -> str:
    """Where the node of a network listens.

    `rpc` is what [chain] says by `key`: an http(s) address, `env:NAME` for one that holds a secret, or None for the
    default of a local network. Raises ConfigError where there is none.
    """
    if rpc is None and network.kind == "local":
        return _LOCAL_RPC
    if rpc is None:
        raise ConfigError(
            f"chain.{key} is missing: {network.name} has no address of its own", hint=_RPC_HINT.format(key)
        )
    if not rpc.startswith("env:"):
        if not re.match(_ADDRESS, rpc):
            raise ConfigError(f"chain.{key} does not begin with http:// or https://", hint=_RPC_HINT.format(key))
        return rpc
    name = rpc.removeprefix("env:")
    address = os.environ.get(name, "").strip()
    if not address:
        raise ConfigError(
            f'chain.{key} = "{rpc}", but that environment variable is not set',
            hint=f"export {name}=https://... with the address of a node of {network.name}, then run this again",
        )
    if not re.match(_ADDRESS, address):
        raise ConfigError(
            f"the environment variable {name} holds no address that begins with http:// or https://",
            hint=f"export {name}=https://..., then run this again",
        )
    return address
