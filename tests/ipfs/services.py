"""Services on loopback that behave as their specifications say, and misbehave when they are told to.

`Faults` is a list of what goes wrong with the next requests, in order: a status, "drop" (the connection is closed
without an answer) or "cut" (in the middle of it).
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from collection.ipfs.s3_signature import signed_headers
from collection.unixfs import KUBO_CID_V1, Car, Profile, cid_bytes, directory_cid

TOKEN = "the-secret"


@dataclass
class Asked:
    """A request."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Service:
    """A server; `answer` is what a kind of service says."""

    faults: list[Any] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError


@contextmanager
def running(service: Service) -> Iterator[Service]:
    """The service, served on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, parse_qs(parts.query, keep_blank_values=True), headers, body)
            service.asked.append(asked)
            fault = service.faults.pop(0) if service.faults else None
            if fault == "drop":
                self.close_connection = True
                return
            status, told, said = (
                (fault, {"Retry-After": "0"}, b"busy") if isinstance(fault, int) else service.answer(asked)
            )
            self.send_response(status)
            for name, value in told.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said[: len(said) // 2] if fault == "cut" else said)
            if fault == "cut":
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _any  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        service.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield service
        server.shutdown()


def as_json(status: int, value: Any) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


def _plain(said: dict[str, Any]) -> dict[str, Any]:
    return said


@dataclass
class PinningApi(Service):
    """The IPFS Pinning Service API 1.0.0: what the specification forbids is answered with 400."""

    pins: dict[str, dict[str, Any]] = field(default_factory=dict)
    course: list[str] = field(default_factory=lambda: ["queued", "pinning", "pinned"])
    """The states that a request goes through, one each time it is looked at."""
    delegates: tuple[str, ...] = ("/dns4/delegate.example/tcp/4001/p2p/QmPeer",)
    lie: Callable[[dict[str, Any]], dict[str, Any]] = _plain
    number: int = 0

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return self._error(401, "UNAUTHORIZED")
        where = re.fullmatch(r"/psa/pins(?:/([^/]+))?", asked.path)
        if not where:
            return self._error(404, "NOT_FOUND")
        request = unquote(where[1]) if where[1] else None
        if asked.method == "GET" and request is None:
            return self._list(asked)
        if request is not None and request not in self.pins:
            return self._error(404, "NOT_FOUND")
        if asked.method == "GET":
            return as_json(200, self._told(request or ""))
        if asked.method == "DELETE":
            del self.pins[request or ""]
            return 202, {}, b""
        return self._post(asked, request)

    def _list(self, asked: Asked) -> Answer:
        known = {"cid", "name", "match", "status", "before", "after", "limit", "meta"}
        cids = asked.query.get("cid", [""])[0].split(",")
        states = asked.query.get("status", ["pinned"])[0].split(",")
        limit = int(asked.query.get("limit", ["10"])[0])
        wrong = set(asked.query) - known or len(cids) > 10 or not 1 <= limit <= 1000
        if wrong or not set(states) <= {"queued", "pinning", "pinned", "failed"}:
            return self._error(400, "BAD_REQUEST")
        found = [self.pins[each] for each in reversed(self.pins) if self.pins[each]["pin"]["cid"] in cids]
        found = [self.lie({**each}) for each in found if each["status"] in states]
        return as_json(200, {"count": len(found), "results": found[:limit]})

    def _post(self, asked: Asked, replaced: str | None) -> Answer:
        if asked.headers.get("content-type") != "application/json":
            return self._error(400, "BAD_REQUEST")
        pin = json.loads(asked.body)
        right = isinstance(pin, dict) and set(pin) <= {"cid", "name", "origins", "meta"} and "cid" in pin
        if not right or len(pin.get("name", "")) > 255 or not 0 <= len(pin.get("origins", [])) <= 20:
            return self._error(400, "BAD_REQUEST")
        if replaced:
            del self.pins[replaced]
        self.number += 1
        self.pins[f"request/{self.number}"] = {
            "requestid": f"request/{self.number}", "status": self.course[0], "created": "2026-11-27T00:00:00Z",
            "pin": pin, "delegates": list(self.delegates), "info": {"status_details": "no peer has it"},
            "left": self.course[1:],
        }  # fmt: skip
        return as_json(202, self.lie({**self.pins[f"request/{self.number}"]}))

    def _told(self, request: str) -> dict[str, Any]:
        pin = self.pins[request]
        if pin["left"]:
            pin["status"] = pin["left"].pop(0)
        return self.lie({**pin})

    def _error(self, status: int, reason: str) -> Answer:
        return as_json(status, {"error": {"reason": reason, "details": "as the specification says"}})


@dataclass
class PinataApi(Service):
    """Pinata's folder upload: it makes blocks of its own by a profile."""

    profile: Profile = KUBO_CID_V1
    kept: set[str] = field(default_factory=set)
    trees: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return as_json(401, {"error": {"reason": "INVALID_CREDENTIALS"}})
        if (asked.method, asked.path) == ("GET", "/data/pinList"):
            wanted = asked.query["hashContains"][0]
            rows = [{"ipfs_pin_hash": cid} for cid in self.kept if wanted in cid]
            return as_json(200, {"count": len(rows), "rows": rows})
        if (asked.method, asked.path) == ("POST", "/pinning/pinFileToIPFS"):
            made = directory_cid(self._tree(asked), self.profile)
            self.kept.add(made)
            return as_json(200, {"IpfsHash": made, "PinSize": 1, "Timestamp": "2026-11-27T00:00:00Z"})
        if asked.method == "DELETE" and asked.path.startswith("/pinning/unpin/"):
            self.kept.discard(asked.path.rpartition("/")[2])
            return 200, {}, b"OK"
        return 404, {}, b""

    def _tree(self, asked: Asked) -> dict[str, Any]:
        head = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode()
        form = BytesParser(policy=HTTP).parsebytes(head + asked.body)
        files: dict[str, Any] = {}
        for part in form.iter_parts():
            if part.get_param("name", header="content-disposition") == "file":
                folder, *names = str(part.get_filename()).split("/")
                assert folder == "set"
                below = files
                for name in names[:-1]:
                    below = below.setdefault(name, {})
                below[names[-1]] = part.get_payload(decode=True)
        self.trees.append(files)
        return files


@dataclass
class S3Bucket(Service):
    """A bucket that checks signatures and imports CAR files, as Filebase's does."""

    objects: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)
    uploads: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: str = ""
    """A CID that it claims in place of the true one."""

    def answer(self, asked: Asked) -> Answer:
        if not self._is_signed(asked):
            return 403, {}, b"<Error><Code>SignatureDoesNotMatch</Code></Error>"
        upload = asked.query.get("uploadId", [""])[0]
        if upload and upload not in self.uploads:
            return 404, {}, b"<Error><Code>NoSuchUpload</Code></Error>"
        match asked.method, bool(upload), "uploads" in asked.query:
            case "PUT", False, _:
                return self._kept(asked.path, asked.body, asked.headers)
            case "POST", _, True:
                name = f"upload+{len(self.uploads)}"
                self.uploads[name] = {"headers": asked.headers, "parts": {}}
                text = f'<R xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><UploadId>{name}</UploadId></R>'
                return 200, {}, text.encode()
            case "PUT", True, _:
                etag = f'"{hashlib.md5(asked.body).hexdigest()}"'
                self.uploads[upload]["parts"][int(asked.query["partNumber"][0])] = (etag, asked.body)
                return 200, {"ETag": etag}, b""
            case "POST", True, _:
                done = self.uploads.pop(upload)
                wanted = re.findall(rb"<PartNumber>(\d+)</PartNumber><ETag>([^<]*)</ETag>", asked.body)
                parts = [done["parts"][int(number)] for number, _ in wanted]
                if [etag for etag, _ in parts] != [etag.decode() for _, etag in wanted]:
                    return 200, {}, b"<Error><Code>InvalidPart</Code></Error>"
                return self._kept(asked.path, b"".join(body for _, body in parts), done["headers"])
            case "GET", True, _:
                return 200, {}, b"<R/>"
            case "DELETE", _, _:
                self.objects.pop(asked.path, None)
                return 204, {}, b""
            case _:
                found = self.objects.get(asked.path)
                return (200, found[1], b"") if found else (404, {}, b"")

    def _kept(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        assert headers.get("x-amz-meta-import") == "car"
        with TemporaryDirectory() as folder:
            file = Path(folder) / "set.car"
            file.write_bytes(body)
            with Car(file) as car:
                car.verify()
                root = car.root
        self.objects[path] = (body, {"x-amz-meta-cid": self.told or root})
        return 200, {}, b""

    def _is_signed(self, asked: Asked) -> bool:
        """Whether the signature is the one that these headers must have."""
        from datetime import UTC, datetime

        names = re.search("SignedHeaders=([^,]*)", asked.headers.get("authorization", ""))
        if not names:
            return False
        at = datetime.strptime(asked.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        query = "&".join(f"{name}={value}" for name, values in asked.query.items() for value in values).replace(
            "+", "%2B"
        )
        own = {"host", "x-amz-date", "x-amz-content-sha256"}
        headers = {name: asked.headers[name] for name in names[1].split(";") if name not in own}
        right = signed_headers(asked.method, f"{self.url}{asked.path}?{query}", headers, "KEY", "SECRET", at)
        return right["Authorization"] == asked.headers["authorization"]


@dataclass
class TrustlessGateway(Service):
    """Blocks of a CAR file by their CIDs; `lies` are CIDs of which other bytes are given."""

    car: Path = Path()
    lies: set[str] = field(default_factory=set)

    def answer(self, asked: Asked) -> Answer:
        cid = asked.path.removeprefix("/ipfs/")
        if asked.query.get("format") != ["raw"] or asked.headers.get("accept") != "application/vnd.ipld.raw":
            return 400, {}, b"only blocks"
        with Car(self.car) as car:
            if cid_bytes(cid) not in car:
                return 404, {}, b"no such block"
            block = car.block(cid_bytes(cid))
        return 200, {}, b"lie" + block if cid in self.lies else block
