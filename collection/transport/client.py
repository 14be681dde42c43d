"""A client of HTTP that gives up late and never floods anybody.

Each request takes a token of a bucket. A refusal that may pass (408, 425, 429, 500, 502, 503, 504) and a connection
that breaks are tried again, after the time that the server names (Retry-After, RFC 9110) or after one that doubles,
with a random part so that many clients do not come back together. Answers are bounded, and written to a file where
they are large. Only a redirect within the host that was asked is followed.
"""

from __future__ import annotations

import random
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from typing import BinaryIO
from urllib.parse import SplitResult, urljoin, urlsplit

from collection.errors import UnavailableError
from collection.transport.addresses import FindAddresses, any_address
from collection.transport.bucket import HostBuckets, TokenBucket
from collection.transport.connection import open_connection

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Refusals that may pass."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PIECE = 1 << 18
_MOST_REDIRECTS = 5
_AGENT = "nft-collection"


class RequestError(UnavailableError):
    """A request that failed for good; `status` is the answer's, 0 where there was none."""

    def __init__(self, message: str, hint: str | None = None, status: int = 0) -> None:
        super().__init__(message, hint)
        self.args, self.status = (message, hint, status), status


class StoppedError(RequestError):
    """The client was stopped while it waited or sent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said; `body` is empty where it was written to a file."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    url: str
    """The address that answered, after redirects."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A body that is too large for memory; `pieces` gives it once for each try."""

    length: int
    pieces: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a client goes on."""

    tries: int = 6
    seconds: float = 60.0
    """Silence after which a connection counts as broken."""
    first_wait: float = 1.0
    longest_wait: float = 120.0
    """A server that wants more than this is left alone until the next run."""


@dataclass(slots=True)
class Client:
    """Asks servers. Threads may share one; each has connections of its own, which stay open between requests."""

    bucket: TokenBucket | HostBuckets = field(default_factory=lambda: TokenBucket(5, 10))
    patience: Patience = Patience()
    find_addresses: FindAddresses = any_address
    _stopped: threading.Event = field(default_factory=threading.Event)
    _local: threading.local = field(default_factory=threading.local)
    _tls: ssl.SSLContext | None = None

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | Upload | None = None,
        *,
        most: int = 1 << 24,
        into: BinaryIO | None = None,
        accept: frozenset[int] = frozenset(),
    ) -> Answer:
        """The answer of a server, of at most `most` bytes; `into`, a file, takes the body.

        Raises RequestError for a status of 300 or more that is not in `accept`, and where no answer could be had.
        """
        wait = self.patience.first_wait
        for left in reversed(range(self.patience.tries)):
            self.wait(self.bucket.take(_host(url)))
            begun = into.tell() if into else 0
            try:
                answer = self._follow(method, url, dict(headers or {}), body, most, into)
            except (HTTPException, OSError) as error:
                failure, named = RequestError(f"{_host(url)} {_told(error)}"), None
            else:
                if answer.status < 300 or answer.status in accept:
                    return answer
                said = _said(answer)
                failure = RequestError(f"{_host(url)} replies {answer.status}{said}", status=answer.status)
                if answer.status not in PASSING:
                    raise failure
                named = _retry_after(answer.headers.get("retry-after"))
            if into:
                into.seek(begun)
                into.truncate()
            pause = wait * (1 + random.random() / 4) if named is None else named  # jitter, no secret
            if not left or pause > self.patience.longest_wait:
                raise failure if pause <= self.patience.longest_wait else _too_long(failure, pause)
            self.wait(pause)
            wait = min(2 * wait, self.patience.longest_wait)
        raise AssertionError("a client has one try or more")

    def wait(self, seconds: float) -> None:
        """Sleep; StoppedError where the client is stopped meanwhile."""
        if self._stopped.is_set() or (seconds > 0 and self._stopped.wait(seconds)):
            raise StoppedError("stopped", "run the same command again to continue")

    def stop(self) -> None:
        """End every wait and every upload in all threads: whoever waits gets a StoppedError."""
        self._stopped.set()

    def _follow(
        self, method: str, url: str, headers: dict[str, str], body: bytes | Upload | None, most: int,
        into: BinaryIO | None,
    ) -> Answer:  # fmt: skip
        for _ in range(_MOST_REDIRECTS):
            answer = self._once(method, url, headers, body, most, into)
            if answer.status not in REDIRECTS or method not in ("GET", "HEAD"):
                return answer
            there = urljoin(url, answer.headers.get("location", ""))
            if not _same_place(urlsplit(url), urlsplit(there)):
                raise RequestError(f"{_host(url)} sends on to {_host(there)}, which is not asked", status=answer.status)
            url = there
        raise RequestError(f"{_host(url)} sends on and on", status=310)

    def _once(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | Upload | None, most: int,
        into: BinaryIO | None,
    ) -> Answer:  # fmt: skip
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise RequestError(f"{url[:200]} is no address on the web", status=400)
        connection, fresh = self._connection(parts)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        length = {"Content-Length": str(body.length)} if isinstance(body, Upload) else {}
        sent = {"User-Agent": _AGENT, "Accept-Encoding": "identity", **length, **headers}
        try:
            try:
                connection.request(method, target, self._pieces(body), sent)
                response = connection.getresponse()
            except (HTTPException, OSError):
                if fresh or isinstance(body, Upload):
                    raise
                connection.close()  # it stood open and the server let go of it
                connection.request(method, target, self._pieces(body), sent)
                response = connection.getresponse()
            kept = self._read(response, most, into, url)
        except BaseException:
            connection.close()
            raise
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, kept, url)

    def _pieces(self, body: bytes | Upload | None) -> bytes | Iterator[bytes] | None:
        if not isinstance(body, Upload):
            return body

        def checked() -> Iterator[bytes]:
            for piece in body.pieces():
                self.wait(0)
                yield piece

        return checked()

    def _read(self, response: HTTPResponse, most: int, into: BinaryIO | None, url: str) -> bytes:
        kept, size, file = bytearray(), 0, into if response.status < 300 else None
        if (response.length or 0) > most and response.status < 300:
            raise RequestError(f"{_host(url)} wants to send {response.length:,} bytes; {most:,} are taken", status=413)
        while piece := response.read(PIECE):
            self.wait(0)
            size += len(piece)
            if size > most:
                raise RequestError(f"{_host(url)} sends more than {most:,} bytes", status=413)
            if file:
                file.write(piece)
            else:
                kept += piece
        if response.length:  # http.client takes a body that ends too early for a whole one
            raise IncompleteRead(b"", response.length)
        return bytes(kept)

    def _connection(self, parts: SplitResult) -> tuple[HTTPConnection, bool]:
        """The connection of this thread to a host, and whether it is new."""
        place = (parts.scheme, parts.hostname or "", parts.port)
        known: dict[object, HTTPConnection] = self._local.__dict__.setdefault("known", {})
        if place in known:
            return known[place], known[place].sock is None
        if parts.scheme == "https" and self._tls is None:
            self._tls = ssl.create_default_context()
        tls = self._tls if parts.scheme == "https" else None
        known[place] = open_connection(place[1], parts.port, self.patience.seconds, self.find_addresses, tls)
        return known[place], True


def _same_place(one: SplitResult, other: SplitResult) -> bool:
    """Whether a redirect stays with the host, or goes to a host below it (as gateways with a host a CID do)."""
    if other.scheme not in ("http", "https") or (one.scheme == "https" and other.scheme == "http"):
        return False
    here, there = one.hostname or "", other.hostname or ""
    same_port = one.port == other.port or (one.port in (None, 80) and other.port in (None, 443))
    return same_port and (there == here or there.endswith(f".{here}"))


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or url[:100]


def _told(error: Exception) -> str:
    if isinstance(error, IncompleteRead):
        return "breaks off in the middle of its answer"
    if isinstance(error, TimeoutError):
        return "gave no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"has no certificate that is trusted here: {error.verify_message}"
    return f"cannot be reached: {getattr(error, 'strerror', None) or error or type(error).__name__}"


def _said(answer: Answer) -> str:
    """The beginning of what a server says of its refusal, in one line."""
    text = " ".join(answer.body[:2000].decode("utf-8", "replace").split())
    shown = "".join(letter for letter in text if letter.isprintable())[:200]
    return f": {shown}" if shown and not shown.startswith("<") else ""


def _retry_after(text: str | None) -> float | None:
    """Seconds of Retry-After, which is a number or a date; None where there is none that can be read."""
    if text is None:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _too_long(failure: RequestError, pause: float) -> RequestError:
    return RequestError(
        f"{failure.message}; it wants to be left alone for {pause:,.0f} s", "run the same command then", failure.status
    )
