"""Filebase: an S3 bucket that unpacks a CAR file and pins it, if the object's metadata says `import: car`.

The file is uploaded in parts, and each part that arrived is noted, so that a killed upload goes on with the next one.
Source: docs.filebase.com (S3-compatible API, pinning CAR files); multipart uploads of the Amazon S3 API reference.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from collection.errors import PinError, UnavailableError
from collection.ipfs.pinner import Journal
from collection.ipfs.pinning_service import named_errors
from collection.ipfs.s3_signature import signed_headers
from collection.ipfs.service import Service
from collection.ipfs.service_address import GATEWAYS, ServiceAddress, service_address, web_address
from collection.transport import Answer, Client, TokenBucket, Upload
from collection.unixfs import cid_bytes

EXAMPLE = "filebase:env:FILEBASE_KEYS@my-bucket"
PART = 64 << 20
"""Bytes of a part; S3 takes 10,000 of them."""
_S3 = "https://s3.filebase.com"
_IMPORT = {"x-amz-meta-import": "car", "Content-Type": "application/vnd.ipld.car"}
_PIECE = 1 << 20
_GONE = frozenset({404})
_LOOKS = 6


class Filebase(Service):
    """A bucket at Filebase. `part` is how many bytes one request sends."""

    def __init__(self, address: ServiceAddress, client: Client | None = None, *, part: int = PART) -> None:
        super().__init__(address, client or Client(TokenBucket(20, 20)))
        self._part = part

    def holds(self, root: str) -> bool:
        """Whether the bucket has the CAR file of that root, imported as that CID."""
        answer = self._ask("HEAD", self._url(root), accept=_GONE)
        return answer.status != 404 and _is_cid_of(answer, root)

    def pin(self, car: Path, root: str) -> None:
        """Upload the CAR file."""
        self._upload(car, root, {}, lambda _: None)

    def resume(self, car: Path, root: str, journal: Journal) -> None:
        """Upload the parts that are not noted yet."""
        self._upload(car, root, dict(journal.read()), journal.write)

    def _upload(self, car: Path, root: str, known: dict[str, Any], note: Any) -> None:
        url, size = self._url(root), car.stat().st_size
        if size <= self._part:
            self._ask("PUT", url, _IMPORT, _slice(car, 0, size))
        else:
            self._upload_parts(car, root, known, note)
        for look in range(_LOOKS):
            answer = self._ask("HEAD", url)
            if told := answer.headers.get("x-amz-meta-cid"):
                break
            with named_errors(self.name, self._address.secret.variable):
                self._client.wait(self._client.patience.first_wait * 2**look)
        else:
            raise PinError(f"{self.name} took the file and does not say its CID yet", "`collection pin` looks again")
        if not _is_cid_of(answer, root):
            self._ask("DELETE", url, accept=_GONE)
            raise PinError(f"{self.name} made {told[:100]} of the CAR file of {root}", "`collection pin` tries again")

    def _upload_parts(self, car: Path, root: str, known: dict[str, Any], note: Any) -> None:
        url, size = self._url(root), car.stat().st_size
        etags: list[str] = [*known.get("etags", ())] if known.get("part") == self._part else []
        upload = str(known.get("upload", "")) if etags else ""
        if upload and not self._knows(url, upload):
            upload, etags = "", []
        if not upload:
            upload = self._text(self._ask("POST", f"{url}?uploads=", _IMPORT), "UploadId")
        while len(etags) * self._part < size:
            begin = len(etags) * self._part
            place = f"{url}?partNumber={len(etags) + 1}&uploadId={quote(upload, safe='')}"
            answer = self._ask("PUT", place, {}, _slice(car, begin, min(self._part, size - begin)))
            etags.append(answer.headers.get("etag", ""))
            note({"upload": upload, "part": self._part, "etags": etags})
        parts = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>" for number, etag in enumerate(etags, 1)
        )
        body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
        done = self._ask("POST", f"{url}?uploadId={quote(upload, safe='')}", {}, body)
        note({})
        if b"<Error" in done.body:  # S3 may answer 200 and tell the error in the body
            raise PinError(f"{self.name} could not put the parts together", "`collection pin` tries again")

    def _knows(self, url: str, upload: str) -> bool:
        """Whether the bucket still has an upload that an earlier run began."""
        answer = self._ask("GET", f"{url}?max-parts=1&uploadId={quote(upload, safe='')}", accept=_GONE)
        return answer.status != 404

    def _text(self, answer: Answer, name: str) -> str:
        """The text of an element of an XML answer."""
        if b"<!" not in answer.body:  # an answer has no need of entities
            try:
                found = ElementTree.fromstring(answer.body)
            except ElementTree.ParseError:
                found = ElementTree.Element("none")
            for element in found.iter():
                if element.tag.rpartition("}")[2] == name and element.text:
                    return element.text
        raise PinError(f"{self.name} does not tell the {name} of an upload", "`collection pin` tries again")

    def _url(self, root: str) -> str:
        return f"{self._address.place}/{root}.car"

    def _ask(
        self, method: str, url: str, headers: dict[str, str] | None = None, body: bytes | Upload | None = None,
        accept: frozenset[int] = frozenset(),
    ) -> Answer:  # fmt: skip
        variable = self._address.secret.variable
        with named_errors(self.name, variable):
            key, colon, secret = self._address.secret.read().partition(":")
            if not colon:
                raise UnavailableError(
                    f"the variable {variable} does not hold KEY:SECRET", f"export {variable}=KEY:SECRET"
                )
            signed = signed_headers(method, url, headers or {}, key, secret)
            return self._client.ask(method, url, signed, body, accept=accept)


def _slice(path: Path, begin: int, length: int) -> Upload:
    """A part of a file as a body."""

    def pieces() -> Iterator[bytes]:
        with path.open("rb") as file:
            file.seek(begin)
            left = length
            while left and (piece := file.read(min(_PIECE, left))):
                left -= len(piece)
                yield piece

    return Upload(length, pieces)


def _is_cid_of(answer: Answer, root: str) -> bool:
    try:
        return cid_bytes(answer.headers.get("x-amz-meta-cid", "")) == cid_bytes(root)
    except PinError:
        return False


def open_filebase(rest: str, _: Path) -> Filebase:
    """The bucket of "filebase:env:NAME@BUCKET"; the variable holds KEY:SECRET."""
    address = service_address("filebase", rest, gateways=("https://ipfs.filebase.io", *GATEWAYS), example=EXAMPLE)
    place = address.place
    if re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", place):
        place = f"{_S3}/{place}"
    web_address("filebase", place, EXAMPLE)
    return Filebase(ServiceAddress(address.name, address.secret, place, address.gateways))
