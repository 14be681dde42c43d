"""Where content comes from: CAR files, a node, gateways, Arweave's gateways and web servers."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol
from urllib.parse import quote, urlsplit

from collection.errors import CollectionError, PinError, UnavailableError
from collection.rescue.block_log import BlockLog
from collection.rescue.uris import Hold, Place
from collection.transport import Client, RequestError
from collection.unixfs import Blocks, Reader
from collection.unixfs.walk import content

ARWEAVE = ("https://arweave.net", "https://ar-io.net")
_HOPELESS = 3
"""Failures of a host in a row after which this run asks it no more."""


class GoneError(CollectionError):
    """Content that cannot be had; the message says what each source said."""


class BlockSource(Blocks, Protocol):
    """Blocks, and how often which source gave other bytes than those of the CID. Threads may share it."""

    lies: Counter[str]


class OneAtATime:
    """A source of checked blocks that cannot serve several threads at once: a CAR file, a node's connection."""

    def __init__(self, name: str, source: Blocks) -> None:
        self._name, self._source, self._lock = name, source, Lock()
        self.lies = Counter[str]()

    def block(self, cid: bytes) -> bytes:
        """The bytes of a block; PinError if it has none, or other bytes."""
        with self._lock:
            try:
                return self._source.block(cid)
            except PinError as error:
                if "other bytes" in error.message or "its hash" in error.message:
                    self.lies[self._name] += 1
                raise


@dataclass(slots=True)
class FoundBlocks:
    """Blocks from the log, or else from the first source that has them, which then are in the log."""

    log: BlockLog
    sources: Sequence[BlockSource]

    def block(self, cid: bytes) -> bytes:
        """The bytes of a block; PinError says why nobody has it."""
        with suppress(PinError):
            return self.log.block(cid)
        said = []
        for source in self.sources:
            try:
                block = source.block(cid)
            except PinError as error:
                said.append(error.message)
            else:
                self.log.add(cid, block)
                return block
        raise PinError("; ".join(said) or "no source of IPFS content is named")

    def liars(self) -> dict[str, int]:
        """Sources that gave other bytes, and how often."""
        return dict(sum((source.lies for source in self.sources), Counter()))


@dataclass(frozen=True, slots=True)
class Fetched:
    """Content that was had."""

    sha256: str
    size: int
    cid: str = ""
    """Of IPFS content: the CID of the file itself."""


class Sources:
    """Reads the content of places into files."""

    def __init__(
        self, blocks: FoundBlocks, web: Client, gateways: Sequence[str], trusted: Client,
        arweave: Sequence[str] = ARWEAVE,
    ) -> None:  # fmt: skip
        """`web` asks the hosts that strangers name, `trusted` those that were given: gateways."""
        self._blocks, self._web, self._trusted = blocks, web, trusted
        self._reader, self._gateways, self._arweave = Reader(blocks), tuple(gateways), tuple(arweave)
        self._failures, self._lock = Counter[str](), Lock()
        self.hosts = Counter[str]()
        """The hosts of others that were asked, and how often."""

    def fetch(self, place: Place, file: Path, most: int) -> Fetched:
        """Write what is at a place into a file, of at most `most` bytes; GoneError says why it cannot be had."""
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.part")
        try:
            found = self._fetch(place, part, most)
            part.replace(file)
        except (PinError, UnavailableError) as error:
            raise GoneError(error.message, error.hint) from error
        finally:
            part.unlink(missing_ok=True)
        return found

    def _fetch(self, place: Place, part: Path, most: int) -> Fetched:
        if place.hold is Hold.NOTHING:
            raise GoneError(place.why)
        if place.hold is Hold.CHAIN:
            return _written(part, iter([place.data]), most)
        if place.cid and place.hold in (Hold.CID, Hold.SERVER):
            try:
                cid = self._reader.resolve(place.cid, place.path)
                return _written(part, content(self._blocks, cid), most, cid)
            except PinError as error:
                if place.hold is Hold.CID:
                    raise
                said = error.message
            try:
                return self._asked(self._web, place.url, part, most)
            except UnavailableError as error:
                raise GoneError(f"{error.message}; {said}") from error
        if place.hold is Hold.SERVER:
            return self._asked(self._web, place.url, part, most)
        path = f"/{quote(place.path)}" if place.path else ""
        kind, hosts = ("/ipns", self._gateways) if place.hold is Hold.NAME else ("", self._arweave)
        said_by = []
        for host in hosts:
            try:
                return self._asked(self._trusted, f"{host}{kind}/{quote(place.cid)}{path}", part, most)
            except UnavailableError as error:
                said_by.append(error.message)
        raise GoneError("; ".join(said_by) or f"no gateway is named for {place.hold}")

    def _asked(self, client: Client, url: str, part: Path, most: int) -> Fetched:
        host = urlsplit(url).netloc
        with self._lock:
            if self._failures[host] >= _HOPELESS:
                raise GoneError(f"{host} failed {_HOPELESS} times in a row and is not asked again in this run")
            self.hosts[host] += 1
        try:
            with part.open("w+b") as file:
                client.ask("GET", url, into=file, most=most)
                size = file.tell()
        except UnavailableError as error:
            alive = isinstance(error, RequestError) and 400 <= error.status < 500 and error.status != 429
            with self._lock:
                self._failures[host] = 0 if alive else self._failures[host] + 1
            raise
        with self._lock:
            self._failures[host] = 0
        return Fetched(_sha256(part), size)


def _written(part: Path, pieces: Iterator[bytes], most: int, cid: str = "") -> Fetched:
    digest, size = hashlib.sha256(), 0
    with part.open("wb") as file:
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            if size > most:
                raise GoneError(f"it has more than {most:,} bytes")
            file.write(piece)
    return Fetched(digest.hexdigest(), size, cid)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
