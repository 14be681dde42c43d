"""A gateway on this machine: what the local CAR files hold, over HTTP, before anything is public.

/ipfs/CID/PATH gives a file, or the list of a directory, as public gateways do, so that the set opens in a browser;
?format=raw gives a block and ?format=car the blocks below a path, which the receiver checks itself. Every block is
checked against its CID before it leaves. Sources: the Path Gateway and Trustless Gateway specifications of IPFS.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from urllib.parse import parse_qs, quote, unquote, urlsplit

from collection.errors import PinError
from collection.unixfs import Blocks, Car, cid_bytes, cid_text, content, listing, resolve
from collection.unixfs.car import sections
from collection.unixfs.dag import Kind
from collection.unixfs.walk import node_at

HOST = "127.0.0.1"
RAW_TYPE, CAR_TYPE = "application/vnd.ipld.raw", "application/vnd.ipld.car"
FORMATS = {RAW_TYPE: "raw", CAR_TYPE: "car"}
FOREVER = "public, max-age=29030400, immutable"
"""What lies under a CID never changes."""


class LocalBlocks:
    """The blocks of some CAR files, for many readers at once."""

    def __init__(self, cars: Sequence[Car]) -> None:
        self._cars, self._lock = cars, Lock()

    def block(self, cid: bytes) -> bytes:
        """The bytes of a block, checked; PinError if no file holds it."""
        with self._lock:
            for car in self._cars:
                if cid in car:
                    return car.block(cid)
        raise PinError(f"no CAR file here holds {cid_text(cid)}")


@dataclass(frozen=True, slots=True)
class _Recorder:
    """Blocks, and which of them were asked for."""

    source: Blocks
    asked: dict[bytes, bytes] = field(default_factory=dict)

    def block(self, cid: bytes) -> bytes:
        self.asked[cid] = self.source.block(cid)
        return self.asked[cid]


class Gateway(ThreadingHTTPServer):
    """The server, on loopback alone; `port` 0 takes a free one. `root` is where / leads."""

    daemon_threads = True

    def __init__(self, blocks: Blocks, root: str, port: int = 0) -> None:
        self.blocks, self.root = blocks, root
        super().__init__((HOST, port), _Handler)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.server_port}/ipfs/{self.root}/"


class _Handler(BaseHTTPRequestHandler):
    server: Gateway
    server_version = "collection-gateway"

    def do_GET(self) -> None:
        """Answer, or say why not."""
        try:
            self._answer()
        except PinError as error:
            self._send(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", [f"{error.message}\n".encode()])
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the library is silent."""

    def _answer(self) -> None:
        name = self.headers.get("Host", HOST).rpartition(":")[0] or self.headers.get("Host", HOST)
        if name not in (HOST, "localhost"):  # a page elsewhere whose name was pointed here
            return self._refuse(HTTPStatus.FORBIDDEN, f"this gateway is for {HOST} alone")
        parts = urlsplit(self.path)
        if parts.path == "/":
            return self._redirect(f"/ipfs/{self.server.root}/")
        kind, _, rest = parts.path.lstrip("/").partition("/")
        root, _, path = unquote(rest).partition("/")
        if kind != "ipfs" or not root:
            return self._refuse(HTTPStatus.BAD_REQUEST, "ask for /ipfs/CID/PATH")
        try:
            cid_bytes(root)
        except PinError as error:
            return self._refuse(HTTPStatus.BAD_REQUEST, error.message)
        accepted = FORMATS.get(self.headers.get("Accept", "").partition(";")[0].strip())
        wanted = parse_qs(parts.query).get("format", [accepted])[0]
        if wanted not in (None, "raw", "car"):
            return self._refuse(HTTPStatus.BAD_REQUEST, f"format is raw or car, not {wanted}")
        seen = _Recorder(self.server.blocks)
        cid = resolve(seen, root, path)
        if wanted == "raw":
            return self._send(HTTPStatus.OK, RAW_TYPE, [self.server.blocks.block(cid_bytes(cid))], cid, f"{cid}.bin")
        if wanted == "car":
            self.server.blocks.block(cid_bytes(cid))
            pieces = sections(self.server.blocks, cid, seen.asked)
            return self._send(HTTPStatus.OK, f"{CAR_TYPE}; version=1", pieces, f"{cid}.car", f"{cid}.car")
        return self._plain(parts.path, path, cid)

    def _plain(self, url: str, path: str, cid: str) -> None:
        """A file as a browser takes it, or the list of a directory."""
        blocks = self.server.blocks
        node = node_at(blocks, cid_bytes(cid))
        if node.kind in (Kind.DIRECTORY, Kind.SHARD):
            if not url.endswith("/"):
                return self._redirect(f"{url}/")
            return self._send(HTTPStatus.OK, "text/html; charset=utf-8", [_page(cid, listing(blocks, cid))])
        size = len(node.data) + sum(node.sizes)
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        return self._send(HTTPStatus.OK, kind, content(blocks, cid), cid, size=size)

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self._send(status, "text/plain; charset=utf-8", [f"{why}\n".encode()])

    def _redirect(self, url: str) -> None:
        self.send_response(HTTPStatus.MOVED_PERMANENTLY)
        self.send_header("Location", url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(
        self,
        status: HTTPStatus,
        kind: str,
        pieces: Sequence[bytes] | Iterator[bytes],
        etag: str = "",
        name: str = "",
        size: int | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("X-Content-Type-Options", "nosniff")
        if isinstance(pieces, list):
            size = sum(map(len, pieces))
        if size is not None:
            self.send_header("Content-Length", str(size))
        if etag:
            self.send_header("Etag", f'"{etag}"')
            self.send_header("Cache-Control", FOREVER)
        if name:
            self.send_header("Content-Disposition", f'attachment; filename="{name}"')
        self.end_headers()
        if self.command != "HEAD":
            for piece in pieces:
                self.wfile.write(piece)


def _page(cid: str, entries: dict[str, str]) -> bytes:
    """The list of a directory, names in the order in which people count."""
    ordered = sorted(entries, key=lambda name: (len(name), name))
    items = "".join(f'<li><a href="{quote(name)}">{escape(name)}</a></li>' for name in ordered)
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(cid)}</title>'
    return f"{head}<h1>{escape(cid)}</h1><ul>{items}</ul></html>".encode()
