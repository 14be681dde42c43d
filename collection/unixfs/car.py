"""CAR files, version 1: a header with one root, then blocks, each with its length and CID.

`write_car` writes a graph that is there: a node before its children, children in link order, a block once.
`write_entry_car` makes the graph and writes it in one pass: leaves first. Each has one file for one graph.
Sources: CARv1 specification of IPLD; the header is DAG-CBOR {"roots": [CID], "version": 1}.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Self

from collection.atomic_file import durable_file, way_to_write
from collection.errors import PinError
from collection.unixfs import walk
from collection.unixfs.build import Builder, Entry
from collection.unixfs.chunks import Leaf
from collection.unixfs.cid import LENGTH, LENGTH_V0, cid_bytes, cid_text, has_hash, leading_cid, read_varint, varint
from collection.unixfs.profiles import UNIXFS_V1_2025, Profile
from collection.unixfs.walk import Blocks

LARGEST_BLOCK = 2 << 20
"""Bytes; blocks above 2 MiB are not passed on by IPFS nodes, so a longer one is taken for damage."""

# A map of two, "roots" = an array of one CID (tag 42, a byte string with a leading zero), "version" = 1.
_HEADER_BEGIN = b"\xa2\x65roots\x81\xd8\x2a\x58"
_HEADER_END = b"\x67version\x01"
_LONGEST_VARINT = 10


def write_car(path: Path, blocks: Blocks, root: str) -> int:
    """Write the graph below `root` to `path`; returns the number of blocks.

    The file appears whole or not at all (temporary file, fsync, rename). PinError if a block cannot be had or the
    disk refuses.
    """
    with _replacing(path) as file:
        file.write(_header(cid_bytes(root)))
        count = 0
        for cid, block in walk.reachable(blocks, root):
            file.write(varint(len(cid) + len(block)) + cid)
            file.write(block)
            count += 1
    return count


def sections(blocks: Blocks, root: str, first: Mapping[bytes, bytes]) -> Iterator[bytes]:
    """The pieces of a CAR file: the blocks of `first`, which lead to `root`, and then the graph below it."""
    yield _header(cid_bytes(root))
    yield from (varint(len(cid) + len(block)) + cid + block for cid, block in first.items())
    for cid, block in walk.reachable(blocks, root):
        if cid not in first:
            yield varint(len(cid) + len(block)) + cid + block


def car_part(blocks: Blocks, cids: Sequence[bytes], root: bytes) -> bytes:
    """A CAR file of some blocks of a graph, in memory, that names `root`."""
    found = ((cid, blocks.block(cid)) for cid in cids)
    return b"".join([_header(root), *(varint(len(cid) + len(block)) + cid + block for cid, block in found)])


class WrongRootError(PinError):
    """What was written has another root than was expected: `found`."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(f"the files make {found}, not {expected}", "they changed since their CID was made")
        self.args, self.found = (found, expected), found


def write_entry_car(
    path: Path, entry: Entry, expected: str | None = None, profile: Profile = UNIXFS_V1_2025, *, wait: bool = True
) -> str:
    """Write the graph of a file's content or a directory to `path` while it is made; returns its root.

    Every source is read once. Leaves are written first and the root last, and then the root into the header, whose
    size does not depend on it: one entry has one file. The file appears whole or not at all, and not if its root is
    not `expected`. Without `wait` the disk takes it later: a file that a power cut damaged is known by its lengths and
    hashes. Raises WrongRootError for another root, PinError for a file that cannot be read, and where the disk refuses.
    """
    with _replacing(path, wait=wait) as file:
        file.write(_header(bytes(LENGTH if profile.version else LENGTH_V0)))
        root = _CarBuilder(file, profile).add(entry).cid
        if expected is not None and root != cid_bytes(expected):
            raise WrongRootError(cid_text(root), expected)
        file.seek(0)
        file.write(_header(root))
    return cid_text(root)


def _header(root: bytes) -> bytes:
    header = _HEADER_BEGIN + bytes((len(root) + 1, 0)) + root + _HEADER_END
    return varint(len(header)) + header


class _CarBuilder(Builder):
    """Writes each block into a file when it is made, a block once."""

    def __init__(self, file: BinaryIO, profile: Profile) -> None:
        self.profile = profile
        self._file, self._seen = file, set[bytes]()

    def keep_leaf(self, leaf: Leaf) -> None:
        self._write(leaf.cid, leaf.block)

    def keep_node(self, cid: bytes, block: bytes) -> None:
        self._write(cid, block)

    def _write(self, cid: bytes, block: bytes | memoryview) -> None:
        if cid not in self._seen:
            self._seen.add(cid)
            self._file.write(varint(len(cid) + len(block)) + cid)
            self._file.write(block)


@contextmanager
def _replacing(path: Path, *, wait: bool = True) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` once all of it is written, and is gone if anything fails."""
    try:
        with durable_file(path, large=True, wait=wait) as file:
            yield file
    except OSError as error:
        raise PinError(f"cannot write {path}: {error.strerror}", way_to_write(error)) from error


class Car:
    """A CAR file, open for reading. Every block is checked against its CID when it is read.

    Opening reads the header and the place of each block; PinError names the file and the offset where it is
    damaged or cut off. Close it, or use it in a `with` statement.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise PinError(f"cannot read {path}: {error.strerror}", "run `collection pin`") from error
        try:
            self._length = path.stat().st_size
            self.root, first = self._header()
            self._places = dict(self._sections(first))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __contains__(self, cid: object) -> bool:
        return cid in self._places

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[bytes]:
        """The CIDs of its blocks, as they stand in the file."""
        return iter(self._places)

    def part(self, start: int, size: int) -> list[bytes]:
        """The CIDs of the next blocks, from that place on, that have at most `size` bytes together; at least one."""
        found: list[bytes] = []
        for cid, (_, length) in islice(self._places.items(), start, None):
            size -= length
            if found and size < 0:
                break
            found.append(cid)
        return found

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def block(self, cid: bytes) -> bytes:
        """The bytes of one block; PinError if it is missing or does not have its hash."""
        if cid not in self._places:
            raise PinError(
                f"{self.path} has no block {cid_text(cid)}",
                "delete the file, then run `collection pin`, which writes it again",
            )
        start, length = self._places[cid]
        self._file.seek(start)
        block = self._file.read(length)
        if not has_hash(cid, block):
            raise self._damage(start, f"block {cid_text(cid)} does not have its hash")
        return block

    def read(self, path: str = "") -> bytes:
        """The content of the file at `path` below the root ("images/1.png")."""
        return walk.read(self, self.root, path)

    def listing(self, path: str = "") -> dict[str, str]:
        """Names and CIDs of the directory at `path` below the root."""
        return walk.listing(self, walk.resolve(self, self.root, path))

    def verify(self) -> int:
        """Read all that the root needs; returns the number of blocks. PinError where one is missing or damaged."""
        return sum(1 for _ in walk.reachable(self, self.root))

    def _header(self) -> tuple[str, int]:
        length, start, _ = self._varint(0)
        self._file.seek(start)
        header = self._file.read(length) if length < LARGEST_BLOCK else b""
        cid = header[len(_HEADER_BEGIN) + 2 : -len(_HEADER_END)]
        if len(cid) not in (LENGTH, LENGTH_V0) or varint(length) + header != _header(cid):
            raise self._damage(0, "no CARv1 header with one root")
        return cid_text(self._cid(start + len(_HEADER_BEGIN) + 2, cid)), start + length

    def _sections(self, at: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
        """(CID, (start, length)) of each block."""
        while at < self._length:
            length, start, head = self._varint(at)
            end = start + length
            if not LENGTH_V0 <= length <= LARGEST_BLOCK + LENGTH or end > self._length:
                raise self._damage(at, f"a section of {length} bytes does not fit")
            cid = self._cid(start, head)
            yield cid, (start + len(cid), length - len(cid))
            at = end

    def _varint(self, at: int) -> tuple[int, int, bytes]:
        """The length that stands at `at`, the place after it, and the first bytes there."""
        self._file.seek(at)
        data = self._file.read(_LONGEST_VARINT + LENGTH)
        try:
            number, used = read_varint(data, 0)
        except ValueError as error:
            raise self._damage(at, str(error)) from error
        return number, at + used, data[used : used + LENGTH]

    def _cid(self, at: int, data: bytes) -> bytes:
        try:
            return leading_cid(data)
        except PinError as error:
            raise self._damage(at, error.message) from error

    def _damage(self, offset: int, what: str) -> PinError:
        return PinError(
            f"{self.path} is damaged at byte {offset}: {what}",
            "delete the file, then run `collection pin`, which writes it again",
        )
