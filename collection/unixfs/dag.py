"""One node of a UnixFS graph, to bytes and back.

A node is a dag-pb block: links (CID, name, cumulative size) and a UnixFS message that says what the links are.
The few protobuf fields are written by hand, so that one node has one byte form.
Sources: the dag-pb specification of IPLD (links before data, names always present) and the UnixFS specification.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from collection.unixfs.cid import check_cid, read_varint, varint

_VARINT, _BYTES = 0, 2
_LINK = b"\x12"
"""The key of a link in a node: field 2, bytes."""
_CID, _NAME, _SIZE = b"\x0a", b"\x12", b"\x18"
"""The keys of the fields of a link."""
MURMUR3_X64_64 = 0x22


class Kind(IntEnum):
    """UnixFS data types that are read or written here."""

    RAW = 0
    DIRECTORY = 1
    FILE = 2
    SHARD = 5
    """One node of a directory that is a hash array mapped trie."""


@dataclass(frozen=True, slots=True)
class Link:
    """An edge to another block."""

    cid: bytes
    size: int
    """Bytes of that block and of all below it (Tsize)."""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A dag-pb block with its UnixFS message."""

    kind: Kind
    links: Sequence[Link] = ()
    data: bytes = b""
    """Inline content of a file; the bit field of a shard."""
    sizes: Sequence[int] = field(default=())
    """Of a file: bytes of content below each link."""
    fanout: int = 0
    """Of a shard: how many slots it has."""

    def encode(self) -> bytes:
        """The bytes of the block."""
        parts = list[bytes]()
        for link in map(_link, self.links):
            parts += (_LINK, varint(len(link)), link)
        return b"".join([*parts, _message(1, self._unixfs())])

    def _unixfs(self) -> bytes:
        out = [_number(1, self.kind)]
        if self.data:
            out.append(_message(2, self.data))
        if self.kind is Kind.FILE:
            out.append(_number(3, len(self.data) + sum(self.sizes)))
            out.extend(_number(4, size) for size in self.sizes)
        if self.kind is Kind.SHARD:
            out += [_number(5, MURMUR3_X64_64), _number(6, self.fanout)]
        return b"".join(out)


def decode(block: bytes) -> Node:
    """Read a block back; ValueError where it is no UnixFS node of a kind known here."""
    links: list[Link] = []
    message: bytes | None = None
    for number, value in _fields(block):
        if number == 2:
            links.append(_read_link(_as_bytes(value)))
        elif number == 1:
            message = _as_bytes(value)
    if message is None:
        raise ValueError("a dag-pb node without UnixFS data")
    return _read_unixfs(message, links)


def _read_unixfs(message: bytes, links: list[Link]) -> Node:
    numbers: dict[int, int] = {}
    sizes: list[int] = []
    data = b""
    for number, value in _fields(message):
        if number == 2:
            data = _as_bytes(value)
        elif number == 4:
            sizes.append(_as_int(value))
        elif isinstance(value, int):  # others tell of modes and times, which no CID here depends on
            numbers[number] = value
    kind = Kind(numbers.get(1, -1))
    if kind is Kind.SHARD and numbers.get(5) != MURMUR3_X64_64:
        raise ValueError("a directory shard with an unknown hash")
    if kind is Kind.FILE and len(sizes) != len(links):
        raise ValueError(f"a file of {len(links)} links with {len(sizes)} sizes")
    return Node(kind, links, data, sizes, numbers.get(6, 0))


def _link(link: Link) -> bytes:
    name = link.name.encode()
    return b"".join((_CID, varint(len(link.cid)), link.cid, _NAME, varint(len(name)), name, _SIZE, varint(link.size)))


def _read_link(message: bytes) -> Link:
    cid, name, size = b"", "", 0
    for number, value in _fields(message):
        if number == 1:
            cid = check_cid(_as_bytes(value))
        elif number == 2:
            name = _as_bytes(value).decode()
        elif number == 3:
            size = _as_int(value)
    return Link(check_cid(cid), size, name)


def _number(number: int, value: int) -> bytes:
    return varint(number << 3 | _VARINT) + varint(value)


def _message(number: int, value: bytes) -> bytes:
    return varint(number << 3 | _BYTES) + varint(len(value)) + value


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(field number, value) of each protobuf field, in order."""
    at = 0
    while at < len(message):
        key, at = read_varint(message, at)
        value, at = read_varint(message, at)
        if key & 7 == _VARINT:
            yield key >> 3, value
        elif key & 7 == _BYTES and at + value <= len(message):
            yield key >> 3, message[at : at + value]
            at += value
        else:
            raise ValueError("a protobuf field that is cut off or of an unknown type")


def _as_bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("a number where bytes belong")
    return value


def _as_int(value: int | bytes) -> int:
    if isinstance(value, bytes):
        raise ValueError("bytes where a number belongs")
    return value
