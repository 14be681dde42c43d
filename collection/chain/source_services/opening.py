"""The services by name, and how one is opened for a network."""

from __future__ import annotations

import re

from collection.chain.networks import Network
from collection.chain.source_services.explorer_api import Blockscout, Etherscan
from collection.chain.source_services.service import SourceService
from collection.chain.source_services.sourcify import Sourcify
from collection.errors import UsageError
from collection.transport import Client, Secret, TokenBucket

SERVICES = ("sourcify", "blockscout", "etherscan")
DEFAULT_KEY = "env:ETHERSCAN_API_KEY"


def open_service(
    name: str, network: Network, at: str | None = None, key: str = DEFAULT_KEY, client: Client | None = None
) -> SourceService:
    """The service `name` for contracts of a network; nothing is contacted.

    `at` is the address of another than the public one: of Sourcify's server, of Etherscan's API, of a Blockscout
    explorer. `key` names the environment variable that holds Etherscan's key (env:NAME). Raises UsageError for a
    network that no service can see, and for what is mistyped; UnavailableError where the key is not set.
    """
    refuse_local(network)
    if at is not None and not re.fullmatch(r"https?://[^\s/@?#]+(/[^\s@?#]*)?", at):
        raise UsageError(f'--at "{at}" is no address of a service', "--at https://...")
    place, asker = (at or "").rstrip("/"), client or Client(bucket=TokenBucket(2, 2))
    if name == "sourcify":
        return Sourcify(asker, place)
    if name == "blockscout":
        return Blockscout(asker, place, network)
    if name == "etherscan":
        secret = Secret.named(key)
        secret.read()
        return Etherscan(asker, place, secret)
    raise UsageError(f'--to "{name}" is no service that publishes sources', f"known: {', '.join(SERVICES)}")


def refuse_local(network: Network) -> None:
    """Raise UsageError for a chain of this machine, which no service can see."""
    if network.is_development:
        raise UsageError(
            f"{network.name} is a chain of this machine: no service can see its contracts",
            'deploy to a public one: network = "sepolia", or another, under [chain]',
        )
