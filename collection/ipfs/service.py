"""What the storages of others have in common: they are asked by a client, and read back by gateways."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from collection.errors import PinError
from collection.ipfs.gateway_blocks import GatewayBlocks
from collection.ipfs.service_address import ServiceAddress
from collection.transport import Client
from collection.unixfs import Blocks


class Service:
    """A service that keeps content and gives no blocks of it by its own API."""

    def __init__(self, address: ServiceAddress, client: Client) -> None:
        self.name = address.name
        self._address, self._client = address, client

    def holds(self, root: str) -> bool:
        """Whether it keeps all of `root` now."""
        raise NotImplementedError

    def stop(self) -> None:
        """End every wait and every upload."""
        self._client.stop()

    @contextmanager
    def blocks(self, root: str) -> Iterator[Blocks]:
        """The blocks as the gateways of its name give them."""
        if not self.holds(root):
            raise PinError(f"{self.name} does not keep {root}", "run `collection pin`")
        yield GatewayBlocks(self._address.gateways, self._client)
