"""Blocks from a gateway that serves IPFS over HTTP: any public one, or `collection gateway`."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from collection.errors import PinError
from collection.unixfs import cid_text

_TIMEOUT = 30  # seconds for one block
_LARGEST = 1 << 22  # bytes; no block of IPFS is larger than 2 MiB


@dataclass(frozen=True, slots=True)
class GatewayBlocks:
    """The blocks that a gateway gives, one request each (trustless gateway specification); they are not believed:
    whoever reads them checks each against its CID."""

    url: str
    """http(s)://HOST, without /ipfs."""

    def block(self, cid: bytes) -> bytes:
        """The bytes of a block; PinError where the gateway does not give them."""
        where = f"{self.url.rstrip('/')}/ipfs/{cid_text(cid)}?format=raw"
        try:
            request = Request(where, headers={"Accept": "application/vnd.ipld.raw"})
            with urlopen(request, timeout=_TIMEOUT) as answer:
                return bytes(answer.read(_LARGEST))
        except HTTPError as error:
            raise PinError(f"{self.url} has no {cid_text(cid)} (HTTP {error.code})") from error
        except (URLError, OSError, ValueError) as error:
            raise PinError(f"{self.url} gives nothing: {error}", "check --gateway, http(s)://HOST") from error
