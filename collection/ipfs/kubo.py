"""An IPFS node that speaks Kubo's RPC: Kubo, js-ipfs, and services that offer `/api/v0/dag/import`.

ipfshttpclient does the talking. Its `connect` turns away every node since 2021 by the version number, so the `Client`
is made directly; the calls used here (dag import and export, pin ls) are the same in all versions.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from collection.errors import PinError
from collection.unixfs import Car, cid_bytes, write_car

_BASE32 = {"cid-base": "base32"}
_CONNECT_SECONDS = 10.0
_PIECE = 1 << 20


class Kubo:
    """A node at a multiaddress such as /ip4/127.0.0.1/tcp/5001.

    `seconds` is how long the node may be silent before it counts as gone.
    """

    def __init__(self, address: str, seconds: float = 300.0) -> None:
        self.address = address
        self._timeout = (min(_CONNECT_SECONDS, seconds), seconds)

    @property
    def name(self) -> str:
        """The name in `publish.storage`."""
        return f"kubo:{self.address}"

    def holds(self, root: str) -> bool:
        """Whether the node has a recursive pin on `root`."""
        with self._client() as client:
            from ipfshttpclient.exceptions import ErrorResponse

            try:
                keys = client.pin.ls(root, type="recursive", opts=dict(_BASE32))["Keys"]
            except ErrorResponse as error:
                if "not pinned" in str(error):
                    return False
                raise
        return any(cid_bytes(key) == cid_bytes(root) for key in keys)

    def pin(self, car: Path, root: str) -> None:
        """Import the CAR file with a recursive pin on its root; the node's root must be `root`."""
        with self._client() as client, car.open("rb") as file:
            answer = client.dag.imprt(file, opts=dict(_BASE32))["Root"]
            theirs, trouble = answer["Cid"]["/"], answer.get("PinErrorMsg")
        if trouble:
            raise PinError(f"{self.name} could not pin {root}: {trouble}", "run `collection pin` again")
        if cid_bytes(theirs) != cid_bytes(root):
            raise PinError(f"{self.name} read {car} as {theirs}, but its root is {root}", "run `collection freeze`")
        if not self.holds(root):
            raise PinError(f"{self.name} took {root} but does not list it as pinned", "run `collection pin` again")

    def export(self, root: str, path: Path) -> None:
        """Fetch what the node itself keeps below `root`; it is not to look for blocks elsewhere."""
        if not self.holds(root):
            raise PinError(f"{self.name} does not keep {root}", "run `collection pin`")
        with TemporaryDirectory(prefix="collection-") as folder:
            raw = Path(folder) / f"{root}.car"
            with self._client() as client, raw.open("wb") as file:
                for piece in client.dag.export(root, stream=True, offline=True):
                    file.write(piece)
            with Car(raw) as blocks:
                write_car(path, blocks, root)

    @contextmanager
    def _client(self) -> Iterator[Any]:
        """The client, quiet about its age; whatever goes wrong between it and the node becomes a PinError."""
        import ipfshttpclient
        from requests import ConnectionError as RequestConnectionError
        from requests import RequestException

        hint = f"start the node (`ipfs daemon`) or correct publish.storage {self.name!r}, then run `collection pin`"
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The 'strict' parameter", FutureWarning)  # urllib3 2 on its old call
            try:
                yield ipfshttpclient.Client(self.address, timeout=self._timeout, chunk_size=_PIECE)
            except ipfshttpclient.exceptions.TimeoutError as error:
                raise PinError(f"{self.name} gave no answer in {self._timeout[1]:g} s", hint) from error
            except (ipfshttpclient.exceptions.ConnectionError, RequestConnectionError) as error:
                raise PinError(f"{self.name} cannot be reached", hint) from error
            except (ipfshttpclient.exceptions.Error, RequestException) as error:
                raise PinError(f"{self.name} refused: {error}", hint) from error
            except (KeyError, TypeError, AttributeError, AssertionError) as error:  # the client asserts on odd answers
                raise PinError(f"{self.name} did not answer as an IPFS node does: {error!r}", hint) from error
