"""Blocks from trustless gateways: each is asked for by its CID, and checked, so that no gateway needs to be believed.

Source: the Trustless Gateway specification of IPFS.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from collection.errors import PinError, UnavailableError
from collection.transport import Client, StoppedError
from collection.unixfs.car import LARGEST_BLOCK
from collection.unixfs.cid import cid_text, has_hash

_RAW = "application/vnd.ipld.raw"


class GatewayBlocks:
    """The blocks that gateways give; they are asked in their order until one has the block."""

    def __init__(self, gateways: Sequence[str], client: Client) -> None:
        self._gateways, self._client = tuple(gateways), client
        self.lies = Counter[str]()
        """How often each gateway gave other bytes than those of the CID."""

    def block(self, cid: bytes) -> bytes:
        """The bytes of a block; PinError tells what each gateway said where none of them has it."""
        name, said = cid_text(cid), []
        for gateway in self._gateways:
            try:
                answer = self._client.ask(
                    "GET", f"{gateway}/ipfs/{name}?format=raw", {"Accept": _RAW}, most=LARGEST_BLOCK
                )
            except StoppedError:
                raise
            except UnavailableError as error:
                said.append(error.message)
                continue
            if has_hash(cid, answer.body):
                return answer.body
            self.lies[gateway] += 1
            said.append(f"{gateway} gives other bytes")
        raise PinError(f"no gateway gives block {name}: {'; '.join(said)}")
