"""The rules by which content becomes blocks: two programs that follow one profile give one content one CID.

`unixfs-v1-2025` and `unixfs-v0-2015` are those of IPIP-0499; the second is what Kubo's `ipfs add` does by itself.
`kubo-cid-v1` is what `ipfs add --cid-version=1` does: the sizes of the second, with CIDv1 and raw leaves.
Sources: IPIP-0499 of the IPFS specifications; docs/config.md of Kubo.
"""

from __future__ import annotations

from dataclasses import dataclass

from collection.unixfs.cid import DAG_PB, RAW, cid_of_block
from collection.unixfs.dag import Kind, Node

_SHARD_ABOVE = 256 << 10


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules of one profile."""

    name: str
    version: int
    """Of the CIDs: 0 or 1."""
    chunk: int
    """Bytes of content in a leaf."""
    width: int
    """Links of a file node."""
    raw_leaves: bool
    """Whether leaves are plain bytes; otherwise each is a file node of its own."""
    shard_by_links: bool
    """A directory of more than 256 KiB becomes a hash trie: of names and CIDs alone, or of the whole block."""

    def leaf(self, chunk: bytes | memoryview) -> tuple[bytes, bytes | memoryview]:
        """The CID and the block of a piece of content."""
        if self.raw_leaves:
            return cid_of_block(RAW, chunk), chunk
        block = Node(Kind.FILE, data=bytes(chunk)).encode()
        return cid_of_block(DAG_PB, block, self.version), block

    def is_too_large(self, directory: Node) -> bool:
        """Whether a directory becomes a hash trie. Its block has more bytes than names and CIDs alone, so one that has
        too many of these is not put into bytes."""
        names_and_cids = sum(len(link.name.encode()) + len(link.cid) for link in directory.links)
        return names_and_cids > _SHARD_ABOVE or (not self.shard_by_links and len(directory.encode()) > _SHARD_ABOVE)


UNIXFS_V1_2025 = Profile("unixfs-v1-2025", 1, 1 << 20, 1024, raw_leaves=True, shard_by_links=False)
UNIXFS_V0_2015 = Profile("unixfs-v0-2015", 0, 256 << 10, 174, raw_leaves=False, shard_by_links=True)
KUBO_CID_V1 = Profile("kubo-cid-v1", 1, 256 << 10, 174, raw_leaves=True, shard_by_links=True)
PROFILES = {profile.name: profile for profile in (UNIXFS_V1_2025, UNIXFS_V0_2015, KUBO_CID_V1)}
