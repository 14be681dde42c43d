"""An IPFS node that speaks Kubo's RPC: Kubo, js-ipfs, and services that offer `/api/v0/dag/import`.

ipfshttpclient does the talking. Its `connect` turns away every node since 2021 by the version number, so the `Client`
is made directly; the calls used here (dag import, pin ls, block get, block stat) are the same in all versions.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

from collection.errors import PinError, UsageError
from collection.ipfs.pinner import Journal
from collection.unixfs import Blocks, Car, CheckedBlocks, car_part, cid_bytes, cid_text

_CONNECT_SECONDS, _LOOK_SECONDS = 10.0, 5.0
_PIECE = 1 << 20
_ODD_ANSWERS = (KeyError, TypeError, AttributeError, AssertionError, StopIteration)
"""What comes of an answer that is none of a node; the client asserts on some."""
_PART = 8 << 20
"""Bytes of blocks that are sent in one request: what an interruption costs."""


class Kubo:
    """A node at a multiaddress such as /ip4/127.0.0.1/tcp/5001.

    `seconds` is how long the node may be silent before it counts as gone.
    """

    def __init__(self, address: str, seconds: float = 300.0) -> None:
        self.address = address
        self._timeout = (min(_CONNECT_SECONDS, seconds), seconds)
        self._stopped = Event()

    @property
    def name(self) -> str:
        """The name in `publish.storage`."""
        return f"kubo:{self.address}"

    def holds(self, root: str) -> bool:
        """Whether the node has a recursive pin on `root`."""
        with self._client() as client:
            from ipfshttpclient.exceptions import ErrorResponse

            try:
                keys = client.pin.ls(root, type="recursive", opts=_base_of(root))["Keys"]
            except ErrorResponse as error:
                if "not pinned" in str(error):
                    return False
                raise
        return any(cid_bytes(key) == cid_bytes(root) for key in keys)

    def pin(self, car: Path, root: str) -> None:
        """Import the CAR file with a recursive pin on its root; the node's root must be `root`."""
        self._upload(car, root, None)

    def resume(self, car: Path, root: str, journal: Journal) -> None:
        """The same, without the blocks that an earlier run sent and the node still has."""
        self._upload(car, root, journal)

    def stop(self) -> None:
        """Send no further part."""
        self._stopped.set()

    def _upload(self, car: Path, root: str, journal: Journal | None) -> None:
        """Send the blocks in parts, and at last the root again, with a pin on all below it."""
        with Car(car) as blocks:
            if cid_bytes(blocks.root) != cid_bytes(root):
                raise PinError(f"{car} has another root than {root}: {blocks.root}", "run `collection freeze`")
            cids = list(blocks)
            sent = self._there(cids, journal)
            while sent < len(cids):
                part = blocks.part(sent, _PART)
                self._send(blocks, part, part[0])
                sent += len(part)
                if journal:
                    journal.write({"blocks": sent})
                if self._stopped.is_set():
                    raise PinError(f"{self.name} was interrupted", "`collection pin` goes on there")
            try:
                self._pin_root(blocks, root)
            except PinError:
                if journal:
                    journal.write({})  # the node may have dropped a block: the next run sends all of them
                raise

    def _there(self, cids: Sequence[bytes], journal: Journal | None) -> int:
        """How many blocks were sent already: none where the node does not have the first and the last of them."""
        sent = journal.read().get("blocks", 0) if journal else 0
        if not (isinstance(sent, int) and 0 < sent <= len(cids)):
            return 0
        return sent if all(self._has(cid) for cid in (cids[0], cids[sent - 1])) else 0

    def _has(self, cid: bytes) -> bool:
        """Whether the node has a block; one that looks for it elsewhere is not waited for long."""
        with suppress(PinError), self._client() as client:
            client.block.stat(cid_text(cid), opts={"offline": "true"}, timeout=_LOOK_SECONDS)
            return True
        return False

    def _send(self, blocks: Blocks, cids: Sequence[bytes], root: bytes, *, pin: bool = False) -> list[Any]:
        """Import a CAR file of these blocks; returns what the node says of its root, if that is to be pinned."""
        file = BytesIO(car_part(blocks, cids, root))
        opts = {**_base_of(cid_text(root)), "pin-roots": str(pin).lower()}
        with self._client() as client:
            return list(client.dag.imprt(file, opts=opts, stream=True))

    def _pin_root(self, blocks: Blocks, root: str) -> None:
        cid = cid_bytes(root)
        answers = self._send(blocks, [cid], cid, pin=True)
        with self._translated():
            answer = next(answer["Root"] for answer in answers if "Root" in answer)
            theirs, trouble = answer["Cid"]["/"], answer.get("PinErrorMsg")
        if trouble:
            raise PinError(f"{self.name} could not pin {root}: {trouble}", "run `collection pin` again")
        if cid_bytes(theirs) != cid:
            raise PinError(f"{self.name} read the set as {theirs}, but its root is {root}", "run `collection freeze`")
        if not self.holds(root):
            raise PinError(f"{self.name} took {root} but does not list it as pinned", "run `collection pin` again")

    @contextmanager
    def blocks(self, root: str) -> Iterator[Blocks]:
        """Ask the node for one block at a time, over one connection; it is not to look for blocks elsewhere."""
        if not self.holds(root):
            raise PinError(f"{self.name} does not keep {root}", "run `collection pin`")
        with self._client() as opened, opened as client:
            yield CheckedBlocks(_NodeBlocks(client, self._translated), self.name)

    def addresses(self) -> list[str]:
        """Where other nodes reach it, with its peer id; nothing where it does not say."""
        with suppress(PinError), self._client() as client:
            said = client.id()
            peer, found = str(said["ID"]), [str(each) for each in said.get("Addresses") or ()]
            outside = [each for each in found if "/127.0.0.1/" not in each and "/ip6/::1/" not in each]
            return [each if "/p2p/" in each else f"{each}/p2p/{peer}" for each in outside]
        return []

    def connect(self, delegates: Sequence[str]) -> None:
        """Connect the node to these, as far as it can."""
        for delegate in delegates:
            with suppress(PinError), self._client() as client:
                client.swarm.connect(delegate)

    @contextmanager
    def found_blocks(self) -> Iterator[Blocks]:
        """Any block that the node has or finds in its network, checked; it is not said to keep it."""
        with self._client() as opened, opened as client:
            yield CheckedBlocks(_NodeBlocks(client, self._translated, offline=False), self.name)

    @contextmanager
    def _client(self) -> Iterator[Any]:
        """The client, quiet about its age; errors between it and the node become PinErrors."""
        import ipfshttpclient

        with self._translated():
            yield ipfshttpclient.Client(self.address, timeout=self._timeout, chunk_size=_PIECE)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Inside, what goes wrong between client and node is a PinError that names the node."""
        import ipfshttpclient
        from requests import ConnectionError as RequestConnectionError
        from requests import RequestException

        hint = f"start the node (`ipfs daemon`) or correct publish.storage {self.name!r}, then run `collection pin`"
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The 'strict' parameter", FutureWarning)  # urllib3 2 on its old call
            try:
                yield
            except ipfshttpclient.exceptions.TimeoutError as error:
                raise PinError(f"{self.name} gave no answer in {self._timeout[1]:g} s", hint) from error
            except (ipfshttpclient.exceptions.ConnectionError, RequestConnectionError) as error:
                raise PinError(f"{self.name} cannot be reached", hint) from error
            except (ipfshttpclient.exceptions.Error, RequestException) as error:
                raise PinError(f"{self.name} refused: {error}", hint) from error
            except _ODD_ANSWERS as error:
                raise PinError(f"{self.name} did not answer as an IPFS node does: {error!r}", hint) from error


def _base_of(root: str) -> dict[str, str]:
    """Has the node write CIDs as text in base32; those of version 0 have one text only."""
    return {} if root.startswith("Qm") else {"cid-base": "base32"}


class _NodeBlocks:
    """The blocks of a node, through an open client."""

    def __init__(
        self, client: Any, translated: Callable[[], AbstractContextManager[None]], *, offline: bool = True
    ) -> None:
        self._client, self._translated, self._offline = client, translated, str(offline).lower()

    def block(self, cid: bytes) -> bytes:
        with self._translated():
            block: bytes = self._client.block.get(cid_text(cid), opts={"offline": self._offline})
        return block


def open_kubo(rest: str, _: Path) -> Kubo:
    """The node of "kubo:MULTIADDRESS"."""
    if not rest.startswith("/"):
        raise UsageError(
            f'"kubo:{rest}" does not name the address of an IPFS node', 'write "kubo:/ip4/127.0.0.1/tcp/5001"'
        )
    return Kubo(rest)
