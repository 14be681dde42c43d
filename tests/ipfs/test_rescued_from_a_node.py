"""What a stranger published with Kubo's own defaults is read from a real node, block by block."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from collection.ipfs.kubo import Kubo
from collection.rescue.block_log import BlockLog
from collection.rescue.sources import FoundBlocks, OneAtATime, Sources
from collection.rescue.uris import place_of
from collection.transport import Client
from collection.unixfs import UNIXFS_V0_2015, graph_of, write_car
from collection.values import sha256_hex


def test_files_of_kubos_own_profile_come_back_from_a_node(js_ipfs: str, tmp_path: Path) -> None:
    large = bytes(range(256)) * 2000  # two leaves, each a file node
    tree: dict[str, Any] = {"metadata": {f"{n}.json": b'{"name":"%d"}' % n for n in range(4200)}, "large.png": large}
    graph = graph_of(tree, UNIXFS_V0_2015)
    write_car(tmp_path / "set.car", graph, graph.cid)
    node = Kubo(js_ipfs, seconds=60)
    node.pin(tmp_path / "set.car", graph.cid)
    assert graph.cid.startswith("Qm")
    with BlockLog(tmp_path / "blocks") as log, node.found_blocks() as blocks:
        found = FoundBlocks(log, [OneAtATime(node.name, blocks)])
        sources = Sources(found, Client(), (), Client(), ())
        small = sources.fetch(place_of(f"ipfs://{graph.cid}/metadata/4199.json"), tmp_path / "4199.json", 1000)
        whole = sources.fetch(place_of(f"ipfs://ipfs/{graph.cid}/large.png"), tmp_path / "large.png", 1 << 20)
    assert (tmp_path / "4199.json").read_bytes() == b'{"name":"4199"}'
    assert (small.size, whole.sha256) == (15, sha256_hex(large))
    with BlockLog(tmp_path / "blocks") as log:
        again = Sources(FoundBlocks(log, []), Client(), (), Client(), ())
        assert again.fetch(place_of(f"ipfs://{graph.cid}/large.png"), tmp_path / "again.png", 1 << 20) == whole
