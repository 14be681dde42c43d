"""Files and directories become graphs of blocks, by the UnixFS CID profile `unixfs-v1-2025`.

Chunks of 1 MiB, balanced trees of at most 1024 links a node, raw leaves, directories as one block up to 256 KiB and
as a hash trie of 256 slots above. Two programs that follow the profile give one content one CID.
Source: IPIP-0499 of the IPFS specifications.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from collection.errors import PinError
from collection.unixfs import hamt
from collection.unixfs.cid import DAG_PB, RAW, cid_of_block, cid_text
from collection.unixfs.dag import Kind, Link, Node

CHUNK = 1 << 20
"""Bytes of content in a leaf."""
WIDTH = 1024
"""Links of a file node."""
SHARD_ABOVE = 256 << 10
"""A directory block of more bytes than this becomes a hash trie."""

Source = bytes | Path
Entry = Source | Mapping[str, "Entry"]
"""An entry of a directory: content, a file that holds it, or a further directory."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    source: Source
    start: int
    length: int


@dataclass(slots=True)
class Graph:
    """The blocks under one root. Nodes are held in memory; leaves of files are read again when asked for."""

    root: Link = field(init=False)
    _nodes: dict[bytes, bytes] = field(default_factory=dict)
    _leaves: dict[bytes, _Leaf] = field(default_factory=dict)

    @property
    def cid(self) -> str:
        """The root's CID, base32."""
        return cid_text(self.root.cid)

    def block(self, cid: bytes) -> bytes:
        """The bytes of one block; PinError if it is not in the graph or its file has changed since."""
        if cid in self._nodes:
            return self._nodes[cid]
        if cid not in self._leaves:
            raise PinError(f"{cid_text(cid)} is no block of {self.cid}")
        leaf = self._leaves[cid]
        block = _read(leaf)
        if cid_of_block(RAW, block) != cid:
            raise PinError(f"{leaf.source!s} changed while it was being stored", "run the command again")
        return block

    def _keep(self, node: Node) -> Link:
        block = node.encode()
        cid = cid_of_block(DAG_PB, block)
        self._nodes[cid] = block
        return Link(cid, len(block) + sum(link.size for link in node.links))

    def _add(self, entry: Entry, name: str = "") -> Link:
        link = self._add_directory(entry) if isinstance(entry, Mapping) else self._add_file(entry)
        return Link(link.cid, link.size, name)

    def _add_file(self, source: Source) -> Link:
        parts = [self._add_leaf(source, at * CHUNK, chunk) for at, chunk in enumerate(_chunks(source))]
        while len(parts) > 1:
            parts = [self._join(parts[first : first + WIDTH]) for first in range(0, len(parts), WIDTH)]
        return parts[0][0]

    def _add_leaf(self, source: Source, start: int, chunk: bytes | memoryview) -> tuple[Link, int]:
        cid = cid_of_block(RAW, chunk)
        self._leaves.setdefault(cid, _Leaf(source, start, len(chunk)))
        return Link(cid, len(chunk)), len(chunk)

    def _join(self, parts: list[tuple[Link, int]]) -> tuple[Link, int]:
        sizes = [size for _, size in parts]
        return self._keep(Node(Kind.FILE, [link for link, _ in parts], sizes=sizes)), sum(sizes)

    def _add_directory(self, entries: Mapping[str, Entry]) -> Link:
        names = sorted(map(_checked_name, entries), key=str.encode)
        links = [self._add(entries[name], name) for name in names]
        plain = Node(Kind.DIRECTORY, links)
        if len(plain.encode()) > SHARD_ABOVE:
            return hamt.shard(links, self._keep)
        return self._keep(plain)


def graph_of(entry: Entry) -> Graph:
    """The graph of a file's content or of a directory, given as a mapping of names to what lies there.

    A file is read once, chunk by chunk, so that its size does not matter. Raises PinError for a file that cannot be
    read and for a name that no directory can hold.
    """
    graph = Graph()
    graph.root = graph._add(entry)
    return graph


def file_cid(source: Source) -> str:
    """The CID of some bytes, or of the content of the file at a path."""
    return graph_of(source).cid


def directory_cid(entries: Mapping[str, Entry]) -> str:
    """The CID of a directory; the order of `entries` does not matter."""
    return graph_of(entries).cid


def _checked_name(name: str) -> str:
    is_text = name == name.encode(errors="ignore").decode()
    if name in ("", ".", "..") or "/" in name or "\0" in name or not is_text:
        raise PinError(f"{name!r} cannot be a name in a directory", "rename the file")
    return name


def _chunks(source: Source) -> Iterator[bytes | memoryview]:
    """The content in pieces of CHUNK bytes (the last may be shorter); nothing is one empty piece."""
    if isinstance(source, bytes):
        whole = memoryview(source)
        yield from (whole[start : start + CHUNK] for start in range(0, max(len(whole), 1), CHUNK))
        return
    with _opened(source) as file:
        chunk = file.read(CHUNK)
        yield chunk
        while chunk := file.read(CHUNK):
            yield chunk


def _read(leaf: _Leaf) -> bytes:
    if isinstance(leaf.source, bytes):
        return leaf.source[leaf.start : leaf.start + leaf.length]
    with _opened(leaf.source) as file:
        file.seek(leaf.start)
        return file.read(leaf.length)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise PinError(f"cannot read {path}: {error.strerror}", "run `collection status`") from error
