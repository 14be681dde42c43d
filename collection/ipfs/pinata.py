"""Pinata: a folder is uploaded in one request, and Pinata makes its own blocks of it.

Those blocks need not be ours, so the CID that it answers with is compared, and what has another one is taken down
again. Source: docs.pinata.cloud, pinFileToIPFS, pinList and unpin.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from collection.errors import PinError
from collection.ipfs.pinner import Journal
from collection.ipfs.pinning_service import named_errors
from collection.ipfs.service import Service
from collection.ipfs.service_address import GATEWAYS, ServiceAddress, service_address, web_address
from collection.transport import Answer, Client, TokenBucket, Upload
from collection.unixfs import Blocks, Car, cid_bytes, content, files_below

EXAMPLE = "pinata:env:PINATA_JWT"
_API = "https://api.pinata.cloud"
_BOUNDARY = "collection-7f3a9c51d8e24b60"
_END = f"--{_BOUNDARY}--\r\n".encode()


class Pinata(Service):
    """An account at Pinata. The free plan takes 60 requests a minute, so no more than one leaves in a second."""

    def __init__(self, address: ServiceAddress, client: Client | None = None) -> None:
        super().__init__(address, client or Client(TokenBucket(1, 3)))

    def holds(self, root: str) -> bool:
        """Whether it lists `root` as pinned."""
        query = urlencode({"hashContains": root, "status": "pinned", "pageLimit": 10})
        rows = _object(self._ask("GET", f"/data/pinList?{query}"), self.name).get("rows")
        if not isinstance(rows, list):
            raise PinError(f"{self.name} lists its pins in an unknown way", "ask the service")
        return any(isinstance(row, dict) and row.get("ipfs_pin_hash") == root for row in rows)

    def pin(self, car: Path, root: str) -> None:
        """Upload the folder."""
        self._upload(car, root)

    def resume(self, car: Path, root: str, journal: Journal) -> None:
        """Upload the folder, unless it is known that another CID comes of it."""
        made = journal.read().get("made")
        if isinstance(made, str):
            raise self._other_cid(root, made)
        self._upload(car, root, journal)

    def _upload(self, car: Path, root: str, journal: Journal | None = None) -> None:
        with Car(car) as blocks:
            parts = list(_parts(blocks, root))
            upload = Upload(
                sum(len(head) + size + 2 for head, _, size in parts) + len(_END), lambda: _pieces(blocks, parts)
            )
            kind = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
            made = _object(self._ask("POST", "/pinning/pinFileToIPFS", kind, upload), self.name).get("IpfsHash")
        if not isinstance(made, str):
            raise PinError(f"{self.name} does not say what it pinned", "`collection pin` tries again")
        if not _is_cid(made) or cid_bytes(made) != cid_bytes(root):
            if journal:
                journal.write({"made": made}, "failed")
            self._ask("DELETE", f"/pinning/unpin/{quote(made, safe='')}", accept=frozenset({404}))
            raise self._other_cid(root, made)

    def _other_cid(self, root: str, made: str) -> PinError:
        return PinError(
            f"{self.name} makes {made[:100]} of the files whose CID is {root}; it cuts them otherwise",
            f'"pinning:env:{self._address.secret.variable}@{_API}/psa" beside another storage has it fetch the set by '
            'its CID; or freeze with cid_profile = "kubo-cid-v1" in [publish]',
        )

    def _ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: Upload | None = None,
        accept: frozenset[int] = frozenset(),
    ) -> Answer:  # fmt: skip
        with named_errors(self.name, self._address.secret.variable):
            sent = {"Authorization": f"Bearer {self._address.secret.read()}", **(headers or {})}
            return self._client.ask(method, self._address.place + path, sent, body, accept=accept)


_Part = tuple[bytes, str | bytes, int]
"""The head of a part of the form; the CID of its content, or the content; and how many bytes that has."""


def _parts(blocks: Blocks, root: str) -> Iterator[_Part]:
    """Every file below the root, in a folder that Pinata makes the root of, and the two fields that go with them."""
    for path, cid, size in files_below(blocks, root):
        name = f"set/{path}".replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        head = (
            f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/octet-stream'
        )
        yield _head(head), cid, size
    for name, value in {"pinataOptions": {"cidVersion": 1}, "pinataMetadata": {"name": f"collection {root}"}}.items():
        data = json.dumps(value).encode()
        yield _head(f'Content-Disposition: form-data; name="{name}"'), data, len(data)


def _head(lines: str) -> bytes:
    return f"--{_BOUNDARY}\r\n{lines}\r\n\r\n".encode()


def _pieces(blocks: Blocks, parts: list[_Part]) -> Iterator[bytes]:
    for head, source, _ in parts:
        yield head
        if isinstance(source, bytes):
            yield source
        else:
            yield from content(blocks, source)
        yield b"\r\n"
    yield _END


def _object(answer: Answer, name: str) -> dict[str, Any]:
    try:
        value = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise PinError(f"{name} replies with no JSON", "`collection pin` tries again") from error
    return value if isinstance(value, dict) else {}


def _is_cid(text: str) -> bool:
    try:
        cid_bytes(text)
    except PinError:
        return False
    return True


def open_pinata(rest: str, _: Path) -> Pinata:
    """The account of "pinata:env:NAME"."""
    gateways = ("https://gateway.pinata.cloud", *GATEWAYS)
    address = service_address("pinata", rest, place=_API, gateways=gateways, example=EXAMPLE)
    web_address("pinata", address.place, EXAMPLE)
    return Pinata(address)
