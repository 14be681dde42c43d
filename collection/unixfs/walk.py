"""Walking a graph of blocks: paths, directory listings, file content.

Whoever can answer `block(cid)` can be read: a CAR file, or a graph that was just built.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from collection.errors import PinError
from collection.unixfs import hamt
from collection.unixfs.cid import cid_bytes, cid_text, is_leaf
from collection.unixfs.dag import Kind, Link, Node, decode


class Blocks(Protocol):
    """Where blocks come from."""

    def block(self, cid: bytes) -> bytes:
        """The bytes of a block by its binary CID, checked against it; PinError if they cannot be had."""
        ...


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
    cid = cid_bytes(root)
    for done, name in enumerate(steps := [step for step in path.split("/") if step]):
        found = _find(blocks, node_at(blocks, cid), name)
        if found is None:
            raise PinError(f"{'/'.join([root, *steps[:done]])} holds no {name!r}")
        cid = found.cid
    return cid_text(cid)


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


def read_uri(blocks: Blocks, uri: str) -> bytes:
    """The content behind ipfs://CID/PATH; PinError if the URI is of another kind or leads nowhere in `blocks`."""
    scheme, _, rest = uri.partition("://")
    root, _, path = rest.partition("/")
    if scheme != "ipfs" or not root:
        raise PinError(f"{uri} is no ipfs:// URI")
    return read(blocks, root, path)


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


def _find(blocks: Blocks, node: Node, name: str) -> Link | None:
    if node.kind is Kind.DIRECTORY:
        return next((link for link in node.links if link.name == name), None)
    depth = 0
    while node.kind is Kind.SHARD and depth < hamt.DEPTH:
        slot = hamt.slot_of(name, depth)
        link = next((link for link in node.links if link.name.startswith(slot)), None)
        if link is None or not hamt.is_subshard(link):
            return link if link and hamt.entry_name(link) == name else None
        node, depth = node_at(blocks, link.cid), depth + 1
    return None


def _shard_entries(blocks: Blocks, shard: Node) -> Iterator[tuple[str, Link]]:
    waiting = [shard]
    while waiting:
        for link in waiting.pop().links:
            if hamt.is_subshard(link):
                waiting.append(node_at(blocks, link.cid))
            else:
                yield hamt.entry_name(link), link
