"""Which chains there are, and the rule that keeps test runs off the ones where gas costs money.

A configuration names its network by one of the names below, or as `custom:<chain id>`:

- embedded, anvil, hardhat, ganache: on this machine; they have an address (or need none) and funded accounts;
- test networks: an RPC address is needed;
- main networks, each named in full (ethereum-mainnet): an RPC address is needed;
- `custom:<chain id>`: any chain that is not listed here. A listed one must be called by its name.

The node must answer with the chain id of that name. A name never stands for two chains.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from collection.errors import ChainError, ConfigError

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


NETWORKS: Mapping[str, Network] = {
    name: Network(name, chain_id, kind)
    for kind, chains in {
        "embedded": {"embedded": EMBEDDED_CHAIN_ID},
        "local": {"anvil": 31337, "hardhat": 31337, "ganache": 1337},
        "test": {
            "sepolia": 11155111,
            "holesky": 17000,
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

_LOCAL_RPC = "http://127.0.0.1:8545"


def find_network(name: str) -> Network:
    """The network that a configuration means by `name`; raises ConfigError where that names none."""
    if name in NETWORKS:
        return NETWORKS[name]
    custom = re.fullmatch(r"custom:([1-9][0-9]{0,17})", name)
    if custom is None:
        near = get_close_matches(name, NETWORKS, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}? " if near else ""
        raise ConfigError(
            f'chain.network = "{name}" is not a network',
            hint=f'{hint}known: {", ".join(NETWORKS)}, or "custom:<chain id>" for any other',
        )
    chain_id = int(custom[1])
    known = named(chain_id)
    if known:
        raise ConfigError(
            f'chain.network = "{name}": chain id {chain_id} is {" or ".join(known)}',
            hint=f'write it in full: network = "{known[0]}"',
        )
    return Network(name, chain_id, "custom")


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


def rpc_address(network: Network, rpc: str | None) -> str:
    """Where the node of a network listens.

    `rpc` is the configured value: an http(s) address, `env:NAME` for one that holds a secret, or None for the
    default of a local network. Raises ConfigError where there is none.
    """
    if rpc is None and network.kind == "local":
        return _LOCAL_RPC
    if rpc is None:
        raise ConfigError(f"chain.rpc is missing: {network.name} has no address of its own", hint='rpc = "env:NAME"')
    if not rpc.startswith("env:"):
        return rpc
    address = os.environ.get(rpc.removeprefix("env:"), "").strip()
    if not address:
        raise ConfigError(f'chain.rpc = "{rpc}", but that environment variable is not set')
    return address
