"""Files and directories become graphs of blocks, by a CID profile: `unixfs-v1-2025` unless another is named.

Chunks of equal size, balanced trees of a fixed width, directories as one block up to 256 KiB and as a hash trie of 256
slots above. Source: IPIP-0499 of the IPFS specifications.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from collection.errors import PinError
from collection.unixfs import hamt
from collection.unixfs.chunks import Leaf, Source, leaf_stream, opened
from collection.unixfs.cid import DAG_PB, cid_of_block, cid_text, raw_cid
from collection.unixfs.dag import Kind, Link, Node
from collection.unixfs.profiles import UNIXFS_V1_2025, Profile

Entry = Source | Link | Mapping[str, "Entry"]
"""An entry of a directory: content, a file that holds it, a further directory, or a link to any of these."""


class Builder:
    """Makes the blocks of files and directories, and hands each block on as soon as it is whole.

    Leaves come first, then the nodes above them, the root last; each source is read once.
    """

    profile: Profile = UNIXFS_V1_2025

    def add(self, entry: Entry, name: str = "") -> Link:
        """The link to a file's content or a directory, under a name."""
        if isinstance(entry, Link):
            return Link(entry.cid, entry.size, name)
        if isinstance(entry, Mapping):
            return replace(self._add_directory(entry), name=name)
        return next(self._add_files([(name, entry)]))

    def keep_leaf(self, leaf: Leaf) -> None:
        """Take a leaf."""

    def keep_node(self, cid: bytes, block: bytes) -> None:
        """Take a node."""

    def _add_files(self, files: Sequence[tuple[str, Source]]) -> Iterator[Link]:
        """The link to each file, in order."""
        names, parts = iter(files), list[_Part]()
        for leaf in leaf_stream((source for _, source in files), self.profile):
            self.keep_leaf(leaf)
            if leaf.start == 0 and parts:
                yield self._join(parts, next(names)[0])
                parts = []
            parts.append((Link(leaf.cid, len(leaf.block)), leaf.length))
        if parts:
            yield self._join(parts, next(names)[0])

    def _join(self, parts: list[_Part], name: str) -> Link:
        """The root of a balanced tree over the leaves of a file, under a name."""
        width = self.profile.width
        while len(parts) > 1:
            parts = [self._parent(parts[first : first + width]) for first in range(0, len(parts), width)]
        [(root, _)] = parts
        return Link(root.cid, root.size, name)

    def _parent(self, parts: list[_Part]) -> _Part:
        sizes = [size for _, size in parts]
        return self._keep(Node(Kind.FILE, [link for link, _ in parts], sizes=sizes)), sum(sizes)

    def _add_directory(self, entries: Mapping[str, Entry]) -> Link:
        names = sorted(map(_checked_name, entries), key=str.encode)
        files = [(name, entry) for name in names if isinstance(entry := entries[name], Source)]
        links = {name: self.add(entry, name) for name in names if not isinstance(entry := entries[name], Source)}
        links |= {link.name: link for link in self._add_files(files)}
        ordered = [links[name] for name in names]
        plain = Node(Kind.DIRECTORY, ordered)
        if self.profile.is_too_large(plain):
            return hamt.shard(ordered, self._keep)
        return self._keep(plain)

    def _keep(self, node: Node) -> Link:
        block = node.encode()
        cid = cid_of_block(DAG_PB, block, self.profile.version)
        self.keep_node(cid, block)
        return Link(cid, len(block) + sum(link.size for link in node.links))


_Part = tuple[Link, int]
"""A piece of a file: the link to its node, and how many bytes of content lie below."""


@dataclass(slots=True)
class Graph(Builder):
    """The blocks under one root. Nodes are held in memory; leaves of files are read again when asked for."""

    profile: Profile = UNIXFS_V1_2025
    root: Link = field(init=False)
    _nodes: dict[bytes, bytes] = field(default_factory=dict)
    _leaves: dict[bytes, tuple[Source, int, int]] = field(default_factory=dict)

    @property
    def cid(self) -> str:
        """The root's CID, as text."""
        return cid_text(self.root.cid)

    def block(self, cid: bytes) -> bytes:
        """The bytes of one block; PinError if it is not in the graph or its file has changed since."""
        if cid in self._nodes:
            return self._nodes[cid]
        if cid not in self._leaves:
            raise PinError(f"{cid_text(cid)} is no block of {self.cid}")
        source, start, length = self._leaves[cid]
        found, block = self.profile.leaf(_read(source, start, length))
        if found != cid:
            raise PinError(f"{source!s} changed while it was being stored", "run the command again")
        return bytes(block)

    def keep_leaf(self, leaf: Leaf) -> None:
        """Remember where a leaf is from."""
        self._leaves.setdefault(leaf.cid, (leaf.source, leaf.start, leaf.length))

    def keep_node(self, cid: bytes, block: bytes) -> None:
        """Remember a node."""
        self._nodes[cid] = block


def graph_of(entry: Entry, profile: Profile = UNIXFS_V1_2025) -> Graph:
    """The graph of a file's content or of a directory, given as a mapping of names to what lies there.

    A file is read once, chunk by chunk, so that its size does not matter. Raises PinError for a file that cannot be
    read and for a name that no directory can hold.
    """
    graph = Graph(profile)
    graph.root = graph.add(entry)
    return graph


def link_to(entry: Entry, profile: Profile = UNIXFS_V1_2025) -> Link:
    """The link to a file's content or a directory: its CID, and how many bytes its blocks have. No block is kept."""
    builder = Builder()
    builder.profile = profile
    return builder.add(entry)


def link_to_hashed(data: bytes, sha256: str, profile: Profile = UNIXFS_V1_2025) -> Link:
    """The link to a file's content, of which the SHA-256 is known: where that is the CID's, nothing is hashed again."""
    if profile.raw_leaves and len(data) <= profile.chunk:
        return Link(raw_cid(bytes.fromhex(sha256)), len(data))
    return link_to(data, profile)


def file_cid(source: Source, profile: Profile = UNIXFS_V1_2025) -> str:
    """The CID of some bytes, or of the content of the file at a path."""
    return cid_text(link_to(source, profile).cid)


def directory_cid(entries: Mapping[str, Entry], profile: Profile = UNIXFS_V1_2025) -> str:
    """The CID of a directory; the order of `entries` does not matter."""
    return cid_text(link_to(entries, profile).cid)


def _checked_name(name: str) -> str:
    is_text = name == name.encode(errors="ignore").decode()
    if name in ("", ".", "..") or "/" in name or "\0" in name or not is_text:
        raise PinError(f"{name!r} cannot be a name in a directory", "rename the file")
    return name


def _read(source: Source, start: int, length: int) -> bytes:
    if isinstance(source, bytes):
        return source[start : start + length]
    with opened(source) as file:
        file.seek(start)
        return file.read(length)
