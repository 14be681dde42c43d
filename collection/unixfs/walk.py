"""Walking a graph of blocks: paths, directory listings, file content.

Anything that answers `block(cid)` can be read: a CAR file, an IPFS node, or a graph that was just built.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from collection.errors import PinError
from collection.unixfs import hamt
from collection.unixfs.cid import cid_bytes, cid_text, has_hash, is_leaf
from collection.unixfs.dag import Kind, Link, Node, decode


class Blocks(Protocol):
    """Where blocks come from."""

    def block(self, cid: bytes) -> bytes:
        """The bytes of a block by its binary CID, checked against it; PinError if they cannot be had."""
        ...


@dataclass(frozen=True, slots=True)
class CheckedBlocks:
    """Blocks from a source that is not trusted: each is checked against its CID."""

    source: Blocks
    name: str

    def block(self, cid: bytes) -> bytes:
        """The bytes of a block; PinError names the source where they are not those of the CID."""
        block = self.source.block(cid)
        if not isinstance(block, bytes) or not has_hash(cid, block):
            raise PinError(f"{self.name} gave other bytes for block {cid_text(cid)}")
        return block


def node_at(blocks: Blocks, cid: bytes) -> Node:
    """The UnixFS node behind a CID; a raw leaf reads as one of Kind.RAW. PinError where the block is none."""
    block = blocks.block(cid)
    if is_leaf(cid):
        return Node(Kind.RAW, data=block)
    try:
        return decode(block)
    except (ValueError, PinError) as error:
        raise PinError(f"block {cid_text(cid)} is no file or directory: {error}") from error


def resolve(blocks: Blocks, root: str, path: str = "") -> str:
    """The CID of what lies at `path` below `root`; PinError names the first step that is not there."""
    return Reader(blocks).resolve(root, path)


def listing(blocks: Blocks, cid: str) -> dict[str, str]:
    """Names and CIDs of a directory, sorted by name; PinError if the CID is no directory."""
    node = node_at(blocks, cid_bytes(cid))
    if node.kind is Kind.DIRECTORY:
        found = {link.name: cid_text(link.cid) for link in node.links}
    elif node.kind is Kind.SHARD:
        found = {name: cid_text(link.cid) for name, link in _shard_entries(blocks, node)}
    else:
        raise PinError(f"{cid} is a file, not a directory")
    return dict(sorted(found.items()))


def files_below(blocks: Blocks, root: str) -> Iterator[tuple[str, str, int]]:
    """(path, CID, bytes of content) of every file below a directory, in the order of their names."""
    waiting = [("", root)]
    while waiting:
        path, cid = waiting.pop()
        node = node_at(blocks, cid_bytes(cid))
        if node.kind in (Kind.RAW, Kind.FILE):
            yield path, cid, len(node.data) + sum(node.sizes)
            continue
        for name, below in reversed(listing(blocks, cid).items()):
            waiting.append((f"{path}/{name}" if path else name, below))


def content(blocks: Blocks, cid: str) -> Iterator[bytes]:
    """The content of a file, piece by piece; PinError if the CID is a directory."""
    waiting = [cid_bytes(cid)]
    while waiting:
        node = node_at(blocks, waiting.pop())
        if node.kind not in (Kind.RAW, Kind.FILE):
            raise PinError(f"{cid} is a directory, not a file")
        if node.data:
            yield node.data
        waiting.extend(link.cid for link in reversed(node.links))


def read(blocks: Blocks, root: str, path: str = "") -> bytes:
    """The whole content of the file at `path` below `root`."""
    return b"".join(content(blocks, resolve(blocks, root, path)))


class Reader:
    """Reads many files of one set of blocks by their ipfs:// URIs; each directory on the way is decoded once.

    Only directories are remembered, never the content of files.
    """

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._directories: dict[bytes, _Directory] = {}

    def content(self, uri: str) -> Iterator[bytes]:
        """The content behind ipfs://CID/PATH, piece by piece, each block checked against its CID.

        Raises PinError if the URI is of another kind, leads nowhere, or needs a block that is missing or damaged.
        """
        scheme, _, rest = uri.partition("://")
        root, _, path = rest.partition("/")
        if scheme != "ipfs" or not root:
            raise PinError(f"{uri} is no ipfs:// URI")
        yield from content(self._blocks, self.resolve(root, path))

    def resolve(self, root: str, path: str = "") -> str:
        """The CID of what lies at `path` below `root`; PinError names the first step that is not there."""
        cid = cid_bytes(root)
        for done, name in enumerate(steps := [step for step in path.split("/") if step]):
            found = self._find(cid, name)
            if found is None:
                raise PinError(f"{'/'.join([root, *steps[:done]])} holds no {name!r}")
            cid = found.cid
        return cid_text(cid)

    def _find(self, cid: bytes, name: str) -> Link | None:
        depth = 0
        while depth < hamt.DEPTH:
            directory = self._directory(cid)
            if not directory.is_shard:
                return directory.links.get(name)
            slot = hamt.slot_of(name, depth)
            if slot not in directory.links:
                return directory.links.get(slot + name)
            cid, depth = directory.links[slot].cid, depth + 1
        return None

    def _directory(self, cid: bytes) -> _Directory:
        if cid not in self._directories:
            node = node_at(self._blocks, cid)
            self._directories[cid] = _Directory(node.kind is Kind.SHARD, {link.name: link for link in _entries(node)})
        return self._directories[cid]


@dataclass(frozen=True, slots=True)
class _Directory:
    """A decoded directory, or a shard of one: its links by name."""

    is_shard: bool
    links: Mapping[str, Link]


def reachable(blocks: Blocks, root: str) -> Iterator[tuple[bytes, bytes]]:
    """(CID, block) of everything below `root`, once each: a node before its children, children in link order."""
    waiting, seen = [cid_bytes(root)], set[bytes]()
    while waiting:
        cid = waiting.pop()
        if cid in seen:
            continue
        seen.add(cid)
        block = blocks.block(cid)
        yield cid, block
        if not is_leaf(cid):
            waiting.extend(link.cid for link in reversed(node_at(blocks, cid).links))


def _entries(node: Node) -> Sequence[Link]:
    """The named links of a directory; a file has none, only pieces."""
    return node.links if node.kind in (Kind.DIRECTORY, Kind.SHARD) else ()


def _shard_entries(blocks: Blocks, shard: Node) -> Iterator[tuple[str, Link]]:
    waiting = [shard]
    while waiting:
        for link in waiting.pop().links:
            if hamt.is_subshard(link):
                waiting.append(node_at(blocks, link.cid))
            else:
                yield hamt.entry_name(link), link
