"""One CAR file of all that was rescued: by token, with every file under the CID that it had before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collection.errors import PinError
from collection.rescue.block_log import BlockLog
from collection.rescue.tokens import TokenRecord
from collection.unixfs import Graph, cid_bytes, graph_of, write_car
from collection.unixfs.dag import Link
from collection.unixfs.walk import node_at, reachable


@dataclass(slots=True)
class _Blocks:
    log: BlockLog
    graph: Graph | None = None

    def block(self, cid: bytes) -> bytes:
        if cid in self.log or self.graph is None:
            return self.log.block(cid)
        return self.graph.block(cid)


@dataclass(frozen=True, slots=True)
class RescuedCar:
    """The file that was written."""

    path: Path
    root: str
    blocks: int
    whole: tuple[str, ...]
    """Root CIDs of the collection of which every block is here: pinned again, their URIs lead to content again."""


def write_rescued_car(
    records: Mapping[int, TokenRecord], roots: list[str], folder: Path, log: BlockLog, report: bytes
) -> RescuedCar:
    """Write ROOT.car into `folder`: metadata, images and animations by token id, `ipfs` with the whole roots, and the
    report."""
    blocks = _Blocks(log)
    whole = [root for root in roots if _is_whole(blocks, root)]
    tree: dict[str, Any] = {"report.json": report}
    if whole:
        tree["ipfs"] = {root: _link(blocks, root) for root in whole}
    for record in records.values():
        for name, part in record.parts.items():
            if not part.file:
                continue
            path = folder / part.file
            entry = _link(blocks, part.cid) if part.cid and _is_whole(blocks, part.cid) else path
            place = "metadata" if name == "metadata" else f"{name}s"
            tree.setdefault(place, {})[f"{record.token_id}{path.suffix}"] = entry
    blocks.graph = graph_of(tree)
    root = blocks.graph.cid
    path = folder / f"{root}.car"
    count = write_car(path, blocks, root)
    return RescuedCar(path, root, count, tuple(whole))


def _is_whole(blocks: _Blocks, root: str) -> bool:
    try:
        for _ in reachable(blocks, root):
            pass
    except PinError:
        return False
    return True


def _link(blocks: _Blocks, cid: str) -> Link:
    """A link to content that is here; its size is that of its block and what the block says is below."""
    binary = cid_bytes(cid)
    block = blocks.block(binary)
    return Link(binary, len(block) + sum(link.size for link in node_at(blocks, binary).links))
